// `fit_config.json`: the configuration of a run, written so that it can be read back.

import BorelSource
import BorelValues

/// The text of `fit_config.json`.
public func configurationText(_ configuration: SamplerConfiguration) -> [UInt8] {
  func record(_ input: SamplerConfiguration.Input) -> Value {
    .record([("path", .string(input.path)), ("sha256", .string(input.digest))])
  }
  func texts(_ texts: [String]) -> Value { .list(texts.map { .string($0) }) }
  var fields: [(String, Value)] = [
    ("format", .string(configurationFormat)), ("borel_version", .string(configuration.version)),
    ("model_name", .string(configuration.modelName)), ("model", record(configuration.model)),
    ("data", .list(configuration.data.map(record))), ("method", .string(configuration.method)),
    ("algorithm", .string(configuration.algorithm)),
  ]
  if let engine = configuration.engine { fields.append(("engine", .string(engine))) }
  if let metric = configuration.metric { fields.append(("metric", .string(metric))) }
  // Seeds beyond the integers of JSON readers are texts.
  let seed = Int(exactly: configuration.seed).map { Value.int($0) } ?? .string(String(configuration.seed))
  fields += [
    ("chains", .int(configuration.chains)), ("warmup", .int(configuration.warmup)),
    ("draws", .int(configuration.draws)), ("thin", .int(configuration.thin)),
    ("save_warmup", .bool(configuration.keepsWarmup)), ("seed", seed),
    ("init", .string(configuration.initialization)), ("save", texts(configuration.save)),
    ("drop", texts(configuration.drop)),
  ]
  if let digits = configuration.significantDigits { fields.append(("sig_figs", .int(digits))) }
  let settings = configuration.settings.map { setting -> (String, Value) in
    switch setting.value {
    case .flag(let flag): (setting.path, .bool(flag))
    case .count(let count): (setting.path, .int(count))
    case .real(let x): (setting.path, .real(x))
    case .text(let text): (setting.path, .string(text))
    }
  }
  fields.append(("settings", .record(settings)))
  // Records, lists, texts and numbers always have a JSON form.
  return jsonText(.record(fields)) ?? []
}

private let configurationFormat = "borel-fit-config-1"

/// Reads what `configurationText` gives.
///
/// - Throws: a failure that names the file and the key where it is malformed or was written in another format.
public func readConfiguration(
  _ path: String, into sources: inout SourceMap
) throws(DataFailure) -> SamplerConfiguration {
  var reader = try ConfigurationReader(path, into: &sources)
  return try reader.configuration()
}

private struct ConfigurationReader {
  let data: LoadedData
  let path: String

  init(_ path: String, into sources: inout SourceMap) throws(DataFailure) {
    self.path = path
    data = try readJSON(path, into: &sources)
    let format = data.record?["format"]?.asString
    guard format == configurationFormat else {
      throw DataFailure(
        .malformed, code: "no-configuration",
        "\(shown(path)) is no configuration of a run: its format is \(format.map { "`\($0)`" } ?? "not told"), expected `\(configurationFormat)`",
        at: data.keySpans["format"], hint: "runs with --output fit.csv write fit_config.json")
    }
  }

  mutating func configuration() throws(DataFailure) -> SamplerConfiguration {
    var result = SamplerConfiguration(
      version: try text("borel_version"), modelName: try text("model_name"),
      model: try input(field("model"), "model"))
    let inputs = try field("data")
    guard let files = elements(inputs) else { throw bad("data", "a list of files", inputs) }
    for file in files { result.data.append(try input(file, "data")) }
    result.method = try text("method")
    result.algorithm = try text("algorithm")
    result.engine = try data.record?["engine"] == nil ? nil : text("engine")
    result.metric = try data.record?["metric"] == nil ? nil : text("metric")
    result.chains = try count("chains", atLeast: 1)
    result.warmup = try count("warmup", atLeast: 0)
    result.draws = try count("draws", atLeast: 0)
    result.thin = try count("thin", atLeast: 1)
    let keepsWarmup = try field("save_warmup")
    guard let flag = keepsWarmup.asBool else { throw bad("save_warmup", "true or false", keepsWarmup) }
    result.keepsWarmup = flag
    let seed = try field("seed")
    guard let number = seed.asInt.flatMap({ UInt64(exactly: $0) }) ?? seed.asString.flatMap({ UInt64($0) }) else {
      throw bad("seed", "a number from 0 to \(UInt64.max)", seed)
    }
    result.seed = number
    result.initialization = try text("init")
    result.save = try texts("save")
    result.drop = try texts("drop")
    if data.record?["sig_figs"] != nil { result.significantDigits = try count("sig_figs", atLeast: 1) }
    let settings = try field("settings")
    guard let record = settings.asRecord else { throw bad("settings", "an object", settings) }
    for (key, value) in zip(record.keys, record.values) {
      switch value {
      case .bool(let flag): result.settings.append(.init(key, .flag(flag)))
      case .int(let count): result.settings.append(.init(key, .count(count)))
      case .real(let x): result.settings.append(.init(key, .real(x)))
      default:
        guard let text = value.asString else { throw bad("settings.\(key)", "a number, a text, true or false", value) }
        result.settings.append(.init(key, .text(text)))
      }
    }
    return result
  }

  private func field(_ key: String) throws(DataFailure) -> Value {
    guard let value = data.record?[key] else {
      throw DataFailure(.malformed, code: "missing-key", "\(shown(path)) has no `\(key)`")
    }
    return value
  }

  private func bad(_ key: String, _ expected: String, _ found: Value) -> DataFailure {
    DataFailure(
      .malformed, code: "bad-configuration",
      "`\(key)` in \(shown(path)) is \(describe(found)), expected \(expected)", at: data.keySpans[key])
  }

  private func text(_ key: String) throws(DataFailure) -> String {
    let value = try field(key)
    guard let text = value.asString else { throw bad(key, "a string", value) }
    return text
  }

  private func texts(_ key: String) throws(DataFailure) -> [String] {
    let value = try field(key)
    guard let texts = strings(value) else { throw bad(key, "a list of strings", value) }
    return texts
  }

  private func count(_ key: String, atLeast least: Int) throws(DataFailure) -> Int {
    let value = try field(key)
    guard let count = value.asInt, count >= least else { throw bad(key, "an integer from \(least) on", value) }
    return count
  }

  private func input(_ value: Value, _ key: String) throws(DataFailure) -> SamplerConfiguration.Input {
    guard let record = value.asRecord, let path = record["path"]?.asString, let digest = record["sha256"]?.asString
    else { throw bad(key, "an object with path and sha256", value) }
    return .init(path: path, digest: digest)
  }
}

/// The elements of a JSON array of objects; `[]` is an array of numbers to the reader.
private func elements(_ value: Value) -> [Value]? {
  switch value {
  case .object(let list as ListObject): list.elements
  case .object(let array as ArrayObject) where array.count == 0: []
  default: nil
  }
}
