// The routines of linear algebra for the evaluator of tests, by their definitions.

import BorelIR

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

enum LoopRoutines {
  typealias Array = LoopEvaluator.Array
  typealias Matrix = [[Double]]

  static func call(_ routine: LoopRoutine, _ outputs: [Array], _ inputs: [Array]) {
    switch routine {
    case .pack:
      // The layout of panels does not matter here: they are the matrix with rows of zeros.
      var rows = matrix(inputs[0])
      while rows.count < outputs[0].sizes[0] { rows.append([Double](repeating: 0, count: outputs[0].sizes[1])) }
      write(outputs[0], rows)
    case .matrixVector(let transposed, let adds), .packedVector(let transposed, let adds):
      write(outputs[0], multiply(op(matrix(inputs[0]), transposed), matrix(inputs[1])), adds: adds)
    case .matrixMatrix(let a, let b, let adds):
      write(outputs[0], multiply(op(matrix(inputs[0]), a), op(matrix(inputs[1]), b)), adds: adds)
    case .rankOne: write(outputs[0], multiply(matrix(inputs[0]), op(matrix(inputs[1]), true)), adds: true)
    case .cholesky: write(outputs[0], cholesky(matrix(inputs[0])))
    case .choleskyAdjoint:
      write(outputs[0], choleskyAdjoint(matrix(inputs[0]), matrix(inputs[1])), adds: true)
    case .solveLower(let transposed):
      write(outputs[0], solve(op(lower(matrix(inputs[0])), transposed), matrix(inputs[1])))
    case .solveLowerAdjoint(let transposed):
      let l = lower(matrix(inputs[0]))
      let b = solve(op(l, !transposed), matrix(inputs[2]))
      let x = matrix(inputs[1])
      let gradient = transposed ? multiply(x, op(b, true)) : multiply(b, op(x, true))
      write(outputs[0], lower(negated(gradient)), adds: true)
      write(outputs[1], b, adds: true)
    case .solveUpper: write(outputs[0], solve(upper(matrix(inputs[0])), matrix(inputs[1])))
    case .solveUpperAdjoint:
      let b = solve(op(upper(matrix(inputs[0])), true), matrix(inputs[2]))
      write(outputs[0], upper(negated(multiply(b, op(matrix(inputs[1]), true)))), adds: true)
      write(outputs[1], b, adds: true)
    case .solve: write(outputs[0], solve(matrix(inputs[0]), matrix(inputs[1])))
    case .solveAdjoint:
      let b = solve(op(matrix(inputs[0]), true), matrix(inputs[2]))
      write(outputs[0], negated(multiply(b, op(matrix(inputs[1]), true))), adds: true)
      write(outputs[1], b, adds: true)
    case .inverse: write(outputs[0], solve(matrix(inputs[0]), identity(inputs[0].sizes[0])))
    case .logAbsDeterminant: write(outputs[0], [[logAbsDeterminant(matrix(inputs[0]))]])
    case .matrixExponential: write(outputs[0], exponential(matrix(inputs[0])))
    case .matrixExponentialAdjoint:
      // The upper right block of the exponential of [A' E; 0 A'] is the adjoint (Najfeld and Havel, 1995).
      let n = inputs[0].sizes[0]
      let a = op(matrix(inputs[0]), true)
      let e = matrix(inputs[1])
      var block = Matrix(repeating: [Double](repeating: 0, count: 2 * n), count: 2 * n)
      for i in 0..<n {
        for j in 0..<n {
          block[i][j] = a[i][j]
          block[n + i][n + j] = a[i][j]
          block[i][n + j] = e[i][j]
        }
      }
      write(outputs[0], exponential(block).prefix(n).map { Swift.Array($0[n...]) }, adds: true)
    // Systems and draws are tested on whole models.
    case .eigenSymmetric, .eigenSymmetricAdjoint, .integrate, .integrateAdjoint, .draw: write(outputs[0], [[.nan]])
    }
  }

  // MARK: Matrices

  /// A vector is a matrix of one column.
  static func matrix(_ array: Array) -> Matrix {
    let columns = array.sizes.count == 2 ? array.sizes[1] : 1
    return (0..<array.sizes[0]).map { i in (0..<columns).map { j in array[i * columns + j] } }
  }

  static func write(_ array: Array, _ matrix: Matrix, adds: Bool = false) {
    for (i, row) in matrix.enumerated() {
      for (j, value) in row.enumerated() { array[i * row.count + j] = adds ? array[i * row.count + j] + value : value }
    }
  }

  static func op(_ a: Matrix, _ transposed: Bool) -> Matrix {
    transposed ? (0..<a[0].count).map { j in a.map { $0[j] } } : a
  }

  static func multiply(_ a: Matrix, _ b: Matrix) -> Matrix {
    a.map { row in
      (0..<b[0].count).map { j in
        var sum = 0.0
        for k in row.indices { sum += row[k] * b[k][j] }
        return sum
      }
    }
  }

  static func negated(_ a: Matrix) -> Matrix { a.map { $0.map { -$0 } } }
  static func identity(_ n: Int) -> Matrix { (0..<n).map { i in (0..<n).map { $0 == i ? 1 : 0 } } }

  static func lower(_ a: Matrix) -> Matrix {
    a.enumerated().map { i, row in row.enumerated().map { j, x in j <= i ? x : 0 } }
  }

  static func upper(_ a: Matrix) -> Matrix {
    a.enumerated().map { i, row in row.enumerated().map { j, x in j >= i ? x : 0 } }
  }

  /// Gaussian elimination with partial pivoting.
  static func eliminate(_ a: Matrix, _ b: Matrix) -> (a: Matrix, b: Matrix) {
    var a = a
    var b = b
    for k in a.indices {
      let pivot = (k..<a.count).max { abs(a[$0][k]) < abs(a[$1][k]) } ?? k
      a.swapAt(k, pivot)
      b.swapAt(k, pivot)
      for i in (k + 1)..<max(a.count, k + 1) {
        let factor = a[i][k] / a[k][k]
        for j in a.indices { a[i][j] -= factor * a[k][j] }
        for j in b[0].indices { b[i][j] -= factor * b[k][j] }
      }
    }
    return (a, b)
  }

  static func solve(_ a: Matrix, _ b: Matrix) -> Matrix {
    let (u, y) = eliminate(a, b)
    var x = y
    for i in u.indices.reversed() {
      for j in x[0].indices {
        for k in (i + 1)..<max(u.count, i + 1) { x[i][j] -= u[i][k] * x[k][j] }
        x[i][j] /= u[i][i]
      }
    }
    return x
  }

  static func logAbsDeterminant(_ a: Matrix) -> Double {
    eliminate(a, identity(a.count)).a.enumerated().reduce(0) { $0 + log(abs($1.element[$1.offset])) }
  }

  static func cholesky(_ s: Matrix) -> Matrix {
    var l = Matrix(repeating: [Double](repeating: 0, count: s.count), count: s.count)
    for j in s.indices {
      for i in j..<s.count {
        var sum = s[i][j]
        for k in 0..<j { sum -= l[i][k] * l[j][k] }
        l[i][j] = i == j ? sqrt(sum) : sum / l[j][j]
      }
    }
    return l
  }

  /// The column algorithm read backwards.
  static func choleskyAdjoint(_ l: Matrix, _ given: Matrix) -> Matrix {
    var adjoint = given
    var s = Matrix(repeating: [Double](repeating: 0, count: l.count), count: l.count)
    for j in l.indices.reversed() {
      for i in (j + 1)..<max(l.count, j + 1) {
        let t = adjoint[i][j] / l[j][j]
        s[i][j] += t
        adjoint[j][j] -= t * l[i][j]
        for k in 0..<j {
          adjoint[i][k] -= t * l[j][k]
          adjoint[j][k] -= t * l[i][k]
        }
      }
      let t = adjoint[j][j] / (2 * l[j][j])
      s[j][j] += t
      for k in 0..<j { adjoint[j][k] -= 2 * t * l[j][k] }
    }
    return s
  }

  /// Taylor's series after halving ten times.
  static func exponential(_ a: Matrix) -> Matrix {
    let scaled = a.map { $0.map { $0 / 1024 } }
    var sum = identity(a.count)
    var term = sum
    for n in 1...12 {
      term = multiply(term, scaled).map { $0.map { $0 / Double(n) } }
      for i in sum.indices { for j in sum.indices { sum[i][j] += term[i][j] } }
    }
    for _ in 0..<10 { sum = multiply(sum, sum) }
    return sum
  }
}
