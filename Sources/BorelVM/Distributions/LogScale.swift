// Sums and differences of probabilities given by their logs, forgiving of rounding at the ends.

import BorelNumerics

/// log(1 - e^x), -inf where rounding has put x a little above 0.
func log1mExp(_ x: Double) -> Double { x > 0 && x < 1e-12 ? -.infinity : Special.log1mExp(x) }

/// log(Σ e^x), -inf for no terms.
func logSumExp(_ terms: [Double]) -> Double { terms.isEmpty ? -.infinity : Special.logSumExp(terms) }

/// log(e^a - e^b) for a >= b, -inf where rounding has put b a little above a.
func logDiffExp(_ a: Double, _ b: Double) -> Double { b == -.infinity ? a : a + log1mExp(b - a) }
