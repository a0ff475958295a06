// Whether draws are precise enough to stop.

import BorelConvergence
import BorelDraws

extension StoppingRule {
  /// Whether every element of every variable meets every condition; false for draws of which a quantity is not known yet. What never
  /// varies, and labels, have nothing to be precise about.
  func isMet(by draws: Draws) -> Bool {
    let length = draws.chainLengths.min() ?? 0
    guard length >= 4 else { return false }
    let analyzer = ChainAnalyzer(chainCount: draws.chainCount, length: length)
    for variable in draws.variables where variable.kind != .text {
      for column in variable.columns {
        let all = draws.column(column)
        guard all.contains(where: { $0 != all.first }) else { continue }
        analyzer.load((0..<draws.chainCount).flatMap { draws.column(column, chain: $0).prefix(length) })
        for condition in conditions where !condition.holds(value(of: condition.quantity, analyzer)) { return false }
      }
    }
    return true
  }

  private func value(of quantity: Quantity, _ analyzer: ChainAnalyzer) -> Double {
    switch quantity {
    case .essBulk: analyzer.effectiveSize(of: .bulk)
    case .essTail: analyzer.effectiveSize(of: .tail)
    case .rhat: analyzer.rHat
    case .mcse: analyzer.standardError(of: .mean)
    }
  }
}
