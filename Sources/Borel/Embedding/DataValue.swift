// Data as a Swift program hands it over: numbers, truth values, texts, arrays, nested arrays and dictionaries.

import BorelValues

/// A value for an argument or an observed variable of a model.
///
/// Literals and Swift values work alike: `["sigma": [15.0, 10.0], "n": 2]`. Arrays of numbers become dense arrays (Int beside
/// Double widens), nested arrays of equal shapes arrays of a higher rank, everything else lists. `nil` stands for a missing element.
public struct DataValue: Sendable {
  let value: Value

  init(_ value: Value) { self.value = value }

  /// A dense array, row-major. Where the shape does not fit the number of elements, the array has rank 1.
  public init(_ elements: [Double], shape: [Int]) {
    value = .array(elements, shape: ArrayObject.elementCount(of: shape) == elements.count ? shape : nil)
  }

  /// A dense array, row-major. Where the shape does not fit the number of elements, the array has rank 1.
  public init(_ elements: [Int], shape: [Int]) {
    value = .array(elements, shape: ArrayObject.elementCount(of: shape) == elements.count ? shape : nil)
  }
}

/// What can be handed to a model as data.
public protocol DataConvertible {
  var dataValue: DataValue { get }
}

extension DataValue: DataConvertible {
  public var dataValue: DataValue { self }
}

extension Double: DataConvertible {
  public var dataValue: DataValue { DataValue(.real(self)) }
}

extension Float: DataConvertible {
  public var dataValue: DataValue { DataValue(.real(Double(self))) }
}

extension Bool: DataConvertible {
  public var dataValue: DataValue { DataValue(.bool(self)) }
}

extension String: DataConvertible {
  public var dataValue: DataValue { DataValue(.string(self)) }
}

extension BinaryInteger where Self: DataConvertible {
  /// A number beyond the range of Int becomes a Real.
  public var dataValue: DataValue { DataValue(Int(exactly: self).map(Value.int) ?? .real(Double(self))) }
}

extension Int: DataConvertible {}
extension Int32: DataConvertible {}
extension Int64: DataConvertible {}
extension UInt8: DataConvertible {}

extension Optional: DataConvertible where Wrapped: DataConvertible {
  public var dataValue: DataValue { self?.dataValue ?? DataValue(.null) }
}

extension Array: DataConvertible where Element: DataConvertible {
  public var dataValue: DataValue {
    // The common cases without a value per element.
    if let reals = self as? [Double] { return DataValue(.array(reals)) }
    if let integers = self as? [Int] { return DataValue(.array(integers)) }
    return DataValue(combined(map { $0.dataValue.value }))
  }
}

extension Dictionary: DataConvertible where Key == String, Value: DataConvertible {
  public var dataValue: DataValue {
    DataValue(.record(sorted { $0.key < $1.key }.map { ($0.key, $0.value.dataValue.value) }))
  }
}

extension DataValue: ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral, ExpressibleByBooleanLiteral,
  ExpressibleByStringLiteral, ExpressibleByNilLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  public init(integerLiteral value: Int) { self.init(.int(value)) }
  public init(floatLiteral value: Double) { self.init(.real(value)) }
  public init(booleanLiteral value: Bool) { self.init(.bool(value)) }
  public init(stringLiteral value: String) { self.init(.string(value)) }
  public init(nilLiteral: ()) { self.init(.null) }
  public init(arrayLiteral elements: DataValue...) { self.init(combined(elements.map(\.value))) }
  public init(dictionaryLiteral elements: (String, DataValue)...) {
    self.init(.record(elements.map { ($0.0, $0.1.value) }))
  }
}
