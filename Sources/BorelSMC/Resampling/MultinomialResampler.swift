// Multinomial resampling: every new particle draws its ancestor independently.

import BorelSemantics

/// The offspring numbers are multinomial(n, W) (Gordon, Salmond and Smith 1993), by n searches in the cumulated weights.
public struct MultinomialResampler: Resampler {
  public init() {}

  public func offspring<Source: RandomSource>(
    of weights: [Double], count: Int, using random: inout Source
  ) -> [Int] {
    var offspring = Array(repeating: 0, count: weights.count)
    guard let last = weights.lastIndex(where: { $0 > 0 }) else { return offspring }
    var cumulated: [Double] = []
    cumulated.reserveCapacity(last + 1)
    var sum = 0.0
    for index in 0...last {
      sum += weights[index]
      cumulated.append(sum)
    }
    for _ in 0..<count {
      var uniform = random.uniformVariate()
      // The first index whose cumulated weight is above u; u is below that of the last one.
      var low = 0
      var high = last
      while low < high {
        let middle = (low + high) / 2
        if uniform.isBelow(cumulated[middle] / sum) { high = middle } else { low = middle + 1 }
      }
      offspring[low] += 1
    }
    return offspring
  }
}
