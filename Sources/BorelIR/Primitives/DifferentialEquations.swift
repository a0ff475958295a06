// Systems of ordinary differential equations.

import BorelValues

private let vector = PrimitiveType.array(rank: 1)

private func solver(_ name: String, tolerance: Double, maximumSteps: Int, _ summary: String) -> Primitive {
  Primitive(
    name,
    [
      .init("f", .function), .init("y0", vector), .init("t0"), .init("times", vector),
      .init("rel_tol", default: .real(tolerance)), .init("abs_tol", default: .real(tolerance)),
      .init("max_steps", .int, default: .int(maximumSteps)),
    ], .array(rank: 2), summary)
}

let differentialPrimitives: [Primitive] = [
  solver(
    "ode_rk45", tolerance: 1e-6, maximumSteps: 1_000_000,
    "Solution of y' = f(t, y) with y(t0) = y0 at ascending times, a row each: Dormand and Prince's explicit pair, not for stiff systems"
  ),
  solver(
    "ode_bdf", tolerance: 1e-10, maximumSteps: 100_000_000,
    "Solution of a stiff y' = f(t, y) with y(t0) = y0 at ascending times, a row each: differentiation formulas of orders 1 to 5"
  ),
]
