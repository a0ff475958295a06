// The values of one CSV column, and the narrowest type that holds them all.

import BorelValues

struct CSVColumn {
  private var texts: [String] = []
  private var isMissing: [Bool] = []
  private var hasMissing = false
  private var reals: [Double]? = []
  private var ints: [Int]? = []
  private var bools: [Bool]? = []

  mutating func append(_ field: CSVField, _ options: CSVOptions, hasDecimalComma: Bool) {
    texts.append(field.text)
    guard field.isQuoted || !(field.text.isEmpty || options.missing.contains(field.text)) else {
      isMissing.append(true)
      hasMissing = true
      reals?.append(.nan)
      ints?.append(0)
      bools?.append(false)
      return
    }
    isMissing.append(false)
    if let int = ints == nil ? nil : Int(field.text) { ints?.append(int) } else { ints = nil }
    if let real = reals == nil ? nil : number(field.text, hasDecimalComma) { reals?.append(real) } else { reals = nil }
    if let bool = bools == nil ? nil : boolean(field.text) { bools?.append(bool) } else { bools = nil }
  }

  /// The column, and the levels of a factor.
  func value() -> (value: Value, levels: [String]?) {
    if isMissing.allSatisfy({ $0 }), hasMissing { return (.array(isMissing.map { _ in Double.nan }), nil) }
    if let ints { return (hasMissing ? nullable(ints) { .int($0) } : .array(ints), nil) }
    if let reals { return (.array(reals), nil) }
    if let bools { return (hasMissing ? nullable(bools) { .bool($0) } : .array(bools), nil) }
    let levels = Set(zip(texts, isMissing).filter { !$0.1 }.map(\.0)).sorted()
    let codes = Dictionary(uniqueKeysWithValues: levels.enumerated().map { ($1, $0) })
    let coded = texts.map { codes[$0] ?? 0 }
    return (hasMissing ? nullable(coded) { .int($0) } : .array(coded), levels)
  }

  private func nullable<Element>(_ elements: [Element], _ make: (Element) -> Value) -> Value {
    .list(zip(elements, isMissing).map { $1 ? .null : make($0) })
  }

  private func number(_ text: String, _ hasDecimalComma: Bool) -> Double? {
    guard let first = text.utf8.first else { return nil }
    switch text {
    case "NaN", "nan": return .nan
    case "Inf", "inf", "Infinity": return .infinity
    case "-Inf", "-inf", "-Infinity": return -.infinity
    default: break
    }
    // Not the hexadecimal numbers and the words that Double reads too.
    guard isDigit(first) || "+-.,".utf8.contains(first), !text.utf8.contains(where: { "xXpPnN".utf8.contains($0) })
    else { return nil }
    if hasDecimalComma, text.utf8.contains(UInt8(ascii: ",")), !text.utf8.contains(UInt8(ascii: ".")) {
      return Double(String(text.map { $0 == "," ? "." : $0 }))
    }
    return Double(text)
  }

  private func boolean(_ text: String) -> Bool? {
    switch text.lowercased() {
    case "true": true
    case "false": false
    default: nil
    }
  }
}
