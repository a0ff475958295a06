// The two back ends agree: log densities of the same choices, and gradients against central differences.

import Borel
import Testing

/// A model with its data.
struct Case: Sendable, CustomTestStringConvertible {
  var name: String
  var source: String
  var data: [String: any DataConvertible & Sendable]
  var testDescription: String { name }

  init(_ name: String, _ data: [String: any DataConvertible & Sendable] = [:], _ source: String) {
    self.name = name
    self.source = source
    self.data = data
  }
}

let cases: [Case] = [
  Case(
    "eight schools", ["sigma": [15.0, 10, 16, 11, 9, 11, 10, 18], "y": [28.0, 8, -3, 7, -1, 1, 18, 12]],
    """
    model schools(sigma: Real[n]) {
      mu ~ normal(0, 5)
      tau ~ half_cauchy(5)
      for j in 0..<len(sigma) {
        theta[j] ~ normal(mu, tau)
        y[j] ~ normal(theta[j], sigma[j])
      }
    }
    """),
  Case(
    "angles of any size", ["x": [0.3, -2e15, 1e300, 4e13, -7.7e22, 12.0, 3.6e13, 1e17]],
    """
    model angles(x: Real[n]) {
      t ~ normal(0, 1)
      for i in 0..<len(x) {
        factor(sin(x[i] * sign(t)) * t + cos(x[i] * sign(t)))
      }
      factor(0.01 * tan(x[1] * sign(t)) * t)
      let v = map(a => sin(a * sign(t)), x)
      observe 0.5 ~ normal(v[0] * t + sum(v), 1)
    }
    """),
  Case(
    "constant loops and short vectors", ["y": [0.3, -0.2, 0.8, 1.4, -0.7, 0.1, 0.9, -1.1]],
    """
    model autoregression(y: Real[n]) {
      beta ~ iid(normal(0, 1), 3)
      sigma ~ exponential(1)
      for t in 3..<len(y) {
        var mean = 0.0
        for k in 0..<3 { mean += beta[k] * y[t - 1 - k] }
        observe y[t] ~ normal(mean, sigma)
      }
    }
    """),
  Case(
    "simplexes, ordered vectors and mixtures", ["y": [0.1, 2.2, -1.3, 3.1, 0.4]],
    """
    model groups(n = 5) {
      w ~ dirichlet([2.0, 3.0, 4.0])
      mu ~ ordered(normal(0, 3), 3)
      s ~ iid(gamma(2, 1), 3)
      for i in 0..<n {
        y[i] ~ mixture(w, normal(mu[0], s[0]), normal(mu[1], s[1]), normal(mu[2], s[2]))
      }
    }
    """),
  Case(
    "counts", ["x": [0.1, 0.5, -0.3, 0.9], "k": [1, 4, 0, 7], "b": [3, 1, 5, 2]],
    """
    model counts(x: Real[n]) {
      a ~ normal(0, 1)
      r ~ uniform(0, 1)
      phi ~ gamma(2, 0.5)
      for i in 0..<len(x) {
        k[i] ~ neg_binomial_2(exp(a + x[i]), phi)
        b[i] ~ binomial(10, r)
      }
    }
    """),
  Case(
    "matrix products and logits",
    ["X": [[1.0, 0.2], [0.5, -1.0], [2.0, 0.1], [-0.3, 0.4]], "y": [true, false, true, false]],
    """
    model logistic(X: Real[n, k]) {
      alpha ~ student_t(4, 0, 2)
      beta ~ normal(zeros(shape(X)[1]), 1)
      y ~ bernoulli_logit(alpha + X * beta)
    }
    """),
  Case(
    "Cholesky factors and multivariate normals", ["y": [[0.3, 1.0, -0.4], [0.9, 0.2, 0.5], [-1.0, 0.0, 0.3]]],
    """
    model covariance(n = 3) {
      L ~ lkj_corr_cholesky(3, 2)
      s ~ iid(half_normal(1), 3)
      mu ~ iid(normal(0, 1), 3)
      for i in 0..<n { y[i] ~ multi_normal_cholesky(mu, diag_matrix(s) * L) }
    }
    """),
  Case(
    "Gaussian process", ["x": [0.0, 0.4, 1.1, 1.9, 3.0], "y": [0.1, 0.5, 0.7, -0.2, -0.9]],
    """
    model process(x: Real[n]) {
      rho ~ inv_gamma(5, 5)
      sigma ~ half_normal(1)
      let n = len(x)
      var K = zeros(n, n)
      for i in 0..<n {
        for j in 0..<n { K[i, j] = exp(-0.5 * ((x[i] - x[j]) / rho)^2) }
        K[i, i] += sigma^2
      }
      y ~ multi_normal(zeros(n), K)
    }
    """),
  Case(
    "hidden Markov model", ["y": [0.3, 2.9, 3.4, -0.1, 0.2, 3.0]],
    """
    model hidden(y: Real[n]) {
      for k in 0..<2 { P[k] ~ dirichlet([1.0, 2.0]) }
      mu ~ ordered(normal(0, 3), 2)
      var forward = [0.5, 0.5]
      var total = 0.0
      for t in 0..<len(y) {
        var joint = zeros(2)
        for k in 0..<2 {
          var predicted = 0.0
          for i in 0..<2 { predicted += forward[i] * P[i][k] }
          joint[k] = predicted * pdf(normal(mu[k], 1), y[t])
        }
        total += log(sum(joint))
        forward = joint / sum(joint)
      }
      factor(total)
    }
    """),
  Case(
    "submodels, functions, records and branches", ["x": [0.5, -1.0, 2.0], "y": [1.0, 0.2, 3.0]],
    """
    fn curve(p, x) {
      if x > 0 { return p.a * x }
      return p.b * x^2
    }
    model coefficient(scale) {
      raw ~ normal(0, 1)
      return scale * raw
    }
    model regression(x: Real[n]) {
      a ~ coefficient(2)
      b ~ coefficient(0.5)
      s ~ lognormal(0, 1)
      let p = {a: a, b: b}
      for i in 0..<len(x) { y[i] ~ normal(curve(p, x[i]), s) }
    }
    """),
  Case(
    "truncation, censoring and bounds", ["y": [0.7, 1.9, 2.0], "z": [0.3, 0.9]],
    """
    model bounded(n = 3) {
      low ~ uniform(-1, 0.2)
      high ~ uniform(2.1, 4)
      s ~ truncate(normal(0, 1), 0.1, 3)
      for i in 0..<n { y[i] ~ censor(normal(1, s), null, 2) }
      for i in 0..<2 { z[i] ~ uniform(low, high) }
    }
    """),
  Case(
    "weights that nearly sum to 1", ["y": 0.3, "w": [0.3333333, 0.3333333, 0.3333333]],
    """
    model nearly(w: Real[n]) {
      x ~ normal(0, 1)
      z ~ normal(0, 1)
      observe 0.4 ~ mixture([0.2500001, 0.75], normal(x, 1), normal(0, 2))
      y ~ mixture(w, normal(x, 1), normal(z, 1), normal(1, 1))
    }
    """),
  Case(
    "cdfs of combinations", ["y": [0.7, 1.9, 2.0], "t": [0.3, 0.9]],
    """
    model combined(n = 3, t: Real[m]) {
      s ~ gamma(4, 4)
      x ~ truncate(mixture([0.3, 0.7], normal(-1, s), normal(2, 1)), 0, null)
      for i in 0..<n { y[i] ~ censor(mixture([0.4, 0.6], normal(0, s), normal(1, 1)), null, 2) }
      for i in 0..<len(t) {
        observe t[i] ~ truncate(truncate(normal(0, s), -1, null), null, 3)
        factor(logcdf(mixture([0.5, 0.5], normal(0, s), normal(1, 1)), t[i]))
        factor(cdf(censor(normal(0, s), -1, 1), t[i]))
        factor(logccdf(truncate(normal(0, s), 0, 4), t[i]) - ccdf(truncate(normal(x, 1), 1, null), 1 + t[i]))
      }
      observe 3 ~ truncate(mixture([0.5, 0.5], poisson(s), poisson(4)), 2, 9)
    }
    """),
  Case(
    "chains of latent variables", ["y": 0.5],
    """
    model walk(n = 4) {
      s ~ half_normal(1)
      x[0] ~ normal(0, 1)
      for t in 1..<n { x[t] ~ normal(x[t - 1], s) }
      y ~ normal(x[n - 1], 1)
    }
    """),
  Case(
    "an array of data that changes after it was read", ["x": [-1.4, 1.0, -0.7, -1.2]],
    """
    model changed(x: Real[n]) {
      s ~ lognormal(0, 0.5)
      var a = x
      factor(a[2] * s)
      for i in 0..<len(x) { if a[i] < 0 { a[i] = 1 } }
      factor(a[2] * s)
    }
    """),
  Case(
    "a vector of data that a loop reads before it replaces it",
    ["X": [[-0.2, 0.7, -0.9], [0.9, 0.9, 0.5], [-0.4, -0.8, 0.2]]],
    """
    model replaced(X: Real[n, k]) {
      t ~ normal(0, 1)
      var w = full(0.5, len(X))
      for i in 0..<shape(X)[1] {
        observe i ~ normal(w[1] * t, 0.5)
        w = X[:, i]
      }
    }
    """),
  Case(
    "a product of data in a loop that carries state", ["X": [[-0.1, 0.6], [-0.4, -0.8]]],
    """
    model carried(X: Real[n, k]) {
      s ~ exponential(1)
      var m = 0.0
      for i in 0..<5 {
        let w = X * diagonal(diag_matrix(tanh(X[1])))
        if s > 0.3 { m = atan(m + s * max(w)) }
      }
      factor(m)
    }
    """),
]

@Suite struct AgreementTests {
  func bound(_ example: Case) throws -> BoundModel {
    let model = try Model(source: example.source)
    return try model.bind(example.data)
  }

  @Test(arguments: cases) func logDensitiesAgree(_ example: Case) throws {
    for (machine, native) in try bound(example).compareBackEnds(draws: 50, seed: 5) where machine.isFinite {
      #expect(abs(machine - native) <= 1e-10 * max(1, abs(machine)), "\(machine) on the machine, \(native) natively")
    }
  }

  @Test(arguments: cases) func gradientsAreDerivatives(_ example: Case) throws {
    let native = try bound(example).nativeDensity()
    for seed: UInt64 in 1...5 {
      // Central differences are exact to about the cube root of the rounding error.
      let found = try native.gradientError(seed: seed)
      #expect(found.error < 1e-6)
    }
  }
}

@Suite struct VirtualMachineOnlyTests {
  @Test func shapesThatNeverAgree() throws {
    let text = try reason(
      """
      model never() {
        x ~ normal(0, 1)
        z ~ gaussian_random_walk(5, 0.5)
        if x > 10 { factor(sum(diag_matrix([x, 1.0, 2.0]) + outer(z, z))) }
      }
      """)
    #expect(text.contains("these shapes never agree: one has size 3 where the other has 5"))
  }

  func reason(_ source: String) throws -> String { try Model(source: source).bind().backEndText() }

  @Test func recursionWithoutAKnownEnd() throws {
    let text = try reason(
      """
      model depth(p = 0.5) {
        more ~ bernoulli(p)
        if more { rest ~ depth(p) }
      }
      """)
    #expect(text.contains("virtual machine") && text.contains("model.ppl:3:"))
  }

  @Test func stochasticLength() throws {
    let text = try reason(
      """
      model lengths {
        n ~ poisson(3)
        for i in 0..<n + 1 { x[i] ~ normal(0, 1) }
      }
      """)
    #expect(text.contains("depends on a choice") && text.contains("model.ppl:3:"))
  }

  @Test func functionChosenAtRandom() throws {
    let text = try reason(
      """
      model functions {
        b ~ bernoulli(0.5)
        let f = if b { x => x + 1 } else { x => x * 2 }
        y ~ normal(f(1.0), 1)
      }
      """)
    #expect(text.contains("function") && text.contains("model.ppl:3:"))
  }

  @Test func distributionChosenAtRandom() throws {
    let text = try reason(
      """
      model distributions {
        b ~ bernoulli(0.5)
        let d = if b { normal(0, 1) } else { cauchy(0, 1) }
        y ~ d
      }
      """)
    #expect(text.contains("distribution") && text.contains("model.ppl:3:"))
  }

  @Test func memoisedChoices() throws {
    let text = try reason(
      """
      model memo {
        let f = mem(i => sample(normal(0, 1)))
        y ~ normal(f(3), 1)
      }
      """)
    #expect(text.contains("mem"))
  }
}
