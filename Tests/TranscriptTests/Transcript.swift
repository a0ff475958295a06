// Runs `$ borel ...` lines of a transcript and compares what they print with what the transcript shows.

import Foundation

/// One command of a transcript with the output below it.
struct Command {
  /// The line after `$ `.
  let line: String
  var output: String
}

enum Transcript {
  /// The folder of the package.
  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  /// The folder that holds the `borel` built with the tests.
  static let products: URL = {
    let arguments = CommandLine.arguments.first.map { URL(filePath: $0).deletingLastPathComponent() }
    let candidates = [arguments, root.appending(path: ".build/release")].compactMap { $0 }
    let found = candidates.first { FileManager.default.isExecutableFile(atPath: $0.appending(path: "borel").path) }
    return found ?? root.appending(path: ".build/release")
  }()

  /// True where transcripts are to be rewritten rather than compared.
  static let isPromoting = ProcessInfo.processInfo.environment["BOREL_PROMOTE"] != nil

  /// Splits a text into commands; lines before the first `$ ` are ignored.
  static func parse(_ text: String) -> [Command] {
    var commands: [Command] = []
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix("$ ") {
        commands.append(Command(line: String(line.dropFirst(2)), output: ""))
      } else if !commands.isEmpty {
        commands[commands.count - 1].output += line + "\n"
      }
    }
    return commands
  }

  static func render(_ commands: [Command]) -> String {
    commands.map { "$ \($0.line)\n\(trimmed($0.output))\n" }.joined(separator: "\n")
  }

  /// Without blank lines at its end.
  static func trimmed(_ text: String) -> String {
    var text = text[...]
    while text.last?.isWhitespace == true { text.removeLast() }
    return String(text)
  }

  /// Runs a line in a shell with `borel` on the path; returns standard output, then standard error and a note on a non-zero exit code.
  static func run(_ line: String, in folder: URL) throws -> String {
    let process = Process()
    process.executableURL = URL(filePath: "/bin/sh")
    process.arguments = ["-c", line]
    process.currentDirectoryURL = folder
    var environment = ProcessInfo.processInfo.environment
    environment["PATH"] = products.path + ":" + (environment["PATH"] ?? "/usr/bin:/bin")
    process.environment = environment
    let temporary = FileManager.default.temporaryDirectory.appending(path: "borel-transcript-\(UUID().uuidString)")
    FileManager.default.createFile(atPath: temporary.path, contents: nil)
    defer { try? FileManager.default.removeItem(at: temporary) }
    let errors = try FileHandle(forWritingTo: temporary)
    let output = Pipe()
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    process.standardError = errors
    try process.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    try errors.close()
    var text = String(decoding: data, as: UTF8.self)
    text += String(decoding: try Data(contentsOf: temporary), as: UTF8.self)
    if process.terminationStatus != 0 { text += "[exit code \(process.terminationStatus)]\n" }
    return text
  }
}
