// Where a bad parameter comes from: "tau comes from normal(0, 5) on line 3, which can be negative; half_normal(5) cannot".

import BorelIR
import BorelSemantics
import BorelSource
import BorelVM
import BorelValues

extension Failure {
  /// With a hint where the failing argument is a random variable of the same model.
  ///
  /// - Parameter models: the models that were run; a variable that they set or observe comes from there and gets no hint.
  func withProvenance(in program: CoreProgram, _ sources: SourceMap, models: [ModelObject]) -> Failure {
    guard diagnostic.code == "invalid-parameter", diagnostic.hint == nil, let span = diagnostic.primary?.span,
      Int(span.file.index) < sources.files.count
    else { return self }
    let name = sources[span.file].text(of: span)
    let isGiven = models.contains { model in
      model.interventions.names.contains(name) || model.conditions.names.contains(name)
    }
    guard !isGiven, let source = nearestChoice(of: name, before: span, in: program) else { return self }
    let file = sources[source.span.file]
    var hint = "\(name) comes from \(file.text(of: source.span)) on line \(sources.location(of: source.span).line)"
    if diagnostic.message.contains("must be > 0") || diagnostic.message.contains("must be >= 0"),
      case .applyDistribution(let id, let arguments) = source.kind
    {
      hint += whichCanBeNegative(program[id].name, arguments.map { $0.map { file.text(of: $0.span) } })
    }
    var failure = self
    failure.diagnostic.hint = hint
    return failure
  }
}

/// The right side of the last choice of a variable that stands before a place of the same file.
private func nearestChoice(of name: String, before span: Span, in program: CoreProgram) -> CoreExpression? {
  var nearest: (start: UInt32, expression: CoreExpression)?
  for model in program.models where model.span.file == span.file && model.span.start < span.start {
    for (site, expression) in ChoiceSources(program[model.function].body).expressions {
      let place = program[site].span
      guard program[site].name == name, program[site].rank == 0, place.start < span.start,
        place.start > nearest?.start ?? model.span.start
      else { continue }
      nearest = (place.start, expression)
    }
  }
  return nearest?.expression
}

/// What to say of a distribution on all of the reals, with the one that is folded at zero where there is one.
private func whichCanBeNegative(_ name: String, _ arguments: [String?]) -> String {
  let folded = ["normal": "half_normal", "cauchy": "half_cauchy", "student_t": "half_student_t"]
  guard ["normal", "cauchy", "student_t", "laplace", "logistic", "uniform", "gumbel", "flat"].contains(name) else {
    return ""
  }
  let texts = arguments.compactMap { $0 }
  // Folding keeps the distribution only where it is centred at zero: the argument before the scale.
  guard let half = folded[name], texts.count == arguments.count, texts.count >= 2, texts[texts.count - 2] == "0" else {
    return ", which can be negative"
  }
  let kept = texts.dropLast(2) + texts.suffix(1)
  return ", which can be negative; \(half)(\(kept.joined(separator: ", "))) cannot"
}
