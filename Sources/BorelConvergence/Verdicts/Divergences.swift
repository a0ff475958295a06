// Divergent transitions: how many, and where in the posterior they gather.

import BorelDraws

extension Draws {
  func divergenceVerdict() -> Verdict? {
    guard let statistic = statistic("divergent__") ?? self.statistic("diverging") else { return nil }
    let isDivergent = column(statistic.firstColumn).map { $0 > 0 }
    let number = isDivergent.count { $0 }
    guard number > 0 else { return nil }
    let unusual = number >= 5 ? places(of: isDivergent, number) : []
    var message = "\(number) of \(count) draws (\(percentage(number, of: count))) ended in a divergence"
    if !unusual.isEmpty {
      let texts = unusual.prefix(2).map { place in
        "\(place.isLow ? "small" : "large") \(place.name) (median \(short(place.median)), else \(short(place.otherMedian)))"
      }
      message += ", at " + listed(texts)
    }
    return Verdict(code: "divergences", message, hint: hint(for: unusual))
  }

  private struct Place {
    var name: String
    var isLow: Bool
    var isPositive: Bool
    var median: Double
    var otherMedian: Double
    /// The mean rank of the divergent draws among all, 0 to 1.
    var rank: Double
  }

  private func hint(for places: [Place]) -> String {
    if let scale = places.first(where: { $0.isLow && $0.isPositive }) {
      return
        "where \(scale.name) is near 0 the posterior narrows to a funnel: write what it scales as mu + \(scale.name) * z"
        + " with z ~ normal(0, 1), or take smaller steps: --adapt-delta 0.99"
    }
    return "take smaller steps, --adapt-delta 0.99; if some remain, rewrite the model where it is steep"
  }

  /// The columns in which the divergent draws lie to one side, the most extreme first. Under no relation the mean rank of n draws has
  /// the standard deviation 1 / √(12 n): 5 of them are needed.
  private func places(of isDivergent: [Bool], _ number: Int) -> [Place] {
    var places: [Place] = []
    let sorter = SortedOrder(count: count)
    defer { sorter.deallocate() }
    let threshold = max(5 / (12 * Double(number)).squareRoot(), 0.15)
    let columns = variables.filter { $0.kind == .real }.flatMap { v in (0..<v.count).map { (v, $0) } }
    for (variable, offset) in columns.prefix(ConvergenceMeasures.columnLimit) {
      let values = Array(column(variable.firstColumn + offset))
      guard !values.contains(where: \.isNaN) else { continue }
      values.withUnsafeBufferPointer { if let start = $0.baseAddress { sorter.sort(start) } }
      var sum = 0.0
      for place in 0..<count where isDivergent[Int(sorter.order[place])] {
        sum += (Double(place) + 0.5) / Double(count)
      }
      let rank = sum / Double(number)
      guard abs(rank - 0.5) > threshold, values.first != values.last || values.contains(where: { $0 != values[0] })
      else {
        continue
      }
      let inside = values.indices.filter { isDivergent[$0] }.map { values[$0] }
      let outside = values.indices.filter { !isDivergent[$0] }.map { values[$0] }
      places.append(
        Place(
          name: variable.elementName(offset), isLow: rank < 0.5, isPositive: values[Int(sorter.order[0])] >= 0,
          median: quantiles(inside, at: [0.5])[0], otherMedian: quantiles(outside, at: [0.5])[0], rank: rank))
    }
    return places.sorted { abs($0.rank - 0.5) > abs($1.rank - 0.5) }
  }
}
