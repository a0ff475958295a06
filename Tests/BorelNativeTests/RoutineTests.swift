// Holds every routine of the runtime table against BorelNumerics, and every adjoint against finite differences.

import BorelNumerics
import CBorelNative
import Testing

/// A reproducible spread of numbers in (-1, 1).
private struct Numbers {
  var state: UInt64
  init(_ seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }
  mutating func next() -> Double {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return Double(Int64(bitPattern: state) >> 11) / Double(1 << 52)
  }
  mutating func array(_ n: Int) -> [Double] { (0..<n).map { _ in next() } }
}

private final class Workspace {
  var state: borel_workspace
  private let memory: UnsafeMutableRawPointer
  init(bytes: Int = 1 << 24) {
    memory = .allocate(byteCount: bytes, alignment: 64)
    let start = memory.assumingMemoryBound(to: CChar.self)
    state = borel_workspace(next: start, end: start + bytes, missing: 0)
  }
  deinit { memory.deallocate() }
}

@Suite struct RoutineTests {
  let rt: borel_runtime
  /// Sizes on both sides of the limits between own loops and the library.
  let sizes = [1, 2, 5, 24, 25, 39, 40]

  init() throws { rt = try #require(borel_standard_runtime()).pointee }

  private func close(_ a: [Double], _ b: [Double], _ tolerance: Double = 1e-11) -> Bool {
    let scale = max(1, b.map(abs).max() ?? 1)
    return a.count == b.count && zip(a, b).allSatisfy { abs($0 - $1) <= tolerance * scale }
  }

  private func positiveDefinite(_ n: Int, _ numbers: inout Numbers) -> [Double] {
    let g = numbers.array(n * n)
    var s = [Double](repeating: 0, count: n * n)
    for i in 0..<n {
      for j in 0..<n {
        for k in 0..<n { s[i * n + j] += g[i * n + k] * g[j * n + k] }
        if i == j { s[i * n + j] += Double(n) }
      }
    }
    return s
  }

  /// Compares an adjoint with central differences of `forward`, weighted by random numbers; each input moves along a random direction.
  ///
  /// `adjoint` gets the outputs and their weights and adds to the inputs' adjoints, which start at one instead of zero.
  private func checkAdjoint(
    _ name: String, _ inputs: [[Double]], seed: UInt64, mask: (Int, Int) -> Bool = { _, _ in true },
    forward: ([[Double]]) -> [[Double]], adjoint: ([[Double]], [[Double]], [[Double]]) -> [[Double]]
  ) {
    var numbers = Numbers(seed)
    let outputs = forward(inputs)
    let weights = outputs.map { numbers.array($0.count) }
    let bars = adjoint(inputs, outputs, weights)
    for (place, input) in inputs.enumerated() {
      for _ in 0..<3 {
        var direction = numbers.array(input.count)
        for i in direction.indices where !mask(place, i) { direction[i] = 0 }
        let h = 1e-6
        func value(_ step: Double) -> Double {
          var moved = inputs
          for i in input.indices { moved[place][i] += step * direction[i] }
          return zip(forward(moved), weights).reduce(0) { sum, pair in
            sum + zip(pair.0, pair.1).reduce(0) { $0 + $1.0 * $1.1 }
          }
        }
        let slope = (value(h) - value(-h)) / (2 * h)
        let claimed = zip(bars[place], direction).reduce(0) { $0 + ($1.0 - 1) * $1.1 }
        // Central differences are good to about 1e-9 of the value's scale over h.
        #expect(abs(slope - claimed) <= 1e-6 * max(1, abs(slope)), "\(name), input \(place): \(claimed), not \(slope)")
      }
    }
  }

  private func ones(_ arrays: [[Double]]) -> [[Double]] { arrays.map { $0.map { _ in 1 } } }

  private func isLower(_ n: Int) -> (Int) -> Bool { { $0 % n <= $0 / n } }
  private func isUpper(_ n: Int) -> (Int) -> Bool { { $0 % n >= $0 / n } }

  @Test func productsAgree() throws {
    var numbers = Numbers(1)
    for (m, n, k) in [(1, 1, 1), (3, 4, 5), (7, 1, 30), (20, 30, 40), (0, 3, 2), (3, 0, 2), (3, 2, 0)] {
      for flags in 0..<8 {
        let (transposedA, transposedB, adds) = (flags & 1, flags >> 1 & 1, flags >> 2)
        let a = numbers.array(m * k)
        let b = numbers.array(k * n)
        let before = numbers.array(m * n)
        var c = before
        rt.matrix_matrix(Int32(transposedA), Int32(transposedB), Int32(adds), m, n, k, a, b, &c)
        var expected = adds == 1 ? before : before.map { _ in 0 }
        for i in 0..<m {
          for j in 0..<n {
            for l in 0..<k {
              expected[i * n + j] +=
                (transposedA == 1 ? a[l * m + i] : a[i * k + l]) * (transposedB == 1 ? b[j * k + l] : b[l * n + j])
            }
          }
        }
        #expect(close(c, expected))
      }
      for flags in 0..<4 {
        let (transposed, adds) = (flags & 1, flags >> 1)
        let a = numbers.array(m * k)
        let x = numbers.array(transposed == 1 ? m : k)
        let before = numbers.array(transposed == 1 ? k : m)
        var y = before
        rt.matrix_vector(Int32(transposed), Int32(adds), m, k, a, x, &y)
        var expected = adds == 1 ? before : before.map { _ in 0 }
        for i in 0..<m {
          for j in 0..<k {
            if transposed == 1 { expected[j] += a[i * k + j] * x[i] } else { expected[i] += a[i * k + j] * x[j] }
          }
        }
        #expect(close(y, expected))
      }
      let x = numbers.array(m)
      let y = numbers.array(n)
      let before = numbers.array(m * n)
      var a = before
      rt.rank_one(m, n, x, y, &a)
      #expect(close(a, before.indices.map { before[$0] + x[$0 / n] * y[$0 % n] }))
    }
  }

  /// Products with panels of every width are those with the matrix.
  @Test func packedProductsAgree() throws {
    var numbers = Numbers(2)
    for m in Array(0...34) + [63, 64, 65, 100] {
      for k in [0, 1, 3, 4, 7, 20] {
        let a = numbers.array(m * k)
        var panels = [Double](repeating: .nan, count: (m + 3) / 4 * 4 * k)
        rt.pack(m, k, a, &panels)
        for flags in 0..<4 {
          let (transposed, adds) = (Int32(flags & 1), Int32(flags >> 1))
          let x = numbers.array(transposed == 1 ? m : k)
          let before = numbers.array(transposed == 1 ? k : m)
          var (expected, found) = (before, before)
          rt.matrix_vector(transposed, adds, m, k, a, x, &expected)
          rt.packed_vector(transposed, adds, m, k, panels, x, &found)
          #expect(close(found, expected))
        }
      }
    }
  }

  /// What was in the output before does not matter where the result overwrites it.
  @Test func overwritingIgnoresNaN() {
    for n in [2, 30] {
      let a = [Double](repeating: 1, count: n * n)
      var y = [Double](repeating: .nan, count: n)
      rt.matrix_vector(0, 0, n, n, a, [Double](repeating: 1, count: n), &y)
      #expect(y.allSatisfy { $0 == Double(n) })
      var c = [Double](repeating: .nan, count: n * n)
      rt.matrix_matrix(0, 0, 0, n, n, n, a, a, &c)
      #expect(c.allSatisfy { $0 == Double(n) })
    }
  }

  @Test func choleskyAgrees() throws {
    var numbers = Numbers(2)
    for n in sizes {
      let s = positiveDefinite(n, &numbers)
      var l = [Double](repeating: .nan, count: n * n)
      #expect(rt.cholesky(n, s, &l) == 0)
      var expected = s
      try LinearAlgebra.cholesky(n, &expected)
      #expect(close(l, expected))

      checkAdjoint("cholesky \(n)", [s], seed: 3, mask: { _, i in isLower(n)(i) }) { x in
        var l = [Double](repeating: 0, count: n * n)
        _ = rt.cholesky(n, x[0], &l)
        return [l]
      } adjoint: { x, y, w in
        let workspace = Workspace()
        var bar = ones(x)
        #expect(rt.cholesky_adjoint(&workspace.state, n, y[0], w[0], &bar[0]) == 0)
        return bar
      }

      for bad in [-1.0, 0, .nan, .infinity] {
        var broken = s
        broken[(n - 1) * n + n - 1] = bad
        #expect(rt.cholesky(n, broken, &l) == Int(borel_routine_failed))
      }
    }
  }

  @Test func triangularSystemsAgree() throws {
    var numbers = Numbers(4)
    for n in sizes {
      for columns in [1, 3, 7] {
        for (upper, transposed) in [(false, false), (false, true), (true, false)] {
          var t = numbers.array(n * n)
          for i in 0..<n { t[i * n + i] = 2 + abs(t[i * n + i]) + Double(n) / 4 }
          let b = numbers.array(n * columns)
          func solve(_ t: [Double], _ b: [Double]) -> [Double] {
            var x = [Double](repeating: .nan, count: n * columns)
            let status =
              upper
              ? rt.solve_upper(n, columns, t, b, &x) : rt.solve_lower(transposed ? 1 : 0, n, columns, t, b, &x)
            #expect(status == 0)
            return x
          }
          var expected = b
          try LinearAlgebra.solveTriangular(
            n, t, upper ? .upper : .lower, transposed: transposed, &expected, columns: columns)
          #expect(close(solve(t, b), expected))
          checkAdjoint(
            "triangular \(n) x \(columns), upper \(upper), transposed \(transposed)", [t, b], seed: 5,
            mask: { place, i in place == 1 || (upper ? isUpper(n)(i) : isLower(n)(i)) }
          ) { x in
            [solve(x[0], x[1])]
          } adjoint: { x, y, w in
            let workspace = Workspace()
            var tBar = ones(x)[0]
            var bBar = ones(x)[1]
            let status =
              upper
              ? rt.solve_upper_adjoint(&workspace.state, n, columns, x[0], y[0], w[0], &tBar, &bBar)
              : rt.solve_lower_adjoint(
                &workspace.state, transposed ? 1 : 0, n, columns, x[0], y[0], w[0], &tBar, &bBar)
            #expect(status == 0)
            // Nothing is added outside the triangle.
            for i in 0..<n * n where upper ? !isUpper(n)(i) : !isLower(n)(i) { #expect(tBar[i] == 1) }
            return [tBar, bBar]
          }
        }
        var singular = numbers.array(n * n)
        singular[0] = 0
        var x = numbers.array(n * columns)
        let b = x
        #expect(rt.solve_lower(0, n, columns, singular, b, &x) == Int(borel_routine_failed))
      }
    }
  }

  @Test func generalSystemsAgree() throws {
    var numbers = Numbers(6)
    let workspace = Workspace()
    for n in sizes {
      let a = numbers.array(n * n).enumerated().map { $0.offset % (n + 1) == 0 ? $0.element + 3 : $0.element }
      for columns in [1, 4] {
        let b = numbers.array(n * columns)
        func solve(_ x: [[Double]]) -> [[Double]] {
          var result = [Double](repeating: .nan, count: n * columns)
          #expect(rt.solve(&workspace.state, n, columns, x[0], x[1], &result) == 0)
          return [result]
        }
        var factors = a
        var expected = b
        try LinearAlgebra.solve(n, overwriting: &factors, &expected, columns: columns)
        #expect(close(solve([a, b])[0], expected, 1e-9))
        checkAdjoint("solve \(n) x \(columns)", [a, b], seed: 7, forward: solve) { x, y, w in
          var aBar = ones(x)[0]
          var bBar = ones(x)[1]
          #expect(rt.solve_adjoint(&workspace.state, n, columns, x[0], y[0], w[0], &aBar, &bBar) == 0)
          return [aBar, bBar]
        }
      }
      var inverse = a
      #expect(rt.inverse(&workspace.state, n, a, &inverse) == 0)
      var expected = a
      try LinearAlgebra.invert(n, &expected)
      #expect(close(inverse, expected, 1e-9))

      var d = [0.0]
      #expect(rt.log_abs_determinant(&workspace.state, n, a, &d) == 0)
      var copy = a
      #expect(
        abs(d[0] - (try LinearAlgebra.logAbsoluteDeterminant(n, overwriting: &copy)).logAbsolute) < 1e-11 * Double(n))
      let zero = [Double](repeating: 0, count: n * n)
      #expect(rt.log_abs_determinant(&workspace.state, n, zero, &d) == 0)
      #expect(d[0] == -.infinity)
      #expect(rt.inverse(&workspace.state, n, zero, &inverse) == Int(borel_routine_failed))
    }
  }

  @Test func exponentialAgrees() throws {
    var numbers = Numbers(8)
    let workspace = Workspace()
    for n in [1, 2, 5, 12] {
      for scale in [0.3, 8.0] {
        let a = numbers.array(n * n).map { $0 * scale / Double(n) }
        func exponential(_ x: [[Double]]) -> [[Double]] {
          var e = [Double](repeating: .nan, count: n * n)
          #expect(rt.matrix_exponential(&workspace.state, n, x[0], &e) == 0)
          return [e]
        }
        var expected = a
        try LinearAlgebra.exponential(n, a, into: &expected)
        #expect(close(exponential([a])[0], expected))
        checkAdjoint("matrix exponential \(n)", [a], seed: 9, forward: exponential) { x, _, w in
          var bar = ones(x)
          #expect(rt.matrix_exponential_adjoint(&workspace.state, n, x[0], w[0], &bar[0]) == 0)
          return bar
        }
      }
    }
  }

  @Test func eigenvaluesAgree() throws {
    var numbers = Numbers(10)
    let workspace = Workspace()
    for n in [1, 2, 5, 12, 30] {
      var a = numbers.array(n * n)
      for i in 0..<n { a[i * n + i] += 3 * Double(i) }
      func eigen(_ x: [[Double]]) -> [[Double]] {
        var values = [Double](repeating: .nan, count: n)
        var vectors = [Double](repeating: .nan, count: n * n)
        #expect(rt.eigen_symmetric(&workspace.state, n, x[0], &values, &vectors) == 0)
        return [values, vectors]
      }
      var vectors = a
      var values = [Double](repeating: 0, count: n)
      try LinearAlgebra.symmetricEigen(n, &vectors, values: &values)
      let found = eigen([a])
      #expect(close(found[0], values))
      #expect(close(found[1], vectors))
      checkAdjoint("eigen \(n)", [a], seed: 11, mask: { _, i in isLower(n)(i) }, forward: eigen) { x, y, w in
        var bar = ones(x)
        #expect(rt.eigen_symmetric_adjoint(&workspace.state, n, y[0], y[1], w[0], w[1], &bar[0]) == 0)
        return bar
      }
    }
  }

  /// A workspace that is too small is a status, and what is missing is known.
  @Test func workspaceCanBeTooSmall() {
    let workspace = Workspace(bytes: 64)
    let a: [Double] = [2, 0, 0, 0, 2, 0, 0, 0, 2]
    var b = a
    #expect(rt.inverse(&workspace.state, 3, a, &b) == Int(borel_needs_workspace))
    #expect(workspace.state.missing > 0)
  }
}
