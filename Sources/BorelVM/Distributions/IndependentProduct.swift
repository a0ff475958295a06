// An independent product: a definition whose scalar parameters were given arrays.

import BorelIR
import BorelSemantics
import BorelValues

/// The product of one definition over the elements of its array arguments.
///
/// log p(x) = Σ log p(x[i] | arguments at i). All array arguments have the shape of the product; the others are shared.
struct IndependentProduct: DistributionCombination {
  let definition: DistributionDefinition
  let arguments: [Value]
  let isElement: [Bool]
  let outerShape: [Int]
  let count: Int

  init(_ definition: DistributionDefinition, arguments: [Value], isElement: [Bool], shape: [Int]) {
    self.definition = definition
    self.arguments = arguments
    self.isElement = isElement
    outerShape = shape
    count = shape.reduce(1, &*)
  }

  var name: String { definition.name }
  var text: String { "\(definition.name)(\(arguments.map { $0.shortText }.joined(separator: ", ")))" }
  var isDiscrete: Bool { definition.isDiscrete }

  func element(_ offset: Int) -> DistributionObject {
    var scalars = arguments
    for index in scalars.indices where isElement[index] {
      if let array = arguments[index].asArray { scalars[index] = array.element(offset) }
    }
    return DistributionObject(definition, checked: scalars)
  }

  func indices(ofOffset offset: Int) -> [Int] { Self.indices(ofOffset: offset, in: outerShape) }

  static func indices(ofOffset offset: Int, in shape: [Int]) -> [Int] {
    var indices: [Int] = []
    var rest = offset
    for size in shape.reversed() where size > 0 {
      indices.append(rest % size)
      rest /= size
    }
    return indices.reversed()
  }

  var elements: IndependentElements? {
    IndependentElements(shape: outerShape, element: { [self] in element($0) })
  }
}

/// What products and repetitions have in common: independent elements in row-major order.
protocol ElementwiseCombination: DistributionCombination {
  var outerShape: [Int] { get }
  var count: Int { get }
  func element(_ offset: Int) -> DistributionObject
}

extension IndependentProduct: ElementwiseCombination {}

extension ElementwiseCombination {
  public func shape<Caller: MethodCaller>(_ caller: inout Caller) throws(Failure) -> [Int] {
    count == 0 ? outerShape : outerShape + (try element(0).shape(&caller))
  }

  public func draw<Caller: MethodCaller>(_ caller: inout Caller) throws(Failure) -> Value {
    var values: [Value] = []
    values.reserveCapacity(count)
    for offset in 0..<count { values.append(try element(offset).draw(&caller)) }
    if values.isEmpty {
      return .object(ArrayObject(uninitialized: isDiscrete ? .int : .real, shape: outerShape))
    }
    return .assembled(values, shape: outerShape)
  }

  public func conform<Caller: MethodCaller>(
    _ value: Value, _ subject: () -> String, _ caller: inout Caller
  ) throws(Failure) -> Value? {
    guard count > 0 else {
      if let array = value.asArray, array.shape == outerShape { return value }
      if (value.asObject as? ListObject)?.elements.isEmpty == true, outerShape == [0] {
        return .object(ArrayObject(uninitialized: isDiscrete ? .int : .real, shape: outerShape))
      }
      throw SupportPlan.mismatch(value, DistributionObject(self), shape: outerShape, subject)
    }
    guard let array = value.asArray, array.shape.starts(with: outerShape) else {
      throw SupportPlan.mismatch(value, DistributionObject(self), shape: try shape(&caller), subject)
    }
    var values: [Value] = []
    values.reserveCapacity(count)
    let inner = Array(array.shape.dropFirst(outerShape.count))
    // Scalars of the right kind need no conversion.
    if inner.isEmpty, array.kind == .real, !isDiscrete, element(0).definition?.support.isMultivariate == false {
      return value
    }
    for offset in 0..<count {
      let part = inner.isEmpty ? array.element(offset) : array.part(offset, shape: inner)
      guard let conformed = try element(offset).conform(part, subject, &caller) else { return nil }
      values.append(conformed)
    }
    return .assembled(values, shape: outerShape)
  }

  public func logDensity<Caller: MethodCaller>(
    of value: Value, _ caller: inout Caller
  ) throws(Failure) -> Double {
    guard let array = value.asArray else { return -.infinity }
    let inner = Array(array.shape.dropFirst(outerShape.count))
    var total = 0.0
    for offset in 0..<count {
      let part = inner.isEmpty ? array.element(offset) : array.part(offset, shape: inner)
      total += try element(offset).logDensity(of: part, &caller)
      if total == -.infinity { return total }
    }
    return total
  }

  public func support<Caller: MethodCaller>(_ caller: inout Caller) throws(Failure) -> Support {
    let shape = try shape(&caller)
    guard isDiscrete else {
      var isFree = true
      for offset in 0..<count where isFree {
        switch try element(offset).support(&caller) {
        case .reals(let lower, let upper): isFree = lower == -.infinity && upper == .infinity
        case .continuous(_, let unconstrained): isFree = unconstrained
        default: isFree = false
        }
      }
      return .continuous(shape: shape, unconstrained: isFree)
    }
    return try finiteProduct(&caller).map { .finite($0) } ?? .discrete
  }

  /// All arrays of a product of finite supports, in lexicographic order; nil where there are too many to list.
  private func finiteProduct<Caller: MethodCaller>(_ caller: inout Caller) throws(Failure) -> [Value]? {
    let limit = 4096
    var columns: [[Value]] = []
    var total = 1
    for offset in 0..<count {
      guard let values = try element(offset).support(&caller).values(limit: limit) else { return nil }
      total = total.multipliedReportingOverflow(by: values.count).partialValue
      if total == 0 { return [] }
      if total > limit { return nil }
      columns.append(values)
    }
    return (0..<total).map { number in
      var rest = number
      var parts: [Value] = []
      for values in columns.reversed() {
        parts.append(values[rest % values.count])
        rest /= values.count
      }
      return .assembled(parts.reversed(), shape: outerShape)
    }
  }

  public func mean<Caller: MethodCaller>(_ caller: inout Caller) throws(Failure) -> Value {
    var values: [Value] = []
    for offset in 0..<count { values.append(try element(offset).mean(&caller)) }
    return .assembled(values, shape: outerShape)
  }

  public func variance<Caller: MethodCaller>(_ caller: inout Caller) throws(Failure) -> Value {
    var values: [Value] = []
    for offset in 0..<count { values.append(try element(offset).variance(&caller)) }
    return .assembled(values, shape: outerShape)
  }
}

extension ArrayObject {
  /// The `offset`-th block of a shape in row-major order.
  func part(_ offset: Int, shape: [Int]) -> Value {
    let part = ArrayObject(uninitialized: kind, shape: shape)
    part.storage.update(from: storage + offset * part.count, count: part.count)
    return .object(part)
  }
}
