// Chains that do not move while others do.

import BorelDraws

extension Draws {
  /// The verdict, and the columns that are constant in a chain.
  func stuckVerdict() -> (Verdict?, Set<Int>) {
    let chains = (0..<chainCount).filter { chainLengths[$0] >= 4 }
    var stuckIn: [(name: String, value: Double, chain: Int)] = []
    var columns: Set<Int> = []
    var moving = Array(repeating: 0, count: chainCount)
    var varying = 0
    for variable in variables where variable.kind == .real {
      for offset in 0..<variable.count {
        let index = variable.firstColumn + offset
        let parts = chains.map { column(index, chain: $0) }
        let isConstant = parts.map { part in part.allSatisfy { $0 == part.first } }
        // A quantity that never varies, such as the first element of a correlation matrix, is no problem; nor is one of few values.
        let isVarying =
          parts.contains { Set($0.prefix(50)).count > 8 }
          || chains.count > 1 && isConstant.allSatisfy { $0 }
            && Set(parts.compactMap(\.first)).count > 1
        guard isVarying else { continue }
        varying += 1
        for (place, chain) in chains.enumerated() {
          if isConstant[place] {
            columns.insert(index)
            stuckIn.append((variable.elementName(offset), parts[place].first ?? .nan, chain))
          } else {
            moving[chain] += 1
          }
        }
      }
    }
    guard !stuckIn.isEmpty else { return (nil, []) }
    let dead = chains.filter { moving[$0] == 0 }
    let message: String
    if dead.isEmpty {
      let texts = stuckIn.prefix(3).map { "\($0.name) stays at \(short($0.value)) in chain \($0.chain + 1)" }
      message = texts.joined(separator: ", ") + (stuckIn.count > 3 ? ", and \(stuckIn.count - 3) more" : "")
    } else {
      let names = dead.map { String($0 + 1) }
      message = dead.count == 1 ? "chain \(names[0]) never moved" : "chains \(listed(names)) never moved"
    }
    return (
      Verdict(
        code: "stuck", message,
        hint:
          "leave no chain out silently: start it elsewhere, with another seed, or look for a cliff in the log density"),
      columns
    )
  }
}
