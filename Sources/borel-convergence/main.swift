// Measures the cases of a file, for comparison with other programs by `.ci/convergence`: draws in, one JSON object a line out.

import BorelConvergence
import Foundation

/// A case is a line `chains NAME M N`, with the M N draws of M chains behind it, or `likelihood NAME M S K`, with K times S log
/// likelihoods of M chains together; numbers stand between blanks or line breaks.
struct Reader {
  var words: ArraySlice<Substring>
  mutating func word() -> String? { words.popFirst().map(String.init) }
  mutating func number() -> Double { word().flatMap { Double($0) } ?? .nan }
  mutating func count() -> Int { word().flatMap { Int($0) } ?? 0 }
  mutating func numbers(_ count: Int) -> [Double] { (0..<count).map { _ in number() } }
}

func text(_ x: Double) -> String { x.isNaN ? "NaN" : x.isInfinite ? (x < 0 ? "-Infinity" : "Infinity") : "\(x)" }
func list(_ x: [Double]) -> String { "[" + x.map(text).joined(separator: ", ") + "]" }
func object(_ name: String, _ fields: [(String, String)]) -> String {
  "{\"case\": \"\(name)\", " + fields.map { "\"\($0)\": \($1)" }.joined(separator: ", ") + "}"
}

func measureChains(_ name: String, _ reader: inout Reader) {
  let (chainCount, length) = (reader.count(), reader.count())
  let analyzer = ChainAnalyzer(chainCount: chainCount, length: length)
  let draws = reader.numbers(chainCount * length)
  analyzer.load(draws)
  let sizes: [(String, EstimatedQuantity)] = [
    ("ess_bulk", .bulk), ("ess_tail", .tail), ("ess_mean", .mean), ("ess_sd", .standardDeviation),
    ("ess_median", .median), ("ess_quantile_10", .quantile(0.1)), ("ess_quantile_97", .quantile(0.97)),
  ]
  let errors: [(String, EstimatedQuantity)] = [
    ("mcse_mean", .mean), ("mcse_sd", .standardDeviation), ("mcse_median", .median),
    ("mcse_quantile_10", .quantile(0.1)), ("mcse_quantile_97", .quantile(0.97)),
  ]
  let energies = (0..<chainCount).map { energyFraction(draws[$0 * length..<($0 + 1) * length]) }
  print(
    object(
      name,
      [("rhat", text(analyzer.rHat))] + sizes.map { ($0, text(analyzer.effectiveSize(of: $1))) }
        + errors.map { ($0, text(analyzer.standardError(of: $1))) } + [("ebfmi", list(energies))]))
}

func measureLikelihood(_ name: String, _ reader: inout Reader) {
  let (chainCount, count, observations) = (reader.count(), reader.count(), reader.count())
  let columns = (0..<observations).map { _ in reader.numbers(count) }
  let loo = LeaveOneOut(columns.map { .init(logLikelihood: $0, chainCount: chainCount) })
  let waic = WidelyApplicable(columns.map { .init(logLikelihood: $0) })
  func estimates(_ sums: [PointwiseSum]) -> String { list(sums.flatMap { [$0.value, $0.standardError] }) }
  print(
    object(
      name,
      [
        ("loo", estimates([loo.elpd, loo.parameters, loo.criterion])), ("elpd", list(loo.points.map(\.elpd))),
        ("p_loo", list(loo.points.map(\.parameterShare))), ("mcse", list(loo.points.map(\.standardError))),
        ("k", list(loo.points.map(\.shape))), ("r_eff", list(loo.points.map(\.relativeEfficiency))),
        ("waic", estimates([waic.elpd, waic.parameters, waic.criterion])),
        ("elpd_waic", list(waic.points.map(\.elpd))), ("p_waic", list(waic.points.map(\.parameterShare))),
      ]))
}

guard CommandLine.arguments.count == 2, let data = FileManager.default.contents(atPath: CommandLine.arguments[1]) else {
  FileHandle.standardError.write(Data("usage: borel-convergence CASES\n".utf8))
  exit(2)
}
let contents = String(decoding: data, as: UTF8.self)
var reader = Reader(words: contents.split(whereSeparator: { $0 == " " || $0 == "\n" })[...])
while let kind = reader.word(), let name = reader.word() {
  switch kind {
  case "chains": measureChains(name, &reader)
  case "likelihood": measureLikelihood(name, &reader)
  default:
    FileHandle.standardError.write(Data("`\(kind)` is no kind of case\n".utf8))
    exit(2)
  }
}
