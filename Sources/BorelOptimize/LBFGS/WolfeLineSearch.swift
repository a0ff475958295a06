// A step along a direction that meets the strong Wolfe conditions.

/// Finds a step t with log p(x + t d) ≥ log p(x) + c₁ t m and |∇log p(x + t d)'d| ≤ c₂ m, where m = ∇log p(x)'d > 0.
///
/// Brackets such a step and shrinks the bracket by cubic interpolation (Nocedal and Wright 2006, section 3.5). Where a difference of log densities is
/// below what rounding allows to see, slopes alone decide (Hager and Zhang 2005, the approximate Wolfe condition). A point without a density
/// ends the bracket like one that is too low.
struct WolfeLineSearch {
  var increase = 1e-4
  var curvature = 0.9
  var evaluationLimit = 60

  /// A step that was tried; value and slope are nil where there is no density.
  private struct Trial {
    var step: Double
    var value: Double
    var slope: Double?
  }

  /// The point that was reached, nil where no step raises the log density.
  func search(
    _ function: DensityFunction, from start: DensityPoint, along direction: [Double], slope: Double, firstStep: Double
  ) -> DensityPoint? {
    /// The log density still rises here, and enough was gained.
    var low = Trial(step: 0, value: start.value, slope: slope)
    var best: DensityPoint?
    var high: Trial?
    var step = firstStep
    let noise = 1e-13 * max(1, abs(start.value))
    var width = Double.infinity
    for _ in 0..<evaluationLimit {
      let point = function.point(at: moved(start.position, by: step, along: direction))
      if point.value == .infinity { return point }
      var trial = Trial(step: step, value: point.value, slope: point.isUsable ? dot(point.gradient, direction) : nil)
      guard let rise = trial.slope, rise.isFinite else {
        trial.slope = nil
        high = trial
        step = low.step + (step - low.step) * (best == nil ? 0.1 : 0.5)
        if !(step > low.step) { return best }
        continue
      }
      let isHighEnough = point.value > start.value && point.value >= start.value + increase * step * slope
      if isHighEnough, abs(rise) <= curvature * slope { return point }
      if abs(point.value - start.value) <= noise, rise <= curvature * slope, rise >= -(1 - 2 * increase) * slope {
        return point
      }
      if isHighEnough, point.value > best?.value ?? -.infinity { best = point }
      if isHighEnough, rise > 0 {
        let previous = low
        low = trial
        if let high {
          step = Self.between(low, high)
        } else {
          step = Self.beyond(previous, low)
        }
      } else {
        high = trial
        step = Self.between(low, trial)
      }
      if let high {
        // Where interpolation does not shrink the bracket, halving does.
        let now = high.step - low.step
        if now > 0.66 * width { step = low.step + 0.5 * now }
        width = now
        if !(step > low.step && step < high.step) { return best }
      }
    }
    return best
  }

  /// The maximum of the cubic through both ends of a bracket, kept away from them.
  private static func between(_ low: Trial, _ high: Trial) -> Double {
    let width = high.step - low.step
    let middle = low.step + 0.5 * width
    guard let a = low.slope, let b = high.slope else { return middle }
    let d = a + b - 3 * (low.value - high.value) / (low.step - high.step)
    let square = d * d - a * b
    guard square >= 0 else { return middle }
    let root = square.squareRoot()
    let step = high.step - width * ((-b + root + d) / (-b + a + 2 * root))
    guard step.isFinite else { return middle }
    return min(max(step, low.step + 0.1 * width), high.step - 0.1 * width)
  }

  /// Where the slope vanishes if it goes on to fall as it did, two to ten times as far.
  private static func beyond(_ previous: Trial, _ last: Trial) -> Double {
    var step = 4 * last.step
    if let a = previous.slope, let b = last.slope, a > b {
      step = last.step + b * (last.step - previous.step) / (a - b)
    }
    return min(max(step, 2 * last.step), 10 * last.step)
  }
}
