/* Counter-based random streams: Philox4x32-10 behind a 32-byte value that is cheap to copy and to split. */
#ifndef BOREL_RANDOM_H
#define BOREL_RANDOM_H
#include <stdint.h>

/* A stream is (key, nonce, position): word n of the stream is half of Philox(counter = (n / 2, nonce), key).
 * `spare` caches the second half of a block; it is meaningful only while `position` is odd.
 * The nonce has 63 bits: its top bit separates the blocks that feed draws (0) from those that derive children (1),
 * and positions stay below 2^64, so no block is ever used for both. */
typedef struct {
  uint64_t key;
  uint64_t nonce;
  uint64_t position;
  uint64_t spare;
} borel_stream;

/* One block of Philox4x32 with 10 rounds (Salmon, Moraes, Dror and Shaw 2011, section 3.3): bijection of a 128-bit
 * counter under a 64-bit key. Words are numbered as in the paper, least significant first. */
static inline void borel_philox4x32_10(uint64_t counter_low, uint64_t counter_high, uint64_t key, uint64_t *low,
                                       uint64_t *high) {
  uint32_t c0 = (uint32_t)counter_low, c1 = (uint32_t)(counter_low >> 32);
  uint32_t c2 = (uint32_t)counter_high, c3 = (uint32_t)(counter_high >> 32);
  uint32_t k0 = (uint32_t)key, k1 = (uint32_t)(key >> 32);
  for (int round = 0; round < 10; round++) {
    uint64_t p0 = (uint64_t)0xD2511F53u * c0;
    uint64_t p1 = (uint64_t)0xCD9E8D57u * c2;
    c0 = (uint32_t)(p1 >> 32) ^ c1 ^ k0;
    c1 = (uint32_t)p1;
    c2 = (uint32_t)(p0 >> 32) ^ c3 ^ k1;
    c3 = (uint32_t)p0;
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
  *low = (uint64_t)c1 << 32 | c0;
  *high = (uint64_t)c3 << 32 | c2;
}

/* Child `id` of the identity (key, nonce): 127 bits of Philox under the parent's key at the counter
 * (id, nonce with the top bit set). The parent's position plays no part. */
static inline borel_stream borel_stream_child(const borel_stream *parent, uint64_t id) {
  borel_stream child;
  borel_philox4x32_10(id, parent->nonce | 0x8000000000000000u, parent->key, &child.key, &child.nonce);
  child.nonce &= 0x7FFFFFFFFFFFFFFFu;
  child.position = 0;
  child.spare = 0;
  return child;
}

/* The root stream of a seed: child `seed` of the all-zero identity, so that small seeds do not give related keys. */
static inline borel_stream borel_stream_seed(uint64_t seed) {
  borel_stream root = {0, 0, 0, 0};
  return borel_stream_child(&root, seed);
}

/* A stream at a given position of its sequence, for resuming a run. */
static inline borel_stream borel_stream_at(uint64_t key, uint64_t nonce, uint64_t position) {
  borel_stream s = {key, nonce & 0x7FFFFFFFFFFFFFFFu, position, 0};
  if (position & 1) {
    uint64_t low;
    borel_philox4x32_10(position >> 1, s.nonce, key, &low, &s.spare);
  }
  return s;
}

/* The next 64 random bits. */
static inline uint64_t borel_bits(borel_stream *s) {
  if (s->position & 1) {
    s->position += 1;
    return s->spare;
  }
  uint64_t low;
  borel_philox4x32_10(s->position >> 1, s->nonce, s->key, &low, &s->spare);
  s->position += 1;
  return low;
}

/* Uniform on the 2^53 - 1 multiples of 2^-53 strictly between 0 and 1. */
static inline double borel_uniform(borel_stream *s) {
  uint64_t k;
  do {
    k = borel_bits(s) >> 11;
  } while (k == 0);
  return (double)k * 0x1p-53;
}

/* Uniform on 0, ..., n - 1 without bias (Lemire 2019, multiply and reject); n = 0 means all 64 bits. */
static inline uint64_t borel_uniform_below(borel_stream *s, uint64_t n) {
  uint64_t x = borel_bits(s);
  if (n == 0) return x;
  unsigned __int128 product = (unsigned __int128)x * n;
  uint64_t low = (uint64_t)product;
  if (low < n) {
    uint64_t threshold = (uint64_t)(0 - n) % n;
    while (low < threshold) {
      product = (unsigned __int128)borel_bits(s) * n;
      low = (uint64_t)product;
    }
  }
  return (uint64_t)(product >> 64);
}

/* Standard normal and standard exponential by the ziggurat with 256 layers (Marsaglia and Tsang 2000), with separate
 * bits for layer, sign and abscissa (Doornik 2005) and exact tails. */
double borel_normal(borel_stream *s);
double borel_exponential(borel_stream *s);

/* The `gsl_rng_type` whose state is a `borel_stream`. Typed as void so that this header needs no GSL. */
const void *borel_gsl_rng_type(void);

#endif
