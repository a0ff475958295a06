// Derivatives of the special functions: gamma and beta functions, error functions, the normal cdf, Bessel functions.

private let x = DerivativeExpression.argument(0)
private let y = DerivativeExpression.argument(1)
private let z = DerivativeExpression.argument(2)
private let r = DerivativeExpression.result
private let twoOverRootPi: DerivativeExpression = 1.1283791670955126
private let rootHalf: DerivativeExpression = 0.7071067811865476

extension DerivativeTable {
  static let special: [String: [DerivativeExpression?]] = gammas.merging(errorFunctions) { first, _ in first }
    .merging(incomplete) { first, _ in first }
    .merging(bessel) { first, _ in first }

  private static let gammas: [String: [DerivativeExpression?]] = {
    // digamma(x + d) - digamma(x), by its slope where d is too small for the difference.
    let difference: DerivativeExpression = .select(
      .absolute(y) < 1e-5 * .absolute(x), y * .trigamma(x + 0.5 * y), .digamma(x + y) - .digamma(x))
    // digamma(x + 1) - log x - 1 / 2x, by its asymptotic series (Abramowitz and Stegun, 1964, 6.3.18) where it cancels.
    let inverse: DerivativeExpression = 1.0 / (x * x)
    let series: DerivativeExpression =
      inverse * .polynomial(inverse, [-1 / 12.0, 1 / 120.0, -1 / 252.0, 1 / 240.0, -1 / 132.0])
    let near: DerivativeExpression = .absolute(x - y) < 0.5 * y
    return [
      "tgamma": [r * .digamma(x)],
      "lgamma": [.digamma(x)],
      "digamma": [.trigamma(x)],
      "trigamma": [nil],
      "lgamma_ratio": [difference, .digamma(x + y)],
      "lmgamma": [nil, nil],
      "lbeta": [.digamma(x) - .digamma(x + y), .digamma(y) - .digamma(x + y)],
      "lchoose": [
        .select(y == 0.0, 0.0, .digamma(x + 1.0) - .digamma(x - y + 1.0)),
        .digamma(x - y + 1.0) - .digamma(y + 1.0),
      ],
      "log_factorial": [.digamma(x + 1.0)],
      "stirling_error": [.select(15.0 < x, series, .digamma(x + 1.0) - .log(x) - 0.5 / x)],
      // With no trials both arguments are zero, and the term is linear in the second.
      "deviance_term": [
        .select(near, .log1p((x - y) / y), .log(x / y)), .select(x == 0.0, 1.0, (y - x) / y),
      ],
    ]
  }()

  private static let errorFunctions: [String: [DerivativeExpression?]] = {
    let bell: DerivativeExpression = twoOverRootPi * .exp(-(x * x))
    let inverse: DerivativeExpression = 1.0 / (x * x)
    let tail: DerivativeExpression =
      -0.5641895835477563 * inverse * .polynomial(inverse, [1, -1.5, 3.75, -13.125, 59.0625])
    let density: DerivativeExpression = .exp(LogDensity.normal(x))
    let skewShape: DerivativeExpression = 1.0 + x * x
    let skewDensity: DerivativeExpression = 0.6931471805599453 + LogDensity.normal(y) + .logPhi(x * y)
    let skewSlope: DerivativeExpression = -0.5 * y * y * skewShape
    let owen: DerivativeExpression = 1.0 + y * y
    return [
      "erf": [bell],
      "erfc": [-bell],
      // Beyond 50 the two terms cancel; the asymptotic series has lost nothing there.
      "erfcx": [.select(50.0 < x, tail, 2.0 * x * r - twoOverRootPi)],
      "log_erfc": [-twoOverRootPi / .erfcx(x)],
      "Phi": [density],
      "log_Phi": [0.7978845608028654 / .erfcx(-rootHalf * x)],
      "inv_Phi": [.exp(-LogDensity.normal(r))],
      "inv_Phi_log": [1.2533141373155003 * .erfcx(-rootHalf * r)],
      "log_Phi_diff": [-.exp(LogDensity.normal(x) - r), .exp(LogDensity.normal(y) - r)],
      "owens_t": [
        -0.5 * density * .call("erf", rootHalf * x * y), 0.15915494309189535 * .exp(-0.5 * x * x * owen) / owen,
      ],
      "skew_normal_cdf": [
        -0.3183098861837907 * .exp(skewSlope) / skewShape, .exp(skewDensity),
      ],
      "log_skew_normal_cdf": [
        -0.3183098861837907 * .exp(skewSlope - r) / skewShape, .exp(skewDensity - r),
      ],
    ]
  }()

  /// Derivatives with respect to shapes have no closed form.
  private static let incomplete: [String: [DerivativeExpression?]] = {
    let gamma = LogDensity.gamma(x, y)
    let beta = LogDensity.beta(x, y, z)
    let gammaAtResult = LogDensity.gamma(x, r)
    let betaAtResult = LogDensity.beta(x, y, r)
    return [
      "gamma_p": [nil, .exp(gamma)],
      "gamma_q": [nil, -.exp(gamma)],
      "log_gamma_p": [nil, .exp(gamma - r)],
      "log_gamma_q": [nil, -.exp(gamma - r)],
      "inv_gamma_p": [nil, .exp(-gammaAtResult)],
      "inv_gamma_q": [nil, -.exp(-gammaAtResult)],
      "beta_inc": [nil, nil, .exp(beta)],
      "beta_inc_c": [nil, nil, -.exp(beta)],
      "log_beta_inc": [nil, nil, .exp(beta - r)],
      "log_beta_inc_c": [nil, nil, -.exp(beta - r)],
      "inv_beta_inc": [nil, nil, .exp(-betaAtResult)],
      "inv_beta_inc_c": [nil, nil, -.exp(-betaAtResult)],
    ]
  }()

  /// Derivatives with respect to the order have no closed form.
  private static let bessel: [String: [DerivativeExpression?]] = {
    let slope: DerivativeExpression = .call("bessel_i_ratio", x, y) + .select(x == 0.0, 0.0, x / y)
    let below: DerivativeExpression = .call("log_bessel_k", .absolute(x - 1.0), y)
    let ratio: DerivativeExpression = 1.0 - (2.0 * x + 1.0) * r / y - r * r
    return [
      "log_bessel_i": [nil, slope],
      "log_bessel_i_scaled": [nil, slope - 1.0],
      "log_bessel_i0": [.call("bessel_i_ratio", 0.0, x)],
      "log_bessel_i1": [.call("bessel_i_ratio", 1.0, x) + 1.0 / x],
      "log_bessel_k": [nil, -.exp(below - r) - x / y],
      "bessel_i_ratio": [nil, .select(y == 0.0, 0.5 / (x + 1.0), ratio)],
    ]
  }()
}
