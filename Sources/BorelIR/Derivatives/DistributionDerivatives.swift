// Derivatives of cdfs, upper tails, their logarithms and quantiles, from densities.

extension DerivativeTable {
  static let distributionFunctions: [String: [DerivativeExpression?]] = {
    var rows: [String: [DerivativeExpression?]] = [:]
    for family in families { rows.merge(family.rows) { first, _ in first } }
    return rows
  }()

  /// A family of distributions: what its cdf's derivatives are, the variate last.
  private struct Family {
    var name: String
    /// The derivative of the cdf with respect to each argument, by the factor that multiplies a density and the log of that
    /// density; kept apart so that the log of a cdf has a derivative where the cdf itself underflows.
    var partials: [[(factor: DerivativeExpression, logDensity: DerivativeExpression?)]?]
    var isDiscrete = false
    /// How many leading arguments have to be whole numbers: nothing is differentiable with respect to them.
    var wholeArguments = 0

    typealias Expression = DerivativeExpression

    var rows: [String: [Expression?]] {
      let lower = partials.map { $0.map { Self.sum($0, relativeTo: nil) } }
      let logLower = partials.map { $0.map { Self.sum($0, relativeTo: .result) } }
      var rows: [String: [Expression?]] = [
        name + "_cdf": lower, name + "_ccdf": lower.map { $0.map { -$0 } },
        "log_" + name + "_cdf": logLower, "log_" + name + "_ccdf": logLower.map { $0.map { -$0 } },
      ]
      if isDiscrete { rows[name + "_quantile"] = partials.indices.map { $0 < wholeArguments ? nil : 0.0 } }
      return rows
    }

    private static func sum(
      _ terms: [(factor: Expression, logDensity: Expression?)], relativeTo result: Expression?
    ) -> Expression {
      var total: Expression?
      for term in terms {
        var value = term.factor
        if let density = term.logDensity {
          let scaled = Expression.exp(result.map { density - $0 } ?? density)
          value = term.factor == Expression.constant(1) ? scaled : term.factor * scaled
        }
        total = total.map { $0 + value } ?? value
      }
      return total ?? 0.0
    }
  }

  private static let families: [Family] = {
    let a = DerivativeExpression.argument(0)
    let b = DerivativeExpression.argument(1)
    let c = DerivativeExpression.argument(2)
    let d = DerivativeExpression.argument(3)
    let floorC = DerivativeExpression.floor(c)
    // n C(n-1, k) theta^k (1-theta)^(n-1-k), zero outside 0 <= k < n.
    let inside: DerivativeExpression =
      .log(a) + .lchoose(a - 1.0, floorC) + .xLogY(floorC, b) + .xLog1pY(a - 1.0 - floorC, -b)
    let binomial: DerivativeExpression = .select(c < 0.0 || a - 1.0 < floorC, .constant(-.infinity), inside)
    let negativeBinomial: DerivativeExpression = .select(
      c < 0.0, .constant(-.infinity), LogDensity.beta(a, floorC + 1.0, b))
    let modified = LogDensity.expModNormal(a, b, c, d)
    let u: DerivativeExpression = (d - a) / b
    let bell = LogDensity.normal(u)
    // With f the density and R Mills' ratio at z: dF/dsigma = lambda (phi - sigma f), dF/dlambda = sigma (phi - z f / lambda);
    // in the left part f is written through R, where the two terms cancel.
    let z: DerivativeExpression = c * b - u
    let mills = LogDensity.mills(z)
    return [
      Family(name: "student_t", partials: [nil, [(1.0, LogDensity.studentT(a, b))]]),
      Family(name: "von_mises", partials: [nil, [(1.0, LogDensity.vonMises(a, b))]]),
      Family(name: "poisson", partials: [[(-1.0, LogDensity.poisson(a, b))], [(0.0, nil)]], isDiscrete: true),
      Family(name: "binomial", partials: [nil, [(-1.0, binomial)], [(0.0, nil)]], isDiscrete: true),
      Family(name: "neg_binomial", partials: [nil, [(1.0, negativeBinomial)], [(0.0, nil)]], isDiscrete: true),
      Family(name: "hypergeometric", partials: [nil, nil, nil, [(0.0, nil)]], isDiscrete: true, wholeArguments: 3),
      Family(name: "beta_binomial", partials: [nil, nil, nil, [(0.0, nil)]], isDiscrete: true),
      Family(
        name: "exp_mod_normal",
        partials: [
          [(-1.0, modified)],
          [(.select(0.0 < z, c * (1.0 - c * b * mills), c), bell), (.select(0.0 < z, 0.0, -(c * b)), modified)],
          [(.select(0.0 < z, b * (1.0 - z * mills), b), bell), (.select(0.0 < z, 0.0, -(z * b / c)), modified)],
          [(1.0, modified)],
        ]),
    ]
  }()
}

extension DerivativeTable {
  /// Quantiles of continuous families: one over the density.
  static let quantiles: [String: [DerivativeExpression?]] = [
    "student_t_quantile": [nil, .exp(-LogDensity.studentT(.argument(0), .result))],
    "von_mises_quantile": [nil, .exp(-LogDensity.vonMises(.argument(0), .result))],
  ]
}
