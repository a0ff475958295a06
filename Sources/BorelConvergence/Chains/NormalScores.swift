// Ranks as quantiles of the normal distribution, in which R-hat and the bulk effective size are computed.

import BorelNumerics

/// Φ⁻¹((r - 3/8) / (N + 1/4)) of all ranks r = 1, 3/2, 2, ..., N (Blom 1958; Vehtari et al. 2021, section 4.1).
struct NormalScores {
  let count: Int
  /// By the doubled rank, since ties share the mean of their ranks; NaN where not computed yet.
  private let table: UnsafeMutablePointer<Double>

  init(count: Int) {
    self.count = count
    table = .allocate(capacity: 2 * count + 1)
    table.initialize(repeating: .nan, count: 2 * count + 1)
  }

  func deallocate() { table.deallocate() }

  func score(doubledRank: Int) -> Double {
    let known = table[doubledRank]
    if !known.isNaN { return known }
    let probability = (0.5 * Double(doubledRank) - 0.375) / (Double(count) - 0.75 + 1)
    let score = Special.normalQuantile(probability)
    table[doubledRank] = score
    return score
  }
}
