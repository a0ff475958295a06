// The library as a Swift program uses it: models from text, data as Swift values, results as numbers, errors as text.

import Borel
import Testing

private let coin = """
  model coin(n: Int) {
    p ~ beta(1, 1)
    heads ~ binomial(n, p)
    return p > 0.5
  }
  """

private let schools = """
  model schools(sigma: Real[n]) {
    mu ~ normal(0, 5)
    tau ~ half_cauchy(5)
    for j in 0..<len(sigma) {
      theta[j] ~ normal(mu, tau)
      y[j] ~ normal(theta[j], sigma[j])
    }
  }
  """

@Suite struct ModelTests {
  @Test func tellsItsParametersAndVariables() throws {
    let model = try Model(source: schools)
    #expect(model.name == "schools")
    #expect(model.parameters.map(\.name) == ["sigma"])
    #expect(model.parameters.first?.type == "Real[n]")
    #expect(model.parameters.first?.hasDefault == false)
    #expect(model.variables == ["mu", "tau", "theta", "y"])
  }

  /// Beta(1, 1) and 7 heads of 10: the posterior is Beta(8, 4), the evidence 1/11.
  @Test func importanceAgreesWithTheConjugatePosterior() throws {
    let posterior = try Model(source: coin).bind(["n": 10, "heads": 7]).importance(draws: 20_000, seed: 1)
    let p = try #require(posterior["p"])
    // Standard errors are about 0.0014 and 0.007; five of them.
    #expect(abs(p.mean - 8.0 / 12) < 0.007)
    #expect(abs((posterior.logEvidence ?? .nan) + 2.3978952727983707) < 0.035)
    #expect(abs(posterior.weights.reduce(0, +) - 1) < 1e-12)
  }

  @Test func everyMethodRunsAndRepeats() throws {
    let model = try Model(source: coin).bind(["n": 10, "heads": 7])
    for method: Method in [
      .metropolisHastings(draws: 200, warmup: 100, chains: 2), .importance(draws: 200),
      .rejection(draws: 50), .sequentialMonteCarlo(particles: 200),
    ] {
      let first = try model.sample(method: method, seed: 7)
      let second = try model.sample(method: method, seed: 7)
      #expect(first["p"]?.values == second["p"]?.values)
      #expect(first.seed == 7)
    }
  }

  @Test func threadsDoNotChangeResults() throws {
    func draws(_ threads: Int) throws -> [[Double]] {
      var options = RunOptions(seed: 3)
      options.threads = threads
      let model = try Model(source: schools, options: options).bind(["sigma": [15.0, 10, 16], "y": [28.0, 8, -3]])
      return try [
        Method.metropolisHastings(draws: 50, warmup: 20, chains: 4), .importance(draws: 500),
        .sequentialMonteCarlo(particles: 300),
      ].map { try model.sample(method: $0)["mu"]?.values ?? [] }
    }
    #expect(try draws(1) == draws(4))
  }

  @Test func enumerationIsExact() throws {
    let model = try Model(
      source: """
        model rain {
          rain ~ bernoulli(0.2)
          wet ~ bernoulli(if rain { 0.9 } else { 0.1 })
        }
        """)
    let posterior = try model.bind(["wet": true]).enumerate()
    #expect(posterior.isExact)
    #expect(abs((posterior["rain"]?.mean ?? .nan) - 0.18 / 0.26) < 1e-15)
  }

  /// log p = log Beta(0.3; 1, 1) + log Binomial(7; 10, 0.3) = log 120 + 7 log 0.3 + 3 log 0.7.
  @Test func logDensityIsThatOfTheFormula() throws {
    let model = try Model(source: coin).bind(["n": 10])
    let density = try model.logDensity(at: ["p": 0.3, "heads": 7])
    #expect(abs(density - (4.787491742782046 + 7 * -1.2039728043259361 + 3 * -0.35667494393873245)) < 1e-12)
    #expect(try model.logDensity(at: ["p": 1.3, "heads": 7]) == -.infinity)
  }

  @Test func simulatesWithNumbersByName() throws {
    let simulation = try Model(source: schools).bind(["sigma": [15.0, 10.0]]).simulate(seed: 1)
    #expect(simulation.names == ["mu", "tau", "theta", "y"])
    #expect(simulation.numbers("theta")?.count == 2)
    #expect(simulation.number("theta[1]") == simulation.numbers("theta")?[1])
    #expect(simulation.logDensity.isFinite)
  }

  @Test func takesEveryKindOfSwiftValue() throws {
    let model = try Model(
      source: """
        model m(b: Bool, n: Int, x: Real, xs: Real[k], grid: Real[i, j], r) {
          y ~ normal(if b { x + n + sum(xs) + sum(grid) + r.a } else { 0 }, 1)
        }
        """)
    let bound = try model.bind([
      "b": true, "n": 2, "x": 1, "xs": [1, 2.5], "grid": [[1.0, 2], [3, 4]], "r": ["a": 0.5],
    ])
    // The mean is 1 + 2 + 3.5 + 10 + 0.5 = 17, where the density is that of the mode.
    #expect(abs(try bound.logDensity(at: ["y": 17.0]) + 0.9189385332046727) < 1e-12)
  }

  @Test func errorsCarryTextAndKind() throws {
    let broken = #expect(throws: BorelError.self) { try Model(source: "model m { x ~ normla(0, 1) }") }
    #expect(broken?.kind == .program)
    #expect(broken?.description.contains("`normla`") == true)
    #expect(broken?.description.contains("model.ppl:1:15") == true)

    let model = try Model(source: schools)
    let missing = #expect(throws: BorelError.self) { try model.bind(["y": [1.0]]) }
    #expect(missing?.diagnostics.first?.code == "missing-key")
    let misspelt = #expect(throws: BorelError.self) { try model.bind(["sigma": [1.0], "tua": 1.0]) }
    #expect(misspelt?.kind == .data)
    #expect(misspelt?.diagnostics.first?.hint == "did you mean `tau`?")
    let shape = #expect(throws: BorelError.self) { try model.bind(["sigma": [[1.0, 2.0]]]) }
    #expect(shape?.diagnostics.first?.code == "data-mismatch")
  }

  @Test func cancellationKeepsTheDrawsSoFar() throws {
    let options = RunOptions(seed: 1)
    let model = try Model(source: coin, options: options).bind(["n": 10, "heads": 7])
    options.cancellation.cancel()
    let posterior = try model.sample(method: .importance(draws: 1_000_000))
    // The flag was set before the first execution.
    #expect(posterior.wasCancelled)
    #expect(posterior.count == 0)
  }
}
