// Vector mathematics that runs a few times stands out of line in functions that have much of it.

import BorelIR
import BorelNative
import Foundation
import Testing

@Suite struct OutOfLineTests {
  /// `calls` exponentials at the outermost level, a loop of four with one and, with `hasData`, one in a loop over data.
  private func program(calls: Int, hasData: Bool) throws -> LoopProgram {
    var text = """
      program p
      input n: Int = argument_size(y, 0)
      input y: Real[n] = argument(y)
      input n_position: Int = other(dimension)
      input q: Real[n_position] = position()

      """
    for i in 0..<calls {
      text +=
        "let x\(i) = q[\(i % 2)]\nlet s\(i) = x\(i) * \(0.25 * Double(i + 1))\nlet e\(i) = exp(s\(i))\ntarget += e\(i)\n"
    }
    text += """
      for i in 0 ..< 4 {
        let r = to_real(i)
        let e = exp(r)
        target += e
      }

      """
    if hasData { text += "for j in 0 ..< n {\n  let a = y[j]\n  let f = exp(a)\n  target += f\n}\n" }
    let program = try parseLoop(text + "result dimension = 2\n")
    #expect(verifyLoop(program) == [])
    return program
  }

  private func run(calls: Int, hasData: Bool = true) throws -> String {
    let source = try NativeSource([NativeFunction(name: "f", program: program(calls: calls, hasData: hasData))])
    let y = [0.5, -1, 2]
    let model = try NativeModel(NativeModule(source, cache: nil)) { (source) throws(NativeFailure) in
      switch source {
      case .argument: .vector(y)
      case .argumentSize: .int(y.count)
      default: throw .input("no value for \(source)")
      }
    }
    let q = [0.3, -0.7]
    var exact = (0..<4).map { exp(Double($0)) }.reduce(0, +)
    for i in 0..<calls { exact += exp(q[i % 2] * 0.25 * Double(i + 1)) }
    if hasData { exact += y.map(exp).reduce(0, +) }
    var value = 0.0
    let evaluator = try NativeEvaluator(model, function: 0)
    #expect(evaluator.evaluate(at: q, value: &value) == .ok)
    #expect(abs(value - exact) <= 1e-13 * exact)
    return source.modelText
  }

  @Test func manyCallsStandOutOfLineBesideALoopOverData() throws {
    let text = try run(calls: 7)
    #expect(text.components(separatedBy: "bm_exp_once(").count == 9)
    #expect(text.contains("bm_exp(y[j])"))
  }

  @Test func fewCallsAreInlined() throws {
    #expect(try !run(calls: 6).contains("_once"))
  }

  @Test func withoutALongLoopAllAreInlined() throws {
    #expect(try !run(calls: 12, hasData: false).contains("_once"))
  }
}
