// A value of the language as every module sees it: scalars inline, everything else a reference to a heap object.

/// A value of the language.
///
/// Heap objects have value semantics: whoever wants to change one checks that it is uniquely referenced and copies it otherwise.
public enum Value: Sendable {
  case null
  case bool(Bool)
  case int(Int)
  case real(Double)
  case object(HeapObject)
}

/// What a value is, in the order of the tags that the virtual machine uses; everything from `string` on is a heap object.
public enum ValueTag: UInt8, Sendable, CaseIterable {
  case null, bool, int, real
  case string, array, list, tuple, record
  case function, distribution, model, host
}

/// The common base of strings, arrays, lists, tuples, records, functions, distributions, models and host values.
///
/// Subclasses are final. A heap object that is reachable from two places is never changed.
open class HeapObject: @unchecked Sendable {
  public final let tag: ValueTag
  public init(tag: ValueTag) { self.tag = tag }

  /// Appends the objects that this one refers to and that may refer to others, and lets go of them where it can;
  /// called when the object is about to be released. See `Release`.
  open func surrenderParts(to pending: inout [HeapObject]) {}
}

public final class StringObject: HeapObject, @unchecked Sendable {
  public let string: String
  public init(_ string: String) {
    self.string = string
    super.init(tag: .string)
  }
}

/// A list of anything; arrays of numbers with equal shapes are `ArrayObject`s instead.
public final class ListObject: HeapObject, @unchecked Sendable {
  public var elements: [Value]
  public init(_ elements: [Value]) {
    self.elements = elements
    super.init(tag: .list)
  }

  deinit { Release.parts(of: &elements) }

  public override func surrenderParts(to pending: inout [HeapObject]) { Release.move(&elements, to: &pending) }
}

public final class TupleObject: HeapObject, @unchecked Sendable {
  public var elements: [Value]
  public init(_ elements: [Value]) {
    self.elements = elements
    super.init(tag: .tuple)
  }

  deinit { Release.parts(of: &elements) }

  public override func surrenderParts(to pending: inout [HeapObject]) { Release.move(&elements, to: &pending) }
}

/// A record: values under distinct keys, in the order in which they were written.
public final class RecordObject: HeapObject, @unchecked Sendable {
  public var keys: [String]
  public var values: [Value]
  public init(keys: [String], values: [Value]) {
    self.keys = keys
    self.values = values
    super.init(tag: .record)
  }

  deinit { Release.parts(of: &values) }

  public override func surrenderParts(to pending: inout [HeapObject]) { Release.move(&values, to: &pending) }

  /// The value under a key, found by linear search: records are small.
  public subscript(key: String) -> Value? {
    for index in keys.indices where keys[index] == key { return values[index] }
    return nil
  }
}

/// A value made by the host: a trace, a posterior, a population, a data table.
public protocol HostValue: Sendable {
  /// The word used in messages: "trace", "posterior".
  var typeName: String { get }
  /// The names that `member` answers to, for messages and completion.
  var memberNames: [String] { get }
  /// `v.name`
  func member(_ name: String) -> Value?
  /// `v[index]`
  func element(at index: Value) -> Value?
  /// What `print` shows.
  var text: String { get }
  /// True for one value per draw: operators, `==` and `!=` among them, then apply draw by draw.
  var isRandomVariable: Bool { get }
  /// The values that it holds, as far as those may hold others.
  var parts: [Value] { get }
}

extension HostValue {
  public var isRandomVariable: Bool { false }
  public var parts: [Value] { [] }
}

public final class HostObject: HeapObject, @unchecked Sendable {
  public let payload: any HostValue
  public init(_ payload: any HostValue) {
    self.payload = payload
    super.init(tag: .host)
  }

  public override func surrenderParts(to pending: inout [HeapObject]) {
    for part in payload.parts { Release.keep(part, in: &pending) }
  }
}

extension Value {
  public static func string(_ string: String) -> Value { .object(StringObject(string)) }
  public static func list(_ elements: [Value]) -> Value { .object(ListObject(elements)) }
  public static func tuple(_ elements: [Value]) -> Value { .object(TupleObject(elements)) }
  public static func host(_ payload: any HostValue) -> Value { .object(HostObject(payload)) }

  public static func record(_ fields: [(String, Value)]) -> Value {
    .object(RecordObject(keys: fields.map(\.0), values: fields.map(\.1)))
  }

  public var tag: ValueTag {
    switch self {
    case .null: .null
    case .bool: .bool
    case .int: .int
    case .real: .real
    case .object(let object): object.tag
    }
  }

  /// The number as a Double; an Int widens.
  public var asReal: Double? {
    switch self {
    case .real(let x): x
    case .int(let n): Double(n)
    default: nil
    }
  }

  public var asInt: Int? {
    if case .int(let n) = self { n } else { nil }
  }

  public var asBool: Bool? {
    if case .bool(let b) = self { b } else { nil }
  }

  public var asString: String? { (asObject as? StringObject)?.string }
  public var asArray: ArrayObject? { asObject as? ArrayObject }
  public var asRecord: RecordObject? { asObject as? RecordObject }

  public var asObject: HeapObject? {
    if case .object(let object) = self { object } else { nil }
  }
}
