// Prints one LoopIR program as a whole C function: its parameters, its inputs, the body and its results.

import BorelIR

/// What a compiled function writes: an output variable or a named result.
public struct NativeOutput: Sendable {
  public var name: String
  public var scalar: LoopScalar
  /// Empty for a scalar; see `NativeModel.sizes`.
  public var rank: Int
  /// Sizes in terms of the program's variables.
  var sizes: [LoopOperand]
}

extension LoopInput {
  /// Whether the value comes anew with every evaluation; all others are bound once.
  var isParameter: Bool {
    switch source {
    case .position, .choice, .other("direction"), .other("time"), .other("stream"): true
    default: false
    }
  }

  /// Whether a function of this input cannot be run twice for one evaluation, or is called one time after the other by a solver.
  var isReadInOrder: Bool { source == .other("stream") || source == .other("time") }
}

/// Prints `program` as a function of the given name; `fields` names the struct's fields by input, and `body` is the program's before
/// what it does not use was removed. It writes the outputs of `complete` itself, whatever they are before.
func printFunction(
  _ program: LoopProgram, _ body: [LoopStatement], name functionName: String, isPreparation: Bool,
  complete: Set<LoopVariable>, fields: (LoopInput) -> String,
  spellings: CSpellings, needs: inout CNeeds
) throws(NativeFailure) -> PrintedFunction {
  var printer = FunctionPrinter(program, isPreparation: isPreparation, spellings: spellings)
  printer.functionName = functionName
  printer.renderer.needs = needs
  printer.renderer.needs.runtime = false

  // Names from outside come first, so that they are the plain ones.
  var parameters: [String] = []
  var inputs: [LoopVariable] = []
  for input in program.inputs {
    let info = program[input.variable]
    let wanted = input.isParameter ? (info.name.isEmpty ? "q" : info.name) : fields(input)
    let text = printer.names.declare(wanted)
    printer.name[input.variable.index] = text
    if input.isParameter {
      inputs.append(input.variable)
      parameters.append(info.isArray ? "const \(info.scalar.c) *restrict \(text)" : "\(info.scalar.c) \(text)")
    }
  }
  let hasValue = LoopPrograms.contains(program.body) { if case .target = $0 { true } else { false } }
  if hasValue { parameters.append("double *restrict value") }

  var outputs: [NativeOutput] = []
  var zeroed: [LoopVariable] = []
  for (index, info) in program.variables.enumerated() where info.role == .output {
    let text = printer.names.declare(info.name.isEmpty ? "output" : info.name)
    printer.name[index] = text
    printer.parameterArrays.insert(index)
    parameters.append("\(info.scalar.c) *restrict \(text)")
    outputs.append(NativeOutput(name: info.name, scalar: info.scalar, rank: info.sizes.count, sizes: info.sizes))
    if !complete.contains(LoopVariable(index)) { zeroed.append(LoopVariable(index)) }
  }

  // An array that the outermost block makes and hands back once is written in place.
  var copied: [(value: LoopOperand, place: String, sizes: [LoopOperand])] = []
  let made = Set(
    program.body.compactMap { statement -> LoopVariable? in
      if case .allocate(let variable, _) = statement.kind { variable } else { nil }
    })
  var placed: Set<LoopVariable> = []
  for (resultName, value) in program.results where resultName != "dimension" || isPreparation {
    // An output variable is a parameter already.
    if case .variable(let variable) = value, program[variable].role == .output { continue }
    var sizes: [LoopOperand] = []
    if case .variable(let variable) = value { sizes = program[variable].sizes }
    let scalar = program.scalar(of: value)
    outputs.append(NativeOutput(name: resultName, scalar: scalar, rank: sizes.count, sizes: sizes))
    if case .variable(let variable) = value, made.contains(variable), placed.insert(variable).inserted, !isPreparation {
      let text = printer.names.declare(resultName)
      printer.name[variable.index] = text
      printer.parameterArrays.insert(variable.index)
      parameters.append("\(scalar.c) *restrict \(text)")
    } else if isPreparation {
      copied.append((value, "m->" + fields(preparedInput(resultName, value)), sizes))
    } else {
      let text = printer.names.declare(cIdentifier(resultName) + "_out")
      parameters.append("\(scalar.c) *restrict \(text)")
      copied.append((value, text, sizes))
    }
  }

  for variable in zeroed {
    if program[variable].isArray {
      let names = printer.name
      var used: Set<Int> = []
      let count = try sizeExpression(program[variable].sizes, program, body, spellings) { input in
        used.insert(input.variable.index)
        return names[input.variable.index]
      }
      printer.usedInputs.formUnion(used)
      printer.line("for (long i = 0; i < \(count); i++)")
      printer.indent += 1
      printer.line("\(printer.name[variable.index] ?? "")[i] = \(program[variable].scalar == .real ? "0.0" : "0");")
      printer.indent -= 1
    } else {
      printer.line("*\(printer.name[variable.index] ?? "") = 0;")
    }
  }
  try printer.printBody()
  if printer.hasDeferredChecks { printer.line("if (failed) return borel_bad_parameter;") }
  for (value, place, sizes) in copied {
    if case .variable(let variable) = value, printer.name[variable.index] == nil { try printer.declareView(variable) }
    if sizes.isEmpty {
      printer.line("\(isPreparation ? "" : "*")\(place) = \(try printer.expression(value).implicit.text);")
    } else if isPreparation, case .variable(let variable) = value {
      printer.line("\(place) = \(try printer.array(variable));")
    } else if case .variable(let variable) = value {
      let count = try printer.count(of: variable)
      printer.line("for (long i = 0; i < \(count); i++)")
      printer.indent += 1
      printer.line("\(place)[i] = \(try printer.array(variable))[i];")
      printer.indent -= 1
    }
  }
  if hasValue { printer.line("*value = lp;") }
  printer.line("return borel_ok;")

  if printer.usesWorkspace { parameters.append("struct borel_workspace *workspace") }
  parameters.insert("\(isPreparation ? "" : "const ")struct model *m", at: 0)
  let angles = AnglesOfAnySize(&printer, isOnce: isPreparation || program.inputs.contains { $0.isReadInOrder })
  var text = angles?.head(functionName, parameters) ?? signature("long \(functionName)", parameters)
  text += "\n"
  for input in program.inputs where !input.isParameter && printer.usedInputs.contains(input.variable.index) {
    let info = program[input.variable]
    let local = printer.name[input.variable.index] ?? ""
    text += "  const \(info.scalar.c) \(info.isArray ? "*restrict " : "")\(local) = m->\(fields(input));\n"
  }
  if printer.renderer.needs.runtime { text += "  const struct borel_runtime *rt = m->runtime;\n" }
  if printer.hasStatus { text += "  long status;\n" }
  if printer.hasDeferredChecks { text += "  long failed = 0;\n" }
  if hasValue { text += "  double lp = 0.0;\n" }
  if text.hasSuffix(";\n") { text += "\n" }
  text += printer.lines.joined(separator: "\n") + "\n}\n"
  text += angles?.tail(functionName, parameters, usesWorkspace: printer.usesWorkspace) ?? ""

  let usedRuntime = needs.runtime || printer.renderer.needs.runtime
  needs = printer.renderer.needs
  needs.runtime = usedRuntime
  return PrintedFunction(
    text: text, inputs: inputs, outputs: isPreparation ? [] : outputs, hasValue: hasValue,
    usesWorkspace: printer.usesWorkspace)
}

/// The input by which other programs read a result of the preparation.
func preparedInput(_ name: String, _ value: LoopOperand) -> LoopInput {
  LoopInput(variable: LoopVariable(0), source: .other(name))
}

func signature(_ head: String, _ parameters: [String]) -> String {
  let margin = String(repeating: " ", count: head.utf8.count + 1)
  var lines = [head + "("]
  for (place, parameter) in parameters.enumerated() {
    let piece = parameter + (place + 1 < parameters.count ? "," : ") {")
    let last = lines[lines.count - 1]
    if last.utf8.count + piece.utf8.count > 108 {
      lines.append(margin + piece)
    } else {
      lines[lines.count - 1] = last + (last.hasSuffix("(") ? "" : " ") + piece
    }
  }
  return lines.joined(separator: "\n")
}

/// Questions about statements at any depth.
enum LoopPrograms {
  static func contains(_ statements: [LoopStatement], _ isWanted: (LoopStatement.Kind) -> Bool) -> Bool {
    statements.contains { statement in
      if isWanted(statement.kind) { return true }
      switch statement.kind {
      case .loop(let loop): return contains(loop.body, isWanted)
      case .conditional(_, let then, let otherwise): return contains(then, isWanted) || contains(otherwise, isWanted)
      default: return false
      }
    }
  }
}
