// Lowers whole files: declarations first, so that they see each other, then the statements as a script.

import BorelIR
import BorelSource
import BorelSyntax

extension Lowerer {
  func analyze(_ module: Module) -> Analysis {
    state.inputCount += 1
    importing = [(module.identity, module.source.name)]
    state.imported.insert(module.identity)
    let main = lowerModule(module)
    markStochastic()
    checkNamedValues()
    checkTypes()
    sortDiagnostics()
    return Analysis(main: main, diagnostics: diagnostics, models: models, definitions: definitions)
  }

  /// Lowers a file to the function that runs its statements.
  func lowerModule(_ module: Module) -> FunctionID {
    let outer = (source, file, isLibrary, context, distribution, reportedNames)
    source = module.source
    file = module.file
    distribution = nil
    reportedNames = []
    defer { (source, file, isLibrary, context, distribution, reportedNames) = outer }

    let main = addFunction(
      CoreFunction(
        name: module.source.name, kind: .script, parameters: [], locals: [], captures: [], body: [],
        isStochastic: false, span: Span(file: module.file, start: 0, end: module.source.utf8.count)))
    var imports: [Int: FunctionID] = [:]
    for (index, statement) in module.tree.statements.enumerated() {
      if case .importFile(let path, let span) = statement.kind {
        imports[index] = lowerImport(path, at: span, from: module.file)
      }
    }
    let declared = module.tree.statements.map { declareTopLevel($0) }
    for (statement, symbol) in zip(module.tree.statements, declared) {
      if let symbol { define(statement, as: symbol) }
    }
    context = FunctionContext(kind: .script, name: module.source.name, effects: .script)
    let body = lowerScript(module.tree.statements, imports: imports)
    finish(main, context, parameters: [], body: body)
    return main
  }

  // MARK: Declarations

  /// Enters a statement's top-level names; returns the symbol that is to be defined later.
  private func declareTopLevel(_ statement: Statement) -> Symbol? {
    switch statement.kind {
    case .function(let declaration):
      let id = declareFunction(
        declaration.name.text, .function, declaration.parameters, span: declaration.name.span)
      if let type = declaration.resultType { state.resultTypes[id] = lowerType(type) }
      enter(declaration.name, .function(id))
      return .function(id)
    case .model(let declaration):
      let function = declareFunction(
        declaration.name.text, .model, declaration.parameters, span: declaration.name.span)
      state.program.models.append(
        CoreModel(name: declaration.name.text, function: function, sites: [], span: declaration.name.span))
      let id = ModelID(state.program.models.count - 1)
      if !isLibrary { models.append(id) }
      enter(declaration.name, .model(id))
      return .model(id)
    case .distribution(let declaration):
      let id = declareDistribution(declaration)
      enter(declaration.name, .distribution(id))
      return .distribution(id)
    case .binding(let binding):
      declareGlobals(binding.pattern, isMutable: binding.isMutable)
      return nil
    default: return nil
    }
  }

  private func declareGlobals(_ pattern: Pattern, isMutable: Bool) {
    switch pattern {
    case .wildcard: break
    case .tuple(let patterns, _): for pattern in patterns { declareGlobals(pattern, isMutable: isMutable) }
    case .name(let name):
      state.program.globals.append(CoreGlobal(name: name.text, isMutable: isMutable, span: name.span))
      let id = GlobalID(state.program.globals.count - 1)
      enter(name, .variable(id), isMutable: isMutable)
    }
  }

  private func enter(_ name: Name, _ symbol: Symbol, isMutable: Bool = false) {
    if let earlier = topLevel(name.text), earlier.input == state.inputCount || isLibrary {
      var bothVariables = false
      if case .variable = earlier.symbol, case .variable = symbol { bothVariables = true }
      duplicate(name, earlier: earlier.span, isReassignable: bothVariables)
      return
    }
    var isSet = true
    if case .variable = symbol { isSet = false }
    let entry = TopLevelEntry(
      symbol: symbol, span: name.span, input: state.inputCount, isSet: isSet, isMutable: isMutable)
    if isLibrary {
      state.library[name.text] = entry
    } else {
      state.user[name.text] = entry
      definitions.append((name.text, symbol))
    }
  }

  func topLevel(_ name: String) -> TopLevelEntry? { isLibrary ? state.library[name] : state.user[name] }

  private func define(_ statement: Statement, as symbol: Symbol) {
    switch (statement.kind, symbol) {
    case (.function(let declaration), .function(let id)):
      let context = FunctionContext(
        kind: .function, name: declaration.name.text, effects: .function(declaration.name.text))
      context.allowsRandomPrimitives = isLibrary
      defineFunction(id, context, declaration.parameters, declaration.body)
    case (.model(let declaration), .model(let id)):
      let model = ModelContext(name: declaration.name.text)
      let context = FunctionContext(kind: .model, name: model.name, effects: .allowed(model))
      defineFunction(
        state.program[id].function, context, declaration.parameters, .block(declaration.body))
      state.program.models[id.index].sites = model.sites
      if !context.hasEffects, !sawSyntaxError {
        warning(
          "empty-model", "model \(model.name) makes no random choice", at: declaration.name.span,
          hint: "write `x ~ ...` in it, or define it with `fn`")
      }
    case (.distribution(let declaration), .distribution(let id)):
      defineDistribution(id, declaration)
    default: break
    }
  }

  // MARK: Scripts

  private func lowerScript(_ statements: [Statement], imports: [Int: FunctionID]) -> [CoreStatement] {
    var body: [CoreStatement] = []
    for (index, statement) in statements.enumerated() {
      switch statement.kind {
      case .function, .model, .distribution: break
      case .importFile:
        if let main = imports[index] {
          context.callees.insert(main)
          let call = CoreExpression(.callFunction(main, []), statement.span)
          body.append(CoreStatement(.evaluate(call), statement.span))
        }
      case .expression(let expression) where index == statements.count - 1:
        lowerTail(expression, statement.span, into: &body)
      default: lowerStatement(statement, into: &body)
      }
    }
    return body
  }

  // MARK: Imports and the library

  /// Lowers an imported file unless that has happened; returns the function to run at the import.
  private func lowerImport(_ path: String, at span: Span, from file: FileID) -> FunctionID? {
    let module: Module
    do throws(ModuleFailure) {
      module = try loader.module(at: path, importedFrom: file)
    } catch {
      reportImport(error, path, at: span)
      return nil
    }
    if let position = importing.firstIndex(where: { $0.identity == module.identity }) {
      let names = (importing[position...].map(\.name) + [module.source.name]).joined(separator: " -> ")
      error(
        "import-cycle", "importing \"\(path)\" goes round in a circle", at: span, notes: [names],
        hint: "move what both files need into a third file")
      return nil
    }
    guard state.imported.insert(module.identity).inserted else { return nil }
    diagnostics += module.diagnostics
    importing.append((module.identity, module.source.name))
    defer { importing.removeLast() }
    guard importing.count <= 64 else {
      error("import-too-deep", "imports are nested more than 64 deep", at: span)
      return nil
    }
    return lowerModule(module)
  }

  private func reportImport(_ failure: ModuleFailure, _ path: String, at span: Span) {
    switch failure {
    case .missing:
      error(
        "import-not-found", "there is no file \"\(path)\"", at: span,
        hint: "a relative path starts at the folder of the importing file")
    case .isDirectory:
      error(
        "import-not-a-file", "\"\(path)\" is a directory", at: span, hint: "name a `.ppl` file in it")
    case .unreadable(let reason):
      error("import-unreadable", "\"\(path)\" cannot be read: \(reason)", at: span)
    }
  }

  /// The library's definition of a name, loaded when first asked for.
  func libraryEntry(_ name: String) -> TopLevelEntry? {
    if let entry = state.library[name] { return entry }
    guard state.libraryRequests.insert(name).inserted, let module = loader.library(name) else { return nil }
    let wasLibrary = isLibrary
    isLibrary = true
    diagnostics += module.diagnostics
    _ = lowerModule(module)
    isLibrary = wasLibrary
    return state.library[name]
  }

  // MARK: After all functions are lowered

  /// Spreads `isStochastic` from callees to callers until nothing changes.
  private func markStochastic() {
    var callers: [Int: [Int]] = [:]
    var pending: [Int] = []
    for (function, callees) in callGraph {
      for callee in callees { callers[callee.index, default: []].append(function.index) }
      for callee in callees where state.program[callee].isStochastic { pending.append(callee.index) }
      if state.program[function].isStochastic { pending.append(function.index) }
    }
    while let index = pending.popLast() {
      for caller in callers[index] ?? [] where !state.program.functions[caller].isStochastic {
        state.program.functions[caller].isStochastic = true
        pending.append(caller)
      }
    }
  }

  private func sortDiagnostics() {
    func position(_ diagnostic: Diagnostic) -> (UInt32, UInt32) {
      guard let span = diagnostic.primary?.span else { return (0, 0) }
      return (span.file.index, span.start)
    }
    let sorted = diagnostics.enumerated().sorted {
      let (a, b) = (position($0.element), position($1.element))
      return a == b ? $0.offset < $1.offset : a < b
    }
    diagnostics = sorted.map(\.element)
    let most = Lowerer.maximumDiagnostics
    guard diagnostics.count > most else { return }
    diagnostics.removeSubrange(most...)
    diagnostics.append(
      Diagnostic(
        code: "too-many-errors", "there are more errors; the rest is not shown",
        at: diagnostics.last?.primary?.span))
  }
}
