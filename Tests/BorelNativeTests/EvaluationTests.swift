// Compiles models written in LoopIR and compares what they compute with the formulas in Swift.

import BorelIR
import BorelNative
import Testing

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

func libmExp(_ x: Double) -> Double { exp(x) }
func libmLog(_ x: Double) -> Double { log(x) }

@Suite struct EvaluationTests {
  let y: [Double] = [28, 8, -3, 7, -1, 1, 18, 12]
  let sigma: [Double] = [15, 10, 16, 11, 9, 11, 10, 18]

  func bind(_ module: NativeModule) throws -> NativeModel {
    try NativeModel(module) { (source) throws(NativeFailure) in
      switch source {
      case .argument(["y"]): .vector(y)
      case .argument(["sigma"]): .vector(sigma)
      case .argumentSize: .int(y.count)
      default: throw .input("no value for \(source)")
      }
    }
  }

  @Test func eightSchoolsHasItsDensity() throws {
    let source = try NativeSource([NativeFunction(name: "log_density", program: eightSchools())])
    let model = try bind(NativeModule(source, cache: nil))
    let evaluator = try NativeEvaluator(model, function: 0)
    #expect(evaluator.dimension == 10)
    let q: [Double] = [4.5, 1.2, 6, 5, 3, 5, 3, 4, 7, 5]
    var value = 0.0
    #expect(evaluator.evaluate(at: q, value: &value) == .ok)
    // Sums are taken in another order and exp differs by an ulp.
    #expect(abs(value - eightSchoolsDensity(y, sigma, q)) < 1e-12 * abs(value))
  }
}
