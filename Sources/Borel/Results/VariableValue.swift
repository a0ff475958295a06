// A random variable of a posterior as a value of the language: one value for each draw, and the draws' weights with them.

import BorelConvergence
import BorelDraws
import BorelValues

/// What `post.mu` and `post.mu - post.tau` are. It behaves like the number it stands for: arithmetic and functions of numbers apply
/// draw by draw, and `mean`, `sd`, `median`, `quantile` respect the weights.
struct VariableValue: HostValue {
  let draws: Draws
  let variable: Draws.Variable

  var typeName: String { "random variable" }

  var isRandomVariable: Bool { true }

  static let statistics = ["mean", "sd", "median", "values", "weights"]

  var memberNames: [String] { Self.statistics }

  func member(_ name: String) -> Value? {
    switch name {
    case "mean": return statistic { mean($0, weights: $1) }
    case "sd": return statistic { standardDeviation($0, weights: $1) }
    case "median": return quantile(0.5)
    case "values": return values
    case "weights": return draws.weights.map { .array($0) } ?? .null
    default: return nil
    }
  }

  /// `post.theta[3]`: the random variable that is the element.
  func element(at index: Value) -> Value? {
    guard let index = index.asInt, let size = variable.shape.first, index >= 0, index < size else { return nil }
    let shape = Array(variable.shape.dropFirst())
    let stride = shape.reduce(1, &*)
    let part = Draws.Variable(
      name: "\(variable.name)[\(index)]", shape: shape, kind: variable.kind,
      firstColumn: variable.firstColumn + index * stride, labels: variable.labels)
    return .host(VariableValue(draws: draws, variable: part))
  }

  var text: String {
    let table = Draws(
      variables: [
        .init(name: variable.name, shape: variable.shape, kind: variable.kind, firstColumn: 0, labels: variable.labels)
      ], chainLengths: draws.chainLengths, storage: Array(variable.columns.map { draws.column($0) }.joined()),
      logWeights: draws.logWeights, isExact: draws.isExact)
    return Summary(table).text
  }

  // MARK: Draw by draw

  /// The value in one draw; `null` where it does not exist there.
  func value(draw: Int) -> Value {
    let elements = draws.elements(of: variable, draw: draw)
    if variable.shape.isEmpty { return Self.value(elements[0], variable) }
    if elements.contains(where: \.isNaN), variable.kind != .real {
      return .list(elements.map { Self.value($0, variable) })
    }
    switch variable.kind {
    case .bool: return .array(elements.map { $0 != 0 }, shape: variable.shape)
    case .int: return .array(elements.map { Int(exactly: $0) ?? 0 }, shape: variable.shape)
    case .real: return .array(elements, shape: variable.shape)
    case .text: return .list(elements.map { Self.value($0, variable) })
    }
  }

  private static func value(_ x: Double, _ variable: Draws.Variable) -> Value {
    switch variable.kind {
    case .real: return .real(x)
    case _ where x.isNaN: return .null
    case .bool: return .bool(x != 0)
    case .int: return Int(exactly: x).map { .int($0) } ?? .real(x)
    case .text:
      guard let code = Int(exactly: x), variable.labels.indices.contains(code) else { return .null }
      return .string(variable.labels[code])
    }
  }

  /// The variable that has `values[d]` in draw d, over the same draws with the same weights.
  func mapped(to values: [Value], name: String) -> VariableValue {
    var recorders: [DrawsRecorder] = []
    for chain in 0..<draws.chainCount {
      var recorder = DrawsRecorder()
      for draw in draws.chainRange(chain) {
        recorder.beginDraw(logWeight: draws.logWeights?[draw])
        recorder.record(values[draw], as: name)
      }
      recorders.append(recorder)
    }
    let table = Draws(chains: recorders, isExact: draws.isExact)
    let variable = table.variables.first ?? .init(name: name, shape: [0], kind: .real, firstColumn: 0)
    return VariableValue(draws: table, variable: variable)
  }

  /// All draws as an array whose first dimension is the draw.
  var values: Value { combined((0..<draws.count).map(value(draw:))) }

  // MARK: Over the draws

  /// A statistic of every element: a number for a scalar, an array of the variable's shape otherwise. Draws in which the element
  /// does not exist are left out.
  func statistic(_ f: (_ values: [Double], _ weights: [Double]?) -> Double) -> Value {
    guard draws.count > 0, let weights = draws.weights else { return .real(.nan) }
    let results = variable.columns.map { column -> Double in
      let all = draws.column(column)
      let isPresent = all.map { !$0.isNaN }
      let values = zip(all, isPresent).filter(\.1).map(\.0)
      guard draws.logWeights != nil else { return f(values, nil) }
      let present = zip(weights, isPresent).filter(\.1).map(\.0)
      let total = present.reduce(0, +)
      return total > 0 ? f(values, present.map { $0 / total }) : .nan
    }
    return variable.shape.isEmpty ? .real(results[0]) : .array(results, shape: variable.shape)
  }

  func quantile(_ p: Double) -> Value {
    let isDiscrete = variable.kind != .real
    return statistic { quantiles($0, at: [p], weights: $1, isDiscrete: isDiscrete)[0] }
  }
}

extension DrawsRecorder {
  /// Records a value of the language in the current draw: a number or an array as such, anything else as its text.
  mutating func record(_ value: Value, as name: String) {
    switch value {
    case .null: break
    case .bool(let b): set(name, b ? 1 : 0, kind: .bool)
    case .int(let n): set(name, Double(n), kind: .int)
    case .real(let x): set(name, x, kind: .real)
    case .object:
      if let array = value.asArray {
        let kind: Draws.Kind =
          switch array.kind {
          case .bool: .bool
          case .int: .int
          case .real: .real
          }
        set(name, shape: array.shape, elements: array.realElements, kind: kind)
      } else {
        set(name, text: value.text)
      }
    }
  }
}
