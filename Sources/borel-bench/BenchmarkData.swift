// Data of the gradient benchmarks, drawn from their models with fixed parameters and seed.

import BorelNumerics

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A named array of the data; an empty shape is a scalar.
struct DataField: Sendable {
  enum Elements: Sendable {
    case reals([Double])
    case integers([Int])
  }

  let name: String
  let elements: Elements
  let shape: [Int]

  init(_ name: String, _ values: [Double], columns: Int? = nil) {
    self.name = name
    elements = .reals(values)
    shape = columns.map { [values.count / max($0, 1), $0] } ?? [values.count]
  }

  init(_ name: String, _ values: [Int]) {
    self.name = name
    elements = .integers(values)
    shape = [values.count]
  }

  init(_ name: String, size: Int) {
    self.name = name
    elements = .integers([size])
    shape = []
  }

  /// The value as JSON, numbers in their shortest exact form.
  var json: String {
    let texts: [String] =
      switch elements {
      case .reals(let values): values.map(\.description)
      case .integers(let values): values.map(\.description)
      }
    guard let count = shape.first else { return texts[0] }
    if shape.count == 1 { return "[\(texts.joined(separator: ", "))]" }
    let rows = (0..<count).map { row in
      "[\(texts[(row * shape[1])..<((row + 1) * shape[1])].joined(separator: ", "))]"
    }
    return "[\(rows.joined(separator: ",\n"))]"
  }
}

func json(_ fields: [DataField]) -> String {
  "{\(fields.map { "\"\($0.name)\": \($0.json)" }.joined(separator: ",\n"))}\n"
}

/// Generators by data set; each has a stream of its own.
enum BenchmarkData {
  static func stream(_ number: UInt64) -> RandomStream { RandomStream(seed: 20_240_229).child(number) }

  /// Estimates and standard errors of Rubin (1981).
  static func eightSchools() -> [DataField] {
    [
      DataField("sigma", [15.0, 10, 16, 11, 9, 11, 10, 18]),
      DataField("y", [28.0, 8, -3, 7, -1, 1, 18, 12]),
    ]
  }

  static func logistic(rows: Int, columns: Int) -> [DataField] {
    var random = stream(UInt64(rows))
    let alpha = 0.3
    let beta = (0..<columns).map { _ in 0.5 * random.normal() }
    var design: [Double] = []
    var y: [Int] = []
    for _ in 0..<rows {
      let row = (0..<columns).map { _ in random.normal() }
      let eta = zip(row, beta).reduce(alpha) { $0 + $1.0 * $1.1 }
      design += row
      y.append(random.uniform() < 1 / (1 + exp(-eta)) ? 1 : 0)
    }
    return [DataField("X", design, columns: columns), DataField("y", y)]
  }

  /// 919 houses in 85 counties, few in most of them; every county has a house.
  static func radon() -> [DataField] {
    var random = stream(3)
    let (J, N) = (85, 919)
    let a = (0..<J).map { _ in 1.5 + 0.35 * random.normal() }
    let b = (0..<J).map { _ in -0.65 + 0.3 * random.normal() }
    var cumulative: [Double] = []
    for _ in 0..<J { cumulative.append((cumulative.last ?? 0) + exp(1.2 * random.normal())) }
    let total = cumulative.last ?? 1
    var g = Array(0..<J)
    while g.count < N {
      let u = random.uniform() * total
      g.append(cumulative.firstIndex { u < $0 } ?? J - 1)
    }
    for i in stride(from: N - 1, to: 0, by: -1) { g.swapAt(i, random.uniformInt(below: i + 1)) }
    let x = (0..<N).map { _ in random.uniform() < 0.17 ? 1.0 : 0.0 }
    let y = (0..<N).map { i in a[g[i]] + b[g[i]] * x[i] + 0.75 * random.normal() }
    return [DataField("J", size: J), DataField("g", g), DataField("x", x), DataField("y", y)]
  }

  static func stochasticVolatility(length: Int) -> [DataField] {
    var random = stream(4)
    let (mu, phi, sigma) = (-1.0, 0.95, 0.25)
    var h = mu + sigma / (1 - phi * phi).squareRoot() * random.normal()
    var y: [Double] = []
    for _ in 0..<length {
      y.append(exp(h / 2) * random.normal())
      h = mu + phi * (h - mu) + sigma * random.normal()
    }
    return [DataField("T", size: length), DataField("y", y)]
  }

  static func gaussianProcess(size n: Int) throws -> [DataField] {
    var random = stream(5)
    let (rho, sigma) = (1.2, 0.3)
    let x = (0..<n).map { _ in 10 * random.uniform() }.sorted()
    var factor = [Double](repeating: 0, count: n * n)
    for i in 0..<n {
      for j in 0..<n {
        let d = (x[i] - x[j]) / rho
        factor[i * n + j] = exp(-0.5 * d * d) + (i == j ? 1e-9 : 0)
      }
    }
    try factor.withUnsafeMutableBufferPointer { buffer in
      if let base = buffer.baseAddress { try LinearAlgebra.cholesky(n, base) }
    }
    let z = (0..<n).map { _ in random.normal() }
    let y = (0..<n).map { i in (0...i).reduce(0) { $0 + factor[i * n + $1] * z[$1] } + sigma * random.normal() }
    return [DataField("x", x), DataField("y", y)]
  }

  static func mixture(size: Int) -> [DataField] {
    var random = stream(6)
    let y = (0..<size).map { _ in
      random.uniform() < 0.35 ? -1.2 + 0.7 * random.normal() : 1.5 + 1.1 * random.normal()
    }
    return [DataField("N", size: size), DataField("y", y)]
  }

  /// Four states that tend to stay.
  static func hiddenMarkov(length: Int) -> [DataField] {
    var random = stream(7)
    var state = 0
    let y = (0..<length).map { _ in
      if random.uniform() < 0.1 { state = random.uniformInt(below: 4) }
      return 2 * Double(state) - 3 + 0.7 * random.normal()
    }
    return [DataField("y", y)]
  }

  static func autoregression(length: Int) -> [DataField] {
    var random = stream(8)
    let beta = [0.5, -0.3, 0.2, 0.1, -0.1]
    var y = (0..<beta.count).map { _ in random.normal() }
    while y.count < length {
      let mean = beta.indices.reduce(0.3) { $0 + beta[$1] * y[y.count - 1 - $1] }
      y.append(mean + 0.5 * random.normal())
    }
    return [DataField("y", y)]
  }
}
