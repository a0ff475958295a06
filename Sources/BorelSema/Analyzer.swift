// The analyzer: what it has learnt of a session's texts so far, and the one call that reads another.

import BorelIR
import BorelSource
import BorelSyntax

/// What a top-level name stands for.
public enum Symbol: Sendable, Equatable {
  case variable(GlobalID)
  case function(FunctionID)
  case model(ModelID)
  case distribution(DistributionID)
}

/// What came of one text.
public struct Analysis: Sendable {
  /// Runs the top-level statements; its value is that of the last statement if that is an expression.
  public var main: FunctionID
  /// Errors and warnings in the order of the text. With an error among them the program must not run.
  public var diagnostics: [Diagnostic]
  /// The models that the text and its imports define, in order.
  public var models: [ModelID]
  /// The names that the text and its imports define.
  public var definitions: [(name: String, symbol: Symbol)]

  public var hasErrors: Bool { diagnostics.contains { $0.severity == .error } }
}

/// Resolves names, checks rules and types, and lowers syntax trees to Core.
///
/// A value: after an input with errors the caller goes on with the copy it kept.
public struct Analyzer: Sendable {
  var state = AnalyzerState()

  public init() {}

  /// Everything lowered so far. It only grows.
  public var program: CoreProgram { state.program }

  /// Analyzes a text after those before it; later texts see its definitions and may replace them.
  ///
  /// - Parameters:
  ///   - tree: what the parser made of `source`.
  ///   - file: the text's place in the source map.
  ///   - source: the text itself, for quoting.
  ///   - loader: finds imports and the standard library.
  public mutating func analyze(
    _ tree: SyntaxTree, file: FileID, source: SourceFile, loader: any ModuleLoader
  ) -> Analysis {
    let lowerer = Lowerer(state: state, loader: loader)
    // Give up our copy, so that the lowerer appends in place.
    state = AnalyzerState()
    let analysis = lowerer.analyze(Module(identity: source.name, file: file, source: source, tree: tree))
    state = lowerer.state
    return analysis
  }

  /// What a top-level name of the user's stands for.
  public func symbol(named name: String) -> Symbol? { state.user[name]?.symbol }

  /// The user's top-level names, sorted, for completion.
  public var definedNames: [String] { state.user.keys.sorted() }
}

/// A top-level definition.
struct TopLevelEntry: Sendable {
  var symbol: Symbol
  var span: Span
  /// The number of the input that made it; a later input may define the name anew.
  var input: Int
  /// False for a variable whose binding has not been reached yet.
  var isSet: Bool
  var isMutable = false
}

/// Everything that outlives one text.
struct AnalyzerState: Sendable {
  var program = CoreProgram()
  var user: [String: TopLevelEntry] = [:]
  /// The standard library's names; its own code sees these and never the user's.
  var library: [String: TopLevelEntry] = [:]
  /// Library names already asked for, found or not.
  var libraryRequests: Set<String> = []
  /// Imported files that have been lowered, by identity.
  var imported: Set<String> = []
  var inputCount = 0
  /// Result types written after functions' parameter lists.
  var resultTypes: [FunctionID: CoreType] = [:]
  /// What is known of the constants among the globals.
  var globalTypes: [GlobalID: ShapeType] = [:]
  /// What is known of functions' results, by function.
  var summaries: [FunctionID: ShapeType] = [:]
}
