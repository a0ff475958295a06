// Lowers calls: finds the callee, puts arguments in order of the parameters, and reports what does not fit.

import BorelIR
import BorelSource
import BorelSyntax
import BorelValues

/// What a call must fit: the callee's parameters.
struct Signature {
  struct Parameter {
    var name: String
    var isRequired: Bool
  }
  var name: String
  var parameters: [Parameter]
  var isVariadic = false
  /// Where it is defined, for the second place in messages.
  var definition: Span?

  init(_ name: String, _ parameters: [CoreParameter], definition: Span?) {
    self.name = name
    self.parameters = parameters.map { Parameter(name: $0.name, isRequired: $0.defaultValue == nil) }
    self.definition = definition
  }

  init(_ row: Primitive) {
    name = row.name
    parameters = row.parameters.map { Parameter(name: $0.name, isRequired: $0.defaultValue == nil) }
    isVariadic = row.isVariadic
    if isVariadic, let last = parameters.indices.last { parameters[last].isRequired = false }
  }

  /// `mu, sigma` with optional ones in brackets.
  var list: String {
    var parts = parameters.map { $0.isRequired ? $0.name : "\($0.name): ..." }
    if isVariadic, !parts.isEmpty { parts[parts.count - 1] = "\(parameters[parts.count - 1].name)..." }
    return parts.joined(separator: ", ")
  }
}

extension Lowerer {
  func lowerCall(_ callee: Expression, _ arguments: [Argument], _ span: Span) -> CoreExpression {
    guard case .name(let name) = callee.kind else {
      return callValue(lowerExpression(callee), arguments, span)
    }
    if let sibling = siblingMethod(name, arguments) {
      return lowerSiblingCall(sibling, arguments, span)
    }
    switch resolve(name, at: callee.span) {
    case .local(let kind):
      // A nested function has said by itself whether it may sample.
      let isNested = kind.isCurrentClosure || context.localEntry(name)?.kind == .function
      return callValue(CoreExpression(kind, callee.span), arguments, span, isDeterministic: isNested)
    case .global(let id): return callValue(CoreExpression(.global(id), callee.span), arguments, span)
    case .constant(let value):
      error(
        "not-callable", "`\(name)` is a number, not a function", at: callee.span,
        hint: "write `\(name)` without parentheses")
      _ = arguments.map { lowerExpression($0.value) }
      _ = value
      return poison(span)
    case .function(let id):
      context.callees.insert(id)
      let function = state.program[id]
      let signature = Signature(name, function.parameters, definition: nearby(function.span))
      guard let matched = match(arguments, to: signature, callee.span, span) else { return poison(span) }
      return CoreExpression(.callFunction(id, matched.fixed), span)
    case .model(let id):
      let model = state.program[id]
      let signature = Signature(
        name, state.program[model.function].parameters, definition: nearby(model.span))
      guard let matched = match(arguments, to: signature, callee.span, span) else { return poison(span) }
      return CoreExpression(.applyModel(id, matched.fixed), span)
    case .distribution(let id):
      let signature = Signature(
        name, state.program[id].parameters, definition: nearby(state.program[id].span))
      guard let matched = match(arguments, to: signature, callee.span, span) else { return poison(span) }
      return CoreExpression(.applyDistribution(id, matched.fixed), span)
    case .primitive(let id): return lowerPrimitiveCall(id, arguments, callee.span, span)
    case .special(let word):
      if word == "sample" { return lowerSample(arguments, callee.span, span) }
      guard let weight = lowerEffectArgument(word, "log weight", arguments, callee.span, span) else {
        return poison(span)
      }
      return CoreExpression(.block([CoreStatement(.factor(weight), span)], null(span)), span)
    case .failed:
      for argument in arguments { _ = lowerExpression(argument.value) }
      return poison(span)
    }
  }

  /// Where a callee is defined, if that is in the file that calls it: other places would only distract.
  func nearby(_ span: Span) -> Span? { span.file == file ? span : nil }

  // MARK: Values

  private func callValue(
    _ callee: CoreExpression, _ arguments: [Argument], _ span: Span, isDeterministic: Bool = false
  ) -> CoreExpression {
    if !isDeterministic { context.hasEffects = true }
    let lowered = arguments.map { CoreArgument(label: $0.label?.text, value: lowerExpression($0.value)) }
    checkLabels(arguments)
    if poisoned.contains(callee.span) { return poison(span) }
    return CoreExpression(.callValue(callee, lowered), span)
  }

  /// What is wrong with labels whatever is called.
  private func checkLabels(_ arguments: [Argument]) {
    var labels: [String: Span] = [:]
    var hasLabel = false
    for argument in arguments {
      guard let label = argument.label else {
        if hasLabel { reportPositional(argument) }
        continue
      }
      hasLabel = true
      if let earlier = labels.updateValue(label.span, forKey: label.text) { reportTwice(label, earlier) }
    }
  }

  private func reportPositional(_ argument: Argument) {
    error(
      "positional-after-named", "an argument without a name follows one with a name", at: argument.value.span,
      hint: "put it before the named arguments, or name it too")
  }

  private func reportTwice(_ label: Name, _ earlier: Span) {
    error(
      "argument-given-twice", "the argument `\(label.text)` is given twice", at: label.span,
      secondary: [.init(earlier, "first here")], hint: "remove one of the two")
  }

  // MARK: Methods of the same distribution

  /// The method that a call inside a distribution means: one of its own that takes as many arguments.
  private func siblingMethod(_ name: String, _ arguments: [Argument]) -> (function: FunctionID, arity: Int)? {
    guard let method = distribution?.methods[name], method.arity == arguments.count,
      arguments.allSatisfy({ $0.label == nil }), context.kind == .method, !isDefined(name)
    else { return nil }
    return method
  }

  private func lowerSiblingCall(
    _ method: (function: FunctionID, arity: Int), _ arguments: [Argument], _ span: Span
  ) -> CoreExpression {
    context.callees.insert(method.function)
    let count = distribution?.parameterCount ?? 0
    // A method's first locals are the distribution's parameters.
    let parameters = (0..<count).map { CoreExpression(.local(LocalID($0)), span) }
    return CoreExpression(
      .callFunction(method.function, parameters + arguments.map { lowerExpression($0.value) }), span)
  }

  // MARK: Primitives

  private func lowerPrimitiveCall(
    _ id: PrimitiveID, _ arguments: [Argument], _ calleeSpan: Span, _ span: Span
  ) -> CoreExpression {
    let row = PrimitiveTable[id]
    guard let matched = match(arguments, to: Signature(row), calleeSpan, span) else { return poison(span) }
    if row.effect == .random, !context.allowsRandomPrimitives {
      error(
        "random-primitive", "`\(row.name)` draws directly and belongs in the `sample` method of a distribution",
        at: calleeSpan, hint: "in a model write `x ~ d` or `sample(d)`")
      return poison(span)
    }
    // A primitive that is given a function may run one that samples.
    if row.parameters.contains(where: { $0.type == .function }) { context.hasEffects = true }
    var values: [CoreExpression] = []
    for (index, argument) in matched.fixed.enumerated() {
      if let argument {
        values.append(argument)
      } else if row.isVariadic, index == matched.fixed.count - 1 {
        break
      } else {
        values.append(CoreExpression(.constant(row.parameters[index].defaultValue ?? .null), span))
      }
    }
    noteValues(row, values, arguments)
    return CoreExpression(.callPrimitive(id, values + matched.rest), span)
  }

  // MARK: Matching

  /// Arguments by parameter, and those that a variadic callee takes besides.
  struct Matched {
    var fixed: [CoreExpression?]
    var rest: [CoreExpression] = []
  }

  /// Puts arguments in the order of the parameters; nil where something is wrong, after reporting it.
  func match(_ arguments: [Argument], to signature: Signature, _ calleeSpan: Span, _ span: Span) -> Matched? {
    let values = arguments.map { lowerExpression($0.value) }
    var matched = Matched(fixed: Array(repeating: nil, count: signature.parameters.count))
    var givenAt: [Int: Span] = [:]
    var isRight = true
    var hasLabel = false
    var extra: [Span] = []
    var next = 0
    for (argument, value) in zip(arguments, values) {
      guard let label = argument.label else {
        if hasLabel {
          reportPositional(argument)
          isRight = false
        } else if next < signature.parameters.count {
          matched.fixed[next] = value
          givenAt[next] = value.span
        } else if signature.isVariadic {
          matched.rest.append(value)
        } else {
          extra.append(value.span)
        }
        next += 1
        continue
      }
      hasLabel = true
      guard let index = signature.parameters.firstIndex(where: { $0.name == label.text }) else {
        reportLabel(label, signature)
        isRight = false
        continue
      }
      if let earlier = givenAt[index] {
        reportTwice(label, earlier)
        isRight = false
      }
      matched.fixed[index] = value
      givenAt[index] = label.span
    }
    if let first = extra.first {
      reportExtra(first.union(extra.last ?? first), signature, given: arguments.count)
      isRight = false
    }
    guard isRight else { return nil }
    let missing = signature.parameters.indices.filter {
      matched.fixed[$0] == nil && signature.parameters[$0].isRequired
    }
    if !missing.isEmpty {
      reportMissing(missing.map { signature.parameters[$0].name }, signature, calleeSpan, span)
      return nil
    }
    return matched
  }

  private func places(_ signature: Signature) -> [Diagnostic.Label] {
    signature.definition.map { [.init($0, "defined here")] } ?? []
  }

  private func reportLabel(_ label: Name, _ signature: Signature) {
    let names = signature.parameters.map(\.name)
    let near = closestMatch(to: label.text, among: names)
    let list = names.map { "`\($0)`" }.joined(separator: ", ")
    error(
      "unknown-label", "`\(signature.name)` has no parameter `\(label.text)`", at: label.span,
      secondary: places(signature),
      hint: near.map { "did you mean `\($0)`?" }
        ?? (names.isEmpty ? "it takes no arguments" : "its parameters are \(list)"))
  }

  private func reportExtra(_ span: Span, _ signature: Signature, given: Int) {
    let most = signature.parameters.count
    let takes =
      most == 0
      ? "no arguments"
      : "\(signature.parameters.contains { !$0.isRequired } ? "at most " : "")\(count(most, "argument", "arguments"))"
    error(
      "wrong-arity", "`\(signature.name)` takes \(takes), got \(given)", at: span, label: "too many",
      secondary: places(signature), hint: most == 0 ? nil : "write `\(signature.name)(\(signature.list))`")
  }

  private func reportMissing(_ missing: [String], _ signature: Signature, _ calleeSpan: Span, _ span: Span) {
    let list = missing.map { "`\($0)`" }.joined(separator: missing.count == 2 ? " and " : ", ")
    error(
      "missing-argument",
      "\(missing.count == 1 ? "argument" : "arguments") \(list) of `\(signature.name)` \(missing.count == 1 ? "is" : "are") missing",
      at: span, secondary: places(signature), hint: "write `\(signature.name)(\(signature.list))`")
  }
}

extension CoreExpression.Kind {
  fileprivate var isCurrentClosure: Bool { if case .currentClosure = self { true } else { false } }
}
