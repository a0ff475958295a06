// The lowerer: one analysis in progress, with the places where its parts keep what they share.

import BorelIR
import BorelSource
import BorelSyntax
import BorelValues

/// Lowers one text, and the files it needs, to Core. Its parts are extensions, one file per kind of construct.
final class Lowerer {
  var state: AnalyzerState
  let loader: any ModuleLoader
  var diagnostics: [Diagnostic] = []
  /// Spans of expressions that stand for something wrong; the type checker says nothing about them.
  var poisoned: Set<Span> = []
  /// Unknown names already reported, so that each is reported once.
  var reportedNames: Set<String> = []
  var suggestionCount = 0

  /// The module that is being lowered.
  var source = SourceFile(name: "", text: "")
  var file = FileID(index: 0)
  var isLibrary = false
  var context = FunctionContext(kind: .script, name: "", effects: .script)
  /// The distribution whose methods are being lowered.
  var distribution: DistributionContext?
  /// Identities of the files whose import is in progress, outermost first.
  var importing: [(identity: String, name: String)] = []
  var definitions: [(name: String, symbol: Symbol)] = []
  var models: [ModelID] = []
  /// Functions lowered in this analysis with the functions they call.
  var callGraph: [(function: FunctionID, callees: Set<FunctionID>)] = []
  var nesting = 0
  /// The left side of the choice whose distribution is being lowered.
  var choosing: Span?
  /// Values given to models by name, to be checked at the end.
  var namedValues: [NamedValues] = []
  /// True where the parser had to skip something.
  var sawSyntaxError = false
  /// Types written on `let` and `var`, by the span of the value.
  var bindingTypes: [Span: CoreType] = [:]
  /// Functions to be checked by the type checker.
  var newFunctions: [FunctionID] = []

  static let maximumNesting = 1200
  static let maximumDiagnostics = 100

  init(state: AnalyzerState, loader: any ModuleLoader) {
    self.state = state
    self.loader = loader
  }

  // MARK: Reporting

  func report(_ diagnostic: Diagnostic) { diagnostics.append(diagnostic) }

  func error(
    _ code: String, _ message: String, at span: Span, label: String = "", secondary: [Diagnostic.Label] = [],
    notes: [String] = [], hint: String? = nil
  ) {
    diagnostics.append(
      Diagnostic(
        .error, code: code, message, at: span, label: label, secondary: secondary, notes: notes, hint: hint))
  }

  func warning(_ code: String, _ message: String, at span: Span, label: String = "", hint: String? = nil) {
    guard !isLibrary else { return }
    diagnostics.append(Diagnostic(.warning, code: code, message, at: span, label: label, hint: hint))
  }

  /// An expression that stands for something wrong.
  func poison(_ span: Span) -> CoreExpression {
    poisoned.insert(span)
    return CoreExpression(.constant(.null), span)
  }

  // MARK: Core helpers

  func primitive(_ name: String) -> PrimitiveID {
    // The operators are rows of the table; a missing one is our fault, caught by the table's test.
    PrimitiveTable.ids[name] ?? PrimitiveID(0)
  }

  func null(_ span: Span) -> CoreExpression { CoreExpression(.constant(.null), span) }

  func addFunction(_ function: CoreFunction) -> FunctionID {
    state.program.functions.append(function)
    return FunctionID(state.program.functions.count - 1)
  }

  // MARK: Contexts

  /// Runs `body` with another function as the current one.
  func inContext<T>(_ inner: FunctionContext, _ body: () -> T) -> T {
    let outer = context
    context = inner
    defer { context = outer }
    return body()
  }

  /// Runs `body` in a new scope and warns of what it declared in vain.
  func inScope<T>(_ statements: [Statement], _ body: () -> T) -> T {
    context.scopes.append(Scope(statements: statements))
    defer { closeScope() }
    return body()
  }

  private func closeScope() {
    guard let scope = context.scopes.popLast(), context.model != nil else { return }
    for (name, entry) in scope.entries
    where entry.kind == .binding && !context.usedLocals.contains(entry.id.index) && !name.hasPrefix("_") {
      warning(
        "unused-variable", "`\(name)` is never used", at: entry.span,
        hint: "remove it, or write `_` instead of the name")
    }
  }

  /// Declares a local in the innermost scope; a second one of that name there is an error.
  func declare(_ name: Name, _ kind: LocalEntry.Kind, isMutable: Bool = false) -> LocalID {
    let id = context.newLocal(name.text)
    guard !context.scopes.isEmpty else { return id }
    let last = context.scopes.count - 1
    if let earlier = context.scopes[last].entries[name.text] {
      duplicate(name, earlier: earlier.span, isReassignable: kind == .binding && earlier.kind == .binding)
    } else if last <= 1, let choice = context.choices.entries[name.text], let site = choice.firstSite {
      error(
        "duplicate-definition", "`\(name.text)` is already a random variable of this model", at: name.span,
        secondary: [.init(site, "chosen here")], hint: "give one of the two another name")
    }
    context.scopes[last].entries[name.text] = LocalEntry(
      id: id, kind: kind, isMutable: isMutable, span: name.span)
    return id
  }

  func duplicate(_ name: Name, earlier: Span, isReassignable: Bool) {
    error(
      "duplicate-definition", "`\(name.text)` is already defined", at: name.span, label: "defined again",
      secondary: [.init(earlier, "first defined here")],
      hint: isReassignable
        ? "to change a variable declare it with `var` and write `\(name.text) = ...`"
        : "give one of the two another name")
  }

  /// Guards against trees so deep that walking them would exhaust the stack.
  func descend<T>(at span: Span, otherwise: @autoclosure () -> T, _ body: () -> T) -> T {
    guard nesting < Lowerer.maximumNesting else {
      if reportedNames.insert("\u{0}nesting").inserted {
        error(
          "nesting-too-deep", "this is nested too deeply", at: span, hint: "name parts of it with `let`")
      }
      return otherwise()
    }
    nesting += 1
    defer { nesting -= 1 }
    return body()
  }
}
