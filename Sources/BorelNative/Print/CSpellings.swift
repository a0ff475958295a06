// How each scalar primitive is written in C: an operator, a function of the vector mathematics header, one of the C library that
// compilers inline, or a call through the runtime table.

import BorelIR
import BorelNumerics

/// The C spelling of one primitive.
enum CSpelling: Sendable {
  case operation(@Sendable (inout CRenderer, [CExpression]) -> CExpression)
  /// A `bm_` function.
  case mathematics(String)
  /// A function of the C library that becomes an instruction or two.
  case library(String)
  /// A field of `struct borel_runtime`.
  case runtime(String)
  /// The same, where the result is a truth value.
  case runtimeTruth(String)
}

/// The table of spellings; which functions the vector mathematics header has decides between it and the runtime.
public struct CSpellings: Sendable {
  private var rows: [String: CSpelling] = [:]
  private let mathematics: MathematicsHeader

  /// With the vector mathematics that is built into this library.
  public static let standard = CSpellings(mathematics: .builtIn)

  init(mathematics: MathematicsHeader) {
    self.mathematics = mathematics
    let functions =
      FunctionTable.elementary + FunctionTable.special + FunctionTable.gslDistributions
    for name in functions.map(\.name) + ["log_sum_exp"] {
      let vectorised = "bm_" + name
      rows[name] = mathematics.has(vectorised) ? .mathematics(vectorised) : .runtime(name)
    }
    for (name, _) in functions {
      if let id = PrimitiveTable.ids[name], PrimitiveTable[id].result == .bool { rows[name] = .runtimeTruth(name) }
    }
    rows.merge(operations) { _, own in own }
  }

  func hasMathematics(_ function: String) -> Bool { mathematics.has(function) }

  func spelling(of primitive: String) -> CSpelling? { rows[primitive] }

  /// Whether LoopIR may apply the primitive to scalars.
  public func has(_ primitive: String) -> Bool { rows[primitive] != nil }
}

private let operations: [String: CSpelling] = [
  "sqrt": .library("sqrt"),
  "floor": .library("floor"),
  "ceil": .library("ceil"),
  "round": .library("round"),
  "trunc": .library("trunc"),
  "abs": .library("fabs"),
  "fma": .library("fma"),
  "square": .operation { renderer, x in renderer.square(x[0]) },
  "inv": .operation { _, x in .quotient(.literal(1.0), x[0]) },
  "inv_sqrt": .operation { renderer, x in .quotient(.literal(1.0), renderer.library("sqrt", x)) },
  "div": .operation { _, x in .call("borel_floor_divide", x) },
  "sign": .operation { _, x in .call("borel_signum", x) },
  "min": .operation { _, x in .call("borel_min", x) },
  "max": .operation { _, x in .call("borel_max", x) },
  "fdim": .operation { _, x in .call("borel_fdim", x) },
  "is_nan": .operation { _, x in .call("__builtin_isnan", x).truth },
  "is_inf": .operation { _, x in .call("__builtin_isinf", x).truth },
  "is_finite": .operation { _, x in .call("__builtin_isfinite", x).truth },
]

extension CExpression {
  /// As a condition that takes part in logical operations.
  fileprivate var truth: CExpression {
    var result = self
    result.negation = ("!" + text, .unary)
    return result
  }
}
