// One straight line from text to results: parse, analyze, compile, run, in a session that remembers what came before.

import BorelIR
import BorelSema
import BorelSource
import BorelSyntax
import BorelVM
import BorelValues

/// Runs texts one after the other; later ones see the definitions of earlier ones.
///
/// An input that fails leaves the session as it was. Not for use from several threads at once.
public final class Session {
  private let store = SourceStore()
  private var analyzer = Analyzer()
  private var inputCount = 0
  let options: RunOptions

  public init(options: RunOptions = .init()) { self.options = options }

  /// More input could make the text correct, so that a prompt should read another line.
  public func isIncomplete(_ text: String) -> Bool {
    var scratch = SourceMap()
    let id = scratch.add(SourceFile(name: "", text: text))
    return BorelSyntax.parse(id, in: scratch).isIncomplete
  }

  // MARK: Checking

  /// Checks a file without running it.
  public func check(_ path: String) throws(BorelError) -> CheckResult {
    let (_, diagnostics, _) = analyze(try source(at: path))
    return CheckResult(diagnostics: diagnostics, sources: store.sources)
  }

  /// Parses and analyzes a text on top of what the session knows, without keeping it.
  private func analyze(
    _ source: SourceFile
  ) -> (analysis: Analysis, diagnostics: [Diagnostic], analyzer: Analyzer) {
    let (file, parsed) = store.parse(source)
    var analyzer = analyzer
    let analysis = analyzer.analyze(parsed.tree, file: file, source: source, loader: store)
    var collector = DiagnosticCollector()
    collector.add(contentsOf: parsed.diagnostics)
    collector.add(contentsOf: analysis.diagnostics)
    return (analysis, collector.sorted, analyzer)
  }

  private func source(at path: String) throws(BorelError) -> SourceFile {
    do {
      return SourceFile(name: path == "-" ? "<stdin>" : path, utf8: try Files.read(path))
    } catch {
      throw BorelError(reading: path, error, isData: false)
    }
  }

  // MARK: Dumps

  /// A stage of the pipeline for a file, as text.
  public func dump(_ stage: Stage, ofFile path: String) throws(BorelError) -> String {
    try dump(stage, of: try source(at: path))
  }

  /// A stage of the pipeline for a text, as text.
  public func dump(_ stage: Stage, of text: String) throws(BorelError) -> String {
    try dump(stage, of: SourceFile(name: "<text>", text: text))
  }

  private func dump(_ stage: Stage, of source: SourceFile) throws(BorelError) -> String {
    switch stage {
    case .tokens:
      let (file, _) = store.parse(source)
      return dumpTokens(file, in: store.sources)
    case .ast:
      let (_, parsed) = store.parse(source)
      if parsed.hasErrors { throw BorelError(.program, parsed.diagnostics, sources: store.sources) }
      return dumpTree(parsed.tree)
    }
  }
}
