// The conditions after `where`: comparisons are checked without a call and worded as "`sigma` of normal must be > 0, got -0.3".

import BorelIR
import BorelSemantics
import BorelSource
import BorelValues

/// A condition on the parameters of a distribution.
struct ParameterCondition: Sendable {
  enum Comparison: String, Sendable {
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="
    case equal = "=="
    case notEqual = "!="

    var flipped: Comparison {
      switch self {
      case .less: .greater
      case .lessOrEqual: .greaterOrEqual
      case .greater: .less
      case .greaterOrEqual: .lessOrEqual
      case .equal, .notEqual: self
      }
    }

    @inline(__always)
    func holds(_ a: Double, _ b: Double) -> Bool {
      switch self {
      case .less: a < b
      case .lessOrEqual: a <= b
      case .greater: a > b
      case .greaterOrEqual: a >= b
      case .equal: a == b
      case .notEqual: a != b
      }
    }
  }

  enum Form: Sendable {
    /// `sigma > 0`
    case constant(parameter: Int, Comparison, Double)
    /// `lower < upper`
    case parameters(Int, Comparison, Int)
    /// Anything else: a method that returns a Bool.
    case method(FunctionID)
  }

  let form: Form
  /// The condition as written.
  let text: String
  /// The parameters that it mentions.
  let parameters: [Int]

  /// The parts of a condition: a conjunction is checked, and reported, part by part.
  static func parts(_ condition: CoreDistribution.Condition, in program: CoreProgram) -> [ParameterCondition] {
    let count =
      program.functions.indices.contains(condition.function.index)
      ? program[condition.function].parameters.count : 0
    if let e = CoreBody.value(of: condition.function, in: program), let forms = forms(e, parameterCount: count) {
      return forms.map { ParameterCondition(form: $0, text: condition.text, parameters: condition.parameters) }
    }
    return [
      ParameterCondition(
        form: .method(condition.function), text: condition.text, parameters: condition.parameters)
    ]
  }

  private static func forms(_ e: CoreExpression, parameterCount: Int) -> [Form]? {
    switch e.kind {
    case .and(let a, let b):
      guard let first = forms(a, parameterCount: parameterCount),
        let second = forms(b, parameterCount: parameterCount)
      else { return nil }
      return first + second
    case .callPrimitive(let id, let operands) where operands.count == 2:
      guard let comparison = Comparison(rawValue: PrimitiveTable[id].name) else { return nil }
      switch (parameter(operands[0], parameterCount), parameter(operands[1], parameterCount)) {
      case (let i?, let j?): return [.parameters(i, comparison, j)]
      case (let i?, nil): return constant(operands[1]).map { [.constant(parameter: i, comparison, $0)] }
      case (nil, let i?): return constant(operands[0]).map { [.constant(parameter: i, comparison.flipped, $0)] }
      default: return nil
      }
    default: return nil
    }
  }

  private static func parameter(_ e: CoreExpression, _ count: Int) -> Int? {
    if case .local(let local) = e.kind, local.index < count { local.index } else { nil }
  }

  private static func constant(_ e: CoreExpression) -> Double? {
    switch e.kind {
    case .constant(let value): value.asReal
    case .callPrimitive(let id, let operands) where PrimitiveTable[id].name == "negate" && operands.count == 1:
      constant(operands[0]).map { -$0 }
    default: nil
    }
  }
}

extension DistributionDefinition {
  /// Checks one condition on the arguments of a plain distribution, arrays element by element where it is a comparison.
  @inline(__always)
  func check<Caller: MethodCaller>(
    _ condition: ParameterCondition, _ object: DistributionObject, _ caller: inout Caller
  ) throws(Failure) -> ConditionViolation? {
    switch condition.form {
    case .constant(let parameter, let comparison, let bound):
      switch object.argument(parameter) {
      case .real(let x): return comparison.holds(x, bound) ? nil : .init(parameter: parameter)
      case .int(let n): return comparison.holds(Double(n), bound) ? nil : .init(parameter: parameter)
      case let value: return try checkArray(value, condition, object)
      }
    case .parameters(let i, let comparison, let j):
      if let a = object.argument(i).asReal, let b = object.argument(j).asReal {
        return comparison.holds(a, b) ? nil : .init(parameter: i)
      }
      return try checkArray(object.argument(i), condition, object)
    case .method(let function):
      let value = try caller.call(function, of: object, nil)
      guard let holds = value.asBool else {
        throw .user(
          code: "invalid-condition",
          "the condition `\(condition.text)` of \(name) must be true or false, got \(value.shortText)")
      }
      return holds ? nil : .init(parameter: condition.parameters.first ?? 0)
    }
  }

  private func checkArray(
    _ value: Value, _ condition: ParameterCondition, _ object: DistributionObject
  ) throws(Failure) -> ConditionViolation? {
    let other: (Int) -> Double?
    let comparison: ParameterCondition.Comparison
    let parameter: Int
    switch condition.form {
    case .constant(let i, let c, let bound): (parameter, comparison, other) = (i, c, { _ in bound })
    case .parameters(let i, let c, let j):
      (parameter, comparison) = (i, c)
      let right = object.argument(j)
      let array = right.asArray
      other = { offset in array.map { offset < $0.count ? $0.real(offset) : nil } ?? right.asReal }
      if let left = value.asReal, let array {
        for offset in 0..<array.count where !comparison.holds(left, array.real(offset)) {
          return .init(parameter: j, offset: offset)
        }
        return nil
      }
    case .method: return nil
    }
    guard let array = value.asArray, array.kind != .bool else {
      throw .user(
        code: "wrong-type",
        "`\(parameters[parameter].name)` of \(name) must be a number, got \(value.kindDescription)")
    }
    for offset in 0..<array.count {
      guard let bound = other(offset) else { break }
      if !comparison.holds(array.real(offset), bound) { return .init(parameter: parameter, offset: offset) }
    }
    return nil
  }

  /// The numerical failure for a violated condition; `element` names the element of a product's argument.
  func failure(
    _ condition: ParameterCondition, _ violation: ConditionViolation, _ object: DistributionObject, element: [Int]?,
    isElement: (Int) -> Bool, at span: Span?
  ) -> Failure {
    let message: String
    switch condition.form {
    case .constant(let i, let comparison, let bound):
      message =
        "\(quoted(i, violation, object, element, isElement)) of \(name) must be \(comparison.rawValue) "
        + "\(Value.shortText(of: bound)), got \(got(i, violation, object))"
    case .parameters(let i, let comparison, let j):
      if violation.parameter == j {
        message =
          "\(quoted(j, violation, object, element, isElement)) of \(name) must be \(comparison.flipped.rawValue) "
          + "\(parameters[i].name) (\(got(i, violation, object))), got \(got(j, violation, object))"
      } else {
        message =
          "\(quoted(i, violation, object, element, isElement)) of \(name) must be \(comparison.rawValue) "
          + "\(parameters[j].name) (\(got(j, violation, object))), got \(got(i, violation, object))"
      }
    case .method:
      let values = condition.parameters.map { "\(parameters[$0].name) = \(object.argument($0).shortText)" }
      message =
        "\(name) needs `\(condition.text)`"
        + (values.isEmpty ? "" : ", got \(values.joined(separator: ", "))")
        + (element.map { " at element [\($0.map(String.init).joined(separator: ","))]" } ?? "")
    }
    return Failure(.numerical, Diagnostic(code: "invalid-parameter", message, at: span))
  }

  private func quoted(
    _ parameter: Int, _ violation: ConditionViolation, _ object: DistributionObject, _ element: [Int]?,
    _ isElement: (Int) -> Bool
  ) -> String {
    var indices: [Int] = []
    if let element, isElement(parameter) { indices = element }
    if let offset = violation.offset, let array = object.argument(parameter).asArray {
      indices += array.indices(ofOffset: offset)
    }
    let place = indices.isEmpty ? "" : "[\(indices.map(String.init).joined(separator: ","))]"
    return "`\(parameters[parameter].name)\(place)`"
  }

  private func got(_ parameter: Int, _ violation: ConditionViolation, _ object: DistributionObject) -> String {
    let value = object.argument(parameter)
    if let offset = violation.offset, let array = value.asArray, offset < array.count {
      return array.element(offset).shortText
    }
    return value.shortText
  }
}

/// Where a condition fails: the parameter to point at and, in an array, the row-major offset.
struct ConditionViolation: Sendable {
  var parameter: Int
  var offset: Int?
}
