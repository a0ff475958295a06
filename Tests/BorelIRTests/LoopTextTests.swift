// LoopIR as text: printing, parsing back, and what the verifier finds.

import BorelIR
import Testing

@Suite struct LoopTextTests {
  static let text = """
    program everything
    input q: Real[n] = position()
    input n: Int = site_size(0, 0)
    input X: Real[n, 3] = argument(data.X)
    input missing: Bool[n] = is_missing(1)
    output gradient: Real[n]
    site 0 "theta[_]": Real, 1, theta, latent
    site 1 "y[_]": Real, 1, none, partlyObserved
    view tail: Real[2] = q from 1
    var s: Real = -1.5
    array theta: Real[n] = none
    array A: Real[3, 3] = 0.0
    array copy: Real[3] = none
    for i in 0 ..< n {
      let a = q[i]
      let b = exp(a)
      let t1 = a * b
      s += t1
      theta[i] = b
      let t2 = i * 3
      view row: Real[3] = X from t2
      let first = row[0]
      let c = first < -1e-05
      if c {
        A[0, 0] += first
      } else {
        let d = select(c, a, inf)
        let e = log_mix(a, b, d)
        s = e
      }
      call matrix_vector[transposed, adds](A, row) -> copy
    }
    for j in 0 ..< n descending {
      let flag = missing[j]
      require flag, parameter
      gradient[j] += 2.0
    }
    let last = tail[1]
    choice x: Real = site 1[0] on Interval(0.0, 1.0) {
      let t3 = negate(x)
    } score t3
    bind z: Real[n] = site 0 on Real()
    let total = s
    target += total
    result total = total
    """

  @Test func printingAndParsingAreInverse() throws {
    let program = try parseLoop(Self.text)
    let printed = dumpLoop(program)
    #expect(printed == Self.text + "\n")
    #expect(dumpLoop(try parseLoop(printed)) == printed)
  }

  @Test func aWellFormedProgramHasNoProblems() throws {
    let program = try parseLoop(Self.text)
    #expect(verifyLoop(program) == [])
    #expect(verifyLoop(program, allowsChoices: false).count == 2)
  }

  static let wrong: [(String, String)] = [
    ("let a = q[0, 1]", "dimensions"),
    ("q[0] = 1.0", "cannot be written"),
    ("let a = 1 + 2.0", "cannot take"),
    ("if 1 {\n}", "needs Bool"),
    ("for i in 0 ..< 2 {\nlet a = q[i]\n}\ntarget += a", "not in scope"),
    ("var s: Real = 0.0\nlet a = exp(s)", "can change"),
    ("array A: Real[2, 3] = none\narray x: Real[2] = none\ncall matrix_vector(A, x) -> A", "both output and input"),
    ("array A: Real[2, 3] = none\narray x: Real[2] = none\ncall cholesky(A) -> x", "dimensions"),
    ("array A: Real[2, 3] = none\narray B: Real[2, 2] = none\ncall cholesky(A) -> B", "size 3"),
    ("let a = exp(1)", "Reals only"),
    ("let n = 1 + 1\nlet b = q[n]\nlet c = pow(b)", "cannot take 1"),
    ("target += 1", "needs Real"),
  ]

  @Test(arguments: wrong) func problemsAreFound(body: String, problem: String) throws {
    let program = try parseLoop("program p\ninput q: Real[4] = position()\n" + body)
    let problems = verifyLoop(program)
    #expect(problems.contains { $0.contains(problem) }, "\(problems)")
  }

  @Test(arguments: ["program p\nlet a =", "program p\nlet a = b", "program p\nfoo", "program p\nfor i in 0 {\n}", ""])
  func badTextIsRefused(text: String) {
    #expect(throws: LoopParseFailure.self) { try parseLoop(text) }
  }
}
