// Pathfinder: the compact form against the recursion, exact targets, eight schools, a funnel, threads.

import BorelInference
import BorelNumerics
import BorelOptimize
import BorelSemantics
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

@Suite struct PathfinderTests {
  /// The dense matrix that BFGS updates make of the diagonal: H' = (I - ρ s y') H (I - ρ y s') + ρ s s', ρ = 1 / s'y.
  func dense(_ estimate: InverseHessian) -> [[Double]] {
    let n = estimate.diagonal.count
    var h = estimate.diagonal.map { _ in [Double](repeating: 0, count: n) }
    for i in 0..<n { h[i][i] = estimate.diagonal[i] }
    for (s, y) in estimate.pairs {
      let rho = 1 / inner(s, y)
      let hy = h.map { row in inner(row, y) }
      let yhy = inner(y, hy)
      for i in 0..<n {
        for j in 0..<n {
          h[i][j] += (rho * rho * yhy + rho) * s[i] * s[j] - rho * (s[i] * hy[j] + hy[i] * s[j])
        }
      }
    }
    return h
  }

  @Test(arguments: [2, 5, 30]) func compactFormIsTheRecursion(_ n: Int) throws {
    let target = gaussian(mean: (0..<n).map { Double($0) }, precision: bandedPrecision(n))
    var optimiser = LBFGS(history: 6)
    optimiser.keepsPath = true
    let path = try optimiser.maximise(
      try DensityFunction(target), from: Array(repeating: -1, count: n)
    ).path
    var estimate = InverseHessian(dimension: n, history: 6)
    for step in 1..<min(path.count, 10) {
      estimate.add(from: path[step - 1], to: path[step])
      let found = try #require(LowRankGaussian(estimate, at: path[step]))
      let exact = dense(estimate)
      let columns = (0..<n).map { i in found.scaled((0..<n).map { $0 == i ? 1 : 0 }) }
      let size = exact.flatMap { $0 }.map(abs).max() ?? 1
      for i in 0..<n {
        for j in 0..<n {
          let sum = columns.reduce(0.0) { $0 + $1[i] * $1[j] }
          #expect(abs(sum - exact[i][j]) < 1e-9 * size, "step \(step)")
        }
        let mean = path[step].position[i] + inner(exact[i], path[step].gradient)
        #expect(abs(found.mean[i] - mean) < 1e-8 * max(1, abs(mean)))
      }
      #expect(abs(found.logDeterminant - logDeterminant(exact)) < 1e-7)
    }
  }

  @Test func gaussianTargets() throws {
    for n in [1, 2, 4] {
      let mean = (0..<n).map { 3 - Double($0) }
      let precision = bandedPrecision(n)
      var multi = MultiPathfinder()
      multi.draws = 2000
      let found = try multi.run(gaussian(mean: mean, precision: precision), random: RandomStream(seed: 5))
      #expect(found.paretoShape < 0.1, "n = \(n): \(found.paretoShape)")
      #expect(found.paths.count == 4 && found.failures.isEmpty)
      let exact = 0.5 * (Double(n) * log(2 * Double.pi) - logDeterminant(precision))
      for (_, path) in found.paths { #expect(path.evidenceLowerBound < exact + 0.5) }
      // Draws are independent within a path; five standard errors are exceeded once in 1.7 million times.
      for i in 0..<n {
        let values = found.draws.positions.map { $0[i] }
        let average = values.reduce(0, +) / Double(values.count)
        let variance = values.reduce(0) { $0 + ($1 - average) * ($1 - average) } / Double(values.count)
        #expect(abs(average - mean[i]) < 5 * (variance / 1000).squareRoot())
      }
    }
  }

  /// Logs of independent Gamma variables with shapes a: E[exp x] = a, and sd(exp x) = √a. Resampled draws repeat; at least 300 of 1000 count.
  @Test func gammaVariables() throws {
    let found = try MultiPathfinder().run(gammas, random: RandomStream(seed: 1))
    #expect(found.paretoShape < 0.7, "\(found.paretoShape)")
    for i in 0..<6 {
      let shape = 3 + 2 * Double(i)
      let mean = found.draws.positions.reduce(0) { $0 + exp($1[i]) } / 1000
      #expect(abs(mean - shape) < 5 * (shape / 300).squareRoot(), "\(i): \(mean), exact \(shape)")
    }
    #expect(found.draws.count == 1000 && Set(found.draws.paths).isSubset(of: [0, 1, 2, 3]))
  }

  /// The scale's log has a left tail like exp(x), which no Gaussian reaches: draws whose mean is wrong must come with a shape that says so.
  @Test func eightSchoolsIsReported() throws {
    let exact = EightSchools.momentsOfMu()
    for seed: UInt64 in 1...4 {
      let found = try MultiPathfinder().run(EightSchools.target, random: RandomStream(seed: seed))
      let mean = found.draws.positions.reduce(0) { $0 + $1[0] } / 1000
      #expect(found.paretoShape > 0.7, "\(found.paretoShape), mean \(mean), exact \(exact.mean)")
    }
  }

  @Test func funnelIsReported() throws {
    let found = try MultiPathfinder().run(funnel, random: RandomStream(seed: 2))
    #expect(found.paretoShape > 0.7, "\(found.paretoShape)")
  }

  @Test func threadsDoNotMatter() throws {
    let one = try MultiPathfinder().run(
      EightSchools.target, random: RandomStream(seed: 6), control: RunControl(threads: 1))
    let four = try MultiPathfinder().run(
      EightSchools.target, random: RandomStream(seed: 6), control: RunControl(threads: 4))
    #expect(one.draws.positions == four.draws.positions && one.paretoShape == four.paretoShape)
  }

  @Test func pathsThatFailAreLeftOut() throws {
    // No density at the start of one path.
    let target = FunctionTarget(1) { x in x[0] > -10 ? (-0.5 * x[0] * x[0], [-x[0]]) : (-.infinity, [.nan]) }
    let found = try MultiPathfinder().run(target, from: [[1], [-20], [3]], random: RandomStream(seed: 6))
    #expect(found.failures.map(\.number) == [1])
    #expect(found.paths.map(\.number) == [0, 2, 3])
    let nowhere = FunctionTarget(1) { _ in (-.infinity, [.nan]) }
    let failure = try #require(throws: Failure.self) {
      try MultiPathfinder().run(nowhere, random: RandomStream(seed: 6))
    }
    #expect(failure.diagnostic.code == "no-start")
  }

  @Test func withoutResamplingAllDrawsAreKept() throws {
    var multi = MultiPathfinder()
    multi.resamples = false
    multi.single.draws = 50
    let found = try multi.run(EightSchools.target, random: RandomStream(seed: 6))
    #expect(found.draws.paths == (0..<4).flatMap { Array(repeating: $0, count: 50) })
  }
}
