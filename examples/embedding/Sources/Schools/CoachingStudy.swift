// Eight schools from Swift: the model is Borel, the data are Swift values, the result is numbers.

import Borel

/// A study of coaching in several schools (Rubin 1981): an estimated effect and its standard error for each.
public struct CoachingStudy: Sendable {
  public var effects: [Double]
  public var standardErrors: [Double]

  public init(effects: [Double], standardErrors: [Double]) {
    self.effects = effects
    self.standardErrors = standardErrors
  }

  /// The data of the eight schools.
  public static let eightSchools = CoachingStudy(
    effects: [28, 8, -3, 7, -1, 1, 18, 12], standardErrors: [15, 10, 16, 11, 9, 11, 10, 18])

  private static let program = """
    model schools(sigma: Real[n]) {
      mu ~ normal(0, 5)
      tau ~ half_cauchy(5)
      for j in 0..<len(sigma) {
        theta[j] ~ normal(mu, tau)
        y[j] ~ normal(theta[j], sigma[j])
      }
    }
    """

  /// What is known about a number after seeing the data.
  public struct Estimate: Sendable {
    public let mean: Double
    public let standardDeviation: Double
  }

  /// The mean effect of coaching over all schools, and how much schools differ.
  public func estimate(draws: Int = 5000, seed: UInt64 = 1) throws -> (mean: Estimate, spread: Estimate) {
    let model = try Model(source: Self.program)
    let posterior = try model.bind(["sigma": standardErrors, "y": effects])
      .sample(method: .metropolisHastings(draws: draws, warmup: 1000, chains: 4), seed: seed)
    return (Self.estimate(posterior["mu"]), Self.estimate(posterior["tau"]))
  }

  private static func estimate(_ variable: RandomVariable?) -> Estimate {
    Estimate(mean: variable?.mean ?? .nan, standardDeviation: variable?.standardDeviation ?? .nan)
  }
}
