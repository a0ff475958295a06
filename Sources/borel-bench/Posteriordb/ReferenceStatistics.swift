// The reference statistics of a posterior, and the draws of `borel sample` under the names of the reference.

import BorelDataIO
import BorelDraws
import BorelSource
import BorelValues

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Mean and standard deviation of one parameter, with the Monte Carlo standard error of the mean.
struct ReferenceStatistic {
  let name: String
  let mean: Double
  let sd: Double
  let error: Double

  /// As many independent draws would have this error.
  var effectiveSize: Double { error > 0 ? (sd / error) * (sd / error) : .infinity }

  static func read(_ path: String) throws -> [ReferenceStatistic] {
    var sources = SourceMap()
    guard let record = try readJSON(path, into: &sources).record else { throw BenchFailure("\(path) is no object") }
    return try zip(record.keys, record.values).map { name, value in
      guard let fields = value.asRecord, let mean = fields["mean"]?.asReal, let sd = fields["sd"]?.asReal,
        let error = fields["mcse"]?.asReal
      else { throw BenchFailure("\(path) has no mean, sd and mcse of \(name)") }
      return ReferenceStatistic(name: name, mean: mean, sd: sd, error: error)
    }
  }
}

/// What a run of `borel sample` wrote.
struct SampledPosterior {
  let draws: Draws
  let seconds: Double
  /// Chains by the names of the reference: `theta[1]` is element 0 of theta, or of the field theta of the model's value.
  private let columns: [String: Int]

  /// Runs the command beside this program.
  init(_ posterior: Posterior, draws count: Int, warmup: Int, chains: Int, seed: Int, in folder: String) throws {
    let program = CommandLine.arguments[0]
    let borel = program.lastIndex(of: "/").map { String(program[..<$0]) + "/borel" } ?? "borel"
    let output = "\(folder)/\(posterior.model)"
    let command =
      "'\(borel)' sample '\(posterior.modelPath)' --data '\(posterior.dataPath)' --draws \(count) --warmup \(warmup) "
      + "--chains \(chains) --seed \(seed) --output '\(output).csv' > '\(output).txt' 2>&1"
    let start = wallTime()
    let status = try shell(command)
    seconds = wallTime() - start
    guard status == 0 else {
      throw BenchFailure("borel sample failed:\n\(try readText(output + ".txt"))")
    }
    var sources = SourceMap()
    draws = try readStanCSV((1...chains).map { "\(output)_\($0).csv" }, into: &sources).draws
    var columns: [String: Int] = [:]
    for variable in draws.variables {
      for (offset, column) in variable.columns.enumerated() {
        var name = variable.name
        if name.hasPrefix("value.") { name.removeFirst("value.".count) }
        if !variable.shape.isEmpty {
          name += "[\(variable.elementIndices(offset).map { "\($0 + 1)" }.joined(separator: ","))]"
        }
        columns[name] = column
      }
    }
    self.columns = columns
  }

  func chains(of name: String) -> [[Double]]? {
    columns[name].map { column in draws.chainLengths.indices.map { Array(draws.column(column, chain: $0)) } }
  }

  /// Transitions that diverged, in all chains.
  var divergences: Int {
    guard let statistic = draws.statistics.first(where: { $0.name == "divergent__" }) else { return 0 }
    return draws.column(statistic.firstColumn).count { $0 != 0 }
  }
}

/// A new folder for temporary files.
func makeTemporaryFolder() throws -> String {
  var template = Array("/tmp/borel-posteriordb-XXXXXX".utf8CString)
  guard mkdtemp(&template) != nil else { throw BenchFailure("no folder for temporary files can be made") }
  return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
}
