// Folds operations of LoopIR whose result is known without running them: constants and the identities of arithmetic.

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// x log y and its like, zero where x is zero.
private let logProducts = Set(["x_log_y", "x_log1p_y"].compactMap { PrimitiveTable.ids[$0] })

/// The functions of one Real that formulas apply to constants.
private let foldedFunctions: [PrimitiveID: @Sendable (Double) -> Double] = {
  let functions: [(String, @Sendable (Double) -> Double)] = [
    ("log", { log($0) }), ("exp", { exp($0) }), ("sqrt", { $0.squareRoot() }), ("log1p", { log1p($0) }),
    ("expm1", { expm1($0) }),
  ]
  var table: [PrimitiveID: @Sendable (Double) -> Double] = [:]
  for (name, function) in functions { if let id = PrimitiveTable.ids[name] { table[id] = function } }
  return table
}()

/// The operand that the operation equals, or nil where it has to be computed.
///
/// Identities hold for every value of the operands, NaN and infinities included, up to the sign of zero; `0 * x` stays.
public func foldLoopOperation(
  _ function: LoopFunction, _ operands: [LoopOperand], in program: LoopProgram
) -> LoopOperand? {
  switch (function, operands.count) {
  case (.select, 3):
    if case .bool(let condition) = operands[0] { return condition ? operands[1] : operands[2] }
    return operands[1] == operands[2] ? operands[1] : nil
  case (_, 1): return foldUnary(function, operands[0])
  case (_, 2):
    return foldConstants(function, operands[0], operands[1]) ?? foldIdentity(function, operands[0], operands[1])
  default: return nil
  }
}

private func foldUnary(_ function: LoopFunction, _ operand: LoopOperand) -> LoopOperand? {
  switch (function, operand) {
  case (.negate, .int(let n)): n == .min ? nil : .int(-n)
  case (.negate, .real(let x)): .real(-x)
  case (.absolute, .int(let n)): n == .min ? nil : .int(abs(n))
  case (.absolute, .real(let x)): .real(abs(x))
  case (.toReal, .int(let n)): .real(Double(n))
  case (.toReal, .bool(let b)): .real(b ? 1 : 0)
  case (.toReal, .real): operand
  case (.toInt, .bool(let b)): .int(b ? 1 : 0)
  case (.toInt, .int): operand
  case (.not, .bool(let b)): .bool(!b)
  case (.primitive(let id), .real(let x)): foldedFunctions[id].map { .real($0(x)) }
  default: nil
  }
}

private func foldConstants(_ function: LoopFunction, _ a: LoopOperand, _ b: LoopOperand) -> LoopOperand? {
  switch (a, b) {
  case (.int(let m), .int(let n)): return foldInts(function, m, n)
  case (.real(let x), .real(let y)): return foldReals(function, x, y)
  case (.bool(let p), .bool(let q)):
    switch function {
    case .and: return .bool(p && q)
    case .or: return .bool(p || q)
    case .equal: return .bool(p == q)
    case .notEqual: return .bool(p != q)
    default: return nil
    }
  default: return nil
  }
}

private func foldInts(_ function: LoopFunction, _ m: Int, _ n: Int) -> LoopOperand? {
  func checked(_ result: (partialValue: Int, overflow: Bool)) -> LoopOperand? {
    result.overflow ? nil : .int(result.partialValue)
  }
  switch function {
  case .add: return checked(m.addingReportingOverflow(n))
  case .subtract: return checked(m.subtractingReportingOverflow(n))
  case .multiply: return checked(m.multipliedReportingOverflow(by: n))
  case .minimum: return .int(min(m, n))
  case .maximum: return .int(max(m, n))
  case .less: return .bool(m < n)
  case .lessOrEqual: return .bool(m <= n)
  case .equal: return .bool(m == n)
  case .notEqual: return .bool(m != n)
  case .divide: return .real(Double(m) / Double(n))
  case .floorDivide where n > 0: return .int(m >= 0 ? m / n : -((-(m + 1)) / n) - 1)
  default: return nil
  }
}

private func foldReals(_ function: LoopFunction, _ x: Double, _ y: Double) -> LoopOperand? {
  switch function {
  case .add: .real(x + y)
  case .subtract: .real(x - y)
  case .multiply: .real(x * y)
  case .divide: .real(x / y)
  case .less: .bool(x < y)
  case .lessOrEqual: .bool(x <= y)
  case .equal: .bool(x == y)
  case .notEqual: .bool(x != y)
  default: nil
  }
}

private func foldIdentity(_ function: LoopFunction, _ a: LoopOperand, _ b: LoopOperand) -> LoopOperand? {
  switch (function, a, b) {
  case (.add, let x, .int(0)), (.add, let x, .real(0)), (.add, .int(0), let x), (.add, .real(0), let x): x
  case (.subtract, let x, .int(0)), (.subtract, let x, .real(0)): x
  case (.multiply, let x, .int(1)), (.multiply, let x, .real(1)): x
  case (.multiply, .int(1), let x), (.multiply, .real(1), let x): x
  case (.multiply, .int(0), _), (.multiply, _, .int(0)): .int(0)
  case (.divide, let x, .real(1)): x
  case (.primitive(let id), .real(0), _) where logProducts.contains(id): .real(0)
  case (.and, .bool(true), let x), (.and, let x, .bool(true)): x
  case (.and, .bool(false), _), (.and, _, .bool(false)): .bool(false)
  case (.or, .bool(false), let x), (.or, let x, .bool(false)): x
  case (.or, .bool(true), _), (.or, _, .bool(true)): .bool(true)
  default: nil
  }
}
