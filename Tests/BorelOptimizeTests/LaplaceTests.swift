// Laplace's approximation: exact where the target is Gaussian, and errors where there is none.

import BorelNumerics
import BorelOptimize
import BorelSemantics
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

@Suite struct LaplaceTests {
  func run(
    _ target: FunctionTarget, from start: [Double], draws: Int = 1000, names: [String] = [], seed: UInt64 = 3
  ) throws -> LaplaceResult {
    try Laplace(draws: draws).run(
      try DensityFunction(target), from: start, names: names, random: RandomStream(seed: seed))
  }

  @Test(arguments: [1, 3, 12]) func gaussianIsExact(_ n: Int) throws {
    let mean = (0..<n).map { 10 - 3 * Double($0) }
    let precision = bandedPrecision(n)
    let found = try run(gaussian(mean: mean, precision: precision), from: mean.map { _ in 0 })
    for (a, b) in zip(found.optimum.point.position, mean) { #expect(abs(a - b) < 1e-10) }
    let exact = 0.5 * (Double(n) * log(2 * Double.pi) - logDeterminant(precision))
    #expect(abs(found.logEvidence - exact) < 1e-9)
    // p and q differ by the normalising constant alone, at every draw.
    for ratio in found.draws.logRatios { #expect(abs(ratio - exact) < 1e-9) }
    #expect(found.paretoShape < 0.1)
    #expect(found.draws.count == 1000)
  }

  /// Sums of squares of whitened draws are chi-squared with 3000 degrees of freedom: beyond 4.5 standard deviations once in 150,000 times.
  @Test func drawsHaveTheCovariance() throws {
    let target = gaussian(mean: [1, 2, 3], precision: bandedPrecision(3))
    let found = try run(target, from: [0, 0, 0])
    let squares = found.draws.logDensities.reduce(0) { $0 - 2 * $1 }
    #expect(abs(squares - 3000) < 4.5 * 6000.squareRoot())
  }

  @Test func regressionHasTheNewtonHessian() throws {
    for regression in [Regression.logistic, .poisson] {
      let found = try run(regression.target, from: [0, 0, 0], draws: 4000)
      let mode = regression.newton()
      for (a, b) in zip(found.optimum.point.position, mode) { #expect(abs(a - b) < 1e-9) }
      let at = regression.derivatives(mode)
      let exact = at.value + 0.5 * (3 * log(2 * Double.pi) - logDeterminant(at.hessian.map { $0.map { -$0 } }))
      #expect(abs(found.logEvidence - exact) < 1e-8)
      #expect(found.paretoShape < 0.7)
    }
  }

  /// At the mode x = log a the second derivative of a x - exp(x) is -a.
  @Test func gammaVariables() throws {
    let found = try run(gammas, from: Array(repeating: 0, count: 6))
    var exact = 3 * log(2 * Double.pi)
    for i in 0..<6 {
      let shape = 3 + 2 * Double(i)
      #expect(abs(found.optimum.point.position[i] - log(shape)) < 1e-9)
      exact += shape * log(shape) - shape - 0.5 * log(shape)
    }
    #expect(abs(found.logEvidence - exact) < 1e-8)
  }

  @Test func smallScales() throws {
    let precision = [[1e12, 0.0], [0, 1e-8]]
    let found = try run(gaussian(mean: [1e-5, 100], precision: precision), from: [0, 0])
    #expect(abs(found.logEvidence - (log(2 * Double.pi) - 0.5 * log(1e4))) < 1e-5)
  }

  @Test func flatDirectionIsNamed() throws {
    let target = FunctionTarget(3) { x in
      let sum = x[0] + x[1]
      return (-0.5 * sum * sum - 0.5 * x[2] * x[2], [-sum, -sum, -x[2]])
    }
    let failure = try #require(throws: Failure.self) { try run(target, from: [1, 2, 3], names: ["a", "b", "c"]) }
    #expect(failure.diagnostic.code == "not-concave")
    let note = try #require(failure.diagnostic.notes.first)
    #expect(note.contains("a (") && note.contains("b (") && !note.contains("c ("))
  }

  @Test func noModeIsAnError() throws {
    let growing = FunctionTarget(1) { x in (x[0] * x[0], [2 * x[0]]) }
    let unbounded = try #require(throws: Failure.self) { try run(growing, from: [0.5]) }
    #expect(unbounded.diagnostic.code == "unbounded-density")
    let edge = FunctionTarget(1) { x in x[0] <= 0 ? (x[0], [1]) : (-.infinity, [.nan]) }
    let stuck = try #require(throws: Failure.self) { try run(edge, from: [-1]) }
    #expect(["no-hessian", "not-concave", "no-mode"].contains(stuck.diagnostic.code))
  }

  @Test func sameSeedSameDraws() throws {
    let a = try run(EightSchools.target, from: Array(repeating: 0.1, count: 10), seed: 8)
    let b = try run(EightSchools.target, from: Array(repeating: 0.1, count: 10), seed: 8)
    #expect(a.draws.positions == b.draws.positions)
    #expect(
      a.draws.positions
        != (try run(EightSchools.target, from: Array(repeating: 0.1, count: 10), seed: 9)).draws.positions)
  }
}
