// Runs every example as its `expected.txt` shows it and compares the output.

import Foundation
import Testing

private let examples: [String] = {
  let folder = Transcript.root.appending(path: "examples")
  let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
  return names.filter {
    FileManager.default.fileExists(atPath: folder.appending(path: "\($0)/expected.txt").path)
  }.sorted()
}()

@Suite struct ExampleTests {
  @Test(arguments: examples) func printsWhatItShows(name: String) throws {
    let folder = Transcript.root.appending(path: "examples/\(name)")
    let file = folder.appending(path: "expected.txt")
    var commands = Transcript.parse(try String(contentsOf: file, encoding: .utf8))
    try #require(!commands.isEmpty, "\(file.path) shows no command")
    for index in commands.indices {
      let output = try Transcript.run(commands[index].line, in: folder)
      if !Transcript.isPromoting {
        #expect(
          Transcript.trimmed(output) == Transcript.trimmed(commands[index].output),
          "examples/\(name): \(commands[index].line)")
      }
      commands[index].output = output
    }
    if Transcript.isPromoting { try Transcript.render(commands).write(to: file, atomically: true, encoding: .utf8) }
  }

  /// Every folder under examples/ explains itself and is run.
  @Test func everyExampleIsCompleteAndRun() throws {
    let folder = Transcript.root.appending(path: "examples")
    for name in try FileManager.default.contentsOfDirectory(atPath: folder.path)
    where name != "embedding" && !name.hasPrefix(".") {
      var isFolder: ObjCBool = false
      FileManager.default.fileExists(atPath: folder.appending(path: name).path, isDirectory: &isFolder)
      guard isFolder.boolValue else { continue }
      for file in ["README.md", "expected.txt"] {
        #expect(
          FileManager.default.fileExists(atPath: folder.appending(path: "\(name)/\(file)").path),
          "examples/\(name) has no \(file)")
      }
    }
    #expect(examples.count >= 14)
  }
}
