// The machine's entries for the rows of BorelIR/Primitives/Text.swift.

let textImplementations: [(name: String, implementation: PrimitiveImplementation)] = []
