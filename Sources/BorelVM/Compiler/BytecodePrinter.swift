// Bytecode as text, for `--dump bytecode`.

import BorelIR
import BorelSource
import BorelValues
import CBorelVM

extension CompiledProgram {
  /// The functions from `first` on: their registers and constants, then one line for each instruction with the line of the
  /// source it comes from.
  public func bytecodeText(in sources: SourceMap, from first: Int = 0) -> String {
    functions.dropFirst(first).map { $0.text(in: sources, program: core) }.joined(separator: "\n")
  }
}

extension CompiledFunction {
  fileprivate func text(in sources: SourceMap, program: CoreProgram) -> String {
    let names = parameters.map(\.name).joined(separator: ", ")
    var text = "\(kind.rawValue) \(name.isEmpty ? "#\(id.index)" : name)(\(names))"
    text += "  // \(registerCount) registers, \(localCount) of them named\n"
    var previousLine = 0
    for index in 0..<code.count {
      var line = ""
      if let span = spans.span(index), Int(span.file.index) < sources.files.count {
        let number = sources.location(of: span).line
        if number != previousLine { line = "line \(number)" }
        previousLine = number
      }
      let body = "\(padded(String(index), 4, left: true))  \(describe(code[index], at: index, program))"
      text += line.isEmpty ? body + "\n" : padded(body, 54) + "; \(line)\n"
    }
    return text
  }

  private func padded(_ text: String, _ width: Int, left: Bool = false) -> String {
    let padding = String(repeating: " ", count: max(0, width - text.count))
    return left ? padding + text : text + padding
  }

  private func name(_ register: Int) -> String {
    if register < registerNames.count, !registerNames[register].isEmpty { return registerNames[register] }
    return "r\(register)"
  }

  private func constant(_ index: Int) -> String {
    constants.indices.contains(index) ? constants[index].value.shortText : "?"
  }

  private func describe(_ i: borel_instruction, at index: Int, _ program: CoreProgram) -> String {
    let operation = String(cString: borel_operation_name(i.operation)).lowercased()
    let (a, b, c) = (Int(i.a), Int(i.b), Int(i.c))
    let wide = Int(borel_wide(i))
    func list(_ first: Int, _ count: Int) -> String {
      (0..<max(count, 0)).map { name(first + $0) }.joined(separator: ", ")
    }
    let operands: String =
      switch borel_operation(UInt32(i.operation)) {
      case BOREL_OP_CONSTANT: "\(name(a)), \(constant(wide))"
      case BOREL_OP_GET_GLOBAL, BOREL_OP_SET_GLOBAL:
        "\(name(a)), \(program.globals.indices.contains(wide) ? program.globals[wide].name : "?")"
      case BOREL_OP_CAPTURE: "\(name(a)), capture \(wide)"
      case BOREL_OP_CLEAR, BOREL_OP_COMPLETE, BOREL_OP_RETURN, BOREL_OP_CHECK_BOOL, BOREL_OP_FACTOR,
        BOREL_OP_CURRENT_CLOSURE, BOREL_OP_EACH_PREPARE, BOREL_OP_EXPECT, BOREL_OP_EXPECT_REAL, BOREL_OP_EXPECT_INT,
        BOREL_OP_ARRAY_OF_TUPLE:
        name(a)
      case BOREL_OP_ADD_K, BOREL_OP_SUBTRACT_K, BOREL_OP_MULTIPLY_K, BOREL_OP_DIVIDE_K, BOREL_OP_MODULO_K,
        BOREL_OP_POWER_K, BOREL_OP_K_SUBTRACT, BOREL_OP_K_DIVIDE:
        "\(name(a)), \(name(b)), \(constant(c))"
      case BOREL_OP_MOVE, BOREL_OP_TAKE, BOREL_OP_NEGATE, BOREL_OP_NOT, BOREL_OP_LENGTH: "\(name(a)), \(name(b))"
      case BOREL_OP_JUMP, BOREL_OP_LOOP: "to \(index + wide)"
      case BOREL_OP_JUMP_IF_FALSE, BOREL_OP_JUMP_IF_TRUE, BOREL_OP_FOR_NEXT, BOREL_OP_EACH_NEXT:
        "\(name(a)), to \(index + wide)"
      case BOREL_OP_UNLESS_LESS, BOREL_OP_UNLESS_LESS_EQUAL, BOREL_OP_UNLESS_GREATER, BOREL_OP_UNLESS_GREATER_EQUAL,
        BOREL_OP_UNLESS_EQUAL, BOREL_OP_UNLESS_NOT_EQUAL:
        "\(name(a)), \(name(b)), to \(index + Int(Int16(bitPattern: i.c)))"
      case BOREL_OP_UNLESS_LESS_K, BOREL_OP_UNLESS_LESS_EQUAL_K, BOREL_OP_UNLESS_GREATER_K,
        BOREL_OP_UNLESS_GREATER_EQUAL_K, BOREL_OP_UNLESS_EQUAL_K, BOREL_OP_UNLESS_NOT_EQUAL_K:
        "\(name(a)), \(constant(b)), to \(index + Int(Int16(bitPattern: i.c)))"
      case BOREL_OP_FOR_PREPARE: "\(name(a)), \(name(a + 1)), to \(index + Int(Int16(bitPattern: i.c)))"
      case BOREL_OP_CALL:
        "\(name(a)), \(program.functions[wide].name.isEmpty ? "#\(wide)" : program.functions[wide].name)"
      case BOREL_OP_CALL_VALUE: "\(name(a)), (\(list(a + 1, b)))"
      case BOREL_OP_CALL_LOCAL: "\(name(a)), \(name(c))(\(list(a + 1, b)))"
      case BOREL_OP_PRIMITIVE: "\(name(a)), \(PrimitiveTable.rows[b].name)(\(list(a, c)))"
      case BOREL_OP_REAL1: "\(name(a)), \(PrimitiveTable.rows[c].name)(\(name(b)))"
      case BOREL_OP_REAL2: "\(name(a)), \(PrimitiveTable.rows[c].name)(\(list(b, 2)))"
      case BOREL_OP_REAL3: "\(name(a)), \(PrimitiveTable.rows[c].name)(\(list(b, 3)))"
      case BOREL_OP_FIELD, BOREL_OP_FIELD_TAKE: "\(name(a)), \(name(b)).\(names[c])"
      case BOREL_OP_MAKE_ARRAY, BOREL_OP_MAKE_TUPLE: "\(name(a)), (\(list(a, b)))"
      case BOREL_OP_MAKE_RECORD: "\(name(a)), {\(keys[b].joined(separator: ", "))}"
      case BOREL_OP_MAKE_CLOSURE: "\(name(a)), #\(c) (\(list(a, b)))"
      case BOREL_OP_APPLY_MODEL: "\(name(a)), \(program.models[c].name)(\(list(a, b)))"
      case BOREL_OP_APPLY_DISTRIBUTION: "\(name(a)), \(program.distributions[c].name)(\(list(a, b)))"
      case BOREL_OP_CHOICE, BOREL_OP_STORE_CHOICE: "\(name(a)), \(program.sites[choices[b].site.index].name)"
      case BOREL_OP_SAMPLE: "\(name(a)), \(program.sites[wide].name)"
      default: "\(name(a)), \(name(b)), \(name(c))"
      }
    return "\(padded(operation, 22))\(operands)"
  }
}
