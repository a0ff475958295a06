// Moments, quantiles, effective sizes and the table they are shown in.

import BorelConvergence
import BorelDraws
import Testing

@Suite struct SummaryTests {
  @Test func quantilesInterpolateLikeDefinitionSeven() {
    // numpy.quantile([3, 1, 4, 1, 5, 9, 2, 6], [.05, .5, .95])
    let values = [3.0, 1, 4, 1, 5, 9, 2, 6]
    let expected = [1.0, 3.5, 7.95]
    for (found, wanted) in zip(quantiles(values, at: [0.05, 0.5, 0.95]), expected) {
      #expect(abs(found - wanted) < 1e-12)
    }
  }

  @Test func weightedQuantilesAreStepped() {
    let values = [3.0, 1, 2]
    let weights = [0.2, 0.5, 0.3]
    #expect(quantiles(values, at: [0.05, 0.5, 0.51, 0.8, 0.95], weights: weights) == [1, 1, 2, 2, 3])
    #expect(abs(mean(values, weights: weights) - 1.7) < 1e-15)
    #expect(abs(standardDeviation(values, weights: weights) - 0.61.squareRoot()) < 1e-15)
  }

  @Test func standardDeviationDividesByOneLess() {
    #expect(abs(standardDeviation([1, 2, 3, 4]) - (5.0 / 3).squareRoot()) < 1e-15)
    #expect(standardDeviation([1]).isNaN)
  }

  @Test func infiniteDrawsStayInfinite() {
    #expect(quantiles([1, .infinity, .infinity, 2, 3], at: [0.5, 0.95]) == [3, .infinity])
  }

  /// The mean of an AR(1) series with coefficient φ has n (1 - φ) / (1 + φ) effective draws in the long run.
  /// 4 chains of 20000 draws leave the estimate a standard error of about 3 % at φ = 0.9: bounds of 15 % are five of them.
  @Test(arguments: [0.0, 0.5, 0.9]) func effectiveSizeOfAutoregressions(_ coefficient: Double) {
    var uniforms = SeededUniforms(seed: 7)
    let chains = (0..<4).map { _ in
      var x = 0.0
      return (0..<20_000).map { _ -> Double in
        x = coefficient * x + uniforms.next() - 0.5
        return x
      }
    }
    let expected = 80_000 * (1 - coefficient) / (1 + coefficient)
    let found = effectiveSize(chains, of: .mean)
    #expect(abs(found / expected - 1) < 0.15, "found \(found), expected \(expected)")
  }

  @Test func effectiveSizeOfDisagreeingChainsIsSmall() {
    var uniforms = SeededUniforms(seed: 7)
    let chains = [0.0, 100].map { centre in (0..<1000).map { _ in centre + uniforms.next() } }
    #expect(effectiveSize(chains) < 4)
    #expect(rHat(chains) > 1.5)
    #expect(effectiveSize([]).isNaN)
    #expect(rHat([]).isNaN)
    #expect(monteCarloError([[], []]).isNaN)
  }

  /// Chains of different lengths count with the draws that all of them have.
  @Test func unequalChainsAreCut() {
    var uniforms = SeededUniforms(seed: 3)
    let chains = [100, 140, 120].map { length in (0..<length).map { _ in uniforms.next() } }
    #expect(rHat(chains) == rHat(chains.map { Array($0[..<100]) }))
  }

  @Test func tableAlignsAtThePoint() {
    var recorder = DrawsRecorder()
    for draw in 0..<8 {
      recorder.beginDraw()
      recorder.set("mu", Double(draw) - 3.5, kind: .real)
      recorder.set("scale", Double(draw) * 1000, kind: .real)
      recorder.set("rain", draw < 2 ? 1 : 0, kind: .bool)
      recorder.set("k", Double(draw % 3), kind: .int)
      recorder.set("n", Double(draw * draw * draw) + (draw == 7 ? 0.5 : 0), kind: .real)
    }
    #expect(
      Summary(Draws(chains: [recorder])).text == """
                  mean    mcse       sd      5%   median      95%  ess_bulk  ess_tail
        mu        0.00    0.91     2.45   -3.15     0.00     3.15       7.2       7.2
        scale  3500     911     2449     350     3500     6650          7.2       7.2
        n        98      46      124       0       46      299          7.2       7.2

              P(true)  ess_bulk  ess_tail
        rain    0.250       7.2       7.2

            P(0)   P(1)   P(2)  ess_bulk  ess_tail
        k  0.375  0.375  0.250       7.2       7.2

        8 draws
        """)
  }

  @Test func exactResultsHaveNoErrors() {
    var recorder = DrawsRecorder()
    recorder.beginDraw(logWeight: -1.1086626245216111)  // log 0.33
    recorder.set("rain", 1, kind: .bool)
    recorder.set("day", text: "wet")
    recorder.beginDraw(logWeight: -0.4004775665971253)  // log 0.67
    recorder.set("rain", 0, kind: .bool)
    recorder.set("day", text: "dry")
    let draws = Draws(chains: [recorder], logEvidence: .init(-0.5), isExact: true)
    #expect(
      Summary(draws).text == """
               P(true)
        rain  0.330000

        day         P
        dry  0.670000
        wet  0.330000

        log evidence -0.500000
        """)
  }

  @Test func longArraysAreElided() {
    var recorder = DrawsRecorder()
    for draw in 0..<10 {
      recorder.beginDraw()
      recorder.set("theta", shape: [100], elements: (0..<100).map { Double($0 * draw) }, kind: .real)
    }
    let summary = Summary(Draws(chains: [recorder]))
    #expect(summary.groups[0].rows.count == 23)
    #expect(summary.groups[0].omittedCount == 77)
    #expect(summary.text.contains("\n...\n"))
    #expect(summary.text.contains("77 of 100 elements of theta not shown"))
    #expect(summary.text.contains("theta[99]"))
    #expect(!summary.text.contains("theta[50]"))
  }
}
