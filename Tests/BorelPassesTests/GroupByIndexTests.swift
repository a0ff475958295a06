// Loops over data grouped by an index: both parts together compute what the program computed before.

import BorelIR
import BorelPasses
import Testing

@Suite struct GroupByIndexTests {
  static let header = """
    program p
    input q: Real[k] = position()
    input k: Int = argument(k)
    input n: Int = argument_size(y, 0)
    input y: Real[n] = argument(y)
    input g: Int[n] = argument(g)
    input h: Int[n] = argument(h)
    input c: Int = argument(c)
    input X: Real[n, c] = argument(X)

    """
  static let inputs: [String: [Double]] = [
    "q": [0.4, -0.7, 1.1, 0.2], "k": [4], "n": [7], "y": [0.3, -1.2, 0.8, 1.9, -0.4, 2.2, 0.1],
    "g": [3, 0, 3, 1, 0, 3, 1], "h": [1, 1, 2, 1, 2, 2, 1], "c": [2],
    "X": [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14],
  ]

  /// The evaluation as it is after grouping; target and gradient must be those of the program as it stands.
  @discardableResult
  func check(_ body: String, _ inputs: [String: [Double]] = Self.inputs) throws -> LoopProgram {
    let program = try parseLoop(Self.header + body)
    #expect(verifyLoop(program) == [])
    var parts = groupByIndex(prepare(program))
    let grouped = parts.evaluation
    #expect(verifyLoop(parts.preparation) == [])
    #expect(verifyLoop(parts.evaluation) == [])
    let prepared = LoopEvaluator.run(parts.preparation, inputs)
    var given = inputs
    for input in parts.evaluation.inputs {
      guard case .other(let name) = input.source else { continue }
      parts.evaluation[input.variable].name = name
      given[name] = prepared.arrays[name] ?? prepared.results[name].map { [$0] }
    }
    let position = try #require(parts.evaluation.input(.position))
    let before = LoopEvaluator.run(try gradient(of: program, withRespectTo: position), inputs)
    let after = LoopEvaluator.run(try simplifiedGradient(of: parts.evaluation, withRespectTo: position), given)
    #expect(abs(before.target - after.target) <= 1e-12 * max(1, abs(before.target)))
    for (a, b) in zip(before.arrays["gradient"] ?? [], after.arrays["gradient"] ?? []) {
      #expect(abs(a - b) <= 1e-12 * max(1, abs(a)), "\(dumpLoop(parts.evaluation))")
    }
    return grouped
  }

  private func isGrouped(_ program: LoopProgram) -> Bool { dumpLoop(program).contains("for group in 0 ..< groups {") }

  @Test func groupsAreLoops() throws {
    let body = """
      for i in 0 ..< n {
        let j = g[i]
        let a = q[j]
        let b = y[i]
        let d = a * b
        let e = exp(d)
        target += e
      }
      """
    let grouped = try check(body)
    #expect(
      dumpLoop(grouped).hasSuffix(
        """
        for group in 0 ..< groups {
          let j = values[group]
          let a = q[j]
          let first = starts[group]
          let end = ends[group]
          for i in first ..< end {
            let b = y_sorted[i]
            let d = a * b
            let e = exp(d)
            target += e
          }
        }

        """), "\(dumpLoop(grouped))")
    var empty = Self.inputs
    for name in ["y", "g", "h", "X"] { empty[name] = [] }
    empty["n"] = [0]
    try check(body, empty)
  }

  /// An array of intercepts never exists.
  @Test func elementsAreComputedWhereTheyAreRead() throws {
    let grouped = try check(
      """
      array a: Real[k] = none
      let m = q[0]
      for l in 0 ..< k {
        let z = q[l]
        let s = z * 2.0
        let t = m + s
        a[l] = t
      }
      for i in 0 ..< n {
        let j = g[i]
        let b = a[j]
        let d = y[i]
        let e = b * d
        target += e
      }
      """)
    #expect(!dumpLoop(grouped).contains("array a"))
    #expect(isGrouped(grouped))
  }

  /// Shifted indices, matrices of data, another index, conditions, and the number of the iteration itself.
  @Test func whatElseIterationsRead() throws {
    let grouped = try check(
      """
      for i in 0 ..< n {
        let j = g[i]
        let m = j - 3
        let l = 0 - m
        let a = q[l]
        let o = j + 0
        let o2 = q[o]
        let j2 = h[i]
        let b = q[j2]
        let u = y[i]
        let r = to_real(i)
        let v = X[i, 1]
        let s = b * v
        let t = a * u
        let w = s + t
        let z = w * r
        let p = o2 * z
        let f = i < 4
        if f {
          target += p
        }
        for d in 0 ..< c {
          let x = X[i, d]
          let xx = x * a
          target += xx
        }
      }
      """)
    #expect(isGrouped(grouped))
    #expect(dumpLoop(grouped).contains("iterations["))
  }

  /// An index that is also stored by, products of the position, and state from one iteration to the next.
  @Test func othersStayAsTheyAre() throws {
    let bodies = [
      """
      for i in 0 ..< n {
        let j = g[i]
        let b = y[j]
        let a = q[0]
        let d = a * b
        target += d
      }
      """,
      """
      array x: Real[n] = 0.0
      for i in 0 ..< n {
        let j = g[i]
        let a = q[j]
        x[i] = a
      }
      for m in 0 ..< n {
        let b = x[m]
        let d = b * b
        target += d
      }
      """,
      """
      var s: Real = 0.5
      for i in 0 ..< n {
        let j = g[i]
        let a = q[j]
        let b = s
        let d = a * b
        s = d
      }
      let e = s
      target += e
      """,
    ]
    for body in bodies { #expect(!isGrouped(try check(body))) }
  }
}
