// Runs what the README and the documentation show: `console` blocks are transcripts, `ppl` blocks must check without errors, `c` blocks
// are part of what the command behind the `c` prints.

import Foundation
import Testing

/// One fenced block of a Markdown file.
private struct Fence {
  let info: String
  let text: String
  let line: Int
}

private func fences(of markdown: String) -> [Fence] {
  var result: [Fence] = []
  var open: (info: String, line: Int, lines: [Substring])?
  for (index, line) in markdown.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
    if let block = open {
      if line.hasPrefix("```") {
        result.append(Fence(info: block.info, text: block.lines.joined(separator: "\n") + "\n", line: block.line))
        open = nil
      } else {
        open?.lines.append(line)
      }
    } else if line.hasPrefix("```") {
      open = (line.dropFirst(3).trimmingCharacters(in: .whitespaces), index + 1, [])
    }
  }
  return result
}

private let pages: [String] = {
  var pages = ["README.md"]
  if let walk = FileManager.default.enumerator(atPath: Transcript.root.appending(path: "docs").path) {
    pages += walk.compactMap { $0 as? String }.filter { $0.hasSuffix(".md") }.map { "docs/" + $0 }
  }
  return pages.sorted()
}()

@Suite struct DocumentationTests {
  /// A `ppl` block stands alone and must have no error; one marked `ppl fragment` is not checked by itself.
  @Test(arguments: pages) func programsCheck(page: String) throws {
    let text = try String(contentsOf: Transcript.root.appending(path: page), encoding: .utf8)
    for fence in fences(of: text) where fence.info == "ppl" {
      let file = FileManager.default.temporaryDirectory.appending(path: "borel-docs-\(UUID().uuidString).ppl")
      try fence.text.write(to: file, atomically: true, encoding: .utf8)
      defer { try? FileManager.default.removeItem(at: file) }
      let output = try Transcript.run("borel check \(file.path)", in: Transcript.root)
      #expect(!output.contains("[exit code"), "\(page):\(fence.line)\n\(output)")
    }
  }

  /// A `console` block runs in the folder of the repository; only its `$ borel` lines are run.
  @Test(arguments: pages) func transcriptsHold(page: String) throws {
    let text = try String(contentsOf: Transcript.root.appending(path: page), encoding: .utf8)
    for fence in fences(of: text) where fence.info == "console" {
      for command in Transcript.parse(fence.text) where command.line.hasPrefix("borel ") {
        let output = try Transcript.run(command.line, in: Transcript.root)
        #expect(
          Transcript.trimmed(output) == Transcript.trimmed(command.output), "\(page):\(fence.line): \(command.line)")
      }
    }
  }

  /// A `c` block with a command is contained in what the command prints.
  @Test(arguments: pages) func listingsAreCurrent(page: String) throws {
    let text = try String(contentsOf: Transcript.root.appending(path: page), encoding: .utf8)
    for fence in fences(of: text) where fence.info.hasPrefix("c borel ") {
      let output = try Transcript.run(String(fence.info.dropFirst(2)), in: Transcript.root)
      #expect(output.contains(fence.text), "\(page):\(fence.line)")
    }
  }

  /// A page that links to a file of the repository links to one that is there.
  @Test(arguments: pages) func linksLead(page: String) throws {
    let url = Transcript.root.appending(path: page)
    let text = try String(contentsOf: url, encoding: .utf8)
    for match in text.matches(of: /\]\(([^)#: ]+)(?:#[^)]*)?\)/) {
      let target = url.deletingLastPathComponent().appending(path: String(match.1))
      #expect(FileManager.default.fileExists(atPath: target.path), "\(page) links to \(match.1)")
    }
  }
}
