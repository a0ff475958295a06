// Derivatives of GSL's distribution functions, variate first; one density per family gives four rows.

extension DerivativeTable {
  static let gslDistributions: [String: [DerivativeExpression?]] = {
    var rows: [String: [DerivativeExpression?]] = [:]
    for family in continuousFamilies {
      // GSL has no quantile of some families.
      rows.merge(family.rows.filter { PrimitiveTable.ids[$0.key] != nil }) { first, _ in first }
    }
    for (name, partials) in discreteFamilies {
      rows["gsl_cdf_\(name)_P"] = partials
      rows["gsl_cdf_\(name)_Q"] = partials.map { $0.map { -$0 } }
    }
    return rows
  }()

  /// A family with its density as a function of the arguments x, p1, p2, ... and the derivatives of its cdf with respect to
  /// the parameters divided by the density.
  private struct GSLFamily {
    var name: String
    var density: DerivativeExpression
    var parameters: [DerivativeExpression?]
    /// One over the density, where it has a form that cannot overflow between the ends of the support.
    var inverseDensity: DerivativeExpression?

    init(
      _ name: String, _ density: DerivativeExpression, _ parameters: [DerivativeExpression?],
      inverseDensity: DerivativeExpression? = nil
    ) {
      self.name = name
      self.density = density
      self.parameters = parameters
      self.inverseDensity = inverseDensity
    }

    var rows: [String: [DerivativeExpression?]] {
      // Where there is no density, the factors of the others can be undefined. (Factors have x log y in one, because the
      // lower end of a support is a quantile too.)
      let lower = [density] + parameters.map { $0.map { .select(density == 0.0, 0.0, $0 * density) } }
      let arguments = [DerivativeExpression.result] + (0..<parameters.count).map { .argument($0 + 1) }
      // x(p, theta) solves F(x, theta) = p: dx/dp = 1 / f and dx/dtheta = -F_theta / f.
      let slope = (inverseDensity ?? 1.0 / density).substituting(arguments)
      let shifts = parameters.map { $0.map { -$0.substituting(arguments) } }
      return [
        "gsl_cdf_\(name)_P": lower,
        "gsl_cdf_\(name)_Q": lower.map { $0.map { -$0 } },
        "gsl_cdf_\(name)_Pinv": [slope] + shifts,
        "gsl_cdf_\(name)_Qinv": [-slope] + shifts,
      ]
    }
  }

  private static let continuousFamilies: [GSLFamily] = {
    let x = DerivativeExpression.argument(0)
    let a = DerivativeExpression.argument(1)
    let b = DerivativeExpression.argument(2)
    /// Zero up to the support's lower end, where formulas can be undefined.
    func above(_ low: DerivativeExpression, _ density: DerivativeExpression) -> DerivativeExpression {
      .select(low < x, density, 0.0)
    }
    let scaled: DerivativeExpression = x / a
    let byScale: DerivativeExpression = -scaled
    let fallOff: DerivativeExpression = .exp(-.absolute(scaled))
    let fRatio: DerivativeExpression = a * x / b
    let fDensity: DerivativeExpression = .exp(
      .xLogY(0.5 * a, fRatio) - 0.5 * (a + b) * .log1p(fRatio) - .lbeta(0.5 * a, 0.5 * b) - .log(x))
    let logScore: DerivativeExpression = (.log(x) - a) / b
    let lognormal: DerivativeExpression = .exp(LogDensity.normal(logScore)) / (b * x)
    /// `factor` times `fall`, also where the first overflows while the second underflows.
    func falling(_ factor: DerivativeExpression, _ fall: DerivativeExpression) -> DerivativeExpression {
      .select(fall == 0.0, 0.0, factor * fall)
    }
    let power: DerivativeExpression = .call("pow", scaled, b)
    let gumbel1: DerivativeExpression = b * .exp(-a * x)
    let gumbel2: DerivativeExpression = b * .call("pow", x, -a)
    let inFlat: DerivativeExpression = .select(x < a || b < x, 0.0, 1.0 / (b - a))
    let width: DerivativeExpression = b - a
    let inUnit: DerivativeExpression = .select(x < 0.0 || 1.0 < x, 0.0, .exp(LogDensity.beta(a, b, x)))
    let exponentPower: DerivativeExpression =
      .exp(-.call("pow", .absolute(scaled), b) - .lgamma(1.0 + 1.0 / b)) / (2.0 * a)
    return [
      GSLFamily("gaussian", .exp(LogDensity.normal(scaled)) / a, [byScale]),
      GSLFamily("cauchy", .constant(1 / .pi) / (a * (1.0 + scaled * scaled)), [byScale]),
      GSLFamily("laplace", fallOff / (2.0 * a), [byScale]),
      GSLFamily("exponential", above(0.0, .exp(-scaled) / a), [byScale]),
      // GSL's formula goes on below zero, where there is no mass.
      GSLFamily("rayleigh", scaled * .exp(-0.5 * scaled * scaled) / a, [byScale]),
      GSLFamily("gamma", above(0.0, .exp(LogDensity.gamma(a, x / b)) / b), [nil, -(x / b)]),
      GSLFamily("chisq", above(0.0, 0.5 * .exp(LogDensity.gamma(0.5 * a, 0.5 * x))), [nil]),
      GSLFamily("fdist", above(0.0, fDensity), [nil, nil]),
      GSLFamily("tdist", .exp(LogDensity.studentT(a, x)), [nil]),
      GSLFamily("beta", inUnit, [nil, nil]),
      GSLFamily(
        "logistic", fallOff / (a * (1.0 + fallOff) * (1.0 + fallOff)), [byScale]),
      // Quantiles of wide ones underflow to zero.
      GSLFamily(
        "lognormal", above(0.0, lognormal), [-x, .select(x == 0.0, 0.0, -(x * logScore))],
        inverseDensity: above(0.0, b * x * .exp(-LogDensity.normal(logScore)))),
      GSLFamily(
        "pareto", above(b, a / x * .call("pow", b / x, a)), [.xLogY(x, x / b) / a, -(x / b)]),
      GSLFamily(
        // GSL's formula goes on below the support, where whole shapes give it values.
        "weibull", .select(x == 0.0, .select(b == 1.0, 1.0 / a, 0.0), falling(b / x * power, .exp(-power))),
        [byScale, .xLogY(x, scaled) / b]),
      GSLFamily("gumbel1", falling(a * gumbel1, .exp(-gumbel1)), [x / a, -1.0 / (a * b)]),
      GSLFamily(
        "gumbel2", .select(x == 0.0, 0.0, falling(a * gumbel2 / x, .exp(-gumbel2))),
        [.xLogY(x, x) / a, -x / (a * b)]),
      GSLFamily("flat", inFlat, [(x - b) / width, -((x - a) / width)]),
      GSLFamily("exppow", exponentPower, [byScale, nil]),
    ]
  }()

  /// GSL's counts are rounded down; a derivative with respect to a number of trials has no closed form.
  private static let discreteFamilies: [String: [DerivativeExpression?]] = {
    let k = DerivativeExpression.floor(.argument(0))
    let a = DerivativeExpression.argument(1)
    let n = DerivativeExpression.argument(2)
    let binomial: DerivativeExpression = .exp(
      .log(n) + .lchoose(n - 1.0, k) + .xLogY(k, a) + .xLog1pY(n - 1.0 - k, -a))
    return [
      "poisson": [0.0, .select(k < 0.0, 0.0, -.exp(LogDensity.poisson(a, k)))],
      "binomial": [0.0, .select(k < 0.0 || n - 1.0 < k, 0.0, -binomial), nil],
      "geometric": [0.0, .select(k < 1.0, 0.0, k * .call("pow", 1.0 - a, k - 1.0))],
      "negative_binomial": [0.0, .select(k < 0.0, 0.0, .exp(LogDensity.beta(n, k + 1.0, a))), nil],
      "hypergeometric": [0.0, nil, nil, nil],
    ]
  }()
}
