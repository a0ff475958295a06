// The rewrites of loops that carry state: first iterations apart, factors deferred, what only uses the state after the loop.

import BorelIR
import BorelPasses
import Testing

@Suite struct RearrangeTests {
  private let simplifyTests = SimplifyTests()

  private func check(_ rewrite: (LoopProgram) -> LoopProgram, _ before: String, _ after: String) throws {
    try simplifyTests.check(rewrite, before, after)
  }

  @Test func sumsBecomeTargets() throws {
    try check(
      addToTarget,
      """
      var s: Real = 1.0
      var kept: Real = 0.0
      for i in 0 ..< n {
        let a = y[i]
        s += a
        kept += a
        let b = kept
        s += b
      }
      let c = s
      target += c
      let d = kept
      target += d
      """,
      """
      target += 1.0
      var kept: Real = 0.0
      for i in 0 ..< n {
        let a = y[i]
        target += a
        kept += a
        let b = kept
        target += b
      }
      let d = kept
      target += d
      """)
  }

  @Test func firstIterationApart() throws {
    try check(
      { forwardValues(peelFirstIterations($0)) },
      """
      var m: Real = 2.0
      for i in 0 ..< n {
        let a = 0 < i
        if a {
          let b = m
          let c = b * 0.5
          m = c
        }
        let d = q[i]
        let e = m
        let f = e + d
        m = f
      }
      let h = m
      target += h
      """,
      """
      var m: Real = 2.0
      let t1 = 0 < n
      if t1 {
        let d = q[0]
        let f = 2.0 + d
        m = f
      }
      for i in 1 ..< n {
        let t2 = m
        let c = t2 * 0.5
        let d_2 = q[i]
        let f_2 = c + d_2
        m = f_2
      }
      let t3 = m
      target += t3
      """)
  }

  /// A loop without state is vectorised with its comparison.
  @Test func loopsWithoutStateStayWhole() throws {
    let text = """
      for i in 0 ..< n {
        let a = 0 < i
        let b = y[i]
        let c = select(a, b, 0.0)
        target += c
      }
      """
    try check(peelFirstIterations, text, text)
  }

  static let normalised = """
    var v: Real = 0.25
    var w: Real = 0.75
    for i in 0 ..< n {
      let a = v
      let b = w
      let c = 0.9 * a
      let d = 0.2 * b
      let e = c + d
      let f = 0.1 * a
      let g = 0.8 * b
      let h = f + g
      let x = y[i]
      let k = exp(x)
      let l = e * k
      let m = l + h
      let o = log(m)
      target += o
      let r = 1.0 / m
      let s = l * r
      v = s
      let t = h * r
      w = t
    }

    """

  @Test func normalisingFactorsAreDeferred() throws {
    try check(
      deferFactors, Self.normalised + "let z = v\ntarget += z",
      """
      var v: Real = 0.25
      var w: Real = 0.75
      var scale: Real = 1.0
      for i in 0 ..< n {
        let t1 = scale
        let a = v
        let b = w
        let c = 0.9 * a
        let d = 0.2 * b
        let t2 = c + d
        let e = t1 * t2
        let f = 0.1 * a
        let g = 0.8 * b
        let t3 = f + g
        let h = t1 * t3
        let x = y[i]
        let k = exp(x)
        let l = e * k
        let m = l + h
        let o = log(m)
        target += o
        let r = 1.0 / m
        v = l
        w = h
        scale = r
      }
      let t4 = scale
      let t5 = v
      let t6 = t5 * t4
      v = t6
      let z = v
      target += z
      """)
  }

  /// A state that is read by itself needs its factor at once.
  @Test func factorsOfStatesThatAreReadStay() throws {
    let text = Self.normalised.replacingFirst("let x = y[i]", with: "let p = exp(a)\n  target += p\n  let x = y[i]")
    try check(deferFactors, text + "let z = v\ntarget += z", text + "let z = v\ntarget += z")
  }

  @Test func whatUsesTheStateComesAfter() throws {
    try check(
      distributeLoops,
      """
      var m: Real = 0.5
      for i in 0 ..< n {
        let a = y[i]
        let b = m
        let c = b * b
        let d = log(c)
        let e = d + a
        target += e
        let f = b + a
        let g = f + 0.3
        m = g
      }
      """,
      """
      var m: Real = 0.5
      array b_ahead: Real[n] = none
      for i in 0 ..< n {
        let a = y[i]
        let b = m
        let f = b + a
        let g = f + 0.3
        m = g
        b_ahead[i] = b
      }
      for i_2 in 0 ..< n {
        let b_2 = b_ahead[i_2]
        let a_2 = y[i_2]
        let c = b_2 * b_2
        let d = log(c)
        let e = d + a_2
        target += e
      }
      """)
  }

  /// The whole chain on a recursion with all of it, against the plain gradient.
  @Test func rearrangedGradients() throws {
    let text =
      SimplifyTests.header
      + Self.normalised
      .replacingFirst("let c = 0.9 * a", with: "let u = q[i]\n  let j = inv_logit(u)\n  let c = j * a")
      .replacingFirst("let l = e * k", with: "let isLater = 0 < i\n  let le = e * k\n  let l = select(isLater, le, a)")
      + "let z = w\ntarget += z\n"
    let program = try parseLoop(text)
    let position = try #require(program.input(.position))
    let inputs = ["n": [5.0], "y": [0.3, -1.2, 0.8, 1.9, -0.4], "q": [0.4, -0.7, 1.1, 0.2, -0.3]]
    let rearranged = rearrangeLoops(simplify(program))
    #expect(verifyLoop(rearranged) == [])
    let plain = LoopEvaluator.run(try gradient(of: program, withRespectTo: position), inputs)
    let derived = LoopEvaluator.run(try simplifiedGradient(of: program, withRespectTo: position), inputs)
    #expect(abs(plain.target - derived.target) <= 1e-13 * abs(plain.target))
    let (first, second) = try (#require(plain.arrays["gradient"]), #require(derived.arrays["gradient"]))
    for (x, y) in zip(first, second) { #expect(abs(x - y) <= 1e-13) }
  }
}

extension String {
  fileprivate func replacingFirst(_ part: String, with other: String) -> String {
    guard let range = firstRange(of: part) else { return self }
    return String(self[..<range.lowerBound]) + other + self[range.upperBound...]
  }
}
