// Modes and approximations of whole models: closed forms, both back ends, starts, and the errors.

import Borel
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

@Suite struct OptimizeTests {
  func bind(_ source: String, _ data: [String: any DataConvertible] = [:]) throws -> BoundModel {
    try Model(source: source).bind(data)
  }

  /// `mem` has no native form, so that the second program runs on the virtual machine.
  static let gammas = [
    "model scale() { tau ~ gamma(3, 2) }",
    "model scale() { let shift = mem(k => 0.0 * k)\n  tau ~ gamma(3, 2)\n  x ~ normal(shift(1), 1) }",
  ]

  func scale(_ place: Int) throws -> BoundModel {
    let bound = try bind(Self.gammas[place], place == 1 ? ["x": 0.0] : [:])
    if place == 1 { #expect(throws: BorelError.self) { try bound.nativeGradient() } }
    return bound
  }

  /// Gamma(3, 2) has its mode at 2 / 2, and log tau its own at log(3 / 2).
  @Test(arguments: [0, 1]) func jacobianMovesTheMode(_ place: Int) throws {
    let bound = try scale(place)
    var settings = OptimizationSettings()
    let plain = try bound.optimize(settings, seed: 1)
    #expect(plain.isConverged)
    #expect(abs((try #require(plain["tau"]))[0] - 1) < 1e-3)
    settings.includesJacobian = true
    let mode = try bound.optimize(settings, seed: 1)
    #expect(abs((try #require(mode["tau"]))[0] - 1.5) < 1e-3)
    #expect(abs(mode.position[0] - log(1.5)) < 1e-3)
  }

  /// With n observations of variance 1 the posterior of a mean with a normal(0, 10) prior is normal: Laplace is exact.
  @Test func normalMean() throws {
    let y = [1.5, 2, -0.5, 3]
    let bound = try bind(
      "model mean(n: Int) { mu ~ normal(0, 10)\n  for i in 0..<n { y[i] ~ normal(mu, 1) } }", ["n": 4, "y": y])
    let precision = 4 + 0.01
    let mean = 6 / precision
    let mode = try bound.optimize(seed: 2)
    #expect(abs((try #require(mode["mu"]))[0] - mean) < 1e-4)
    let laplace = try bound.laplace(LaplaceSettings(draws: 4000), seed: 2)
    #expect(laplace.paretoShape < 0.1)
    // y is normal(0, I + 100 J): its determinant is 401, and y' (I + 100 J)⁻¹ y = y'y - 100 (Σ y)² / 401.
    let exact = -2 * log(2 * Double.pi) - 0.5 * log(401) - 0.5 * (15.5 - 100.0 * 36 / 401)
    #expect(abs((try #require(laplace.logEvidence)) - exact) < 1e-6)
    let mu = try #require(laplace.posterior["mu"])
    // Five standard errors of 4000 independent draws: once in 1.7 million times.
    #expect(abs(mu.mean - mean) < 5 / (4000 * precision).squareRoot())
    let pathfinder = try bound.pathfinder(seed: 2)
    #expect(pathfinder.paretoShape < 0.1)
    #expect(abs((try #require(pathfinder.posterior["mu"])).mean - mean) < 5 / (1000 * precision).squareRoot())
    #expect(pathfinder.posterior.count == 1000)
    #expect(pathfinder.startingPoints(4).count == 4)
  }

  /// Counts of successes with a flat prior: the most likely probability is the share of successes.
  @Test func maximumLikelihood() throws {
    let bound = try bind("model coin() { p ~ beta(1, 1)\n  k ~ binomial(40, p) }", ["k": 13])
    let found = try bound.optimize(seed: 3)
    #expect(abs((try #require(found["p"]))[0] - 13.0 / 40) < 1e-4)
    let text = found.description
    #expect(text.contains("0.325") && text.contains("converged"))
    #expect(found.json.contains("\"converged\": true") || found.json.contains("\"converged\":true"))
  }

  /// The shape is an estimate from a few hundred draws: around 0.8 here, and sometimes below 0.7. The warning follows it.
  @Test func funnelWarns() throws {
    let bound = try bind("model funnel() { v ~ normal(0, 3)\n  x ~ iid(normal(0, exp(v / 2)), 9) }")
    var warnings = 0
    for seed: UInt64 in 1...6 {
      let found = try bound.pathfinder(seed: seed)
      let isWarned = found.posterior.warnings.contains { $0.code == "pareto-k" }
      #expect(isWarned == (found.paretoShape > 0.7))
      if isWarned { warnings += 1 }
    }
    #expect(warnings >= 4)
  }

  @Test func flatDirectionIsNamed() throws {
    let bound = try bind(
      "model sums() { a ~ normal(0, 1.0e8)\n  b ~ normal(0, 1.0e8)\n  c ~ normal(0, 1)\n  y ~ normal(a + b, 1)\n  factor(0.5e-16 * (a * a + b * b)) }",
      ["y": 1.0])
    let error = try #require(throws: BorelError.self) { try bound.laplace(seed: 1) }
    #expect(error.diagnostics.first?.code == "not-concave", "\(error)")
    #expect(error.description.contains("a (") && error.description.contains("b ("))
  }

  @Test func discreteChoicesAreRefused() throws {
    let mixed = try bind("model mixed() { z ~ bernoulli(0.3)\n  x ~ normal(if z { 1 } else { 0 }, 1) }")
    for run in [
      { _ = try mixed.optimize(seed: 1) }, { _ = try mixed.laplace(seed: 1) }, { _ = try mixed.pathfinder(seed: 1) },
    ] {
      let error = try #require(throws: BorelError.self) { try run() }
      #expect(error.diagnostics.first?.code == "no-continuous-density")
    }
    let coin = try bind("model coin() { z ~ bernoulli(0.3) }")
    #expect(throws: BorelError.self) { try coin.optimize(seed: 1) }
  }

  /// A start given by values is the place that `optimize` found for them.
  @Test(arguments: [0, 1]) func startsFromValues(_ place: Int) throws {
    let bound = try scale(place)
    #expect(abs(try bound.startingPoint(at: ["tau": 2.5])[0] - log(2.5)) < 1e-12)
    #expect(throws: BorelError.self) { try bound.startingPoint(at: [:]) }
    #expect(throws: BorelError.self) { try bound.startingPoint(at: ["tau": 0.0]) }
    #expect(throws: BorelError.self) { try bound.startingPoint(at: ["tau": -1.0]) }
  }

  @Test func vectorsComeBack() throws {
    let bound = try bind(
      """
      model shares() {
        p ~ dirichlet([2.0, 3, 4])
        s ~ half_normal(1)
        m ~ iid(normal(0, s), 3)
        y ~ multinomial(10, p)
      }
      """, ["y": [2, 3, 5]])
    let found = try bound.optimize(seed: 5)
    let again = try bound.startingPoint(at: ["p": found["p"] ?? [], "s": found["s"]?.first ?? 0, "m": found["m"] ?? []])
    #expect(again.count == found.position.count)
    for (a, b) in zip(again, found.position) { #expect(abs(a - b) < 1e-6 * max(1, abs(b))) }
  }

  @Test func sameSeedSameResult() throws {
    let source = "model m() { a ~ normal(0, 1)\n  b ~ student_t(4, a, 1) }"
    let draws = try [1, 4].map { threads in
      try Model(source: source, options: RunOptions(threads: threads)).bind().pathfinder(seed: 9).posterior["b"]?.values
    }
    #expect(draws[0] == draws[1])
  }
}
