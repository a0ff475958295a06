// Native simulation takes the same numbers from the same streams as the virtual machine.

import Borel
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

  @Test func whatHasNoNativeFormSaysWhy() throws {
    let bound = try Model(source: "model m {\n  x ~ truncate(normal(0, 1), 0, null)\n}").bind()
    do {
      _ = try bound.nativeSimulation()
      Issue.record("there is a native form")
    } catch {
      #expect(error.description.contains("combined distributions"))
    }
  }
}
