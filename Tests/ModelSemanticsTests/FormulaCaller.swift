// A method caller for tests of distributions: methods are formulas written in Swift.

import BorelIR
import BorelNumerics
import BorelSemantics
import BorelSource
import BorelVM
import BorelValues
import Testing

/// Calls Swift closures in place of functions of the language.
struct FormulaCaller: MethodCaller {
  typealias Formula = @Sendable ([Value], inout RandomStream) -> Value

  var formulas: [Formula] = []
  var random = RandomStream(seed: 1)
  var calls = 0

  mutating func call(_ function: FunctionID, _ arguments: [Value]) throws(Failure) -> Value {
    calls += 1
    return formulas[function.index](arguments, &random)
  }

  mutating func callValue(_ callee: Value, _ arguments: [Value]) throws(Failure) -> Value {
    guard let function = callee.asObject as? FormulaObject else {
      throw Failure(.internal, Diagnostic(code: "test", "not a formula"))
    }
    return try call(function.id, arguments)
  }
}

/// A formula as a function value.
final class FormulaObject: HeapObject, @unchecked Sendable {
  let id: FunctionID
  init(_ id: FunctionID) {
    self.id = id
    super.init(tag: .function)
  }
}

let noSpan = Span(file: FileID(index: 0), start: 0, end: 0)

/// A program of distributions whose methods are formulas.
struct FormulaLibrary {
  var program = CoreProgram()
  var caller = FormulaCaller()

  mutating func formula(_ parameters: [String], _ body: @escaping FormulaCaller.Formula) -> FunctionID {
    function(parameters, [], body)
  }

  private mutating func function(
    _ parameters: [String], _ body: [CoreStatement], _ formula: @escaping FormulaCaller.Formula
  ) -> FunctionID {
    program.functions.append(
      CoreFunction(
        name: "", kind: .method, parameters: parameters.map { CoreParameter(name: $0, span: noSpan) },
        locals: parameters, captures: [], body: body, isStochastic: false, span: noSpan))
    caller.formulas.append(formula)
    return FunctionID(program.functions.count - 1)
  }

  /// `parameters[left] operation right`, as sema lowers it.
  mutating func comparison(
    _ parameters: [String], _ left: Int, _ operation: String, _ right: CoreExpression.Kind
  ) throws -> FunctionID {
    let id = try #require(PrimitiveTable.ids[operation])
    let e = CoreExpression(
      .callPrimitive(
        id, [CoreExpression(.local(LocalID(left)), noSpan), CoreExpression(right, noSpan)]), noSpan)
    return function(parameters, [CoreStatement(.returnValue(e), noSpan)]) { _, _ in .bool(false) }
  }

  mutating func constant(_ value: Value) -> FunctionID {
    function([], [CoreStatement(.returnValue(CoreExpression(.constant(value), noSpan)), noSpan)]) { _, _ in value }
  }

  mutating func parameter(_ index: Int, of parameters: [String]) -> FunctionID {
    function(
      parameters,
      [CoreStatement(.returnValue(CoreExpression(.local(LocalID(index)), noSpan)), noSpan)]
    ) { arguments, _ in arguments[index] }
  }

  mutating func define(
    _ name: String, _ parameters: [CoreParameter], on kind: SupportKind, _ bounds: [FunctionID] = [],
    where conditions: [CoreDistribution.Condition] = [], methods: [String: FunctionID]
  ) -> DistributionID {
    program.distributions.append(
      CoreDistribution(
        name: name, parameters: parameters, support: CoreSupport(kind: kind, arguments: bounds, span: noSpan),
        conditions: conditions, methods: methods, span: noSpan))
    return DistributionID(program.distributions.count - 1)
  }

  static func parameters(_ names: String...) -> [CoreParameter] {
    names.map { CoreParameter(name: $0, span: noSpan) }
  }
}
