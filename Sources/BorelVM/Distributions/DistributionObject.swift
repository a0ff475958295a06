// A distribution as a value: a definition applied to its arguments, or a combination of other distributions.

import BorelIR
import BorelSemantics
import BorelValues

/// A distribution value.
///
/// Either plain, a definition of one variate with its arguments, or a combination (an independent product, a mixture,
/// a truncation, ...). Arguments of a plain distribution stand inline so that making one costs one allocation.
public final class DistributionObject: HeapObject, @unchecked Sendable {
  /// The definition of a plain distribution; nil for a combination.
  public let definition: DistributionDefinition?
  /// The combination; nil for a plain distribution.
  public let combination: (any DistributionCombination)?
  /// The number of arguments of a plain distribution.
  public let argumentCount: Int
  /// The first four arguments; `.null` where there are fewer.
  public let argument0, argument1, argument2, argument3: Value
  /// The arguments from the fifth on.
  public let moreArguments: [Value]
  /// The arguments with their nodes, where one has any: those of the definition, of the product or of the combination. Set when it is made;
  /// everything but densities reads the arguments without nodes.
  var tracedArguments: [Value]?
  /// How many combinations stand inside one another; 0 for a plain distribution.
  let nesting: Int

  /// A plain distribution whose arguments have passed the checks of `DistributionDefinition.apply`.
  init(_ definition: DistributionDefinition, checked arguments: some Collection<Value>) {
    self.definition = definition
    combination = nil
    nesting = 0
    argumentCount = arguments.count
    var rest = arguments.makeIterator()
    argument0 = rest.next() ?? .null
    argument1 = rest.next() ?? .null
    argument2 = rest.next() ?? .null
    argument3 = rest.next() ?? .null
    moreArguments = arguments.count > 4 ? Array(arguments.dropFirst(4)) : []
    super.init(tag: .distribution)
  }

  public init(_ combination: any DistributionCombination) {
    definition = nil
    self.combination = combination
    nesting = 1 + (combination.components.map(\.nesting).max() ?? 0)
    argumentCount = 0
    argument0 = .null
    argument1 = .null
    argument2 = .null
    argument3 = .null
    moreArguments = []
    super.init(tag: .distribution)
  }

  /// The i-th argument of a plain distribution.
  @inlinable
  public func argument(_ index: Int) -> Value {
    switch index {
    case 0: argument0
    case 1: argument1
    case 2: argument2
    case 3: argument3
    default: index - 4 < moreArguments.count ? moreArguments[index - 4] : .null
    }
  }

  public var arguments: [Value] { (0..<argumentCount).map(argument) }
}
