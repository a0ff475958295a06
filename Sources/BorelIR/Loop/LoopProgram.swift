// LoopIR: the static fragment of the language, typed and first-order, with structured loops over dense arrays.
//
// A program of LoopIR is a list of statements over numbered variables. Every scalar computation is a statement of its own
// (`define`), so passes look at one operation at a time; the printers put single uses back into place.

import BorelSource

/// A variable of one LoopIR program: an index into its `variables`.
public struct LoopVariable: Hashable, Sendable {
  public let index: Int
  public init(_ index: Int) { self.index = index }
}

/// The type of a scalar, or of the elements of an array.
public enum LoopScalar: String, Hashable, Sendable {
  case bool = "Bool"
  case int = "Int"
  case real = "Real"
}

/// What an operation reads: a constant or a variable that never changes while it is in scope.
public enum LoopOperand: Hashable, Sendable {
  case variable(LoopVariable)
  case bool(Bool)
  case int(Int)
  case real(Double)
}

/// A variable's name, type and role. Scalars have no sizes; arrays are dense and row-major.
public struct LoopVariableInfo: Sendable, Equatable {
  public enum Role: Sendable, Equatable {
    /// Given from outside; never written.
    case input
    /// Defined once, by `define`, `loop`, `bind` or `choice`.
    case immutable
    /// A scalar of `declare`, or an array of `allocate`: written by `assign`, `store`, `accumulate` and `call`.
    case mutable
    /// A contiguous part of another array, from the given element on: reads and writes are those of the base.
    case view(of: LoopVariable, offset: LoopOperand)
    /// An array that the caller provides and the program fills; zero at the start.
    case output
  }

  public var name: String
  public var scalar: LoopScalar
  /// One entry per dimension: constants or Int variables in scope where the array is made.
  public var sizes: [LoopOperand]
  public var role: Role

  public init(name: String, scalar: LoopScalar, sizes: [LoopOperand] = [], role: Role) {
    self.name = name
    self.scalar = scalar
    self.sizes = sizes
    self.role = role
  }

  public var isArray: Bool { !sizes.isEmpty }
}

/// A value that the caller hands over before the program runs.
public struct LoopInput: Sendable, Equatable {
  public enum Source: Sendable, Equatable {
    /// An argument of the model, or a field of one: the path of names, the parameter first.
    case argument([String])
    /// The size of an argument's array in one dimension.
    case argumentSize([String], dimension: Int)
    /// A top-level variable that the model reads, or a field of it.
    case global([String])
    case globalSize([String], dimension: Int)
    /// The observed values of a site, in the shape of the site; missing elements are NaN.
    case observed(site: Int)
    /// Which elements of a partly observed site are missing (Bool), and their rank among the missing ones (Int).
    case isMissing(site: Int)
    case missingRank(site: Int)
    /// The size of a site's array in one dimension, found by running the program once.
    case siteSize(site: Int, dimension: Int)
    /// How many elements of a partly observed site are missing.
    case missingCount(site: Int)
    /// The values of a latent site in their own space, in the shape of the site.
    case choice(site: Int)
    /// The point in unconstrained space.
    case position
    /// Given by a pass for its own purposes (a direction of differentiation, say).
    case other(String)
  }
  public var variable: LoopVariable
  public var source: Source
  public init(variable: LoopVariable, source: Source) {
    self.variable = variable
    self.source = source
  }
}

/// A place where the program chooses, with all its elements: `x`, `theta[_]`, `leaf[_]/x`.
public struct LoopSite: Sendable {
  public enum Status: String, Sendable {
    case latent
    case observed
    /// Some elements are observed, some are not.
    case partlyObserved
  }
  /// The address with `_` for every index: `theta[_]`.
  public var pattern: String
  public var scalar: LoopScalar
  /// The number of leading dimensions that are indices of the address; the rest belong to the value.
  public var indexRank: Int
  /// Holds all values; its sizes are the site's shape. Nil for a site of one scalar.
  public var array: LoopVariable?
  public var status: Status
  public var span: Span
  public init(
    pattern: String, scalar: LoopScalar, indexRank: Int, array: LoopVariable?, status: Status, span: Span
  ) {
    self.pattern = pattern
    self.scalar = scalar
    self.indexRank = indexRank
    self.array = array
    self.status = status
    self.span = span
  }
}

/// A program in LoopIR.
public struct LoopProgram: Sendable {
  public var name: String
  public var variables: [LoopVariableInfo] = []
  public var inputs: [LoopInput] = []
  public var sites: [LoopSite] = []
  public var body: [LoopStatement] = []
  /// Systems of differential equations, by the numbers that `LoopIntegration` has.
  public var systems: [LoopSystem] = []
  /// Values that the program hands back by name besides `target`, scalars or arrays in scope at the end.
  public var results: [(name: String, value: LoopOperand)] = []

  public init(name: String) { self.name = name }

  // Inlined, so that one field is read without a copy of all.
  @inlinable
  public subscript(variable: LoopVariable) -> LoopVariableInfo {
    get { variables[variable.index] }
    set { variables[variable.index] = newValue }
  }

  /// The type of an operand's value; arrays give their element's.
  public func scalar(of operand: LoopOperand) -> LoopScalar {
    switch operand {
    case .variable(let variable): variables[variable.index].scalar
    case .bool: .bool
    case .int: .int
    case .real: .real
    }
  }

  public mutating func addVariable(_ info: LoopVariableInfo) -> LoopVariable {
    variables.append(info)
    return LoopVariable(variables.count - 1)
  }

  /// The variable of an input, or nil.
  public func input(_ source: LoopInput.Source) -> LoopVariable? {
    inputs.first { $0.source == source }?.variable
  }
}
