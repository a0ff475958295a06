// Runs the built `borel` in a folder and returns what it wrote and its exit code.

import Foundation
import Testing

/// What a finished command left behind.
struct ProcessResult {
  var output: String
  var errors: String
  var exitCode: Int32
}

enum BorelProcess {
  /// The folder of the package.
  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  /// The `borel` that was built with the tests.
  static let executable: URL = {
    let besides = CommandLine.arguments.first.map { URL(filePath: $0).deletingLastPathComponent() }
    let candidates = [besides, root.appending(path: ".build/release")].compactMap { $0?.appending(path: "borel") }
    let found = candidates.first { FileManager.default.isExecutableFile(atPath: $0.path) }
    return found ?? root.appending(path: ".build/release/borel")
  }()

  /// Runs a shell line with `borel` on the path.
  static func shell(_ line: String, in folder: URL = root, input: String = "") throws -> ProcessResult {
    try run(URL(filePath: "/bin/sh"), ["-c", line], in: folder, input: input)
  }

  /// Runs `borel` with arguments as they are.
  static func borel(_ arguments: [String], in folder: URL = root, input: String = "") throws -> ProcessResult {
    try run(executable, arguments, in: folder, input: input)
  }

  private static func run(
    _ program: URL, _ arguments: [String], in folder: URL, input: String
  ) throws -> ProcessResult {
    let process = Process()
    process.executableURL = program
    process.arguments = arguments
    process.currentDirectoryURL = folder
    var environment = ProcessInfo.processInfo.environment
    environment["PATH"] = executable.deletingLastPathComponent().path + ":" + (environment["PATH"] ?? "/usr/bin:/bin")
    process.environment = environment

    // Files rather than pipes: no deadlock however much is written.
    let scratch = FileManager.default.temporaryDirectory.appending(path: "borel-process-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: scratch, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: scratch) }
    func stream(_ name: String, _ text: String = "") throws -> (URL, FileHandle) {
      let url = scratch.appending(path: name)
      try text.write(to: url, atomically: false, encoding: .utf8)
      return (url, try FileHandle(forUpdating: url))
    }
    let (_, inputHandle) = try stream("in", input)
    let (outputFile, outputHandle) = try stream("out")
    let (errorFile, errorHandle) = try stream("err")
    process.standardInput = inputHandle
    process.standardOutput = outputHandle
    process.standardError = errorHandle
    try process.run()
    process.waitUntilExit()
    let code = process.terminationReason == .exit ? process.terminationStatus : 128 + process.terminationStatus
    return ProcessResult(
      output: String(decoding: try Data(contentsOf: outputFile), as: UTF8.self),
      errors: String(decoding: try Data(contentsOf: errorFile), as: UTF8.self), exitCode: code)
  }
}
