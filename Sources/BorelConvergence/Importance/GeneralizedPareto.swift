// The generalised Pareto distribution of exceedances: its fit and its quantiles.

/// A generalised Pareto distribution with location zero: P(X > x) = (1 + k x / σ)^(-1/k).
public struct GeneralizedPareto: Sendable, Equatable {
  /// k; moments of order 1/k and higher are infinite. +inf where the fit failed.
  public var shape: Double
  /// σ
  public var scale: Double

  /// The posterior mean over a grid of θ = -k/σ under a prior that depends on the data weakly (Zhang & Stephens 2009), and k drawn
  /// towards 1/2 as by ten more observations (Vehtari, Simpson, Gelman, Yao & Gabry 2024, appendix).
  ///
  /// `exceedances` are positive and ascending.
  public init(fitting exceedances: [Double]) {
    let x = exceedances
    let count = Double(x.count)
    guard x.count > 0, x[x.count - 1] > 0 else {
      (shape, scale) = (.infinity, .nan)
      return
    }
    let gridSize = 30 + Int(count.squareRoot())
    let quartile = x[max(Int(count / 4 + 0.5), 1) - 1]
    let largestInverse = 1 / x[x.count - 1]
    let grid: [Double] = (1...gridSize).map { point in
      let root = (Double(gridSize) / (Double(point) - 0.5)).squareRoot()
      return largestInverse + (1 - root) / 3 / quartile
    }
    /// The mean of log(1 - θ x), which is -k for the best k under θ.
    func negativeShape(_ theta: Double) -> Double {
      var sum = 0.0
      for value in x { sum += logarithmOfOnePlus(-theta * value) }
      return sum / count
    }
    let profile: [Double] = grid.map { theta in
      let k = negativeShape(theta)
      return count * (logarithm(-theta / k) - k - 1)
    }
    var largest = -Double.infinity
    for value in profile where value > largest { largest = value }
    let weights: [Double] = profile.map { exponential($0 - largest) }
    let total = weights.reduce(0, +)
    var theta = 0.0
    for (point, weight) in zip(grid, weights) { theta += point * (weight / total) }
    let k = negativeShape(theta)
    scale = -k / theta
    let pull = 10.0
    let regular = (k * count + pull * 0.5) / (count + pull)
    shape = regular.isNaN ? .infinity : regular
  }

  /// σ ((1 - p)^(-k) - 1) / k
  public func quantile(_ p: Double) -> Double {
    guard scale > 0 else { return .nan }
    return scale * exponentialMinusOne(-shape * logarithmOfOnePlus(-p)) / shape
  }
}
