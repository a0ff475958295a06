// Models written by hand in LoopIR, as specialisation and the passes would write them.

import BorelIR
import BorelNative

func primitive(_ name: String) -> LoopFunction { LoopFunction.named(name) ?? .add }

private let halfLogTwoPi = 0.918938533204672741780329736406

/// Adds the log density of normal(mu, sigma) at x, up to nothing.
func addNormal(_ b: inout LoopBuilder, _ x: LoopOperand, _ mu: LoopOperand, _ sigma: LoopOperand) {
  b.append(.require(b.apply(.less, .real(0), sigma), .parameter))
  let z = b.apply(.divide, b.apply(.subtract, x, mu), sigma)
  let quadratic = b.apply(.multiply, .real(-0.5), b.apply(primitive("square"), z))
  let density = b.apply(
    .subtract, b.apply(.subtract, quadratic, b.apply(primitive("log"), sigma)), .real(halfLogTwoPi))
  b.append(.target(density))
}

/// Eight schools, centred, with its point mu, log tau, theta.
func eightSchools() -> LoopProgram {
  var b = LoopBuilder(LoopProgram(name: "schools"))
  let count = b.input(.argumentSize(["y"], dimension: 0), name: "J", .int)
  let y = b.input(.argument(["y"]), name: "y", .real, sizes: [.variable(count)])
  let sigma = b.input(.argument(["sigma"]), name: "sigma", .real, sizes: [.variable(count)])
  let dimension = b.input(.other("dimension"), name: "n_position", .int)
  let q = b.input(.position, name: "q", .real, sizes: [.variable(dimension)])
  b.program.results = [("dimension", b.apply(.add, .variable(count), .int(2)))]
  let mu = b.load(q, [.int(0)], name: "mu")
  let logTau = b.load(q, [.int(1)], name: "log_tau")
  let tau = b.apply(primitive("exp"), logTau, name: "tau")
  b.append(.target(logTau))
  addNormal(&b, mu, .real(0), .real(5))
  addNormal(&b, tau, .real(0), .real(5))
  b.loop(to: .variable(count), name: "j") { b, j in
    let theta = b.load(q, [b.apply(.add, j, .int(2))], name: "theta")
    addNormal(&b, theta, mu, tau)
    addNormal(&b, b.load(y, [j]), theta, b.load(sigma, [j]))
  }
  return b.finish()
}

func eightSchoolsDensity(_ y: [Double], _ sigma: [Double], _ q: [Double]) -> Double {
  func normal(_ x: Double, _ mu: Double, _ s: Double) -> Double {
    -0.5 * (x - mu) / s * (x - mu) / s - libmLog(s) - halfLogTwoPi
  }
  let tau = libmExp(q[1])
  var lp = q[1] + normal(q[0], 0, 5) + normal(tau, 0, 5)
  for j in y.indices {
    lp += normal(q[j + 2], q[0], tau)
    lp += normal(y[j], q[j + 2], sigma[j])
  }
  return lp
}

/// Stochastic volatility, centred: its point is mu, phi, sigma, h with phi and sigma unbounded by exp and inv_logit.
func stochasticVolatility() -> LoopProgram {
  var b = LoopBuilder(LoopProgram(name: "volatility"))
  let count = b.input(.argumentSize(["y"], dimension: 0), name: "T", .int)
  let y = b.input(.argument(["y"]), name: "y", .real, sizes: [.variable(count)])
  let dimension = b.input(.other("dimension"), name: "n_position", .int)
  let q = b.input(.position, name: "q", .real, sizes: [.variable(dimension)])
  b.program.results = [("dimension", b.apply(.add, .variable(count), .int(3)))]
  let mu = b.load(q, [.int(0)], name: "mu")
  let phi = b.apply(
    .subtract, b.apply(.multiply, .real(2), b.apply(primitive("inv_logit"), b.load(q, [.int(1)]))), .real(1), name: "φ")
  let sigma = b.apply(primitive("exp"), b.load(q, [.int(2)]), name: "sigma")
  let h = b.allocate(.real, sizes: [.variable(count)], name: "h")
  b.loop(to: .variable(count), name: "t") { b, t in
    b.append(.store(h, [t], b.load(q, [b.apply(.add, t, .int(3))])))
  }
  let first = b.load(h, [.int(0)])
  let spread = b.apply(
    .divide, sigma,
    b.apply(primitive("sqrt"), b.apply(.subtract, .real(1), b.apply(primitive("square"), phi))))
  addNormal(&b, first, mu, spread)
  b.loop(from: .int(1), to: .variable(count), name: "t") { b, t in
    let before = b.load(h, [b.apply(.subtract, t, .int(1))])
    let mean = b.apply(.add, mu, b.apply(.multiply, phi, b.apply(.subtract, before, mu)))
    addNormal(&b, b.load(h, [t]), mean, sigma)
  }
  b.loop(to: .variable(count), name: "t") { b, t in
    let scale = b.apply(primitive("exp"), b.apply(.divide, b.load(h, [t]), .real(2)))
    addNormal(&b, b.load(y, [t]), .real(0), scale)
  }
  return b.finish()
}
