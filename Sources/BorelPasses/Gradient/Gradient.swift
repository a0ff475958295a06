// The gradient pass: reverse mode as source transformation over structured loops.

import BorelIR
import BorelSource

/// The program that computes its target and, in one run, the gradient: a new output `gradient` receives d target / d position.
///
/// - Straight-line code is reversed in place; adjoints are immutable scalars, or mutable sums where inner blocks add to them.
/// - A loop or conditional whose only active effect is on the target runs forward and backward in each iteration and stores
///   nothing (`isFused`).
/// - Any other loop runs forward, saving on a tape what an iteration starts from, and is then reversed: each iteration is run
///   again from its saved state and differentiated in place.
/// - An array whose elements are stored once is its own tape.
///
/// - Parameter position: the Real input, an array, with respect to which the target is differentiated.
/// - Throws: `GradientFailure` where an active operation has no derivative.
public func gradient(
  of program: LoopProgram, withRespectTo position: LoopVariable
) throws(GradientFailure) -> LoopProgram {
  var empty = program
  empty.body = []
  var builder = LoopBuilder(empty)
  let output = builder.program.addVariable(
    LoopVariableInfo(name: "gradient", scalar: .real, sizes: program[position].sizes, role: .output))
  var pass = ReverseMode(of: program, withRespectTo: position, into: output)
  try pass.differentiate(program.body, &builder)
  pass.finish(&builder)
  return eliminateDeadCode(builder.finish())
}
