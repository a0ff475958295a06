// Mean, standard deviation and quantiles of draws with or without weights.

/// The mean, Σ w x with weights that sum to 1.
public func mean(_ values: [Double], weights: [Double]? = nil) -> Double {
  guard let weights else { return pairwiseSum(values) / Double(values.count) }
  var sum = 0.0
  for (value, weight) in zip(values, weights) where weight > 0 { sum += weight * value }
  return sum
}

/// The standard deviation: with the divisor n - 1 without weights, √ Σ w (x - mean)² with weights that sum to 1.
public func standardDeviation(_ values: [Double], weights: [Double]? = nil) -> Double {
  let centre = mean(values, weights: weights)
  guard let weights else {
    guard values.count > 1 else { return .nan }
    let squares = values.map { ($0 - centre) * ($0 - centre) }
    return (pairwiseSum(squares) / Double(values.count - 1)).squareRoot()
  }
  var sum = 0.0
  for (value, weight) in zip(values, weights) where weight > 0 {
    sum += weight * (value - centre) * (value - centre)
  }
  return sum.squareRoot()
}

/// Quantiles of draws of a real variable without weights: linear interpolation between order statistics
/// (Hyndman & Fan 1996, definition 7). `sorted` is ascending.
public func interpolatedQuantile(_ sorted: [Double], _ probability: Double) -> Double {
  guard let last = sorted.last else { return .nan }
  let position = probability * Double(sorted.count - 1)
  let index = min(max(Int(position), 0), sorted.count - 1)
  guard index + 1 < sorted.count else { return last }
  let (low, high) = (sorted[index], sorted[index + 1])
  let share = position - Double(index)
  // Not 0 * inf.
  return share == 0 || low == high ? low : low + share * (high - low)
}

/// The smallest value whose cumulative weight reaches the probability: quantiles of weighted draws and of whole numbers.
func steppedQuantile(_ sorted: [(value: Double, weight: Double)], _ probability: Double) -> Double {
  var cumulative = 0.0
  for (value, weight) in sorted {
    cumulative += weight
    // Rounding of a sum of n weights must not move the quantile to the next value.
    if cumulative >= probability - 1e-12 { return value }
  }
  return sorted.last?.value ?? .nan
}

/// Quantiles at the given probabilities; see `interpolatedQuantile` and `steppedQuantile`.
public func quantiles(
  _ values: [Double], at probabilities: [Double], weights: [Double]? = nil, isDiscrete: Bool = false
) -> [Double] {
  if weights == nil, !isDiscrete {
    let sorted = values.sorted()
    return probabilities.map { interpolatedQuantile(sorted, $0) }
  }
  let equal = 1 / Double(values.count)
  var pairs = values.indices.map { (value: values[$0], weight: weights?[$0] ?? equal) }
  pairs.removeAll { $0.weight == 0 }
  pairs.sort { $0.value < $1.value }
  return probabilities.map { steppedQuantile(pairs, $0) }
}
