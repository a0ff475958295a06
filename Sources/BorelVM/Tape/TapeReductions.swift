// Nodes through functions of all elements of an array: sums, means, moments, order statistics, running sums, softmax.

import BorelIR
import BorelSemantics
import BorelValues

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

extension TapeRules {
  static let reductions: [(String, TapeRule)] = [
    ("sum", .array { (call) throws(Failure) in try weighted(&call) { _, _ in 1 } }), ("prod", .array(product)),
    ("mean", .whole(mean)), ("variance", .whole(variance)), ("sd", .whole(deviation)), ("median", .array(median)),
    ("quantile", .whole(quantile)), ("covariance", .array(covariance)), ("correlation", .array(correlation)),
    ("cumsum", .array(runningSum)), ("cumprod", .array(runningProduct)), ("diff", .array(differences)),
    ("softmax", .array(softmax)), ("log_softmax", .array(logSoftmax)), ("log_sum_exp", .array(logSumExp)),
    ("linspace", .array(linspace)), ("range", .array(range)),
  ]

  /// A number whose derivative with respect to each element is given.
  static func weighted(
    _ call: inout TapeCall, _ partial: (TapeOperand, Int) -> Double
  ) throws(Failure) -> Value {
    let x = try call.operand(0)
    return try call.linear((0..<x.count).map { (node: x.node($0), partial: x.node($0) == 0 ? 0 : partial(x, $0)) })
  }

  /// The product of the others, from both sides.
  private static func product(_ call: inout TapeCall) throws(Failure) -> Value {
    let x = try call.operand(0)
    var before = [Double](repeating: 1, count: x.count)
    for i in 1..<max(x.count, 1) { before[i] = before[i - 1] * x.value(i - 1) }
    var behind = 1.0
    for i in (0..<x.count).reversed() {
      before[i] *= behind
      behind *= x.value(i)
    }
    return try weighted(&call) { before[$1] }
  }

  // MARK: Moments

  private static func isDistribution(_ call: TapeCall) -> Bool { call.arguments[0].asObject is DistributionObject }

  private static func average(_ x: TapeOperand) -> Double {
    (0..<x.count).reduce(0) { $0 + x.value($1) } / Double(x.count)
  }

  private static func mean(_ call: inout TapeCall) throws(Failure) -> Value {
    if isDistribution(call) { return try moment(&call, "mean") }
    call.primal = try call.performWithoutNodes()
    return try weighted(&call) { x, _ in 1 / Double(x.count) }
  }

  private static func variance(_ call: inout TapeCall) throws(Failure) -> Value {
    if isDistribution(call) { return try moment(&call, "variance") }
    call.primal = try call.performWithoutNodes()
    let mean = average(try call.operand(0))
    return try weighted(&call) { x, i in 2 * (x.value(i) - mean) / Double(x.count - 1) }
  }

  private static func deviation(_ call: inout TapeCall) throws(Failure) -> Value {
    if isDistribution(call) {
      let variance = try moment(&call, "variance")
      return try call.machine.perform(PrimitiveTable.ids["sqrt"] ?? call.id, [variance])
    }
    call.primal = try call.performWithoutNodes()
    let mean = average(try call.operand(0))
    let deviation = call.primal(0)
    // It has a kink where all elements are equal.
    return try weighted(&call) { x, i in
      deviation == 0 ? 0 : (x.value(i) - mean) / (Double(x.count - 1) * deviation)
    }
  }

  private static func covariance(_ call: inout TapeCall) throws(Failure) -> Value {
    let (x, y) = (try call.operand(0), try call.operand(1))
    let (mx, my, n) = (average(x), average(y), Double(x.count - 1))
    let ofX = (0..<x.count).lazy.map { (node: x.node($0), partial: (y.value($0) - my) / n) }
    let ofY = (0..<x.count).lazy.map { (node: y.node($0), partial: (x.value($0) - mx) / n) }
    return try call.linear(Array(ofX) + Array(ofY))
  }

  /// r = S_xy / √(S_xx S_yy): dr/dx[i] = (y[i] - ȳ) / √(S_xx S_yy) - r (x[i] - x̄) / S_xx.
  private static func correlation(_ call: inout TapeCall) throws(Failure) -> Value {
    let (x, y) = (try call.operand(0), try call.operand(1))
    let (mx, my, r) = (average(x), average(y), call.primal(0))
    func squares(_ x: TapeOperand, _ m: Double) -> Double {
      (0..<x.count).reduce(0) { $0 + (x.value($1) - m) * (x.value($1) - m) }
    }
    let (sx, sy) = (squares(x, mx), squares(y, my))
    let scale = (sx * sy).squareRoot()
    var terms: [(node: Int, partial: Double)] = []
    for i in 0..<x.count {
      let (a, b) = (x.value(i) - mx, y.value(i) - my)
      terms.append((x.node(i), b / scale - r * a / sx))
      terms.append((y.node(i), a / scale - r * b / sy))
    }
    return try call.linear(terms)
  }

  // MARK: Order statistics

  private static func order(_ x: TapeOperand) -> [Int] {
    (0..<x.count).sorted { (x.value($0), $0) < (x.value($1), $1) }
  }

  /// Type 7 of Hyndman and Fan (1996): linear between two order statistics at (n - 1) p.
  private static func quantile(
    _ tape: Tape, _ x: TapeOperand, _ order: [Int], _ p: Dual, value: Double
  ) throws(Failure) -> Dual {
    guard !value.isNaN else { return Dual(value) }
    let position = Double(order.count - 1) * p.value
    let low = min(Int(position), order.count - 1)
    let high = min(low + 1, order.count - 1)
    let share = position - Double(low)
    let (a, b) = (order[low], order[high])
    return try tape.linear(
      value,
      [
        (x.node(a), 1 - share), (x.node(b), share),
        (p.node, (x.value(b) - x.value(a)) * Double(order.count - 1)),
      ])
  }

  private static func median(_ call: inout TapeCall) throws(Failure) -> Value {
    let x = try call.operand(0)
    return Value(try quantile(call.tape, x, order(x), Dual(0.5), value: call.primal(0)))
  }

  private static func quantile(_ call: inout TapeCall) throws(Failure) -> Value {
    if isDistribution(call) { return try quantileOfDistribution(&call) }
    call.primal = try call.performWithoutNodes()
    let (x, p, tape) = (try call.operand(0), try call.operand(1), call.tape)
    let (order, call) = (order(x), call)
    return try call.result { (i) throws(Failure) in
      try quantile(tape, x, order, p[i], value: call.primal(i)).node
    }
  }

  // MARK: Running sums

  private static func runningSum(_ call: inout TapeCall) throws(Failure) -> Value {
    let (x, tape) = (try call.operand(0), call.tape)
    var sum = Dual(0)
    return try call.result { (i) throws(Failure) in
      sum = try tape.add(sum, x[i])
      return sum.node
    }
  }

  private static func runningProduct(_ call: inout TapeCall) throws(Failure) -> Value {
    let (x, tape) = (try call.operand(0), call.tape)
    var product = Dual(1)
    return try call.result { (i) throws(Failure) in
      product = try tape.multiply(product, x[i])
      return product.node
    }
  }

  private static func differences(_ call: inout TapeCall) throws(Failure) -> Value {
    let (x, tape) = (try call.operand(0), call.tape)
    return try call.result { (i) throws(Failure) in try tape.subtract(x[i + 1], x[i]).node }
  }

  // MARK: Softmax

  /// dr/dx[i] = e^(x[i] - r).
  private static func logSumExp(_ call: inout TapeCall) throws(Failure) -> Value {
    let r = call.primal(0)
    func share(_ x: Double) -> Double { x == -.infinity ? 0 : exp(x - r) }
    guard call.has(1) else { return try weighted(&call) { x, i in share(x.value(i)) } }
    let (x, y) = (try call.operand(0).scalar, try call.operand(1).scalar)
    return try call.linear([(x.node, share(x.value)), (y.node, share(y.value))])
  }

  /// x̄[i] += s[i] (s̄[i] - Σ s̄ s).
  private static func softmax(_ call: inout TapeCall) throws(Failure) -> Value {
    let x = try call.operand(0)
    guard let s = call.primal.asArray else { return call.primal }
    return try call.block([x]) { output, inputs in
      guard let into = inputs[0] else { return }
      let total = (0..<s.count).reduce(0.0) { $0 + output[$1] * s.reals[$1] }
      for i in 0..<s.count { into[i] += s.reals[i] * (output[i] - total) }
    }
  }

  /// x̄[i] += ȳ[i] - e^y[i] Σ ȳ.
  private static func logSoftmax(_ call: inout TapeCall) throws(Failure) -> Value {
    let x = try call.operand(0)
    guard let y = call.primal.asArray else { return call.primal }
    return try call.block([x]) { output, inputs in
      guard let into = inputs[0] else { return }
      let total = (0..<y.count).reduce(0.0) { $0 + output[$1] }
      for i in 0..<y.count { into[i] += output[i] - exp(y.reals[i]) * total }
    }
  }

  // MARK: Sequences

  private static func linspace(_ call: inout TapeCall) throws(Failure) -> Value {
    let (start, stop, tape) = (try call.operand(0).scalar, try call.operand(1).scalar, call.tape)
    let last = Double(max((call.primal.asArray?.count ?? 0) - 1, 1))
    return try call.result { (i) throws(Failure) in
      try tape.linear(0, [(start.node, 1 - Double(i) / last), (stop.node, Double(i) / last)]).node
    }
  }

  /// The number of elements changes by steps.
  private static func range(_ call: inout TapeCall) throws(Failure) -> Value {
    let (start, step, tape) = (try call.operand(0).scalar, try call.operand(2).scalar, call.tape)
    return try call.result { (i) throws(Failure) in
      try tape.linear(0, [(start.node, 1), (step.node, Double(i))]).node
    }
  }
}
