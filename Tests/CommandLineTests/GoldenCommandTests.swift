// Runs every `.cmd` file under Tests/Golden/{runtime,data,cli,explain} and compares output, messages and exit code with its `.expected` file.

import Foundation
import Testing

private let folder = BorelProcess.root.appending(path: "Tests/Golden")

private let commands: [String] = ["runtime", "data", "cli", "explain"].flatMap { kind -> [String] in
  let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.appending(path: kind).path)) ?? []
  return files.filter { $0.hasSuffix(".cmd") }.sorted().map { "\(kind)/\($0.dropLast(4))" }
}

/// A `.cmd` file holds one shell line that is run in its own folder.
@Suite struct GoldenCommandTests {
  @Test(arguments: commands) func printsWhatIsExpected(name: String) throws {
    let command = folder.appending(path: name + ".cmd")
    let line = try String(contentsOf: command, encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines)
    let result = try BorelProcess.shell(line, in: command.deletingLastPathComponent())
    var text = result.output
    if !result.errors.isEmpty { text += "--- standard error\n" + result.errors }
    text += "--- exit code \(result.exitCode)\n"

    let expected = folder.appending(path: name + ".expected")
    if ProcessInfo.processInfo.environment["BOREL_PROMOTE"] != nil {
      try text.write(to: expected, atomically: true, encoding: .utf8)
      return
    }
    let golden = (try? String(contentsOf: expected, encoding: .utf8)) ?? ""
    #expect(text == golden, "\(name): \(line)")
  }

  /// The gallery of run-time, data and command-line errors is large enough to mean something.
  @Test func thereAreManyErrors() throws {
    let failing = try commands.filter { name in
      let text = try String(contentsOf: folder.appending(path: name + ".expected"), encoding: .utf8)
      return !text.hasSuffix("--- exit code 0\n")
    }
    #expect(failing.count >= 25)
  }
}
