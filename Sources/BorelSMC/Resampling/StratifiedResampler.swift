// Stratified resampling: one uniform point in each of n equal parts of [0, 1).

import BorelSemantics

/// Particle i has as many offspring as there are points (k + uₖ) / n, with uₖ independent, in its part of [0, 1) (Kitagawa 1996).
public struct StratifiedResampler: Resampler {
  public init() {}

  public func offspring<Source: RandomSource>(
    of weights: [Double], count: Int, using random: inout Source
  ) -> [Int] {
    var offspring = Array(repeating: 0, count: weights.count)
    guard let last = weights.lastIndex(where: { $0 > 0 }) else { return offspring }
    var stratum = 0
    var uniform = random.uniformVariate()
    var cumulated = 0.0
    var before = 0
    for index in 0...last {
      cumulated += weights[index]
      let (whole, fraction) = wholeAndFraction(cumulated, count)
      while stratum < whole, stratum < count - 1 {
        stratum += 1
        uniform = random.uniformVariate()
      }
      let through = index == last ? count : min(whole + (uniform.isBelow(fraction) ? 1 : 0), count)
      offspring[index] = through - before
      before = through
    }
    return offspring
  }
}
