// Pareto-smoothed importance weights.

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Normalised log weights with the greatest ones replaced by expected order statistics of the generalised Pareto distribution that fits them, and
/// its shape (Vehtari, Simpson, Gelman, Yao and Gabry 2024; the fit: Zhang and Stephens 2009).
func paretoSmoothed(_ ratios: [Double]) -> (logWeights: [Double], shape: Double) {
  let count = ratios.count
  let largest = ratios.max() ?? 0
  var weights = ratios.map { $0 - largest }
  var shape = Double.infinity
  let tail = Int(min(0.2 * Double(count), 3 * Double(count).squareRoot()).rounded(.up))
  let order = weights.indices.sorted { weights[$0] < weights[$1] }
  if tail >= 5, tail < count {
    let cut = weights[order[count - tail - 1]]
    let places = order.suffix(tail)
    let x = places.map { exp(weights[$0]) - exp(cut) }
    if let last = x.last, last > 0, x[0] > 0 {
      let n = Double(tail)
      let m = 30 + Int(n.squareRoot())
      let quartile = x[max(Int(n / 4 + 0.5) - 1, 0)]
      let b = (1...m).map { 1 / last + (1 - (Double(m) / (Double($0) - 0.5)).squareRoot()) / (3 * quartile) }
      func meanLog(_ b: Double) -> Double { x.reduce(0) { $0 + log1p(-b * $1) } / n }
      let likelihoods = b.map { b -> Double in
        let k = meanLog(b)
        return n * (log(-b / k) - k - 1)
      }
      let top = likelihoods.max() ?? 0
      let masses = likelihoods.map { exp($0 - top) }
      let total = masses.reduce(0, +)
      let chosen = zip(b, masses).reduce(0) { $0 + $1.0 * $1.1 } / total
      let k = meanLog(chosen)
      let sigma = -k / chosen
      shape = (n * k + 10 * 0.5) / (n + 10)
      if shape.isFinite {
        for (rank, place) in places.enumerated() {
          let p = (Double(rank) + 0.5) / n
          weights[place] = min(0, log(exp(cut) + sigma * expm1(-shape * log1p(-p)) / shape))
        }
      }
    }
  }
  let top = weights.max() ?? 0
  let sum = top + log(weights.reduce(0) { $0 + exp($1 - top) })
  return (weights.map { $0 - sum }, shape)
}
