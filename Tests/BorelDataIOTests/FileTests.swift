// Files: what cannot be read or written and the exit codes; writers read back.

import BorelDataIO
import BorelDraws
import BorelSource
import BorelValues
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

private struct Outcome: Equatable {
  let message: String
  let exitCode: Int32
  init(_ message: String, _ exitCode: Int32) {
    self.message = message
    self.exitCode = exitCode
  }
}

private func readFailure(_ path: String) -> Outcome? {
  var sources = SourceMap()
  do throws(DataFailure) {
    _ = try loadData(path, into: &sources)
    return nil
  } catch {
    return Outcome(error.diagnostic.message, error.exitCode)
  }
}

private func writeFailure(_ path: String) -> Outcome? {
  do throws(DataFailure) {
    try writeFile([1, 2, 3], to: .file(path))
    return nil
  } catch {
    return Outcome(error.diagnostic.message, error.exitCode)
  }
}

private let sample: Draws = {
  var chains: [DrawsRecorder] = []
  for chain in 0..<2 {
    var recorder = DrawsRecorder()
    for draw in 0..<2 {
      recorder.beginDraw(logWeight: -Double(draw) / 3)
      recorder.set("mu", 0.1 + Double(chain), kind: .real)
      recorder.set("k", Double(draw), kind: .int)
      recorder.set("on", Double(draw), kind: .bool)
      recorder.set("w", text: draw == 0 ? "a,b" : "c")
      if draw == 1 { recorder.set("x", shape: [1, 2], elements: [1, .infinity], kind: .real) }
      recorder.setStatistic("accepted", 1, kind: .bool)
    }
    chains.append(recorder)
  }
  return Draws(chains: chains, logEvidence: .init(-2.5, standardError: 0.25))
}()

@Suite struct FileTests {
  @Test func missingFilesAndDirectories() throws {
    try withDirectory { directory in
      #expect(readFailure("\(directory)/no.json") == Outcome("there is no file \(directory)/no.json", 66))
      #expect(readFailure(directory) == Outcome("\(directory) is a directory, expected a file", 66))
      #expect(readFailure("\(directory)/a/b.csv")?.exitCode == 66)
    }
  }

  @Test func unusableContents() throws {
    try withDirectory { directory in
      let path = "\(directory)/data.json"
      for (bytes, message) in [
        ([], "\(path) is empty, expected JSON"),
        ([0x1F, 0x8B, 8, 0], "\(path) is no text in UTF-8: it looks like gzip-compressed"),
        ([0x7B, 0x00], "\(path) is no text in UTF-8: it looks like a binary file"),
        ([0xFF, 0xFE, 0x7B, 0], "\(path) is no text in UTF-8: it looks like UTF-16 text"),
        (Array("[1, 2]".utf8), "\(path) holds an Int[2], expected an object with the names of the data"),
      ] as [([UInt8], String)] {
        try writeFile(bytes, to: .file(path))
        #expect(readFailure(path) == Outcome(message, 65))
      }
    }
  }

  @Test func writingFailsInWords() throws {
    try withDirectory { directory in
      #expect(
        writeFailure("\(directory)/no/out.csv")
          == Outcome("\(directory)/no/out.csv cannot be written: its directory does not exist", 74))
      #expect(writeFailure(directory) == Outcome("\(directory) cannot be written: it is a directory", 74))
      if access("/dev/full", F_OK) == 0 {
        #expect(writeFailure("/dev/full") == Outcome("/dev/full cannot be written: the disk is full", 74))
      }
    }
  }

  @Test func filesAreReplacedWhole() throws {
    try withDirectory { directory in
      let path = "\(directory)/out.csv"
      try writeFile([1], to: .file(path))
      try writeFile([2, 3], to: .file(path))
      #expect(try readFile(path) == [2, 3])
      #expect(access("\(path).\(getpid()).part", F_OK) != 0)
    }
  }

  @Test func drawsAsCSV() throws {
    #expect(
      String(decoding: csvText(sample), as: UTF8.self) == """
        chain,draw,log_weight,accepted,mu,k,on,w,"x[0,0]","x[0,1]"
        0,0,-0.0,true,0.1,0,false,"a,b",,
        0,1,-0.3333333333333333,true,0.1,1,true,c,1.0,inf
        1,0,-0.0,true,1.1,0,false,"a,b",,
        1,1,-0.3333333333333333,true,1.1,1,true,c,1.0,inf

        """)
    let back = try parseCSVText(String(decoding: csvText(sample), as: UTF8.self))
    #expect(try show(#require(back.record?["x[0,1]"])) == "Real[4]{nan inf nan inf}")
    #expect(try show(#require(back.record?["on"])) == "Bool[4]{false true false true}")
  }

  @Test func drawsAsJSON() throws {
    let back = try parseJSON(bytes: jsonText(sample)).value
    let record = try #require(back.asRecord)
    #expect(
      record.keys == [
        "format", "chain_lengths", "exact", "log_evidence", "log_evidence_standard_error", "log_weights", "statistics",
        "variables",
      ])
    #expect(
      try show(#require(record["log_weights"])) == "Real[2, 2]{-0.0 -0.3333333333333333 -0.0 -0.3333333333333333}")
    let variables = try #require(record["variables"]?.asRecord)
    #expect(
      try show(#require(variables["mu"])) == "{shape: Real[0]{}, kind: 'real', draws: Real[2, 2]{0.1 0.1 1.1 1.1}}")
    #expect(try show(#require(variables["k"]?.asRecord?["draws"])) == "Int[2, 2]{0 1 0 1}")
    #expect(try show(#require(variables["w"]?.asRecord?["draws"])) == "[['a,b', 'c'], ['a,b', 'c']]")
    #expect(
      try show(#require(variables["x"]?.asRecord?["draws"]))
        == "[[[[null, null]], Real[1, 2]{1.0 inf}], [[[null, null]], Real[1, 2]{1.0 inf}]]")
  }

  @Test func valuesAsJSONReadBack() throws {
    let text =
      #"{"a": [[1, 2], [3, 4]], "b": [1.5, NaN, -Infinity], "c": "x\"\\\n\u0001é", "d": [null, {"e": []}], "f": {}, "g": true}"#
    let value = try parse(text)
    let written = try #require(jsonText(value))
    #expect(try show(parseJSON(bytes: written).value) == show(value))
    #expect(written.last == UInt8(ascii: "\n"))
  }
}
