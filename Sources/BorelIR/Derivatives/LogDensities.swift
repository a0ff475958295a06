// Log densities of the families whose distribution functions are primitives, as expressions for their derivatives.

/// log pdf and log pmf of families, with the arguments in the order parameters, variate.
enum LogDensity {
  typealias Expression = DerivativeExpression

  static let logRootTwoPi: Expression = 0.9189385332046728

  static func normal(_ x: Expression) -> Expression { -0.5 * x * x - logRootTwoPi }

  /// Gamma of shape `a` and scale one; for large shapes by the saddle-point form (Loader, 2000), which does not cancel.
  static func gamma(_ a: Expression, _ x: Expression) -> Expression {
    let plain: Expression = .xLogY(a - 1.0, x) - x - .lgamma(a)
    let deviations: Expression = .call("stirling_error", a) + .call("deviance_term", a, x)
    let saddle: Expression = 0.5 * .log(a) - logRootTwoPi - deviations - .log(x)
    return .select(a < 20.0 || x == 0.0, plain, saddle)
  }

  static func beta(_ a: Expression, _ b: Expression, _ x: Expression) -> Expression {
    .xLogY(a - 1.0, x) + .xLog1pY(b - 1.0, -x) - .lbeta(a, b)
  }

  static func studentT(_ nu: Expression, _ x: Expression) -> Expression {
    let constant: Expression = .call("lgamma_ratio", 0.5 * nu, 0.5) - 0.5 * .log(nu * .constant(.pi))
    return constant - 0.5 * (nu + 1.0) * .log1p(x * x / nu)
  }

  static func vonMises(_ kappa: Expression, _ x: Expression) -> Expression {
    let half: Expression = .call("sin", 0.5 * x)
    let inside: Expression = -2.0 * kappa * half * half - .call("log_bessel_i_scaled", 0.0, kappa) - 1.8378770664093453
    return .select(.constant(.pi) < .absolute(x), .constant(-.infinity), inside)
  }

  /// Poisson at the whole number that is not above `k`.
  static func poisson(_ mu: Expression, _ k: Expression) -> Expression {
    .xLogY(.floor(k), mu) - mu - .lgamma(.floor(k) + 1.0)
  }

  /// Mills' ratio Phi(-z) / phi(z) of the standard normal distribution.
  static func mills(_ z: Expression) -> Expression { 1.2533141373155003 * .erfcx(0.7071067811865476 * z) }

  /// log of Mills' ratio where the ratio itself may overflow.
  static func logMills(_ z: Expression) -> Expression {
    .select(0.0 < z, .log(mills(z)), .logPhi(-z) - normal(z))
  }

  /// Exponentially modified normal: lambda phi(u) R(lambda sigma - u), u = (x - mu) / sigma, R Mills' ratio.
  static func expModNormal(
    _ mu: Expression, _ sigma: Expression, _ lambda: Expression, _ x: Expression
  ) -> Expression {
    let u: Expression = (x - mu) / sigma
    return .log(lambda) + normal(u) + logMills(lambda * sigma - u)
  }
}
