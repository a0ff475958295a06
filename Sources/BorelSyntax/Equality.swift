// Equality of syntax trees that ignores spans: two programs are the same if they differ in layout only.

/// A node that can be compared without its place in the text.
public protocol SyntaxComparable {
  func isSame(as other: Self) -> Bool
}

extension Array: SyntaxComparable where Element: SyntaxComparable {
  public func isSame(as other: [Element]) -> Bool {
    count == other.count && zip(self, other).allSatisfy { $0.isSame(as: $1) }
  }
}

extension Optional: SyntaxComparable where Wrapped: SyntaxComparable {
  public func isSame(as other: Wrapped?) -> Bool {
    switch (self, other) {
    case (nil, nil): true
    case (let left?, let right?): left.isSame(as: right)
    default: false
    }
  }
}

extension SyntaxTree: SyntaxComparable {
  public func isSame(as other: SyntaxTree) -> Bool { statements.isSame(as: other.statements) }
}

extension Block: SyntaxComparable {
  public func isSame(as other: Block) -> Bool { statements.isSame(as: other.statements) }
}

extension Name: SyntaxComparable {
  public func isSame(as other: Name) -> Bool { text == other.text }
}

extension Expression: SyntaxComparable {
  public func isSame(as other: Expression) -> Bool {
    switch (kind, other.kind) {
    case (.null, .null), (.error, .error): true
    case (.bool(let a), .bool(let b)): a == b
    case (.integer(let a), .integer(let b)): a == b
    case (.real(let a), .real(let b)): a.bitPattern == b.bitPattern
    case (.string(let a), .string(let b)): a.utf8.elementsEqual(b.utf8)
    case (.name(let a), .name(let b)): a == b
    case (.array(let a), .array(let b)), (.tuple(let a), .tuple(let b)): a.isSame(as: b)
    case (.record(let a), .record(let b)): a.isSame(as: b)
    case (.unary(let f, let a), .unary(let g, let b)): f == g && a.isSame(as: b)
    case (.binary(let f, let a, let c, _), .binary(let g, let b, let d, _)):
      f == g && a.isSame(as: b) && c.isSame(as: d)
    case (.range(let a, let c, let x), .range(let b, let d, let y)):
      x == y && a.isSame(as: b) && c.isSame(as: d)
    case (.call(let a, let c), .call(let b, let d)): a.isSame(as: b) && c.isSame(as: d)
    case (.index(let a, let c), .index(let b, let d)): a.isSame(as: b) && c.isSame(as: d)
    case (.member(let a, let c), .member(let b, let d)): a.isSame(as: b) && c.isSame(as: d)
    case (.lambda(let a, let c), .lambda(let b, let d)): a.isSame(as: b) && c.isSame(as: d)
    case (.conditional(let a, let c, let e), .conditional(let b, let d, let f)):
      a.isSame(as: b) && c.isSame(as: d) && e.isSame(as: f)
    case (.expect(let a), .expect(let b)): a.isSame(as: b)
    default: false
    }
  }
}

extension RecordField: SyntaxComparable {
  public func isSame(as other: RecordField) -> Bool { key == other.key && value.isSame(as: other.value) }
}

extension Argument: SyntaxComparable {
  public func isSame(as other: Argument) -> Bool {
    label.isSame(as: other.label) && value.isSame(as: other.value)
  }
}

extension Subscript: SyntaxComparable {
  public func isSame(as other: Subscript) -> Bool {
    switch (self, other) {
    case (.all, .all): true
    case (.expression(let a), .expression(let b)): a.isSame(as: b)
    default: false
    }
  }
}

extension Parameter: SyntaxComparable {
  public func isSame(as other: Parameter) -> Bool {
    name.isSame(as: other.name) && type.isSame(as: other.type) && defaultValue.isSame(as: other.defaultValue)
  }
}

extension TypeAnnotation: SyntaxComparable {
  public func isSame(as other: TypeAnnotation) -> Bool {
    name.isSame(as: other.name) && sizes.isSame(as: other.sizes)
  }
}

extension TypeAnnotation.Size: SyntaxComparable {
  public func isSame(as other: TypeAnnotation.Size) -> Bool {
    switch (self, other) {
    case (.name(let a), .name(let b)): a.isSame(as: b)
    case (.integer(let a, _), .integer(let b, _)): a == b
    case (.any, .any): true
    default: false
    }
  }
}

extension FunctionBody: SyntaxComparable {
  public func isSame(as other: FunctionBody) -> Bool {
    switch (self, other) {
    case (.block(let a), .block(let b)): a.isSame(as: b)
    case (.expression(let a), .expression(let b)): a.isSame(as: b)
    default: false
    }
  }
}

extension FunctionDeclaration: SyntaxComparable {
  public func isSame(as other: FunctionDeclaration) -> Bool {
    name.isSame(as: other.name) && parameters.isSame(as: other.parameters)
      && resultType.isSame(as: other.resultType) && body.isSame(as: other.body)
  }
}

extension ModelDeclaration: SyntaxComparable {
  public func isSame(as other: ModelDeclaration) -> Bool {
    name.isSame(as: other.name) && parameters.isSame(as: other.parameters) && body.isSame(as: other.body)
  }
}

extension DistributionDeclaration: SyntaxComparable {
  public func isSame(as other: DistributionDeclaration) -> Bool {
    name.isSame(as: other.name) && parameters.isSame(as: other.parameters) && support.isSame(as: other.support)
      && conditions.isSame(as: other.conditions) && methods.isSame(as: other.methods)
  }
}

extension DistributionDeclaration.Method: SyntaxComparable {
  public func isSame(as other: DistributionDeclaration.Method) -> Bool {
    name.isSame(as: other.name) && parameters.isSame(as: other.parameters) && body.isSame(as: other.body)
  }
}

extension Binding: SyntaxComparable {
  public func isSame(as other: Binding) -> Bool {
    isMutable == other.isMutable && pattern.isSame(as: other.pattern) && type.isSame(as: other.type)
      && value.isSame(as: other.value)
  }
}

extension Pattern: SyntaxComparable {
  public func isSame(as other: Pattern) -> Bool {
    switch (self, other) {
    case (.name(let a), .name(let b)): a.isSame(as: b)
    case (.wildcard, .wildcard): true
    case (.tuple(let a, _), .tuple(let b, _)): a.isSame(as: b)
    default: false
    }
  }
}

extension ChoiceTarget: SyntaxComparable {
  public func isSame(as other: ChoiceTarget) -> Bool {
    name.isSame(as: other.name) && indices.isSame(as: other.indices)
  }
}

extension Statement: SyntaxComparable {
  public func isSame(as other: Statement) -> Bool {
    switch (kind, other.kind) {
    case (.expression(let a), .expression(let b)): a.isSame(as: b)
    case (.binding(let a), .binding(let b)): a.isSame(as: b)
    case (.assignment(let a, let f, let c), .assignment(let b, let g, let d)):
      f == g && a.isSame(as: b) && c.isSame(as: d)
    case (.choice(let a, let c, let e), .choice(let b, let d, let f)):
      a.isSame(as: b) && c.isSame(as: d) && e.isSame(as: f)
    case (.observe(let a, let c), .observe(let b, let d)): a.isSame(as: b) && c.isSame(as: d)
    case (.forLoop(let a, let c, let e), .forLoop(let b, let d, let f)):
      a.isSame(as: b) && c.isSame(as: d) && e.isSame(as: f)
    case (.whileLoop(let a, let c), .whileLoop(let b, let d)): a.isSame(as: b) && c.isSame(as: d)
    case (.breakLoop, .breakLoop), (.continueLoop, .continueLoop), (.error, .error): true
    case (.returnValue(let a), .returnValue(let b)): a.isSame(as: b)
    case (.importFile(let a, _), .importFile(let b, _)): a == b
    case (.function(let a), .function(let b)): a.isSame(as: b)
    case (.model(let a), .model(let b)): a.isSame(as: b)
    case (.distribution(let a), .distribution(let b)): a.isSame(as: b)
    default: false
    }
  }
}
