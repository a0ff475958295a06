// Runs LoopIR on numbers with nodes: how the machine evaluates the transforms that native code compiles.

import BorelIR
import BorelSemantics
import BorelSource

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// One run of a program without effects. Ints and Bools are numbers, too.
struct TapeLoop {
  /// A dense array, row-major.
  final class Array {
    var elements: [Dual]
    let sizes: [Int]
    init(_ elements: [Dual], sizes: [Int]) {
      self.elements = elements
      self.sizes = sizes
    }
  }

  let program: LoopProgram
  let tape: Tape
  private var scalars: [Dual]
  private var arrays: [LoopVariable: Array] = [:]
  private(set) var target = Dual(0)

  /// Runs a program; arrays and scalars are given by the source of their input.
  static func run(
    _ program: LoopProgram, scalars: [Dual], dimension: Int, arrays: [(LoopInput.Source, [Dual])], on tape: Tape
  ) throws(Failure) -> TapeLoop {
    var run = TapeLoop(
      program: program, tape: tape, scalars: Swift.Array(repeating: Dual(0), count: program.variables.count))
    for input in program.inputs {
      guard case .other(let name) = input.source else { continue }
      if name == "dimension" { run.scalars[input.variable.index] = Dual(Double(dimension)) }
      if let index = Int(name), index < scalars.count { run.scalars[input.variable.index] = scalars[index] }
    }
    for input in program.inputs {
      for (source, elements) in arrays where source == input.source {
        run.arrays[input.variable] = Array(elements, sizes: run.sizes(of: input.variable))
      }
    }
    for (index, info) in program.variables.enumerated() where info.role == .output {
      let sizes = run.sizes(of: LoopVariable(index))
      run.arrays[LoopVariable(index)] = Array(
        Swift.Array(repeating: Dual(0), count: sizes.reduce(1, *)), sizes: sizes)
    }
    try run.perform(program.body)
    return run
  }

  /// The elements of an output.
  func output(_ name: String) -> [Dual] {
    for (index, info) in program.variables.enumerated() where info.role == .output && info.name == name {
      return arrays[LoopVariable(index)]?.elements ?? []
    }
    return []
  }

  private init(program: LoopProgram, tape: Tape, scalars: [Dual]) {
    self.program = program
    self.tape = tape
    self.scalars = scalars
  }

  private func sizes(of variable: LoopVariable) -> [Int] { program[variable].sizes.map { int($0) } }

  private func value(_ operand: LoopOperand) -> Dual {
    switch operand {
    case .variable(let variable): scalars[variable.index]
    case .bool(let value): Dual(value ? 1 : 0)
    case .int(let value): Dual(Double(value))
    case .real(let value): Dual(value)
    }
  }

  private func int(_ operand: LoopOperand) -> Int { Int(value(operand).value) }

  private func array(_ variable: LoopVariable) throws(Failure) -> Array {
    guard let array = arrays[variable] else { throw Self.fault("an array is missing") }
    return array
  }

  private func place(_ array: Array, _ indices: [LoopOperand]) throws(Failure) -> Int {
    var place = 0
    for (index, size) in zip(indices, array.sizes) {
      let index = int(index)
      guard index >= 0, index < size else { throw Self.fault("an index lies outside of its array") }
      place = place * size + index
    }
    guard place < array.elements.count else { throw Self.fault("too few numbers") }
    return place
  }

  private static func fault(_ message: String) -> Failure {
    Failure(
      .internal,
      Diagnostic(code: "internal-error", "internal error in the transforms of the tape, please report: \(message)"))
  }

  private mutating func perform(_ block: [LoopStatement]) throws(Failure) {
    for statement in block { try perform(statement.kind) }
  }

  private mutating func perform(_ kind: LoopStatement.Kind) throws(Failure) {
    switch kind {
    case .define(let variable, let operation): scalars[variable.index] = try evaluate(operation)
    case .declare(let variable, let initial): scalars[variable.index] = value(initial)
    case .allocate(let variable, let fill):
      let sizes = sizes(of: variable)
      let element = fill.map { value($0) } ?? Dual(0)
      arrays[variable] = Array(Swift.Array(repeating: element, count: sizes.reduce(1, *)), sizes: sizes)
    case .store(let variable, let indices, let operand):
      if indices.isEmpty {
        scalars[variable.index] = value(operand)
      } else {
        let array = try array(variable)
        array.elements[try place(array, indices)] = value(operand)
      }
    case .accumulate(let variable, let indices, let operand):
      if indices.isEmpty {
        scalars[variable.index] = try tape.add(scalars[variable.index], value(operand))
      } else {
        let array = try array(variable)
        let place = try place(array, indices)
        array.elements[place] = try tape.add(array.elements[place], value(operand))
      }
    case .loop(let loop):
      let (lower, upper) = (int(loop.lower), int(loop.upper))
      for step in 0..<max(upper - lower, 0) {
        scalars[loop.index.index] = Dual(Double(loop.isDescending ? upper - 1 - step : lower + step))
        try perform(loop.body)
      }
    case .conditional(let condition, let then, let otherwise):
      try perform(value(condition).value != 0 ? then : otherwise)
    case .call(let routine, let outputs, let inputs): try call(routine, outputs, inputs)
    case .target(let operand): target = try tape.add(target, value(operand))
    case .require, .choice, .bind: throw Self.fault("an effect")
    }
  }

  private func call(_ routine: LoopRoutine, _ outputs: [LoopVariable], _ inputs: [LoopVariable]) throws(Failure) {
    switch routine {
    case .matrixMatrix(let ta, let tb, adds: false) where inputs.count == 2:
      let (a, b, c) = (try array(inputs[0]), try array(inputs[1]), try array(outputs[0]))
      let (m, n) = (c.sizes[0], c.sizes[1])
      let inner = a.sizes[ta ? 0 : 1]
      for i in 0..<m {
        for j in 0..<n {
          var sum = Dual(0)
          for k in 0..<inner {
            let left = a.elements[ta ? k * a.sizes[1] + i : i * a.sizes[1] + k]
            let right = b.elements[tb ? j * b.sizes[1] + k : k * b.sizes[1] + j]
            sum = try tape.add(sum, tape.multiply(left, right))
          }
          c.elements[i * n + j] = sum
        }
      }
    case .cholesky:
      let (s, l) = (try array(inputs[0]), try array(outputs[0]))
      let n = l.sizes[0]
      for i in 0..<n {
        for j in 0...i {
          var sum = s.elements[i * n + j]
          for k in 0..<j {
            sum = try tape.subtract(sum, tape.multiply(l.elements[i * n + k], l.elements[j * n + k]))
          }
          l.elements[i * n + j] =
            i == j ? try tape.apply("sqrt", sum) : try tape.divide(sum, l.elements[j * n + j])
        }
      }
    default: throw Self.fault("the routine \(routine.name)")
    }
  }

  private func evaluate(_ operation: LoopOperation) throws(Failure) -> Dual {
    switch operation {
    case .load(let variable, let indices):
      let array = try array(variable)
      return array.elements[try place(array, indices)]
    case .read(let variable): return scalars[variable.index]
    case .apply(let function, let operands): return try apply(function, operands.map { value($0) })
    }
  }

  private func apply(_ function: LoopFunction, _ x: [Dual]) throws(Failure) -> Dual {
    switch function {
    case .add: return try tape.add(x[0], x[1])
    case .subtract: return try tape.subtract(x[0], x[1])
    case .multiply: return try tape.multiply(x[0], x[1])
    case .divide: return try tape.divide(x[0], x[1])
    case .negate: return try tape.negate(x[0])
    case .minimum: return x[1].value < x[0].value ? x[1] : x[0]
    case .maximum: return x[0].value < x[1].value ? x[1] : x[0]
    case .absolute: return x[0].value < 0 ? try tape.negate(x[0]) : x[0]
    case .floorDivide: return Dual((x[0].value / x[1].value).rounded(.down))
    case .remainder:
      return try tape.subtract(x[0], tape.multiply(x[1], Dual((x[0].value / x[1].value).rounded(.down))))
    case .less: return Dual(x[0].value < x[1].value ? 1 : 0)
    case .lessOrEqual: return Dual(x[0].value <= x[1].value ? 1 : 0)
    case .equal: return Dual(x[0].value == x[1].value ? 1 : 0)
    case .notEqual: return Dual(x[0].value != x[1].value ? 1 : 0)
    case .and: return Dual(x[0].value != 0 && x[1].value != 0 ? 1 : 0)
    case .or: return Dual(x[0].value != 0 || x[1].value != 0 ? 1 : 0)
    case .not: return Dual(x[0].value == 0 ? 1 : 0)
    case .select: return x[0].value != 0 ? x[1] : x[2]
    case .detach: return Dual(x[0].value)
    case .toReal, .toInt: return x[0]
    case .primitive(let id): return try tape.apply(id, x)
    }
  }
}
