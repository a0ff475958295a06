// Draws from the machine's random stream, for the `sample` methods of distributions.

let randomPrimitives: [Primitive] = [
  Primitive("standard_normal", [], effect: .random, "A draw from Normal(0, 1)")
]
