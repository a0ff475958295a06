// Derivatives of selections one of whose sides is singular.

import Testing

@Suite struct GradientOfSelectionTests {
  /// The side that is not chosen has an infinite derivative, which must not be multiplied by zero.
  static let programs: [String: String] = [
    "second": "let l = log(v)\nlet w = l * -2.0\nlet h = select(small, a, w)\nlet s = h * h\ntarget += s\n",
    "first": "let l = sqrt(v)\nlet w = l / 3.0\nlet large = not(small)\nlet h = select(large, w, b)\ntarget += h\n",
    "negated": "let l = log(v)\nlet w = negate(l)\nlet h = select(small, a, w)\nlet m = negate(h)\ntarget += m\n",
    "both uses": """
    let l = log(v)
    let r = sqrt(v)
    let w = l + r
    let inner = select(small, b, w)
    let h = select(small, inner, l)
    target += h
    """,
    "used in a branch": """
    let l = log(v)
    let w = l * 3.0
    let c = cos(w)
    var m: Real = 0.0
    if small {
      m = a
    } else {
      m = c
    }
    let h = m
    target += h
    """,
    "accumulated": """
    let l = log(v)
    let w = l * 2.0
    let h = select(small, a, w)
    var total: Real = 0.0
    for i in 0 ..< n {
      let e = exp(h)
      total += e
    }
    let t = total
    target += t
    """,
  ]

  @Test(arguments: programs.keys.sorted()) func unchosenSidesAreNotDifferentiated(name: String) throws {
    let text = """
      let a = q[0]
      let b = q[1]
      let v = a - a
      let small = v < 1.0

      """
    try checkGradient(
      GradientTests.header + text + (Self.programs[name] ?? ""), at: GradientTests.point, GradientTests.inputs)
  }
}
