// Gaussian approximations of a posterior, for a Swift program: what they have in common.

import BorelDraws
import BorelInference
import BorelOptimize
import BorelSemantics
import BorelSource

/// Draws from an approximation of a posterior.
public struct Approximation: Sendable, CustomStringConvertible {
  public let posterior: Posterior
  /// k̂: above 0.7 the draws do not stand for the posterior (Vehtari et al. 2024).
  public let paretoShape: Double
  /// The log evidence that the approximation implies, where it does.
  public let logEvidence: Double?
  /// The draws in unconstrained space.
  let positions: [[Double]]

  public var description: String { posterior.description }

  /// Different draws as starts for chains, spread over all that there are; fewer where there are not so many.
  public func startingPoints(_ count: Int) -> [[Double]] {
    var seen: Set<[Double]> = []
    let distinct = positions.filter { seen.insert($0).inserted }
    guard count > 0, !distinct.isEmpty else { return [] }
    return (0..<min(count, distinct.count)).map { distinct[$0 * distinct.count / min(count, distinct.count)] }
  }

  /// The warning of draws that do not stand for the posterior.
  static func warning(_ shape: Double, _ method: String) -> Diagnostic? {
    guard !(shape <= 0.7) else { return nil }
    return Diagnostic(
      .warning, code: "pareto-k",
      "the Pareto k-hat of \(method) is \(twoDecimals(shape)), above 0.7: the draws do not stand for the posterior",
      hint: "sample instead (`borel sample`), or give the model another parametrisation")
  }

  static func note(_ shape: Double) -> String {
    shape == -.infinity
      ? "Pareto k-hat: none, the approximation is exact to a few percent" : "Pareto k-hat \(twoDecimals(shape))"
  }
}

/// -0.35, inf
func twoDecimals(_ x: Double) -> String {
  guard x.isFinite, abs(x) < 1e15 else { return x.isNaN ? "unknown" : "\(x)" }
  let hundredths = Int((x * 100).rounded())
  let (whole, rest) = (abs(hundredths) / 100, abs(hundredths) % 100)
  return (hundredths < 0 ? "-" : "") + "\(whole)." + (rest < 10 ? "0" : "") + "\(rest)"
}

/// Six significant digits, as few as are needed.
func sixDigits(_ x: Double) -> String {
  guard x.isFinite, x != 0 else { return x == 0 ? "0" : x.isNaN ? "-" : "\(x)" }
  var exponent = 0
  var size = abs(x)
  while size >= 10, exponent < 400 { (size, exponent) = (size / 10, exponent + 1) }
  while size < 1, exponent > -400 { (size, exponent) = (size * 10, exponent - 1) }
  var digits = Int((size * 1e5).rounded())
  if digits >= 1_000_000 { (digits, exponent) = (digits / 10, exponent + 1) }
  let sign = x < 0 ? "-" : ""
  let all = String(digits)
  if exponent < -4 || exponent > 8 {
    let fraction = String(all.dropFirst()).droppingZeros
    return sign + all.prefix(1) + (fraction.isEmpty ? "" : "." + fraction) + "e\(exponent)"
  }
  if exponent < 0 { return sign + "0." + String(repeating: "0", count: -exponent - 1) + all.droppingZeros }
  if exponent >= 5 { return sign + all + String(repeating: "0", count: exponent - 5) }
  let fraction = String(all.dropFirst(exponent + 1)).droppingZeros
  return sign + all.prefix(exponent + 1) + (fraction.isEmpty ? "" : "." + fraction)
}

extension String {
  fileprivate var droppingZeros: String {
    var text = self
    while text.last == "0" { text.removeLast() }
    return text
  }
}
