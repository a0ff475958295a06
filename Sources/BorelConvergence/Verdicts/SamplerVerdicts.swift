// What the statistics of a Hamiltonian sampler tell: energies and tree depths. Infinite values are found here as well.

import BorelDraws

extension Draws {
  /// E-BFMI by chain; empty where there are no energies.
  public var energyFractions: [Double] {
    guard let energy = statistic("energy__") ?? statistic("energy") else { return [] }
    return (0..<chainCount).map { energyFraction(column(energy.firstColumn, chain: $0)) }
  }

  func energyVerdict() -> Verdict? {
    let low = energyFractions.enumerated().filter { $0.element < 0.3 }
    guard !low.isEmpty else { return nil }
    let texts = low.map { "\(formatted($0.element, decimals: 2)) in chain \($0.offset + 1)" }
    return Verdict(
      code: "ebfmi",
      "E-BFMI is \(listed(texts)), below 0.3: the sampler passes slowly between the energies of the posterior",
      hint: "heavy tails or a funnel: write the model with scales taken out, theta = mu + tau * z")
  }

  /// A tree of the full depth that has all its leaves was cut; one with fewer turned by itself.
  func treeDepthVerdict(_ maximum: Int) -> Verdict? {
    guard maximum > 0, maximum < 40 else { return nil }
    let cut: Int
    if let flag = statistic("reached_max_treedepth") {
      cut = column(flag.firstColumn).count { $0 > 0 }
    } else {
      guard let depth = statistic("treedepth__") ?? statistic("tree_depth") else { return nil }
      let depths = column(depth.firstColumn)
      let steps = (statistic("n_leapfrog__") ?? statistic("n_steps")).map { Array(column($0.firstColumn)) }
      let full = Double((1 << maximum) - 1)
      cut = depths.enumerated().count { index, depth in
        depth >= Double(maximum) && (steps.map { $0[index] >= full } ?? true)
      }
    }
    guard cut > 0 else { return nil }
    return Verdict(
      code: "treedepth",
      "\(cut) of \(count) draws (\(percentage(cut, of: count))) reached the maximum tree depth of \(maximum)",
      hint:
        "that costs time, not correctness: rescale the model, try --metric dense, or allow --max-depth \(maximum + 2)")
  }

  func infiniteVerdict() -> Verdict? {
    var found: [(name: String, count: Int)] = []
    for variable in variables where variable.kind == .real {
      for offset in 0..<variable.count {
        let infinite = column(variable.firstColumn + offset).count { $0.isInfinite }
        if infinite > 0 { found.append((variable.elementName(offset), infinite)) }
      }
    }
    guard !found.isEmpty else { return nil }
    let texts = found.prefix(4).map { "\($0.name) in \($0.count) of \(count) draws" }
    return Verdict(
      code: "infinite",
      "infinite values: " + texts.joined(separator: ", ")
        + (found.count > texts.count ? ", and \(found.count - texts.count) more" : ""),
      hint: "an overflow, such as exp(1000), or a division by zero: compute on the log scale")
  }
}
