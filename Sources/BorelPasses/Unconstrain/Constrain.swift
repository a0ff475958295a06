// The map from the unconstrained position to the values of the latent choices and of the model.

import BorelIR

/// The unconstrained program without its density; its results are those of the program (the return value) and the values of the
/// continuous latent sites by pattern.
public func constrainingMap(of program: LoopProgram) throws(NotNative) -> LoopProgram {
  var result = try unconstrain(program)
  var values: [Int: LoopVariable] = [:]
  for statement in program.body {
    statement.visit { statement in
      if case .bind(let binding) = statement.kind, values[binding.site] == nil { values[binding.site] = binding.value }
    }
  }
  result.results.removeAll { !isReturnValue($0.name) }
  for (number, site) in program.sites.enumerated() where site.status != .observed && site.scalar == .real {
    guard let variable = site.array ?? values[number] else { continue }
    result.results.append((site.pattern, .variable(variable)))
  }
  result.body = withoutDensity(result.body)
  return eliminateDeadCode(result)
}

/// Whether a result is the model's return value or a part of it.
public func isReturnValue(_ name: String) -> Bool { name == "value" || name.hasPrefix("value.") }

/// The statements without what they add to the target.
func withoutTargets(_ body: [LoopStatement]) -> [LoopStatement] {
  body.compactMap { statement in
    switch statement.kind {
    case .target: return nil
    case .loop(var loop):
      loop.body = withoutTargets(loop.body)
      return LoopStatement(.loop(loop), statement.span)
    case .conditional(let test, let then, let otherwise):
      return LoopStatement(
        .conditional(test, then: withoutTargets(then), else: withoutTargets(otherwise)), statement.span)
    default: return statement
    }
  }
}

private func withoutDensity(_ body: [LoopStatement]) -> [LoopStatement] {
  body.compactMap { statement in
    switch statement.kind {
    case .target: return nil
    case .require(_, .parameter), .require(_, .support): return nil
    case .loop(var loop):
      loop.body = withoutDensity(loop.body)
      return LoopStatement(.loop(loop), statement.span)
    case .conditional(let test, let then, let otherwise):
      return LoopStatement(
        .conditional(test, then: withoutDensity(then), else: withoutDensity(otherwise)), statement.span)
    default: return statement
    }
  }
}
