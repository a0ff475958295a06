// A program in the one layout, for `borel fmt`.

import BorelDataIO
import BorelSource
import BorelSyntax

/// A file and its formatted text.
public struct FormattedProgram: Sendable {
  public let path: String
  public let text: String
  /// True where the file looks different now.
  public let hasChanged: Bool

  /// Formats a file; `-` is standard input. A program with syntax errors is an error.
  public init(contentsOf path: String) throws(BorelError) {
    let source = try programSource(at: path)
    var sources = SourceMap()
    let result = parse(sources.add(source), in: sources)
    guard !result.hasErrors, let text = format(result, of: source) else {
      throw BorelError(.program, result.diagnostics, sources: sources)
    }
    self.path = path
    self.text = text
    hasChanged = Array(text.utf8) != source.utf8
  }

  /// Writes the formatted text in the place of the file, if it has changed.
  public func save() throws(BorelError) {
    guard hasChanged else { return }
    do throws(DataFailure) {
      try writeFile(Array(text.utf8), to: .file(path))
    } catch {
      throw BorelError(error)
    }
  }
}
