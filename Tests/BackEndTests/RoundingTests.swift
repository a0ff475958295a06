// What the comparison of the back ends makes of values that rounding moves.

import Borel
import Testing

@Suite struct RoundingTests {
  func report(_ source: String, _ data: [String: any DataConvertible & Sendable] = [:]) throws -> ComparisonReport {
    let bound = try Model(source: source).bind(data)
    let both = try BackEndComparison.compile([ComparisonCandidate(bound)], effort: .none)
    return both[0].run(draws: 4, positions: 3, seed: 5)
  }

  /// The greatest eigenvalue is 1.4e12: its last digit is worth a thousandth of a turn of its cosine. Nothing that is given moves it.
  @Test func cosineOfALargeEigenvalue() throws {
    let report = try report(
      """
      model large(z) {
        s ~ gamma(3, 2)
        let v = [tanh(0.5), 0.5, z]
        factor(cos(eigenvalues_sym(outer(v, v) + diag_matrix([s, -1.352, v[0]]))[2]))
      }
      """, ["z": 1_195_595.0])
    #expect(report.disagreements == [])
    #expect(report.values + report.illConditioned == 7)
  }

  /// Powers of a number close to one, taken to pieces: the data themselves are ill-conditioned.
  @Test func nearlySingularData() throws {
    let close = 1 - 3e-12
    let report = try report(
      """
      model singular(X: Real[n, n]) {
        s ~ gamma(3, 2)
        factor(log_det_spd(X) * s)
      }
      """, ["X": [[1, close, 0.3], [close, 1, 0.3], [0.3, 0.3, 1]]])
    #expect(report.disagreements == [])
  }
}
