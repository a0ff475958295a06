// Forward mode against the gradient, and Hessian-vector products against differences of gradients.

import BorelIR
import BorelPasses
import Testing

@Suite struct TangentTests {
  static let direction = [0.7, -0.2, 0.4, 1.1, -0.6, 0.3]

  /// v · ∇f to 1e-9, which rounding alone separates; H v to 1e-4 of its greatest component, for differences of gradients.
  static func check(_ program: LoopProgram, at point: [Double], _ inputs: [String: [Double]], note: String) throws {
    let position = try #require(program.input(.position))
    let derived = try gradient(of: program, withRespectTo: position)
    let v = Array(direction.prefix(point.count))
    func run(_ program: LoopProgram, _ q: [Double]) -> LoopOutcome {
      LoopEvaluator.run(program, inputs.merging(["q": q, "direction": v]) { $1 })
    }
    let forward = try tangent(of: program, withRespectTo: position)
    #expect(verifyLoop(forward, allowsChoices: false) == [], "\(note)\n\(dumpLoop(forward))")
    let slopes = try #require(run(derived, point).arrays["gradient"])
    let expected = zip(slopes, v).reduce(0) { $0 + $1.0 * $1.1 }
    let found = try #require(run(forward, point).results["target_tangent"])
    let size = max(1, slopes.map(abs).max() ?? 1)
    #expect(abs(found - expected) <= 1e-9 * size, "\(note): \(found), not \(expected)\n\(dumpLoop(forward))")

    let second = try tangent(of: derived, withRespectTo: position)
    #expect(verifyLoop(second, allowsChoices: false) == [], "\(note)\n\(dumpLoop(second))")
    let product = try #require(run(second, point).arrays["gradient_tangent"])
    func slopesMoved(by h: Double) -> [Double] {
      run(derived, zip(point, v).map { $0 + h * $1 }).arrays["gradient"] ?? []
    }
    let h = 1e-5
    let differences = zip(slopesMoved(by: h), slopesMoved(by: -h)).map { ($0 - $1) / (2 * h) }
    let scale = max(size, differences.map(abs).max() ?? 1)
    for (a, b) in zip(product, differences) {
      #expect(abs(a - b) <= 1e-4 * scale, "\(note): \(a), not \(b)\n\(dumpLoop(second))")
    }
  }

  @Test(arguments: GradientTests.programs.keys.sorted()) func program(name: String) throws {
    let program = try parseLoop(GradientTests.header + (GradientTests.programs[name] ?? ""))
    try Self.check(program, at: GradientTests.point, GradientTests.inputs, note: name)
  }

  @Test(arguments: GradientTests.linear.keys.sorted().filter { $0 != "exponential" })
  func routine(name: String) throws {
    let program = try parseLoop(GradientTests.routineText(name))
    try Self.check(program, at: GradientTests.point, GradientTests.routineInputs, note: name)
  }

  @Test func randomPrograms() throws {
    for seed in 1...150 {
      let program = try parseLoop(ProgramWriter.program(seed: UInt64(seed)))
      try Self.check(program, at: [0.4, -0.7, 1.1, 0.2, -0.3], ProgramWriter.inputs, note: "seed \(seed)")
    }
  }
}
