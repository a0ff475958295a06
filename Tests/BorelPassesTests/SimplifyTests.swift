// The rewrites of simplify: texts before and after, and random programs that must keep their values and gradients.

import BorelIR
import BorelPasses
import Testing

@Suite struct SimplifyTests {
  static let header = """
    program p
    input q: Real[n] = position()
    input n: Int = site_size(0, 0)
    input y: Real[n] = argument(y)

    """

  func check(_ rewrite: (LoopProgram) -> LoopProgram, _ before: String, _ after: String) throws {
    let program = try parseLoop(Self.header + before)
    #expect(verifyLoop(program) == [])
    let result = rewrite(program)
    #expect(verifyLoop(result) == [])
    #expect(dumpLoop(result) == Self.header + after + "\n")
    let inputs = ["n": [5.0], "y": [0.3, -1.2, 0.8, 1.9, -0.4], "q": [0.4, -0.7, 1.1, 0.2, -0.3]]
    let first = LoopEvaluator.run(program, inputs).target
    let second = LoopEvaluator.run(result, inputs).target
    #expect(abs(first - second) <= 1e-12 * max(1, abs(first)))
  }

  @Test func deadCode() throws {
    try check(
      eliminateDeadCode,
      """
      let a = q[0]
      let b = exp(a)
      array x: Real[n] = 0.0
      for i in 0 ..< n {
        let c = y[i]
        x[i] = c
      }
      target += a
      """,
      """
      let a = q[0]
      target += a
      """)
  }

  @Test func values() throws {
    try check(
      forwardValues,
      """
      var m: Real = 0.0
      let a = q[0]
      let b = q[0]
      m = a
      let c = m
      let d = c * b
      let e = a * a
      array x: Real[3] = none
      x[0] = d
      x[1] = e
      let f = x[0]
      target += f
      target += e
      """,
      """
      let a = q[0]
      let d = a * a
      target += d
      target += d
      """)
  }

  @Test func conditionalsThatChoose() throws {
    try check(
      forwardValues,
      """
      for i in 0 ..< n {
        let a = q[i]
        let b = y[i]
        let c = b < 0.5
        var m: Real = 0.0
        if c {
          let d = log_inv_logit(a)
          m = d
        } else {
          let e = negate(a)
          let f = log_inv_logit(e)
          m = f
        }
        let g = m
        target += g
      }
      """,
      """
      for i in 0 ..< n {
        let a = q[i]
        let b = y[i]
        let c = b < 0.5
        let t1 = negate(a)
        let t2 = select(c, a, t1)
        let t3 = log_inv_logit(t2)
        target += t3
      }
      """)
  }

  @Test func invariants() throws {
    try check(
      hoistInvariants,
      """
      let a = q[0]
      for i in 0 ..< n {
        let b = exp(a)
        let c = 0.0 < b
        require c, parameter
        let d = q[i]
        let e = d * b
        target += e
      }
      """,
      """
      let a = q[0]
      let b = exp(a)
      let c = 0.0 < b
      let t1 = n <= 0
      let t2 = t1 or c
      require t2, parameter
      for i in 0 ..< n {
        let d = q[i]
        let e = d * b
        target += e
      }
      """)
  }

  @Test func resultsAndSites() throws {
    let text =
      Self.header + """
        site 0 "x[_]": Real, 1, x, latent
        view x: Real[2] = q from 1
        let a = q[0]
        let b = q[0]
        let c = exp(b)
        let d = exp(a)
        let e = x[1]
        let f = d * e
        target += f
        result c = c
        result x = x

        """
    let simple = simplify(try parseLoop(text))
    #expect(verifyLoop(simple) == [])
    #expect(dumpLoop(simple).contains("result c ="))
  }

  @Test func reciprocals() throws {
    try check(
      multiplyByReciprocals,
      """
      let s = q[0]
      for i in 0 ..< n {
        let d = q[i]
        let e = d / s
        let f = e / 4.0
        target += f
      }
      """,
      """
      let s = q[0]
      let inv_s = 1.0 / s
      for i in 0 ..< n {
        let d = q[i]
        let e = d * inv_s
        let f = e * 0.25
        target += f
      }
      """)
  }

  @Test func constantsOfTheTarget() throws {
    try check(
      splitTarget,
      """
      let s = q[0]
      for i in 0 ..< n {
        let d = q[i]
        let e = d * d
        let f = -0.5 * e
        let g = f - s
        let h = g - 2.0
        target += h
      }
      """,
      """
      let s = q[0]
      for i in 0 ..< n {
        let d = q[i]
        let e = d * d
        let t1 = -0.5 * e
        target += t1
      }
      let t2 = negate(s)
      let t3 = t2 + -2.0
      let t4 = maximum(n, 0)
      let t5 = to_real(t4)
      let t6 = t5 * t3
      target += t6
      """)
  }

  @Test func repeatedDivisors() throws {
    try check(
      multiplyByReciprocals,
      """
      let s = q[0]
      let t = q[1]
      let a = t / s
      let b = y[0]
      let c = b / s
      let d = a + c
      target += d
      """,
      """
      let s = q[0]
      let t = q[1]
      let inv_s = 1.0 / s
      let a = t * inv_s
      let b = y[0]
      let c = b * inv_s
      let d = a + c
      target += d
      """)
  }

  @Test func sharedExponentials() throws {
    try check(
      { forwardValues(shareExponentials($0)) },
      """
      let a = q[0]
      let b = q[1]
      let c = log_sum_exp(a, b)
      let d = a - b
      let e = inv_logit(d)
      let f = negate(d)
      let g = inv_logit(f)
      target += c
      target += e
      target += g
      """,
      """
      let a = q[0]
      let b = q[1]
      let t1 = a - b
      let t2 = absolute(t1)
      let t3 = negate(t2)
      let t4 = exp(t3)
      let t5 = maximum(a, b)
      let t6 = t5 == -inf
      let t7 = select(t6, 0.0, t4)
      let t8 = log1p(t7)
      let c = t5 + t8
      let t9 = 1.0 + t4
      let t10 = 1.0 / t9
      let t11 = t4 * t10
      let t12 = t1 < 0.0
      let e = select(t12, t11, t10)
      let g = select(t12, t10, t11)
      target += c
      target += e
      target += g
      """)
  }

  @Test func checksOfData() throws {
    try check(
      splitChecks,
      """
      let a = q[0]
      for i in 0 ..< n {
        let b = y[i]
        let c = b == b
        require c, support
        let d = a * b
        target += d
      }
      """,
      """
      let a = q[0]
      var failures: Int = 0
      for i in 0 ..< n {
        let b = y[i]
        let c = b == b
        let t1 = not(c)
        let t2 = to_int(t1)
        failures += t2
      }
      let t3 = failures
      let t4 = t3 == 0
      require t4, support
      for i_2 in 0 ..< n {
        let b_2 = y[i_2]
        let d = a * b_2
        target += d
      }
      """)
  }

  @Test func expensiveValuesAreKept() throws {
    let program = try parseLoop(
      Self.header + """
        var m: Real = 0.0
        for i in 0 ..< n {
          let a = q[i]
          let b = m
          let c = a + b
          let d = sin(c)
          m = d
        }
        let e = m
        target += e

        """)
    let derived = try gradient(of: keepExpensiveValues(program), withRespectTo: #require(program.input(.position)))
    #expect(dumpLoop(derived).components(of: "sin(") == 1)
  }

  /// Rounding errors grow with the depth of loops: 1e-9 relative to the greatest term.
  @Test func randomProgramsKeepTheirValues() throws {
    let first = RandomGradientTests.number("BOREL_SEED", default: 1)
    for seed in first..<(first + RandomGradientTests.number("BOREL_PROGRAMS", default: 400)) {
      let text = ProgramWriter.program(seed: UInt64(seed))
      let program = try parseLoop(text)
      let simple = simplify(program)
      let problems = verifyLoop(simple)
      #expect(problems == [], "seed \(seed)\n\(text)\n\(dumpLoop(simple))")
      if !problems.isEmpty { continue }
      let inputs = ProgramWriter.inputs.merging(["q": [0.4, -0.7, 1.1, 0.2, -0.3]]) { $1 }
      let position = try #require(program.input(.position))
      let plain = try gradient(of: program, withRespectTo: position)
      let derived = try simplifiedGradient(of: program, withRespectTo: position)
      #expect(verifyLoop(derived) == [], "seed \(seed)\n\(text)\n\(dumpLoop(derived))")
      let a = LoopEvaluator.run(plain, inputs)
      let b = LoopEvaluator.run(derived, inputs)
      let scale = max(1, abs(a.target), a.arrays["gradient"]?.map(abs).max() ?? 0)
      #expect(
        abs(a.target - b.target) <= 1e-9 * scale,
        "seed \(seed): \(b.target), not \(a.target)\n\(text)\n\(dumpLoop(simple))")
      for (x, y) in zip(a.arrays["gradient"] ?? [], b.arrays["gradient"] ?? []) {
        #expect(abs(x - y) <= 1e-9 * scale, "seed \(seed): \(y), not \(x)\n\(text)\n\(dumpLoop(derived))")
      }
    }
  }
}

extension String {
  /// How often a part occurs.
  fileprivate func components(of part: String) -> Int {
    var count = 0
    var rest = self[...]
    while let range = rest.firstRange(of: part) {
      count += 1
      rest = rest[range.upperBound...]
    }
    return count
  }
}
