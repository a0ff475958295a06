// Special functions, cdfs and quantiles.

let specialPrimitives: [Primitive] = []
