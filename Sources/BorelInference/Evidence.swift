// The evidence that weighted draws estimate, with its standard error, and warnings about weights.

import BorelDraws
import BorelSemantics
import BorelSource

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// log Ẑ of independent weights, Ẑ = (1/N) Σ wᵢ, which is unbiased for the evidence Z.
///
/// The standard error is that of log Ẑ by the delta method, sd(w) / (mean(w) √N); nil for one draw and for weights that are all zero.
public func evidence(ofIndependent logWeights: [Double]) -> Draws.Estimate {
  let count = Double(logWeights.count)
  let value = logMeanExp(logWeights)
  guard value.isFinite, count > 1 else { return .init(value) }
  // Σ W² - 1/N for normalised weights W is the squared relative error but for the factor N / (N - 1).
  let excess = max(1 / effectiveSampleSize(ofLogarithms: logWeights) - 1 / count, 0)
  return .init(value, standardError: sqrt(excess * count / (count - 1)))
}

/// A warning where few draws carry nearly all the weight.
public func unevenWeightsWarning(effectiveSize: Double, of count: Int, hint: String) -> Diagnostic? {
  guard count >= 10, effectiveSize < max(10, 0.01 * Double(count)) else { return nil }
  let rounded = (effectiveSize * 10).rounded() / 10
  return Diagnostic(
    .warning, code: "uneven-weights",
    "few draws carry the weight: the effective sample size is \(rounded) of \(count)", hint: hint)
}

/// The error of a run in which every execution had weight zero.
public func allWeightsZero(_ what: String, _ failures: NumericalFailureLog, at span: Span? = nil) -> Failure {
  var diagnostic = Diagnostic(
    code: "all-weights-zero", "\(what) has weight zero", at: span, label: span == nil ? "" : "here",
    hint: "the data are impossible under the program, or so unlikely that no draw from the prior comes near them")
  if let most = failures.mostFrequent {
    let times = "\(most.count) of them failed numerically"
    diagnostic.notes.append("\(times): \(most.first.message)")
    if let place = most.first.primary { diagnostic.secondary.append(.init(place.span, "failed here")) }
  }
  return Failure(.user, diagnostic)
}
