// The density pass: choices become given values, and their log densities add up.

import BorelIR
import BorelSource

/// log p(choices, data): every choice is taken apart into its value, which is given, and its log density, which is added to the target.
///
/// Latent choices become `bind` statements, observed ones loads from their inputs.
public func density(of program: LoopProgram) -> LoopProgram {
  var result = program
  result.body = withoutChoices(program.body, in: program)
  return result
}

private func withoutChoices(_ body: [LoopStatement], in program: LoopProgram) -> [LoopStatement] {
  body.flatMap { statement -> [LoopStatement] in
    switch statement.kind {
    case .choice(let choice):
      var parts: [LoopStatement] = []
      let site = program.sites[choice.site]
      if site.status != .observed {
        parts.append(
          LoopStatement(
            .bind(
              LoopBinding(
                site: choice.site, indices: choice.indices, value: choice.value, support: choice.support)),
            statement.span))
      } else if let array = site.array, !program[choice.value].isArray {
        parts.append(LoopStatement(.define(choice.value, .load(array, choice.indices)), statement.span))
      }
      parts += withoutChoices(choice.score, in: program)
      parts.append(LoopStatement(.target(choice.logDensity), statement.span))
      return parts
    case .loop(var loop):
      loop.body = withoutChoices(loop.body, in: program)
      return [LoopStatement(.loop(loop), statement.span)]
    case .conditional(let test, let then, let otherwise):
      return [
        LoopStatement(
          .conditional(test, then: withoutChoices(then, in: program), else: withoutChoices(otherwise, in: program)),
          statement.span)
      ]
    default: return [statement]
    }
  }
}
