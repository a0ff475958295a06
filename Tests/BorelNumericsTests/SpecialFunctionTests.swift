// Special functions against multiple-precision references, at their edges, and against each other.

import BorelNumerics
import CBorel
import CGSL
import Testing

@Suite struct SpecialFunctionTests {
  let functions: [String: RealFunction]

  init() {
    functions = Dictionary(
      (FunctionTable.elementary + FunctionTable.special + FunctionTable.gslDistributions).map {
        ($0.name, $0.function)
      },
      uniquingKeysWith: { a, _ in a })
  }

  func call(_ name: String, _ x: [Double]) -> Double? {
    switch (functions[name], x.count) {
    case (.one(let f)?, 1): f(x[0])
    case (.two(let f)?, 2): f(x[0], x[1])
    case (.three(let f)?, 3): f(x[0], x[1], x[2])
    case (.four(let f)?, 4): f(x[0], x[1], x[2], x[3])
    default: nil
    }
  }

  @Test func agreeWithReferences() throws {
    var tolerances: [String: (bound: Double, absolute: Bool)] = [:]
    for line in referenceTolerances.split(separator: "\n") {
      let parts = line.split(separator: " ")
      tolerances[String(parts[0])] = (try #require(Double(parts[1])), parts.count > 2)
    }
    var checked: Set<String> = []
    for line in referenceValues.split(separator: "\n") {
      let parts = line.split(separator: " ")
      let name = String(parts[0])
      let numbers = try parts.dropFirst().map { try #require(Double($0)) }
      let tolerance = try #require(tolerances[name])
      let expected = try #require(numbers.last)
      let actual = try #require(call(name, Array(numbers.dropLast())), "no function \(name)")
      let scale = tolerance.absolute ? max(1, abs(expected)) : abs(expected)
      #expect(abs(actual - expected) <= tolerance.bound * scale, "\(line), got \(actual)")
      checked.insert(name)
    }
    // Every special function has references, except the quantiles of counts, which have a test of their own.
    for (name, _) in FunctionTable.special where !checked.contains(name) {
      let isTested = name.hasSuffix("_quantile") || ["erf", "erfc"].contains(name)
      #expect(isTested, "\(name) has no reference value")
    }
  }

  /// The definition of a quantile: cdf(q) >= p > cdf(q - 1).
  @Test func quantilesOfCountsAreExact() throws {
    let cases: [(name: String, parameters: [Double])] = [
      ("poisson", [0.01]), ("poisson", [3.5]), ("poisson", [2e6]), ("binomial", [1, 0.5]), ("binomial", [40, 0.03]),
      ("binomial", [1e6, 0.4]), ("neg_binomial", [0.2, 0.01]), ("neg_binomial", [40.5, 0.7]),
      ("hypergeometric", [10, 7, 20]), ("hypergeometric", [300, 400, 500]), ("beta_binomial", [50, 0.2, 0.3]),
      ("beta_binomial", [200, 9, 4]),
    ]
    for (name, parameters) in cases {
      for p in [1e-12, 0.001, 0.1, 0.5, 0.75, 0.999, 0.999999] {
        let q = try #require(call(name + "_quantile", parameters + [p]))
        let at = try #require(call(name + "_cdf", parameters + [q]))
        let below = try #require(call(name + "_cdf", parameters + [q - 1]))
        #expect(at >= p && below < p, "\(name) \(parameters) \(p): \(q)")
        #expect(call(name + "_quantile", parameters + [at]) == q, "\(name) \(parameters) at its own cdf")
      }
    }
  }

  /// Cdfs of counts are sums of masses; relative 1e-12 leaves room for adding up to 200 terms.
  @Test func cdfsOfCountsAreSumsOfMasses() {
    var sum = 0.0
    for k in 0..<200 {
      sum += borel_exp(borel_log_poisson_mass(60.5, Double(k)))
      #expect(abs(borel_poisson_cdf(60.5, Double(k)) - sum) <= 1e-12 * sum)
    }
    sum = 0
    for k in 0..<150 {
      sum += borel_exp(borel_log_binomial_mass(150, 0.37, Double(k)))
      #expect(abs(borel_binomial_cdf(150, 0.37, Double(k)) - sum) <= 1e-12 * sum)
    }
  }

  @Test func edges() {
    let infinity = Double.infinity
    #expect(borel_log_sum_exp(-infinity, -infinity) == -infinity)
    #expect(borel_log_sum_exp(1000, -infinity) == 1000)
    #expect(borel_log_sum_exp(.nan, 1).isNaN)
    #expect(borel_log_diff_exp(1, 1) == -infinity)
    #expect(borel_log_diff_exp(1, 2).isNaN)
    #expect(borel_log1m_exp(0) == -infinity)
    #expect(borel_logit(0) == -infinity && borel_logit(1) == infinity && borel_logit(1.5).isNaN)
    #expect(borel_x_log_y(0, 0) == 0 && borel_x_log_y(0, .nan).isNaN)
    #expect(borel_lchoose(5, 6) == -infinity && borel_lchoose(5, -1) == -infinity && borel_lchoose(-0.5, 0) == 0)
    #expect(borel_lbeta(0, 1) == infinity && borel_lbeta(-1, 1).isNaN)
    #expect(borel_digamma(0).isNaN && borel_digamma(-3).isNaN)
    #expect(borel_normal_cdf(-infinity) == 0 && borel_normal_cdf(infinity) == 1)
    #expect(borel_normal_cdf(-38.4) > 0 && borel_normal_cdf(-40) == 0)
    #expect(borel_log_normal_cdf(-infinity) == -infinity)
    #expect(abs(borel_log_normal_cdf(-1e150) / -0.5e300 - 1) < 1e-15)
    #expect(borel_normal_quantile(0) == -infinity && borel_normal_quantile(1) == infinity)
    #expect(borel_normal_quantile(0.5) == 0 && borel_normal_quantile(1.1).isNaN)
    #expect(borel_gamma_p(2, 0) == 0 && borel_gamma_q(2, infinity) == 0 && borel_gamma_p(-1, 2).isNaN)
    #expect(borel_log_gamma_q(2, infinity) == -infinity)
    #expect(borel_beta_inc(2, 3, 0) == 0 && borel_beta_inc(2, 3, 1) == 1 && borel_beta_inc(2, 3, 1.5).isNaN)
    #expect(borel_inv_gamma_p(2, 1) == infinity && borel_inv_beta_inc(2, 3, 1) == 1)
    #expect(borel_log_bessel_i(0, 0) == 0 && borel_log_bessel_i(1, 0) == -infinity)
    for nu in [-0.316, -1, -1.148] {
      #expect(borel_log_bessel_i(nu, 2).isNaN && borel_log_bessel_i_scaled(nu, 2).isNaN)
    }
    #expect(borel_student_t_cdf(3, infinity) == 1 && borel_student_t_quantile(3, 0) == -infinity)
    #expect(borel_von_mises_cdf(2, -4) == 0 && borel_von_mises_cdf(2, 4) == 1)
    #expect(borel_poisson_cdf(2, -1) == 0 && borel_poisson_ccdf(2, -0.5) == 1 && borel_poisson_cdf(0, 0) == 1)
    #expect(borel_poisson_cdf(2.5, 3.9) == borel_poisson_cdf(2.5, 3))
    #expect(borel_binomial_cdf(5, 0.5, 5) == 1 && borel_binomial_cdf(0, 0.5, 0) == 1)
    #expect(borel_binomial_quantile(5, 0.5, 1) == 5 && borel_poisson_quantile(3, 1) == infinity)
    #expect(borel_hypergeometric_cdf(3, 2, 2, 0) == 0, "three of two and two leave at least one white")
    #expect(borel_log_hypergeometric_cdf(30, 2, 2, 0).isNaN)
  }

  /// Any argument whatever gives a number or NaN, in bounded time; no function traps or loops.
  @Test func survivesEveryCombinationOfEdgeValues() {
    let values: [Double] = [
      -.infinity, -1e300, -2.5, -1, -1e-300, -0.0, 1e-320, 1e-10, 0.3, 1, 7.5, 1e8, 1e300, .infinity, .nan,
    ]
    var calls = 0
    var nans = 0
    for (_, function) in FunctionTable.elementary + FunctionTable.special {
      switch function {
      case .one(let f):
        for x in values { nans += f(x).isNaN ? 1 : 0 }
        calls += values.count
      case .two(let f):
        for x in values { for y in values { nans += f(x, y).isNaN ? 1 : 0 } }
        calls += values.count * values.count
      case .three(let f):
        for x in values { for y in values { for z in values { nans += f(x, y, z).isNaN ? 1 : 0 } } }
        calls += values.count * values.count * values.count
      case .four(let f):
        let few = [-1, 0, 0.3, 7, 1e300, .infinity, .nan]
        for x in few { for y in few { for z in few { for w in few { nans += f(x, y, z, w).isNaN ? 1 : 0 } } } }
        calls += few.count * few.count * few.count * few.count
      }
    }
    #expect(nans < calls)
  }

  /// Inside the domain, out to parameters of 1e-100 and 1e100: never NaN, lower and upper tail sum to 1, and the cdf never falls.
  @Test func tailsAreCompleteAndMonotone() throws {
    let parameters: [Double] = [
      1e-100, 1e-10, 1e-5, 0.01, 0.3, 0.999, 1, 1.5, 7.5, 29.9, 30.1, 100, 1999, 2001, 1e5, 1e8, 1e12, 1e100,
    ]
    let positive: [Double] = [
      0, 1e-320, 1e-300, 1e-100, 1e-25, 1e-5, 0.1, 0.5, 1, 2, 5, 10, 20, 50, 150, 1e3, 2e3, 1e5, 1.001e5, 1e8, 1e12,
      1e200,
    ]
    let unit: [Double] = [0, 1e-320, 1e-300, 1e-100, 1e-10, 1e-3, 0.1, 0.25, 0.5, 0.9, 0.999, 0.9999999, 1]
    let real: [Double] = positive.reversed().map { -$0 } + positive
    let angles: [Double] = [
      -3.14159265, -3.1, -2, -1, -0.1, -1e-3, -1e-10, -1e-200, 0, 1e-200, 1e-5, 0.1, 1, 2, 3.14159,
    ]
    let counts: [Double] = [0, 1, 2, 5, 10, 100, 1e3, 1e6, 1e9, 1e12, 5e14]
    let one: [[Double]] = parameters.map { [$0] }
    let two: [[Double]] = parameters.flatMap { a in parameters.map { [a, $0] } }
    let rates: [[Double]] = parameters.map { [0, 1, $0] }
    let trials: [[Double]] = [0, 1, 5, 100, 1e4, 1e6, 1e10, 1e15].flatMap { n in unit.map { [n, $0] } }
    let successes: [[Double]] = parameters.flatMap { r in unit.dropFirst().map { [r, $0] } }
    let families: [(lower: String, upper: String, parameters: [[Double]], grid: [Double])] = [
      ("log_gamma_p", "log_gamma_q", one, positive),
      ("log_beta_inc", "log_beta_inc_c", two, unit),
      ("log_student_t_cdf", "log_student_t_ccdf", one, real),
      ("log_von_mises_cdf", "log_von_mises_ccdf", one, angles),
      ("log_exp_mod_normal_cdf", "log_exp_mod_normal_ccdf", rates, real),
      ("log_poisson_cdf", "log_poisson_ccdf", one, counts),
      ("log_binomial_cdf", "log_binomial_ccdf", trials, counts),
      ("log_neg_binomial_cdf", "log_neg_binomial_ccdf", successes, counts),
    ]
    for (lower, upper, parameters, grid) in families {
      for p in parameters {
        var before = -Double.infinity
        for x in grid {
          let a = try #require(call(lower, p + [x]))
          let b = try #require(call(upper, p + [x]))
          #expect(a <= 0 && b <= 0, "\(lower) \(p) at \(x): \(a), \(b)")
          #expect(abs(borel_exp(a) + borel_exp(b) - 1) < 1e-12, "\(lower) \(p) at \(x): \(a), \(b)")
          let slack = before.isFinite ? 1e-12 * (1 + abs(before)) : 0
          #expect(a >= before - slack, "\(lower) \(p) falls at \(x)")
          before = a
        }
      }
    }
  }

  /// GSL's cdfs, an independent implementation, agree where they do not underflow: relative 1e-9, GSL's own claim for its beta and
  /// gamma cdfs away from the extremes being weaker than ours.
  @Test func agreeWithGSL() {
    var stream = RandomStream(seed: 4)
    for _ in 0..<2000 {
      let a = borel_exp(6 * stream.uniform() - 2)
      let b = borel_exp(6 * stream.uniform() - 2)
      let u = stream.uniform()
      let x = borel_inv_gamma_p(a, u)
      #expect(abs(gsl_cdf_gamma_P(x, a, 1) - u) < 1e-9)
      let y = borel_inv_beta_inc(a, b, u)
      if y < 0.999999 { #expect(abs(gsl_cdf_beta_P(y, a, b) - u) < 1e-9) }
      let t = borel_student_t_quantile(a, u)
      if abs(t) < 1e8 { #expect(abs(gsl_cdf_tdist_P(t, a) - u) < 1e-9) }
      #expect(abs(gsl_cdf_ugaussian_P(borel_normal_quantile(u)) - u) < 1e-14)
    }
  }
}
