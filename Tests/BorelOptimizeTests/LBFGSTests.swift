// L-BFGS: known maxima, places without a density, reasons to stop.

import BorelNumerics
import BorelOptimize
import BorelSemantics
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

@Suite struct LBFGSTests {
  /// Goes on until the gradient vanishes or the position stays.
  static let precise: LBFGS = {
    var optimiser = LBFGS()
    (optimiser.stopping.objective, optimiser.stopping.relativeObjective) = (0, 0)
    optimiser.stopping.relativeGradient = 0
    return optimiser
  }()

  func maximise(_ target: FunctionTarget, from start: [Double], _ optimiser: LBFGS = precise) throws -> Optimum {
    try optimiser.maximise(try DensityFunction(target), from: start)
  }

  func expect(_ found: [Double], near exact: [Double], within tolerance: Double) {
    #expect(found.count == exact.count)
    for (a, b) in zip(found, exact) { #expect(abs(a - b) <= tolerance * max(1, abs(b)), "\(found), exact \(exact)") }
  }

  @Test(arguments: [1, 2, 5, 40]) func gaussian(_ n: Int) throws {
    let mean = (0..<n).map { Double($0) - 2.5 }
    let found = try maximise(
      BorelOptimizeTests.gaussian(mean: mean, precision: bandedPrecision(n)), from: mean.map { _ in 1 })
    #expect(found.reason.isConverged)
    // The log density is flat to rounding within 1e-8 of its maximum.
    expect(found.point.position, near: mean, within: 1e-6)
  }

  @Test func badlyScaledGaussian() throws {
    let scales = [1e-3, 1e-1, 1, 30, 1e3]
    let precision = scales.indices.map { i in scales.indices.map { $0 == i ? 1 / (scales[i] * scales[i]) : 0 } }
    let found = try maximise(
      BorelOptimizeTests.gaussian(mean: scales, precision: precision), from: scales.map { _ in 0 })
    #expect(found.reason.isConverged)
    #expect(found.point.value > -1e-6)
  }

  @Test func rosenbrock() throws {
    let target = FunctionTarget(2) { x in
      let bend = x[1] - x[0] * x[0]
      return (-(1 - x[0]) * (1 - x[0]) - 100 * bend * bend, [2 * (1 - x[0]) + 400 * x[0] * bend, -200 * bend])
    }
    let found = try maximise(target, from: [-1.2, 1])
    #expect(found.reason.isConverged)
    #expect(found.iterations < 100 && found.evaluations < 200)
    expect(found.point.position, near: [1, 1], within: 1e-6)
  }

  @Test func regressionsAgreeWithNewton() throws {
    for regression in [Regression.logistic, .poisson] {
      let found = try maximise(regression.target, from: [0, 0, 0])
      #expect(found.reason.isConverged)
      expect(found.point.position, near: regression.newton(), within: 1e-6)
    }
  }

  /// A Poisson rate with an intercept only is the mean of the counts.
  @Test func closedForms() throws {
    let counts = [3.0, 1, 4, 1, 5]
    let poisson = FunctionTarget(1) { x in (14 * x[0] - 5 * exp(x[0]), [14 - 5 * exp(x[0])]) }
    #expect(abs(exp(try maximise(poisson, from: [2]).point.position[0]) - counts.reduce(0, +) / 5) < 1e-7)
    let logistic = FunctionTarget(1) { x in
      (3 * x[0] - 10 * log1p(exp(x[0])), [3 - 10 / (1 + exp(-x[0]))])
    }
    #expect(abs(try maximise(logistic, from: [1]).point.position[0] - log(0.3 / 0.7)) < 1e-7)
  }

  /// log x - x for x > 0; elsewhere nothing, or NaN.
  @Test(arguments: [-Double.infinity, .nan]) func edge(_ outside: Double) throws {
    let target = FunctionTarget(1) { x in x[0] > 0 ? (log(x[0]) - x[0], [1 / x[0] - 1]) : (outside, [.nan]) }
    for start in [1e-6, 0.3, 5, 500] {
      let found = try maximise(target, from: [start])
      #expect(found.reason.isConverged)
      expect(found.point.position, near: [1], within: 1e-6)
    }
    #expect(throws: Failure.self) { try maximise(target, from: [-1]) }
  }

  @Test func endsWithAReason() throws {
    let growing = FunctionTarget(1) { x in (x[0] * x[0], [2 * x[0]]) }
    #expect(try maximise(growing, from: [0.5]).reason == .unbounded)
    let wrongGradient = FunctionTarget(1) { x in (-x[0] * x[0], [x[0]]) }
    #expect(try maximise(wrongGradient, from: [1]).reason == .lineSearch)
    #expect(try maximise(FunctionTarget(0) { _ in (-3, []) }, from: []).reason == .noParameters)
    var hasty = LBFGS()
    hasty.stopping.iterations = 3
    let target = BorelOptimizeTests.gaussian(mean: (0..<20).map { Double($0) }, precision: bandedPrecision(20))
    let cut = try maximise(target, from: Array(repeating: 0, count: 20), hasty)
    #expect(cut.reason == .iterations && cut.iterations == 3)
    let stopped = try LBFGS().maximise(try DensityFunction(target), from: Array(repeating: 0, count: 20)) { step, _ in
      step < 2
    }
    #expect(stopped.reason == .cancelled && stopped.iterations == 2)
    #expect(try maximise(target, from: (0..<20).map { Double($0) }).reason == .gradient)
  }

  @Test func pathClimbs() throws {
    var optimiser = LBFGS()
    optimiser.keepsPath = true
    let found = try maximise(Regression.logistic.target, from: [1, -1, 2], optimiser)
    #expect(found.path.count == found.iterations + 1)
    #expect(found.path.first?.position == [1, -1, 2])
    #expect(found.path.last == found.point)
    for (before, after) in zip(found.path, found.path.dropFirst()) { #expect(after.value >= before.value - 1e-12) }
  }

  @Test func startingPosition() throws {
    let half = FunctionTarget(3) { x in x[0] > 1 ? (-x[0], [-1, 0, 0]) : (-.infinity, [0, 0, 0]) }
    var random = RandomStream(seed: 4)
    let found = try StartingPosition().find(try DensityFunction(half), using: &random)
    #expect(found.position[0] > 1 && found.position.allSatisfy { abs($0) <= 2 })
    #expect(throws: Failure.self) { try StartingPosition(radius: 0.5).find(try DensityFunction(half), using: &random) }
    #expect(
      try StartingPosition(radius: 0).find(try DensityFunction(funnel), using: &random).position.allSatisfy { $0 == 0 })
  }
}
