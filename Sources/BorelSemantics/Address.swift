// Addresses: the names of random choices, `mu`, `theta[3]`, `leaf/x`, `cluster(2)/sample#1`.

/// The name part of an address, made once per site so that comparison is usually one of references.
public final class AddressName: Sendable {
  public let text: String
  let hash: Int

  public init(_ text: String) {
    self.text = text
    var hasher = Hasher()
    hasher.combine(text)
    hash = hasher.finalize()
  }

  @inlinable
  public static func == (a: AddressName, b: AddressName) -> Bool { a === b || a.text == b.text }
}

/// The indices of an element: none for `x`, one for `x[i]`, two for `x[i, j]`.
public enum AddressIndices: Hashable, Sendable {
  case none
  case one(Int)
  case two(Int, Int)
  case many([Int])

  public init(_ indices: [Int]) {
    switch indices.count {
    case 0: self = .none
    case 1: self = .one(indices[0])
    case 2: self = .two(indices[0], indices[1])
    default: self = .many(indices)
    }
  }

  public var array: [Int] {
    switch self {
    case .none: []
    case .one(let i): [i]
    case .two(let i, let j): [i, j]
    case .many(let indices): indices
    }
  }
}

/// Where the choices of a submodel or of a memoised call live; part of every address below it.
public final class AddressScope: Sendable {
  /// The address of the submodel's site: its scope's choices are `address/...`.
  public let address: Address
  let hash: Int

  public init(_ address: Address) {
    self.address = address
    var hasher = Hasher()
    hasher.combine(address)
    hash = hasher.finalize()
  }
}

/// The name of one random choice of an execution. Two choices of one execution never share an address.
public struct Address: Hashable, Sendable {
  /// nil for the choices of the outermost model.
  public let scope: AddressScope?
  public let name: AddressName
  public let indices: AddressIndices

  public init(_ name: AddressName, _ indices: AddressIndices = .none, in scope: AddressScope? = nil) {
    self.scope = scope
    self.name = name
    self.indices = indices
  }

  public static func == (a: Address, b: Address) -> Bool {
    guard a.indices == b.indices, a.name == b.name else { return false }
    if a.scope === b.scope { return true }
    guard let first = a.scope, let second = b.scope, first.hash == second.hash else { return false }
    return first.address == second.address
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(name.hash)
    hasher.combine(indices)
    if let scope { hasher.combine(scope.hash) }
  }
}

extension Address: CustomStringConvertible {
  /// As written: `leaf/x[1, 2]` has the text `leaf/x[1,2]`.
  public var description: String {
    let own = name.text + (indices == .none ? "" : "[\(indices.array.map(String.init).joined(separator: ","))]")
    guard let scope else { return own }
    return "\(scope.address)/\(own)"
  }
}
