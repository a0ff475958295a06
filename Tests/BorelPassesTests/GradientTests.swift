// The gradient pass against finite differences, one program per kind of statement and nesting.

import BorelIR
import BorelPasses
import Testing

@Suite struct GradientTests {
  static let header = """
    program p
    input q: Real[n] = position()
    input n: Int = site_size(0, 0)
    input y: Real[n] = argument(y)
    input g: Int[n] = argument(g)
    input flag: Bool[n] = argument(flag)

    """
  static let inputs: [String: [Double]] = [
    "n": [6], "y": [0.3, -1.2, 0.8, 1.9, -0.4, 0.6], "g": [1, 0, 2, 1, 0, 2], "flag": [1, 0, 0, 1, 1, 0],
  ]
  static let point = [0.4, -0.7, 1.1, 0.2, -0.3, 0.9]

  static let programs = loopPrograms.merging(otherPrograms) { $1 }

  private static let otherPrograms: [String: String] = [
    "straight": """
    let a = q[0]
    let b = q[1]
    let c = exp(a)
    let d = b / c
    let e = d * d
    let f = e * -0.5
    target += f
    let h = negate(a)
    target += h
    """,
    "conditionals": """
    var m: Real = 1.0
    for i in 0 ..< n {
      let a = q[i]
      let c = flag[i]
      if c {
        let b = exp(a)
        m = b
      } else {
        let b_2 = m
        let d = b_2 * a
        m = d
      }
      let e = m
      let f = sin(e)
      target += f
    }
    """,
    "fused conditional": """
    for i in 0 ..< n {
      let a = q[i]
      let c = a < 0.5
      if c {
        let b = exp(a)
        target += b
      } else {
        let k = g[i]
        let d = q[k]
        let e = a * d
        target += e
      }
    }
    """,
    "conditional at the top": """
    var m: Real = 0.0
    let a = q[0]
    m = a
    let c = a < 0.5
    if c {
      let b = m
      let d = b * b
      m = d
    }
    let e = m
    let f = exp(e)
    target += f
    m = 3.0
    """,
    "choices of values": """
    let a = q[0]
    let b = q[1]
    let c = minimum(a, b)
    let d = maximum(a, b)
    let e = absolute(b)
    let f = a < b
    let h = select(f, c, d)
    let k = remainder(a, 0.3)
    let t1 = c * d
    let t2 = t1 * e
    let t3 = t2 * h
    let t4 = t3 + k
    target += t4
    """,
    "views": """
    view head: Real[2] = q from 1
    view tail: Real[2] = head from 0
    array x: Real[2, 3] = 0.0
    for i in 0 ..< 2 {
      let o = i * 3
      view row: Real[3] = x from o
      for j in 0 ..< 3 {
        let a = head[i]
        let b = q[j]
        let c = a * b
        row[j] = c
      }
    }
    let d = x[0, 1]
    let e = x[1, 2]
    let f = d * e
    let h = tail[1]
    let k = f + h
    target += k
    """,
    "filled with an active value": """
    let a = q[0]
    array x: Real[4] = a
    var s: Real = a
    x[1] = 2.0
    let b = x[0]
    let c = x[1]
    let d = b * c
    let e = s
    let f = d * e
    target += f
    """,
    "fused read of a changing place": """
    var m: Real = 0.0
    let a = q[0]
    m = a
    for i in 0 ..< n {
      let b = m
      let c = q[i]
      let d = b * c
      target += d
    }
    let e = q[1]
    m = e
    let f = m
    target += f
    """,
    "Int state": """
    var k: Int = 0
    array x: Real[n] = 0.0
    for i in 0 ..< n {
      let c = flag[i]
      if c {
        let j = k
        let a = q[i]
        let b = exp(a)
        x[j] = b
        let j_2 = j + 1
        k = j_2
      }
    }
    let count = k
    for i_2 in 0 ..< count {
      let d = x[i_2]
      let e = i_2 + 1
      let f = to_real(e)
      let h = d * f
      target += h
    }
    """,
    "conditions on what changes": """
    var m: Real = 0.0
    for i in 0 ..< n {
      let a = m
      let c = a < 1.0
      let b = q[i]
      let d = exp(b)
      if c {
        m += d
      } else {
        let e = d * 0.5
        m = e
      }
    }
    let z = m
    let w = z * z
    target += w
    """,
    "empty loops": """
    let a = q[0]
    var m: Real = 1.0
    for i in 3 ..< 2 {
      let b = m
      let c = b * a
      m = c
    }
    let d = m
    let e = d * a
    target += e
    """,
    "array of rows overwritten per iteration": """
    array alpha: Real[3] = 0.1
    for t in 0 ..< n {
      array next: Real[3] = none
      for j in 0 ..< 3 {
        var s: Real = 0.0
        for k in 0 ..< 3 {
          let a = alpha[k]
          let b = q[k]
          let c = a + b
          let d = exp(c)
          s += d
        }
        let e = s
        let f = log(e)
        let h = y[t]
        let u = f * h
        next[j] = u
      }
      for j_2 in 0 ..< 3 {
        let v = next[j_2]
        alpha[j_2] = v
      }
    }
    let z = alpha[0]
    let w = alpha[2]
    let r = z * w
    target += r
    """,
    "requirements and results": """
    let a = q[0]
    let c = a < 10.0
    require c, parameter
    let b = a * a
    target += b
    result square = b
    """,
    "detached": """
    let a = q[0]
    let b = detach(2.0)
    let c = a * b
    target += c
    """,
    "Ints do not count": """
    let a = q[0]
    let i = 2 + 3
    let b = to_real(i)
    let c = b * a
    let d = floor(a)
    let e = c * d
    target += e
    """,
  ]

  @Test(arguments: programs.keys.sorted()) func program(name: String) throws {
    try checkGradient(Self.header + (Self.programs[name] ?? ""), at: Self.point, Self.inputs)
  }

  static let linear: [String: String] = [
    "matrix_vector": "call matrix_vector(A, x) -> y1\nlet r = y1[0]\nlet r2 = y1[2]",
    "transposed": "call matrix_vector[transposed](A, x) -> y1\nlet r = y1[0]\nlet r2 = y1[2]",
    "adds": "call matrix_vector(A, x) -> y1\ncall matrix_vector[adds](B, x) -> y1\nlet r = y1[0]\nlet r2 = y1[2]",
    "packed": "call packed_vector(F, x) -> y1\nlet r = y1[0]\nlet r2 = y1[2]",
    "packed transposed": "call packed_vector[transposed](F, x) -> y1\nlet r = y1[0]\nlet r2 = y1[2]",
    "product": "call matrix_matrix(A, B) -> C\nlet r = C[0, 1]\nlet r2 = C[2, 2]",
    "product a": "call matrix_matrix[transposed_a](A, B) -> C\nlet r = C[0, 1]\nlet r2 = C[2, 1]",
    "product b": "call matrix_matrix[transposed_b](A, B) -> C\nlet r = C[0, 1]\nlet r2 = C[2, 1]",
    "product ab": "call matrix_matrix[transposed_a, transposed_b](A, B) -> C\nlet r = C[0, 1]\nlet r2 = C[2, 1]",
    "product of one": "call matrix_matrix[transposed_a](A, A) -> C\nlet r = C[0, 1]\nlet r2 = C[2, 1]",
    "rank one": "call matrix_matrix(A, A) -> C\ncall rank_one(x, x) -> C\nlet r = C[0, 1]\nlet r2 = C[2, 2]",
    "cholesky": "call cholesky(S) -> C\nlet r = C[1, 0]\nlet r2 = C[2, 2]",
    "cholesky and solve":
      "call cholesky(S) -> C\ncall solve_lower(C, x) -> y1\nlet r = y1[2]\nlet r2 = C[2, 1]",
    "solve transposed":
      "call cholesky(S) -> C\ncall solve_lower[transposed](C, x) -> y1\nlet r = y1[0]\nlet r2 = y1[1]",
    "solve matrix": "call cholesky(S) -> C\ncall solve_lower(C, B) -> D\nlet r = D[2, 0]\nlet r2 = D[1, 2]",
    "constant lower": "call solve_lower(F, x) -> y1\nlet r = y1[2]\nlet r2 = y1[1]",
    "constant right": "call cholesky(S) -> C\ncall solve_lower(C, fixed) -> y1\nlet r = y1[2]\nlet r2 = y1[1]",
    "upper": "call solve_upper(S, x) -> y1\nlet r = y1[0]\nlet r2 = y1[1]",
    "solve": "call solve(S, x) -> y1\nlet r = y1[0]\nlet r2 = y1[1]",
    "inverse": "call inverse(S) -> C\nlet r = C[0, 1]\nlet r2 = C[2, 2]",
    "determinant": "array d1: Real[1] = none\ncall log_abs_determinant(S) -> d1\nlet r = d1[0]\nlet r2 = x[0]",
    "exponential": "call matrix_exponential(A) -> C\nlet r = C[0, 1]\nlet r2 = C[2, 2]",
    "overwritten input":
      "call matrix_vector(A, x) -> y1\nx[0] = 5.0\nA[0, 0] = 7.0\nlet r = y1[0]\nlet r2 = y1[2]",
    "in a loop": """
    for t in 0 ..< 3 {
      array z1: Real[3] = none
      call matrix_vector(A, x) -> z1
      for m in 0 ..< 3 {
        let u = z1[m]
        let v = sin(u)
        x[m] = v
      }
    }
    let r = x[0]
    let r2 = x[1]
    """,
  ]

  static let routineInputs = inputs.merging(["F": [2, 0, 0, 0.5, 3, 0, -0.25, 0.75, 1.5]]) { $1 }

  /// A program that fills matrices from the position and calls routines on them.
  static func routineText(_ name: String) -> String {
    header
      + """
      input F: Real[3, 3] = argument(F)
      array A: Real[3, 3] = 0.5
      array B: Real[3, 3] = none
      array S: Real[3, 3] = none
      array C: Real[3, 3] = none
      array D: Real[3, 3] = none
      array x: Real[3] = none
      array y1: Real[3] = none
      view fixed: Real[3] = F from 1
      for i in 0 ..< 3 {
        for j in 0 ..< 3 {
          let a = q[i]
          let b = q[j]
          let c = i + j
          let d = q[c]
          let e = a * b
          let f = e + d
          B[i, j] = f
          let same = i == j
          let s0 = select(same, 5.0, 0.25)
          let s1 = a + b
          let s2 = sin(s1)
          let s3 = s0 + s2
          S[i, j] = s3
          let h = cos(d)
          A[i, j] = h
        }
        let k = q[i]
        x[i] = k
      }

      """.replacing("let d = q[c]", with: "let c3 = remainder(c, 4)\nlet d = q[c3]")
      + (linear[name] ?? "") + "\nlet p = r * r2\ntarget += p\n"
  }

  @Test(arguments: linear.keys.sorted()) func routine(name: String) throws {
    try checkGradient(Self.routineText(name), at: Self.point, Self.routineInputs)
  }

  @Test func reasons() throws {
    let text = Self.header + "let a = q[0]\nlet b = gamma_p(a, 2.0)\ntarget += b\n"
    let program = try parseLoop(text)
    let position = try #require(program.input(.position))
    #expect(throws: GradientFailure.self) { try gradient(of: program, withRespectTo: position) }
  }
}
