// Runs LoopIR by walking its statements, for tests of passes: slow, plain and without checks of its own.

import BorelIR
import BorelNumerics

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// What a program has computed.
struct LoopOutcome {
  var target = 0.0
  var arrays: [String: [Double]] = [:]
  var failedChecks = 0
  /// Scalar results by name.
  var results: [String: Double] = [:]
}

/// An evaluation of one program; every scalar is kept as a Double, Bools as 0 and 1.
struct LoopEvaluator {
  final class Storage {
    var elements: [Double]
    init(_ elements: [Double]) { self.elements = elements }
  }

  struct Array {
    var storage: Storage
    var offset: Int
    var sizes: [Int]
    var count: Int { sizes.reduce(1, *) }
    subscript(i: Int) -> Double {
      get { storage.elements[offset + i] }
      nonmutating set { storage.elements[offset + i] = newValue }
    }
    subscript(i: Int, j: Int) -> Double {
      get { storage.elements[offset + i * sizes[1] + j] }
      nonmutating set { storage.elements[offset + i * sizes[1] + j] = newValue }
    }
  }

  let program: LoopProgram
  var scalars: [Double]
  var arrays: [LoopVariable: Array] = [:]
  var outcome = LoopOutcome()
  /// Elements of arrays without initial values that were read before they were written.
  static let unwritten = -1.2345e300

  /// Runs a program on inputs by name.
  static func run(_ program: LoopProgram, _ inputs: [String: [Double]]) -> LoopOutcome {
    var evaluator = LoopEvaluator(program: program, scalars: .init(repeating: 0, count: program.variables.count))
    for input in program.inputs where !program[input.variable].isArray {
      evaluator.scalars[input.variable.index] = inputs[program[input.variable].name]?[0] ?? .nan
    }
    for input in program.inputs where program[input.variable].isArray {
      let info = program[input.variable]
      evaluator.arrays[input.variable] = Array(
        storage: Storage(inputs[info.name] ?? []), offset: 0, sizes: info.sizes.map { Int(evaluator.value($0)) })
    }
    for (index, info) in program.variables.enumerated() where info.role == .output {
      let sizes = info.sizes.map { Int(evaluator.value($0)) }
      let zeros = [Double](repeating: 0, count: sizes.reduce(1, *))
      evaluator.arrays[LoopVariable(index)] = Array(storage: Storage(zeros), offset: 0, sizes: sizes)
    }
    evaluator.run(program.body)
    for (index, info) in program.variables.enumerated() where info.role == .output {
      evaluator.outcome.arrays[info.name] = evaluator.arrays[LoopVariable(index)]?.storage.elements
    }
    for result in program.results {
      if case .variable(let variable) = result.value, program[variable].isArray {
        evaluator.outcome.arrays[result.name] = evaluator.arrays[variable]?.storage.elements
      } else {
        evaluator.outcome.results[result.name] = evaluator.value(result.value)
      }
    }
    return evaluator.outcome
  }

  func value(_ operand: LoopOperand) -> Double {
    switch operand {
    case .variable(let variable): scalars[variable.index]
    case .bool(let value): value ? 1 : 0
    case .int(let value): Double(value)
    case .real(let value): value
    }
  }

  func array(_ variable: LoopVariable) -> Array {
    if case .view(let base, let offset) = program[variable].role {
      let whole = array(base)
      return Array(
        storage: whole.storage, offset: whole.offset + Int(value(offset)),
        sizes: program[variable].sizes.map { Int(value($0)) })
    }
    return arrays[variable] ?? Array(storage: Storage([]), offset: 0, sizes: [])
  }

  private func position(_ array: Array, _ indices: [LoopOperand]) -> Int {
    var position = 0
    for (index, size) in zip(indices, array.sizes) {
      let index = Int(value(index))
      assert(index >= 0 && index < size)
      position = position * size + index
    }
    return position
  }

  mutating func run(_ block: [LoopStatement]) {
    for statement in block { run(statement.kind) }
  }

  private mutating func run(_ kind: LoopStatement.Kind) {
    switch kind {
    case .define(let variable, let operation): scalars[variable.index] = evaluate(operation)
    case .declare(let variable, let initial): scalars[variable.index] = value(initial)
    case .allocate(let variable, let fill):
      let sizes = program[variable].sizes.map { Int(value($0)) }
      let element = fill.map { value($0) } ?? Self.unwritten
      arrays[variable] = Array(
        storage: Storage([Double](repeating: element, count: sizes.reduce(1, *))), offset: 0, sizes: sizes)
    case .store(let variable, let indices, let operand):
      if indices.isEmpty {
        scalars[variable.index] = value(operand)
      } else {
        let array = array(variable)
        array[position(array, indices)] = value(operand)
      }
    case .accumulate(let variable, let indices, let operand):
      if indices.isEmpty {
        scalars[variable.index] += value(operand)
      } else {
        let array = array(variable)
        array[position(array, indices)] += value(operand)
      }
    case .loop(let loop):
      let lower = Int(value(loop.lower))
      let upper = Int(value(loop.upper))
      guard lower < upper else { return }
      for step in 0..<(upper - lower) {
        scalars[loop.index.index] = Double(loop.isDescending ? upper - 1 - step : lower + step)
        run(loop.body)
      }
    case .conditional(let condition, let then, let otherwise): run(value(condition) != 0 ? then : otherwise)
    case .call(let routine, let outputs, let inputs):
      LoopRoutines.call(routine, outputs.map { array($0) }, inputs.map { array($0) })
    case .require(let condition, _): if value(condition) == 0 { outcome.failedChecks += 1 }
    case .target(let operand): outcome.target += value(operand)
    case .choice, .bind: outcome.target = .nan
    }
  }

  private func evaluate(_ operation: LoopOperation) -> Double {
    switch operation {
    case .load(let variable, let indices):
      let array = array(variable)
      return array[position(array, indices)]
    case .read(let variable): return scalars[variable.index]
    case .apply(let function, let operands):
      return Self.apply(function, operands.map(value), isInt: program.scalar(of: operands[0]) == .int)
    }
  }

  /// The value of a scalar function.
  static func apply(_ function: LoopFunction, _ x: [Double], isInt: Bool) -> Double {
    switch function {
    case .add: return x[0] + x[1]
    case .subtract: return x[0] - x[1]
    case .multiply: return x[0] * x[1]
    case .negate: return -x[0]
    case .minimum: return x[1] < x[0] ? x[1] : x[0]
    case .maximum: return x[0] < x[1] ? x[1] : x[0]
    case .absolute: return abs(x[0])
    case .divide: return x[0] / x[1]
    case .floorDivide: return floor(x[0] / x[1])
    case .remainder: return x[0] - x[1] * floor(x[0] / x[1])
    case .less: return x[0] < x[1] ? 1 : 0
    case .lessOrEqual: return x[0] <= x[1] ? 1 : 0
    case .equal: return x[0] == x[1] ? 1 : 0
    case .notEqual: return x[0] != x[1] ? 1 : 0
    case .and: return x[0] != 0 && x[1] != 0 ? 1 : 0
    case .or: return x[0] != 0 || x[1] != 0 ? 1 : 0
    case .not: return x[0] == 0 ? 1 : 0
    case .select: return x[0] != 0 ? x[1] : x[2]
    case .detach, .toReal, .toInt: return x[0]
    case .primitive(let id): return primitive(PrimitiveTable[id].name, x)
    }
  }

  private static let functions: [String: RealFunction] = {
    var functions: [String: RealFunction] = [:]
    for table in [FunctionTable.elementary, FunctionTable.special, FunctionTable.gslDistributions] {
      for (name, function) in table { functions[name] = function }
    }
    return functions
  }()

  static func primitive(_ name: String, _ x: [Double]) -> Double {
    switch functions[name] {
    case .one(let f): return f(x[0])
    case .two(let f): return f(x[0], x[1])
    case .three(let f): return f(x[0], x[1], x[2])
    case .four(let f): return f(x[0], x[1], x[2], x[3])
    case nil: break
    }
    switch name {
    case "abs": return abs(x[0])
    case "sign": return x[0] > 0 ? 1 : x[0] < 0 ? -1 : x[0]
    case "floor": return floor(x[0])
    case "ceil": return ceil(x[0])
    case "round": return round(x[0])
    case "trunc": return trunc(x[0])
    case "min": return min(x[0], x[1])
    case "max": return max(x[0], x[1])
    case "log_sum_exp":
      let greatest = max(x[0], x[1])
      return greatest + log1p(exp(-abs(x[0] - x[1])))
    default: return .nan
    }
  }
}
