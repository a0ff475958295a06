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

@Suite struct PrintingTests {
  /// p = X q; target += sum log_inv_logit(p), with its gradient by the same matrix: the shape that tiles are made of.
  private func regression() -> LoopProgram {
    var b = LoopBuilder(LoopProgram(name: "regression"))
    let rows = b.input(.argumentSize(["X"], dimension: 0), name: "n", .int)
    let columns = b.input(.argumentSize(["X"], dimension: 1), name: "k", .int)
    let x = b.input(.argument(["X"]), name: "X", .real, sizes: [.variable(rows), .variable(columns)])
    let q = b.input(.position, name: "q", .real, sizes: [.variable(columns)])
    let gradient = b.program.addVariable(
      LoopVariableInfo(name: "gradient", scalar: .real, sizes: [.variable(columns)], role: .output))
    let product = b.allocate(.real, sizes: [.variable(rows)], name: "eta")
    let bar = b.allocate(.real, sizes: [.variable(rows)], name: "eta_bar")
    b.append(.call(.matrixVector(transposed: false, adds: false), outputs: [product], inputs: [x, q]))
    b.loop(to: .variable(rows)) { b, i in
      let eta = b.load(product, [i])
      b.append(.target(b.apply(primitive("log_inv_logit"), eta)))
      b.append(.store(bar, [i], b.apply(primitive("inv_logit"), b.apply(.negate, eta))))
    }
    b.append(.call(.matrixVector(transposed: true, adds: true), outputs: [gradient], inputs: [x, bar]))
    return b.finish()
  }

  @Test func productsAreTiled() throws {
    let source = try NativeSource([NativeFunction(name: "log_density_gradient", program: regression())])
    #expect(source.modelText.contains("for (long tile = 0;"))
    let module = try NativeModule(source, cache: nil)
    for (n, k) in [(0, 3), (1, 1), (63, 2), (64, 2), (65, 5), (200, 7)] {
      let x = (0..<n * k).map { sin(Double($0 * $0 % 97)) }
      let model = try NativeModel(module) { (source) throws(NativeFailure) in
        switch source {
        case .argument: .reals(x, [n, k])
        case .argumentSize(_, let dimension): .int(dimension == 0 ? n : k)
        default: throw .input("no value for \(source)")
        }
      }
      let evaluator = try NativeEvaluator(model, function: 0)
      let q = (0..<k).map { cos(Double($0)) }
      var value = 0.0
      // Twice: the second time nothing of the first may be left.
      for _ in 0..<2 { #expect(evaluator.evaluate(at: q, value: &value) == .ok) }
      var expected = 0.0
      var slope = [Double](repeating: 0, count: k)
      for i in 0..<n {
        let eta = (0..<k).reduce(0) { $0 + x[i * k + $1] * q[$1] }
        expected -= log1p(exp(-eta))
        for j in 0..<k { slope[j] += x[i * k + j] / (1 + exp(eta)) }
      }
      #expect(abs(value - expected) <= 1e-12 * (1 + abs(expected)))
      for (found, wanted) in zip(evaluator.reals(ofOutput: 0), slope) {
        #expect(abs(found - wanted) <= 1e-12 * (1 + abs(wanted)))
      }
    }
  }

  /// The workspace grows until it is enough, also inside loops whose arrays have sizes of their own.
  @Test func memoryIsGivenBackAfterEachTurn() throws {
    var b = LoopBuilder(LoopProgram(name: "triangle"))
    let n = b.input(.argument(["n"]), name: "n", .int)
    let q = b.input(.position, name: "q", .real, sizes: [.int(1)])
    let first = b.load(q, [.int(0)])
    b.loop(to: .variable(n)) { b, i in
      let size = b.apply(.add, i, .int(1))
      let row = b.allocate(.real, sizes: [size], name: "for", fill: first)
      b.loop(to: size, name: "int") { b, j in b.append(.target(b.load(row, [j]))) }
    }
    let source = try NativeSource([NativeFunction(name: "log_density", program: b.finish())])
    let model = try NativeModel(NativeModule(source, cache: nil)) { (source) throws(NativeFailure) in .int(2000) }
    let evaluator = try NativeEvaluator(model, function: 0)
    var value = 0.0
    #expect(evaluator.evaluate(at: [0.5], value: &value) == .ok)
    #expect(value == 1_000_500)
  }

  /// A read stays before the write that follows it in the program.
  @Test func readsDoNotCrossWrites() throws {
    var b = LoopBuilder(LoopProgram(name: "fibonacci"))
    let q = b.input(.position, name: "q", .real, sizes: [.int(2)])
    let x = b.declare(b.load(q, [.int(0)]), .real, name: "x")
    let y = b.declare(b.load(q, [.int(1)]), .real, name: "y")
    let a = b.allocate(.real, sizes: [.int(3)], name: "a", fill: .real(1))
    b.loop(to: .int(10)) { b, _ in
      let before = b.read(x)
      let sum = b.apply(.add, b.read(x), b.read(y))
      let kept = b.load(a, [.int(1)])
      b.append(.store(x, [], b.read(y)))
      b.append(.store(y, [], sum))
      b.append(.store(a, [.int(1)], before))
      b.append(.accumulate(a, [.int(2)], kept))
    }
    b.append(.target(b.read(y)))
    b.append(.target(b.apply(.multiply, .real(1000), b.load(a, [.int(2)]))))
    let source = try NativeSource([NativeFunction(name: "log_density", program: b.finish())])
    let model = try NativeModel(NativeModule(source, cache: nil)) { (source) throws(NativeFailure) in .int(0) }
    var value = 0.0
    let evaluator = try NativeEvaluator(model, function: 0)
    #expect(evaluator.evaluate(at: [1, 1], value: &value) == .ok)
    // After ten steps y is the twelfth number; the sum starts at 1, gets 1, and then what x was in the first nine steps.
    let kept = [1, 1, 1, 1, 2, 3, 5, 8, 13, 21, 34]
    #expect(value == Double(144 + 1000 * kept.reduce(0, +)))
  }

  /// A branch of which nothing is printed, under a condition that takes several lines.
  @Test func emptyBranchesLeaveNothing() throws {
    var b = LoopBuilder(LoopProgram(name: "empty"))
    let q = b.input(.position, name: "a_long_name_of_the_position", .real, sizes: [.int(9)])
    var sum = LoopOperand.real(0)
    for place in 0..<9 { sum = b.apply(.add, sum, b.apply(primitive("exp"), b.load(q, [.int(place)]))) }
    let test = b.apply(.less, sum, .real(1))
    let dead = b.block { b in _ = b.apply(primitive("exp"), b.apply(primitive("log"), sum)) }
    b.append(.conditional(test, then: [], else: dead))
    b.append(.conditional(b.apply(.not, test), then: dead, else: []))
    b.append(.target(.real(3)))
    let source = try NativeSource([NativeFunction(name: "log_density", program: b.finish())])
    #expect(!source.modelText.contains("if ("))
    let model = try NativeModel(NativeModule(source, cache: nil)) { (source) throws(NativeFailure) in .int(0) }
    var value = 0.0
    let evaluator = try NativeEvaluator(model, function: 0)
    #expect(evaluator.evaluate(at: [Double](repeating: 0, count: 9), value: &value) == .ok)
    #expect(value == 3)
  }

  @Test func namesAreSafe() throws {
    var b = LoopBuilder(LoopProgram(name: "names"))
    let q = b.input(.position, name: "double", .real, sizes: [.int(4)])
    var sum = LoopOperand.real(0)
    for (place, name) in ["while", "bm_exp", "θ̂ₓ", "lp"].enumerated() {
      let x = b.declare(b.load(q, [.int(place)]), .real, name: name)
      sum = b.apply(.add, sum, b.apply(primitive("exp"), b.read(x)), name: "x;y\"*/")
    }
    b.append(.target(sum))
    let source = try NativeSource([NativeFunction(name: "log_density", program: b.finish())])
    let isPlain = source.modelText.utf8.allSatisfy { $0 < 128 }
    #expect(isPlain)
    let model = try NativeModel(NativeModule(source, cache: nil)) { (source) throws(NativeFailure) in .int(0) }
    var value = 0.0
    let evaluator = try NativeEvaluator(model, function: 0)
    #expect(evaluator.evaluate(at: [0, 0, 0, 0], value: &value) == .ok)
    #expect(value == 4)
  }

  @Test func statusesComeBack() throws {
    var b = LoopBuilder(LoopProgram(name: "checks"))
    let q = b.input(.position, name: "q", .real, sizes: [.int(3)])
    let x = b.load(q, [.int(0)])
    b.append(.require(b.apply(.less, b.load(q, [.int(1)]), .real(1)), .index))
    b.loop(to: .int(2)) { b, i in
      b.append(.require(b.apply(.less, .real(0), b.load(q, [b.apply(.add, i, .int(1))])), .parameter))
    }
    b.append(.target(x))
    let source = try NativeSource([NativeFunction(name: "log_density", program: b.finish())])
    let model = try NativeModel(NativeModule(source, cache: nil)) { (source) throws(NativeFailure) in .int(0) }
    let evaluator = try NativeEvaluator(model, function: 0)
    var value = 0.0
    #expect(evaluator.evaluate(at: [7, 0.5, 0.5], value: &value) == .ok)
    #expect(value == 7)
    #expect(evaluator.evaluate(at: [7, 2, 0.5], value: &value) == .badIndex)
    #expect(evaluator.evaluate(at: [7, 0.5, -0.5], value: &value) == .badParameter)
    #expect(evaluator.evaluate(at: [7, 0.5, .nan], value: &value) == .badParameter)
    #expect(evaluator.evaluate(at: [7, .nan, 0.5], value: &value) == .badIndex)
  }
}
