// What is wrong with draws, one line per problem, with a code that `borel explain` knows.

import BorelDraws

/// A problem of a set of draws.
public struct Verdict: Sendable, Equatable {
  /// `divergences`, `rhat`, `ess`, `ebfmi`, `treedepth`, `pareto-k`, `multimodal`, `stuck` or `infinite`.
  public var code: String
  /// One line with the numbers.
  public var message: String
  /// What to do first.
  public var hint: String

  public init(code: String, _ message: String, hint: String) {
    self.code = code
    self.message = message
    self.hint = hint
  }
}

extension Draws {
  /// The problems of these draws, those that explain others first; none is a good sign, no proof. Weighted draws and exact results have
  /// no chains to judge, and only infinite values are told.
  ///
  /// - Parameter maximumTreeDepth: the sampler's limit, 10 where it is not known.
  public func verdicts(maximumTreeDepth: Int? = nil) -> [Verdict] {
    guard count > 0 else { return [] }
    let infinite = infiniteVerdict().map { [$0] } ?? []
    guard logWeights == nil, !isExact else { return infinite }
    let measures = ConvergenceMeasures(self)
    let (stuck, stuckColumns) = stuckVerdict()
    var verdicts = [stuck].compactMap { $0 } + infinite
    verdicts += [divergenceVerdict()].compactMap { $0 }
    verdicts += [multimodalVerdict(measures, except: stuckColumns), measures.rHatVerdict(), measures.sizeVerdict()]
      .compactMap { $0 }
    verdicts += [energyVerdict(), treeDepthVerdict(maximumTreeDepth ?? 10)].compactMap { $0 }
    return verdicts
  }
}

/// `a`, `a and b`, `a, b and c`.
func listed(_ words: [String]) -> String {
  guard words.count > 1, let last = words.last else { return words.first ?? "" }
  return words.dropLast().joined(separator: ", ") + " and " + last
}

/// A number with three digits.
func short(_ x: Double) -> String {
  if x.isNaN { return "NaN" }
  if x.isInfinite { return x < 0 ? "-inf" : "inf" }
  if x == 0 { return "0" }
  let exponent = decimalExponent(abs(x))
  if exponent < -4 || exponent > 6 { return formatted(x, decimals: 2, scientific: true) }
  return formatted(x, decimals: max(2 - exponent, 0))
}

/// A share as `0.3 %`.
func percentage(_ part: Int, of whole: Int) -> String {
  let share = 100 * Double(part) / Double(max(whole, 1))
  return (share >= 10 ? formatted(share, decimals: 0) : share >= 0.1 ? formatted(share, decimals: 1) : "< 0.1") + " %"
}
