// Notices chains that run off to infinity along variables whose priors are flat.

import BorelConvergence
import BorelDraws
import BorelSource

extension SamplingTarget {
  /// A warning where variables with improper priors take values beyond 1e7 on which the chains do not agree; nil elsewhere.
  func improperPosterior(_ draws: Draws) -> Diagnostic? {
    var names: [String] = []
    var largest = 0.0
    var span: Span?
    for variable in layout.variables {
      guard let pattern = variable.site?.pattern, let site = trial[pattern], site.isImproper,
        let found = draws.variable(variable.name)
      else { continue }
      var isBeyond = false
      for column in found.columns {
        let extent = draws.column(column).reduce(0) { max($0, $1.isNaN ? .infinity : $1.magnitude) }
        guard extent > 1e7 else { continue }
        let chains = (0..<draws.chainCount).map { Array(draws.column(column, chain: $0)) }
        let disagreement = rHat(chains)
        // Values that overflow have no R-hat.
        guard !(disagreement < 1.1) else { continue }
        isBeyond = true
        largest = max(largest, extent)
      }
      guard isBeyond else { continue }
      names.append("`\(variable.name)`")
      span = span ?? site.span
    }
    guard !names.isEmpty else { return nil }
    return Diagnostic(
      .warning, code: "improper",
      "the posterior looks improper: \(names.joined(separator: ", ")) \(names.count == 1 ? "has" : "have") a flat prior and \(names.count == 1 ? "runs" : "run") off to values of \(scientific(largest))",
      at: span, label: "no prior holds it, and the data do not",
      hint:
        "give it a proper prior, such as normal(0, 10), or data that tell these variables apart (borel explain improper)"
    )
  }

  private func scientific(_ x: Double) -> String {
    guard x.isFinite else { return "infinity" }
    var exponent = 0
    var rest = x
    while rest >= 10 {
      rest /= 10
      exponent += 1
    }
    return "1e\(exponent)"
  }
}
