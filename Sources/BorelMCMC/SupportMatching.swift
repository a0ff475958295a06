// Decides whether a choice keeps its value when its distribution changes between two executions.

import BorelSemantics
import BorelValues

/// Whether a value carries over from a choice with one support to the choice with the other at the same address.
///
/// The rule is symmetric, so that the way back decides alike, and it depends on the supports only. Values carry over between
/// intervals that overlap, between finite sets with a common element, and between arrays of one shape; never between a
/// discrete and a continuous choice. Where the supports do not meet the choice is drawn afresh, for no value could carry over.
func supportsMatch(_ a: Support, _ b: Support) -> Bool {
  switch (a, b) {
  case (.reals(let lower, let upper), .reals(let otherLower, let otherUpper)):
    return max(lower, otherLower) < min(upper, otherUpper)
  case (.integers(let lower, let upper), .integers(let otherLower, let otherUpper)):
    return max(lower ?? .min, otherLower ?? .min) <= min(upper ?? .max, otherUpper ?? .max)
  case (.booleans, .booleans), (.discrete, .discrete): return true
  case (.continuous(let shape, let unconstrained), .continuous(let otherShape, let otherUnconstrained)):
    return shape == otherShape && unconstrained == otherUnconstrained
  case (.finite(let values), .finite(let others)):
    if let first = values.first, let other = others.first, ValueKey(first) == ValueKey(other) { return true }
    return !Set(values.map { ValueKey($0) }).isDisjoint(with: others.map { ValueKey($0) })
  default: return false
  }
}
