// Elementary functions.

let mathematicsPrimitives: [Primitive] = [
  Primitive("exp", [.init("x")], elementwise: true, "Exponential")
]
