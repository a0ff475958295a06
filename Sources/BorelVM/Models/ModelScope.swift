// Where a model is running: the scope of its addresses and the conditions and interventions that hold there.

import BorelSemantics

/// The scope of one activation of a model or of a memoised call; immutable, shared between forks.
public final class ModelScope: Sendable {
  /// One tree of conditions seen from this scope, with the place of its tallies in `ModelContext`.
  struct Layer: Sendable {
    var map: ChoiceMap
    var base: Int
  }

  /// nil for the outermost model.
  public let address: AddressScope?
  /// Conditions from outside first, then those that the submodel itself came with.
  let conditions: [Layer]
  let interventions: [Layer]

  init(address: AddressScope?, conditions: [Layer] = [], interventions: [Layer] = []) {
    self.address = address
    self.conditions = conditions
    self.interventions = interventions
  }

  /// The scope of a machine that runs no model.
  public static let outermost = ModelScope(address: nil)
}
