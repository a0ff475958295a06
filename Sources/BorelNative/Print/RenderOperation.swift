// Renders one operation of LoopIR as a C expression over the expressions of its operands.

import BorelIR

/// What the expressions of one translation unit ask the support code for.
struct CNeeds {
  /// Functions of the vector mathematics header.
  var mathematics: Set<String> = []
  /// Of these, the functions that are called out of line, with their numbers of operands.
  var outOfLine: [String: Int] = [:]
  /// Functions of the C library that compilers know by name, such as `sqrt`.
  var library: Set<String> = []
  /// Whether the function at hand calls through the runtime table.
  var runtime = false
}

struct CRenderer {
  let program: LoopProgram
  let spellings: CSpellings
  var needs = CNeeds()
  /// Whether calls of vector mathematics stand out of line at the moment.
  var isOutOfLine = false
  /// What is known to be at most zero, and to lie in [0, 1], from its definition: shared exponentials are e^-|d|.
  lazy var ranges = CRanges(program)

  func literal(_ operand: LoopOperand) -> CExpression? {
    switch operand {
    case .variable: nil
    case .bool(let b): .literal(b)
    case .int(let n): .literal(n)
    case .real(let x): .literal(x)
    }
  }

  /// The operation on operands whose expressions are given, in the operands' order.
  mutating func apply(
    _ function: LoopFunction, _ operands: [LoopOperand], _ x: [CExpression]
  ) throws(NativeFailure) -> CExpression {
    let type = operands.first.map(program.scalar(of:)) ?? .real
    func arity(_ n: Int) throws(NativeFailure) {
      if x.count != n { throw .internal(stage: "print", "\(function.name) has \(x.count) operands") }
    }
    switch function {
    case .negate, .absolute, .not, .toReal, .toInt, .detach: try arity(1)
    case .select: try arity(3)
    case .primitive: break
    default: try arity(2)
    }
    let isReal = type == .real
    switch function {
    case .detach: return x[0]
    case .add: return .sum(x[0], x[1])
    case .subtract: return .difference(x[0], x[1])
    case .multiply: return .product(x[0], x[1])
    case .divide:
      return isReal
        ? .quotient(x[0], x[1]) : .quotient(.toReal(x[0], isLiteral: false), .toReal(x[1], isLiteral: false))
    case .negate: return .negated(x[0])
    case .minimum: return .call(isReal ? "borel_min" : "borel_min_int", x)
    case .maximum: return .call(isReal ? "borel_max" : "borel_max_int", x)
    case .absolute: return isReal ? library("fabs", x) : .call("borel_abs_int", x)
    case .floorDivide: return .call("borel_floor_divide", x)
    case .remainder:
      if !isReal { return .call("borel_modulo", x) }
      return .call("borel_real_modulo", [library("fmod", x), x[1]])
    case .less: return .relation("<", opposite: isReal ? nil : ">=", .relation, x[0], x[1])
    case .lessOrEqual: return .relation("<=", opposite: isReal ? nil : ">", .relation, x[0], x[1])
    case .equal: return .relation("==", opposite: "!=", .equality, x[0], x[1])
    case .notEqual: return .relation("!=", opposite: "==", .equality, x[0], x[1])
    case .and: return .logical("&&", .and, x[0], x[1])
    case .or: return .logical("||", .or, x[0], x[1])
    case .not: return .not(x[0])
    case .select: return .select(x[0], x[1], x[2])
    case .toReal:
      if isReal { return x[0] }
      if case .int = operands[0] { return .toReal(x[0], isLiteral: true) }
      return .toReal(x[0], isLiteral: false)
    case .toInt:
      return type == .int
        ? x[0] : CExpression(text: "(long)" + x[0].inside(.unary), precedence: .unary, reads: x[0].reads)
    case .primitive(let id): return try primitive(PrimitiveTable[id].name, operands, x)
    }
  }

  mutating func library(_ name: String, _ x: [CExpression]) -> CExpression {
    needs.library.insert(name)
    return .call(name, x)
  }

  private mutating func mathematics(_ name: String, _ x: [CExpression]) -> CExpression {
    needs.mathematics.insert(name)
    guard isOutOfLine, OutOfLine.canStand(name) else { return .call(name, x) }
    needs.outOfLine[name] = x.count
    return .call(OutOfLine.name(name), x)
  }

  private mutating func primitive(
    _ name: String, _ operands: [LoopOperand], _ x: [CExpression]
  ) throws(NativeFailure) -> CExpression {
    if name == "pow", x.count == 2 {
      switch operands[1] {
      case .real(2): return square(x[0])
      case .real(1): return x[0]
      case .real(0.5): break
      case .real(-1): return .quotient(.literal(1.0), x[0])
      default: break
      }
    }
    if x.count == 1, let narrow = ranges.narrowForm(of: name, operands[0]), spellings.hasMathematics(narrow) {
      return mathematics(narrow, x)
    }
    guard let spelling = spellings.spelling(of: name) else {
      throw .unsupported("the function `\(name)` has no native form", nil)
    }
    switch spelling {
    case .operation(let write): return write(&self, x)
    case .mathematics(let function): return mathematics(function, x)
    case .library(let function): return library(function, x)
    case .runtime(let field):
      needs.runtime = true
      return .call("rt->\(field)", x)
    case .runtimeTruth(let field):
      needs.runtime = true
      var call = CExpression.call("rt->\(field)", x)
      call = .relation("!=", opposite: "==", .equality, call, .literal(0.0))
      return call
    }
  }

  func square(_ x: CExpression) -> CExpression {
    x.isAtom ? .product(x, x) : .call("borel_squared", [x])
  }
}

/// Ranges of scalars that let a function be written in a cheaper form.
struct CRanges {
  private var magnitudes: Set<LoopVariable> = []
  private var notPositive: Set<LoopVariable> = []
  private var unit: Set<LoopVariable> = []

  init(_ program: LoopProgram) {
    let exponential = LoopFunction.named("exp")
    for statement in program.body { statement.visit { add($0.kind, exponential) } }
  }

  private mutating func add(_ kind: LoopStatement.Kind, _ exponential: LoopFunction?) {
    guard case .define(let variable, .apply(let function, let operands)) = kind else { return }
    switch function {
    case .absolute: magnitudes.insert(variable)
    case .negate: if case .variable(let x) = operands[0], magnitudes.contains(x) { notPositive.insert(variable) }
    case exponential: if case .variable(let x) = operands[0], notPositive.contains(x) { unit.insert(variable) }
    case .select: if isUnit(operands[1]) && isUnit(operands[2]) { unit.insert(variable) }
    default: break
    }
  }

  private func isUnit(_ operand: LoopOperand) -> Bool {
    switch operand {
    case .variable(let variable): unit.contains(variable)
    case .real(let x): x >= 0 && x <= 1
    default: false
    }
  }

  /// The function of the vector mathematics header for an argument in a narrower range, or nil.
  func narrowForm(of name: String, _ operand: LoopOperand) -> String? {
    guard case .variable(let variable) = operand else { return nil }
    switch name {
    case "exp": return notPositive.contains(variable) ? "bm_exp_negative" : nil
    case "log1p": return unit.contains(variable) ? "bm_log1p_unit" : nil
    default: return nil
    }
  }
}
