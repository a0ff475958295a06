// Chains that start where the log density is -1e24 reach the posterior all the same.

import Borel
import Testing

@Suite struct FarStartTests {
  /// Starts within 2 of zero are 1e12 standard deviations away, where energies cannot be compared.
  ///
  /// The posterior is the prior. Of 4000 draws with an effective size of at least 2000, standard deviations are known to 1.6 %: a false
  /// alarm of the three has probability 1e-9; means are within 6 standard errors but for 1e-8.
  @Test func narrowDensities() throws {
    let posterior = try Model(source: "model narrow { x ~ iid(normal(0, 1e-12), 3) }").bind()
      .sample(method: .nuts(), seed: 1)
    let x = try #require(posterior["x"])
    for i in 0..<3 {
      let element = try #require(x[i])
      #expect(abs(element.standardDeviation / 1e-12 - 1) < 0.1)
      #expect(abs(element.mean) < 6e-12 / 2000.0.squareRoot())
    }
  }

  /// A start at the mode, where the gradient is zero, tells no scales; tolerances as above.
  @Test(arguments: ["1e-12", "1", "1e6"]) func startsAtTheMode(scale: String) throws {
    var settings = HamiltonianSettings()
    settings.start = .random(radius: 0)
    let posterior = try Model(source: "model wide { x ~ iid(normal(0, \(scale)), 3) }").bind()
      .sample(method: .hamiltonian(settings), seed: 1)
    let x = try #require(posterior["x"])
    let expected = try #require(Double(scale))
    for i in 0..<3 {
      let element = try #require(x[i])
      #expect(abs(element.standardDeviation / expected - 1) < 0.1)
    }
  }
}
