// First additions become stores: nothing is zeroed where every element gets one, and everything else still is.

import BorelIR
import BorelNative
import Testing

@Suite struct StoreFirstTests {
  static let header = """
    program p
    input n: Int = argument_size(y, 0)
    input y: Real[n] = argument(y)
    input n_position: Int = other(dimension)
    input q: Real[n_position] = position()
    output gradient: Real[n_position]

    """

  /// The C, and what it leaves in a gradient that held garbage before.
  func run(_ body: String, at q: [Double], y: [Double] = [1, 2, 3]) throws -> (text: String, gradient: [Double]) {
    let program = try parseLoop(Self.header + body)
    #expect(verifyLoop(program) == [])
    let source = try NativeSource([NativeFunction(name: "f", program: program)])
    let model = try NativeModel(NativeModule(source, cache: nil)) { (source) throws(NativeFailure) in
      switch source {
      case .argument: .vector(y)
      case .argumentSize: .int(y.count)
      default: throw .input("no value for \(source)")
      }
    }
    let evaluator = try NativeEvaluator(model, function: 0)
    var gradient = [Double](repeating: .nan, count: q.count)
    var value = 0.0
    #expect(evaluator.evaluate(at: q, value: &value, gradient: &gradient) == .ok)
    return (source.modelText, gradient)
  }

  @Test func everyElementIsStored() throws {
    let (text, gradient) = try run(
      """
      let m = 1 + n
      let z = q[0]
      target += z
      view v: Real[n] = gradient from 1
      for i in 0 ..< n {
        let a = y[i]
        v[i] += a
        v[i] += a
      }
      gradient[0] += z
      result dimension = m
      """, at: [5, 0, 0, 0])
    #expect(gradient == [5, 2, 4, 6])
    #expect(!text.contains("= 0.0;\n  const"))
    #expect(text.contains("v[i] = y[i];"))
    #expect(text.contains("gradient[0] = q[0];"))
  }

  /// A loop that leaves out the first element, and shifted additions after it.
  @Test func marginsAreZeroed() throws {
    let body = """
      let m = n + 1
      view v: Real[n] = gradient from 1
      for i in 1 ..< n {
        let a = y[i]
        v[i] += a
      }
      for k in 1 ..< n {
        let j = k - 1
        v[j] += 10.0
      }
      let c = m < 9
      if c {
        gradient[0] += 7.0
      }
      target += 1.0
      result dimension = m
      """
    #expect(try run(body, at: [0, 0, 0, 0]).gradient == [7, 10, 12, 3])
    #expect(try run(body, at: [0], y: []).gradient == [7])
  }

  /// What is read first, or not written at all, stays zero at the start.
  @Test func othersAreZeroed() throws {
    let (_, gradient) = try run(
      """
      let m = n + 2
      target += 1.0
      view v: Real[n] = gradient from 1
      for i in 0 ..< n {
        let before = v[i]
        let a = before + 1.0
        v[i] += a
      }
      gradient[0] += 2.0
      result dimension = m
      """, at: [0, 0, 0, 0, 0])
    #expect(gradient == [2, 1, 1, 1, 0])
  }

  @Test func matricesAreFilledOnce() throws {
    let (text, gradient) = try run(
      """
      array K: Real[n, n] = 0.0
      for i in 0 ..< n {
        for j in 0 ..< n {
          let a = y[j]
          K[i, j] += a
        }
        K[i, i] += 1.0
      }
      for k in 0 ..< n {
        let b = K[k, k]
        let c = K[k, 0]
        let d = b * c
        gradient[k] += d
      }
      target += 1.0
      result dimension = n
      """, at: [0, 0, 0])
    #expect(gradient == [4, 3, 4])
    #expect(!text.contains("K[i] = 0.0;"))
  }
}
