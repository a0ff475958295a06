// Values at specialisation time: structure is known, numbers are operands of the LoopIR under construction.

import BorelIR
import BorelSource

/// A value of the language while it is specialised.
indirect enum AbstractValue {
  case scalar(LoopOperand)
  case array(AbstractArray)
  case null
  case string(String)
  case tuple([AbstractValue])
  case list([AbstractValue])
  case record([(key: String, value: AbstractValue)])
  case function(FunctionID)
  case closure(FunctionID, [AbstractValue])
  case primitive(PrimitiveID)
  case distributionDefinition(DistributionID)
  case modelDefinition(ModelID)
  case distribution(AbstractDistribution)
  case model(AbstractModel)

  var kindName: String {
    switch self {
    case .scalar: "a number"
    case .array: "an array"
    case .null: "null"
    case .string: "a string"
    case .tuple: "a tuple"
    case .list: "a list"
    case .record: "a record"
    case .function, .closure, .primitive: "a function"
    case .distributionDefinition: "a distribution without parameters"
    case .modelDefinition: "a model without arguments"
    case .distribution: "a distribution"
    case .model: "a model"
    }
  }
}

/// An array: its sizes are operands; its elements lie in a variable or are computed where they are read.
///
/// Arrays that are computed where they are read never exist in memory: `mu + tau * z` costs nothing until an element is asked for.
struct AbstractArray {
  typealias Element = (inout Specialiser, [LoopOperand]) throws(NotNative) -> LoopOperand

  enum Source {
    case variable(LoopVariable)
    /// What is left of a variable after leading indices.
    case rows(LoopVariable, [LoopOperand])
    /// All elements are equal.
    case filled(LoopOperand)
    /// A vector whose elements are listed.
    case listed([LoopOperand])
    /// Computes the element at the indices, which lie within the sizes. `isCheap` where reading twice costs no more than a load.
    case elements(isCheap: Bool, Element)
  }

  var scalar: LoopScalar
  var sizes: [LoopOperand]
  var source: Source
  /// The matrix in memory of which this one is the transpose.
  var transposed: LoopVariable?

  init(scalar: LoopScalar, sizes: [LoopOperand], source: Source, transposed: LoopVariable? = nil) {
    self.scalar = scalar
    self.sizes = sizes
    self.source = source
    self.transposed = transposed
  }

  var rank: Int { sizes.count }
}

/// A distribution whose parameters are abstract values.
indirect enum AbstractDistribution {
  /// A definition at parameters of its own types.
  case plain(DistributionID, [AbstractValue])
  /// A definition whose scalar parameters were given arrays of one shape.
  case product(DistributionID, [AbstractValue], isElement: [Bool], sizes: [LoopOperand])
  case repeated(AbstractDistribution, sizes: [LoopOperand])
  case mixture(weights: [LoopOperand], [AbstractDistribution])
  case truncated(AbstractDistribution, lower: LoopOperand?, upper: LoopOperand?)
  case censored(AbstractDistribution, lower: LoopOperand?, upper: LoopOperand?)
  case ordered(AbstractDistribution, size: LoopOperand)
}

struct AbstractModel {
  var id: ModelID
  var arguments: [AbstractValue]
}
