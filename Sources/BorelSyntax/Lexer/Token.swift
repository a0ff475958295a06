// The tokens of the language: their kinds, spellings, and what the layout rule needs to know about each kind.

import BorelSource

/// What a token is.
///
/// The raw value indexes tables; `spelling` is the text of those tokens that have only one.
public enum TokenKind: UInt8, Sendable, CaseIterable {
  case endOfFile
  /// Characters that begin no token; the lexer has reported them.
  case invalid
  case identifier
  case underscore
  case integer
  case real
  case string

  case letKeyword, varKeyword, fnKeyword, ifKeyword, elseKeyword, forKeyword, whileKeyword
  case breakKeyword, continueKeyword, returnKeyword, importKeyword, observeKeyword, expectKeyword
  case trueKeyword, falseKeyword, nullKeyword
  // Contextual: names everywhere except where the grammar asks for them.
  case modelKeyword, distributionKeyword, onKeyword, whereKeyword, viaKeyword, inKeyword

  case leftParen, rightParen, leftBracket, rightBracket, leftBrace, rightBrace
  case comma, semicolon, colon, dot
  case plus, minus, star, slash, percent, caret, dotStar, dotSlash, dotCaret
  case less, lessEqual, greater, greaterEqual, equalEqual, notEqual, andAnd, orOr, bar, bang
  case rangeHalfOpen, rangeClosed
  case assign, plusAssign, minusAssign, starAssign, slashAssign
  case tilde, fatArrow, thinArrow
  // Operators of other languages, kept as one token so that the parser can say what to write instead.
  case starStar, colonAssign, matrixProduct, percentPercent, integerDivide, pipe, question, plusPlus

  /// The text of a keyword, operator or punctuation mark; empty for the kinds whose text varies.
  public var spelling: String { TokenKind.spellings[Int(rawValue)] }

  private static let spellings: [String] = TokenKind.allCases.map { kind in
    switch kind {
    case .endOfFile, .invalid, .identifier, .integer, .real, .string: ""
    case .underscore: "_"
    case .letKeyword: "let"
    case .varKeyword: "var"
    case .fnKeyword: "fn"
    case .ifKeyword: "if"
    case .elseKeyword: "else"
    case .forKeyword: "for"
    case .whileKeyword: "while"
    case .breakKeyword: "break"
    case .continueKeyword: "continue"
    case .returnKeyword: "return"
    case .importKeyword: "import"
    case .observeKeyword: "observe"
    case .expectKeyword: "expect"
    case .trueKeyword: "true"
    case .falseKeyword: "false"
    case .nullKeyword: "null"
    case .modelKeyword: "model"
    case .distributionKeyword: "distribution"
    case .onKeyword: "on"
    case .whereKeyword: "where"
    case .viaKeyword: "via"
    case .inKeyword: "in"
    case .leftParen: "("
    case .rightParen: ")"
    case .leftBracket: "["
    case .rightBracket: "]"
    case .leftBrace: "{"
    case .rightBrace: "}"
    case .comma: ","
    case .semicolon: ";"
    case .colon: ":"
    case .dot: "."
    case .plus: "+"
    case .minus: "-"
    case .star: "*"
    case .slash: "/"
    case .percent: "%"
    case .caret: "^"
    case .dotStar: ".*"
    case .dotSlash: "./"
    case .dotCaret: ".^"
    case .less: "<"
    case .lessEqual: "<="
    case .greater: ">"
    case .greaterEqual: ">="
    case .equalEqual: "=="
    case .notEqual: "!="
    case .andAnd: "&&"
    case .orOr: "||"
    case .bar: "|"
    case .bang: "!"
    case .rangeHalfOpen: "..<"
    case .rangeClosed: "..."
    case .assign: "="
    case .plusAssign: "+="
    case .minusAssign: "-="
    case .starAssign: "*="
    case .slashAssign: "/="
    case .tilde: "~"
    case .fatArrow: "=>"
    case .thinArrow: "->"
    case .starStar: "**"
    case .colonAssign: ":="
    case .matrixProduct: "%*%"
    case .percentPercent: "%%"
    case .integerDivide: "%/%"
    case .pipe: "|>"
    case .question: "?"
    case .plusPlus: "++"
    }
  }

  /// Keywords in the order of the language reference, contextual ones last.
  public static let keywords: [TokenKind] = allCases.filter(\.isKeyword)

  public var isKeyword: Bool {
    rawValue >= TokenKind.letKeyword.rawValue && rawValue <= TokenKind.inKeyword.rawValue
  }

  /// Keywords that are ordinary names where the grammar does not ask for them.
  public var isContextualKeyword: Bool {
    rawValue >= TokenKind.modelKeyword.rawValue && rawValue <= TokenKind.inKeyword.rawValue
  }

  /// Whether the token can stand for a name.
  public var isName: Bool { self == .identifier || isContextualKeyword }

  /// Keywords that begin a statement and occur nowhere inside an expression.
  public var beginsStatement: Bool {
    switch self {
    case .letKeyword, .varKeyword, .fnKeyword, .forKeyword, .whileKeyword, .breakKeyword, .continueKeyword,
      .returnKeyword, .importKeyword, .observeKeyword:
      true
    default: false
    }
  }

  /// Whether a newline after this token never ends a statement.
  public var continuesAfter: Bool {
    switch self {
    case .leftParen, .leftBracket, .leftBrace, .comma, .colon, .dot, .bang: true
    case .letKeyword, .varKeyword, .fnKeyword, .ifKeyword, .elseKeyword, .forKeyword, .whileKeyword,
      .importKeyword, .observeKeyword, .expectKeyword:
      true
    default: isInfix
    }
  }

  /// Whether a newline before this token never ends a statement.
  public var continuesBefore: Bool {
    switch self {
    case .rightParen, .rightBracket, .rightBrace, .comma, .colon, .dot, .elseKeyword: true
    case .minus: false
    default: isInfix
    }
  }

  /// Operators that need an operand on both sides (`-` among them).
  public var isInfix: Bool {
    rawValue >= TokenKind.plus.rawValue && rawValue <= TokenKind.thinArrow.rawValue && self != .bang
      || self == .starStar || self == .colonAssign || self == .matrixProduct || self == .percentPercent
      || self == .integerDivide || self == .pipe
  }
}

/// A piece of text with its kind.
public struct Token: Sendable, Equatable {
  /// What the parser found a token to be, where the kind alone does not tell; the formatter uses it.
  public enum Role: UInt8, Sendable {
    case none
    /// `{` of a block.
    case block
    /// `{` of a record.
    case record
    /// `-` or `!` before its operand.
    case prefix
    /// `(` or `[` that belongs to what stands before it: a call, an index, parameters, sizes.
    case postfix
    /// `where` of a distribution.
    case clause
  }

  public var kind: TokenKind
  public var role: Role = .none
  /// A line break lies between the token before and this one.
  public var onNewLine: Bool
  /// That line break ends a statement by the layout rule.
  public var startsStatement: Bool
  /// First token of a statement, as the parser found it.
  public var beginsParsedStatement = false
  public var start: UInt32
  public var end: UInt32
  /// For a bracket, the index of the bracket that matches it, or -1.
  public var partner: Int32 = -1

  public init(kind: TokenKind, onNewLine: Bool, startsStatement: Bool, start: Int, end: Int) {
    self.kind = kind
    self.onNewLine = onNewLine
    self.startsStatement = startsStatement
    self.start = UInt32(truncatingIfNeeded: start)
    self.end = UInt32(truncatingIfNeeded: end)
  }

  public func span(in file: FileID) -> Span { Span(file: file, start: Int(start), end: Int(end)) }
}

/// A comment, with its delimiters, kept for the formatter.
public struct Comment: Sendable, Equatable {
  public var start: UInt32
  public var end: UInt32
  /// `/* ... */` rather than `// ...`
  public var isBlock: Bool
  /// Only white space stands before it on its line.
  public var ownsLine: Bool
}
