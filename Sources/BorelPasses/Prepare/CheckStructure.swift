// Checks that the structure of a program does not depend on choices: sizes, numbers of passes, which choices there are.

import BorelIR
import BorelSource

/// Throws the reason, with its place, where a density cannot be one function of a position of fixed length.
public func checkStructure(_ program: LoopProgram) throws(NotNative) {
  let dependence = DataDependence(program)
  try check(program.body, program, dependence, isRandom: false)
}

private func check(
  _ body: [LoopStatement], _ program: LoopProgram, _ dependence: DataDependence, isRandom: Bool
) throws(NotNative) {
  for statement in body {
    switch statement.kind {
    case .allocate(let variable, _):
      if program[variable].sizes.contains(where: { dependence.isVarying($0) }) {
        throw NotNative(.stochasticStructure, "the length of an array depends on a choice", at: statement.span)
      }
    case .loop(let loop):
      if dependence.isVarying(loop.lower) || dependence.isVarying(loop.upper) {
        throw NotNative(
          .stochasticStructure, "how often this loop runs depends on a choice", at: statement.span)
      }
      try check(loop.body, program, dependence, isRandom: isRandom)
    case .conditional(let test, let then, let otherwise):
      let depends = isRandom || dependence.isVarying(test)
      try check(then, program, dependence, isRandom: depends)
      try check(otherwise, program, dependence, isRandom: depends)
    case .bind(let binding):
      if isRandom {
        throw NotNative(
          .stochasticStructure,
          "whether `\(program.sites[binding.site].pattern)` is chosen depends on another choice", at: statement.span)
      }
    default: break
    }
  }
}
