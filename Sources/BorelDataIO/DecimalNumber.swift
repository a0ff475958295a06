// Decimal to binary: the nearest double to w · 10^q, ties to even, without big numbers in all but rare cases.

/// Doubles from decimal digits (Lemire 2021, "Number parsing at a gigabyte per second").
enum DecimalNumber {
  /// The double nearest to `significand` · 10^`exponent`; nil where 128 bits do not decide.
  static func nearestDouble(_ significand: UInt64, _ exponent: Int) -> Double? {
    if significand == 0 { return 0 }
    if significand <= 1 << 53, exponent >= -22, exponent <= 22 {
      // Both operands are exact, so that one rounding happens.
      let x = Double(significand)
      return exponent < 0 ? x / exactPowers[-exponent] : x * exactPowers[exponent]
    }
    guard exponent >= smallestExponent else { return 0 }
    guard exponent <= largestExponent else { return .infinity }
    let shift = significand.leadingZeroBitCount
    let w = significand << UInt64(shift)
    let power = powers[exponent - smallestExponent]
    var (high, low) = w.multipliedFullWidth(by: power.high)
    if high & 0x1FF == 0x1FF {
      let correction = w.multipliedFullWidth(by: power.low).high
      let (sum, carry) = low.addingReportingOverflow(correction)
      low = sum
      if carry { high &+= 1 }
    }
    if low == .max, exponent < -27 || exponent > 55 { return nil }
    let upper = Int(high >> 63)
    var mantissa = high >> UInt64(upper + 9)
    // 217706 / 2^16 is log2(10) closely enough for the exponents of doubles.
    var binaryExponent = ((217_706 * exponent) >> 16) + 63 + upper - shift + 1023
    if binaryExponent <= 0 { return nil }
    if low <= 1, exponent >= -4, exponent <= 23, mantissa & 3 == 1, mantissa << UInt64(upper + 9) == high {
      // Halfway between two doubles, and exactly so: to even.
      mantissa &= ~1
    }
    mantissa += mantissa & 1
    mantissa >>= 1
    if mantissa >= 1 << 53 {
      mantissa = 1 << 52
      binaryExponent += 1
    }
    if binaryExponent >= 2047 { return .infinity }
    return Double(bitPattern: mantissa & (1 << 52 - 1) | UInt64(binaryExponent) << 52)
  }

  private static let smallestExponent = -342
  private static let largestExponent = 308
  /// Printing needs a few more powers than reading.
  private static let lastPower = 324

  private static let exactPowers: [Double] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
    1e20, 1e21, 1e22,
  ]

  /// The leading 128 bits of 10^q for q from -342 to 324, rounded up where they are not exact.
  static func powerRoundedUp(_ exponent: Int) -> (high: UInt64, low: UInt64) {
    let (high, low) = powers[exponent - smallestExponent]
    if exponent >= -27, exponent <= 55 { return (high, low) }
    let (next, carry) = low.addingReportingOverflow(1)
    return (carry ? high + 1 : high, next)
  }

  /// The leading 128 bits of 5^q for q from -342 to 324, cut off; the next larger for q from -27 to -1, where 64 bits can meet
  /// a tie.
  private static let powers: [(high: UInt64, low: UInt64)] = {
    var negative: [(high: UInt64, low: UInt64)] = []
    // 2^1151 divided by 5 again and again keeps more than 300 exact bits down to 5^-342.
    var limbs = [UInt64](repeating: 0, count: 18)
    limbs[17] = 1 << 63
    for power in 1...(-smallestExponent) {
      var remainder: UInt64 = 0
      for index in limbs.indices.reversed() {
        let (quotient, rest) = UInt64(5).dividingFullWidth((remainder, limbs[index]))
        limbs[index] = quotient
        remainder = rest
      }
      let (high, low) = leadingBits(limbs)
      let (next, carry) = low.addingReportingOverflow(power <= 27 ? 1 : 0)
      negative.append((carry ? high + 1 : high, next))
    }
    var positive: [(high: UInt64, low: UInt64)] = []
    limbs = [1]
    for _ in 0...lastPower {
      positive.append(leadingBits(limbs))
      var carry: UInt64 = 0
      for index in limbs.indices {
        let (high, low) = limbs[index].multipliedFullWidth(by: 5)
        let (sum, overflow) = low.addingReportingOverflow(carry)
        limbs[index] = sum
        carry = high + (overflow ? 1 : 0)
      }
      if carry > 0 { limbs.append(carry) }
    }
    return negative.reversed() + positive
  }()

  /// The 128 most significant bits of a little-endian number, the first of them 1.
  private static func leadingBits(_ limbs: [UInt64]) -> (high: UInt64, low: UInt64) {
    guard let top = limbs.lastIndex(where: { $0 != 0 }) else { return (0, 0) }
    func limb(_ index: Int) -> UInt64 { index >= 0 ? limbs[index] : 0 }
    let shift = UInt64(limbs[top].leadingZeroBitCount)
    if shift == 0 { return (limbs[top], limb(top - 1)) }
    return (
      limbs[top] << shift | limb(top - 1) >> (64 - shift), limb(top - 1) << shift | limb(top - 2) >> (64 - shift)
    )
  }
}
