// The abstract syntax tree: what the parser makes of a file, every node with its span.

import BorelSource

/// An identifier where it stands in the text.
public struct Name: Sendable, Equatable {
  public var text: String
  public var span: Span
  public init(_ text: String, _ span: Span) {
    self.text = text
    self.span = span
  }
}

/// A whole file: its statements and declarations in order.
public struct SyntaxTree: Sendable {
  public var statements: [Statement]
  public init(statements: [Statement]) { self.statements = statements }
}

/// `{ ... }`. The value of a block is that of its last statement if that is an expression, else `null`.
public struct Block: Sendable {
  public var statements: [Statement]
  public var span: Span
  public init(statements: [Statement], span: Span) {
    self.statements = statements
    self.span = span
  }
}

// MARK: Expressions

public struct Expression: Sendable {
  public var kind: Kind
  public var span: Span

  public init(_ kind: Kind, _ span: Span) {
    self.kind = kind
    self.span = span
  }

  public indirect enum Kind: Sendable {
    case null
    case bool(Bool)
    case integer(Int)
    case real(Double)
    case string(String)
    case name(String)
    /// `[a, b, c]`
    case array([Expression])
    /// `(a, b)`; parentheses around one expression leave no node, only a wider span.
    case tuple([Expression])
    /// `{a: 1, "leaf/x": 2, 3: 1.5}`
    case record([RecordField])
    case unary(UnaryOperator, Expression)
    /// The span is that of the operator alone.
    case binary(BinaryOperator, Expression, Expression, operatorSpan: Span)
    /// `lower..<upper` (half-open) or `lower...upper` (closed).
    case range(Expression, Expression, closed: Bool)
    case call(Expression, [Argument])
    case index(Expression, [Subscript])
    case member(Expression, Name)
    /// `x => e`, `(x, y) => e`, `x => { ... }`
    case lambda([Parameter], FunctionBody)
    /// `if c { a } else { b }`; `else if` is an else block that holds one `if`.
    case conditional(Expression, Block, else: Block?)
    /// `expect { ... }`
    case expect(Block)
    /// What error recovery skipped. Later stages say nothing about it.
    case error
  }
}

public enum UnaryOperator: String, Sendable, CaseIterable {
  case negate = "-"
  case not = "!"
}

/// Binary operators; `|` conditions a model on a record.
public enum BinaryOperator: String, Sendable, CaseIterable {
  case add = "+"
  case subtract = "-"
  case multiply = "*"
  case divide = "/"
  case remainder = "%"
  case power = "^"
  case elementMultiply = ".*"
  case elementDivide = "./"
  case elementPower = ".^"
  case less = "<"
  case lessOrEqual = "<="
  case greater = ">"
  case greaterOrEqual = ">="
  case equal = "=="
  case notEqual = "!="
  case and = "&&"
  case or = "||"
  case condition = "|"
}

public struct RecordField: Sendable {
  public enum Key: Sendable, Equatable {
    case name(String)
    case string(String)
    case integer(Int)
  }
  public var key: Key
  public var keySpan: Span
  public var value: Expression
  public init(key: Key, keySpan: Span, value: Expression) {
    self.key = key
    self.keySpan = keySpan
    self.value = value
  }
}

/// A positional or, with a label, a named argument.
public struct Argument: Sendable {
  public var label: Name?
  public var value: Expression
  public init(label: Name?, value: Expression) {
    self.label = label
    self.value = value
  }
}

public enum Subscript: Sendable {
  /// An index, or a range expression, which selects a slice.
  case expression(Expression)
  /// `:`
  case all(Span)
}

// MARK: Functions, models, distributions

public struct Parameter: Sendable {
  public var name: Name
  public var type: TypeAnnotation?
  public var defaultValue: Expression?
  public init(name: Name, type: TypeAnnotation? = nil, defaultValue: Expression? = nil) {
    self.name = name
    self.type = type
    self.defaultValue = defaultValue
  }
}

/// `Real`, `Int[n]`, `Real[n, k]`; a size is a name, a literal or `_`.
public struct TypeAnnotation: Sendable {
  public enum Size: Sendable, Equatable {
    case name(Name)
    case integer(Int, Span)
    case any(Span)
  }
  public var name: Name
  public var sizes: [Size]
  public var span: Span
  public init(name: Name, sizes: [Size], span: Span) {
    self.name = name
    self.sizes = sizes
    self.span = span
  }
}

/// `{ ... }` or `= e` (for a lambda, the expression after `=>`).
public enum FunctionBody: Sendable {
  case block(Block)
  case expression(Expression)
}

/// `fn f(x, scale = 1.0) { ... }` or `fn f(x) = e`.
public struct FunctionDeclaration: Sendable {
  public var name: Name
  public var parameters: [Parameter]
  public var resultType: TypeAnnotation?
  public var body: FunctionBody
  public init(
    name: Name, parameters: [Parameter], resultType: TypeAnnotation? = nil, body: FunctionBody
  ) {
    self.name = name
    self.parameters = parameters
    self.resultType = resultType
    self.body = body
  }
}

/// `model m(x) { ... }`; the parameter list may be left out when empty.
public struct ModelDeclaration: Sendable {
  public var name: Name
  public var parameters: [Parameter]
  public var body: Block
  public init(name: Name, parameters: [Parameter], body: Block) {
    self.name = name
    self.parameters = parameters
    self.body = body
  }
}

/// `distribution laplace(mu, b) on Real where b > 0 { logpdf(x) = ...  sample() = ... }`.
public struct DistributionDeclaration: Sendable {
  public struct Method: Sendable {
    public var name: Name
    public var parameters: [Parameter]
    public var body: FunctionBody
    public init(name: Name, parameters: [Parameter], body: FunctionBody) {
      self.name = name
      self.parameters = parameters
      self.body = body
    }
  }
  public var name: Name
  public var parameters: [Parameter]
  /// A name (`Real`), a call (`Interval(a, b)`) or an index expression (`Real[n]`).
  public var support: Expression
  /// The conditions after `where`, separated by commas.
  public var conditions: [Expression]
  public var methods: [Method]
  public init(
    name: Name, parameters: [Parameter], support: Expression, conditions: [Expression],
    methods: [Method]
  ) {
    self.name = name
    self.parameters = parameters
    self.support = support
    self.conditions = conditions
    self.methods = methods
  }
}

// MARK: Statements

public struct Statement: Sendable {
  public var kind: Kind
  public var span: Span

  public init(_ kind: Kind, _ span: Span) {
    self.kind = kind
    self.span = span
  }

  public indirect enum Kind: Sendable {
    case expression(Expression)
    case binding(Binding)
    /// `x = e`, `x[i] = e`, `r.a = e`, `x += e`; the target is a name, index or member expression.
    case assignment(target: Expression, AssignmentOperator, Expression)
    /// `x ~ d`, `x[i, j] ~ d`, `x ~ d via strategy`
    case choice(ChoiceTarget, Expression, strategy: Expression?)
    /// `observe e ~ d`
    case observe(Expression, Expression)
    case forLoop(Pattern, Expression, Block)
    case whileLoop(Expression, Block)
    case breakLoop
    case continueLoop
    case returnValue(Expression?)
    case importFile(String, pathSpan: Span)
    case function(FunctionDeclaration)
    case model(ModelDeclaration)
    case distribution(DistributionDeclaration)
    case error
  }
}

/// `let p = e` or `var p: T = e`.
public struct Binding: Sendable {
  public var isMutable: Bool
  public var pattern: Pattern
  public var type: TypeAnnotation?
  public var value: Expression
  public init(isMutable: Bool, pattern: Pattern, type: TypeAnnotation?, value: Expression) {
    self.isMutable = isMutable
    self.pattern = pattern
    self.type = type
    self.value = value
  }
}

/// A name, `_`, or a tuple of patterns.
public indirect enum Pattern: Sendable {
  case name(Name)
  case wildcard(Span)
  case tuple([Pattern], Span)

  public var span: Span {
    switch self {
    case .name(let name): name.span
    case .wildcard(let span), .tuple(_, let span): span
    }
  }
}

public enum AssignmentOperator: String, Sendable, CaseIterable {
  case assign = "="
  case add = "+="
  case subtract = "-="
  case multiply = "*="
  case divide = "/="
}

/// The left side of `~`: a name with no, or some, index expressions.
public struct ChoiceTarget: Sendable {
  public var name: Name
  public var indices: [Expression]
  public var span: Span
  public init(name: Name, indices: [Expression], span: Span) {
    self.name = name
    self.indices = indices
    self.span = span
  }
}
