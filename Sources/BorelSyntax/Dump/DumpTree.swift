// The printer behind `--dump ast`: the tree as indented s-expressions, one statement or block per line.

import BorelSource

/// The syntax tree in a stable, readable form.
///
/// Expressions stand on one line, as in `(+ x (* 2 y))`; statements and blocks are indented below their head.
public func dumpTree(_ tree: SyntaxTree) -> String {
  var printer = TreePrinter()
  for statement in tree.statements { printer.statement(statement) }
  return printer.text
}

private struct TreePrinter {
  var text = ""
  var indentation = 0

  mutating func line(_ content: String) {
    text += String(repeating: "  ", count: indentation) + content + "\n"
  }

  mutating func indented(_ body: (inout TreePrinter) -> Void) {
    indentation += 1
    body(&self)
    indentation -= 1
  }

  mutating func block(_ block: Block) {
    indented { printer in
      for statement in block.statements { printer.statement(statement) }
    }
  }

  mutating func statement(_ statement: Statement) {
    switch statement.kind {
    case .expression(let value): head("", value)
    case .binding(let binding):
      let type = binding.type.map { ": " + describe($0) } ?? ""
      head("\(binding.isMutable ? "var" : "let") \(describe(binding.pattern))\(type) = ", binding.value)
    case .assignment(let target, let operation, let value):
      head("assign \(describe(target)) \(operation.rawValue) ", value)
    case .choice(let target, let distribution, let strategy):
      let indices = target.indices.isEmpty ? "" : "[" + target.indices.map(describe).joined(separator: ", ") + "]"
      let via = strategy.map { " via " + describe($0) } ?? ""
      line("choice \(target.name.text)\(indices) ~ \(describe(distribution))\(via)")
    case .observe(let value, let distribution): line("observe \(describe(value)) ~ \(describe(distribution))")
    case .forLoop(let pattern, let sequence, let body):
      line("for \(describe(pattern)) in \(describe(sequence))")
      block(body)
    case .whileLoop(let condition, let body):
      line("while \(describe(condition))")
      block(body)
    case .breakLoop: line("break")
    case .continueLoop: line("continue")
    case .returnValue(let value): if let value { head("return ", value) } else { line("return") }
    case .importFile(let path, _): line("import \(quoted(path))")
    case .function(let function):
      let result = function.resultType.map { " -> " + describe($0) } ?? ""
      self.body("fn \(function.name.text)\(describe(function.parameters))\(result)", function.body)
    case .model(let model):
      line("model \(model.name.text)\(describe(model.parameters))")
      block(model.body)
    case .distribution(let distribution):
      line("distribution \(distribution.name.text)\(describe(distribution.parameters))")
      indented { printer in
        printer.line("on \(printer.describe(distribution.support))")
        for condition in distribution.conditions { printer.line("where \(printer.describe(condition))") }
        for method in distribution.methods {
          printer.body("\(method.name.text)\(printer.describe(method.parameters))", method.body)
        }
      }
    case .error: line("error")
    }
  }

  /// A statement whose last expression may be an `if` or `expect`, shown with its blocks below.
  private mutating func head(_ prefix: String, _ value: Expression) {
    switch value.kind {
    case .conditional(let condition, let thenBlock, let elseBlock):
      line("\(prefix)if \(describe(condition))")
      block(thenBlock)
      if let elseBlock {
        line("else")
        block(elseBlock)
      }
    case .expect(let body):
      line("\(prefix)expect")
      block(body)
    case .lambda(let parameters, .block(let body)):
      line("\(prefix)lambda\(describe(parameters))")
      block(body)
    default: line(prefix + describe(value))
    }
  }

  private mutating func body(_ head: String, _ body: FunctionBody) {
    switch body {
    case .block(let block):
      line(head)
      self.block(block)
    case .expression(let value): self.head(head + " = ", value)
    }
  }

  // MARK: On one line

  func describe(_ expression: Expression) -> String {
    switch expression.kind {
    case .null: "null"
    case .bool(let value): value ? "true" : "false"
    case .integer(let value): "\(value)"
    case .real(let value): "\(value)"
    case .string(let value): quoted(value)
    case .name(let name): name
    case .array(let elements): "[" + elements.map(describe).joined(separator: ", ") + "]"
    case .tuple(let elements): "(tuple " + elements.map(describe).joined(separator: " ") + ")"
    case .record(let fields): "{" + fields.map(describe).joined(separator: ", ") + "}"
    case .unary(let operation, let operand): "(\(operation.rawValue) \(describe(operand)))"
    case .binary(let operation, let left, let right, _):
      "(\(operation.rawValue) \(describe(left)) \(describe(right)))"
    case .range(let lower, let upper, let closed):
      "(\(closed ? "..." : "..<") \(describe(lower)) \(describe(upper)))"
    case .call(let callee, let arguments):
      "(call \(describe(callee))" + arguments.map { " " + describe($0) }.joined() + ")"
    case .index(let base, let subscripts):
      "(index \(describe(base))" + subscripts.map { " " + describe($0) }.joined() + ")"
    case .member(let base, let name): "(. \(describe(base)) \(name.text))"
    case .lambda(let parameters, let body): "(lambda \(describe(parameters)) \(describe(body)))"
    case .conditional(let condition, let thenBlock, let elseBlock):
      "(if \(describe(condition)) \(describe(thenBlock))" + (elseBlock.map { " " + describe($0) } ?? "") + ")"
    case .expect(let block): "(expect \(describe(block)))"
    case .error: "<error>"
    }
  }

  private func describe(_ body: FunctionBody) -> String {
    switch body {
    case .block(let block): describe(block)
    case .expression(let value): describe(value)
    }
  }

  private func describe(_ block: Block) -> String {
    var inner = TreePrinter()
    for statement in block.statements { inner.statement(statement) }
    let lines = inner.text.split(separator: "\n").map { $0.drop { $0 == " " } }
    return "{" + lines.joined(separator: "; ") + "}"
  }

  private func describe(_ field: RecordField) -> String {
    switch field.key {
    case .name(let name): "\(name): \(describe(field.value))"
    case .string(let text): "\(quoted(text)): \(describe(field.value))"
    case .integer(let value): "\(value): \(describe(field.value))"
    }
  }

  private func describe(_ argument: Argument) -> String {
    (argument.label.map { $0.text + ": " } ?? "") + describe(argument.value)
  }

  private func describe(_ item: Subscript) -> String {
    switch item {
    case .expression(let value): describe(value)
    case .all: ":"
    }
  }

  func describe(_ parameters: [Parameter]) -> String {
    let parts = parameters.map { parameter in
      parameter.name.text + (parameter.type.map { ": " + describe($0) } ?? "")
        + (parameter.defaultValue.map { " = " + describe($0) } ?? "")
    }
    return "(" + parts.joined(separator: ", ") + ")"
  }

  private func describe(_ type: TypeAnnotation) -> String {
    guard !type.sizes.isEmpty else { return type.name.text }
    let sizes = type.sizes.map { size in
      switch size {
      case .name(let name): name.text
      case .integer(let value, _): "\(value)"
      case .any: "_"
      }
    }
    return "\(type.name.text)[\(sizes.joined(separator: ", "))]"
  }

  private func describe(_ pattern: Pattern) -> String {
    switch pattern {
    case .name(let name): name.text
    case .wildcard: "_"
    case .tuple(let parts, _): "(" + parts.map(describe).joined(separator: ", ") + ")"
    }
  }

  private func quoted(_ text: String) -> String {
    var out = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": out += "\\\""
      case "\\": out += "\\\\"
      case "\n": out += "\\n"
      case "\t": out += "\\t"
      case "\r": out += "\\r"
      case _ where scalar.value < 0x20: out += "\\u{" + String(scalar.value, radix: 16, uppercase: true) + "}"
      default: out.unicodeScalars.append(scalar)
      }
    }
    return out + "\""
  }
}
