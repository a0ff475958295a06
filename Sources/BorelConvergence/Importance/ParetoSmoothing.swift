// Pareto-smoothed importance sampling: the largest weights are replaced by quantiles of a fitted tail, whose shape tells whether to trust them.

import BorelNumerics

/// Smoothed log weights with the shape of their tail.
public struct ParetoSmoothing: Sendable {
  /// Unnormalised, in the order of the ratios, never above the largest ratio.
  public var logWeights: [Double]
  /// k̂: below 0.5 good, up to 0.7 usable, above it the estimate has no useful error bound; +inf where no tail could be fitted.
  public var shape: Double
  /// How many weights the tail has.
  public var tailLength: Int

  /// Smooths exp(log ratio) (Vehtari, Simpson, Gelman, Yao & Gabry 2024, algorithm 1).
  ///
  /// - Parameters:
  ///   - logRatios: finite; -inf stands for a weight of zero.
  ///   - relativeEfficiency: ess / draws of the ratios, by which the tail of dependent draws is made longer.
  public init(logRatios: [Double], relativeEfficiency: Double = 1) {
    let count = logRatios.count
    let efficiency = relativeEfficiency > 0 ? relativeEfficiency : 1
    let wanted = min(0.2 * Double(count), 3 * (Double(count) / efficiency).squareRoot())
    tailLength = Int(wanted.rounded(.up))
    shape = .infinity
    logWeights = logRatios
    let largest = logRatios.max() ?? -.infinity
    guard tailLength >= 5, tailLength < count, largest.isFinite, !logRatios.contains(where: \.isNaN) else { return }

    let sorter = SortedOrder(count: count)
    defer { sorter.deallocate() }
    logRatios.withUnsafeBufferPointer { if let start = $0.baseAddress { sorter.sort(start) } }
    func ascending(_ place: Int) -> Double { logRatios[Int(sorter.order[place])] - largest }
    let first = count - tailLength
    guard ascending(count - 1) - ascending(first) >= Double.ulpOfOne / 100 else { return }
    let cutoff = exponential(ascending(first - 1))
    let fit = GeneralizedPareto(fitting: (first..<count).map { exponential(ascending($0)) - cutoff })
    shape = fit.shape
    guard shape.isFinite else { return }
    for place in 0..<tailLength {
      let quantile = fit.quantile((Double(place) + 0.5) / Double(tailLength)) + cutoff
      logWeights[Int(sorter.order[first + place])] = min(logarithm(quantile), 0) + largest
    }
  }

  /// The log weights less the log of their sum.
  public var normalizedLogWeights: [Double] {
    let total = Special.logSumExp(logWeights)
    return logWeights.map { $0 - total }
  }
}
