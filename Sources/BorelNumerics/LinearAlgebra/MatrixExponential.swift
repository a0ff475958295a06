// The exponential of a square matrix by scaling and squaring.

extension LinearAlgebra {
  /// E = exp(A) by the degree-13 diagonal Padé approximant with scaling and squaring (Higham 2005).
  public static func exponential(_ n: Int, _ a: Input, into e: Output) throws(NumericalFailure) {
    try sizes(n)
    if n == 0 { return }
    try finite(a, n * n, "matrix exponential")
    let count = n * n
    var norm = 0.0  // the 1-norm, the largest column sum
    for j in 0..<n {
      var sum = 0.0
      for i in 0..<n { sum += a[i * n + j].magnitude }
      norm = max(norm, sum)
    }
    guard norm.isFinite else { throw NumericalFailure("the matrix exponential overflows") }
    // 5.37 is the largest norm for which the approximant has unit roundoff as backward error.
    var squarings = 0
    var scale = 1.0
    while norm * scale > 5.371920351148152 {
      scale *= 0.5
      squarings += 1
    }
    let b: [Double] = [
      64_764_752_532_480_000, 32_382_376_266_240_000, 7_771_770_303_897_600, 1_187_353_796_428_800, 129_060_195_264_000,
      10_559_470_521_600, 670_442_572_800, 33_522_128_640, 1_323_241_920, 40_840_800, 960_960, 16_380, 182, 1,
    ]
    let storage = Output.allocate(capacity: 6 * count)
    defer { storage.deallocate() }
    let x = storage
    let x2 = storage + count
    let x4 = storage + 2 * count
    let x6 = storage + 3 * count
    let u = storage + 4 * count
    let v = storage + 5 * count
    for i in 0..<count { x[i] = a[i] * scale }
    try multiply(m: n, n: n, k: n, x, x, into: x2)
    try multiply(m: n, n: n, k: n, x2, x2, into: x4)
    try multiply(m: n, n: n, k: n, x4, x2, into: x6)
    // U = X (X6 (b13 X6 + b11 X4 + b9 X2) + b7 X6 + b5 X4 + b3 X2 + b1 I), V likewise with even coefficients.
    for i in 0..<count { e[i] = b[13] * x6[i] + b[11] * x4[i] + b[9] * x2[i] }
    try multiply(m: n, n: n, k: n, x6, e, into: v)
    for i in 0..<count { v[i] += b[7] * x6[i] + b[5] * x4[i] + b[3] * x2[i] }
    for i in 0..<n { v[i * n + i] += b[1] }
    try multiply(m: n, n: n, k: n, x, v, into: u)
    for i in 0..<count { e[i] = b[12] * x6[i] + b[10] * x4[i] + b[8] * x2[i] }
    try multiply(m: n, n: n, k: n, x6, e, into: v)
    for i in 0..<count { v[i] += b[6] * x6[i] + b[4] * x4[i] + b[2] * x2[i] }
    for i in 0..<n { v[i * n + i] += b[0] }
    // (V - U) E = V + U
    for i in 0..<count {
      e[i] = v[i] + u[i]
      x[i] = v[i] - u[i]
    }
    try solve(n, overwriting: x, e, columns: n)
    for _ in 0..<squarings {
      x.update(from: e, count: count)
      try multiply(m: n, n: n, k: n, x, x, into: e)
    }
  }
}
