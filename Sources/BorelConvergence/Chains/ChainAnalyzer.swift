// The measures of one number's draws in several chains, with tables and memory kept for the next number.

import BorelDraws

/// What a Monte Carlo estimate is of.
public enum EstimatedQuantity: Sendable, Equatable {
  /// The centre of the distribution: the mean of rank-normalised draws.
  case bulk
  /// The worse of the 5 % and the 95 % quantile.
  case tail
  case mean
  case standardDeviation
  case median
  case quantile(Double)
}

/// Measures columns of draws that have the same number of chains of the same length. One object serves one thread.
///
/// Conventions for missing values, infinities, constants and short chains are those of ArviZ 0.23: NaN anywhere, fewer than 4 draws a
/// chain, or for R-hat fewer than two chains give NaN; of a constant all draws count.
public final class ChainAnalyzer {
  public let chainCount: Int
  public let length: Int
  public var count: Int { chainCount * length }
  /// Draws of half a chain; the middle one of an odd number is in none.
  let half: Int

  /// The draws, chain after chain, as they were last given.
  let values: UnsafeMutablePointer<Double>
  /// First all first halves, then all second halves.
  let halves: UnsafeMutablePointer<Double>
  private let scratch: UnsafeMutablePointer<Double>
  /// Positions of the halves' values in ascending order.
  private let order: UnsafeMutablePointer<Int32>
  /// The halves' values in ascending order.
  private let ascending: UnsafeMutablePointer<Double>
  /// Where a draw stands in the halves, -1 for the middle one of an odd number.
  private let placeInHalves: [Int32]
  private let sorter: SortedOrder
  private let scores: NormalScores
  private let real: RealAutocovariance
  private let indicator: IndicatorAutocovariance
  private var sortedValues: [Double]

  private(set) var hasMissing = false
  private(set) var isSorted = false
  private var splitCount: Int { 2 * chainCount * half }

  public init(chainCount: Int, length: Int) {
    self.chainCount = chainCount
    self.length = length
    half = length / 2
    let count = max(chainCount * length, 1)
    values = .allocate(capacity: count)
    halves = .allocate(capacity: count)
    scratch = .allocate(capacity: count)
    order = .allocate(capacity: count)
    ascending = .allocate(capacity: count)
    let half = half
    placeInHalves = (0..<chainCount).flatMap { chain in
      (0..<length).map { draw -> Int32 in
        if draw < half { return Int32(truncatingIfNeeded: chain * half + draw) }
        guard draw >= length - half else { return -1 }
        return Int32(truncatingIfNeeded: (chainCount + chain) * half + draw - (length - half))
      }
    }
    sorter = SortedOrder(count: chainCount * length)
    scores = NormalScores(count: 2 * chainCount * half)
    real = RealAutocovariance(chainCount: 2 * chainCount, length: half)
    indicator = IndicatorAutocovariance(chainCount: 2 * chainCount, length: half)
    sortedValues = []
  }

  deinit {
    values.deallocate()
    halves.deallocate()
    scratch.deallocate()
    order.deallocate()
    ascending.deallocate()
    sorter.deallocate()
    scores.deallocate()
  }

  /// Takes the draws of the next number: `chainCount` chains of `length` draws one behind the other.
  public func load(_ draws: some Collection<Double>) {
    var index = 0
    hasMissing = false
    for value in draws where index < count {
      values[index] = value
      if value.isNaN { hasMissing = true }
      index += 1
    }
    while index < count {
      values[index] = .nan
      hasMissing = true
      index += 1
    }
    split(values, into: halves)
    isSorted = false
  }

  private func split(_ source: UnsafePointer<Double>, into target: UnsafeMutablePointer<Double>) {
    for chain in 0..<chainCount {
      let start = source + chain * length
      (target + chain * half).update(from: start, count: half)
      (target + (chainCount + chain) * half).update(from: start + (length - half), count: half)
    }
  }

  // MARK: Order

  /// All draws in ascending order; they must not be missing.
  public var sorted: [Double] {
    sortIfNeeded()
    return sortedValues
  }

  private func sortIfNeeded() {
    guard !isSorted else { return }
    isSorted = true
    sorter.sort(values)
    if sortedValues.count != count { sortedValues = Array(repeating: 0, count: count) }
    var next = 0
    sortedValues.withUnsafeMutableBufferPointer { sorted in
      placeInHalves.withUnsafeBufferPointer { places in
        for rank in 0..<count {
          let position = Int(sorter.order[rank])
          let value = values[position]
          sorted[rank] = value
          let place = places[position]
          guard place >= 0 else { continue }
          order[next] = place
          ascending[next] = value
          next += 1
        }
      }
    }
  }

  /// The mean of the two middle values; NaN between -inf and inf.
  private var medianOfHalves: Double {
    let n = splitCount
    return n % 2 == 1 ? ascending[n / 2] : (ascending[n / 2 - 1] + ascending[n / 2]) / 2
  }

  // MARK: R-hat

  /// The largest of the R-hats of rank-normalised and of folded rank-normalised half-chains; NaN of a single chain.
  public var rHat: Double {
    guard !hasMissing, length >= 4, chainCount >= 2 else { return .nan }
    sortIfNeeded()
    writeScores()
    let bulk = splitRHat(scratch)
    guard writeFoldedScores() else { return bulk }
    let tail = splitRHat(scratch)
    return tail > bulk ? tail : bulk
  }

  /// √((B/W + n - 1) / n) of half-chains of n numbers (Gelman & Rubin 1992; Vehtari et al. 2021, equation 4).
  private func splitRHat(_ x: UnsafePointer<Double>) -> Double {
    let n = Double(half)
    var means: [Double] = []
    var variances: [Double] = []
    for chain in 0..<2 * chainCount {
      let start = x + chain * half
      let mean = pairwiseSum(start, count: half) / n
      means.append(mean)
      variances.append(isConstant(start) ? 0 : sumOfSquares(start, around: mean) / (n - 1))
    }
    let between = n * varianceOfMeans(means)
    let within = pairwiseSum(variances) / Double(2 * chainCount)
    return ((between / within + n - 1) / n).squareRoot()
  }

  private func isConstant(_ x: UnsafePointer<Double>) -> Bool {
    for index in 1..<half where x[index] != x[0] { return false }
    return true
  }

  private func sumOfSquares(_ x: UnsafePointer<Double>, around mean: Double) -> Double {
    var low = SIMD4<Double>.zero
    var high = SIMD4<Double>.zero
    let raw = UnsafeRawPointer(x)
    var index = 0
    while index + 8 <= half {
      let a = raw.loadUnaligned(fromByteOffset: index * 8, as: SIMD4<Double>.self) - mean
      let b = raw.loadUnaligned(fromByteOffset: index * 8 + 32, as: SIMD4<Double>.self) - mean
      low += a * a
      high += b * b
      index += 8
    }
    var sum = (low + high).sum()
    while index < half {
      sum += (x[index] - mean) * (x[index] - mean)
      index += 1
    }
    return sum
  }

  private func varianceOfMeans(_ means: [Double]) -> Double {
    let mean = pairwiseSum(means) / Double(means.count)
    return pairwiseSum(means.map { ($0 - mean) * ($0 - mean) }) / Double(means.count - 1)
  }

  /// Normal scores of the halves' draws, ties sharing the mean of their ranks.
  private func writeScores() {
    let n = splitCount
    var start = 0
    while start < n {
      let value = ascending[start]
      var end = start + 1
      while end < n, ascending[end] == value { end += 1 }
      // Ranks start+1 ... end have the mean (start + 1 + end) / 2.
      let score = scores.score(doubledRank: start + 1 + end)
      for place in start..<end { scratch[Int(order[place])] = score }
      start = end
    }
  }

  /// Normal scores of the distances from the median; false where a distance is not a number.
  private func writeFoldedScores() -> Bool {
    let n = splitCount
    let median = medianOfHalves
    guard !abs(ascending[0] - median).isNaN, !abs(ascending[n - 1] - median).isNaN else { return false }
    func distance(_ place: Int) -> Double { abs(ascending[place] - median) }
    // Distances fall up to the median and rise from there: two ascending runs, outwards from the middle.
    var right = 0
    while right < n, ascending[right] < median { right += 1 }
    var left = right - 1
    var rank = 0
    while rank < n {
      let nearest: Double
      if left < 0 {
        nearest = distance(right)
      } else if right >= n {
        nearest = distance(left)
      } else {
        nearest = min(distance(left), distance(right))
      }
      var (newLeft, newRight) = (left, right)
      while newLeft >= 0, distance(newLeft) == nearest { newLeft -= 1 }
      while newRight < n, distance(newRight) == nearest { newRight += 1 }
      let size = left - newLeft + newRight - right
      let score = scores.score(doubledRank: 2 * rank + 1 + size)
      for place in (newLeft + 1)..<(left + 1) { scratch[Int(order[place])] = score }
      for place in right..<newRight { scratch[Int(order[place])] = score }
      (left, right) = (newLeft, newRight)
      rank += size
    }
    return true
  }

  // MARK: Effective sizes

  /// The number of independent draws that would tell as much of the quantity; NaN where there are fewer than 4 draws a chain.
  public func effectiveSize(of quantity: EstimatedQuantity) -> Double {
    guard !hasMissing, length >= 4, chainCount >= 1 else { return .nan }
    switch quantity {
    case .bulk:
      sortIfNeeded()
      writeScores()
      return effectiveSize(ofHalves: scratch)
    case .tail:
      let low = effectiveSize(of: .quantile(0.05))
      let high = effectiveSize(of: .quantile(0.95))
      return high < low ? high : low
    case .mean: return effectiveSize(ofHalves: halves)
    case .standardDeviation:
      writeSquaredDeviations()
      return effectiveSize(ofHalves: scratch)
    case .median: return effectiveSize(of: .quantile(0.5))
    case .quantile(let probability): return effectiveSizeOfIndicator(atMost: quantileBound(probability))
    }
  }

  /// (x - mean of all)² of the halves' draws.
  private func writeSquaredDeviations() {
    let mean = pairwiseSum(values, count: count) / Double(count)
    for index in 0..<splitCount { scratch[index] = (halves[index] - mean) * (halves[index] - mean) }
  }

  private func effectiveSize(ofHalves x: UnsafePointer<Double>) -> Double {
    let n = splitCount
    var (smallest, largest) = (x[0], x[0])
    for index in 0..<n {
      smallest = min(smallest, x[index])
      largest = max(largest, x[index])
    }
    if largest - smallest < 1e-15 { return Double(n) }
    guard smallest.isFinite, largest.isFinite else { return .nan }
    var means: [Double] = []
    for chain in 0..<2 * chainCount {
      let start = x + chain * half
      let mean = pairwiseSum(start, count: half) / Double(half)
      means.append(mean)
      let target = real.centred + chain * half
      for index in 0..<half { target[index] = start[index] - mean }
    }
    real.reset()
    return geyerEffectiveSize(
      chainCount: 2 * chainCount, length: half, varianceOfMeans: varianceOfMeans(means), autocovariance: real)
  }

  private func effectiveSizeOfIndicator(atMost bound: Double) -> Double {
    var isAnyBelow = false
    var isAnyAbove = false
    var means: [Double] = []
    for chain in 0..<2 * chainCount {
      indicator.set(chain: chain, halves + chain * half, atMost: bound)
      let mean = indicator.mean(chain: chain)
      if mean > 0 { isAnyBelow = true }
      if mean < 1 { isAnyAbove = true }
      means.append(mean)
    }
    guard isAnyBelow, isAnyAbove else { return Double(splitCount) }
    return geyerEffectiveSize(
      chainCount: 2 * chainCount, length: half, varianceOfMeans: varianceOfMeans(means), autocovariance: indicator)
  }

  /// The value that indicators of a quantile compare with. Whether it equals a tied draw decides what they are, so that the formula,
  /// (1 - g) a + g b, is that of ArviZ to the last bit, including NaN beside infinite draws.
  private func quantileBound(_ probability: Double) -> Double {
    sortIfNeeded()
    let n = count
    guard n > 1 else { return sortedValues.first ?? .nan }
    let position = Double(n) * probability + (1 - probability)
    let index = Int(min(max(position, 1), Double(n - 1)).rounded(.down))
    let share = min(max(position - Double(index), 0), 1)
    return (1 - share) * sortedValues[index - 1] + share * sortedValues[index]
  }

  // MARK: Monte Carlo standard errors

  /// The mean and the standard deviation of all draws, divisor n - 1.
  var moments: (mean: Double, standardDeviation: Double) {
    let n = Double(count)
    let mean = pairwiseSum(values, count: count) / n
    guard count > 1 else { return (mean, .nan) }
    for index in 0..<count { scratch[index] = (values[index] - mean) * (values[index] - mean) }
    return (mean, (pairwiseSum(scratch, count: count) / (n - 1)).squareRoot())
  }

  /// The standard error of an estimate from these draws. `bulk` and `tail` name no estimate and have none: NaN.
  ///
  /// Of the mean sd / √ess; of the standard deviation by the delta method from the variance of (x - mean)²; of a quantile half the
  /// distance of the order statistics at Φ(±1) of the quantile's beta law (Vehtari et al. 2021, section 4.4).
  public func standardError(of quantity: EstimatedQuantity) -> Double {
    guard !hasMissing, length >= 4, chainCount >= 1 else { return .nan }
    switch quantity {
    case .bulk, .tail: return .nan
    case .mean: return moments.standardDeviation / effectiveSize(of: .mean).squareRoot()
    case .standardDeviation: return standardErrorOfDeviation()
    case .median: return standardError(of: .quantile(0.5))
    case .quantile(let probability): return standardErrorOfQuantile(probability)
    }
  }

  private func standardErrorOfDeviation() -> Double {
    let n = Double(count)
    let mean = pairwiseSum(values, count: count) / n
    for index in 0..<count { scratch[index] = (values[index] - mean) * (values[index] - mean) }
    let second = pairwiseSum(scratch, count: count) / n
    for index in 0..<count { scratch[index] *= scratch[index] }
    let fourth = pairwiseSum(scratch, count: count) / n
    let variance = (fourth - second * second) / effectiveSize(of: .standardDeviation)
    return (variance / second / 4).squareRoot()
  }

  private func standardErrorOfQuantile(_ probability: Double) -> Double {
    let size = effectiveSize(of: .quantile(probability))
    sortIfNeeded()
    let (a, b) = (size * probability + 1, size * (1 - probability) + 1)
    let last = Double(count - 1)
    let low = betaQuantile(0.1586553, a, b) * Double(count) - 1
    let high = betaQuantile(0.8413447, a, b) * Double(count) - 1
    let first = low > 0 ? low.rounded(.down) : 0
    let second = high < last ? high.rounded(.up) : last
    return (sortedValues[min(Int(second), count - 1)] - sortedValues[min(Int(first), count - 1)]) / 2
  }
}
