// NUTS leaves the density invariant: checked exactly, by summing over all of its random choices along an orbit.

import BorelDraws
import BorelExact
import BorelInference
import BorelMCMC
import BorelSemantics
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

@Suite struct NoUTurnInvarianceTests {
  /// The leapfrog orbit through a state, computed here.
  struct Orbit {
    var states: [(q: [Double], p: [Double], weight: Double)] = []
    /// The place of the state that it was made from.
    let centre: Int

    init(_ target: ClosureTarget, _ metric: [Double], step: Double, length: Int) throws {
      centre = length
      let evaluator = try target.makeEvaluator()
      var gradient = [Double](repeating: 0, count: target.dimension)
      func state(_ q: [Double], _ p: [Double]) -> (q: [Double], p: [Double], weight: Double) {
        let logDensity = evaluator.evaluate(at: q, gradient: &gradient)
        let kinetic = zip(p, metric).reduce(0) { $0 + $1.0 * $1.0 * $1.1 / 2 }
        return (q, p, exp(logDensity - kinetic))
      }
      func move(_ from: (q: [Double], p: [Double], weight: Double), _ step: Double)
        -> (q: [Double], p: [Double], weight: Double)
      {
        _ = evaluator.evaluate(at: from.q, gradient: &gradient)
        let half = zip(from.p, gradient).map { $0 + step / 2 * $1 }
        let q = from.q.indices.map { from.q[$0] + step * metric[$0] * half[$0] }
        _ = evaluator.evaluate(at: q, gradient: &gradient)
        return state(q, zip(half, gradient).map { $0 + step / 2 * $1 })
      }
      let start = state([0.7, -0.4], [0.9, 0.6])
      states = [start]
      for _ in 0..<length { states.append(move(states[states.count - 1], step)) }
      for _ in 0..<length { states.insert(move(states[0], -step), at: 0) }
    }
  }

  /// The greatest relative error of Σₖ wₖ P(k → j) = wⱼ over the states j around the centre of an orbit.
  func error(
    _ target: ClosureTarget, metric variances: [Double], step: Double, _ change: (inout NoUTurn) -> Void = { _ in }
  )
    throws -> Double
  {
    let depth = 3
    let reach = (1 << depth) - 1
    let orbit = try Orbit(target, variances, step: step, length: 2 * reach + 2)
    var kernel = NoUTurn(metric: try #require(Metric(.diagonal(variances))), maximumDepth: depth)
    kernel.stepSize = step
    change(&kernel)
    let sampler = kernel
    var arrivals = [Double](repeating: 0, count: orbit.states.count)
    // Every start that can arrive at one of the states looked at.
    let looked = (orbit.centre - 2)...(orbit.centre + 2)
    for start in (looked.lowerBound - reach)...(looked.upperBound + reach) {
      let from = orbit.states[start]
      let law = try exactLaw { (random: inout EnumeratingSource) throws(Failure) -> Int in
        let state = try sampler.initialState(at: from.q, of: target)
        _ = sampler.transition(state, momentum: from.p, using: &random)
        let position = Array(state.position)
        let distances = orbit.states.map { abs($0.q[0] - position[0]) + abs($0.q[1] - position[1]) }
        return distances.indices.min { distances[$0] < distances[$1] } ?? -1
      }
      #expect(abs(law.values.reduce(0, +) - 1) < 1e-12)
      for (place, probability) in law { arrivals[place] += from.weight * probability }
    }
    return looked.map { abs(arrivals[$0] / orbit.states[$0].weight - 1) }.max() ?? .infinity
  }

  @Test func gaussian() throws {
    #expect(try error(.correlated(0.6), metric: [1, 1], step: 0.35) < 1e-10)
    // A step at which trajectories turn before they are as long as allowed.
    #expect(try error(.correlated(0.6), metric: [1.3, 0.6], step: 0.8) < 1e-10)
  }

  @Test func quartic() throws {
    #expect(try error(.quartic, metric: [0.5, 1.5], step: 0.5) < 1e-10)
    #expect(try error(.quartic, metric: [1, 1], step: 0.9) < 1e-10)
  }

  /// A sampler that always prefers the new half is not invariant, and this test would notice.
  @Test func plantedError() throws {
    #expect(try error(.quartic, metric: [1, 1], step: 0.9) { $0.acceptsNewHalf = { _, _ in 1 } } > 1e-3)
  }
}
