// C expressions with the fewest parentheses: text, precedence, and what they read that may change.

import BorelIR

/// A rendered expression.
struct CExpression {
  /// How strongly the outermost operator binds, as in C's grammar.
  enum Precedence: Int, Comparable {
    case conditional = 3
    case or, and
    case equality = 9
    case relation, shift, sum, product, unary, primary
    static func < (a: Precedence, b: Precedence) -> Bool { a.rawValue < b.rawValue }
    var above: Precedence { Precedence(rawValue: rawValue + 1) ?? .primary }
  }

  var text: String
  var precedence: Precedence = .primary
  /// Mutable variables, arrays by their base, whose present values it reads.
  var reads: Set<Int> = []
  /// The expression without its conversion to double, which C also makes by itself next to a double.
  var unconverted: (text: String, precedence: Precedence)?
  /// The opposite condition, where that is as simple.
  var negation: (text: String, precedence: Precedence)?

  /// The text, in parentheses where the context binds as strongly or stronger.
  func inside(_ context: Precedence) -> String { precedence < context ? "(\(text))" : text }

  /// As an operand next to a double, or where a double is expected.
  var implicit: CExpression {
    guard let unconverted else { return self }
    return CExpression(text: unconverted.text, precedence: unconverted.precedence, reads: reads)
  }

  /// Without a leading minus; nil where there is none that holds for the whole product.
  var withoutMinus: CExpression? {
    guard text.hasPrefix("-"), precedence >= .product else { return nil }
    let rest = String(text.dropFirst())
    return CExpression(text: rest, precedence: precedence == .unary ? .primary : precedence, reads: reads)
  }

  /// A name or a number.
  var isAtom: Bool { isAtomText(text[...]) }

  var isNumber: Bool {
    let digits = text.hasPrefix("-") ? text.dropFirst() : text[...]
    return digits.first?.isNumber == true && isAtomText(digits)
  }

  private func isAtomText(_ text: Substring) -> Bool {
    text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_" || $0 == ".") }
  }

  // MARK: Leaves

  static func literal(_ x: Double) -> CExpression {
    if x.isNaN { return CExpression(text: "__builtin_nan(\"\")") }
    if x.isInfinite {
      return x > 0
        ? CExpression(text: "__builtin_inf()") : CExpression(text: "-__builtin_inf()", precedence: .unary)
    }
    return CExpression(text: x.description, precedence: x.sign == .minus ? .unary : .primary)
  }

  static func literal(_ n: Int) -> CExpression {
    if n == .min { return CExpression(text: "(\(n + 1) - 1)") }
    return CExpression(text: n.description, precedence: n < 0 ? .unary : .primary)
  }

  static func literal(_ b: Bool) -> CExpression { CExpression(text: b ? "1" : "0") }

  static func call(_ name: String, _ operands: [CExpression]) -> CExpression {
    CExpression(
      text: "\(name)(\(operands.map(\.implicit.text).joined(separator: ", ")))", reads: union(operands))
  }

  static func union(_ operands: [CExpression]) -> Set<Int> {
    var reads: Set<Int> = []
    for operand in operands where !operand.reads.isEmpty { reads.formUnion(operand.reads) }
    return reads
  }

  // MARK: Operators

  /// Drops the conversions of operands that C makes by itself: all but one.
  private static func implied(_ a: CExpression, _ b: CExpression) -> (CExpression, CExpression) {
    if b.unconverted != nil { return (a, b.implicit) }
    if a.unconverted != nil { return (a.implicit, b) }
    return (a, b)
  }

  static func binary(_ symbol: String, _ level: Precedence, _ a: CExpression, _ b: CExpression) -> CExpression {
    let (x, y) = implied(a, b)
    return CExpression(
      text: "\(x.inside(level)) \(symbol) \(y.inside(level.above))", precedence: level, reads: union([x, y]))
  }

  static func sum(_ a: CExpression, _ b: CExpression) -> CExpression {
    let (x, y) = implied(a, b)
    if let rest = y.withoutMinus { return binary("-", .sum, x, rest) }
    // The sum of two is the same in either order: the longer chain goes first and needs no parentheses.
    if y.precedence == .sum, x.precedence > .sum, !x.text.hasPrefix("-") { return binary("+", .sum, y, x) }
    return binary("+", .sum, x, y)
  }

  static func difference(_ a: CExpression, _ b: CExpression) -> CExpression {
    let (x, y) = implied(a, b)
    if let rest = y.withoutMinus { return binary("+", .sum, x, rest) }
    return binary("-", .sum, x, y)
  }

  static func product(_ a: CExpression, _ b: CExpression) -> CExpression {
    let (x, y) = implied(a, b)
    if x.text == "-1.0" || x.text == "-1" { return negated(y) }
    if y.text == "-1.0" || y.text == "-1" { return negated(x) }
    if y.isNumber, !x.isNumber { return product(y, x) }
    if x.isNumber, y.precedence == .product { return binary("*", .product, x, y) }
    if y.precedence == .product, x.precedence > .product { return binary("*", .product, y, x) }
    return binary("*", .product, x, y)
  }

  static func quotient(_ a: CExpression, _ b: CExpression) -> CExpression {
    let (x, y) = implied(a, b)
    return binary("/", .product, x, y)
  }

  static func negated(_ x: CExpression) -> CExpression {
    if let rest = x.withoutMinus { return rest }
    if x.precedence == .product, !x.text.hasPrefix("-") {
      return CExpression(text: "-" + x.text, precedence: .product, reads: x.reads)
    }
    let inner = x.text.hasPrefix("-") ? "(\(x.text))" : x.inside(.unary)
    return CExpression(text: "-" + inner, precedence: .unary, reads: x.reads)
  }

  static func relation(
    _ symbol: String, opposite: String?, _ level: Precedence, _ a: CExpression, _ b: CExpression
  ) -> CExpression {
    // `sigma > 0` rather than `0 < sigma`.
    if level == .relation, a.isNumber, !b.isNumber {
      let mirrored = ["<": ">", "<=": ">=", ">": "<", ">=": "<="]
      return relation(
        mirrored[symbol] ?? symbol, opposite: opposite.map { mirrored[$0] ?? $0 }, level, b, a)
    }
    var result = binary(symbol, level, a, b)
    if let opposite {
      let other = binary(opposite, level, a, b)
      result.negation = (other.text, other.precedence)
    }
    return result
  }

  /// `&&` and `||`; inside one another they carry parentheses, which compilers and readers like.
  static func logical(_ symbol: String, _ level: Precedence, _ a: CExpression, _ b: CExpression) -> CExpression {
    func operand(_ x: CExpression) -> String {
      x.precedence == level || x.precedence > .and ? x.text : "(\(x.text))"
    }
    var result = CExpression(
      text: "\(operand(a)) \(symbol) \(operand(b))", precedence: level, reads: union([a, b]))
    if a.negation != nil, b.negation != nil {
      let (x, y) = (not(a), not(b))
      let other: Precedence = level == .and ? .or : .and
      func negated(_ x: CExpression) -> String { x.precedence == other || x.precedence > .and ? x.text : "(\(x.text))" }
      result.negation = ("\(negated(x)) \(level == .and ? "||" : "&&") \(negated(y))", other)
    }
    return result
  }

  static func not(_ x: CExpression) -> CExpression {
    if let negation = x.negation {
      return CExpression(
        text: negation.text, precedence: negation.precedence, reads: x.reads, negation: (x.text, x.precedence))
    }
    return CExpression(
      text: "!" + x.inside(.unary), precedence: .unary, reads: x.reads, negation: (x.text, x.precedence))
  }

  static func select(_ c: CExpression, _ a: CExpression, _ b: CExpression) -> CExpression {
    let (x, y) = implied(a, b)
    return CExpression(
      text: "\(c.inside(.or)) ? \(x.inside(.conditional)) : \(y.inside(.conditional))", precedence: .conditional,
      reads: union([c, x, y]))
  }

  static func toReal(_ x: CExpression, isLiteral: Bool) -> CExpression {
    if isLiteral { return CExpression(text: x.text + ".0", precedence: x.precedence) }
    return CExpression(
      text: "(double)" + x.inside(.unary), precedence: .unary, reads: x.reads, unconverted: (x.text, x.precedence))
  }
}
