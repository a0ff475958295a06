// Runs the programs of `Tests/Golden` and compares all that they print with the `.expected` file beside each.

import Foundation
import SemaTestSupport
import Testing

/// How the programs of a folder under `Tests/Golden` are run.
private enum Runner {
  /// Parse and analyze only; the output is every diagnostic.
  case analyze
  /// Run by the `borel` command in the program's folder; the output is standard output, standard error and the exit code.
  case command(arguments: [String])

  /// A further folder is one more row here.
  static let folders: [String: Runner] = [
    "bad": .analyze
  ]

  func output(of program: URL) throws -> String {
    switch self {
    case .analyze:
      let text = try String(contentsOf: program, encoding: .utf8)
      let folder = program.deletingLastPathComponent()
      return SemaTestSupport.analyze(text, name: program.lastPathComponent, folder: folder).text
    case .command(let arguments):
      return try run(arguments + [program.lastPathComponent], in: program.deletingLastPathComponent())
    }
  }

  private func run(_ arguments: [String], in folder: URL) throws -> String {
    let process = Process()
    process.executableURL = packageRoot.appending(path: ".build/release/borel")
    process.arguments = arguments
    process.currentDirectoryURL = folder
    process.standardInput = FileHandle.nullDevice
    // One pipe for both: nothing here prints enough to care for the order.
    let output = Pipe()
    process.standardOutput = output
    process.standardError = output
    try process.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return String(decoding: data, as: UTF8.self) + "[exit code \(process.terminationStatus)]\n"
  }
}

private let golden = packageRoot.appending(path: "Tests/Golden")

/// The programs that have a folder's way of running, as paths below `Tests/Golden`.
private let programs: [String] = Runner.folders.keys.sorted().flatMap { folder in
  let names = (try? FileManager.default.contentsOfDirectory(atPath: golden.appending(path: folder).path)) ?? []
  return names.filter { $0.hasSuffix(".ppl") }.sorted().map { "\(folder)/\($0)" }
}

@Suite struct GoldenTests {
  @Test(arguments: programs) func messagesAreAsExpected(program: String) throws {
    let url = golden.appending(path: program)
    let folder = String(program.prefix { $0 != "/" })
    let runner = try #require(Runner.folders[folder])
    let output = try runner.output(of: url)
    let expectedURL = url.deletingPathExtension().appendingPathExtension("expected")
    if ProcessInfo.processInfo.environment["BOREL_PROMOTE"] != nil {
      try output.write(to: expectedURL, atomically: true, encoding: .utf8)
      return
    }
    let expected = try String(contentsOf: expectedURL, encoding: .utf8)
    #expect(output == expected, "\(program) prints\n\(output)\nwhere \(expectedURL.lastPathComponent) has\n\(expected)")
  }

  /// A program in the gallery of wrong ones that is not wrong would prove nothing.
  @Test(arguments: programs.filter { $0.hasPrefix("bad/") }) func wrongProgramsAreReported(program: String) throws {
    let text = try String(contentsOf: golden.appending(path: program), encoding: .utf8)
    #expect(!SemaTestSupport.analyze(text, name: program, folder: golden).diagnostics.isEmpty)
  }
}
