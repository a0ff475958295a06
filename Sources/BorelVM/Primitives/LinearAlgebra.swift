// The machine's entries for the rows of BorelIR/Primitives/LinearAlgebra.swift.

let linearAlgebraImplementations: [(name: String, implementation: PrimitiveImplementation)] = []
