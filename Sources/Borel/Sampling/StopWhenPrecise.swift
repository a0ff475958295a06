// Whether draws are precise enough to stop.

import BorelDraws

extension StoppingRule {
  /// Whether every element of every variable meets every condition; false for draws of which a quantity is not known yet.
  func isMet(by draws: Draws) -> Bool {
    guard draws.chainLengths.allSatisfy({ $0 >= 4 }) else { return false }
    for variable in draws.variables {
      for column in variable.columns {
        let chains = (0..<draws.chainCount).map { Array(draws.column(column, chain: $0)) }
        for condition in conditions where !condition.holds(value(of: condition.quantity, chains)) { return false }
      }
    }
    return true
  }

  private func value(of quantity: Quantity, _ chains: [[Double]]) -> Double {
    effectiveSampleSize(chains)
  }
}
