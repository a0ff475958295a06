// The machine's entries for the rows of BorelIR/Primitives/Operators.swift.

let operatorImplementations: [(name: String, implementation: PrimitiveImplementation)] = []
