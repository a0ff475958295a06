// Data matrices that evaluations multiply by vectors are packed once, by the preparation: panels need neither sums across lanes nor
// a rest of columns, and are read in the order in which they lie.

import BorelIR

/// The functions with products by data matrices taken from panels, which the preparation makes. Without one they stay as they are.
func packingMatrices(_ functions: [NativeFunction]) -> [NativeFunction] {
  guard let place = functions.firstIndex(where: \.isPreparation) else { return functions }
  var packer = MatrixPacker(preparation: functions[place].program)
  var functions = functions
  for index in functions.indices where !functions[index].isPreparation {
    functions[index].program = packer.packing(functions[index].program)
  }
  functions[place].program = packer.finish()
  return functions
}

private struct MatrixPacker {
  private var builder: LoopBuilder
  /// The matrices that are packed, and the names under which the preparation hands their panels over.
  private var known: [(source: LoopInput.Source, name: String)] = []

  init(preparation: LoopProgram) {
    builder = LoopBuilder(preparation)
    builder.append(preparation.body)
  }

  func finish() -> LoopProgram { builder.finish() }

  mutating func packing(_ program: LoopProgram) -> LoopProgram {
    var program = program
    var panels: [LoopVariable: LoopVariable] = [:]
    for input in program.inputs where isMultiplied(input.variable, in: program) {
      guard let name = pack(input, of: program) else { continue }
      var info = program[input.variable]
      info.name += "_panels"
      let copy = program.addVariable(info)
      program.inputs.append(LoopInput(variable: copy, source: .other(name)))
      panels[input.variable] = copy
    }
    if !panels.isEmpty { program.body = program.body.map { reading(panels, $0) } }
    return program
  }

  private func isMultiplied(_ matrix: LoopVariable, in program: LoopProgram) -> Bool {
    program[matrix].scalar == .real && program[matrix].sizes.count == 2
      && LoopPrograms.contains(program.body) { kind in
        if case .call(.matrixVector, _, let inputs) = kind { inputs.first == matrix } else { false }
      }
  }

  /// Has the preparation pack the input of another function; nil where it cannot have it.
  private mutating func pack(_ input: LoopInput, of program: LoopProgram) -> String? {
    if let name = known.first(where: { $0.source == input.source })?.name { return name }
    guard let matrix = imported(input, of: program) else { return nil }
    let sizes = builder.program[matrix].sizes
    let vectors = builder.apply(.floorDivide, builder.apply(.add, sizes[0], .int(3)), .int(4))
    let rows = builder.apply(.multiply, .int(4), vectors)
    let panels = builder.allocate(.real, sizes: [rows, sizes[1]], name: program[input.variable].name + "_panels")
    builder.append(.call(.pack, outputs: [panels], inputs: [matrix]))
    let name = "panels_\(known.count + 1)"
    builder.program.results.append((name, .variable(panels)))
    known.append((input.source, name))
    return name
  }

  /// The same data in the preparation: a result of its own, or an input, which it is given if need be.
  private mutating func imported(_ input: LoopInput, of program: LoopProgram) -> LoopVariable? {
    if input.isParameter { return nil }
    if case .other(let name) = input.source {
      let result = builder.program.results.first { $0.name == name }
      guard case .variable(let variable)? = result?.value else { return nil }
      return variable
    }
    if let known = builder.program.input(input.source) { return known }
    let info = program[input.variable]
    var sizes: [LoopOperand] = []
    for size in info.sizes {
      guard case .variable(let variable) = size else {
        sizes.append(size)
        continue
      }
      guard let origin = program.inputs.first(where: { $0.variable == variable }),
        let known = imported(origin, of: program)
      else { return nil }
      sizes.append(.variable(known))
    }
    return builder.input(input.source, name: info.name, info.scalar, sizes: sizes)
  }

  private func reading(_ panels: [LoopVariable: LoopVariable], _ statement: LoopStatement) -> LoopStatement {
    var statement = statement
    switch statement.kind {
    case .call(.matrixVector(let transposed, let adds), let outputs, let inputs):
      if let copy = panels[inputs[0]] {
        statement.kind = .call(
          .packedVector(transposed: transposed, adds: adds), outputs: outputs, inputs: [copy] + inputs.dropFirst())
      }
    case .loop(var loop):
      loop.body = loop.body.map { reading(panels, $0) }
      statement.kind = .loop(loop)
    case .conditional(let test, let then, let otherwise):
      statement.kind = .conditional(
        test, then: then.map { reading(panels, $0) }, else: otherwise.map { reading(panels, $0) })
    default: break
    }
    return statement
  }
}
