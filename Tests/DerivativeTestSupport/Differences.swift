// Derivatives from differences.

/// Ridders' extrapolation of central differences (1982), with at most `levels` steps: the estimate and its error.
public func difference(
  of f: (Double) throws -> Double, at x: Double, step: Double, levels: Int = 8
) rethrows -> (value: Double, error: Double) {
  let shrink = 1.6
  var best = (value: Double.nan, error: Double.infinity)
  var table: [[Double]] = []
  var h = step
  for i in 0..<levels {
    let (up, down) = (x + h, x - h)
    var row = [(try f(up) - f(down)) / (up - down)]
    var factor = shrink * shrink
    for j in 0..<i {
      row.append((row[j] * factor - table[i - 1][j]) / (factor - 1))
      factor *= shrink * shrink
      let error = max(abs(row[j + 1] - row[j]), abs(row[j + 1] - table[i - 1][j]))
      if error < best.error { best = (row[j + 1], error) }
    }
    table.append(row)
    h /= shrink
  }
  return best
}
