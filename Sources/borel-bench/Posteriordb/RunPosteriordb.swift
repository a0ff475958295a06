// Samples the posteriors of posteriordb and compares them with their references.

private let drawCount = 2500
/// Where 4 x 2500 draws are worth fewer than two thousand independent ones, or tails are heavy.
private let moreDraws = ["irt_2pl": 6000, "M0_model": 10000, "seeds_model": 10000]
private let warmupCount = 1000
private let chainCount = 4
private let seed = 1

/// Prints a table of the posteriors that the arguments name; the figures for the closing JSON line, and whether all agree.
func comparePosteriors(_ names: [String]) throws -> Outcome {
  let posteriors = try Posterior.named(names)
  guard (try? readText(posteriors[0].dataPath)) != nil else {
    print("skipped: data and references are not beside the project (\(Posterior.shared))")
    return Outcome(fields: ["\"posteriors\":0", "\"failed\":0", "\"skipped\":true"], isWithinLimits: true)
  }
  print(
    """
    borel sample, NUTS: \(chainCount) chains of \(warmupCount) + \(drawCount) draws (more where these are few), seed \(seed). Means agree within \
    \(fixed(allowedErrors, 0)) combined standard errors, standard
    deviations within \(fixed(100 * allowedSpread, 0)) %, or \(fixed(allowedErrors, 0)) standard errors where that is more; \
    R-hat is below \(allowedRHat).

    """)
  let folder = try makeTemporaryFolder()
  var failed: [String] = []
  var compared: [ParameterComparison] = []
  var (missCount, explained, seconds) = (0, 0, 0.0)
  printRow(["posterior", "parameters", "worst |z|", "worst sd ratio", "max R-hat", "min ESS", "divergent", "s"])
  for posterior in posteriors {
    let references = try ReferenceStatistic.read(posterior.referencePath)
    var problems: [String] = []
    do {
      let sampled = try SampledPosterior(
        posterior, draws: moreDraws[posterior.model] ?? drawCount, warmup: warmupCount, chains: chainCount, seed: seed,
        in: folder)
      seconds += sampled.seconds
      var comparisons: [ParameterComparison] = []
      for reference in references {
        guard let chains = sampled.chains(of: reference.name) else {
          problems.append("\(reference.name) is not among the draws")
          continue
        }
        comparisons.append(ParameterComparison(reference, chains))
      }
      compared += comparisons
      printRow(row(posterior, comparisons, sampled))
      for comparison in comparisons {
        let misses = comparison.misses
        missCount += misses.count
        if !misses.isEmpty { problems.append("\(comparison.name): \(misses.joined(separator: "; "))") }
        if comparison.isBeyondButExplained {
          explained += 1
          print(
            "    \(comparison.name): sd \(fixed(comparison.spreadRatio, 3)) of the reference; tails are so heavy that the ratio "
              + "has a standard error of \(fixed(100 * comparison.spreadError, 1)) %")
        }
      }
    } catch {
      problems.append("\(error)")
    }
    for problem in problems { print("  ! \(problem)") }
    if !problems.isEmpty { failed.append(posterior.name) }
  }
  _ = try shell("rm -r '\(folder)'")

  let chance = compared.reduce(0) { $0 + $1.falseAlarms }
  print(
    """

    \(compared.count) parameters, means and standard deviations of each: between equal posteriors chance alone would make \
    \(fixed(chance, 3)) false alarms on average.
    """)
  if !failed.isEmpty { print("failed: \(failed.joined(separator: ", "))") }
  return Outcome(
    fields: [
      "\"posteriors\":\(posteriors.count)", "\"failed\":\(failed.count)", "\"parameters\":\(compared.count)",
      "\"misses\":\(missCount)", "\"sd_beyond_10_percent_by_chance\":\(explained)",
      "\"expected_false_alarms\":\(fixed(chance, 4))",
      "\"max_rhat\":\(fixed(compared.map(\.rHat).max() ?? 0, 4))", "\"seconds\":\(fixed(seconds, 1))",
    ], isWithinLimits: failed.isEmpty)
}

private func row(_ posterior: Posterior, _ all: [ParameterComparison], _ sampled: SampledPosterior) -> [String] {
  func worst(_ text: (ParameterComparison) -> String, by size: (ParameterComparison) -> Double) -> String {
    // NaN is worse than any number.
    func rank(_ comparison: ParameterComparison) -> Double { size(comparison).isNaN ? .infinity : size(comparison) }
    guard let worst = all.max(by: { rank($0) < rank($1) }) else { return "" }
    return "\(text(worst)) \(worst.name)"
  }
  return [
    posterior.model, "\(all.count)", worst({ fixed(abs($0.z), 2) }, by: { abs($0.z) }),
    worst({ fixed($0.spreadRatio, 3) }, by: { abs($0.spreadRatio - 1) }),
    fixed(all.map(\.rHat).max() ?? .nan, 4), fixed(all.map(\.effectiveSize).min() ?? .nan, 0),
    "\(sampled.divergences)", fixed(sampled.seconds, 1),
  ]
}

private let widths = [40, 10, 19, 20, 9, 7, 9, 6]

private func printRow(_ cells: [String]) {
  var line = ""
  for (column, (cell, width)) in zip(cells, widths).enumerated() {
    let padding = String(repeating: " ", count: max(width - cell.count, 0))
    line += (column == 0 ? cell + padding : "  " + padding + cell)
  }
  print(line)
}
