// The machine's entries for the rows of BorelIR/Primitives/Special.swift and GSLDistributions.swift.

import BorelNumerics

let specialImplementations: [(name: String, implementation: PrimitiveImplementation)] =
  (FunctionTable.special + FunctionTable.gslDistributions).map { ($0.name, PrimitiveImplementation($0.function)) }

extension PrimitiveImplementation {
  init(_ function: RealFunction) {
    switch function {
    case .one(let f): self = .real1(f)
    case .two(let f): self = .real2(f)
    case .three(let f): self = .real3(f)
    case .four(let f): self = .real4(f)
    }
  }

  init(_ draw: Draw) {
    switch draw {
    case .zero(let f): self = .draw0(f)
    case .one(let f): self = .draw1(f)
    case .two(let f): self = .draw2(f)
    case .three(let f): self = .draw3(f)
    }
  }
}
