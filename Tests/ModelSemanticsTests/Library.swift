// The distributions of the tests, with formulas that do not come from the standard library.

import BorelIR
import BorelNumerics
import BorelSemantics
import BorelSource
import BorelVM
import BorelValues
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

func normalLogDensity(_ x: Double, _ mu: Double, _ sigma: Double) -> Double {
  let z = (x - mu) / sigma
  return -0.5 * z * z - log(sigma) - 0.5 * log(2 * Double.pi)
}

func poissonLogMass(_ k: Int, _ rate: Double) -> Double {
  Double(k) * log(rate) - rate - Special.lgamma(Double(k) + 1)
}

private func real(_ value: Value) -> Double { value.asReal ?? .nan }

/// A few distributions applied through the tables, as the machine does.
struct TestLibrary {
  var library = FormulaLibrary()
  let normal, uniform, poisson, bernoulli, categoryPair, simplexUniform: DistributionID

  init() throws {
    var l = FormulaLibrary()
    let two = ["mu", "sigma"]
    let positive = CoreDistribution.Condition(
      function: try l.comparison(two, 1, ">", .constant(.int(0))), text: "sigma > 0", parameters: [1], span: noSpan)
    normal = l.define(
      "normal", FormulaLibrary.parameters("mu", "sigma"), on: .real, where: [positive],
      methods: [
        "logpdf": l.formula(two + ["x"]) { a, _ in .real(normalLogDensity(real(a[2]), real(a[0]), real(a[1]))) },
        "sample": l.formula(two) { a, r in .real(real(a[0]) + real(a[1]) * r.normal()) },
        "cdf": l.formula(two + ["x"]) { a, _ in .real(Special.normalCDF((real(a[2]) - real(a[0])) / real(a[1]))) },
        "logcdf": l.formula(two + ["x"]) { a, _ in
          .real(Special.logNormalCDF((real(a[2]) - real(a[0])) / real(a[1])))
        },
        "logccdf": l.formula(two + ["x"]) { a, _ in
          .real(Special.logNormalCDF(-(real(a[2]) - real(a[0])) / real(a[1])))
        },
        "mean": l.formula(two) { a, _ in a[0] },
        "variance": l.formula(two) { a, _ in .real(real(a[1]) * real(a[1])) },
      ])
    let bounds = ["lower", "upper"]
    let order = CoreDistribution.Condition(
      function: try l.comparison(bounds, 0, "<", .local(LocalID(1))), text: "lower < upper", parameters: [0, 1],
      span: noSpan)
    uniform = l.define(
      "uniform", FormulaLibrary.parameters("lower", "upper"), on: .interval,
      [l.parameter(0, of: bounds), l.parameter(1, of: bounds)], where: [order],
      methods: [
        "logpdf": l.formula(bounds + ["x"]) { a, _ in .real(-log(real(a[1]) - real(a[0]))) },
        "sample": l.formula(bounds) { a, r in .real(real(a[0]) + (real(a[1]) - real(a[0])) * r.uniform()) },
        "cdf": l.formula(bounds + ["x"]) { a, _ in
          .real((real(a[2]) - real(a[0])) / (real(a[1]) - real(a[0])))
        },
      ])
    poisson = l.define(
      "poisson", FormulaLibrary.parameters("rate"), on: .count,
      where: [
        .init(
          function: try l.comparison(["rate"], 0, ">", .constant(.real(0))), text: "rate > 0", parameters: [0],
          span: noSpan)
      ],
      methods: [
        "logpdf": l.formula(["rate", "x"]) { a, _ in .real(poissonLogMass(a[1].asInt ?? -1, real(a[0]))) },
        "sample": l.formula(["rate"]) { a, r in
          var (k, p, u) = (0, exp(-real(a[0])), r.uniform())
          while u > p, k < 1000 {
            u -= p
            k += 1
            p *= real(a[0]) / Double(k)
          }
          return .int(k)
        },
        "cdf": l.formula(["rate", "x"]) { a, _ in
          .real((0...max(0, a[1].asInt ?? 0)).reduce(0.0) { $0 + exp(poissonLogMass($1, real(a[0]))) })
        },
        "mean": l.formula(["rate"]) { a, _ in a[0] },
        "variance": l.formula(["rate"]) { a, _ in a[0] },
      ])
    bernoulli = l.define(
      "bernoulli", FormulaLibrary.parameters("theta"), on: .bool,
      methods: [
        "logpdf": l.formula(["theta", "x"]) { a, _ in
          .real(log(a[1].asBool == true ? real(a[0]) : 1 - real(a[0])))
        },
        "sample": l.formula(["theta"]) { a, r in .bool(r.uniform() < real(a[0])) },
      ])
    // A condition that is not a comparison, with declared sizes.
    let sized = [
      CoreParameter(name: "mu", type: CoreType(name: "Real", sizes: [.named("n")], span: noSpan), span: noSpan),
      CoreParameter(
        name: "Sigma", type: CoreType(name: "Real", sizes: [.named("n"), .named("n")], span: noSpan), span: noSpan),
    ]
    categoryPair = l.define(
      "multi_normal", sized, on: .vector, [l.formula(["mu", "Sigma"]) { a, _ in .int(a[0].asArray?.count ?? 0) }],
      where: [
        .init(
          function: l.formula(["mu", "Sigma"]) { a, _ in .bool((a[1].asArray?.real(0) ?? 0) > 0) },
          text: "is_spd(Sigma)", parameters: [1], span: noSpan)
      ],
      methods: ["logpdf": l.formula(["mu", "Sigma", "x"]) { _, _ in .real(0) }])
    let alpha = [
      CoreParameter(name: "alpha", type: CoreType(name: "Real", sizes: [.named("k")], span: noSpan), span: noSpan)
    ]
    simplexUniform = l.define(
      "dirichlet", alpha, on: .simplex, [l.formula(["alpha"]) { a, _ in .int(a[0].asArray?.count ?? 0) }],
      where: [
        .init(
          function: try l.comparison(["alpha"], 0, ">", .constant(.real(0))), text: "alpha > 0", parameters: [0],
          span: noSpan)
      ],
      methods: ["logpdf": l.formula(["alpha", "x"]) { _, _ in .real(0.5) }])
    library = l
  }

  mutating func apply(_ id: DistributionID, _ arguments: Value...) throws(Failure) -> DistributionObject {
    let tables = ModelTables(library.program)
    guard
      let object = try tables[id].apply(arguments, at: .none, &library.caller).asObject as? DistributionObject
    else { throw Failure(.internal, Diagnostic(code: "test", "no distribution")) }
    return object
  }

  mutating func normal(_ mu: Double, _ sigma: Double) throws(Failure) -> DistributionObject {
    try apply(normal, .real(mu), .real(sigma))
  }

  mutating func logDensity(_ d: DistributionObject, _ x: Value) throws(Failure) -> Double {
    try d.logDensity(of: x, &library.caller)
  }

  /// The message of the failure that a body throws.
  static func message(_ body: () throws(Failure) -> Void) -> String? {
    do { try body() } catch { return error.diagnostic.message }
    return nil
  }
}
