// What a resampling scheme is, and the table of schemes.

import BorelSemantics

/// A way to draw the numbers of offspring of weighted particles, with E[offspring of i] = n Wᵢ for normalised weights W.
public protocol Resampler: Sendable {
  /// How many of the `count` new particles descend from each of the old ones. `weights` are not negative and sum to 1.
  func offspring<Source: RandomSource>(of weights: [Double], count: Int, using random: inout Source) -> [Int]
}

/// A row of the table of resampling schemes.
public struct ResamplingScheme: Sendable {
  public let name: String
  public let summary: String
  public let resampler: any Resampler

  /// All schemes, the default first.
  public static let all = [
    ResamplingScheme(
      name: "systematic", summary: "one uniform number shared by all particles", resampler: SystematicResampler()),
    ResamplingScheme(
      name: "stratified", summary: "one uniform number for each particle's stratum", resampler: StratifiedResampler()),
    ResamplingScheme(
      name: "residual", summary: "whole parts of n W for certain, the rest multinomial", resampler: ResidualResampler()),
    ResamplingScheme(
      name: "multinomial", summary: "independent draws from the weights", resampler: MultinomialResampler()),
  ]

  public static func named(_ name: String) -> ResamplingScheme? { all.first { $0.name == name } }
}

/// The whole and the fractional part of n C for a cumulated weight C, which rounding may have put a little above 1.
func wholeAndFraction(_ cumulated: Double, _ count: Int) -> (whole: Int, fraction: Double) {
  let position = min(max(cumulated, 0), 1) * Double(count)
  let whole = position.rounded(.down)
  return (Int(whole), position - whole)
}
