// Arrays, lists, tuples and records: construction, size, folding, ordering.

let collectionPrimitives: [Primitive] = [
  Primitive("len", [.init("x", .collection)], .int, "Number of elements, or of rows of a matrix")
]
