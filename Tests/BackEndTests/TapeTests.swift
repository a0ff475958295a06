// The tape of the virtual machine agrees with native gradients, and has gradients where there is no native form.

import Borel
import Testing

@Suite struct TapeTests {
  func bound(_ example: Case) throws -> BoundModel { try Model(source: example.source).bind(example.data) }

  /// Native code and the tape to 1e-8 of the gradient's size, the tape and differences to 1e-5.
  @Test(arguments: cases) func gradientsAgree(_ example: Case) throws {
    let found = try bound(example).compareGradients(points: 5, seed: 3)
    #expect(found.points > 0)
    #expect(try #require(found.native) < 1e-8)
    #expect(try #require(found.density) < 1e-10)
    #expect(found.differences < 1e-5)
  }

  static let others: [Case] = [
    Case(
      "differential equations", ["y": [[1.2, 0.4], [1.1, 0.6], [0.7, 0.9]]],
      """
      model predation(y: Real[n, 2]) {
        a ~ lognormal(0, 0.5)
        b ~ lognormal(0, 0.5)
        z0 ~ iid(lognormal(0, 0.5), 2)
        s ~ half_normal(1)
        let z = ode_rk45((t, z) => [a * z[0] - z[0] * z[1], b * z[0] * z[1] - z[1]], z0, 0, [0.5, 1.0, 2.0])
        for i in 0..<len(y) {
          for j in 0..<2 { observe y[i, j] ~ normal(z[i, j], s) }
        }
      }
      """),
    Case(
      "discrete choices held fixed", ["y": [0.3, 2.2, -0.4]],
      """
      model labels(y: Real[n]) {
        mu ~ iid(normal(0, 2), 2)
        p ~ beta(2, 2)
        for i in 0..<len(y) {
          k[i] ~ bernoulli(p)
          observe y[i] ~ normal(if k[i] { mu[0] } else { mu[1] }, 1)
        }
      }
      """),
  ]

  @Test(arguments: others) func moreGradientsAgree(_ example: Case) throws { try gradientsAgree(example) }

  static let machineOnly: [Case] = [
    Case(
      "recursion", [:],
      """
      model depth(p = 0.5) {
        x ~ normal(0, 1)
        more ~ bernoulli(p)
        if more { rest ~ depth(p) }
        observe 0.3 ~ normal(x, 0.5)
      }
      """),
    Case(
      "lengths", [:],
      """
      model lengths {
        s ~ gamma(2, 2)
        n ~ poisson(3)
        for i in 0..<n + 1 { x[i] ~ normal(0, s) }
      }
      """),
    Case(
      "functions", [:],
      """
      model functions {
        a ~ normal(0, 1)
        b ~ bernoulli(0.5)
        let f = if b { x => x + a } else { x => x * a }
        y ~ normal(f(1.0), 1)
      }
      """),
    Case(
      "distributions", [:],
      """
      model distributions {
        b ~ bernoulli(0.5)
        s ~ half_normal(1)
        let d = if b { normal(0, s) } else { cauchy(0, s) }
        y ~ d
      }
      """),
    Case(
      "mem", [:],
      """
      model memo {
        let f = mem(i => sample(normal(0, 1)))
        y ~ normal(f(3) + f(3)^2, 1)
      }
      """),
  ]

  @Test(arguments: machineOnly) func gradientsWithoutANativeForm(_ example: Case) throws {
    let model = try bound(example)
    let found = try model.compareGradients(points: 5, seed: 3)
    #expect(found.native == nil)
    #expect(found.points > 0)
    #expect(found.differences < 1e-7)
    #expect(try model.backEndText().contains("Gradients: on the virtual machine"))
  }

  @Test func explanationsNameWhatHasNoDerivative() throws {
    let text = try Model(
      source: """
        model missing {
          a ~ gamma(2, 2)
          n ~ poisson(3)
          for i in 0..<n { x[i] ~ normal(0, 1) }
          factor(log(gamma_p(a, 2)))
        }
        """
    ).bind().backEndText()
    #expect(text.contains("gamma_p has no derivative with respect to its argument 1"))
    #expect(text.contains("line 5"))
  }

  @Test func derivativesByName() throws {
    let model = try Model(
      source: """
        model regression(x: Real[n]) {
          b ~ iid(normal(0, 1), 2)
          for i in 0..<len(x) { z[i] ~ normal(b[0] + b[1] * x[i], 1) }
        }
        """
    ).bind(["x": [1.0, 2]])
    let gradient = try model.logDensityGradient(at: ["b": [0.5, -1.0], "z": [1.0, 0.0]])
    #expect(gradient.names == ["b", "z[0]", "z[1]"])
    // Residuals are 1.5 and 1.5.
    #expect(gradient["b"] == [-0.5 + 3, 1 + 4.5])
    #expect(gradient["z"] == [-1.5, -1.5])
    #expect(gradient["z[1]"] == [-1.5])
    #expect(gradient["q"] == nil)
    #expect(throws: BorelError.self) { try model.logDensityGradient(at: ["b": [0.5, -1.0]]) }
  }
}
