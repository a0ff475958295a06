// L-BFGS: maximises a log density from its gradients.

import BorelSemantics
import BorelSource

/// A maximum, or where the search for it ended.
public struct Optimum: Sendable {
  public var point: DensityPoint
  public var reason: StoppingReason
  public var iterations: Int
  /// Of log density and gradient.
  public var evaluations: Int
  /// All points from the start to the end, where they were asked for.
  public var path: [DensityPoint]
}

/// Limited-memory BFGS (Nocedal and Wright, Numerical Optimization, 2006, algorithm 7.5) with a search for strong Wolfe steps.
public struct LBFGS: Sendable {
  /// How many steps the estimate of the inverse Hessian remembers.
  public var history = 5
  public var stopping = StoppingRules()
  public var keepsPath = false

  public init(history: Int = 5) { self.history = history }

  /// Climbs from a position to a maximum of the log density.
  ///
  /// - Parameters:
  ///   - onStep: called after each iteration with its number and point; false ends the run.
  /// - Throws: where the start has no density.
  public func maximise(
    _ function: DensityFunction, from start: [Double],
    onStep: (Int, DensityPoint) -> Bool = { _, _ in true }
  ) throws(Failure) -> Optimum {
    let before = function.evaluations
    var point = function.point(at: start)
    var path = keepsPath ? [point] : []
    func result(_ reason: StoppingReason, _ iterations: Int) -> Optimum {
      Optimum(
        point: point, reason: reason, iterations: iterations, evaluations: function.evaluations - before, path: path)
    }
    if point.value == .infinity { return result(.unbounded, 0) }
    guard point.isUsable else { throw Self.noDensity(function, point) }
    if start.isEmpty { return result(.noParameters, 0) }
    if norm(point.gradient) < stopping.gradient { return result(.gradient, 0) }
    var memory = LimitedMemory(capacity: history)
    let search = WolfeLineSearch()
    for iteration in 1...max(stopping.iterations, 1) {
      var direction = memory.direction(point.gradient)
      var slope = dot(direction, point.gradient)
      if !(slope > 0 && slope.isFinite) {
        memory.forget()
        direction = point.gradient
        slope = dot(direction, direction)
      }
      func climb() -> DensityPoint? {
        let firstStep = memory.isEmpty ? min(1, max(1, 1e-3 * norm(point.position)) / norm(direction)) : 1
        return search.search(function, from: point, along: direction, slope: slope, firstStep: firstStep)
      }
      let gain = slope
      var reached = climb()
      if reached == nil, !memory.isEmpty {
        if gain < 1e-12 * max(1, abs(point.value)) { return result(.precision, iteration - 1) }
        memory.forget()
        direction = point.gradient
        slope = dot(direction, direction)
        reached = climb()
      }
      guard let next = reached else {
        return result(gain < 1e-9 * max(1, abs(point.value)) ? .precision : .lineSearch, iteration - 1)
      }
      let previous = point
      point = next
      if keepsPath { path.append(point) }
      // No log density of a model comes near this.
      if point.value > 1e100 { return result(.unbounded, iteration) }
      memory.add(from: previous, to: point)
      let expected = dot(memory.direction(point.gradient), point.gradient)
      if let reason = stopping.reason(from: previous, to: point, gain: expected, iteration: iteration) {
        return result(reason, iteration)
      }
      guard onStep(iteration, point) else { return result(.cancelled, iteration) }
    }
    return result(.iterations, stopping.iterations)
  }

  private static func noDensity(_ function: DensityFunction, _ point: DensityPoint) -> Failure {
    if let failure = function.lastFailure, point.value == -.infinity { return failure }
    let what = point.value.isFinite ? "the gradient is not finite" : "the log density is \(point.value)"
    return Failure(
      .numerical, Diagnostic(code: "no-density", "the search for a maximum cannot begin: \(what) at the start"))
  }
}
