// E-BFMI: how well the momentum draws of Hamiltonian Monte Carlo explore the energies of the posterior.

import BorelDraws

/// Σ (Eᵢ - Eᵢ₋₁)² / (n - 1) divided by the variance of E, of one chain (Betancourt 2016, "Diagnosing suboptimal cotangent
/// disintegrations"). Below 0.3 the tails are visited too slowly. NaN of fewer than three draws and of a constant.
public func energyFraction(_ energies: some Collection<Double>) -> Double {
  let e = Array(energies)
  // What rounding leaves of a constant's variance means nothing.
  guard e.count > 2, e.contains(where: { $0 != e[0] }) else { return .nan }
  let mean = pairwiseSum(e) / Double(e.count)
  let variance = pairwiseSum(e.map { ($0 - mean) * ($0 - mean) }) / Double(e.count - 1)
  let steps = pairwiseSum(zip(e.dropFirst(), e).map { ($0 - $1) * ($0 - $1) })
  return steps / Double(e.count - 1) / variance
}
