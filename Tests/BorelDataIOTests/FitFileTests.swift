// Metric and configuration files, digests, and files that survive a crash.

import BorelDataIO
import BorelDraws
import BorelSource
import Testing

private func failure(_ text: String, in directory: String, _ read: (String, inout SourceMap) throws -> Void) -> String?
{
  var sources = SourceMap()
  let path = "\(directory)/file.json"
  do {
    try writeFile(Array(text.utf8), to: .file(path))
    try read(path, &sources)
    return nil
  } catch let error as DataFailure {
    return error.diagnostic.message.replacing(directory + "/", with: "")
  } catch {
    return "\(error)"
  }
}

@Suite struct FitFileTests {
  @Test func digests() {
    #expect(sha256([]) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    #expect(sha256(Array("abc".utf8)) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    #expect(
      sha256(Array("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq".utf8))
        == "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1")
    #expect(
      sha256(Array(repeating: UInt8(ascii: "a"), count: 1_000_000))
        == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
  }

  @Test func metricsReadBack() throws {
    try withDirectory { directory in
      let path = "\(directory)/metric.json"
      var sources = SourceMap()
      for metric in [
        AdaptedMetric(stepSize: 0.1 + 0.2, inverseMetric: .diagonal([1.0 / 3, 5e-324, 1e300])),
        AdaptedMetric(stepSize: nil, inverseMetric: .dense([2, 0.1, 0.1, 1], 2)),
        AdaptedMetric(stepSize: 1, inverseMetric: .unit(3)),
        AdaptedMetric(stepSize: 1, inverseMetric: .lowRank(scale: [1, 2], vectors: [0.6, 0.8], values: [0.25])),
        AdaptedMetric(stepSize: 1, inverseMetric: .lowRank(scale: [1, 2], vectors: [], values: [])),
      ] {
        try writeFile(metricText(metric), to: .file(path))
        #expect(try readMetric(path, into: &sources) == metric)
      }
      #expect(
        String(decoding: metricText(.init(stepSize: 0.5, inverseMetric: .diagonal([1, 2]))), as: UTF8.self)
          == "{\n  \"stepsize\": 0.5,\n  \"metric_type\": \"diag_e\",\n  \"inv_metric\": [1.0, 2.0]\n}\n")
      // CmdStan's own, without a type.
      try writeFile(Array(#"{"inv_metric": [[1, 0.5], [0.5, 2]]}"#.utf8), to: .file(path))
      #expect(
        try readMetric(path, into: &sources) == .init(stepSize: nil, inverseMetric: .dense([1, 0.5, 0.5, 2], 2)))
    }
  }

  @Test func badMetricsAreExplained() throws {
    try withDirectory { directory in
      func message(_ text: String) -> String? {
        failure(text, in: directory) { path, sources in _ = try readMetric(path, into: &sources) }
      }
      #expect(message("{}") == "file.json has no `inv_metric`")
      #expect(
        message(#"{"inv_metric": [1, -2]}"#)
          == "file.json: variances of the inverse metric must be finite and > 0, got -2.0 at position 1")
      #expect(
        message(#"{"inv_metric": [[1, 2]]}"#) == "`inv_metric` in file.json is an Int[1, 2], expected a square matrix")
      #expect(
        message(#"{"inv_metric": [[1, 0.5], [0.25, 1]]}"#)
          == "file.json: the inverse metric must be symmetric: row 1, column 0 holds 0.25, row 0, column 1 holds 0.5")
      #expect(
        message(#"{"stepsize": 0, "inv_metric": [1]}"#)
          == "file.json: the step size must be finite and > 0, got 0.0")
      #expect(
        message(#"{"metric_type": "diag", "inv_metric": [1]}"#)
          == "`metric_type` in file.json is `diag`, expected diag_e, dense_e, unit_e or low_rank")
      #expect(message(#"{"inv_metric": "a"}"#) == "`inv_metric` in file.json is a string, expected an array of numbers")
      #expect(
        message(#"{"metric_type": "low_rank", "inv_metric": [1], "scale": [1], "values": [1], "vectors": [[1, 2]]}"#)
          == "`vectors` in file.json is an Int[1, 2], expected 1 rows of 1 numbers, as `values` and `scale` have")
    }
  }

  @Test func configurationsReadBack() throws {
    try withDirectory { directory in
      let path = "\(directory)/fit_config.json"
      var sources = SourceMap()
      var configuration = sampleConfiguration()
      configuration.significantDigits = 8
      configuration.drop = ["a*", "b \"c\""]
      configuration["init.file"] = .text("x.json")
      try writeFile(configurationText(configuration), to: .file(path))
      #expect(try readConfiguration(path, into: &sources) == configuration)
      var plain = SamplerConfiguration(version: "1", modelName: "m", model: .init(path: "m.ppl"))
      plain.engine = nil
      plain.metric = nil
      try writeFile(configurationText(plain), to: .file(path))
      #expect(try readConfiguration(path, into: &sources) == plain)
    }
  }

  @Test func badConfigurationsAreExplained() throws {
    try withDirectory { directory in
      func message(_ text: String) -> String? {
        failure(text, in: directory) { path, sources in _ = try readConfiguration(path, into: &sources) }
      }
      let text = String(decoding: configurationText(sampleConfiguration()), as: UTF8.self)
      #expect(message(text) == nil)
      #expect(
        message("{}") == "file.json is no configuration of a run: its format is not told, expected `borel-fit-config-1`"
      )
      #expect(
        message(text.replacing("\"chains\": 2", with: "\"chains\": 0"))
          == "`chains` in file.json is an Int, expected an integer from 1 on")
      #expect(message(text.replacing("\"seed\"", with: "\"sead\"")) == "file.json has no `seed`")
      #expect(message(text.replacing("\"hmc\"", with: "3")) == "`algorithm` in file.json is an Int, expected a string")
    }
  }

  @Test func durableFilesAreReplacedWhole() throws {
    try withDirectory { directory in
      let path = "\(directory)/state"
      try writeAtomically([1, 2], to: path)
      try writeAtomically([3], to: path)
      #expect(try readFile(path) == [3])
      #expect(names(in: directory) == ["state"])
      do throws(DataFailure) {
        try writeAtomically([1], to: "\(directory)/no/state")
        Issue.record("a file in a folder that is not there")
      } catch {
        #expect(error.diagnostic.message == "\(directory)/no/state cannot be written: its directory does not exist")
      }
    }
  }
}
