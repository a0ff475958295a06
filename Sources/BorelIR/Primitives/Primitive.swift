// A primitive is one row: name, parameters, result, effect and a line of documentation.

import BorelValues

public struct PrimitiveID: Hashable, Sendable {
  public let index: Int
  public init(_ index: Int) { self.index = index }
}

/// What the checker knows of an argument or a result.
public enum PrimitiveType: Sendable, Equatable {
  case any
  case null
  case bool
  case int
  /// Int or Real; as a result, Real.
  case real
  /// Int or Real; as a result, Int if all numeric arguments are Int, else Real.
  case number
  case string
  /// An array of any rank, or of the given rank.
  case array(rank: Int?)
  case list
  /// An array, list, string or record: whatever has a length.
  case collection
  case tuple
  case record
  case function
  case distribution
  case model
  /// A trace, posterior, population or another host value.
  case host(String)
  /// As a result: the type and shape of the given argument.
  case like(Int)
}

/// One row of the primitive table.
public struct Primitive: Sendable {
  public enum Effect: Sendable {
    case pure
    /// Draws from the machine's current random stream; allowed in `sample` methods only.
    case random
    /// Performed by the driver: inference, files, output.
    case host
  }

  public struct Parameter: Sendable {
    public var name: String
    public var type: PrimitiveType
    /// The value of a left-out argument; nil for a required one.
    public var defaultValue: Value?
    public init(_ name: String, _ type: PrimitiveType = .real, default defaultValue: Value? = nil) {
      self.name = name
      self.type = type
      self.defaultValue = defaultValue
    }
  }

  public var name: String
  public var parameters: [Parameter]
  /// True where the last parameter takes any number of arguments, none included.
  public var isVariadic: Bool
  public var result: PrimitiveType
  public var effect: Effect
  /// True where a scalar function maps over arrays of equal shape, scalars repeated.
  public var isElementwise: Bool
  /// One line for `help`, completion and the reference.
  public var summary: String

  public init(
    _ name: String, _ parameters: [Parameter], variadic: Bool = false, _ result: PrimitiveType = .real,
    effect: Effect = .pure, elementwise: Bool = false, _ summary: String
  ) {
    self.name = name
    self.parameters = parameters
    self.isVariadic = variadic
    self.result = result
    self.effect = effect
    self.isElementwise = elementwise
    self.summary = summary
  }
}

/// All primitives; a `PrimitiveID` is an index into `rows`.
public enum PrimitiveTable {
  /// The rows by subject, in the order of the reference.
  public static let sections: [(title: String, rows: [Primitive])] = [
    ("Operators", operatorPrimitives),
    ("Elementary functions", mathematicsPrimitives),
    ("Special functions, cdfs and quantiles", specialPrimitives),
    ("Random draws", randomPrimitives),
    ("Linear algebra", linearAlgebraPrimitives),
    ("Differential equations", differentialPrimitives),
    ("Distributions and models", distributionPrimitives),
    ("Arrays, lists and records", collectionPrimitives),
    ("Text", textPrimitives),
    ("Inference and data", inferencePrimitives),
  ]

  public static let rows: [Primitive] = sections.flatMap(\.rows)

  public static let ids: [String: PrimitiveID] = {
    var ids: [String: PrimitiveID] = [:]
    for (index, row) in rows.enumerated() { ids[row.name] = PrimitiveID(index) }
    return ids
  }()

  public static subscript(id: PrimitiveID) -> Primitive { rows[id.index] }
}
