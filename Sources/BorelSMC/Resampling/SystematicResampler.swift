// Systematic resampling: the points (k + u) / n of one uniform number u.

import BorelSemantics

/// Particle i has as many offspring as there are points (k + u) / n, k = 0, …, n - 1, in its part of [0, 1) (Carpenter, Clifford
/// and Fearnhead 1999). Its number is n Wᵢ rounded up or down.
public struct SystematicResampler: Resampler {
  public init() {}

  public func offspring<Source: RandomSource>(
    of weights: [Double], count: Int, using random: inout Source
  ) -> [Int] {
    var offspring = Array(repeating: 0, count: weights.count)
    guard let last = weights.lastIndex(where: { $0 > 0 }) else { return offspring }
    var uniform = random.uniformVariate()
    var cumulated = 0.0
    var before = 0
    for index in 0...last {
      cumulated += weights[index]
      // The number of points below C is the number of k with k + u < n C.
      let (whole, fraction) = wholeAndFraction(cumulated, count)
      let through = index == last ? count : min(whole + (uniform.isBelow(fraction) ? 1 : 0), count)
      offspring[index] = through - before
      before = through
    }
    return offspring
  }
}
