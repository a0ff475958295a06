// Binary to decimal: the fewest digits that read back as the same double, and of these the nearest.

/// The value `digits` · 10^`exponent`, found without big numbers (Giulietti 2020, "The Schubfach way to render doubles").
struct ShortestDecimal: Equatable {
  var digits: UInt64
  var exponent: Int

  /// The shortest decimal within the interval that rounds to `x`, which must be finite and positive.
  init(_ x: Double) {
    let fraction = x.bitPattern & (1 << 52 - 1)
    let biased = Int(x.bitPattern >> 52)
    let significand = biased == 0 ? fraction : fraction | 1 << 52
    let power = max(biased, 1) - 1075
    if power <= 0, power > -53, significand & (1 << UInt64(-power) - 1) == 0 {
      // A whole number below 2^53.
      self.init(digits: significand >> UInt64(-power), exponent: 0)
      return
    }
    // The interval of numbers that round to x, in quarters of the distance to the next double; narrower below a power of two.
    let isNarrow = fraction == 0 && biased > 1
    let isEven = significand & 1 == 0
    let center = 4 * significand
    // 1262611 / 2^22 is log10(2), 524031 / 2^22 log10(4/3), 1741647 / 2^19 log2(10), closely enough for the exponents of doubles.
    let scale = (power * 1_262_611 - (isNarrow ? 524_031 : 0)) >> 22
    let shift = UInt64(power + ((-scale * 1_741_647) >> 19) + 1)
    let factor = DecimalNumber.powerRoundedUp(-scale)
    let middle = Self.product(factor, center << shift)
    let lower = Self.product(factor, (center - (isNarrow ? 1 : 2)) << shift) + (isEven ? 0 : 1)
    let upper = Self.product(factor, (center + 2) << shift) - (isEven ? 0 : 1)
    let whole = middle / 4
    if whole >= 10 {
      // One digit less, where exactly one of the neighbours lies inside.
      let tens = whole / 10
      let below = lower <= 40 * tens
      let above = 40 * tens + 40 <= upper
      if below != above {
        self.init(digits: tens + (above ? 1 : 0), exponent: scale + 1)
        return
      }
    }
    let below = lower <= 4 * whole
    let above = 4 * whole + 4 <= upper
    let isUp: Bool
    if below != above {
      isUp = above
    } else {
      let half = 4 * whole + 2
      isUp = middle > half || (middle == half && whole & 1 == 1)
    }
    self.init(digits: whole + (isUp ? 1 : 0), exponent: scale)
  }

  init(digits: UInt64, exponent: Int) {
    self.digits = digits
    self.exponent = exponent
    while self.digits >= 10 {
      let (tens, rest) = self.digits.quotientAndRemainder(dividingBy: 10)
      guard rest == 0 else { break }
      self.digits = tens
      self.exponent += 1
    }
  }

  /// At most `count` digits, ties to even.
  func rounded(to count: Int) -> ShortestDecimal {
    var divisor: UInt64 = 1
    var limit: UInt64 = 1
    for _ in 0..<max(count, 1) where limit < 10_000_000_000_000_000_000 { limit *= 10 }
    var dropped = 0
    while digits / divisor >= limit {
      divisor *= 10
      dropped += 1
    }
    guard dropped > 0 else { return self }
    let (quotient, rest) = digits.quotientAndRemainder(dividingBy: divisor)
    let isUp = rest > divisor / 2 || (rest == divisor / 2 && quotient & 1 == 1)
    return ShortestDecimal(digits: quotient + (isUp ? 1 : 0), exponent: exponent + dropped)
  }

  /// The top 64 bits of a product of 192, the lowest of them set where anything follows.
  private static func product(_ factor: (high: UInt64, low: UInt64), _ x: UInt64) -> UInt64 {
    let carried = factor.low.multipliedFullWidth(by: x).high
    let (high, low) = factor.high.multipliedFullWidth(by: x)
    let (sum, carry) = low.addingReportingOverflow(carried)
    return (carry ? high + 1 : high) | (sum > 1 ? 1 : 0)
  }
}

/// Writes numbers as text to memory with room for `longest` bytes each.
enum NumberText {
  static let longest = 32

  /// The number as `Double.description` has it, `NaN`, `inf` or `-inf`; returns the count of bytes.
  static func write(_ x: Double, to text: UnsafeMutablePointer<UInt8>, significantDigits: Int? = nil) -> Int {
    guard x.isFinite else { return write(x.isNaN ? "NaN" : x > 0 ? "inf" : "-inf", to: text) }
    var count = 0
    if x.sign == .minus {
      text[0] = UInt8(ascii: "-")
      count = 1
    }
    let size = x.magnitude
    guard size > 0 else { return count + write("0.0", to: text + count) }
    var decimal = ShortestDecimal(size)
    if let significantDigits { decimal = decimal.rounded(to: significantDigits) }
    return count + write(decimal, isLarge: size > 0x1p53, to: text + count)
  }

  /// A whole number without a point where `x` is one, any other as above.
  static func writeWhole(_ x: Double, to text: UnsafeMutablePointer<UInt8>, significantDigits: Int? = nil) -> Int {
    guard let whole = Int(exactly: x) else { return write(x, to: text, significantDigits: significantDigits) }
    let size = whole.magnitude
    let sign = whole < 0 ? 1 : 0
    if whole < 0 { text[0] = UInt8(ascii: "-") }
    let count = length(UInt64(size))
    write(digits: UInt64(size), count, to: text + sign)
    return sign + count
  }

  private static func write(_ decimal: ShortestDecimal, isLarge: Bool, to text: UnsafeMutablePointer<UInt8>) -> Int {
    let count = length(decimal.digits)
    // The value is 0.ddd · 10^point.
    let point = decimal.exponent + count
    if isLarge || point < -3 { return writeScientific(decimal.digits, count, point - 1, to: text) }
    if point <= 0 {
      text[0] = UInt8(ascii: "0")
      text[1] = UInt8(ascii: ".")
      for place in 0..<(-point) { text[2 + place] = UInt8(ascii: "0") }
      write(digits: decimal.digits, count, to: text + 2 - point)
      return 2 - point + count
    }
    if point >= count {
      write(digits: decimal.digits, count, to: text)
      for place in count..<point { text[place] = UInt8(ascii: "0") }
      text[point] = UInt8(ascii: ".")
      text[point + 1] = UInt8(ascii: "0")
      return point + 2
    }
    // All digits one place to the right, then those before the point back.
    write(digits: decimal.digits, count, to: text + 1)
    for place in 0..<point { text[place] = text[place + 1] }
    text[point] = UInt8(ascii: ".")
    return count + 1
  }

  private static func writeScientific(
    _ digits: UInt64, _ count: Int, _ exponent: Int, to text: UnsafeMutablePointer<UInt8>
  ) -> Int {
    write(digits: digits, count, to: text + 1)
    text[0] = text[1]
    var end = 1
    if count > 1 {
      text[1] = UInt8(ascii: ".")
      end = count + 1
    }
    text[end] = UInt8(ascii: "e")
    text[end + 1] = exponent < 0 ? UInt8(ascii: "-") : UInt8(ascii: "+")
    let size = UInt64(exponent.magnitude)
    let width = size < 100 ? 2 : 3
    write(digits: size, width, to: text + end + 2)
    return end + 2 + width
  }

  /// Exactly `count` digits, with zeros in front.
  private static func write(digits: UInt64, _ count: Int, to text: UnsafeMutablePointer<UInt8>) {
    if count <= 8 {
      write(few: UInt32(truncatingIfNeeded: digits), count, to: text)
      return
    }
    // The parts do not wait for each other.
    let (high, low) = digits.quotientAndRemainder(dividingBy: 100_000_000)
    write(few: UInt32(truncatingIfNeeded: low), 8, to: text + count - 8)
    if count <= 16 {
      write(few: UInt32(truncatingIfNeeded: high), count - 8, to: text)
    } else {
      let (first, second) = high.quotientAndRemainder(dividingBy: 100_000_000)
      write(few: UInt32(truncatingIfNeeded: second), 8, to: text + count - 16)
      write(few: UInt32(truncatingIfNeeded: first), count - 16, to: text)
    }
  }

  /// At most nine digits.
  private static func write(few digits: UInt32, _ count: Int, to text: UnsafeMutablePointer<UInt8>) {
    var rest = digits
    var place = count
    while place >= 2 {
      let (quotient, pair) = rest.quotientAndRemainder(dividingBy: 100)
      // 103 / 2^10 is a tenth, closely enough below 100.
      let ten = (pair &* 103) >> 10
      text[place - 1] = 48 &+ UInt8(truncatingIfNeeded: pair &- ten &* 10)
      text[place - 2] = 48 &+ UInt8(truncatingIfNeeded: ten)
      rest = quotient
      place &-= 2
    }
    if place == 1 { text[0] = 48 &+ UInt8(truncatingIfNeeded: rest % 10) }
  }

  private static func write(_ word: StaticString, to text: UnsafeMutablePointer<UInt8>) -> Int {
    text.update(from: word.utf8Start, count: word.utf8CodeUnitCount)
    return word.utf8CodeUnitCount
  }

  private static func length(_ x: UInt64) -> Int {
    if x < 10 { return 1 }
    // 1233 / 2^12 is log10(2), closely enough for 64 bits.
    let guess = ((64 - x.leadingZeroBitCount) * 1233) >> 12
    return guess + (x < powersOfTen[guess] ? 0 : 1)
  }

  private static let powersOfTen: [UInt64] = (0..<20).map { power in
    (0..<power).reduce(1) { product, _ in product * 10 }
  }
}
