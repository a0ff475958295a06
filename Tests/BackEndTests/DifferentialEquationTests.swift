// Differential equations on both back ends: the same integrators, so the same solutions; gradients against differences.

import Borel
import Testing

private let hares: [Double] = [30, 47.2, 70.2, 77.4, 36.3, 20.6, 18.1]
private let lynxes: [Double] = [4, 6.1, 9.8, 35.2, 59.4, 41.7, 19]

/// Tolerances are tight, so that differences of densities show derivatives and not the steps.
private let systems: [Case] = [
  Case(
    "predators and prey", ["hare": hares, "lynx": lynxes],
    """
    model predators(n = 7) {
      alpha ~ normal(0.55, 0.05)
      beta ~ lognormal(-3.6, 0.1)
      gamma ~ lognormal(-0.2, 0.1)
      delta ~ lognormal(-3.6, 0.1)
      start ~ iid(lognormal(2.5, 0.3), 2)
      sigma ~ lognormal(-1, 0.5)
      let z = ode_rk45(
        (t, y) => [alpha * y[0] - beta * y[0] * y[1], delta * y[0] * y[1] - gamma * y[1]], start, 0,
        linspace(1, 7, 7), rel_tol: 1e-10, abs_tol: 1e-10)
      for i in 0..<n {
        hare[i] ~ lognormal(log(z[i, 0]), sigma)
        lynx[i] ~ lognormal(log(z[i, 1]), sigma)
      }
    }
    """),
  Case(
    "a stiff reaction", ["y": [0.98, 0.94, 0.72]],
    """
    fn reaction(t, y, k) {
      let a = k[0] * y[0] - k[1] * y[1] * y[2]
      let b = k[2] * y[1]^2
      return [-a, a - b, b]
    }
    model robertson(n = 3) {
      r ~ iid(normal(0, 0.1), 3)
      let k = [0.04 * exp(r[0]), 1.0e4 * exp(r[1]), 3.0e7 * exp(r[2])]
      let z = ode_bdf((t, y) => reaction(t, y, k), [1.0, 0.0, 0.0], 0, [0.4, 4.0, 40.0])
      for i in 0..<n { y[i] ~ normal(z[i, 0], 0.01) }
    }
    """),
  Case(
    "a system for each subject",
    ["dose": [1.0, 2.0, 0.5], "when": [0.5, 1.0, 3.0], "y": [[0.3, 0.4, 0.2], [0.7, 0.9, 0.5], [0.1, 0.2, 0.1]]],
    """
    model absorption(dose: Real[n], when: Real[m]) {
      ka ~ lognormal(0, 0.3)
      mu ~ normal(-1, 0.3)
      for i in 0..<len(dose) {
        ke[i] ~ lognormal(mu, 0.2)
        let amounts = ode_rk45(
          (t, y) => [-ka * y[0], ka * y[0] - ke[i] * y[1]], [dose[i], 0.0], 0, when, rel_tol: 1e-10, abs_tol: 1e-10)
        for j in 0..<len(when) { y[i, j] ~ normal(amounts[j, 1], 0.1) }
      }
    }
    """),
  Case(
    "loops, arrays and branches in a derivative",
    ["A": [[-0.5, 0.3, 0.0], [0.2, -0.4, 0.1], [0.0, 0.1, -0.6]], "y": 0.7],
    """
    fn flow(t, y, A, rates, forcing) {
      let n = len(y)
      var result = zeros(n)
      for i in 0..<n {
        var total = forcing[i] * sin(t)
        for j in 0..<n { total += A[i, j] * y[j] }
        result[i] = if t > 0.5 { total * rates[i] } else { total }
      }
      return result
    }
    model network(A: Real[n, n]) {
      let n = len(A)
      rates ~ iid(lognormal(0, 0.2), n)
      forcing ~ iid(normal(0, 1), n)
      let early = ode_rk45((t, y) => flow(t, y, A, rates, forcing), ones(n), 0, [0.5], rel_tol: 1e-10, abs_tol: 1e-10)
      let late = ode_bdf((t, y) => flow(t, y, A, rates, forcing), early[0], 0.5000001, [1.0, 2.0])
      y ~ normal(sum(late[1]), 0.5)
    }
    """),
]

@Suite struct DifferentialEquationTests {
  private func bound(_ example: Case) throws -> BoundModel { try Model(source: example.source).bind(example.data) }

  @Test(arguments: systems) func logDensitiesAgree(_ example: Case) throws {
    for (machine, native) in try bound(example).compareBackEnds(draws: 20, seed: 5) where machine.isFinite {
      #expect(abs(machine - native) <= 1e-10 * max(1, abs(machine)), "\(machine) on the machine, \(native) natively")
    }
  }

  /// Differences err by the cube root of the integration's own error.
  @Test(arguments: systems) func gradientsAreDerivatives(_ example: Case) throws {
    let native = try bound(example).nativeDensity()
    for seed: UInt64 in 1...3 { #expect(try native.gradientError(seed: seed, scale: 0.3).error < 2e-5) }
  }

  /// A solution that cannot be had makes the density zero on both.
  @Test func failuresHaveNoDensity() throws {
    let bound = try Model(
      source: """
        model explosion {
          a ~ uniform(0.5, 2)
          let z = ode_rk45((t, y) => [a * y[0]^2], [1.0], 0, [1.0])
          factor(z[0, 0])
        }
        """
    ).bind()
    let (machine, native) = (try bound.machineGradient(), try bound.nativeGradient())
    var machineSlope = [0.0]
    var nativeSlope = [0.0]
    // a = 1/2 + 3/2 / (1 + exp(-q)); the solution explodes at 1 / a.
    for (q, exists) in [(-3.0, true), (-1.5, true), (0.0, false), (1.0, false)] {
      #expect(try machine.evaluate(at: [q], gradient: &machineSlope).isFinite == exists)
      #expect(native.evaluate(at: [q], gradient: &nativeSlope).isFinite == exists)
    }
  }

  @Test func whatHasNoNativeFormSaysWhy() throws {
    func reason(_ source: String) throws -> String { try Model(source: source).bind().backEndText() }
    let tolerance = try reason(
      """
      model m {
        a ~ uniform(0, 1)
        let z = ode_rk45((t, y) => [-a * y[0]], [1.0], 0, [1.0], rel_tol: a)
        y ~ normal(z[0, 0], 1)
      }
      """)
    #expect(tolerance.contains("the relative tolerance is no positive constant") && tolerance.contains(":3:"))
    #expect(tolerance.contains("Gradients: on the virtual machine"))
    let times = try reason(
      """
      model m {
        a ~ uniform(0, 1)
        let z = ode_rk45((t, y) => [-y[0]], [1.0], 0, [a])
        y ~ normal(z[0, 0], 1)
      }
      """)
    #expect(times.contains("virtual machine") && times.contains("Gradients: none") && times.contains("line 3"))
  }
}
