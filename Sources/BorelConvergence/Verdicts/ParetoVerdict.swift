// Importance weights whose tail is too heavy for their estimates.

/// Names what has k̂ above 0.7; nil where nothing has.
///
/// - Parameters:
///   - shapes: of the weights, by what they belong to.
///   - estimate: what the weights are for, such as "the left-out density".
public func paretoVerdict(_ shapes: [(name: String, shape: Double)], estimate: String, hint: String) -> Verdict? {
  let bad = shapes.filter { $0.shape > 0.7 }.sorted { $0.shape > $1.shape }
  guard !bad.isEmpty else { return nil }
  let texts = bad.prefix(4).map { "\($0.name) \($0.shape.isInfinite ? "inf" : formatted($0.shape, decimals: 2))" }
  return Verdict(
    code: "pareto-k",
    "Pareto k is above 0.7 for \(bad.count) of \(shapes.count): \(texts.joined(separator: ", "))"
      + (bad.count > texts.count ? ", ..." : "") + "; \(estimate) is not reliable there",
    hint: hint)
}
