// ordered(d, n): n independent draws in ascending order.

import BorelNumerics
import BorelSemantics
import BorelValues

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The order statistics of n draws: log p(x) = log n! + Σ log p(x[i]) for ascending x.
///
/// For a discrete d, n! is divided by the factorials of the numbers of equal values.
struct OrderedDraws: DistributionCombination {
  let base: DistributionObject
  let count: Int

  var components: [DistributionObject] { [base] }

  init<Caller: MethodCaller>(_ base: DistributionObject, size: Value, _ caller: inout Caller) throws(Failure) {
    guard let count = size.asInt, count >= 0, count <= 1 << 32 else {
      throw .user(
        code: "invalid-argument", "`n` of ordered must be a whole number >= 0, got \(size.shortText)")
    }
    switch try base.support(&caller) {
    case .reals, .integers: break
    default:
      throw .user(
        code: "invalid-argument", "ordered needs a distribution of single numbers, got \(base.name)")
    }
    self.base = base
    self.count = count
  }

  var name: String { "ordered" }
  var text: String { "ordered(\(base.text), \(count))" }
  var isDiscrete: Bool { base.isDiscrete }

  func draw<Caller: MethodCaller>(_ caller: inout Caller) throws(Failure) -> Value {
    var values: [Value] = []
    for _ in 0..<count { values.append(try base.draw(&caller)) }
    values.sort { ($0.asReal ?? 0) < ($1.asReal ?? 0) }
    return values.isEmpty
      ? .object(ArrayObject(uninitialized: isDiscrete ? .int : .real, shape: [0]))
      : .assembled(values, shape: [count])
  }

  func logDensity<Caller: MethodCaller>(of value: Value, _ caller: inout Caller) throws(Failure) -> Double {
    guard let array = value.asArray else { return -.infinity }
    var total = Special.lgamma(Double(count) + 1)
    var run = 1.0
    for offset in 0..<count {
      if offset > 0 {
        let (before, here) = (array.real(offset - 1), array.real(offset))
        if here < before { return -.infinity }
        run = here == before ? run + 1 : 1
        if isDiscrete { total -= log(run) }
      }
      total += try base.logDensity(of: array.element(offset), &caller)
      if total == -.infinity { return total }
    }
    return total
  }

  func conform<Caller: MethodCaller>(
    _ value: Value, _ subject: () -> String, _ caller: inout Caller
  ) throws(Failure) -> Value? {
    try Repetition(base, size: .int(count)).conform(value, subject, &caller)
  }

  func shape<Caller: MethodCaller>(_ caller: inout Caller) throws(Failure) -> [Int] { [count] }

  func support<Caller: MethodCaller>(_ caller: inout Caller) throws(Failure) -> Support {
    isDiscrete ? .discrete : .continuous(shape: [count], unconstrained: false)
  }
}
