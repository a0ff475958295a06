// Starts in unconstrained space from values of the choices: of a Swift program, a JSON file, or the last draws of an earlier fit.

import BorelDataIO
import BorelDraws
import BorelSemantics
import BorelSource
import BorelValues

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

extension BoundModel {
  /// The place in unconstrained space at which the continuous choices have these values.
  ///
  /// - Parameter choices: values by name, of whole arrays (`theta`) or of elements (`theta[2]`), for every continuous choice; others are left aside.
  /// - Throws: where a choice is missing or its value has no place in unconstrained space, as at the edge of its support.
  public func startingPoint(at choices: [String: any DataConvertible]) throws(BorelError) -> [Double] {
    let fields = choices.sorted { $0.key < $1.key }.map { ($0.key, $0.value.dataValue.value) }
    return try startingPoint(of: fields, in: try SamplingTarget(self))
  }

  /// Starts from a file: values by name in JSON, as `optimize --json` prints them, or the last draw of each chain of a fit in Stan CSV, one file
  /// or those of its chains (`fit.csv` stands for `fit_1.csv`, `fit_2.csv`, ...).
  public func startingPoints(file: String) throws(BorelError) -> [[Double]] {
    var sources = model.store.sources
    let starts: [[(String, Value)]]
    do throws(DataFailure) {
      starts = file.hasSuffix(".json") ? [try valuesByName(file, &sources)] : try lastDraws(file, &sources)
    } catch {
      throw BorelError(error, sources: sources)
    }
    let target = try SamplingTarget(self)
    var points: [[Double]] = []
    for fields in starts { points.append(try startingPoint(of: fields, in: target)) }
    return points
  }

  private func startingPoint(of fields: [(String, Value)], in target: SamplingTarget) throws(BorelError) -> [Double] {
    do throws(Failure) {
      var given = GivenChoices()
      // A sampler starts its discrete choices itself.
      for site in target.trial.sites where target.discreteSites.contains(site.pattern) {
        for element in site.elements where !element.isObserved { given[element.address] = element.value }
      }
      for (name, value) in fields {
        guard let address = Address(parsing: name) else { continue }
        given[address] = value
      }
      guard let point = try target.position(of: given), point.allSatisfy(\.isFinite) else {
        throw Failure(
          .user,
          Diagnostic(
            code: "start", "these values have no place in unconstrained space",
            hint: "a value at the edge of its support, such as a scale of 0, is no start"))
      }
      return point
    } catch {
      throw self.error(error)
    }
  }
}

private func valuesByName(_ file: String, _ sources: inout SourceMap) throws(DataFailure) -> [(String, Value)] {
  let loaded = try readJSON(file, into: &sources).value
  guard let record = loaded.asObject as? RecordObject else {
    throw DataFailure(
      .mismatch, code: "start", "\(file) holds \(loaded.kindDescription), not values by name",
      hint: "such as {\"mu\": 1.5, \"theta\": [0, 2]}")
  }
  let fields = Array(zip(record.keys, record.values))
  guard let inner = fields.first(where: { $0.0 == "values" })?.1.asObject as? RecordObject else { return fields }
  return Array(zip(inner.keys, inner.values))
}

/// The last draw of each chain.
private func lastDraws(_ file: String, _ sources: inout SourceMap) throws(DataFailure) -> [[(String, Value)]] {
  let draws = try readStanCSV(filesOfChains(file), into: &sources).draws
  let chains = (0..<draws.chainCount).filter { draws.chainLengths[$0] > 0 }
  guard !chains.isEmpty else {
    throw DataFailure(.mismatch, code: "start", "\(file) has no draws to start from")
  }
  return chains.map { chain in
    let last = draws.chainRange(chain).upperBound - 1
    return draws.variables.map { ($0.name, VariableValue(draws: draws, variable: $0).value(draw: last)) }
  }
}

/// The file itself where there is one, or else those of the chains, `fit_1.csv`, `fit_2.csv`, ...
private func filesOfChains(_ file: String) -> [String] {
  func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }
  guard !exists(file) else { return [file] }
  let stem = file.hasSuffix(".csv") ? String(file.dropLast(4)) : file
  var files: [String] = []
  while exists("\(stem)_\(files.count + 1).csv") { files.append("\(stem)_\(files.count + 1).csv") }
  return files.isEmpty ? [file] : files
}
