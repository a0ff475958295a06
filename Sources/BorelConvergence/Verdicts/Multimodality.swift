// Chains that mix well each by itself and sit at different places: several modes, or labels that change places.

import BorelDraws

extension Draws {
  func multimodalVerdict(_ measures: ConvergenceMeasures, except stuck: Set<Int>) -> Verdict? {
    let suspects = measures.columns.filter { $0.rHat > 1.1 && !stuck.contains($0.index) }.sorted { $0.rHat > $1.rHat }
    guard chainCount > 1, !suspects.isEmpty else { return nil }
    if let switching = labelSwitching(Set(suspects.map(\.index))) { return switching }
    for suspect in suspects.prefix(50) {
      guard let groups = separateGroups(suspect.index) else { continue }
      let texts = groups.map { group in
        "\(group.chains.count == 1 ? "chain" : "chains") \(listed(group.chains.map { String($0 + 1) })) at \(short(group.centre))"
      }
      return Verdict(
        code: "multimodal", "\(suspect.name) has \(texts.joined(separator: ", ")): the posterior looks multimodal",
        hint:
          "if the modes are copies of one another, break the symmetry, as with ordered(d, n); else start chains in all of them"
      )
    }
    return nil
  }

  private struct Group {
    var chains: [Int]
    var centre: Double
  }

  /// Chains whose means lie apart by more than three standard deviations within the chains, each of them mixing by itself; nil where they
  /// overlap, or are just slow.
  private func separateGroups(_ index: Int) -> [Group]? {
    let parts = (0..<chainCount).filter { chainLengths[$0] >= 8 }.map { chain in
      (chain: chain, values: Array(column(index, chain: chain)))
    }
    let moments = parts.map { (mean: mean($0.values), deviation: standardDeviation($0.values)) }
    guard moments.allSatisfy({ $0.mean.isFinite && $0.deviation.isFinite }) else { return nil }
    let mixing = parts.filter { part in
      let half = part.values.count / 2
      return rHat([Array(part.values[..<half]), Array(part.values[half...])]) < 1.2
    }
    guard 2 * mixing.count >= parts.count else { return nil }
    let order = parts.indices.sorted { moments[$0].mean < moments[$1].mean }
    var groups: [[Int]] = []
    for place in order {
      if let last = groups.last?.last,
        moments[place].mean - moments[last].mean <= 3 * max(moments[place].deviation, moments[last].deviation)
      {
        groups[groups.count - 1].append(place)
      } else {
        groups.append([place])
      }
    }
    guard groups.count > 1 else { return nil }
    return groups.map { group in
      Group(
        chains: group.map { parts[$0].chain }.sorted(),
        centre: group.reduce(0) { $0 + moments[$1].mean } / Double(group.count))
    }
  }

  /// An array whose elements disagree between chains, or between halves of them, but agree once every draw is sorted.
  private func labelSwitching(_ suspects: Set<Int>) -> Verdict? {
    for variable in variables where variable.kind == .real && variable.shape.count == 1 && 2...64 ~= variable.count {
      guard variable.columns.contains(where: suspects.contains) else { continue }
      let parts = (0..<chainCount).filter { chainLengths[$0] >= 8 }
      var sorted = Array(repeating: Array(repeating: [Double](), count: parts.count), count: variable.count)
      for (place, chain) in parts.enumerated() {
        for draw in chainRange(chain) {
          for (rank, value) in elements(of: variable, draw: draw).sorted().enumerated() {
            sorted[rank][place].append(value)
          }
        }
      }
      let worst = sorted.map { rHat($0) }.filter { !$0.isNaN }.max() ?? .infinity
      guard worst < 1.05 else { continue }
      return Verdict(
        code: "multimodal",
        "the elements of \(variable.name) change places between chains (label switching): sorted, their R-hat is "
          + formatted(worst, decimals: 2),
        hint:
          "give them an order: \(variable.name) ~ ordered(d, \(variable.count)) instead of \(variable.count) draws from d"
      )
    }
    return nil
  }
}
