// Log likelihoods of a model at the draws of a fit, explanations of verdicts, and how files make fits.

import Borel
import Foundation
import Testing

@Suite struct CrossValidationTests {
  private func file(_ name: String, _ text: String) throws -> String {
    let folder = FileManager.default.temporaryDirectory.appending(path: "borel-loo-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let file = folder.appending(path: name)
    try text.write(to: file, atomically: true, encoding: .utf8)
    return file.path
  }

  /// Draws of mu and sigma, with log_lik of y = (1, 2.5, -0.5) under normal(mu, sigma) computed here.
  private func fit() throws -> (path: String, expected: [[Double]]) {
    let y = [1.0, 2.5, -0.5]
    var text = "lp__,mu,sigma,k\n"
    var expected: [[Double]] = Array(repeating: [], count: y.count)
    for draw in 0..<40 {
      let mu = 0.05 * Double(draw) - 1
      let sigma = 1 + 0.01 * Double(draw * draw % 37)
      text += "\(-Double(draw)),\(mu),\(sigma),\(draw % 3)\n"
      for (index, x) in y.enumerated() {
        let z = (x - mu) / sigma
        expected[index].append(-0.918938533204672741780 - log(sigma) - 0.5 * z * z)
      }
    }
    return (try file("fit_1.csv", text), expected)
  }

  private static let forms = [
    "y ~ normal(mu, sigma)", "for i in 0..<3 { y[i] ~ normal(mu, sigma) }", "y ~ iid(normal(mu, sigma), 3)",
    "for i in 0..<3 { s[i] ~ leaf(mu, sigma) }",
  ]

  /// The same likelihood written as a product, a loop, a repetition and submodels; sums of three terms differ by rounding only.
  @Test(arguments: forms) func observationsCountSingly(_ form: String) throws {
    let source = """
      model leaf(mu, sigma) { y ~ normal(mu, sigma) }
      model main {
        mu ~ normal(0, 1)
        sigma ~ half_normal(1)
        k ~ categorical([0.2, 0.3, 0.5])
        \(form.replacing("y ~ normal(mu, sigma)", with: form.hasPrefix("y ~ normal") ? "y ~ normal([mu, mu, mu], sigma)" : "y ~ normal(mu, sigma)"))
      }
      """
    let model = try Model(source: source, named: "main")
    let isNested = form.contains("leaf")
    let bound = try model.bind(
      isNested ? ["s[0]/y": 1.0, "s[1]/y": 2.5, "s[2]/y": -0.5] : ["y": [1.0, 2.5, -0.5]])
    let (path, expected) = try fit()
    let saved = try SavedPosterior(contentsOf: [path])
    let likelihood = try bound.logLikelihood(at: saved)
    #expect(likelihood.names == (isNested ? ["s[0]/y", "s[1]/y", "s[2]/y"] : ["y[0]", "y[1]", "y[2]"]))
    let loo = CrossValidation(likelihood)
    // The same from a file that holds the log likelihoods.
    var text = "log_lik.1,log_lik.2,log_lik.3\n"
    for draw in 0..<40 { text += expected.map { "\($0[draw])" }.joined(separator: ",") + "\n" }
    let stored = CrossValidation(
      try SavedPosterior(contentsOf: [try file("lik_1.csv", text)]).logLikelihood())
    for (a, b) in zip(loo.pointwise, stored.pointwise) { #expect(abs(a - b) < 1e-10) }
    #expect(loo.observations.count == 3)
  }

  @Test func aMissingChoiceIsNamed() throws {
    let model = try Model(source: "model m { mu ~ normal(0, 1)\n nu ~ normal(0, 1)\n y ~ normal(mu + nu, 1) }")
    let saved = try SavedPosterior(contentsOf: [try fit().path])
    let error = try #require(throws: BorelError.self) {
      try model.bind(["y": 1.0]).logLikelihood(at: saved)
    }
    #expect(error.diagnostics.first?.code == "missing-choice")
    #expect(error.description.contains("the fit has no values of `nu`"))
  }

  @Test func nothingObservedAndNoLogLik() throws {
    let saved = try SavedPosterior(contentsOf: [try fit().path])
    let model = try Model(source: "model m { mu ~ normal(0, 1) }")
    let error = try #require(throws: BorelError.self) { try model.bind().logLikelihood(at: saved) }
    #expect(error.diagnostics.first?.code == "no-observations")
    let other = try #require(throws: BorelError.self) { try saved.logLikelihood() }
    #expect(other.diagnostics.first?.code == "no-log-lik")
  }

  @Test func impossibleObservationsAreNamed() throws {
    let saved = try SavedPosterior(contentsOf: [try file("a_1.csv", "log_lik.1,log_lik.2\n-1,-2\n-1,-inf\n")])
    let error = try #require(throws: BorelError.self) { try saved.logLikelihood() }
    #expect(error.description.contains("log_lik[1] is -inf at draw 2 of chain 1"))
  }

  @Test func filesOfOneFitGoTogether() {
    let groups = SavedPosterior.groups(of: [
      "a_1.csv", "b-1.csv", "a_2.csv", "dir/a_1.csv", "b-2.csv", "plain.csv", "x2.csv",
    ])
    #expect(groups == [["a_1.csv", "a_2.csv"], ["b-1.csv", "b-2.csv"], ["dir/a_1.csv"], ["plain.csv"], ["x2.csv"]])
  }

  private static let codes = [
    "divergences", "rhat", "ess", "ebfmi", "treedepth", "pareto-k", "multimodal", "stuck", "infinite", "waic",
  ]

  /// Each verdict has a page that fits a terminal and shows a program that compiles.
  @Test(arguments: codes) func verdictsAreExplained(_ code: String) throws {
    let text = try Session(options: RunOptions()).documentation(of: code)
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    #expect((15...40).contains(lines.count), "\(lines.count) lines")
    #expect(lines.allSatisfy { $0.count <= 150 })
    let start = try #require(lines.firstIndex { $0.drop { $0 == " " }.hasPrefix("model ") })
    let indent = lines[start].prefix { $0 == " " }
    let end = try #require(lines[start...].firstIndex { $0 == indent + "}" })
    _ = try Model(source: lines[start...end].joined(separator: "\n"))
  }
}
