// Programs with loops and arrays for the tests of the gradient pass.

extension GradientTests {
  static let loopPrograms: [String: String] = [
    "fused loop": """
    let a = q[0]
    let s = exp(a)
    for i in 0 ..< n {
      let t = y[i]
      let u = q[i]
      let v = t - u
      let w = v / s
      let x = w * w
      let z = -0.5 * x
      target += z
    }
    """,
    "gather": """
    let s = q[3]
    for i in 0 ..< n {
      let k = g[i]
      let a = q[k]
      let b = sin(a)
      let c = b * s
      target += c
    }
    """,
    "reduction": """
    var s: Real = 0.0
    for i in 0 ..< n {
      let a = q[i]
      let b = exp(a)
      s += b
    }
    let t = s
    let u = log(t)
    let v = u * u
    target += v
    """,
    "recurrence": """
    var h: Real = 0.5
    let c = q[1]
    for i in 0 ..< n {
      let a = q[i]
      let b = h
      let d = b * c
      let e = tanh(d)
      let f = e + a
      h = f
      let k = f * f
      target += k
    }
    let z = h
    target += z
    """,
    "descending recurrence": """
    var h: Real = 0.5
    for i in 1 ..< n descending {
      let a = q[i]
      let b = h
      let d = b * a
      let e = sin(d)
      h = e
    }
    let z = h
    target += z
    """,
    "stored once": """
    array x: Real[n] = none
    let a = q[0]
    x[0] = a
    for i in 1 ..< n {
      let j = i - 1
      let b = x[j]
      let c = q[i]
      let d = sin(b)
      let e = d * c
      x[i] = e
    }
    for i_2 in 0 ..< n {
      let f = x[i_2]
      let k = f * f
      target += k
    }
    """,
    "overwritten array": """
    array x: Real[3] = 0.25
    for i in 0 ..< n {
      let k = g[i]
      let b = x[k]
      let c = q[i]
      let d = b * c
      let e = cos(d)
      x[k] = e
      let f = x[0]
      target += f
    }
    let z = x[1]
    let w = z * z
    target += w
    """,
    "accumulated array": """
    array x: Real[3] = 0.25
    for i in 0 ..< n {
      let k = g[i]
      let c = q[i]
      let d = exp(c)
      x[k] += d
    }
    for k_2 in 0 ..< 3 {
      let z = x[k_2]
      let w = log(z)
      target += w
      x[k_2] = 1.0
    }
    """,
    "nested loops": """
    let s = q[2]
    var total: Real = 1.0
    for i in 0 ..< n {
      var row: Real = 0.0
      for j in 0 ..< i {
        let a = q[j]
        let b = total
        let c = a * b
        let d = tanh(c)
        row += d
      }
      let e = row
      let f = e * s
      let h = sin(f)
      total = h
    }
    let z = total
    target += z
    """,
    "nested recurrences": """
    var u: Real = 0.3
    for i in 0 ..< 3 {
      for j in 0 ..< n {
        let a = u
        let b = q[j]
        let c = a + b
        let d = sin(c)
        u = d
      }
      let e = u
      let f = e * e
      target += f
    }
    """,
    "matrix filled in nested loops": """
    array K: Real[n, n] = none
    let a = q[0]
    let s = exp(a)
    for i in 0 ..< n {
      for j in 0 ..< n {
        let t = y[i]
        let u = y[j]
        let d = t - u
        let e = d * d
        let f = e * s
        let h = negate(f)
        let k = exp(h)
        K[i, j] = k
      }
    }
    for i_2 in 0 ..< n {
      for j_2 in 0 ..< i_2 {
        let v = K[i_2, j_2]
        let w = v * v
        target += w
      }
    }
    """,
  ]
}
