// The machine's entries for the rows of BorelIR/Primitives/Random.swift.

import BorelNumerics

let randomImplementations: [(name: String, implementation: PrimitiveImplementation)] = [
  ("standard_normal", .draw0({ $0.normal() }))
]
