// One number of a CSV file: decimal digits, NaN or an infinity, up to the comma or the end of the line.

/// What a field holds.
struct NumberField {
  var value: Double
  /// False for digits alone, as Stan writes whole numbers.
  var isReal: Bool
  /// Of the byte behind the field and the blanks around it: a comma or a line break.
  var end: Int

  /// Reads the field that starts at `start`; nil where it holds no number. The bytes must end in a line break.
  @inline(__always)
  init?(_ bytes: UnsafePointer<UInt8>, from start: Int) {
    var position = start
    while bytes[position] == 0x20 { position += 1 }
    let first = position
    let isNegative = bytes[position] == UInt8(ascii: "-")
    if isNegative || bytes[position] == UInt8(ascii: "+") { position += 1 }
    var significand: UInt64 = 0
    var digits = 0
    let integerStart = position
    var byte = bytes[position]
    while byte &- 48 < 10 {
      significand = significand &* 10 &+ UInt64(byte &- 48)
      if significand != 0 { digits += 1 }
      position += 1
      byte = bytes[position]
    }
    var count = position - integerStart
    var exponent = 0
    var hasPoint = false
    if byte == UInt8(ascii: ".") {
      hasPoint = true
      position += 1
      byte = bytes[position]
      let fractionStart = position
      while byte &- 48 < 10 {
        significand = significand &* 10 &+ UInt64(byte &- 48)
        if significand != 0 { digits += 1 }
        position += 1
        byte = bytes[position]
      }
      exponent = fractionStart - position
      count += position - fractionStart
    }
    guard count > 0 else {
      guard let word = Self.word(bytes, from: first) else { return nil }
      (value, isReal, end) = (word.value, true, word.end)
      return
    }
    if byte | 0x20 == UInt8(ascii: "e") {
      hasPoint = true
      position += 1
      let isDown = bytes[position] == UInt8(ascii: "-")
      if isDown || bytes[position] == UInt8(ascii: "+") { position += 1 }
      let exponentStart = position
      var written = 0
      while bytes[position] &- 48 < 10 {
        // Beyond a million nothing changes any more.
        if written < 1_000_000 { written = written * 10 + Int(bytes[position] &- 48) }
        position += 1
      }
      guard position > exponentStart else { return nil }
      exponent += isDown ? -written : written
    }
    let numberEnd = position
    while bytes[position] == 0x20 || bytes[position] == 0x0D { position += 1 }
    guard bytes[position] == UInt8(ascii: ",") || bytes[position] == 0x0A else { return nil }
    isReal = hasPoint
    end = position
    // More digits than 64 bits hold, subnormal numbers and near ties are for exact arithmetic.
    if digits <= 19, let x = DecimalNumber.nearestDouble(significand, exponent) {
      value = isNegative ? -x : x
    } else {
      let text = UnsafeBufferPointer(start: bytes + first, count: numberEnd - first)
      guard let x = Double(String(decoding: text, as: UTF8.self)) else { return nil }
      value = x
    }
  }

  /// NaN and infinities in any case.
  private static func word(_ bytes: UnsafePointer<UInt8>, from start: Int) -> (value: Double, end: Int)? {
    var position = start
    while bytes[position] != UInt8(ascii: ","), bytes[position] != 0x0A { position += 1 }
    var length = position - start
    while length > 0, bytes[start + length - 1] == 0x20 || bytes[start + length - 1] == 0x0D { length -= 1 }
    guard length <= 9 else { return nil }
    switch String(decoding: UnsafeBufferPointer(start: bytes + start, count: length), as: UTF8.self).lowercased() {
    case "nan", "-nan", "+nan": return (.nan, position)
    case "inf", "+inf", "infinity", "+infinity": return (.infinity, position)
    case "-inf", "-infinity": return (-.infinity, position)
    default: return nil
    }
  }
}
