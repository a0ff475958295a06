// Resampling schemes summed over all of their randomness: unbiased offspring numbers, and what each scheme promises beyond.

import BorelExact
import BorelNumerics
import BorelSMC
import BorelSemantics
import Testing

/// A scheme that favours heavy particles, to see that the tests notice.
struct GreedyResampler: Resampler {
  func offspring<Source: RandomSource>(of weights: [Double], count: Int, using random: inout Source) -> [Int] {
    let squares = weights.map { $0 * $0 }
    let sum = squares.reduce(0, +)
    return MultinomialResampler().offspring(of: squares.map { $0 / sum }, count: count, using: &random)
  }
}

let weightCases: [[Double]] = [
  [1], [0.5, 0.5], [0.2, 0.8], [0, 1, 0], [0.1, 0.2, 0.3, 0.4], [0.25, 0.25, 0.25, 0.25], [0.05, 0, 0.9, 0.05],
  [1.0 / 3, 1.0 / 3, 1.0 / 3], [1e-17, 1 - 1e-17],
]

/// The largest difference between E[offspring] and n W.
func bias(of resampler: some Resampler, _ weights: [Double], count: Int) throws -> Double {
  var means = Array(repeating: 0.0, count: weights.count)
  try forEachOutcome { (source: inout EnumeratingSource) throws(Failure) in
    resampler.offspring(of: weights, count: count, using: &source)
  } visit: { offspring, probability in
    for (index, number) in offspring.enumerated() { means[index] += probability * Double(number) }
    if offspring.reduce(0, +) != count { means[0] = .infinity }
  }
  return zip(means, weights).map { abs($0 - Double(count) * $1) }.max() ?? .infinity
}

@Suite struct ResamplerTests {
  @Test(arguments: ResamplingScheme.all.map(\.name), weightCases) func offspringNumbersAreUnbiased(
    _ name: String, _ weights: [Double]
  ) throws {
    let scheme = try #require(ResamplingScheme.named(name))
    for count in 1...4 {
      #expect(try bias(of: scheme.resampler, weights, count: count) < 1e-12, "\(count)")
    }
  }

  @Test func aWrongSchemeIsCaught() throws {
    #expect(try bias(of: GreedyResampler(), [0.2, 0.8], count: 2) > 0.1)
  }

  @Test(arguments: weightCases) func schemesKeepTheirPromises(_ weights: [Double]) throws {
    for count in 2...4 {
      func laws(_ resampler: some Resampler) throws -> [[Int]: Double] {
        try exactLaw { (source: inout EnumeratingSource) throws(Failure) in
          resampler.offspring(of: weights, count: count, using: &source)
        }
      }
      // An outcome of probability 1e-17 belongs to the exact weight, not to its rounding to 1.
      for (offspring, probability) in try laws(SystematicResampler()) where probability > 1e-15 {
        for (number, weight) in zip(offspring, weights) {
          let expected = Double(count) * weight
          #expect(number >= Int(expected.rounded(.down)) && number <= Int(expected.rounded(.up)))
        }
      }
      for offspring in try laws(ResidualResampler()).keys {
        for (number, weight) in zip(offspring, weights) {
          #expect(Double(number) >= (Double(count) * weight - 1e-9).rounded(.down))
        }
      }
      for offspring in try laws(StratifiedResampler()).keys {
        for (number, weight) in zip(offspring, weights) { #expect(abs(Double(number) - Double(count) * weight) < 2) }
      }
    }
    // Multinomial(2, W): P(both from i) = Wᵢ².
    let pairs = try exactLaw { (source: inout EnumeratingSource) throws(Failure) in
      MultinomialResampler().offspring(of: weights, count: 2, using: &source)
    }
    for (index, weight) in weights.enumerated() {
      var both = Array(repeating: 0, count: weights.count)
      both[index] = 2
      #expect(abs((pairs[both] ?? 0) - weight * weight) < 1e-12)
    }
  }

  @Test func largePopulationsKeepTheirSize() {
    var random = RandomStream(seed: 1)
    var weights = (0..<1000).map { _ in random.exponential() }
    weights[999] = 0
    let sum = weights.reduce(0, +)
    for index in weights.indices { weights[index] /= sum }
    for scheme in ResamplingScheme.all {
      let offspring = scheme.resampler.offspring(of: weights, count: 1000, using: &random)
      #expect(offspring.reduce(0, +) == 1000 && offspring[999] == 0 && offspring.allSatisfy { $0 >= 0 })
    }
  }
}
