// A place in compiled code and the spans that belong to it.

import BorelSource

/// An instruction of a compiled function; spans are looked up only when a message needs them.
public struct CodeLocation: Sendable {
  let spans: InstructionSpans?
  let instruction: Int
  /// The number of the first argument among the operands: 1 behind a callee.
  var operandOffset = 0

  public static let none = CodeLocation(spans: nil, instruction: 0)

  /// The span of the expression that the instruction computes.
  public var span: Span? { spans?.span(instruction) }

  /// The span of its i-th operand: an argument, an index, a field.
  public func span(operand: Int) -> Span? {
    spans?.operand(operand + operandOffset, of: instruction)
  }
}

/// Spans of a function's instructions and of their operands.
final class InstructionSpans: Sendable {
  private let spans: [Span]
  private let operands: [Int: [Span]]

  init(spans: [Span], operands: [Int: [Span]]) {
    self.spans = spans
    self.operands = operands
  }

  func span(_ instruction: Int) -> Span? {
    spans.indices.contains(instruction) ? spans[instruction] : nil
  }

  func operand(_ index: Int, of instruction: Int) -> Span? {
    guard let list = operands[instruction], list.indices.contains(index) else { return nil }
    return list[index]
  }
}
