// Means and standard deviations of draws beside those of a reference, and how often chance alone would part them.

import BorelConvergence

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Allowed difference of means, in combined standard errors.
let allowedErrors = 4.0
/// Allowed relative difference of standard deviations.
let allowedSpread = 0.1
/// R-hat stays below this.
let allowedRHat = 1.01

/// One parameter of a posterior beside its reference.
///
/// Means agree where they are within 4 standard errors, those of both sides combined; standard deviations where they are within 10 %.
/// The error of a standard deviation is itself large where tails are heavy: relative to it √((κ - 1) / 4n) for n independent draws of
/// kurtosis κ. Where 4 of these, of both sides combined, are more than 10 %, a difference of 10 % tells nothing and the limit is 4 errors.
struct ParameterComparison {
  let name: String
  let z: Double
  let spreadRatio: Double
  /// The relative standard error of `spreadRatio`.
  let spreadError: Double
  let rHat: Double
  let effectiveSize: Double

  init(_ reference: ReferenceStatistic, _ chains: [[Double]]) {
    name = reference.name
    let draws = chains.flatMap { $0 }
    let count = Double(draws.count)
    let mean = draws.reduce(0, +) / count
    var (second, fourth) = (0.0, 0.0)
    for draw in draws {
      let square = (draw - mean) * (draw - mean)
      second += square
      fourth += square * square
    }
    let sd = (second / (count - 1)).squareRoot()
    let error = monteCarloError(chains, of: .mean)
    z = (mean - reference.mean) / (error * error + reference.error * reference.error).squareRoot()
    spreadRatio = sd / reference.sd
    let kurtosis = second > 0 ? count * fourth / (second * second) : 3
    let own = monteCarloError(chains, of: .standardDeviation) / sd
    let theirs = ((kurtosis - 1) / (4 * reference.effectiveSize)).squareRoot()
    spreadError = (own * own + theirs * theirs).squareRoot()
    rHat = BorelConvergence.rHat(chains)
    effectiveSize = BorelConvergence.effectiveSize(chains, of: .bulk)
  }

  var spreadLimit: Double { max(allowedSpread, allowedErrors * spreadError) }
  /// More than 10 % apart, which chance explains.
  var isBeyondButExplained: Bool { abs(spreadRatio - 1) > allowedSpread && abs(spreadRatio - 1) <= spreadLimit }

  /// What does not agree, in words; empty where all does.
  var misses: [String] {
    var misses: [String] = []
    if !(abs(z) <= allowedErrors) {
      misses.append("mean \(fixed(abs(z), 2)) standard errors \(z < 0 ? "below" : "above")")
    }
    if !(abs(spreadRatio - 1) <= spreadLimit) { misses.append("sd \(fixed(spreadRatio, 3)) of the reference") }
    if !(rHat < allowedRHat) { misses.append("R-hat \(fixed(rHat, 4))") }
    return misses
  }

  /// The probability that chance alone parts the means, or the standard deviations, of equal posteriors.
  var falseAlarms: Double {
    func tail(_ x: Double) -> Double { erfc(x / 2.0.squareRoot()) }
    return tail(allowedErrors) + (spreadError > 0 ? tail(spreadLimit / spreadError) : 0)
  }
}
