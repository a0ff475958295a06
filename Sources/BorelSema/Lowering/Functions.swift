// Lowers functions of every kind: parameters with defaults and types, bodies, lambdas, nested functions.

import BorelIR
import BorelSource
import BorelSyntax

extension Lowerer {
  // MARK: Parameters

  /// Enters a function whose body comes later, so that calls of it can be lowered.
  func declareFunction(_ name: String, _ kind: CoreFunction.Kind, _ parameters: [Parameter], span: Span)
    -> FunctionID
  {
    let lowered = declareParameters(parameters)
    return addFunction(
      CoreFunction(
        name: name, kind: kind, parameters: lowered, locals: [], captures: [], body: [], isStochastic: false,
        span: span))
  }

  /// Checks names and types and sets places aside for the functions that compute defaults.
  func declareParameters(_ parameters: [Parameter]) -> [CoreParameter] {
    var seen: [String: Span] = [:]
    return parameters.map { parameter in
      let name = parameter.name
      if let earlier = seen.updateValue(name.span, forKey: name.text), name.text != "_" {
        error(
          "duplicate-parameter", "two parameters are called `\(name.text)`", at: name.span,
          secondary: [.init(earlier, "the first")], hint: "give one of the two another name")
      }
      let defaultID = parameter.defaultValue.map { value in
        addFunction(
          CoreFunction(
            name: name.text, kind: .defaultValue, parameters: [], locals: [], captures: [], body: [],
            isStochastic: false, span: value.span))
      }
      return CoreParameter(
        name: name.text, type: parameter.type.map { lowerType($0) }, defaultValue: defaultID, span: name.span)
    }
  }

  /// Lowers the defaults, each a function of the parameters before it.
  func defineDefaults(_ parameters: [Parameter], as lowered: [CoreParameter]) {
    for (index, parameter) in parameters.enumerated() {
      guard let value = parameter.defaultValue, let id = lowered[index].defaultValue else { continue }
      let earlier = lowered[..<index].map { CoreParameter(name: $0.name, type: $0.type, span: $0.span) }
      let inner = FunctionContext(kind: .defaultValue, name: parameter.name.text, effects: .defaultValue)
      inner.surroundings = context
      inContext(inner) {
        openParameters(earlier)
        let body = [CoreStatement(.returnValue(lowerExpression(value)), value.span)]
        inner.flow.isReachable = false
        finish(id, inner, parameters: Array(earlier), body: body)
      }
    }
  }

  /// Makes the parameters the first locals of the current function.
  func openParameters(_ parameters: [CoreParameter]) {
    var scope = Scope()
    for parameter in parameters {
      let id = context.newLocal(parameter.name)
      scope.entries[parameter.name] = LocalEntry(
        id: id, kind: .parameter, isMutable: false, span: parameter.span)
      for case .named(let size) in parameter.type?.sizes ?? [] { context.sizeNames[size] = parameter.name }
    }
    context.scopes.append(scope)
  }

  /// Element types that annotations may name.
  static let typeNames = [
    "Bool", "Int", "Real", "String", "Function", "Distribution", "Model", "Record", "List", "Tuple", "Any",
  ]
  private static let typeSynonyms = [
    "float": "Real", "double": "Real", "Float": "Real", "Double": "Real", "Float64": "Real", "number": "Real",
    "Number": "Real", "real": "Real", "int": "Int", "integer": "Int", "Integer": "Int", "Int64": "Int",
    "bool": "Bool", "boolean": "Bool", "Boolean": "Bool", "str": "String", "string": "String", "text": "String",
    "vector": "Real[n]", "Vector": "Real[n]", "matrix": "Real[n, k]", "Matrix": "Real[n, k]",
    "array": "Real[n]", "Array": "Real[n]",
  ]

  func lowerType(_ type: TypeAnnotation) -> CoreType {
    if !Lowerer.typeNames.contains(type.name.text) {
      let meant =
        Lowerer.typeSynonyms[type.name.text] ?? closestMatch(to: type.name.text, among: Lowerer.typeNames)
      error(
        "unknown-type", "there is no type `\(type.name.text)`", at: type.name.span,
        hint: meant.map { "did you mean `\($0)`?" }
          ?? "types are Bool, Int, Real and String, with sizes where they are arrays: `Real[n, k]`")
    } else if !type.sizes.isEmpty, !["Bool", "Int", "Real", "Any"].contains(type.name.text) {
      error(
        "unknown-type", "`\(type.name.text)` takes no sizes", at: type.span,
        hint: "only Bool, Int and Real make arrays")
    }
    let sizes = type.sizes.map { size -> CoreType.Size in
      switch size {
      case .name(let name): return .named(name.text)
      case .any: return .any
      case .integer(let value, let span):
        if value < 0 { error("negative-size", "a size cannot be negative", at: span) }
        return .fixed(value)
      }
    }
    return CoreType(name: type.name.text, sizes: sizes, span: type.span)
  }

  // MARK: Bodies

  /// Lowers a declared function's defaults and body.
  func defineFunction(
    _ id: FunctionID, _ inner: FunctionContext, _ parameters: [Parameter], _ body: FunctionBody
  ) {
    let lowered = state.program[id].parameters
    defineDefaults(parameters, as: lowered)
    inContext(inner) {
      openParameters(lowered)
      let statements = lowerFunctionBody(body)
      finish(id, inner, parameters: lowered, body: statements)
    }
  }

  func lowerFunctionBody(_ body: FunctionBody) -> [CoreStatement] {
    var statements: [CoreStatement] = []
    switch body {
    case .expression(let expression):
      context.choices = ChoiceTable(in: expression)
      context.scopes.append(Scope())
      lowerTail(expression, expression.span, into: &statements)
      context.scopes.removeLast()
    case .block(let block):
      context.choices = ChoiceTable(in: block)
      lowerTailBlock(block, into: &statements)
    }
    return statements
  }

  /// Stores a lowered function in the place set aside for it.
  func finish(
    _ id: FunctionID, _ inner: FunctionContext, parameters: [CoreParameter], body: [CoreStatement]
  ) {
    var body = body
    let function = state.program[id]
    if inner.flow.isReachable {
      let end = Span(file: function.span.file, start: Int(function.span.end), end: Int(function.span.end))
      body.append(CoreStatement(.returnValue(null(end)), end))
    }
    state.program.functions[id.index] = CoreFunction(
      name: function.name, kind: inner.kind, parameters: parameters, locals: inner.locals,
      captures: inner.captures.map(\.name), body: body, isStochastic: inner.hasEffects || inner.kind == .model,
      span: function.span)
    callGraph.append((id, inner.callees))
    newFunctions.append(id)
  }

  // MARK: Closures

  func lowerLambda(_ parameters: [Parameter], _ body: FunctionBody, _ span: Span) -> CoreExpression {
    let effects: EffectRule =
      switch context.effects {
      case .script: .lambda
      default: context.effects
      }
    let inner = FunctionContext(kind: .lambda, name: "", parent: context, effects: effects)
    inner.allowsRandomPrimitives = context.allowsRandomPrimitives
    return makeClosure(inner, "", .lambda, parameters, body, span)
  }

  func lowerNestedFunction(_ declaration: FunctionDeclaration, _ span: Span, into statements: inout [CoreStatement]) {
    let name = declaration.name
    let inner = FunctionContext(
      kind: .function, name: name.text, parent: context, selfName: name.text, effects: .function(name.text))
    inner.allowsRandomPrimitives = context.allowsRandomPrimitives
    let closure = makeClosure(inner, name.text, .function, declaration.parameters, declaration.body, name.span)
    if let type = declaration.resultType, case .closure(let id, _) = closure.kind {
      state.resultTypes[id] = lowerType(type)
    }
    let local = declare(name, .function)
    statements.append(CoreStatement(.setLocal(local, closure), span))
  }

  private func makeClosure(
    _ inner: FunctionContext, _ name: String, _ kind: CoreFunction.Kind, _ parameters: [Parameter],
    _ body: FunctionBody, _ span: Span
  ) -> CoreExpression {
    let id = declareFunction(name, kind, parameters, span: span)
    defineFunction(id, inner, parameters, body)
    if inner.hasEffects { context.hasEffects = true }
    context.callees.insert(id)
    let captured = inner.captures.map { CoreExpression($0.value, span) }
    return CoreExpression(.closure(id, captured), span)
  }
}
