// Sums, means, quantiles and other functions of all elements of an array.

import BorelNumerics
import BorelSemantics
import BorelValues

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

let foldingImplementations: [(name: String, implementation: PrimitiveImplementation)] = [
  ("sum", .general(sum)),
  ("prod", .general(product)),
  ("mean", .general(mean)),
  ("variance", .general(variance)),
  ("sd", .general(standardDeviation)),
  ("median", .general(median)),
  ("quantile", .general(quantile)),
  ("covariance", .general(covariance)),
  ("correlation", .general(correlation)),
  ("argmin", .general(argmin)),
  ("argmax", .general(argmax)),
  ("cumsum", .general(runningSum)),
  ("cumprod", .general(runningProduct)),
  ("diff", .general(differences)),
  ("any", .general(any)),
  ("all", .general(all)),
  ("count", .general(count)),
  ("softmax", .general(softmax)),
  ("log_softmax", .general(logSoftmax)),
]

/// An array of Ints or Bools as Ints.
private func integers(_ array: ArrayObject) -> UnsafeBufferPointer<Int> {
  UnsafeBufferPointer(
    start: UnsafePointer(UnsafeMutableRawPointer(array.storage).assumingMemoryBound(to: Int.self)), count: array.count)
}

private func overflow(_ call: PrimitiveCall) -> Failure {
  call.failure(
    "`\(call.name)`: the result is too large for an Int", code: "integer-overflow",
    hint: "`\(call.name)(real(x))` calculates with Reals")
}

private func sum(_ call: inout PrimitiveCall) throws(Failure) -> Value {
  let array = try call.array(0)
  if array.kind == .real {
    var total = 0.0
    for i in 0..<array.count { total += array.reals[i] }
    return .real(total)
  }
  var total = 0
  for n in integers(array) {
    let (next, isOver) = total.addingReportingOverflow(n)
    guard !isOver else { throw overflow(call) }
    total = next
  }
  return .int(total)
}

private func product(_ call: inout PrimitiveCall) throws(Failure) -> Value {
  let array = try call.array(0)
  if array.kind == .real {
    var total = 1.0
    for i in 0..<array.count { total *= array.reals[i] }
    return .real(total)
  }
  var total = 1
  for n in integers(array) {
    let (next, isOver) = total.multipliedReportingOverflow(by: n)
    guard !isOver else { throw overflow(call) }
    total = next
  }
  return .int(total)
}

/// The elements as Reals, at least `minimum` of them.
private func sample(_ call: PrimitiveCall, _ i: Int = 0, atLeast minimum: Int = 1) throws(Failure) -> [Double] {
  let x = try call.array(i).realElements
  guard x.count >= minimum else {
    throw call.failure(
      x.isEmpty
        ? "`\(call.name)` of an empty array" : "`\(call.name)` needs at least \(minimum) elements, got \(x.count)",
      code: "too-few-elements", argument: i)
  }
  return x
}

private func mean(of x: [Double]) -> Double {
  let first = x.reduce(0, +) / Double(x.count)
  guard first.isFinite else { return first }
  // One correction step removes most of the rounding of the sum.
  return first + x.reduce(0) { $0 + ($1 - first) } / Double(x.count)
}

private func sumOfProducts(_ x: [Double], _ y: [Double]) -> Double {
  let (mx, my) = (mean(of: x), mean(of: y))
  return zip(x, y).reduce(0) { $0 + ($1.0 - mx) * ($1.1 - my) }
}

private func mean(_ call: inout PrimitiveCall) throws(Failure) -> Value {
  if let answer = try call.distributionMean() { return answer }
  return .real(mean(of: try sample(call)))
}

private func variance(_ call: inout PrimitiveCall) throws(Failure) -> Value {
  if let answer = try call.distributionVariance() { return answer }
  let x = try sample(call, atLeast: 2)
  return .real(sumOfProducts(x, x) / Double(x.count - 1))
}

private func standardDeviation(_ call: inout PrimitiveCall) throws(Failure) -> Value {
  if let answer = try call.distributionDeviation() { return answer }
  let x = try sample(call, atLeast: 2)
  return .real((sumOfProducts(x, x) / Double(x.count - 1)).squareRoot())
}

private func pair(_ call: PrimitiveCall) throws(Failure) -> ([Double], [Double]) {
  let x = try sample(call, atLeast: 2)
  let y = try sample(call, 1, atLeast: 2)
  guard x.count == y.count else {
    throw call.failure(
      "`\(call.name)` needs vectors of one length, got \(x.count) and \(y.count)", code: "shape-mismatch", argument: 1)
  }
  return (x, y)
}

private func covariance(_ call: inout PrimitiveCall) throws(Failure) -> Value {
  let (x, y) = try pair(call)
  return .real(sumOfProducts(x, y) / Double(x.count - 1))
}

private func correlation(_ call: inout PrimitiveCall) throws(Failure) -> Value {
  let (x, y) = try pair(call)
  return .real(sumOfProducts(x, y) / (sumOfProducts(x, x) * sumOfProducts(y, y)).squareRoot())
}

// MARK: Quantiles

/// Hyndman and Fan (1996), type 7: linear between order statistics at (n - 1) p.
private func quantile(of sorted: [Double], at p: Double) -> Double {
  let position = Double(sorted.count - 1) * p
  let low = min(Int(position), sorted.count - 1)
  let high = min(low + 1, sorted.count - 1)
  if sorted[low] == sorted[high] { return sorted[low] }
  return sorted[low] + (position - Double(low)) * (sorted[high] - sorted[low])
}

private func sortedSample(_ call: PrimitiveCall) throws(Failure) -> [Double]? {
  let x = try sample(call)
  return x.contains { $0.isNaN } ? nil : x.sorted()
}

private func median(_ call: inout PrimitiveCall) throws(Failure) -> Value {
  .real(try sortedSample(call).map { quantile(of: $0, at: 0.5) } ?? .nan)
}

private func quantile(_ call: inout PrimitiveCall) throws(Failure) -> Value {
  if let answer = try call.distributionQuantile() { return answer }
  let x = try sortedSample(call)
  let probabilities: [Double]
  if let p = call.slots[1].asReal { probabilities = [p] } else { probabilities = try call.array(1).realElements }
  var result: [Double] = []
  for p in probabilities {
    guard p >= 0, p <= 1 else {
      throw call.failure("`quantile` needs probabilities between 0 and 1, got \(p)", argument: 1)
    }
    result.append(x.map { quantile(of: $0, at: p) } ?? .nan)
  }
  return call.slots[1].asReal == nil ? .array(result) : .real(result[0])
}

// MARK: Extremes and running folds

private func extreme(_ call: PrimitiveCall, _ isBetter: (Double, Double) -> Bool) throws(Failure) -> Value {
  let x = try sample(call)
  var best = 0
  for i in x.indices {
    if x[i].isNaN { return .int(i) }
    if isBetter(x[i], x[best]) { best = i }
  }
  return .int(best)
}

private func argmin(_ call: inout PrimitiveCall) throws(Failure) -> Value { try extreme(call, <) }

private func argmax(_ call: inout PrimitiveCall) throws(Failure) -> Value { try extreme(call, >) }

private func running(
  _ call: PrimitiveCall, _ integer: (Int, Int) -> (Int, Bool), _ real: (Double, Double) -> Double
) throws(Failure) -> Value {
  let array = try call.array(0, rank: 1)
  try call.reserve(elements: array.count)
  let result = ArrayObject(uninitialized: array.kind == .real ? .real : .int, shape: array.shape)
  for i in 0..<array.count {
    if array.kind == .real {
      result.reals[i] = i == 0 ? array.reals[0] : real(result.reals[i - 1], array.reals[i])
      continue
    }
    let n = Int(Int64(bitPattern: array.storage[i]))
    guard i > 0 else {
      result.storage[0] = array.storage[0]
      continue
    }
    let (next, isOver) = integer(Int(Int64(bitPattern: result.storage[i - 1])), n)
    guard !isOver else { throw overflow(call) }
    result.storage[i] = UInt64(bitPattern: Int64(next))
  }
  return .object(result)
}

private func runningSum(_ call: inout PrimitiveCall) throws(Failure) -> Value {
  try running(call, { $0.addingReportingOverflow($1) }, +)
}

private func runningProduct(_ call: inout PrimitiveCall) throws(Failure) -> Value {
  try running(call, { $0.multipliedReportingOverflow(by: $1) }, *)
}

private func differences(_ call: inout PrimitiveCall) throws(Failure) -> Value {
  let array = try call.array(0, rank: 1)
  guard array.kind == .int else {
    let x = array.realElements
    return .array(zip(x.dropFirst(), x).map(-))
  }
  let n = integers(array)
  var result: [Int] = []
  for i in 1..<max(n.count, 1) {
    let (difference, isOver) = n[i].subtractingReportingOverflow(n[i - 1])
    guard !isOver else { throw overflow(call) }
    result.append(difference)
  }
  return .array(result)
}

// MARK: Bools

private func truths(_ call: PrimitiveCall) throws(Failure) -> (true: Int, all: Int) {
  let array = try call.array(0)
  guard array.kind == .bool || array.count == 0 else { throw call.mismatch(0, expected: "a Bool array") }
  return ((0..<array.count).reduce(0) { $0 + (array.storage[$1] != 0 ? 1 : 0) }, array.count)
}

private func any(_ call: inout PrimitiveCall) throws(Failure) -> Value { .bool(try truths(call).true > 0) }

private func all(_ call: inout PrimitiveCall) throws(Failure) -> Value {
  let truths = try truths(call)
  return .bool(truths.true == truths.all)
}

private func count(_ call: inout PrimitiveCall) throws(Failure) -> Value { .int(try truths(call).true) }

// MARK: Softmax

private func logSoftmax(_ call: PrimitiveCall) throws(Failure) -> ArrayObject {
  let array = try call.realArray(0, rank: 1)
  try call.reserve(elements: array.count)
  let total = Special.logSumExp(UnsafeBufferPointer(start: array.reals, count: array.count))
  let result = ArrayObject(uninitialized: .real, shape: array.shape)
  for i in 0..<array.count { result.reals[i] = array.reals[i] - total }
  return result
}

private func logSoftmax(_ call: inout PrimitiveCall) throws(Failure) -> Value { .object(try logSoftmax(call)) }

private func softmax(_ call: inout PrimitiveCall) throws(Failure) -> Value {
  let result = try logSoftmax(call)
  for i in 0..<result.count { result.reals[i] = exp(result.reals[i]) }
  return .object(result)
}
