// Log densities written by hand.

import BorelOptimize
import BorelSemantics

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// A log density with its gradient as a Swift function.
struct FunctionTarget: DensityTarget {
  let dimension: Int
  let body: @Sendable ([Double]) -> (value: Double, gradient: [Double])

  init(_ dimension: Int, _ body: @escaping @Sendable ([Double]) -> (value: Double, gradient: [Double])) {
    self.dimension = dimension
    self.body = body
  }

  func makeEvaluator() throws(Failure) -> any DensityEvaluator { Evaluator(target: self) }

  private final class Evaluator: DensityEvaluator {
    let target: FunctionTarget
    var dimension: Int { target.dimension }
    init(target: FunctionTarget) { self.target = target }
    func evaluate(at position: UnsafePointer<Double>, gradient: UnsafeMutablePointer<Double>) -> Double {
      let (value, slope) = target.body((0..<dimension).map { position[$0] })
      for i in 0..<dimension { gradient[i] = slope[i] }
      return value
    }
  }
}

func inner(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }

/// -½ (x - m)' P (x - m), without its constant.
func gaussian(mean: [Double], precision: [[Double]]) -> FunctionTarget {
  FunctionTarget(mean.count) { x in
    let d = zip(x, mean).map { $0 - $1 }
    let slope = precision.map { row in -inner(row, d) }
    return (0.5 * inner(d, slope), slope)
  }
}

/// 1 on the diagonal times (1 + i), and -0.4 beside it.
func bandedPrecision(_ n: Int) -> [[Double]] {
  var matrix: [[Double]] = []
  for i in 0..<n {
    var row = [Double](repeating: 0, count: n)
    row[i] = Double(1 + i)
    if i > 0 { row[i - 1] = -0.4 }
    if i < n - 1 { row[i + 1] = -0.4 }
    matrix.append(row)
  }
  return matrix
}

/// log det by Gaussian elimination.
func logDeterminant(_ matrix: [[Double]]) -> Double {
  var a = matrix
  var sum = 0.0
  for k in a.indices {
    sum += log(a[k][k])
    for i in (k + 1)..<max(a.count, k + 1) {
      let factor = a[i][k] / a[k][k]
      for j in k..<a.count { a[i][j] -= factor * a[k][j] }
    }
  }
  return sum
}

func solve(_ matrix: [[Double]], _ b: [Double]) -> [Double] {
  var a = matrix
  var x = b
  for k in a.indices {
    for i in (k + 1)..<max(a.count, k + 1) {
      let factor = a[i][k] / a[k][k]
      for j in k..<a.count { a[i][j] -= factor * a[k][j] }
      x[i] -= factor * x[k]
    }
  }
  for k in a.indices.reversed() {
    for j in (k + 1)..<max(a.count, k + 1) { x[k] -= a[k][j] * x[j] }
    x[k] /= a[k][k]
  }
  return x
}

/// A regression: rows of predictors, a log likelihood of one response and its first two derivatives in the linear predictor.
struct Regression: Sendable {
  let rows: [[Double]]
  let responses: [Double]
  let likelihood: @Sendable (_ y: Double, _ eta: Double) -> (value: Double, first: Double, second: Double)

  var target: FunctionTarget {
    let regression = self
    return FunctionTarget(rows[0].count) { beta in
      let found = regression.derivatives(beta)
      return (found.value, found.gradient)
    }
  }

  func derivatives(_ beta: [Double]) -> (value: Double, gradient: [Double], hessian: [[Double]]) {
    var value = 0.0
    var gradient = beta.map { _ in 0.0 }
    var hessian = beta.map { _ in beta.map { _ in 0.0 } }
    for (row, y) in zip(rows, responses) {
      let eta = inner(row, beta)
      let term = likelihood(y, eta)
      value += term.value
      for i in row.indices {
        gradient[i] += term.first * row[i]
        for j in row.indices { hessian[i][j] += term.second * row[i] * row[j] }
      }
    }
    return (value, gradient, hessian)
  }

  /// The maximum by Newton's method from the origin.
  func newton() -> [Double] {
    var beta = rows[0].map { _ in 0.0 }
    for _ in 0..<50 {
      let found = derivatives(beta)
      let step = solve(found.hessian, found.gradient)
      beta = zip(beta, step).map { $0 - $1 }
    }
    return beta
  }

  private static func predictors(_ count: Int) -> [[Double]] {
    (0..<count).map { i -> [Double] in
      let a = sin(Double(3 * i))
      return [1, a, cos(Double(5 * i)) + 0.3 * a]
    }
  }

  static let logistic: Regression = {
    let rows = predictors(60)
    let responses = rows.indices.map { i -> Double in
      let level = 0.4 + 0.5 * rows[i][1]
      return sin(Double(7 * i)) < level ? 1 : 0
    }
    return Regression(rows: rows, responses: responses) { y, eta in
      let p = 1 / (1 + exp(-eta))
      return (y * eta - max(eta, 0) - log1p(exp(-abs(eta))), y - p, -p * (1 - p))
    }
  }()

  static let poisson: Regression = {
    let rows = predictors(40)
    let responses = rows.indices.map { i -> Double in
      let rate = exp(0.5 + 0.7 * rows[i][1])
      return max((rate + 0.75 * cos(Double(11 * i))).rounded(), 0)
    }
    return Regression(rows: rows, responses: responses) { y, eta in
      (y * eta - exp(eta), y - exp(eta), -exp(eta))
    }
  }()
}

/// Logs of Gamma variables with shapes 3, 5, ... and rate 1: a x - exp(x).
let gammas = FunctionTarget(6) { x in
  var value = 0.0
  var gradient = x
  for i in 0..<6 {
    let shape = 3 + 2 * Double(i)
    value += shape * x[i] - exp(x[i])
    gradient[i] = shape - exp(x[i])
  }
  return (value, gradient)
}

/// v ~ normal(0, 3), x[i] ~ normal(0, exp(v / 2)), nine of them (Neal 2003).
let funnel = FunctionTarget(10) { q in
  let v = q[0]
  var value = -v * v / 18
  var gradient = [-v / 9] + [Double](repeating: 0, count: 9)
  for i in 1..<10 {
    value += -0.5 * q[i] * q[i] * exp(-v) - 0.5 * v
    gradient[0] += 0.5 * q[i] * q[i] * exp(-v) - 0.5
    gradient[i] = -q[i] * exp(-v)
  }
  return (value, gradient)
}

/// Eight schools, not centred: mu ~ normal(0, 5), tau ~ half_cauchy(5) as log tau, theta = mu + tau z (Rubin 1981; Gelman et al. 2013, 5.5).
enum EightSchools {
  static let y: [Double] = [28, 8, -3, 7, -1, 1, 18, 12]
  static let sigma: [Double] = [15, 10, 16, 11, 9, 11, 10, 18]

  static let target = FunctionTarget(10) { q in
    let (mu, tau) = (q[0], exp(q[1]))
    let ratio = tau * tau / 25
    var value = -mu * mu / 50 - log1p(ratio) + q[1]
    var gradient = [Double](repeating: 0, count: 10)
    gradient[0] = -mu / 25
    gradient[1] = 1 - 2 * ratio / (1 + ratio)
    for j in 0..<8 {
      let z = q[2 + j]
      let residual = (y[j] - mu - tau * z) / (sigma[j] * sigma[j])
      value += -0.5 * z * z - 0.5 * residual * (y[j] - mu - tau * z)
      gradient[0] += residual
      gradient[1] += residual * tau * z
      gradient[2 + j] = residual * tau - z
    }
    return (value, gradient)
  }

  /// E[mu] and sd(mu) by a grid over mu and log tau, theta integrated out: y[j] ~ normal(mu, √(tau² + sigma[j]²)).
  static func momentsOfMu() -> (mean: Double, sd: Double) {
    var (mass, first, second) = (0.0, 0.0, 0.0)
    for a in 0...600 {
      let logTau = -9 + Double(a) * 14 / 600
      let tau = exp(logTau)
      for b in 0...400 {
        let mu = -25 + Double(b) * 50 / 400
        var value = -mu * mu / 50 - log1p(tau * tau / 25) + logTau
        for j in 0..<8 {
          let variance = tau * tau + sigma[j] * sigma[j]
          value -= 0.5 * log(variance) + 0.5 * (y[j] - mu) * (y[j] - mu) / variance
        }
        let weight = exp(value + 30)
        mass += weight
        first += weight * mu
        second += weight * mu * mu
      }
    }
    let mean = first / mass
    return (mean, sqrt(second / mass - mean * mean))
  }
}
