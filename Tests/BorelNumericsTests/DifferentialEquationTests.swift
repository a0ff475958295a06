// Initial value problems against exact solutions, and sensitivities against exact ones and against differences.

import BorelNumerics
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A system with its derivatives.
private struct System {
  var states: Int
  var parameters: [Double]
  var derivative: @Sendable ([Double], Double, UnsafePointer<Double>, UnsafeMutablePointer<Double>) -> Void
  var jacobian:
    @Sendable (
      [Double], Double, UnsafePointer<Double>, UnsafeMutablePointer<Double>, UnsafeMutablePointer<Double>?
    ) -> Void

  func equations(_ method: DifferentialEquations.Method, _ tolerance: Double, steps: Int = 1_000_000)
    -> DifferentialEquations
  {
    DifferentialEquations(
      method, states: states, parameters: parameters.count, relativeTolerance: tolerance, absoluteTolerance: tolerance,
      maximumSteps: steps)
  }

  /// The solution with sensitivities to parameters and initial state, times x states x columns.
  func sensitivities(
    _ method: DifferentialEquations.Method, _ tolerance: Double, from start: Double = 0, _ initial: [Double],
    at times: [Double]
  ) -> (solution: [Double], sensitivities: [Double], outcome: DifferentialEquations.Outcome) {
    var solution = [Double](repeating: .nan, count: times.count * states)
    var slopes = [Double](repeating: .nan, count: solution.count * (states + parameters.count))
    let (p, f, j) = (parameters, derivative, jacobian)
    let outcome = equations(method, tolerance).solve(
      from: start, initial, at: times, into: &solution, sensitivities: &slopes, to: [.parameters, .initial],
      derivative: { t, y, slope in
        f(p, t, y, slope)
        return true
      },
      jacobian: { t, y, byState, byParameter in
        j(p, t, y, byState, byParameter)
        return true
      })
    return (solution, slopes, outcome)
  }

  /// The solution alone; with no Jacobian for the stiff solver.
  func solution(
    _ method: DifferentialEquations.Method, _ tolerance: Double, from start: Double = 0, _ initial: [Double],
    at times: [Double], steps: Int = 1_000_000
  ) -> (solution: [Double], outcome: DifferentialEquations.Outcome) {
    var solution = [Double](repeating: .nan, count: times.count * states)
    let (p, f) = (parameters, derivative)
    let outcome = equations(method, tolerance, steps: steps).solve(
      from: start, initial, at: times, into: &solution
    ) { t, y, slope in
      f(p, t, y, slope)
      return true
    }
    return (solution, outcome)
  }
}

/// x'' = -w² x
private func oscillator(_ w: Double) -> System {
  System(
    states: 2, parameters: [w],
    derivative: { p, _, y, slope in
      slope[0] = y[1]
      slope[1] = -p[0] * p[0] * y[0]
    },
    jacobian: { p, _, y, byState, byParameter in
      (byState[0], byState[1], byState[2], byState[3]) = (0, 1, -p[0] * p[0], 0)
      byParameter?[0] = 0
      byParameter?[1] = -2 * p[0] * y[0]
    })
}

/// Prey and predators (Lotka 1925, Volterra 1926).
private let predators = System(
  states: 2, parameters: [0.55, 0.028, 0.84, 0.026],
  derivative: { p, _, y, slope in
    slope[0] = p[0] * y[0] - p[1] * y[0] * y[1]
    slope[1] = -p[2] * y[1] + p[3] * y[0] * y[1]
  },
  jacobian: { p, _, y, byState, byParameter in
    (byState[0], byState[1]) = (p[0] - p[1] * y[1], -p[1] * y[0])
    (byState[2], byState[3]) = (p[3] * y[1], -p[2] + p[3] * y[0])
    guard let byParameter else { return }
    for i in 0..<8 { byParameter[i] = 0 }
    byParameter[0] = y[0]
    byParameter[1] = -y[0] * y[1]
    byParameter[6] = -y[1]
    byParameter[7] = y[0] * y[1]
  })

/// A stiff chemical reaction (Robertson 1966).
private let reaction = System(
  states: 3, parameters: [0.04, 1e4, 3e7],
  derivative: { p, _, y, slope in
    slope[0] = -p[0] * y[0] + p[1] * y[1] * y[2]
    slope[2] = p[2] * y[1] * y[1]
    slope[1] = -slope[0] - slope[2]
  },
  jacobian: { p, _, y, byState, byParameter in
    let first = [-p[0], p[1] * y[2], p[1] * y[1]]
    let last = [0, 2 * p[2] * y[1], 0]
    let (left, right) = ([-y[0], y[1] * y[2], 0], [0, 0, y[1] * y[1]])
    for i in 0..<3 {
      (byState[i], byState[3 + i], byState[6 + i]) = (first[i], -first[i] - last[i], last[i])
      byParameter?[i] = left[i]
      byParameter?[3 + i] = -left[i] - right[i]
      byParameter?[6 + i] = right[i]
    }
  })

/// y' = k (y - cos t) - sin t has the solution cos t whatever k is (Prothero and Robinson 1974).
private func attracted(_ k: Double) -> System {
  System(
    states: 1, parameters: [k], derivative: { p, t, y, slope in slope[0] = p[0] * (y[0] - cos(t)) - sin(t) },
    jacobian: { p, t, y, byState, byParameter in
      byState[0] = p[0]
      byParameter?[0] = y[0] - cos(t)
    })
}

private func worst(_ a: [Double], _ b: [Double]) -> Double {
  a.count == b.count ? zip(a, b).map { abs($0 - $1) }.max() ?? 0 : .infinity
}

@Suite struct DifferentialEquationTests {
  static let methods: [DifferentialEquations.Method] = [.rk45, .bdf]

  /// The error over some periods is a multiple of the tolerance, larger for the lower orders of the stiff solver.
  @Test(arguments: [1e-6, 1e-8, 1e-10]) func oscillationsAreExact(tolerance: Double) {
    let times = (1...12).map { 0.5 * Double($0) }
    let exact = times.flatMap { [cos(2 * $0), -2 * sin(2 * $0)] }
    // By frequency: x = cos wt, v = -w sin wt; by the start: the same with sin wt / w.
    let slopes = times.flatMap { t -> [Double] in
      let (s, c) = (sin(2 * t), cos(2 * t))
      return [-t * s, c, s / 2, -s - 2 * t * c, -2 * s, c]
    }
    for (method, factor) in [(DifferentialEquations.Method.rk45, 50.0), (.bdf, 2000)] {
      let found = oscillator(2).sensitivities(method, tolerance, [1, 0], at: times)
      #expect(found.outcome == .solved)
      #expect(worst(found.solution, exact) < factor * tolerance)
      #expect(worst(found.sensitivities, slopes) < 20 * factor * tolerance)
    }
  }

  /// y' = A y: the solution is e^(A t) y0, its sensitivity to y0 the exponential itself.
  @Test(arguments: methods) func linearSystemsAreExponentials(method: DifferentialEquations.Method) throws {
    let a: [Double] = [-0.5, 1.2, 0, -0.7, -0.1, 0.3, 0.2, 0, -0.4]
    let system = System(
      states: 3, parameters: [],
      derivative: { _, _, y, slope in
        for i in 0..<3 { slope[i] = a[3 * i] * y[0] + a[3 * i + 1] * y[1] + a[3 * i + 2] * y[2] }
      },
      jacobian: { _, _, _, byState, _ in for i in 0..<9 { byState[i] = a[i] } })
    let initial = [1.0, -0.5, 2]
    let found = system.sensitivities(method, 1e-11, from: 1, initial, at: [1.7, 4])
    for (row, length) in [0.7, 3.0].enumerated() {
      var exponential = [Double](repeating: 0, count: 9)
      let scaled = a.map { $0 * length }
      try LinearAlgebra.exponential(3, scaled, into: &exponential)
      for i in 0..<3 {
        var exact = 0.0
        for j in 0..<3 {
          let entry = exponential[3 * i + j]
          exact += entry * initial[j]
          let slope = found.sensitivities[9 * row + 3 * i + j]
          #expect(abs(slope - entry) < 1e-8)
        }
        #expect(abs(found.solution[3 * row + i] - exact) < 1e-8)
      }
    }
  }

  /// Sensitivities against central differences of the same solutions.
  @Test(arguments: methods) func sensitivitiesAreDerivatives(method: DifferentialEquations.Method) {
    let (initial, times) = ([33.0, 6.0], [1.0, 2.5, 7, 10])
    let found = predators.sensitivities(method, 1e-11, initial, at: times)
    for column in 0..<6 {
      func shifted(_ sign: Double) -> [Double] {
        var (system, start) = (predators, initial)
        let h = 1e-4 * (column < 4 ? system.parameters[column] : start[column - 4])
        if column < 4 { system.parameters[column] += sign * h } else { start[column - 4] += sign * h }
        return system.solution(method, 1e-11, start, at: times).solution
      }
      let h = 1e-4 * (column < 4 ? predators.parameters[column] : initial[column - 4])
      let difference = zip(shifted(1), shifted(-1)).map { ($0 - $1) / (2 * h) }
      let size = difference.map(abs).max() ?? 1
      // The differences err by the square of the relative step, 1e-8, times a few.
      for (index, slope) in difference.enumerated() {
        #expect(abs(found.sensitivities[6 * index + column] - slope) < 2e-6 * size)
      }
    }
  }

  /// Asking for sensitivities, or providing the Jacobian, does not change what is found.
  @Test func stepsDoNotDependOnSensitivities() {
    let times = [1.0, 2.5, 7, 20]
    let plain = predators.solution(.rk45, 1e-6, [33, 6], at: times).solution
    #expect(predators.sensitivities(.rk45, 1e-6, [33, 6], at: times).solution == plain)
    // The stiff solver's Jacobian by differences leaves traces below its tolerance for Newton's method.
    let stiff = predators.solution(.bdf, 1e-8, [33, 6], at: times).solution
    let other = predators.sensitivities(.bdf, 1e-8, [33, 6], at: times).solution
    for (a, b) in zip(stiff, other) { #expect(abs(a - b) <= 1e-12 * abs(a)) }
  }

  @Test(arguments: [-1.0, -1e3, -1e6]) func stiffSystemsAreSolved(k: Double) {
    let times = [0.3, 1, 5, 10]
    let found = attracted(k).sensitivities(.bdf, 1e-9, [1], at: times)
    #expect(found.outcome == .solved)
    #expect(worst(found.solution, times.map(cos)) < 1e-6)
    // The solution does not depend on k. What depends on the start is gone at once; the steps follow the solution, which is
    // slow, so that the discrete one forgets its start by a factor of about 1 / (k h) a step.
    for row in 0..<4 {
      #expect(abs(found.sensitivities[2 * row]) < 1e-6)
      #expect(abs(found.sensitivities[2 * row + 1] - exp(k * times[row])) < (k == -1 ? 1e-6 : 1e-2))
    }
  }

  @Test func robertsonsReaction() {
    let times = [0.4, 40, 4000, 4e5, 4e7]
    let found = reaction.sensitivities(.bdf, 1e-10, [1, 0, 0], at: times)
    #expect(found.outcome == .solved)
    let plain = reaction.solution(.bdf, 1e-10, [1, 0, 0], at: times).solution
    for row in 0..<5 {
      let y = found.solution[(3 * row)..<(3 * row + 3)]
      #expect(abs(y.reduce(0, +) - 1) < 1e-9)
      // What is conserved does not depend on the parameters.
      for column in 0..<3 {
        let slopes = (0..<3).map { found.sensitivities[18 * row + 6 * $0 + column] * reaction.parameters[column] }
        #expect(abs(slopes.reduce(0, +)) < 1e-8)
      }
      // Without a Jacobian of its own, to what Newton's method leaves: the tolerance is wide beside the smallest states.
      for (a, b) in zip(y, plain[(3 * row)..<(3 * row + 3)]) { #expect(abs(a - b) <= 1e-8 * abs(a)) }
    }
    // The explicit solver agrees where it can follow.
    let early = reaction.solution(.rk45, 1e-10, [1, 0, 0], at: [0.4]).solution
    for (a, b) in zip(early, found.solution) { #expect(abs(a - b) < 1e-9) }
  }

  @Test(arguments: methods) func timesMayRepeatAndStartAtTheStart(method: DifferentialEquations.Method) {
    let found = oscillator(1).sensitivities(method, 1e-8, [0, 1], at: [0, 0, 1, 1, 1])
    #expect(found.outcome == .solved)
    #expect(found.solution[0] == 0 && found.solution[3] == 1)
    #expect(found.solution[4] == found.solution[8])
    #expect(Array(found.sensitivities[0..<6]) == [0, 1, 0, 0, 0, 1])
    #expect(oscillator(1).solution(method, 1e-8, [0, 1], at: []).outcome == .solved)
  }

  private func message(_ outcome: DifferentialEquations.Outcome) -> String {
    if case .failed(let failure) = outcome { failure.message } else { "\(outcome)" }
  }

  @Test(arguments: methods) func failuresSayWhatHappened(method: DifferentialEquations.Method) {
    #expect(
      message(reaction.solution(method, 1e-8, [1, 0, 0], at: [4e7], steps: 100).outcome).hasPrefix(
        "100 steps came to time"))
    // y' = y² leaves all bounds at time 1.
    var explosion = attracted(1)
    explosion.derivative = { _, _, y, slope in slope[0] = y[0] * y[0] }
    #expect(message(explosion.solution(method, 1e-8, [1], at: [2]).outcome).hasPrefix("no step is small enough"))
    explosion.derivative = { _, _, y, slope in slope[0] = log(-y[0]) }
    #expect(message(explosion.solution(method, 1e-8, [1], at: [2]).outcome).contains("not finite at the start"))
    for times in [[1, 0.5], [-1], [.nan], [.infinity]] {
      #expect(message(oscillator(1).solution(method, 1e-8, [1, 0], at: times).outcome).contains("ascending"))
    }
    let stopped = oscillator(1).equations(method, 1e-8)
    var solution = [0.0, 0]
    let outcome = stopped.solve(from: 0, [1, 0], at: [1], into: &solution) { t, y, slope in
      (slope[0], slope[1]) = (y[1], -y[0])
      return t < 0.5
    }
    #expect(outcome == .stopped)
    var wrong = oscillator(1).equations(method, 1e-8)
    wrong.relativeTolerance = 0
    #expect(message(wrong.solve(from: 0, [1, 0], at: [1], into: &solution) { _, _, _ in true }).contains("positive"))
  }
}
