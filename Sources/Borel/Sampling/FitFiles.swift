// The files of a run: draws of each chain as they are made, settings, adapted metrics, checkpoints.

import BorelDataIO
import BorelDraws
import BorelInference
import BorelSemantics
import BorelSource
import Synchronization

/// Where a run is written, by the ending of its name: `fit.csv` becomes `fit_1.csv`, `fit_2.csv`, … in Stan's format, `fit.zarr` one Zarr group. Beside
/// them lie `fit_config.json`, `fit_metric_1.json`, … and, while the run lasts, `fit_checkpoint_1`, ….
public struct FitPaths: Sendable, Equatable {
  public enum Format: Sendable, Equatable {
    case stanCSV, zarr
  }
  public let format: Format
  /// The path without its ending.
  public let base: String
  public let path: String

  /// Nil where the ending is neither `.csv` nor `.zarr`.
  public init?(_ path: String) {
    if path.hasSuffix(".csv") {
      (format, base) = (.stanCSV, String(path.dropLast(4)))
    } else if path.hasSuffix(".zarr") {
      (format, base) = (.zarr, String(path.dropLast(5)))
    } else {
      return nil
    }
    guard !base.isEmpty else { return nil }
    self.path = path
  }

  public var configuration: String { "\(base)_config.json" }
  /// The file of chain c, counted from 0, where each has its own.
  public func draws(chain: Int) -> String { format == .zarr ? path : "\(base)_\(chain + 1).csv" }
  public func metric(chain: Int) -> String { "\(base)_metric_\(chain + 1).json" }
  func checkpoint(chain: Int) -> String { "\(base)_checkpoint_\(chain + 1)" }
}

/// Writes a run and finds what an earlier process left of it.
final class FitFiles: ChainOutput {
  let paths: FitPaths
  private let configuration: SamplerConfiguration
  private let layout: DrawLayout
  private let isResuming: Bool
  private let store: ZarrStore?
  /// Held while the run lasts: two processes must not write the same files.
  private let lock: FileLock
  private let sources = Mutex(SourceMap())

  /// Makes or, where a run is resumed, checks the file of settings.
  ///
  /// - Throws: where it cannot be written, or where the run to resume had other settings.
  init(
    _ paths: FitPaths, layout: DrawLayout, configuration: SamplerConfiguration, isResuming: Bool
  ) throws(BorelError) {
    self.paths = paths
    self.layout = layout
    self.configuration = configuration
    let chains = configuration.chains
    if fileExists(paths.configuration), FileLock(paths.configuration) == nil {
      throw BorelError(
        .output, code: "cannot-write", "\(paths.path) is being written by another process",
        hint: "choose another --output, or wait until it has ended")
    }
    let left = (0..<chains).contains { fileExists(paths.checkpoint(chain: $0)) }
    self.isResuming = isResuming && left
    if isResuming {
      if !left, fileExists(paths.configuration) {
        throw BorelError(
          .data, code: "resume", "\(paths.base) has no checkpoint: the run has ended, or never got to its first one",
          hint: "run again without --resume to start anew")
      }
      if left { try Self.check(configuration, paths) }
    }
    do throws(DataFailure) {
      if !self.isResuming {
        for chain in 0..<chains { deleteFile(paths.checkpoint(chain: chain)) }
        try writeFile(configurationText(configuration), to: .file(paths.configuration))
      }
    } catch {
      throw BorelError(error)
    }
    guard let lock = FileLock(paths.configuration) else {
      throw BorelError(.output, code: "cannot-write", "cannot lock \(paths.configuration)")
    }
    self.lock = lock
    removeUnfinishedFiles(withPrefix: paths.base + "_")
    do throws(SinkFailure) {
      store =
        paths.format == .zarr
        ? try ZarrStore(
          path: paths.path, layout: layout, configuration: configuration, chains: chains, resuming: self.isResuming)
        : nil
    } catch {
      throw BorelError(.output, code: "cannot-write", "cannot write \(error.path): \(error.reason)")
    }
  }

  private static func check(_ configuration: SamplerConfiguration, _ paths: FitPaths) throws(BorelError) {
    var sources = SourceMap()
    let old: SamplerConfiguration
    do throws(DataFailure) { old = try readConfiguration(paths.configuration, into: &sources) } catch {
      throw BorelError(error)
    }
    let differences = old.differences(from: configuration)
    guard differences.isEmpty else {
      throw BorelError(
        .data, code: "resume", "\(paths.base) was made with other settings: \(differences.joined(separator: "; "))",
        hint: "resume with the same model, data and options, or start anew without --resume")
    }
  }

  func sink(chain: Int) throws(Failure) -> (any ChainSink)? {
    let mark = try checkpoint(chain)?.mark
    return try written { () throws(SinkFailure) -> any ChainSink in
      if let store { return try store.sink(chain: chain, resumingAt: mark) }
      let path = paths.draws(chain: chain)
      if let mark {
        return try StanCSVSink(
          resuming: path, at: mark, layout: layout, configuration: configuration, id: chain + 1)
      }
      return try StanCSVSink(path: path, layout: layout, configuration: configuration, id: chain + 1)
    }
  }

  /// A checkpoint with how far the files had come, nil where there is none.
  private func checkpoint(_ chain: Int) throws(Failure) -> (mark: SinkMark, chain: [UInt8])? {
    guard isResuming, fileExists(paths.checkpoint(chain: chain)) else { return nil }
    let path = paths.checkpoint(chain: chain)
    do {
      var reader = CheckpointReader(try readFile(path))
      guard try reader.word() == Self.signature else { throw CheckpointFailure("it is of another version") }
      let mark = SinkMark(rows: try reader.integer(), bytes: try reader.integer())
      return (mark, reader.rest)
    } catch let failure as DataFailure {
      throw Failure(.user, failure.diagnostic)
    } catch {
      let reason = (error as? CheckpointFailure)?.reason ?? "\(error)"
      throw Failure(
        .user,
        Diagnostic(
          code: "resume", "\(path) cannot be used: \(reason)", hint: "start anew without --resume"))
    }
  }

  private static let signature: UInt64 = 0x424f_5245_4c43_3031

  func restored(chain: Int) throws(Failure) -> (checkpoint: [UInt8], draws: Draws)? {
    guard let (mark, bytes) = try checkpoint(chain) else { return nil }
    let path = paths.draws(chain: chain)
    let format = paths.format
    do {
      let fit = try sources.withLock { sources throws(DataFailure) -> SavedFit in
        format == .zarr ? try readZarr(path, into: &sources) : try readStanCSV(path, into: &sources)
      }
      let draws = format == .zarr ? fit.draws.only(chain: chain) : fit.draws
      let count = max(mark.rows - configuration.warmupRows, 0)
      return (bytes, draws.prefix(count))
    } catch {
      throw Failure(.user, error.diagnostic)
    }
  }

  func save(_ checkpoint: CheckpointWriter, mark: SinkMark, chain: Int) throws(Failure) {
    var writer = CheckpointWriter()
    writer.write(Self.signature)
    writer.write(mark.rows)
    writer.write(mark.bytes)
    do throws(DataFailure) {
      try writeAtomically(writer.bytes + checkpoint.bytes, to: paths.checkpoint(chain: chain))
    } catch {
      throw Failure(.user, error.diagnostic.asWriteFailure)
    }
  }

  func adapted(chain: Int, stepSize: Double, inverseMetric: InverseMetric) throws(Failure) {
    let text = metricText(AdaptedMetric(stepSize: stepSize, inverseMetric: inverseMetric))
    do throws(DataFailure) { try writeFile(text, to: .file(paths.metric(chain: chain))) } catch {
      throw Failure(.user, error.diagnostic.asWriteFailure)
    }
  }

  /// The metric in the form that the header has announced.
  func announced(_ inverseMetric: InverseMetric) -> InverseMetric {
    switch configuration.metric {
    case "dense_e":
      if case .dense = inverseMetric { return inverseMetric }
      let variances = inverseMetric.variances
      let n = variances.count
      return .dense((0..<(n * n)).map { $0 / n == $0 % n ? variances[$0 % n] : 0 }, n)
    case "unit_e": return .unit(inverseMetric.dimension)
    case "low_rank": return inverseMetric
    default: return .diagonal(inverseMetric.variances)
    }
  }

  func finish(wasCancelled: Bool) throws(Failure) {
    try written { () throws(SinkFailure) in try store?.finish() }
    guard !wasCancelled else { return }
    for chain in 0..<configuration.chains { deleteFile(paths.checkpoint(chain: chain)) }
  }
}

extension SamplerConfiguration {
  /// What differs from another configuration, in words.
  func differences(from other: SamplerConfiguration) -> [String] {
    var found: [String] = []
    func compare<T: Equatable>(_ name: String, _ a: T, _ b: T) { if a != b { found.append("\(name) \(a), now \(b)") } }
    compare("version", version, other.version)
    if model.digest != other.model.digest { found.append("the text of the model has changed") }
    compare("model", modelName, other.modelName)
    if data.map(\.digest) != other.data.map(\.digest) { found.append("the data have changed") }
    compare("algorithm", engine ?? algorithm, other.engine ?? other.algorithm)
    compare("metric", metric ?? "none", other.metric ?? "none")
    compare("chains", chains, other.chains)
    compare("warmup", warmup, other.warmup)
    compare("draws", draws, other.draws)
    compare("thin", thin, other.thin)
    compare("save-warmup", keepsWarmup, other.keepsWarmup)
    compare("seed", seed, other.seed)
    compare("init", initialization, other.initialization)
    compare("save", save, other.save)
    compare("drop", drop, other.drop)
    for setting in other.settings where self[setting.path] != setting.value {
      found.append("\(setting.path) has changed")
    }
    for setting in settings where other[setting.path] == nil { found.append("\(setting.path) is no longer given") }
    return found
  }
}

extension Draws {
  /// The draws of one chain.
  func only(chain: Int) -> Draws {
    let range = chainRange(chain)
    return rows(range)
  }

  /// The first draws of a single chain.
  func prefix(_ limit: Int) -> Draws { rows(0..<min(limit, count)) }

  private func rows(_ range: Range<Int>) -> Draws {
    var storage: [Double] = []
    storage.reserveCapacity(range.count * columnCount)
    for column in 0..<columnCount {
      storage += self.storage[(column * count + range.lowerBound)..<(column * count + range.upperBound)]
    }
    return Draws(variables: variables, statistics: statistics, chainLengths: [range.count], storage: storage)
  }
}

extension Diagnostic {
  /// The same message as one of an output that cannot be written.
  fileprivate var asWriteFailure: Diagnostic {
    Diagnostic(code: "cannot-write", message, notes: notes, hint: hint)
  }
}
