// Where and how a run is written to files, and the settings that the files tell.

import BorelDataIO
import BorelDraws
import BorelSource

/// The files of a run.
public struct FitDestination: Sendable {
  public var paths: FitPaths
  /// Patterns of variables to keep, all where there are none, and of variables to leave out.
  public var keep: [String] = []
  public var drop: [String] = []
  /// Goes on with what an earlier process left.
  public var resumes = false
  public var significantDigits: Int?
  /// Seconds between two checkpoints of a chain.
  public var checkpointInterval = 5.0
  /// The files and assignments that the data came from, for the file of settings and to recognise changed data.
  public var data: [String] = []
  public var assignments: [String] = []

  public init(_ paths: FitPaths) { self.paths = paths }

  /// The seed of the run that is resumed.
  public func seedOfEarlierRun() throws(BorelError) -> UInt64? {
    guard resumes, fileExists(paths.configuration) else { return nil }
    var sources = SourceMap()
    do throws(DataFailure) { return try readConfiguration(paths.configuration, into: &sources).seed } catch {
      throw BorelError(error)
    }
  }

  /// Writes draws over traces, whose columns are only known at the end, as one table.
  func write(_ posterior: Posterior) throws(BorelError) {
    guard paths.format == .stanCSV else {
      throw BorelError(
        .output, code: "cannot-write", "draws over traces have no fixed shape and cannot be written as Zarr",
        hint: "write them as .csv or .json")
    }
    try posterior.selecting(keep: keep, drop: drop).write(to: paths.path)
  }

  /// Which variables are written. A pattern that matches none is an error.
  func selection(among names: [String]) throws(BorelError) -> @Sendable (String) -> Bool {
    let (keep, drop) = (keep, drop)
    try checkPatterns(keep + drop, among: names)
    return { name in (keep.isEmpty || keep.contains { matches(name, $0) }) && !drop.contains { matches(name, $0) } }
  }
}

extension HamiltonianSettings {
  /// Takes step sizes and inverse metrics that the chains of an earlier fit have adapted; the first step size is the first chain's.
  public mutating func useAdaptation(of paths: FitPaths) throws(BorelError) {
    var sources = SourceMap()
    var chain = 0
    inverseMetrics = []
    do throws(DataFailure) {
      while chain == 0 || fileExists(paths.metric(chain: chain)) {
        let found = try readMetric(paths.metric(chain: chain), into: &sources)
        inverseMetrics.append(found.inverseMetric)
        if stepSize == nil { stepSize = found.stepSize }
        chain += 1
      }
    } catch {
      throw BorelError(error, sources: sources)
    }
  }
}

extension BoundModel {
  /// What the files tell of a run.
  func configuration(
    _ settings: HamiltonianSettings, _ destination: FitDestination, seed: UInt64
  ) -> SamplerConfiguration {
    let source = model.store.sources[model.file]
    var result = SamplerConfiguration(
      version: borelVersion, modelName: model.name,
      model: .init(path: source.name, digest: sha256(Array(source.utf8))))
    result.data = destination.data.map { path in
      .init(path: path, digest: (try? readFile(path)).map { sha256($0) } ?? "")
    }
    if !destination.assignments.isEmpty {
      let text = destination.assignments.joined(separator: "\n")
      result.data.append(.init(path: "--set", digest: sha256(Array(text.utf8))))
    }
    result.chains = settings.chains
    result.warmup = settings.warmup
    result.draws = settings.draws
    result.thin = settings.thin
    result.keepsWarmup = settings.savesWarmup
    result.seed = seed
    result.save = destination.keep
    result.drop = destination.drop
    result.significantDigits = destination.significantDigits
    result.initialization =
      switch settings.start {
      case .random(let radius): Int(exactly: radius).map { String($0) } ?? radius.description
      case .prior: "prior"
      case .points: "given"
      }
    switch settings.algorithm {
    case .nuts: (result.algorithm, result.engine) = ("hmc", "nuts")
    case .hmc: (result.algorithm, result.engine) = ("hmc", "static")
    case .randomWalk: (result.algorithm, result.engine) = ("rwm", nil)
    }
    result.metric =
      switch settings.metric {
      case .auto, .diagonal: "diag_e"
      case .unit: "unit_e"
      case .dense: "dense_e"
      case .lowRank: "low_rank"
      }
    add(settings, to: &result)
    return result
  }

  private func add(_ settings: HamiltonianSettings, to result: inout SamplerConfiguration) {
    result["adapt.engaged"] = .flag(settings.warmup > 0)
    result["adapt.delta"] = .real(settings.algorithm == .randomWalk ? 0.234 : settings.targetAcceptance)
    result["adapt.metric"] = .text(settings.metric.rawValue)
    result["adapt.given_metric"] = .flag(!settings.inverseMetrics.isEmpty)
    switch settings.algorithm {
    case .nuts: result["nuts.max_depth"] = .count(settings.maximumDepth)
    case .hmc: result["static.int_time"] = .real(settings.integrationTime)
    case .randomWalk: break
    }
    let group = settings.algorithm == .randomWalk ? "rwm" : "hmc"
    if let stepSize = settings.stepSize { result["\(group).stepsize"] = .real(stepSize) }
    result["\(group).stepsize_jitter"] = .real(settings.jitter)
    if let rule = settings.until { result["until"] = .text(rule.text) }
  }
}
