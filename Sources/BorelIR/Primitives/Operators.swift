// The operators of the language as primitives; the names in the table are the operators as written.

let operatorPrimitives: [Primitive] = [
  Primitive(
    "+", [.init("a", .any), .init("b", .any)], .any, "Sum; arrays need equal shapes, or one scalar; strings are joined"),
  Primitive("-", [.init("a", .any), .init("b", .any)], .any, "Difference; arrays need equal shapes, or one scalar"),
  Primitive("*", [.init("a", .any), .init("b", .any)], .any, "Product; between arrays the linear-algebra product"),
  Primitive("/", [.init("a", .any), .init("b", .any)], .any, "Real quotient; an array by a scalar"),
  Primitive("%", [.init("a", .number), .init("b", .number)], .number, "Remainder with the sign of the divisor"),
  Primitive("^", [.init("a", .any), .init("b", .any)], .any, "Power"),
  Primitive(".*", [.init("a", .any), .init("b", .any)], .any, "Elementwise product"),
  Primitive("./", [.init("a", .any), .init("b", .any)], .any, "Elementwise quotient"),
  Primitive(".^", [.init("a", .any), .init("b", .any)], .any, "Elementwise power"),
  Primitive("negate", [.init("a", .any)], .like(0), "Negation"),
  Primitive("!", [.init("a", .bool)], .bool, "Logical not"),
  Primitive("<", [.init("a", .any), .init("b", .any)], .bool, "Less than, for numbers and strings"),
  Primitive("<=", [.init("a", .any), .init("b", .any)], .bool, "Less than or equal"),
  Primitive(">", [.init("a", .any), .init("b", .any)], .bool, "Greater than"),
  Primitive(">=", [.init("a", .any), .init("b", .any)], .bool, "Greater than or equal"),
  Primitive("==", [.init("a", .any), .init("b", .any)], .bool, "Equality of values; Int and Real compare as numbers"),
  Primitive("!=", [.init("a", .any), .init("b", .any)], .bool, "Inequality of values"),
]
