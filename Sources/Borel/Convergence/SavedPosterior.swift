// A posterior read back from files of draws, of Borel or of another program.

import BorelDataIO
import BorelDraws
import BorelInference
import BorelSource

/// The draws of a finished run, from its files.
public struct SavedPosterior: Sendable {
  /// `fit` for `fit_1.csv`, `fit_2.csv`, ...
  public let name: String
  public let posterior: Posterior
  /// The tree depth that the run allowed, where its files tell.
  public let maximumTreeDepth: Int?

  var draws: Draws { posterior.value.draws }

  /// Reads one run: Stan CSV files, one a chain, or a Zarr group.
  ///
  /// A name that ends in `.zarr` or in a slash is a group.
  public init(contentsOf paths: [String]) throws(BorelError) {
    var sources = SourceMap()
    let fit: SavedFit
    do throws(DataFailure) {
      if paths.count == 1, Self.isGroup(paths[0]) {
        fit = try readZarr(paths[0], into: &sources)
      } else {
        fit = try readStanCSV(paths, into: &sources)
      }
    } catch {
      throw BorelError(error, sources: sources)
    }
    name = Self.stem(paths.first ?? "")
    maximumTreeDepth = fit.chains.compactMap { $0.count("max_depth") }.first
    posterior = Posterior(
      InferenceOutcome(result: InferenceResult(draws: fit.draws, executions: fit.draws.count)), method: "files",
      seed: nil)
  }

  /// The problems of the draws; see `Posterior.verdicts`.
  public var verdicts: [Diagnostic] { posterior.verdicts(maximumTreeDepth: maximumTreeDepth) }

  /// Files of one run have one name but for a number before the ending: `fit_1.csv` and `fit_2.csv`, `fit-1.csv` and `fit-2.csv`. Runs stand
  /// in the order of their first files.
  public static func groups(of paths: [String]) -> [[String]] {
    var order: [String] = []
    var groups: [String: [String]] = [:]
    for path in paths {
      let stem = stem(path, keepsFolder: true)
      if groups[stem] == nil { order.append(stem) }
      groups[stem, default: []].append(path)
    }
    return order.compactMap { groups[$0] }
  }

  private static func isGroup(_ path: String) -> Bool {
    path.hasSuffix(".zarr") || path.hasSuffix("/")
  }

  /// The name without its ending and the number of the chain.
  private static func stem(_ path: String, keepsFolder: Bool = false) -> String {
    var name = path[...]
    while name.count > 1, name.last == "/" { name = name.dropLast() }
    if !keepsFolder, let slash = name.lastIndex(of: "/") { name = name[name.index(after: slash)...] }
    if let dot = name.lastIndex(of: "."), dot > name.startIndex { name = name[..<dot] }
    var number = name
    while let last = number.last, last.isASCII, last.isNumber { number = number.dropLast() }
    if number.count < name.count, let separator = number.last, "_-".contains(separator), number.count > 1 {
      name = number.dropLast()
    }
    return String(name)
  }
}
