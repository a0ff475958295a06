// The distributions of hand-written programs, with log densities written out.

import BorelNumerics
import BorelSemantics
import BorelSource
import BorelValues

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

public enum TestDistribution: Sendable {
  case bernoulli(Double)
  /// 0, 1, ... with these probabilities
  case categorical([Double])
  case uniformInt(Int, Int)
  case poisson(Double)
  case normal(Double, Double)
  case uniform(Double, Double)
  case exponential(Double)
  /// With whole parameters
  case beta(Double, Double)
  /// Independent standard normals
  case normals(Int)
  /// Independent fair coins, a Bool array
  case coins(Int)
  /// The uniform law on the simplex
  case simplex(Int)
  /// Whatever the value, this log density; draws are 0.
  case constant(Double)
  /// Density 1 above a bound; cannot be drawn from.
  case improper(above: Double)

  public func draw(using random: inout RandomStream) throws(Failure) -> Value {
    switch self {
    case .bernoulli(let p): return .bool(random.uniform() < p)
    case .categorical(let p):
      var u = random.uniform()
      for (index, p) in p.enumerated() {
        u -= p
        if u < 0 { return .int(index) }
      }
      return .int(p.count - 1)
    case .uniformInt(let a, let b): return .int(a + random.uniformInt(below: b - a + 1))
    case .poisson(let rate): return poissonDraw(rate, using: &random)
    case .normal(let mu, let sigma): return .real(mu + sigma * random.normal())
    case .uniform(let a, let b): return .real(a + (b - a) * random.uniform())
    case .exponential(let rate): return .real(random.exponential() / rate)
    case .beta(let a, let b): return betaDraw(a, b, using: &random)
    case .normals(let n): return .array((0..<n).map { _ in random.normal() })
    case .coins(let n): return .array((0..<n).map { _ in random.uniform() < 0.5 })
    case .simplex(let n):
      let x = (0..<n).map { _ in random.exponential() }
      let sum = x.reduce(0, +)
      return .array(x.map { $0 / sum })
    case .constant: return .real(0)
    case .improper: throw Failure(.numerical, Diagnostic(code: "undefined-draw", "no draws"))
    }
  }

  public func logDensity(of value: Value) throws(Failure) -> Double {
    switch self {
    case .bernoulli(let p): return value.asBool.map { log($0 ? p : 1 - p) } ?? -.infinity
    case .categorical(let p):
      guard let k = value.asInt, p.indices.contains(k) else { return -.infinity }
      return log(p[k])
    case .uniformInt(let a, let b):
      guard let k = value.asInt, k >= a, k <= b else { return -.infinity }
      return -log(Double(b - a + 1))
    case .poisson(let rate):
      guard let k = value.asInt, k >= 0 else { return -.infinity }
      return Double(k) * log(rate) - rate - lgamma(Double(k) + 1)
    case .normal(let mu, let sigma):
      guard sigma > 0 else { throw numericalFailure() }
      guard let x = value.asReal else { return -.infinity }
      let z = (x - mu) / sigma
      return -0.5 * z * z - log(sigma) - 0.5 * log(2 * Double.pi)
    case .uniform(let a, let b):
      guard let x = value.asReal, x >= a, x <= b else { return -.infinity }
      return -log(b - a)
    case .exponential(let rate):
      guard let x = value.asReal, x >= 0 else { return -.infinity }
      return log(rate) - rate * x
    case .beta(let a, let b):
      guard let x = value.asReal, x >= 0, x <= 1 else { return -.infinity }
      return (a - 1) * log(x) + (b - 1) * log1p(-x) + lgamma(a + b) - lgamma(a) - lgamma(b)
    case .normals(let n):
      guard let x = value.asArray, x.count == n else { return -.infinity }
      return x.realElements.reduce(0) { $0 - 0.5 * $1 * $1 - 0.5 * log(2 * Double.pi) }
    case .coins(let n):
      guard let x = value.asArray, x.count == n, x.kind == .bool else {
        throw Failure(.user, Diagnostic(code: "wrong-shape", "not \(n) coins"))
      }
      return -Double(n) * log(2)
    case .simplex(let n):
      guard let x = value.asArray?.realElements, x.count == n, x.allSatisfy({ $0 >= 0 }),
        abs(x.reduce(0, +) - 1) < 1e-9
      else { return -.infinity }
      return lgamma(Double(n))
    case .constant(let logDensity): return logDensity
    case .improper(let bound): return value.asReal.map { $0 > bound ? 0 : -.infinity } ?? -.infinity
    }
  }

  public var support: Support {
    switch self {
    case .bernoulli: .booleans
    case .categorical(let p): .integers(lower: 0, upper: p.count - 1)
    case .uniformInt(let a, let b): .integers(lower: a, upper: b)
    case .poisson: .integers(lower: 0, upper: nil)
    case .normal, .constant: .reals(lower: -.infinity, upper: .infinity)
    case .uniform(let a, let b): .reals(lower: a, upper: b)
    case .improper(let bound): .reals(lower: bound, upper: .infinity)
    case .exponential: .reals(lower: 0, upper: .infinity)
    case .beta: .reals(lower: 0, upper: 1)
    case .normals(let n): .continuous(shape: [n], unconstrained: true)
    case .coins: .discrete
    case .simplex(let n): .continuous(shape: [n], unconstrained: false)
    }
  }
}

/// The number of unit-rate arrivals up to `rate`.
private func poissonDraw(_ rate: Double, using random: inout RandomStream) -> Value {
  var count = 0
  var time = random.exponential()
  while time < rate {
    count += 1
    time += random.exponential()
  }
  return .int(count)
}

/// X / (X + Y) of gamma variables with whole shapes, each a sum of exponentials.
private func betaDraw(_ a: Double, _ b: Double, using random: inout RandomStream) -> Value {
  var x = 0.0
  var y = 0.0
  for _ in 0..<Int(a) { x += random.exponential() }
  for _ in 0..<Int(b) { y += random.exponential() }
  return .real(x / (x + y))
}
