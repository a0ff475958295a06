// Dense linear algebra.

let linearAlgebraPrimitives: [Primitive] = []
