// The random stream: a value that produces draws and can be split by a path of numbers.

import CBorel
import CGSL

/// A counter-based random stream (Philox4x32-10; Salmon, Moraes, Dror and Shaw 2011).
///
/// A stream has an identity, a 64-bit key and a 63-bit nonce, and a position. Word n is half of the Philox block at
/// counter (n / 2, nonce) under the key, so a stream is 32 bytes, costs nothing to copy, and can be put at any position.
///
/// Streams are split by path. The identity of `child(id)` is the Philox block at counter (id, nonce with its top
/// bit set) under the parent's key. Blocks for draws have that bit clear, so draws and children never share a
/// block, and a child depends on the parent's identity only, not on how many draws the parent has given.
/// `split(a, b)` is `child(a).child(b)`. Keys by seed, chain, particle and step make a run independent of threads.
public struct RandomStream: Sendable {
  /// The C value, for calls of the `borel_draw_…` functions.
  public var raw: borel_stream

  /// The root stream of a seed.
  @inlinable
  public init(seed: UInt64) {
    raw = borel_stream_seed(seed)
  }

  /// The stream with a given identity and position, as saved by `key`, `nonce` and `position`.
  @inlinable
  public init(key: UInt64, nonce: UInt64, position: UInt64) {
    raw = borel_stream_at(key, nonce, position)
  }

  /// Wraps a C stream.
  @inlinable
  public init(raw: borel_stream) {
    self.raw = raw
  }

  @inlinable public var key: UInt64 { raw.key }
  @inlinable public var nonce: UInt64 { raw.nonce }
  /// The number of 64-bit words taken so far.
  @inlinable public var position: UInt64 { raw.position }

  /// The independent stream number `id` below this one.
  @inlinable
  public func child(_ id: UInt64) -> RandomStream {
    withUnsafePointer(to: raw) { RandomStream(raw: borel_stream_child($0, id)) }
  }

  /// The independent stream at a path below this one: `split(a, b)` is `child(a).child(b)`.
  @inlinable
  public func split(_ path: UInt64...) -> RandomStream {
    var stream = self
    for id in path { stream = stream.child(id) }
    if path.isEmpty { stream = child(0) }
    return stream
  }

  /// 64 random bits.
  @inlinable
  public mutating func bits() -> UInt64 { borel_bits(&raw) }

  /// Uniform on the multiples of 2^-53 strictly between 0 and 1.
  @inlinable
  public mutating func uniform() -> Double { borel_uniform(&raw) }

  /// Uniform on 0, …, n - 1, each exactly equally likely; 0 when n < 1.
  @inlinable
  public mutating func uniformInt(below n: Int) -> Int {
    n > 1 ? Int(borel_uniform_below(&raw, UInt64(n))) : 0
  }

  /// Standard normal, exact (ziggurat).
  @inlinable
  public mutating func normal() -> Double { borel_normal(&raw) }

  /// Standard exponential, exact (ziggurat).
  @inlinable
  public mutating func exponential() -> Double { borel_exponential(&raw) }

  /// An index with probability weights[i] / sum; nil where a weight is negative or NaN, or the sum is zero or infinite.
  public mutating func categorical(weights: UnsafeBufferPointer<Double>) -> Int? {
    guard let base = weights.baseAddress else { return nil }
    let index = borel_draw_categorical(&raw, base, Int64(weights.count))
    return index < 0 ? nil : Int(index)
  }

  /// An index with probability softmax(logits)[i]; nil where a logit is NaN or the largest is not finite.
  public mutating func categorical(logits: UnsafeBufferPointer<Double>) -> Int? {
    guard let base = logits.baseAddress else { return nil }
    let index = borel_draw_categorical_logit(&raw, base, Int64(logits.count))
    return index < 0 ? nil : Int(index)
  }

  /// Calls a GSL sampler with a generator that takes its bits from this stream; nothing is allocated.
  @inlinable
  public mutating func withGSL<Result>(_ body: (UnsafePointer<gsl_rng>) -> Result) -> Result {
    withUnsafeMutablePointer(to: &raw) { state in
      let type = borel_gsl_rng_type().assumingMemoryBound(to: gsl_rng_type.self)
      let generator = gsl_rng(type: type, state: UnsafeMutableRawPointer(state))
      return withUnsafePointer(to: generator, body)
    }
  }
}

extension RandomStream: RandomNumberGenerator {
  @inlinable
  public mutating func next() -> UInt64 { borel_bits(&raw) }
}

extension RandomStream: Equatable {
  /// Equal identity and position: the same draws follow.
  public static func == (a: RandomStream, b: RandomStream) -> Bool {
    a.key == b.key && a.nonce == b.nonce && a.position == b.position
  }
}
