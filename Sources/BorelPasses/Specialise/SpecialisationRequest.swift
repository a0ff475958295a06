// What specialisation needs to know of a model's arguments, globals and choices: types and structure, no values.

import BorelIR
import BorelSource
import BorelValues

/// The type and structure of a value that the model is given.
public indirect enum LoopArgument: Sendable, Hashable {
  case bool
  case int
  case real
  case array(LoopScalar, rank: Int)
  case null
  case string(String)
  case tuple([LoopArgument])
  case list([LoopArgument])
  case record([Field])
  case function(FunctionID)
  case primitive(PrimitiveID)
  case distribution(DistributionID)
  case model(ModelID)
  /// Anything else, by its kind: "closure", "trace".
  case other(String)

  public struct Field: Sendable, Hashable {
    public var key: String
    public var value: LoopArgument
    public init(key: String, value: LoopArgument) {
      self.key = key
      self.value = value
    }
  }
}

/// What is known of the choices at the sites of one pattern, such as `theta[_]`.
public struct SiteFacts: Sendable, Hashable {
  public var scalar: LoopScalar
  public var status: LoopSite.Status
  /// Dimensions of the site: those of its indices and those of its value.
  public var rank: Int
  /// True where the value is set by an intervention: it is given and has no density.
  public var isIntervention: Bool
  public init(scalar: LoopScalar, status: LoopSite.Status, rank: Int, isIntervention: Bool = false) {
    self.scalar = scalar
    self.status = status
    self.rank = rank
    self.isIntervention = isIntervention
  }
}

/// A model with the types of what it is given.
public struct SpecialisationRequest: Sendable {
  public var program: CoreProgram
  public var model: ModelID
  /// One per parameter, nil where the default applies.
  public var arguments: [LoopArgument?]
  /// The types of the globals that functions and models read, by identifier.
  public var globals: [GlobalID: LoopArgument]
  /// By pattern.
  public var sites: [String: SiteFacts]
  /// Free choices are drawn from their distributions, in the order of the program, instead of being given and scored.
  public var isSimulation = false
  public init(
    program: CoreProgram, model: ModelID, arguments: [LoopArgument?], globals: [GlobalID: LoopArgument] = [:],
    sites: [String: SiteFacts]
  ) {
    self.program = program
    self.model = model
    self.arguments = arguments
    self.globals = globals
    self.sites = sites
  }
}
