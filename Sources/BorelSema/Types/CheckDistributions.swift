// The types of distributions: their parameters against the `where` conditions, and what a choice from them gives.

import BorelIR
import BorelSource
import BorelValues

extension TypeChecker {
  // MARK: Application

  func applyType(_ id: DistributionID, _ arguments: [CoreExpression?], _ span: Span) -> ShapeType {
    let distribution = program[id]
    var types = arguments.map { $0.map { type(of: $0) } ?? .unknown }
    for (index, parameter) in distribution.parameters.enumerated() where index < arguments.count {
      guard arguments[index] == nil, let value = parameter.defaultValue else { continue }
      types[index] = evaluate(value, Array(types[..<index])).result
    }
    var isRight = true
    var sizes: [String: (Int, Span)] = [:]
    for (index, argument) in arguments.enumerated() {
      guard let argument, distribution.parameters.indices.contains(index) else { continue }
      if !checkParameter(distribution, index, types[index], &sizes, argument.span) { isRight = false }
    }
    if isRight { isRight = checkShapes(distribution, types, span) }
    if isRight { checkConditions(distribution, types, arguments, span) }
    return .distribution(id, event: isRight ? event(of: distribution, types) : .unknown)
  }

  private func checkParameter(
    _ distribution: CoreDistribution, _ index: Int, _ type: ShapeType, _ sizes: inout [String: (Int, Span)],
    _ span: Span
  ) -> Bool {
    let parameter = distribution.parameters[index]
    func wrong(_ expected: String) -> Bool {
      var hint: String?
      if case .distribution = type { hint = "draw from it first: `x ~ ...` on a line of its own" }
      if case .model = type { hint = "run it first: `s ~ m(...)` on a line of its own" }
      report(
        "type-mismatch", "`\(parameter.name)` of \(distribution.name) must be \(expected), got \(type.text)", at: span,
        hint: hint)
      return false
    }
    if let declaration = parameter.type {
      if declaration.sizes.isEmpty, type.shape != nil { return true }
      guard let expected = mismatch(type, declaration, sizes: &sizes, at: span) else { return true }
      if declaration.name == "Int", case .real(let value?) = type, value == value.rounded() { return true }
      return wrong(expected)
    }
    var isBool = false
    if case .bool = type { isBool = true }
    guard type.isNeverNumeric || isBool else { return true }
    // Whether the formula can do without a number is asked of the formula.
    guard let logpdf = distribution.methods["logpdf"] else { return true }
    var arguments = [ShapeType](repeating: .unknown, count: distribution.parameters.count + 1)
    arguments[index] = type
    for condition in distribution.conditions where condition.parameters.contains(index) {
      if evaluate(condition.function, Array(arguments.dropLast())).fails { return wrong("a number") }
    }
    return evaluate(logpdf, arguments).fails ? wrong("a number") : true
  }

  /// Array arguments of scalar parameters make an independent product and need equal shapes.
  private func checkShapes(_ distribution: CoreDistribution, _ types: [ShapeType], _ span: Span) -> Bool {
    var first: (name: String, shape: [Int?])?
    for (parameter, type) in zip(distribution.parameters, types) {
      guard parameter.type?.sizes.isEmpty ?? true, !takesArray(distribution, parameter), let shape = type.shape else {
        continue
      }
      guard let earlier = first else {
        first = (parameter.name, shape)
        continue
      }
      let differ =
        earlier.shape.count != shape.count
        || zip(earlier.shape, shape).contains { a, b in if let a, let b { a != b } else { false } }
      if differ {
        report(
          "shape-mismatch",
          "`\(earlier.name)` and `\(parameter.name)` of \(distribution.name) must have equal shapes, got "
            + "\(ShapeType.text(of: earlier.shape)) and \(ShapeType.text(of: shape))", at: span,
          hint: "nothing is stretched to fit; one of them may be a single number")
        return false
      }
    }
    return true
  }

  private func takesArray(_ distribution: CoreDistribution, _ parameter: CoreParameter) -> Bool {
    !(parameter.type?.sizes.isEmpty ?? true)
  }

  // MARK: Conditions

  private func checkConditions(
    _ distribution: CoreDistribution, _ types: [ShapeType], _ arguments: [CoreExpression?], _ span: Span
  ) {
    for condition in distribution.conditions {
      let known = condition.parameters.allSatisfy { types.indices.contains($0) && isConstant(types[$0]) }
      guard known, !condition.parameters.isEmpty else { continue }
      guard case .bool(false) = evaluate(condition.function, types).result else { continue }
      let names = condition.parameters.map { distribution.parameters[$0].name }
      let values = condition.parameters.map { types[$0].text }
      let place = condition.parameters.lazy.compactMap { index in
        arguments.indices.contains(index) ? arguments[index]?.span : nil
      }.first
      let message: String
      if names.count == 1, condition.text.hasPrefix(names[0] + " ") {
        let rest = condition.text.dropFirst(names[0].count + 1)
        message = "`\(names[0])` of \(distribution.name) must be \(rest), got \(values[0])"
      } else {
        let list = zip(names, values).map { "\($0) = \($1)" }.joined(separator: ", ")
        message = "\(distribution.name) needs \(condition.text), got \(list)"
      }
      let list = distribution.parameters.map(\.name).joined(separator: ", ")
      report(
        "parameter-out-of-range", message, at: place ?? span,
        hint: "the parameters are \(distribution.name)(\(list))")
    }
  }

  private func isConstant(_ type: ShapeType) -> Bool { type.constant != nil }

  // MARK: Events

  /// What a choice from a distribution gives.
  private func event(of distribution: CoreDistribution, _ types: [ShapeType]) -> ShapeType {
    var product: [Int?]?
    for (parameter, type) in zip(distribution.parameters, types) where !takesArray(distribution, parameter) {
      switch type {
      case .array(_, let shape):
        guard let shape else { return .unknown }
        product = product ?? shape
      case .bool, .int, .real, .number: break
      default: return .unknown
      }
    }
    let own: ShapeType
    switch distribution.support.kind {
    case .real, .positive, .nonNegative, .above, .below, .interval, .unitInterval: own = .real(nil)
    case .bool: own = .bool(nil)
    case .int, .count, .intAbove, .intInterval: own = .int(nil)
    case .vector, .simplex, .ordered, .positiveOrdered, .unitVector: own = .numbers(.real, [nil])
    case .counts: own = .numbers(.int, [nil])
    case .matrix, .covariance, .correlation, .covarianceCholesky, .correlationCholesky:
      own = .numbers(.real, [nil, nil])
    }
    guard let product else { return own }
    guard own.rank == 0 else { return .unknown }
    return .numbers(own.elementKind, product)
  }

  /// The type of what `~`, `observe` or `sample` draws from a value, which must be a distribution or a model.
  func eventType(_ source: CoreExpression, what: String) -> ShapeType {
    eventType(source, type(of: source), what: what)
  }

  private func eventType(_ source: CoreExpression, _ type: ShapeType, what: String) -> ShapeType {
    switch type {
    case .distribution(_, let event): return event
    case .model(let id, let isApplied):
      guard let id else { return .unknown }
      let parameters = program[program[id].function].parameters.filter { $0.defaultValue == nil }
      if !isApplied, !parameters.isEmpty {
        report(
          "missing-argument", "the model \(program[id].name) needs its arguments", at: source.span,
          hint: "write `\(program[id].name)(\(parameters.map(\.name).joined(separator: ", ")))`")
      }
      return summary(program[id].function)
    case .unknown, .host: return .unknown
    case .function: reportFunction(source, what)
    case .bool, .int, .real, .number, .string, .null, .array, .list, .tuple, .record, .range:
      // Literals have been reported when they were lowered.
      if case .constant = source.kind { return .unknown }
      report(
        "not-a-distribution", "\(what) must be a distribution or a model, got \(type.text)", at: source.span,
        hint: "a fixed value is bound with `let x = ...`")
    }
    return .unknown
  }

  private func reportFunction(_ source: CoreExpression, _ what: String) {
    switch source.kind {
    case .distribution(let id):
      let list = program[id].parameters.map(\.name).joined(separator: ", ")
      report(
        "not-a-distribution", "\(program[id].name) needs its parameters", at: source.span,
        hint: "write `\(program[id].name)(\(list))`")
    default:
      report(
        "not-a-distribution", "\(what) must be a distribution or a model, got a function", at: source.span,
        hint: "call it: `f(...)` with its arguments in parentheses")
    }
  }

  // MARK: Observations

  /// Reports an observed constant that lies outside of the support whatever the parameters are.
  func checkObserved(_ value: ShapeType, _ span: Span, _ source: CoreExpression) {
    let sourceType = type(of: source)
    let event = eventType(source, sourceType, what: "the right side of `~`")
    guard case .distribution(let id?, _) = sourceType else { return }
    let distribution = program[id]
    if value.isNeverNumeric, event.rank == 0 {
      report(
        "type-mismatch", "a value of \(distribution.name) is a number, got \(value.text)", at: span)
      return
    }
    guard let number = value.constant, event.rank == 0 else { return }
    let isInside: Bool
    switch distribution.support.kind {
    case .positive: isInside = number > 0
    case .nonNegative: isInside = number >= 0
    case .unitInterval: isInside = number >= 0 && number <= 1
    case .count: isInside = number >= 0 && number == number.rounded()
    case .int, .intAbove, .intInterval: isInside = number == number.rounded()
    case .bool: isInside = number == 0 || number == 1
    default: isInside = true
    }
    if !isInside {
      report(
        "outside-support",
        "\(value.text) cannot come from \(distribution.name), whose values are \(words(distribution.support.kind))",
        at: span, hint: "the density there is zero, so every execution has weight zero")
    }
  }

  private func words(_ support: SupportKind) -> String {
    switch support {
    case .positive: "positive"
    case .nonNegative: "not negative"
    case .unitInterval: "between 0 and 1"
    case .count: "0, 1, 2, ..."
    case .int, .intAbove, .intInterval: "integers"
    case .bool: "true and false"
    default: "on \(support.rawValue)"
    }
  }
}
