// The machine's entries for the rows of BorelIR/Primitives/Special.swift.

let specialImplementations: [(name: String, implementation: PrimitiveImplementation)] = []
