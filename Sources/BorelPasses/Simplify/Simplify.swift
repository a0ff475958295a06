// The simplify pass, and the order in which a density becomes a program for its value and gradient.

import BorelIR

/// The program with equal values shared, invariants in front of loops, divisions replaced and constants out of the target.
///
/// Values change by rounding errors only; failures are found earlier or later, but found.
public func simplify(_ program: LoopProgram) -> LoopProgram {
  var program = addToTarget(splitChecks(forwardValues(program)))
  // What leaves an inner loop may leave an outer one in turn, and merges with what is there.
  for _ in 0..<2 {
    program = hoistInvariants(program)
    program = multiplyByReciprocals(program)
    program = splitTarget(program)
    program = forwardValues(program)
  }
  return skipUpperTriangles(program)
}

/// A simplified density with its loops cut and rearranged for the processor.
public func rearrangeLoops(_ program: LoopProgram) -> LoopProgram {
  deferFactors(forwardValues(peelFirstIterations(distributeLoops(program))))
}

/// Value and gradient of a density over its position, simplified before and after differentiation.
public func simplifiedGradient(
  of program: LoopProgram, withRespectTo position: LoopVariable
) throws(GradientFailure) -> LoopProgram {
  let prepared = keepExpensiveValues(rearrangeLoops(simplify(program)))
  let derived = try gradient(of: prepared, withRespectTo: position)
  let shared = forwardValues(shareExponentials(forwardValues(derived)))
  let divided = forwardValues(multiplyByReciprocals(hoistInvariants(shared)))
  let factored = forwardValues(hoistInvariants(factorSums(divided)))
  return eliminateDeadCode(splitScatters(factored))
}

/// From the program of value and gradient, the one that also has the Hessian's product with the input `direction` as
/// its output `gradient_tangent`.
public func simplifiedProduct(
  of gradient: LoopProgram, withRespectTo position: LoopVariable
) throws(GradientFailure) -> LoopProgram {
  var derived = try tangent(of: gradient, withRespectTo: position)
  derived.results.removeAll { $0.name == "target_tangent" }
  return forwardValues(hoistInvariants(forwardValues(eliminateDeadCode(derived))))
}
