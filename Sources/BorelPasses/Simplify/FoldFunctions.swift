// Functions of constants, as the virtual machine computes them.

import BorelIR
import BorelNumerics

/// The numerical functions by their primitives.
private let functions: [PrimitiveID: RealFunction] = {
  var table: [PrimitiveID: RealFunction] = [:]
  for (name, function) in FunctionTable.elementary + FunctionTable.special {
    if let id = PrimitiveTable.ids[name], PrimitiveTable[id].result == .real { table[id] = function }
  }
  return table
}()

/// The value of a function of Real constants where it is finite; what is not, the program finds when it runs.
func foldedFunction(_ function: LoopFunction, _ operands: [LoopOperand]) -> LoopOperand? {
  guard case .primitive(let id) = function, let function = functions[id] else { return nil }
  var values: [Double] = []
  for operand in operands {
    guard case .real(let value) = operand else { return nil }
    values.append(value)
  }
  let result: Double
  switch (function, values.count) {
  case (.one(let f), 1): result = f(values[0])
  case (.two(let f), 2): result = f(values[0], values[1])
  case (.three(let f), 3): result = f(values[0], values[1], values[2])
  case (.four(let f), 4): result = f(values[0], values[1], values[2], values[3])
  default: return nil
  }
  return result.isFinite ? .real(result) : nil
}
