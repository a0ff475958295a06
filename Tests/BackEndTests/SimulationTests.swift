// Native simulation takes the same numbers from the same streams as the virtual machine.

import Borel
import BorelNumerics
import Testing

private let models: [Case] = [
  Case(
    "scalars and arrays in loops", ["sigma": [15.0, 10, 16]],
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
    "a chain", ["T": 50],
    """
    model walk(T: Int) {
      phi ~ beta(20, 1.5)
      s ~ exponential(2)
      h[0] ~ normal(0, s)
      for t in 1..<T { h[t] ~ normal(phi * h[t - 1], s) }
      for t in 0..<T { y[t] ~ student_t(4, 0, exp(h[t] / 2)) }
    }
    """),
  Case(
    "counts and truth values", ["n": 12],
    """
    model counts(n: Int) {
      p ~ beta(2, 3)
      r ~ gamma(2, 1)
      for i in 0..<n {
        b[i] ~ bernoulli(p)
        k[i] ~ poisson(r * (if b[i] { 2.0 } else { 0.5 }))
        m[i] ~ binomial(k[i] + 1, p)
        c[i] ~ categorical([0.2, 0.5, 0.3])
        g[i] ~ neg_binomial_2(3.5, r)
        u[i] ~ discrete_uniform(-2, 5)
      }
    }
    """),
  Case(
    "vectors and matrices", ["S": [[2.0, 0.3], [0.3, 1.0]]],
    """
    model arrays(S: Real[k, k]) {
      w ~ dirichlet([2.0, 3.0, 4.0])
      x ~ multi_normal([1.0, -1.0], S)
      L ~ lkj_corr_cholesky(3, 2)
      W ~ wishart(5, S)
      z ~ iid(normal(0, 1), 20)
      // Its draws in between need more working memory than there is at first.
      far ~ multi_normal(zeros(30), identity(30))
      v ~ normal(z, 2)
      counts ~ multinomial(10, w)
    }
    """),
  Case(
    "submodels and observations", ["y": [0.3, 1.2]],
    """
    model coefficient(scale) {
      raw ~ normal(0, 1)
      return scale * raw
    }
    model regression(n = 2) {
      a ~ coefficient(2)
      b ~ coefficient(0.5)
      for i in 0..<n {
        y[i] ~ normal(a + b, 1)
        replicate[i] ~ logistic(a, 1)
      }
    }
    """),
  Case(
    "mixtures", ["n": 10],
    """
    model mixtures(n: Int) {
      w ~ dirichlet([2.0, 1.0, 1.0])
      mu ~ normal(0, 3)
      for i in 0..<n {
        x[i] ~ mixture(w, normal(mu, 1), gamma(2, 1), truncate(normal(0, 1), 3, null))
        k[i] ~ mixture([0.25, 0.75], poisson(20), binomial(3, 0.5))
        b[i] ~ mixture([0.5, 0.5], bernoulli(0.9), bernoulli(0.1))
      }
      one ~ mixture([1.0], normal(mu, 1))
      sparse ~ mixture([0.0, 0.7, 0.0, 0.3, 0.0], normal(100, 1), normal(1, 1), normal(200, 1), normal(2, 1), normal(300, 1))
      inner ~ mixture([0.4, 0.6], mixture([0.5, 0.5], normal(-9, 1), normal(9, 1)), normal(0, 0.1))
      v ~ mixture([0.3, 0.7], multi_normal([0.0, 0.0], identity(2)), multi_normal([9.0, 9.0], 2 * identity(2)))
      many ~ iid(mixture([0.3, 0.7], normal(-5, 1), normal(5, 1)), 12)
    }
    """),
  Case(
    "truncation by rejection", ["m": [0.5, -0.2, 0.1]],
    """
    model kept(m: Real[n]) {
      s ~ half_normal(1)
      a ~ truncate(normal(0, s), 0, null)
      b ~ truncate(normal(0, 1), -1, 2)
      c ~ truncate(normal(m, 1), null, 1 + s)
      d ~ truncate(gamma(2, 1), 0.1, 4)
      k ~ iid(truncate(poisson(3), 1, null), 8)
      all ~ truncate(normal(0, s), null, null)
    }
    """),
  Case(
    "truncation far out", ["limits": [8.0, -12.0]],
    """
    distribution two_sided(q) on Int where q > 0, q < 1 {
      logpdf(k) = log((1 - q) / (1 + q)) + abs(k) * log(q)
      cdf(k) = if k < 0 { q^(-k) / (1 + q) } else { 1 - q^(k + 1) / (1 + q) }
      ccdf(k) = if k < 0 { 1 - q^(-k) / (1 + q) } else { q^(k + 1) / (1 + q) }
      sample() = geometric_draw(1 - q) - geometric_draw(1 - q)
    }
    model tails(limits: Real[n]) {
      s ~ gamma(9, 8)
      a ~ truncate(normal(0, 1), 6, null)
      b ~ truncate(normal(0, 1), null, -7)
      c ~ truncate(normal(0, s), limits[0], limits[0] + 1)
      d ~ truncate(normal(0, s), limits[1] - 1, limits[1])
      e ~ truncate(exponential(s), 20, null)
      f ~ truncate(student_t(3, 0, s), 50, 1e6)
      g ~ truncate(beta(2, 5), 0.9, 0.95)
      h ~ truncate(gamma(0.01, 1), null, 1e-60)
      i ~ truncate(cauchy(0, 1), null, -1e4)
      j ~ truncate(lognormal(0, 1), 100, null)
      l ~ truncate(logistic(s, 1), -0.01, 0.02)
      k ~ iid(truncate(poisson(3), 15, null), 6)
      m ~ iid(truncate(poisson(300), null, 200), 6)
      o ~ iid(truncate(binomial(40, 0.2), 20, 30), 6)
      p ~ truncate(normal([0.0, 1.0, 2.0], s), 6, 7)
      q ~ iid(truncate(discrete_uniform(-1000, 1000), 990, null), 6)
      t ~ iid(truncate(two_sided(0.5), 12, null), 6)
      u ~ iid(truncate(two_sided(0.6), null, -15), 6)
      r ~ truncate(normal(0, 1), 3, 1 / 0.0)
    }
    """),
  Case(
    "truncated combinations", [:],
    """
    model combined {
      s ~ half_normal(1)
      a ~ truncate(mixture([0.3, 0.7], normal(-1, s), normal(2, 1)), 0, null)
      b ~ truncate(mixture([0.3, 0.7], normal(-1, 1), normal(2, 1)), 7, null)
      c ~ truncate(mixture([0.5, 0.5], gamma(2, 1), exponential(s)), 30, 31)
      d ~ truncate(truncate(normal(0, 1), 1, null), 5, null)
      e ~ truncate(truncate(normal(0, s), null, 1), -20, -10)
      f ~ truncate(censor(normal(0, 1), -2, 2), 1.5, null)
      g ~ censor(truncate(normal(0, 1), 0, null), null, 0.5)
      h ~ iid(truncate(mixture([0.9, 0.1], poisson(2), poisson(6)), 14, 18), 6)
    }
    """),
  Case(
    "censoring and order", ["n": 9],
    """
    model clamped(n: Int) {
      s ~ half_normal(2)
      for i in 0..<n {
        x[i] ~ censor(normal(0, s), -1, 1.5)
        k[i] ~ censor(poisson(4), 2, 5)
        m[i] ~ censor(mixture([0.5, 0.5], normal(-3, 1), normal(3, 1)), null, 2 * s)
      }
      v ~ censor(normal([0.0, 1.0, 2.0], 1), 0, null)
      o ~ ordered(normal(0, s), 3)
      p ~ ordered(exponential(1), n)
      q ~ ordered(poisson(4), n)
    }
    """),
]

@Suite struct SimulationTests {
  private func bound(_ example: Case) throws -> BoundModel { try Model(source: example.source).bind(example.data) }

  /// Whole numbers are equal, others to rounding: compiled code fuses products with sums.
  @Test(arguments: models) func drawsAreTheMachines(_ example: Case) throws {
    let found = try bound(example).compareSimulations(draws: 50, seed: 11)
    #expect(!found.isEmpty)
    for (name, machine, native) in found {
      try #require(machine.count == native.count && !machine.isEmpty, "\(name)")
      for (a, b) in zip(machine, native) { #expect(abs(a - b) <= 1e-12 * max(1, abs(a)), "\(name): \(a), \(b)") }
    }
  }

  /// What is observed of an array stays, and takes nothing from the stream.
  @Test func missingElementsAreDrawn() throws {
    let model = try Model(
      source: """
        model gaps(n = 5) {
          s ~ half_normal(1)
          for i in 0..<n {
            y[i] ~ truncate(normal(0, s), null, 9)
            k[i] ~ poisson(3)
          }
        }
        """)
    let bound = try model.bind(files: [], assignments: ["y=[0.25, null, null, -1.5, null]", "k=[null, 7, 8, 9, null]"])
    let found = try bound.compareSimulations(draws: 20, seed: 3)
    #expect(found.count == 60)
    for (name, machine, native) in found {
      #expect(zip(machine, native).allSatisfy { abs($0 - $1) <= 1e-12 * max(1, abs($0)) }, "\(name)")
      if name == "y[_]" { #expect(native[0] == 0.25 && native[3] == -1.5) }
      if name == "k[_]" { #expect(native[1] == 7 && native[2] == 8 && native[3] == 9) }
    }
  }

  /// An interval without mass has no draws on either side.
  @Test func emptyIntervalsFail() throws {
    let bound = try Model(
      source: "model m {\n  a ~ bernoulli(0.5)\n  x ~ truncate(exponential(1), -2, if a { 1.0 } else { -1.0 })\n}"
    ).bind()
    let native = try bound.nativeSimulation()
    var random = RandomStream(seed: 4)
    let draws = (0..<20).map { _ in native.draw(using: &random) }
    #expect(draws.contains { $0 == nil } && draws.contains { $0 != nil })
  }

  @Test func whatHasNoNativeFormSaysWhy() throws {
    let bound = try Model(source: "model m {\n  x ~ borel(0.5)\n}").bind()
    do {
      _ = try bound.nativeSimulation()
      Issue.record("there is a native form")
    } catch {
      #expect(error.description.contains("`while`"))
    }
  }
}
