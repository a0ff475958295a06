// Compares gradient programs with finite differences of the programs they come from.

import BorelIR
import BorelPasses
import DerivativeTestSupport
import Testing

/// Runs the gradient pass on a text and checks values and derivatives at a point.
///
/// The value has to be the same to the last bit; derivatives agree with central differences of step 1e-5 to 1e-5 relative to
/// the greatest component, where their error is about 1e-10 for functions of order one with derivatives of order one.
func checkGradient(
  _ text: String, at point: [Double], _ inputs: [String: [Double]] = [:], note: String = "",
  sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let program = try parseLoop(text)
  #expect(verifyLoop(program) == [], "\(note)\n\(text)", sourceLocation: sourceLocation)
  let position = try #require(program.input(.position))
  try checkGradient(program, position, at: point, inputs, note: note, sourceLocation: sourceLocation)
}

func checkGradient(
  _ program: LoopProgram, _ position: LoopVariable, at point: [Double], _ inputs: [String: [Double]], note: String = "",
  sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let derived = try gradient(of: program, withRespectTo: position)
  let problems = verifyLoop(derived, allowsChoices: false)
  #expect(problems == [], "\(dumpLoop(program))\n\(dumpLoop(derived))", sourceLocation: sourceLocation)
  if !problems.isEmpty { return }
  let name = program[position].name
  func value(_ point: [Double]) -> Double {
    LoopEvaluator.run(program, inputs.merging([name: point]) { $1 }).target
  }
  let outcome = LoopEvaluator.run(derived, inputs.merging([name: point]) { $1 })
  #expect(outcome.target == value(point), "\(dumpLoop(derived))", sourceLocation: sourceLocation)
  let found = try #require(outcome.arrays["gradient"])
  func component(_ index: Int) -> (Double) -> Double {
    { x in
      var moved = point
      moved[index] = x
      return value(moved)
    }
  }
  var expected: [Double] = []
  for index in point.indices {
    let f = component(index)
    func difference(_ h: Double) -> Double { (f(point[index] + h) - f(point[index] - h)) / (2 * h) }
    expected.append((4 * difference(1e-5) - difference(2e-5)) / 3)
  }
  let scale = max(1, expected.map(abs).max() ?? 1)
  for (index, (a, b)) in zip(found, expected).enumerated() {
    var b = b
    if abs(a - b) > 1e-5 * scale {
      // Strongly curved: a second opinion from smaller and smaller steps.
      b = difference(of: component(index), at: point[index], step: 1e-5, levels: 10).value
    }
    #expect(
      abs(a - b) <= 1e-5 * scale,
      "\(note), component \(index): \(a), not \(b)\n\(dumpLoop(program))\n\(dumpLoop(derived))",
      sourceLocation: sourceLocation)
  }
}
