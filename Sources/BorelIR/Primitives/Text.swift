// Strings and output.

let textPrimitives: [Primitive] = [
  Primitive(
    "print", [.init("values", .any)], variadic: true, .null, effect: .host,
    "Writes values to standard output, separated by spaces")
]
