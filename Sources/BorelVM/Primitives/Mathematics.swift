// The machine's entries for the rows of BorelIR/Primitives/Mathematics.swift.

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

let mathematicsImplementations: [(name: String, implementation: PrimitiveImplementation)] = [
  ("exp", .real1(exp))
]
