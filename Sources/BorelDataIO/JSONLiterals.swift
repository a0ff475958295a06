// Numbers and words in JSON.

import BorelSource
import BorelValues

extension JSONScanner {
  mutating func literal() throws(DataFailure) -> Value {
    let first = bytes[position]
    if first == UInt8(ascii: "-") || isDigit(first) { return try number() }
    let start = position
    while position < bytes.count, isWordByte(bytes[position]) { position += 1 }
    let word = String(decoding: bytes[start..<position], as: UTF8.self)
    switch word {
    case "true": return .bool(true)
    case "false": return .bool(false)
    case "null": return .null
    case "NaN": return .real(.nan)
    case "Infinity", "Inf": return .real(.infinity)
    default:
      let end = position
      position = start
      guard end > start else {
        let hint: String? =
          switch first {
          case UInt8(ascii: "+"): "JSON numbers have no plus sign"
          case UInt8(ascii: "."): "write 0.5, not .5"
          case UInt8(ascii: "'"): "strings are written with double quotes"
          case UInt8(ascii: "/"), UInt8(ascii: "#"): "JSON has no comments"
          default: nil
          }
        throw failure("expected a value, found \(found())", hint: hint)
      }
      let alternatives = [
        "True": "true", "TRUE": "true", "False": "false", "FALSE": "false", "None": "null", "NA": "null",
        "nan": "NaN", "NAN": "NaN", "inf": "Infinity", "infinity": "Infinity", "INF": "Infinity",
      ]
      throw failure(
        "expected a value, found `\(word)`", length: end - start,
        hint: alternatives[word].map { "write \($0)" } ?? "strings are written with double quotes")
    }
  }

  mutating func number() throws(DataFailure) -> Value {
    let start = position
    let isNegative = bytes[position] == UInt8(ascii: "-")
    if isNegative {
      position += 1
      if position < bytes.count, bytes[position] == UInt8(ascii: "I") {
        let wordStart = position
        while position < bytes.count, isWordByte(bytes[position]) { position += 1 }
        let word = String(decoding: bytes[wordStart..<position], as: UTF8.self)
        if word == "Infinity" || word == "Inf" { return .real(-.infinity) }
        position = start
        throw failure("expected a number, found `-\(word)`", length: word.utf8.count + 1, hint: "write -Infinity")
      }
    }
    guard position < bytes.count, isDigit(bytes[position]) else {
      let end = position
      position = start
      throw failure("expected a number, found `-`", length: end - start)
    }
    var significand: UInt64 = 0
    var digitCount = 0
    var exponent = 0
    let integerStart = position
    while position < bytes.count, isDigit(bytes[position]) {
      significand = significand &* 10 &+ UInt64(bytes[position] - 48)
      position += 1
    }
    digitCount = position - integerStart
    if digitCount > 1, bytes[integerStart] == UInt8(ascii: "0") {
      let end = position
      position = start
      throw failure("a number starts with a superfluous 0", length: end - start, hint: "write it without leading zeros")
    }
    var isInteger = true
    if position < bytes.count, bytes[position] == UInt8(ascii: ".") {
      isInteger = false
      position += 1
      let fractionStart = position
      while position < bytes.count, isDigit(bytes[position]) {
        significand = significand &* 10 &+ UInt64(bytes[position] - 48)
        position += 1
      }
      guard position > fractionStart else { throw badNumber(from: start, "digits must follow the point") }
      digitCount += position - fractionStart
      exponent = fractionStart - position
    }
    if position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") {
      isInteger = false
      position += 1
      var isExponentNegative = false
      if position < bytes.count, bytes[position] == UInt8(ascii: "-") || bytes[position] == UInt8(ascii: "+") {
        isExponentNegative = bytes[position] == UInt8(ascii: "-")
        position += 1
      }
      let exponentStart = position
      var written = 0
      while position < bytes.count, isDigit(bytes[position]) {
        // Beyond a million nothing changes any more.
        if written < 1_000_000 { written = written * 10 + Int(bytes[position] - 48) }
        position += 1
      }
      guard position > exponentStart else { throw badNumber(from: start, "digits must follow the exponent sign") }
      exponent += isExponentNegative ? -written : written
    }
    if position < bytes.count, isWordByte(bytes[position]) || bytes[position] == UInt8(ascii: ".") {
      throw badNumber(from: start, "a number must end before \(found())")
    }
    if isInteger, digitCount <= 19 {
      if isNegative, significand <= UInt64(Int64.max) + 1 { return .int(Int(truncatingIfNeeded: 0 &- significand)) }
      if !isNegative, significand <= UInt64(Int64.max) { return .int(Int(significand)) }
    }
    // Nineteen digits fit; longer numbers may start with zeros behind the point, but need not be fast.
    if digitCount <= 19, let x = DecimalNumber.nearestDouble(significand, exponent) {
      return .real(isNegative ? -x : x)
    }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    return .real(Double(text) ?? .nan)
  }
}
