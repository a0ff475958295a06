/* Measures the worst error of each function of borel_math.h against multiple precision, and its time per element.
 *
 * usage: measure points [function ...]
 * Prints the table of docs/numerics.md, then one JSON line; exits with 1 where a bound is exceeded. */
#include "borel_math_loops.h"
#include "borel_math_sampling.h"
#include "references.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* The tables of loops.c by compiler; those after the first two columns share one, "baseline". */
extern const struct loop gcc_native[], clang_native[], gcc_baseline[], clang_baseline[], libm[];
static const struct variant {
  int column;
  const struct loop *loops;
} variants[] = {VARIANTS};
enum { variant_count = sizeof variants / sizeof variants[0], columns = 3, most = 1 << 20, row_limit = 100 };

struct outcome {
  double worst[variant_count], at[variant_count][3], time, libm_time;
  long points;
  int done;
};

/* |value - exact| in units of the last place of max(|exact|, scale). */
static double error_in_ulp(double value, mpfr_t exact, double scale) {
  double nearest = mpfr_get_d(exact, MPFR_RNDN);
  if (isnan(nearest) || isnan(value)) return isnan(nearest) && isnan(value) ? 0 : INFINITY;
  if (isinf(nearest) || isinf(value)) {
    if (nearest == value) return 0;
    /* Within the bound of the overflow threshold either is fine: measure infinity as 2^1024. */
    if (isinf(nearest) && mpfr_inf_p(exact)) return INFINITY;
    if (isinf(nearest) && isinf(value)) return INFINITY;
  }
  mpfr_t difference;
  mpfr_init2(difference, precision);
  if (isinf(value)) mpfr_set_si_2exp(difference, value > 0 ? 1 : -1, 1024, MPFR_RNDN);
  else mpfr_set_d(difference, value, MPFR_RNDN);
  mpfr_sub(difference, difference, exact, MPFR_RNDN);
  double magnitude = fmax(fabs(nearest), scale);
  int exponent = magnitude < 0x1p-1022 ? -1022 : isinf(magnitude) ? 1023 : ilogb(magnitude);
  mpfr_mul_2si(difference, difference, 52 - exponent, MPFR_RNDN);
  double ulp = fabs(mpfr_get_d(difference, MPFR_RNDN));
  mpfr_clear(difference);
  return ulp;
}

static double seconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec * 1e-9;
}

/* Best of several passes over arguments that stay in the first cache. */
static double nanoseconds(void (*run)(double *, double *const *, long), double *out, double *const *in, long n) {
  double best = INFINITY;
  for (int pass = 0; pass < 15; pass++) {
    double start = seconds();
    for (int i = 0; i < 20; i++) run(out, in, n);
    double each = (seconds() - start) / (20.0 * n) * 1e9;
    if (each < best) best = each;
  }
  return best;
}

static const struct loop *find(const struct loop *loops, const char *name) {
  while (loops->name && strcmp(loops->name, name)) loops++;
  return loops->name ? loops : 0;
}

static double buffer[3][most], result[variant_count][most];

static void measure(const struct row *row, long points, struct outcome *outcome) {
  double *in[3] = {buffer[0], buffer[1], buffer[2]};
  long n = outcome->points = borel_math_sample(row->ranges, row->arguments, points / row->cost, in, most);
  for (int v = 0; v < variant_count; v++) find(variants[v].loops, row->name)->run(result[v], in, n);
  mpfr_t exact;
  mpfr_init2(exact, precision);
  for (long i = 0; i < n; i++) {
    double a[3] = {buffer[0][i], buffer[1][i], buffer[2][i]}, scale = 0;
    row->value(exact, a, &scale);
    for (int v = 0; v < variant_count; v++) {
      double error = error_in_ulp(result[v][i], exact, scale);
      if (!(error <= outcome->worst[v])) {
        outcome->worst[v] = error;
        memcpy(outcome->at[v], a, sizeof a);
      }
    }
  }
  mpfr_clear(exact);
  outcome->done = 1;
}

/* Per element, over arguments of the last plan, the one of ordinary arguments. */
static void time_row(const struct row *row, struct outcome *outcome) {
  double *in[3] = {buffer[0], buffer[1], buffer[2]};
  long n = borel_math_sample(row->ranges, row->arguments, 1000, in, most), count = 1000;
  for (int j = 0; j < row->arguments; j++) in[j] = buffer[j] + n - count;
  outcome->time = INFINITY;
  for (int v = 0; v < variant_count && variants[v].column < columns - 1; v++)
    outcome->time = fmin(outcome->time, nanoseconds(find(variants[v].loops, row->name)->run, result[v], in, count));
  const struct loop *other = find(libm, row->name);
  outcome->libm_time = other ? nanoseconds(other->run, result[0], in, count) : 0;
}

static void print_error(double ulp) {
  if (ulp == 0) printf(" exact |");
  else if (isinf(ulp)) printf(" wrong |");
  else printf(" %.2f |", ulp);
}

static int print_row(const struct row *row, const struct outcome *outcome, double *worst) {
  double column[columns];
  for (int c = 0; c < columns; c++) column[c] = -1;
  int over = 0;
  for (int v = 0; v < variant_count; v++) {
    column[variants[v].column] = fmax(column[variants[v].column], outcome->worst[v]);
    *worst = fmax(*worst, outcome->worst[v]);
    if (outcome->worst[v] <= row->bound) continue;
    over = 1;
    fprintf(stderr, "%s exceeds its bound of %g ulp: %g at", row->name, row->bound, outcome->worst[v]);
    for (int j = 0; j < row->arguments; j++) fprintf(stderr, " %.17g", outcome->at[v][j]);
    fprintf(stderr, "\n");
  }
  printf("| `%s` |", row->name);
  for (int c = 0; c < columns; c++) {
    if (column[c] < 0) printf(" - |");
    else print_error(column[c]);
  }
  printf(" %g | %.1f |", row->bound, outcome->time);
  if (outcome->libm_time > 0) printf(" %.1f |", outcome->libm_time / outcome->time);
  else printf(" |");
  printf(" %s |\n", row->note ? row->note : "");
  return over;
}

int main(int count, char **arguments) {
  long points = count > 1 ? atol(arguments[1]) : 20000;
  mpfr_set_emin(mpfr_get_emin_min());
  mpfr_set_emax(mpfr_get_emax_max());
  int wanted[row_limit] = {0}, row_count = 0;
  for (const struct row *row = rows; row->name && row_count < row_limit; row++, row_count++) {
    wanted[row_count] = count < 3;
    for (int i = 2; i < count; i++) wanted[row_count] |= !strcmp(row->name, arguments[i]);
  }
  /* One process per processor takes the next row until none is left. */
  struct shared {
    int next;
    struct outcome outcomes[row_limit];
  } *shared = mmap(0, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (shared == MAP_FAILED) return 2;
  long workers = sysconf(_SC_NPROCESSORS_ONLN);
  for (long w = 0; w < workers; w++) {
    if (fork()) continue;
    for (int i; (i = __atomic_fetch_add(&shared->next, 1, __ATOMIC_RELAXED)) < row_count;)
      if (wanted[i]) measure(&rows[i], points, &shared->outcomes[i]);
    _exit(0);
  }
  while (wait(0) > 0) {}
  int over = 0, functions = 0;
  double worst = 0;
  printf("| function | gcc | clang | baseline | bound | ns | libm / ours | measured in ulp |\n");
  printf("|---|---|---|---|---|---|---|---|\n");
  for (int i = 0; i < row_count; i++) {
    if (!wanted[i]) continue;
    if (!shared->outcomes[i].done) {
      fprintf(stderr, "%s was not measured\n", rows[i].name);
      over++;
      continue;
    }
    time_row(&rows[i], &shared->outcomes[i]);
    over += print_row(&rows[i], &shared->outcomes[i], &worst);
    functions++;
  }
  if (isinf(worst)) worst = 1e300;
  printf("{\"functions\":%d,\"worst_ulp\":%.4g,\"over_bound\":%d}\n", functions, worst, over);
  return over > 0;
}
