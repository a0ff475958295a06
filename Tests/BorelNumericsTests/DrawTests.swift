// Draws against their distributions: chi-squared for counts, Kolmogorov-Smirnov for continuous families, and hard corners.

import BorelNumerics
import CBorel
import CGSL
import Testing

/// Fixed seeds make every outcome repeatable; the thresholds are set so that a correct sampler would fail a fresh seed with
/// probability below 1e-6 per check, about 60 checks in all.
@Suite struct DrawTests {
  /// The scaled Kolmogorov-Smirnov distance exceeds 2.7 with probability 9e-7.
  static let distanceLimit = 2.7

  func distance(_ n: Int, seed: UInt64, cdf: (Double) -> Double, draw: (inout RandomStream) -> Double) -> Double {
    var stream = RandomStream(seed: seed)
    let xs = (0..<n).map { _ in draw(&stream) }.sorted()
    if xs.contains(where: \.isNaN) { return .infinity }
    var worst = 0.0
    for (i, x) in xs.enumerated() {
      let p = cdf(x)
      worst = max(worst, abs(p - Double(i) / Double(n)), abs(Double(i + 1) / Double(n) - p))
    }
    return worst * Double(n).squareRoot()
  }

  /// p-value of the chi-squared statistic over cells of at least 20 expected counts between the quantiles of the distribution.
  func chiSquaredP(
    _ n: Int, seed: UInt64, cdf: (Double) -> Double, quantile: (Double) -> Double, draw: (inout RandomStream) -> Double
  ) -> Double {
    var edges: [Double] = []  // cell i holds k with edges[i - 1] < k <= edges[i]
    for i in 1..<40 {
      let edge = quantile(Double(i) / 40)
      if edges.last.map({ edge > $0 }) ?? true { edges.append(edge) }
    }
    edges.append(.infinity)
    var expected: [Double] = []
    var below = 0.0
    for edge in edges {
      let p = edge.isInfinite ? 1 : cdf(edge)
      expected.append((p - below) * Double(n))
      below = p
    }
    var counts = [Double](repeating: 0, count: edges.count)
    var stream = RandomStream(seed: seed)
    for _ in 0..<n {
      let k = draw(&stream)
      guard let cell = edges.firstIndex(where: { k <= $0 }) else { return 0 }
      counts[cell] += 1
    }
    var statistic = 0.0
    var cells = 0
    for i in edges.indices where expected[i] > 1e-9 * Double(n) {
      statistic += (counts[i] - expected[i]) * (counts[i] - expected[i]) / expected[i]
      cells += 1
    }
    return cells < 2 ? (statistic < 1e-9 ? 1 : 0) : gsl_cdf_chisq_Q(statistic, Double(cells - 1))
  }

  @Test(arguments: [0.2, 3, 9.99, 10.01, 55, 1234.5, 1e7, 1e12])
  func poisson(mu: Double) {
    let p = chiSquaredP(
      40_000, seed: 1, cdf: { borel_poisson_cdf(mu, $0) }, quantile: { borel_poisson_quantile(mu, $0) },
      draw: { borel_draw_poisson(&$0.raw, mu) })
    #expect(p > 1e-6)
  }

  @Test(arguments: [
    (1.0, 0.3), (20, 0.1), (20, 0.9), (25, 0.5), (400, 0.03), (1000, 0.999), (1e6, 0.2), (1e6, 2e-6), (1e12, 0.5),
    (1e15, 1e-14),
  ])
  func binomial(n: Double, theta: Double) {
    let p = chiSquaredP(
      40_000, seed: 2, cdf: { borel_binomial_cdf(n, theta, $0) }, quantile: { borel_binomial_quantile(n, theta, $0) },
      draw: { borel_draw_binomial(&$0.raw, n, theta) })
    #expect(p > 1e-6)
  }

  @Test(arguments: [(0.1, 0.01), (1.0, 0.5), (3.5, 0.2), (500, 0.9), (2e4, 0.001)])
  func negativeBinomial(r: Double, theta: Double) {
    let p = chiSquaredP(
      40_000, seed: 3, cdf: { borel_neg_binomial_cdf(r, theta, $0) },
      quantile: { borel_neg_binomial_quantile(r, theta, $0) }, draw: { borel_draw_neg_binomial(&$0.raw, r, theta) })
    #expect(p > 1e-6)
  }

  @Test(arguments: [
    (5.0, 3.0, 4.0), (10, 7, 20), (60, 40, 30), (60, 30, 40), (100, 90, 200), (250, 90, 200), (500, 1000, 4000),
    (40_000, 30_000, 50_000),
  ])
  func hypergeometric(n: Double, a: Double, b: Double) {
    let p = chiSquaredP(
      40_000, seed: 4, cdf: { borel_hypergeometric_cdf(n, a, b, $0) },
      quantile: { borel_hypergeometric_quantile(n, a, b, $0) }, draw: { borel_draw_hypergeometric(&$0.raw, n, a, b) })
    #expect(p > 1e-6)
  }

  /// Beyond the reach of the summed cdf: mean and variance of 20,000 draws of an urn with 10^14 balls, within 5 standard errors.
  @Test func hypergeometricHugeUrn() {
    var stream = RandomStream(seed: 5)
    let (n, a, b) = (1e13, 3e13, 7e13)
    let mean = n * 0.3
    let variance = n * 0.3 * 0.7 * 0.9
    let draws = 20_000
    var sum = 0.0
    var squares = 0.0
    for _ in 0..<draws {
      let z = (borel_draw_hypergeometric(&stream.raw, n, a, b) - mean) / variance.squareRoot()
      sum += z
      squares += z * z
    }
    #expect(abs(sum) < 5 * Double(draws).squareRoot())
    #expect(abs(squares - Double(draws)) < 5 * (2 * Double(draws)).squareRoot())
  }

  @Test(arguments: [0.001, 0.3, 0.9999])
  func geometric(theta: Double) {
    let p = chiSquaredP(
      40_000, seed: 6, cdf: { borel_neg_binomial_cdf(1, theta, $0) },
      quantile: { borel_neg_binomial_quantile(1, theta, $0) }, draw: { borel_draw_geometric(&$0.raw, theta) })
    #expect(p > 1e-6)
  }

  @Test(arguments: [0.01, 0.3, 0.99, 1, 1.5, 30, 1e5, 1e15])
  func gamma(a: Double) {
    #expect(
      distance(
        40_000, seed: 7, cdf: { borel_gamma_p(a, $0) }, draw: { borel_draw_gamma(&$0.raw, a) }) < Self.distanceLimit)
    #expect(
      distance(
        40_000, seed: 8, cdf: { borel_gamma_p(a, borel_exp($0)) }, draw: { borel_draw_log_gamma(&$0.raw, a) })
        < Self.distanceLimit)
  }

  /// For shape 1e-6 the draws underflow but their logs do not: -a log G is exponential up to a relative 1e-6.
  @Test func logGammaOfTinyShapes() {
    let a = 1e-6
    #expect(
      distance(
        20_000, seed: 9, cdf: { 1 - borel_exp(-$0) }, draw: { -a * borel_draw_log_gamma(&$0.raw, a) })
        < Self.distanceLimit)
  }

  @Test(arguments: [(0.001, 0.002), (0.3, 0.4), (0.5, 20), (2, 3), (1e5, 3e5)])
  func beta(a: Double, b: Double) {
    var stream = RandomStream(seed: 10)
    let n = 40_000
    let xs = (0..<n).map { _ in borel_draw_beta(&stream.raw, a, b) }
    #expect(xs.allSatisfy { $0 >= 0 && $0 <= 1 })
    // Mass within half an ulp of the ends rounds to 0 and 1, so the distribution is compared at interior points.
    for x in [1e-300, 1e-10, 0.01, 0.25, 0.5, 0.9, 0.999] {
      let p = borel_beta_inc(a, b, x)
      let error = (Double(n) * p * (1 - p)).squareRoot()
      let count = Double(xs.count { $0 <= x })
      #expect(abs(count - Double(n) * p) <= 5 * error + 1)
    }
  }

  @Test(arguments: [0.3, 1, 2.5, 50, 1e9])
  func studentT(nu: Double) {
    #expect(
      distance(40_000, seed: 11, cdf: { borel_student_t_cdf(nu, $0) }, draw: { borel_draw_student_t(&$0.raw, nu) })
        < Self.distanceLimit)
  }

  @Test(arguments: [0, 1e-20, 0.01, 0.7, 5, 300, 1e6, 1e12])
  func vonMises(kappa: Double) {
    #expect(
      distance(
        40_000, seed: 12, cdf: { borel_von_mises_cdf(kappa, $0) }, draw: { borel_draw_von_mises(&$0.raw, kappa) })
        < Self.distanceLimit)
  }

  @Test func locationScaleFamilies() {
    let n = 100_000
    let limit = Self.distanceLimit
    #expect(distance(n, seed: 13, cdf: { gsl_cdf_laplace_P($0, 1) }, draw: { borel_draw_laplace(&$0.raw) }) < limit)
    #expect(distance(n, seed: 14, cdf: { borel_inv_logit($0) }, draw: { borel_draw_logistic(&$0.raw) }) < limit)
    #expect(distance(n, seed: 15, cdf: { gsl_cdf_gumbel1_P($0, 1, 1) }, draw: { borel_draw_gumbel(&$0.raw) }) < limit)
    #expect(distance(n, seed: 16, cdf: { gsl_cdf_cauchy_P($0, 1) }, draw: { borel_draw_cauchy(&$0.raw) }) < limit)
  }

  @Test func categorical() {
    var stream = RandomStream(seed: 17)
    let weights = [0.5, 0, 2, 1.5]
    let logits = weights.map { borel_log($0) + 700 }
    let n = 40_000
    for useLogits in [false, true] {
      var counts = [Double](repeating: 0, count: 4)
      for _ in 0..<n {
        let index =
          useLogits
          ? logits.withUnsafeBufferPointer { stream.categorical(logits: $0) }
          : weights.withUnsafeBufferPointer { stream.categorical(weights: $0) }
        if let index { counts[index] += 1 }
      }
      #expect(counts[1] == 0)
      var statistic = 0.0
      for i in [0, 2, 3] {
        let expected = Double(n) * weights[i] / 4
        statistic += (counts[i] - expected) * (counts[i] - expected) / expected
      }
      #expect(gsl_cdf_chisq_Q(statistic, 2) > 1e-6)
    }
    for bad in [[], [0, 0], [-1, 2], [.nan, 1], [.infinity, 1]] as [[Double]] {
      #expect(bad.withUnsafeBufferPointer { stream.categorical(weights: $0) } == nil)
    }
    #expect([-Double.infinity].withUnsafeBufferPointer { stream.categorical(logits: $0) } == nil)
  }

  /// Every sampler, GSL's included, returns for any parameters; outside the domain it gives NaN and never loops.
  @Test func survivesEdgeParameters() {
    let values: [Double] = [-.infinity, -3, 0, 1e-300, 1e-5, 0.4, 1, 6, 1e10, 1e300, .infinity, .nan]
    var stream = RandomStream(seed: 18)
    var finite = 0
    for (_, draw) in FunctionTable.draws + FunctionTable.gslSamplers {
      switch draw {
      case .zero(let f):
        #expect(f(&stream).isFinite)
      case .one(let f):
        for x in values where f(&stream, x).isFinite { finite += 1 }
      case .two(let f):
        for x in values { for y in values where f(&stream, x, y).isFinite { finite += 1 } }
      case .three(let f):
        for x in values { for y in values { for z in values where f(&stream, x, y, z).isFinite { finite += 1 } } }
      }
    }
    #expect(finite > 500)
    #expect(borel_draw_gamma(&stream.raw, -1).isNaN && borel_draw_poisson(&stream.raw, -1).isNaN)
    #expect(borel_draw_binomial(&stream.raw, 2.5, 0.5).isNaN && borel_gsl_ran_gamma(&stream.raw, -1, 1).isNaN)
  }
}
