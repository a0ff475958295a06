// Values and supports: the type of a draw, membership, and the support with its bounds computed.

import BorelIR
import BorelSemantics
import BorelValues

/// How far sums, norms and symmetric entries of given arrays may be off.
private let structureTolerance = 1e-8

extension SupportPlan {
  // MARK: Type of a draw

  /// The value in the type of a draw; nil where no draw equals it, such as 1.5 for a count.
  func conform<Caller: MethodCaller>(
    _ value: Value, _ distribution: DistributionObject, _ subject: () -> String, _ caller: inout Caller
  ) throws(Failure) -> Value? {
    if isMultivariate {
      return try conformArray(value, distribution, subject, &caller)
    }
    switch Self.scalar(value, kind) {
    case .fits(let value): return value
    case .outside: return nil
    case .mismatch:
      throw Self.mismatch(value, distribution, shape: [], subject)
    }
  }

  enum ScalarFit {
    case fits(Value)
    case outside
    case mismatch
  }

  @inline(__always)
  static func scalar(_ value: Value, _ kind: SupportKind) -> ScalarFit {
    switch kind {
    case .real, .positive, .nonNegative, .above, .below, .interval, .unitInterval:
      switch value {
      case .real: return .fits(value)
      case .int(let n): return .fits(.real(Double(n)))
      default: return .mismatch
      }
    case .bool:
      switch value {
      case .bool: return .fits(value)
      case .int(let n): return n == 0 ? .fits(.bool(false)) : n == 1 ? .fits(.bool(true)) : .outside
      case .real(let x): return x == 0 ? .fits(.bool(false)) : x == 1 ? .fits(.bool(true)) : .outside
      default: return .mismatch
      }
    case .int, .count, .intAbove, .intInterval:
      switch value {
      case .int: return .fits(value)
      case .real(let x):
        guard x == x.rounded(), abs(x) < 9_007_199_254_740_992 else { return .outside }
        return .fits(.int(Int(x)))
      default: return .mismatch
      }
    default: return .mismatch
    }
  }

  private func conformArray<Caller: MethodCaller>(
    _ value: Value, _ distribution: DistributionObject, _ subject: () -> String, _ caller: inout Caller
  ) throws(Failure) -> Value? {
    let shape = try shape(of: distribution, &caller)
    guard let array = value.asArray, array.shape == shape, array.kind != .bool else {
      if shape.contains(0), (value.asObject as? ListObject)?.elements.isEmpty == true {
        return .object(ArrayObject(uninitialized: kind == .counts ? .int : .real, shape: shape))
      }
      throw Self.mismatch(value, distribution, shape: shape, subject)
    }
    return Self.converted(array, to: kind == .counts ? .int : .real)
  }

  /// An array with elements of another kind; nil where an element has none.
  static func converted(_ array: ArrayObject, to kind: ElementKind) -> Value? {
    if array.kind == kind { return .object(array) }
    if kind == .real { return .object(array.widened()) }
    let result = ArrayObject(uninitialized: kind, shape: array.shape)
    for offset in 0..<array.count {
      let x = array.real(offset)
      if kind == .bool {
        guard x == 0 || x == 1 else { return nil }
      } else {
        guard x == x.rounded(), abs(x) < 9_007_199_254_740_992 else { return nil }
      }
      result.storage[offset] = UInt64(bitPattern: Int64(x))
    }
    return .object(result)
  }

  /// "`y` is conditioned on an array of 7 elements, but normal gives 8 elements"
  static func mismatch(
    _ value: Value, _ distribution: DistributionObject, shape: [Int], _ subject: () -> String
  ) -> Failure {
    let code = "value-mismatch"
    guard let array = value.asArray else {
      let expected =
        shape.isEmpty
        ? (distribution.isDiscrete ? "single whole numbers" : "single numbers")
        : "arrays of " + ArrayObject.text(ofShape: shape)
      return .user(code: code, "\(subject()) \(value.kindDescription), but \(distribution.name) gives \(expected)")
    }
    if shape.isEmpty {
      return .user(
        code: code,
        "\(subject()) an array of \(array.shapeText), but \(distribution.name) gives single numbers",
        hint: "array parameters or iid(d, n) make a distribution of arrays")
    }
    return .user(
      code: code,
      "\(subject()) an array of \(array.shapeText), but \(distribution.name) gives "
        + "\(ArrayObject.text(ofShape: shape))")
  }

  // MARK: Membership

  /// True where a conforming value lies in the support.
  @inline(__always)
  func contains<Caller: MethodCaller>(
    _ value: Value, _ distribution: DistributionObject, _ caller: inout Caller
  ) throws(Failure) -> Bool {
    switch value {
    case .real(let x):
      switch kind {
      case .real: return x.isFinite
      case .positive: return x > 0 && x < .infinity
      case .nonNegative: return x >= 0 && x < .infinity
      case .unitInterval: return x >= 0 && x <= 1
      case .above: return try x > real(0, of: distribution, &caller) && x < .infinity
      case .below: return try x < real(0, of: distribution, &caller) && x > -.infinity
      case .interval:
        let (lower, upper) = (try real(0, of: distribution, &caller), try real(1, of: distribution, &caller))
        return x >= lower && x <= upper
      default: return false
      }
    case .int(let n):
      switch kind {
      case .int: return true
      case .count: return n >= 0
      case .intAbove: return try n >= int(0, of: distribution, &caller)
      case .intInterval:
        let (lower, upper) = (try int(0, of: distribution, &caller), try int(1, of: distribution, &caller))
        return n >= lower && n <= upper
      default: return false
      }
    case .bool: return kind == .bool
    case .object(let object):
      guard let array = object as? ArrayObject else { return false }
      let total = kind == .counts ? try int(1, of: distribution, &caller) : 0
      return containsArray(array, total: total)
    case .null: return false
    }
  }

  private func containsArray(_ array: ArrayObject, total: Int) -> Bool {
    if kind == .counts {
      var sum = 0
      for offset in 0..<array.count {
        let n = Int(Int64(bitPattern: array.storage[offset]))
        let (next, overflow) = sum.addingReportingOverflow(n)
        if n < 0 || overflow { return false }
        sum = next
      }
      return sum == total
    }
    let x = UnsafeBufferPointer(start: array.reals, count: array.count)
    guard x.allSatisfy({ $0.isFinite }) else { return false }
    let n = array.shape[0]
    switch kind {
    case .vector, .matrix: return true
    case .simplex:
      return n > 0 && x.allSatisfy { $0 >= 0 } && abs(x.reduce(0, +) - 1) <= structureTolerance
    case .ordered: return zip(x, x.dropFirst()).allSatisfy { $0 <= $1 }
    case .positiveOrdered: return (x.first ?? 0) >= 0 && zip(x, x.dropFirst()).allSatisfy { $0 <= $1 }
    case .unitVector: return abs(x.reduce(0) { $0 + $1 * $1 } - 1) <= structureTolerance
    case .covariance, .correlation:
      for i in 0..<n {
        if kind == .correlation, abs(x[i * n + i] - 1) > structureTolerance { return false }
        if x[i * n + i] <= 0 { return false }
        for j in 0..<i {
          let (a, b) = (x[i * n + j], x[j * n + i])
          if abs(a - b) > structureTolerance * max(1, abs(a), abs(b)) { return false }
        }
      }
      return true
    case .covarianceCholesky, .correlationCholesky:
      for i in 0..<n {
        if x[i * n + i] <= 0 { return false }
        for j in (i + 1)..<max(n, i + 1) where x[i * n + j] != 0 { return false }
        if kind == .correlationCholesky {
          let norm = (0...i).reduce(0.0) { $0 + x[i * n + $1] * x[i * n + $1] }
          if abs(norm - 1) > structureTolerance { return false }
        }
      }
      return true
    default: return false
    }
  }

  // MARK: Bounds

  func evaluated<Caller: MethodCaller>(
    _ distribution: DistributionObject, _ caller: inout Caller
  ) throws(Failure) -> Support {
    switch kind {
    case .real: .reals(lower: -.infinity, upper: .infinity)
    case .positive, .nonNegative: .reals(lower: 0, upper: .infinity)
    case .above: .reals(lower: try real(0, of: distribution, &caller), upper: .infinity)
    case .below: .reals(lower: -.infinity, upper: try real(0, of: distribution, &caller))
    case .interval:
      .reals(lower: try real(0, of: distribution, &caller), upper: try real(1, of: distribution, &caller))
    case .unitInterval: .reals(lower: 0, upper: 1)
    case .bool: .booleans
    case .int: .integers(lower: nil, upper: nil)
    case .count: .integers(lower: 0, upper: nil)
    case .intAbove: .integers(lower: try int(0, of: distribution, &caller), upper: nil)
    case .intInterval:
      .integers(lower: try int(0, of: distribution, &caller), upper: try int(1, of: distribution, &caller))
    case .vector, .matrix: .continuous(shape: try shape(of: distribution, &caller), unconstrained: true)
    case .counts: .discrete
    default: .continuous(shape: try shape(of: distribution, &caller), unconstrained: false)
    }
  }
}
