// Residual resampling: the whole parts of n W for certain, multinomial draws for the rest.

import BorelSemantics

/// Particle i has ⌊n Wᵢ⌋ offspring and its part of the remaining ones, drawn with the fractional parts as weights (Liu and Chen 1998).
public struct ResidualResampler: Resampler {
  public init() {}

  public func offspring<Source: RandomSource>(
    of weights: [Double], count: Int, using random: inout Source
  ) -> [Int] {
    var offspring = Array(repeating: 0, count: weights.count)
    var fractions = weights
    var sum = 0.0
    var remaining = count
    for index in weights.indices {
      // A product that rounding has put just below a whole number is taken as that number.
      let expected = Double(count) * weights[index]
      let whole = (expected * (1 + 4e-16)).rounded(.down)
      offspring[index] = min(Int(whole), remaining)
      remaining -= offspring[index]
      fractions[index] = max(expected - whole, 0)
      sum += fractions[index]
    }
    guard remaining > 0 else { return offspring }
    guard sum > 0 else {
      // Only rounding can leave particles over without weights to draw them from.
      let heaviest = weights.indices.max { weights[$0] < weights[$1] } ?? 0
      offspring[heaviest] += remaining
      return offspring
    }
    for index in fractions.indices { fractions[index] /= sum }
    let rest = MultinomialResampler().offspring(of: fractions, count: remaining, using: &random)
    for index in offspring.indices { offspring[index] += rest[index] }
    return offspring
  }
}
