// Sums and differences of numbers given by their logs.

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// log(1 - e^x) for x <= 0, accurate near both ends (Maechler 2012).
func log1mExp(_ x: Double) -> Double {
  if x > 0 { return x < 1e-12 ? -.infinity : .nan }
  return x > -0.6931471805599453 ? log(-expm1(x)) : log1p(-exp(x))
}

/// log(Σ e^x).
func logSumExp(_ terms: [Double]) -> Double {
  guard let largest = terms.max() else { return -.infinity }
  guard largest.isFinite else { return terms.contains { $0.isNaN } ? .nan : largest }
  return largest + log(terms.reduce(0) { $0 + exp($1 - largest) })
}

/// log(e^a - e^b) for a >= b.
func logDiffExp(_ a: Double, _ b: Double) -> Double {
  b == -.infinity ? a : a + log1mExp(b - a)
}
