// Counts of elements as C expressions over inputs alone, wherever the program itself computes the sizes.

import BorelIR

/// The product of the sizes, each followed through the definitions of the body's outermost block to inputs; `name` gives
/// the C name of an input's value, nil where it has none.
func sizeExpression(
  _ sizes: [LoopOperand], _ program: LoopProgram, _ body: [LoopStatement], _ spellings: CSpellings,
  name: (LoopInput) -> String?
) throws(NativeFailure) -> String {
  var definitions: [LoopVariable: LoopOperation] = [:]
  for statement in body {
    if case .define(let variable, let operation) = statement.kind { definitions[variable] = operation }
  }
  var renderer = CRenderer(program: program, spellings: spellings)
  func expression(_ operand: LoopOperand) throws(NativeFailure) -> CExpression {
    guard case .variable(let variable) = operand else { return renderer.literal(operand) ?? .literal(0) }
    if let input = program.inputs.first(where: { $0.variable == variable }) {
      guard !input.isParameter, let text = name(input) else {
        throw .unsupported("the size of an array depends on the point at which the density is evaluated", nil)
      }
      return CExpression(text: text)
    }
    guard case .apply(let function, let operands)? = definitions[variable] else {
      throw .unsupported("the size of an array is computed by the program as it runs", nil)
    }
    var parts: [CExpression] = []
    for operand in operands { parts.append(try expression(operand)) }
    return try renderer.apply(function, operands, parts)
  }
  var product: CExpression?
  for size in sizes {
    let factor = try expression(size)
    product = product.map { .product($0, factor) } ?? factor
  }
  return product?.text ?? "1"
}
