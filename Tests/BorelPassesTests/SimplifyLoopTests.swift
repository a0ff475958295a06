// The rewrites of simplify that take loops apart or change their order: texts before and after.

import BorelIR
import BorelPasses
import Testing

extension SimplifyTests {
  @Test func scatters() throws {
    try check(
      splitScatters,
      """
      array x: Real[n] = 0.0
      for i in 1 ..< n {
        let b = y[i]
        x[i] += b
        let j = i - 1
        x[j] += b
      }
      let c = x[2]
      target += c
      """,
      """
      array x: Real[n] = 0.0
      array x_amounts: Real[n] = none
      for i in 1 ..< n {
        let b = y[i]
        x[i] += b
        let j = i - 1
        x_amounts[i] = b
      }
      for i_2 in 1 ..< n {
        let j_2 = i_2 - 1
        let t1 = x_amounts[i_2]
        x[j_2] += t1
      }
      let c = x[2]
      target += c
      """)
  }

  /// The squares serve the target and the derivative in the scale; a product that exists already is not computed again.
  @Test func factorsOfSums() throws {
    try check(
      factorSums,
      """
      let a = q[0]
      let b = a * a
      var s: Real = 0.0
      for i in 0 ..< n {
        let c = y[i]
        let d = b * c
        let e = d * d
        let f = -0.5 * e
        target += f
        let g = d * c
        s += g
        let h = d * a
        target += h
        let p = n < 9
        if p {
          let k = h * 3.0
          target += k
        }
        for j in 0 ..< 4 {
          let l = exp(c)
          let m = l * c
          let r = m * b
          s += r
          target += m
        }
      }
      let o = s
      target += o
      """,
      """
      let a = q[0]
      let b = a * a
      var s: Real = 0.0
      var t1: Real = 0.0
      var t2: Real = 0.0
      var t3: Real = 0.0
      var t4: Real = 0.0
      for i in 0 ..< n {
        let c = y[i]
        let p = n < 9
        if p {
          t3 += c
        }
        var t5: Real = 0.0
        for j in 0 ..< 4 {
          let l = exp(c)
          t5 += l
        }
        let t6 = t5
        let t7 = c * t6
        t4 += t7
        let t8 = c * c
        t1 += t8
        t2 += c
      }
      let t9 = t4
      target += t9
      let t10 = 0 < n
      if t10 {
        let t11 = t1
        let t12 = b * b
        let t13 = t12 * t11
        let t14 = -0.5 * t13
        target += t14
        let t15 = t1
        let t16 = b * t15
        s += t16
        let t17 = t2
        let t18 = a * b
        let t19 = t18 * t17
        target += t19
        let t20 = t3
        let t21 = a * b
        let t22 = t21 * t20
        let t23 = 3.0 * t22
        target += t23
        let t24 = t4
        let t25 = b * t24
        s += t25
      }
      let o = s
      target += o
      """)
  }

  /// The second matrix is read above its diagonal.
  @Test func upperTriangles() throws {
    let text = """
      program p
      input q: Real[1] = position()
      input n: Int = argument_size(x, 0)
      input x: Real[n] = argument(x)
      array S: Real[n, n] = 0.0
      array R: Real[n, n] = 0.0
      let a = q[0]
      for i in 0 ..< n {
        let b = x[i]
        for j in 0 ..< n {
          let c = x[j]
          let d = b * c
          let e = exp(d)
          S[i, j] = e
          R[i, j] = e
        }
        for k in 0 ..< n {
          let f = x[k]
          let g = f * b
          S[i, k] += g
        }
        S[i, i] += 9.0
      }
      array L: Real[n, n] = none
      call cholesky(S) -> L
      array M: Real[n, n] = none
      call cholesky(R) -> M
      let h = L[1, 0]
      target += h
      let o = M[1, 0]
      target += o
      let r = R[0, 1]
      target += r

      """
    let program = try parseLoop(text)
    let result = skipUpperTriangles(program)
    #expect(verifyLoop(result) == [])
    let lines = dumpLoop(result).split(separator: "\n").map { $0.drop { $0 == " " } }
    #expect(lines.contains("for j in 0 ..< n {"))
    #expect(lines.contains("for k in 0 ..< t1 {"))
    #expect(lines.contains("let t1 = i + 1"))
    let inputs = ["q": [0.3], "n": [3.0], "x": [0.3, -1.2, 0.8]]
    #expect(LoopEvaluator.run(program, inputs).target == LoopEvaluator.run(result, inputs).target)
  }

  @Test func stateApart() throws {
    try check(
      distributeLoops,
      """
      var m: Real = 0.0
      for i in 0 ..< n {
        let a = y[i]
        let b = q[i]
        let c = exp(b)
        let d = m
        let e = a * c
        let f = d * 0.5
        let g = f + e
        m = g
      }
      let h = m
      target += h
      """,
      """
      var m: Real = 0.0
      array e_ahead: Real[n] = none
      for i in 0 ..< n {
        let a = y[i]
        let b = q[i]
        let c = exp(b)
        let e = a * c
        e_ahead[i] = e
      }
      for i_2 in 0 ..< n {
        let e_2 = e_ahead[i_2]
        let d = m
        let f = d * 0.5
        let g = f + e_2
        m = g
      }
      let h = m
      target += h
      """)
  }
}
