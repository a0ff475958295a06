// The statements of LoopIR: definitions of scalars, writes, structured control flow, routines and effects.

import BorelSource

public struct LoopStatement: Sendable {
  public var kind: Kind
  /// Where in the program's text it comes from.
  public var span: Span?

  public init(_ kind: Kind, _ span: Span? = nil) {
    self.kind = kind
    self.span = span
  }

  public indirect enum Kind: Sendable {
    /// Defines an immutable scalar.
    case define(LoopVariable, LoopOperation)
    /// Makes a mutable scalar.
    case declare(LoopVariable, LoopOperand)
    /// Makes an array of the variable's sizes, every element equal to `fill`; with nil, every element is written before it is read.
    case allocate(LoopVariable, fill: LoopOperand?)
    /// Writes a mutable scalar (no indices) or an element of an array (an index per dimension).
    case store(LoopVariable, [LoopOperand], LoopOperand)
    /// Adds to a mutable scalar (no indices) or to an element of an array.
    case accumulate(LoopVariable, [LoopOperand], LoopOperand)
    /// Runs the body for index = lower, ..., upper - 1, or from upper - 1 down to lower.
    case loop(LoopFor)
    case conditional(LoopOperand, then: [LoopStatement], else: [LoopStatement])
    /// Runs a routine of dense linear algebra. It writes (or adds to) `outputs`, which are arrays, and reads `inputs`.
    case call(LoopRoutine, outputs: [LoopVariable], inputs: [LoopVariable])

    /// Fails the evaluation unless the operand is true.
    case require(LoopOperand, LoopCheck)
    /// Adds to the log density.
    case target(LoopOperand)
    /// A choice; `density` and `simulate` take it apart.
    case choice(LoopChoice)
    /// Reads the value of a latent choice in its own space from outside; `unconstrain` takes it apart.
    case bind(LoopBinding)
  }
}

public struct LoopFor: Sendable {
  public var index: LoopVariable
  public var lower: LoopOperand
  public var upper: LoopOperand
  public var isDescending: Bool
  public var body: [LoopStatement]
  public init(
    index: LoopVariable, lower: LoopOperand, upper: LoopOperand, isDescending: Bool = false, body: [LoopStatement]
  ) {
    self.index = index
    self.lower = lower
    self.upper = upper
    self.isDescending = isDescending
    self.body = body
  }
}

/// Why an evaluation can fail.
public enum LoopCheck: String, Sendable {
  /// A condition on a distribution's parameters (`sigma > 0`).
  case parameter
  /// A given value outside of its distribution's support: the log density is -inf.
  case support
  /// An index outside its array.
  case index
  /// Shapes that must agree.
  case shape
  /// A routine that found its matrix singular or not positive definite; emitted by the printer after calls.
  case routine
  /// Any other failure of the virtual machine (`assert`, division of Ints by zero).
  case failure
}

/// The pure computation of one scalar.
public enum LoopOperation: Hashable, Sendable {
  case apply(LoopFunction, [LoopOperand])
  /// An element of an array, an index per dimension.
  case load(LoopVariable, [LoopOperand])
  /// The present value of a mutable scalar.
  case read(LoopVariable)
}

/// A set, with its bounds or sizes.
public struct LoopSupport: Sendable {
  public var kind: SupportKind
  public var arguments: [LoopOperand]
  public init(_ kind: SupportKind, _ arguments: [LoopOperand] = []) {
    self.kind = kind
    self.arguments = arguments
  }
}

/// A choice: its address, its support, and the two programs that are its distribution.
public struct LoopChoice: Sendable {
  public var site: Int
  /// Indices into the site's array: all of them where the choice is one scalar; the leading ones where it is an array.
  public var indices: [LoopOperand]
  /// Defined by the choice: a scalar, or an array of the value's sizes (its role is `mutable` and nothing else writes it).
  public var value: LoopVariable
  public var support: LoopSupport
  /// Computes the log density of `value`, in scope afterwards as `logDensity`.
  public var score: [LoopStatement]
  public var logDensity: LoopOperand
  public init(
    site: Int, indices: [LoopOperand], value: LoopVariable, support: LoopSupport, score: [LoopStatement],
    logDensity: LoopOperand
  ) {
    self.site = site
    self.indices = indices
    self.value = value
    self.support = support
    self.score = score
    self.logDensity = logDensity
  }
}

/// The value of a latent choice, to be read from outside and stored in the site's array.
public struct LoopBinding: Sendable {
  public var site: Int
  public var indices: [LoopOperand]
  public var value: LoopVariable
  public var support: LoopSupport
  public init(site: Int, indices: [LoopOperand], value: LoopVariable, support: LoopSupport) {
    self.site = site
    self.indices = indices
    self.value = value
    self.support = support
  }
}
