// A distribution definition in the form that running it needs: methods by role, parsed conditions, support.

import BorelIR
import BorelSemantics
import BorelSource
import BorelValues

/// A distribution of the language: parameters, support, conditions and methods.
public final class DistributionDefinition: Sendable {
  struct Parameter: Sendable {
    let name: String
    /// The declared element type, nil where none is declared.
    let typeName: String?
    /// The declared sizes; empty for a scalar.
    let sizes: [CoreType.Size]

    var isArray: Bool { !sizes.isEmpty }
  }

  /// The methods that a definition may have; `logpdf` and `sample` are required.
  struct Methods: Sendable {
    let logpdf, sample, cdf, ccdf, logcdf, logccdf, quantile, mean, variance: FunctionID?

    init(_ methods: [String: FunctionID]) {
      logpdf = methods["logpdf"]
      sample = methods["sample"]
      cdf = methods["cdf"]
      ccdf = methods["ccdf"]
      logcdf = methods["logcdf"]
      logccdf = methods["logccdf"]
      quantile = methods["quantile"]
      mean = methods["mean"]
      variance = methods["variance"]
    }
  }

  public let id: DistributionID
  public let name: String
  let parameters: [Parameter]
  let conditions: [ParameterCondition]
  let methods: Methods
  let support: SupportPlan
  /// True where every parameter is a scalar, so that plain arguments need no look at types and sizes.
  private let isScalar: Bool

  init(_ id: DistributionID, in program: CoreProgram) {
    let definition = program[id]
    self.id = id
    name = definition.name
    parameters = definition.parameters.map {
      Parameter(name: $0.name, typeName: $0.type?.name, sizes: $0.type?.sizes ?? [])
    }
    conditions = definition.conditions.flatMap { ParameterCondition.parts($0, in: program) }
    methods = Methods(definition.methods)
    support = SupportPlan(definition.support, in: program)
    isScalar = !parameters.contains { $0.isArray || $0.typeName != nil && $0.typeName != "Real" }
  }

  /// True where draws are integers or Bools, or arrays of them.
  var isDiscrete: Bool { support.kind.isDiscrete }

  // MARK: Application

  /// The distribution applied to arguments in parameter order, defaults filled in.
  ///
  /// A scalar parameter that is given an array makes an independent product of that shape. A violated condition is a
  /// numerical failure, a wrong type or shape an error of the user's, both at the argument's span.
  public func apply<Caller: MethodCaller>(
    _ arguments: [Value], at location: CodeLocation, _ caller: inout Caller
  ) throws(Failure) -> Value {
    if isScalar, arguments.allSatisfy(Self.isNumber) {
      let object = DistributionObject(self, checked: arguments)
      for condition in conditions {
        if let violation = try check(condition, object, &caller) {
          throw failure(
            condition, violation, object, element: nil, isElement: { _ in false },
            at: location.span(operand: violation.parameter) ?? location.span)
        }
      }
      return .object(object)
    }
    return try applyGeneral(arguments, at: location, &caller)
  }

  @inline(__always)
  private static func isNumber(_ value: Value) -> Bool {
    switch value {
    case .real, .int: true
    default: false
    }
  }

  private func applyGeneral<Caller: MethodCaller>(
    _ arguments: [Value], at location: CodeLocation, _ caller: inout Caller
  ) throws(Failure) -> Value {
    var arguments = arguments
    var productShape: [Int]?
    var shaping = 0
    var isElement = [Bool](repeating: false, count: parameters.count)
    for (index, parameter) in parameters.enumerated() where index < arguments.count {
      let span = location.span(operand: index) ?? location.span
      arguments[index] = try converted(arguments[index], for: parameter, at: span)
      guard !parameter.isArray, let array = arguments[index].asArray else { continue }
      isElement[index] = true
      if let shape = productShape, shape != array.shape {
        throw error(
          "`\(parameter.name)` of \(name) has \(array.shapeText), but `\(parameters[shaping].name)` has "
            + ArrayObject.text(ofShape: shape), code: "shape-mismatch", at: span,
          hint: "array arguments make an independent product and need equal shapes")
      }
      if productShape == nil { (productShape, shaping) = (array.shape, index) }
    }
    try checkSizes(arguments, at: location)
    guard let shape = productShape else {
      let object = DistributionObject(self, checked: arguments)
      try checkConditions(object, element: nil, isElement, at: location, &caller)
      return .object(object)
    }
    let product = IndependentProduct(self, arguments: arguments, isElement: isElement, shape: shape)
    // Array conditions that need no call are checked on the whole arrays.
    let probe = DistributionObject(self, checked: arguments)
    for condition in conditions {
      if case .method = condition.form { continue }
      if let violation = try check(condition, probe, &caller) {
        throw failure(
          condition, violation, probe, element: nil, isElement: { _ in false },
          at: location.span(operand: violation.parameter) ?? location.span)
      }
    }
    for condition in conditions {
      guard case .method = condition.form else { continue }
      for offset in 0..<product.count {
        let element = product.element(offset)
        if let violation = try check(condition, element, &caller) {
          throw failure(
            condition, violation, element, element: product.indices(ofOffset: offset),
            isElement: { isElement[$0] },
            at: location.span(operand: violation.parameter) ?? location.span)
        }
      }
    }
    return .object(DistributionObject(product))
  }

  private func checkConditions<Caller: MethodCaller>(
    _ object: DistributionObject, element: [Int]?, _ isElement: [Bool], at location: CodeLocation,
    _ caller: inout Caller
  ) throws(Failure) {
    for condition in conditions {
      if let violation = try check(condition, object, &caller) {
        throw failure(
          condition, violation, object, element: element, isElement: { isElement[$0] },
          at: location.span(operand: violation.parameter) ?? location.span)
      }
    }
  }

  private func error(
    _ message: String, code: String, at span: Span?, hint: String? = nil
  ) -> Failure {
    Failure(.user, Diagnostic(code: code, message, at: span, hint: hint))
  }

  // MARK: Types and sizes of arguments

  private func converted(_ value: Value, for parameter: Parameter, at span: Span?) throws(Failure) -> Value {
    switch parameter.typeName {
    case nil:
      switch value {
      case .null: break
      case .object(let object) where object is StringObject: break
      default: return value
      }
      throw mismatch(parameter, expected: "a number", value, at: span)
    case "Real": return try number(value, parameter, as: .real, at: span)
    case "Int": return try number(value, parameter, as: .int, at: span)
    case "Bool": return try number(value, parameter, as: .bool, at: span)
    default: return value
    }
  }

  private func number(
    _ value: Value, _ parameter: Parameter, as kind: ElementKind, at span: Span?
  ) throws(Failure) -> Value {
    let expected = kind == .int ? "an Int" : "a \(kind.name)"
    if let array = value.asArray {
      if parameter.isArray, array.rank != parameter.sizes.count {
        throw mismatch(parameter, expected: typeText(parameter), value, at: span)
      }
      if array.kind == kind { return value }
      if kind == .real, array.kind == .int { return .object(array.widened()) }
      if array.count == 0 { return .object(ArrayObject(uninitialized: kind, shape: array.shape)) }
      throw mismatch(
        parameter, expected: parameter.isArray ? typeText(parameter) : "\(kind.name) numbers", value, at: span)
    }
    if parameter.isArray {
      if let list = value.asObject as? ListObject, list.elements.isEmpty, parameter.sizes.count == 1 {
        return .object(ArrayObject(uninitialized: kind, shape: [0]))
      }
      throw mismatch(parameter, expected: typeText(parameter), value, at: span)
    }
    switch (kind, value) {
    case (.real, .real), (.int, .int), (.bool, .bool): return value
    case (.real, .int(let n)): return .real(Double(n))
    default: throw mismatch(parameter, expected: expected, value, at: span)
    }
  }

  private func typeText(_ parameter: Parameter) -> String {
    let sizes = parameter.sizes.map { size in
      switch size {
      case .named(let name): name
      case .fixed(let n): String(n)
      case .any: "_"
      }
    }
    return "an array \(parameter.typeName ?? "Real")[\(sizes.joined(separator: ", "))]"
  }

  private func mismatch(_ parameter: Parameter, expected: String, _ value: Value, at span: Span?) -> Failure {
    let got =
      switch value {
      case .bool, .int, .real, .null: value.shortText
      default: value.kindDescription
      }
    return error("`\(parameter.name)` of \(name) must be \(expected), got \(got)", code: "wrong-type", at: span)
  }

  /// One size name stands for one size, across all parameters.
  private func checkSizes(_ arguments: [Value], at location: CodeLocation) throws(Failure) {
    var sizes: [String: (size: Int, said: String)] = [:]
    for (index, parameter) in parameters.enumerated() where index < arguments.count {
      if let n = arguments[index].asInt, !parameter.isArray { sizes[parameter.name] = (n, "\(parameter.name) is \(n)") }
    }
    for (index, parameter) in parameters.enumerated() where index < arguments.count && parameter.isArray {
      guard let array = arguments[index].asArray else { continue }
      var needed = array.shape
      var reasons: [String] = []
      for (dimension, size) in parameter.sizes.enumerated() where dimension < array.rank {
        switch size {
        case .fixed(let n): needed[dimension] = n
        case .any: break
        case .named(let name):
          if let known = sizes[name] {
            needed[dimension] = known.size
            if !reasons.contains(known.said) { reasons.append(known.said) }
          } else {
            let text = array.rank == 1 ? array.shapeText : "\(array.shape[dimension]) in dimension \(dimension)"
            sizes[name] = (array.shape[dimension], "\(parameter.name) has \(text)")
          }
        }
      }
      guard needed != array.shape else { continue }
      let because = reasons.isEmpty ? "but" : "but \(reasons.joined(separator: " and ")), so"
      let verb = array.rank == 1 ? "has" : "is"
      throw error(
        "`\(parameter.name)` of \(name) \(verb) \(array.shapeText), \(because) \(Self.neededText(needed)) needed",
        code: "shape-mismatch", at: location.span(operand: index) ?? location.span)
    }
  }

  private static func neededText(_ shape: [Int]) -> String {
    shape.count == 1 ? "\(shape[0]) are" : "\(shape.map(String.init).joined(separator: " x ")) is"
  }
}
