// The support of a definition: its kind, how its bounds are computed, and the membership test for scalars.

import BorelIR
import BorelSemantics
import BorelValues

/// Something that a definition computes from a distribution's arguments; the simple forms need no call.
enum ParameterExpression: Sendable {
  case constant(Value)
  case parameter(Int)
  case method(FunctionID)

  /// Reads the body of a method of the parameters alone.
  init(_ function: FunctionID, in program: CoreProgram) {
    switch CoreBody.value(of: function, in: program)?.kind {
    case .constant(let value): self = .constant(value)
    case .local(let local) where local.index < program[function].parameters.count: self = .parameter(local.index)
    case .callPrimitive(let id, let arguments) where PrimitiveTable[id].name == "negate" && arguments.count == 1:
      switch arguments[0].kind {
      case .constant(.real(let x)): self = .constant(.real(-x))
      case .constant(.int(let n)) where n != Int.min: self = .constant(.int(-n))
      default: self = .method(function)
      }
    default: self = .method(function)
    }
  }

  @inline(__always)
  func value<Caller: MethodCaller>(
    for distribution: DistributionObject, _ caller: inout Caller
  ) throws(Failure) -> Value {
    switch self {
    case .constant(let value): value
    case .parameter(let index): distribution.argument(index)
    case .method(let function): try caller.call(function, of: distribution, nil)
    }
  }
}

/// Reading of small function bodies.
enum CoreBody {
  /// The expression whose value a function returns, where its body is nothing else.
  static func value(of function: FunctionID, in program: CoreProgram) -> CoreExpression? {
    guard program.functions.indices.contains(function.index) else { return nil }
    let body = program[function].body
    guard body.count == 1 else { return nil }
    switch body[0].kind {
    case .returnValue(let e), .evaluate(let e):
      if case .block(let statements, let inner) = e.kind, statements.isEmpty { return inner }
      return e
    default: return nil
    }
  }
}

/// A support with the expressions for its bounds or sizes.
struct SupportPlan: Sendable {
  let kind: SupportKind
  let arguments: [ParameterExpression]

  init(_ support: CoreSupport, in program: CoreProgram) {
    kind = support.kind
    arguments = support.arguments.map { ParameterExpression($0, in: program) }
  }

  /// The i-th bound as a number.
  func real<Caller: MethodCaller>(
    _ index: Int, of distribution: DistributionObject, _ caller: inout Caller
  ) throws(Failure) -> Double {
    guard index < arguments.count else { throw fault(distribution) }
    let value = try arguments[index].value(for: distribution, &caller)
    guard let bound = value.asReal else { throw fault(distribution) }
    return bound
  }

  /// The i-th bound or size as a whole number, clamped to what an Int can hold.
  func int<Caller: MethodCaller>(
    _ index: Int, of distribution: DistributionObject, _ caller: inout Caller
  ) throws(Failure) -> Int {
    guard index < arguments.count else { throw fault(distribution) }
    switch try arguments[index].value(for: distribution, &caller) {
    case .int(let n): return n
    case .real(let x) where !x.isNaN: return Int(clamping: x.rounded(.down))
    default: throw fault(distribution)
    }
  }

  private func fault(_ distribution: DistributionObject) -> Failure {
    .user(
      code: "invalid-support",
      "the support \(kind.rawValue) of \(distribution.name) needs \(kind.arity) number\(kind.arity == 1 ? "" : "s")")
  }

  /// True where draws are arrays.
  var isMultivariate: Bool {
    switch kind {
    case .vector, .matrix, .simplex, .ordered, .positiveOrdered, .unitVector, .counts, .covariance, .correlation,
      .covarianceCholesky, .correlationCholesky:
      true
    default: false
    }
  }

  /// The shape of a draw; empty for scalars.
  func shape<Caller: MethodCaller>(
    of distribution: DistributionObject, _ caller: inout Caller
  ) throws(Failure) -> [Int] {
    switch kind {
    case .vector, .simplex, .ordered, .positiveOrdered, .unitVector:
      [try int(0, of: distribution, &caller)]
    case .counts: [try int(0, of: distribution, &caller)]
    case .matrix: [try int(0, of: distribution, &caller), try int(1, of: distribution, &caller)]
    case .covariance, .correlation, .covarianceCholesky, .correlationCholesky:
      [try int(0, of: distribution, &caller), try int(0, of: distribution, &caller)]
    default: []
    }
  }
}

extension Int {
  /// The nearest Int; 0 for NaN.
  init(clamping x: Double) {
    self =
      x.isNaN ? 0 : x >= 0x1p63 ? .max : x <= -0x1p63 ? .min : Int(x)
  }
}

extension Failure {
  /// An error of the user's whose place is filled in by the machine.
  static func user(code: String, _ message: String, hint: String? = nil) -> Failure {
    Failure(.user, .init(code: code, message, hint: hint))
  }

  /// A numerical failure whose place is filled in by the machine.
  static func numerical(code: String, _ message: String, hint: String? = nil) -> Failure {
    Failure(.numerical, .init(code: code, message, hint: hint))
  }
}
