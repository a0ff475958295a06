// Starts so far from the posterior that differences of the log density drown in its rounding errors are led closer.

import BorelOptimize
import BorelSemantics

extension ChainStart {
  /// Rounding errors of a log density of this size are 1e-7: energies can still be compared.
  static let comparableDensity = 1e9

  /// Where a climb by L-BFGS first meets a log density whose differences can be seen, or a maximum; nil where it meets neither.
  ///
  /// At a random start of an autoregressive model or of a regression of counts the log density may be -1e60. Every step of a
  /// Hamiltonian trajectory then has an energy error beyond all bounds, and a chain stays where it is for ever. The climb ends long before
  /// the posterior is reached, so that starts stay dispersed.
  func climb(from position: [Double]) throws(Failure) -> [Double]? {
    var search = LBFGS()
    search.stopping.objective = 0
    search.stopping.relativeObjective = 0
    search.stopping.relativeGradient = 0
    search.stopping.parameters = 0
    search.stopping.iterations = 500
    do throws(Failure) {
      let optimum = try search.maximise(try DensityFunction(target), from: position) { _, point in
        abs(point.value) > Self.comparableDensity
      }
      guard optimum.point.isUsable else { return nil }
      let isComparable = abs(optimum.point.value) <= Self.comparableDensity
      return isComparable || optimum.reason.isConverged ? optimum.point.position : nil
    } catch {
      guard error.kind == .numerical else { throw error }
      return nil
    }
  }
}
