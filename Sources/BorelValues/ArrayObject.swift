// Dense, row-major arrays of Real, Int or Bool of any rank, eight bytes an element.

/// What the elements of an array are.
public enum ElementKind: UInt8, Sendable {
  case bool, int, real

  public var name: String {
    switch self {
    case .bool: "Bool"
    case .int: "Int"
    case .real: "Real"
    }
  }
}

/// A dense, row-major array. Elements are eight bytes: a Double's bits, an Int, or 0 and 1 for Bool.
///
/// The allocation may hold more elements than `count`, so that an array built by one choice after the other grows in amortised constant time.
public final class ArrayObject: HeapObject, @unchecked Sendable {
  public private(set) var kind: ElementKind
  /// The number of dimensions.
  public private(set) var rank: Int
  public private(set) var count: Int
  /// Sizes of the dimensions; the product is `count`. The rank is at least 1.
  public private(set) var shape: [Int]
  /// The number of elements below one index of the first dimension: `count / shape[0]`, 1 for rank 1.
  public private(set) var stride: Int
  public private(set) var capacity: Int
  public private(set) var storage: UnsafeMutablePointer<UInt64>

  /// An array with uninitialised elements; `shape` must hold no negative size and its product must not overflow (see `elementCount(of:)`).
  public init(uninitialized kind: ElementKind, shape: [Int], minimumCapacity: Int = 0) {
    let count = shape.reduce(1, &*)
    self.kind = kind
    rank = shape.count
    self.shape = shape
    self.count = count
    stride = shape.dropFirst().reduce(1, &*)
    capacity = max(count, minimumCapacity, 1)
    storage = UnsafeMutablePointer<UInt64>.allocate(capacity: capacity)
    super.init(tag: .array)
  }

  deinit { storage.deallocate() }

  /// Byte offsets of stored properties from the object's start, for loops that read arrays without calling methods.
  public static func propertyOffsets() -> (kind: Int, rank: Int, count: Int, stride: Int, storage: Int) {
    let probe = ArrayObject([0.0])
    let start = UnsafeRawPointer(Unmanaged.passUnretained(probe).toOpaque())
    return withExtendedLifetime(probe) {
      let kind = withUnsafeMutablePointer(to: &probe.kind) { UnsafeRawPointer($0) - start }
      let count = withUnsafeMutablePointer(to: &probe.count) { UnsafeRawPointer($0) - start }
      let stride = withUnsafeMutablePointer(to: &probe.stride) { UnsafeRawPointer($0) - start }
      let storage = withUnsafeMutablePointer(to: &probe.storage) { UnsafeRawPointer($0) - start }
      let rank = withUnsafeMutablePointer(to: &probe.rank) { UnsafeRawPointer($0) - start }
      return (kind, rank, count, stride, storage)
    }
  }

  public convenience init(_ elements: [Double], shape: [Int]? = nil) {
    self.init(uninitialized: .real, shape: shape ?? [elements.count])
    for (index, element) in elements.enumerated() where index < count {
      storage[index] = element.bitPattern
    }
  }

  public convenience init(_ elements: [Int], shape: [Int]? = nil) {
    self.init(uninitialized: .int, shape: shape ?? [elements.count])
    for (index, element) in elements.enumerated() where index < count {
      storage[index] = UInt64(bitPattern: Int64(element))
    }
  }

  public convenience init(_ elements: [Bool], shape: [Int]? = nil) {
    self.init(uninitialized: .bool, shape: shape ?? [elements.count])
    for (index, element) in elements.enumerated() where index < count {
      storage[index] = element ? 1 : 0
    }
  }

  /// The number of elements of a shape, or nil where a size is negative or the product overflows.
  public static func elementCount(of shape: [Int]) -> Int? {
    var count = 1
    for size in shape {
      guard size >= 0 else { return nil }
      let (product, overflow) = count.multipliedReportingOverflow(by: size)
      guard !overflow else { return nil }
      count = product
    }
    return count
  }

  /// The elements as doubles; valid for `kind == .real` only.
  public var reals: UnsafeMutablePointer<Double> {
    UnsafeMutableRawPointer(storage).assumingMemoryBound(to: Double.self)
  }

  /// The element at a row-major offset, which must lie in `0..<count`.
  public func element(_ offset: Int) -> Value {
    switch kind {
    case .real: .real(Double(bitPattern: storage[offset]))
    case .int: .int(Int(Int64(bitPattern: storage[offset])))
    case .bool: .bool(storage[offset] != 0)
    }
  }

  /// The element at a row-major offset as a Double, Int and Bool widened.
  public func real(_ offset: Int) -> Double {
    kind == .real
      ? Double(bitPattern: storage[offset]) : Double(Int64(bitPattern: storage[offset]))
  }

  /// All elements as doubles, Int and Bool widened.
  public var realElements: [Double] { (0..<count).map(real) }

  /// A copy of its own with room for at least `minimumCapacity` elements.
  public func copy(minimumCapacity: Int = 0) -> ArrayObject {
    let copy = ArrayObject(uninitialized: kind, shape: shape, minimumCapacity: minimumCapacity)
    copy.storage.update(from: storage, count: count)
    return copy
  }

  /// A Real copy of an array of Int or Bool.
  public func widened() -> ArrayObject {
    let copy = ArrayObject(uninitialized: .real, shape: shape)
    for offset in 0..<count { copy.reals[offset] = real(offset) }
    return copy
  }

  /// Appends along the first dimension `stride` elements read from `source`, growing the allocation geometrically.
  /// The caller has made sure that the object is uniquely referenced and that kinds agree.
  public func append(from source: UnsafePointer<UInt64>) {
    if count + stride > capacity {
      let larger = max(count + stride, capacity * 2)
      let moved = UnsafeMutablePointer<UInt64>.allocate(capacity: larger)
      moved.update(from: storage, count: count)
      storage.deallocate()
      storage = moved
      capacity = larger
    }
    (storage + count).update(from: source, count: stride)
    count += stride
    shape[0] += 1
  }
}

extension Value {
  public static func array(_ elements: [Double], shape: [Int]? = nil) -> Value {
    .object(ArrayObject(elements, shape: shape))
  }
  public static func array(_ elements: [Int], shape: [Int]? = nil) -> Value {
    .object(ArrayObject(elements, shape: shape))
  }
  public static func array(_ elements: [Bool], shape: [Int]? = nil) -> Value {
    .object(ArrayObject(elements, shape: shape))
  }
}
