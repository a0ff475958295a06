// One straight line from text to results: parse, analyze, compile, run, in a session that remembers what came before.

import BorelDataIO
import BorelIR
import BorelSema
import BorelSemantics
import BorelSource
import BorelSyntax
import BorelVM
import BorelValues

/// Runs texts one after the other; later ones see the definitions of earlier ones.
///
/// An input that fails leaves the session as it was. Not for use from several threads at once.
public final class Session {
  let store: SourceStore
  let host: DriverHost
  let options: RunOptions
  private(set) var state = State()
  private var inputCount = 0

  /// What the inputs so far have made; a value, so that a failed input is undone by keeping the old one.
  struct State {
    var analyzer = Analyzer()
    var code: CompiledProgram?
    var globals = Globals(count: 0)
    /// The models of the user's texts in the order in which they were defined.
    var models: [ModelID] = []
  }

  public init(options: RunOptions = .init()) {
    self.options = options
    store = SourceStore()
    host = DriverHost(options: options, sources: store)
  }

  // MARK: Running

  /// Runs a file; `-` is standard input. Returns the value of its last expression.
  @discardableResult
  public func load(_ path: String) throws(BorelError) -> SessionValue {
    SessionValue(try run(try programSource(at: path)))
  }

  /// Runs a text on top of what the session knows. Returns the value of its last expression.
  @discardableResult
  public func evaluate(_ text: String) throws(BorelError) -> SessionValue {
    inputCount += 1
    return SessionValue(try run(SourceFile(name: "<input \(inputCount)>", text: text)))
  }

  /// Parses, analyzes, compiles and runs; keeps the new state only when all of it succeeds.
  func run(_ source: SourceFile) throws(BorelError) -> Value {
    let (analysis, analyzer) = try analyzed(source)
    let code = try compiled(analyzer.program)
    var machine = Machine(analysis.main, [], in: environment(code, state.globals))
    let value = try finish(&machine)
    // Inference that was cut short returns what it has; a script may end before it notices.
    if options.cancellation.isCancelled { throw BorelError(.interrupted, code: "interrupted", "interrupted") }
    state = State(
      analyzer: analyzer, code: code, globals: machine.globals, models: state.models + analysis.models)
    return value
  }

  /// What kind of value a text evaluates to; nothing that it defines is kept.
  public func kind(of text: String) throws(BorelError) -> String {
    let before = state
    defer { state = before }
    return try evaluate(text).kind
  }

  /// Forgets everything.
  public func reset() { state = State() }

  /// Makes a global variable whose fields are the keys of data files and of `key=value` pairs.
  public func define(_ name: String, files: [String], assignments: [String] = []) throws(BorelError) {
    let data = try store.loadData(files: files, assignments: assignments, notices: host)
    try define(name, data.value)
  }

  /// Makes a global variable of a value that does not come from the program.
  func define(_ name: String, _ value: Value) throws(BorelError) {
    // Any value may stand there later, so the text that declares it says nothing about its type.
    let text = "let \(name) = read_json(\"\(name)\")"
    let (analysis, analyzer) = try analyzed(SourceFile(name: "<\(name)>", text: text))
    let code = try compiled(analyzer.program)
    guard case .variable(let id)? = analysis.definitions.first?.symbol else {
      throw BorelError(.internal, code: "internal", "`\(name)` cannot be defined")
    }
    state.analyzer = analyzer
    state.code = code
    state.globals = state.globals.setting(id, to: value, count: code.core.globals.count)
  }

  func environment(_ code: CompiledProgram, _ globals: Globals) -> RunEnvironment {
    RunEnvironment(
      program: code, globals: globals, host: host, limits: options.machineLimits,
      interruption: options.cancellation.interruption)
  }

  func compiled(_ program: CoreProgram) throws(BorelError) -> CompiledProgram {
    do throws(Failure) {
      return try CompiledProgram(program, extending: state.code)
    } catch {
      throw BorelError(error, sources: store.sources)
    }
  }

  /// Runs a script to its end.
  private func finish(_ machine: inout Machine) throws(BorelError) -> Value {
    switch machine.run() {
    case .finished(let value): return value
    case .failed(let failure): throw BorelError(failure, sources: store.sources)
    case .choice, .factor:
      throw BorelError(.internal, code: "internal", "a script stopped at a random choice")
    }
  }

  // MARK: Checking

  /// More input could make the text correct, so that a prompt should read another line.
  public func isIncomplete(_ text: String) -> Bool {
    var scratch = SourceMap()
    let id = scratch.add(SourceFile(name: "", text: text))
    return BorelSyntax.parse(id, in: scratch).isIncomplete
  }

  /// Checks a file without running it.
  public func check(_ path: String) throws(BorelError) -> CheckResult {
    let (_, diagnostics, _) = analyze(try programSource(at: path))
    return CheckResult(diagnostics: diagnostics, sources: store.sources)
  }

  /// Parses and analyzes a text on top of what the session knows, without keeping it.
  func analyze(_ source: SourceFile) -> (analysis: Analysis, diagnostics: [Diagnostic], analyzer: Analyzer) {
    let (file, parsed) = store.parse(source)
    var analyzer = state.analyzer
    let analysis = analyzer.analyze(parsed.tree, file: file, source: source, loader: store)
    var collector = DiagnosticCollector()
    collector.add(contentsOf: parsed.diagnostics)
    collector.add(contentsOf: analysis.diagnostics)
    return (analysis, collector.sorted, analyzer)
  }

  /// The analysis of a text without errors; its warnings are passed on.
  func analyzed(_ source: SourceFile) throws(BorelError) -> (Analysis, Analyzer) {
    let (analysis, diagnostics, analyzer) = analyze(source)
    if diagnostics.contains(where: { $0.severity == .error }) {
      throw BorelError(.program, diagnostics, sources: store.sources)
    }
    for diagnostic in diagnostics { host.notify(.warning, diagnostic) }
    return (analysis, analyzer)
  }

  // MARK: Dumps

  /// A stage of the pipeline for a file, as text.
  public func dump(_ stage: Stage, ofFile path: String) throws(BorelError) -> String {
    try dump(stage, of: try programSource(at: path))
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
    case .core, .bytecode:
      let first = FunctionID(state.analyzer.program.functions.count)
      let (_, analyzer) = try analyzed(source)
      if stage == .core { return dumpCore(analyzer.program, from: first) }
      return try compiled(analyzer.program).bytecodeText(in: store.sources, from: first.index)
    }
  }
}
