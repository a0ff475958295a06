// Random streams: known answers, splitting, resuming, and the shape of the basic draws.

import BorelNumerics
import CBorel
import CGSL
import Testing

@Suite struct RandomStreamTests {
  /// Known answers of philox4x32-10 published with the Random123 library (Salmon et al. 2011).
  @Test func philoxKnownAnswers() {
    func block(_ c: [UInt32], _ k: [UInt32]) -> [UInt32] {
      var low: UInt64 = 0
      var high: UInt64 = 0
      borel_philox4x32_10(
        UInt64(c[1]) << 32 | UInt64(c[0]), UInt64(c[3]) << 32 | UInt64(c[2]),
        UInt64(k[1]) << 32 | UInt64(k[0]), &low, &high)
      return [low, high].flatMap { [UInt32(truncatingIfNeeded: $0), UInt32($0 >> 32)] }
    }
    #expect(block([0, 0, 0, 0], [0, 0]) == [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8])
    let ones = UInt32.max
    #expect(
      block([ones, ones, ones, ones], [ones, ones])
        == [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd])
    #expect(
      block([0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344], [0xa409_3822, 0x299f_31d0])
        == [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1])
  }

  @Test func childrenDoNotDependOnUse() {
    let fresh = RandomStream(seed: 7)
    var used = fresh
    for _ in 0..<1001 { _ = used.normal() }
    #expect(fresh.child(3) == used.child(3))
    #expect(fresh.split(3, 4) == used.child(3).child(4))
    #expect(fresh.split(3, 4) != fresh.split(4, 3))
  }

  @Test func resumesAtAnyPosition() {
    for count in [0, 1, 2, 7, 8] {
      var stream = RandomStream(seed: 11).child(5)
      for _ in 0..<count { _ = stream.bits() }
      var resumed = RandomStream(key: stream.key, nonce: stream.nonce, position: stream.position)
      for _ in 0..<5 { #expect(stream.bits() == resumed.bits()) }
    }
  }

  /// One flipped bit of the seed or of the path flips each bit of the first word with probability 1/2: over
  /// 64 x 2 x 200 pairs the mean distance is 32 with standard error 4 / sqrt(25600) = 0.025; 6 errors are allowed.
  @Test func avalanche() {
    var total = 0
    var pairs = 0
    for base in 0..<UInt64(200) {
      for bit in 0..<UInt64(64) {
        var a = RandomStream(seed: base)
        var b = RandomStream(seed: base ^ (1 << bit))
        var c = RandomStream(seed: 1).child(base)
        var d = RandomStream(seed: 1).child(base ^ (1 << bit))
        total += (a.bits() ^ b.bits()).nonzeroBitCount + (c.bits() ^ d.bits()).nonzeroBitCount
        pairs += 2
      }
    }
    let mean = Double(total) / Double(pairs)
    #expect(abs(mean - 32) < 0.15)
  }

  /// The first uniforms of consecutive children are uncorrelated, at lags 1 to 4: n r^2 is chi-squared(1); 30 has tail 4e-8.
  @Test func childrenAreUncorrelated() {
    let parent = RandomStream(seed: 3)
    let n = 20_000
    let first = (0..<n).map { i -> Double in
      var s = parent.child(UInt64(i))
      return (s.uniform() - 0.5) * 12.0.squareRoot()
    }
    for lag in 1...4 {
      var r = 0.0
      for i in lag..<n { r += first[i] * first[i - lag] }
      r /= Double(n - lag)
      #expect(Double(n) * r * r < 30)
    }
  }

  /// Kolmogorov-Smirnov distance of n draws from a cdf, scaled by sqrt(n): beyond 2.7 with probability 9e-7.
  func distance(_ n: Int, cdf: (Double) -> Double, draw: (inout RandomStream) -> Double) -> Double {
    var stream = RandomStream(seed: 20_260)
    let xs = (0..<n).map { _ in draw(&stream) }.sorted()
    var worst = 0.0
    for (i, x) in xs.enumerated() {
      let p = cdf(x)
      worst = max(worst, abs(p - Double(i) / Double(n)), abs(Double(i + 1) / Double(n) - p))
    }
    return worst * Double(n).squareRoot()
  }

  @Test func basicDrawsFollowTheirDistributions() {
    let n = 400_000
    #expect(distance(n, cdf: { $0 }, draw: { $0.uniform() }) < 2.7)
    #expect(distance(n, cdf: { gsl_cdf_ugaussian_P($0) }, draw: { $0.normal() }) < 2.7)
    #expect(distance(n, cdf: { gsl_cdf_exponential_P($0, 1) }, draw: { $0.exponential() }) < 2.7)
  }

  /// Counts beyond the ziggurat's last edge against their expectation, within 5 standard errors.
  @Test func zigguratTails() {
    var stream = RandomStream(seed: 99)
    let n = 4_000_000
    var normal = [0, 0, 0]
    var exponential = [0, 0, 0]
    for _ in 0..<n {
      let z = stream.normal()
      let e = stream.exponential()
      if z > 3.6541528853610088 { normal[0] += 1 }
      if z < -4.2 { normal[1] += 1 }
      if abs(z) < 0.2 { normal[2] += 1 }
      if e > 7.69711747013104972 { exponential[0] += 1 }
      if e > 10 { exponential[1] += 1 }
      if e < 0.05 { exponential[2] += 1 }
    }
    let pn = [gsl_cdf_ugaussian_Q(3.6541528853610088), gsl_cdf_ugaussian_P(-4.2), 0.15851941887820603]
    let pe = [gsl_cdf_exponential_Q(7.69711747013104972, 1), gsl_cdf_exponential_Q(10, 1), 0.048770575499285984]
    for i in 0..<3 {
      #expect(abs(Double(normal[i]) - Double(n) * pn[i]) < 5 * (Double(n) * pn[i]).squareRoot())
      #expect(abs(Double(exponential[i]) - Double(n) * pe[i]) < 5 * (Double(n) * pe[i]).squareRoot())
    }
  }

  /// chi-squared with 6 degrees of freedom: beyond 40 with probability 5e-7.
  @Test func uniformIntegersAreUnbiased() {
    var stream = RandomStream(seed: 5)
    var counts = [Int](repeating: 0, count: 7)
    let n = 140_000
    for _ in 0..<n { counts[stream.uniformInt(below: 7)] += 1 }
    let expected = Double(n) / 7
    #expect(counts.reduce(0.0) { $0 + (Double($1) - expected) * (Double($1) - expected) / expected } < 40)
    // A bound just above 2^63 rejects almost half of all words; the upper half must still be reached half the time.
    var upper = 0
    for _ in 0..<10_000 where borel_uniform_below(&stream.raw, (1 << 63) + 1) > 1 << 62 { upper += 1 }
    #expect(abs(upper - 5000) < 300)
    #expect(stream.uniformInt(below: 1) == 0)
    #expect(stream.uniformInt(below: -3) == 0)
  }

  @Test func gslConsumesTheStream() {
    var a = RandomStream(seed: 1)
    var b = a
    let u = a.withGSL { gsl_rng_uniform($0) }
    #expect(u == b.uniform())
    let before = a.position
    let g = a.withGSL { gsl_ran_gamma($0, 2.5, 1) }
    #expect(g > 0 && a.position > before)
    #expect(a.withGSL { gsl_rng_max($0) } == 0xFFFF_FFFF)
  }

  @Test func gslErrorsDoNotAbort() {
    var result = gsl_sf_result()
    #expect(gsl_sf_lngamma_e(-1, &result) == Int32(GSL_EDOM))
    #expect(gsl_cdf_gamma_Pinv(2, 1, 1).isNaN)
  }
}
