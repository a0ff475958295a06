// Specialises cdfs of mixtures, truncated and censored distributions.

import BorelIR
import BorelSource

extension Specialiser {
  /// P(X <= x), P(X > x) or its log.
  mutating func combinedTail(
    _ tail: Tail, _ distribution: AbstractDistribution, at x: LoopOperand, span: Span
  ) throws(NotNative) -> LoopOperand {
    switch distribution {
    case .mixture(let weights, let components):
      var terms: [LoopOperand] = []
      for (weight, component) in zip(weights, components) {
        let mass = try self.tail(tail, component, at: x, span: span)
        terms.append(
          tail.isLog
            ? builder.apply(.add, try scalarFunction("log", [weight], at: span), mass)
            : builder.apply(.multiply, weight, mass))
      }
      guard tail.isLog, terms.count > 1 else {
        let total = terms.dropFirst().reduce(terms.first ?? .real(0)) { builder.apply(.add, $0, $1) }
        return builder.apply(.minimum, .real(tail.isLog ? 0 : 1), total)
      }
      let listed = AbstractArray(scalar: .real, sizes: [.int(terms.count)], source: .listed(terms))
      return builder.apply(.minimum, .real(0), try logSumExp(listed, at: span))
    case .censored(let base, let lower, let upper):
      // The lower bound has mass itself.
      return try atEdges(tail, x, lower, upper, includesStart: true, at: span) { (this) throws(NotNative) in
        try this.tail(tail, base, at: x, span: span)
      }
    case .truncated(let base, let lower, let upper):
      let mass = try mass(of: base, lower, upper, at: span)
      let isDiscrete = try isDiscrete(base)
      return try atEdges(tail, x, lower, upper, includesStart: isDiscrete, at: span) { (this) throws(NotNative) in
        let log = this.builder.apply(
          .subtract, try this.logPart(of: mass, behind: tail.isUpper, x, at: span), mass.inside)
        let result = this.builder.apply(.minimum, .real(0), log)
        return tail.isLog ? result : try this.scalarFunction("exp", [result], at: span)
      }
    case .plain, .product, .repeated, .ordered:
      throw NotNative(.construct, "the cdf of a distribution of arrays", at: span)
    }
  }

  /// log P(x < X <= upper) or log P(lower <= X <= x) under the base.
  private mutating func logPart(
    of mass: TruncatedMass, behind: Bool, _ x: LoopOperand, at span: Span
  ) throws(NotNative) -> LoopOperand {
    let result = try either(
      mass.isUpperHalf, at: span,
      then: { (this) throws(NotNative) in
        let behindPlace = try this.tail(.logUpper, mass.base, at: x, span: span)
        if behind { return .scalar(try this.scalarFunction("log_diff_exp", [behindPlace, mass.behind], at: span)) }
        let behindStart = try this.scalarFunction("log_sum_exp", [mass.behind, mass.inside], at: span)
        return .scalar(try this.scalarFunction("log_diff_exp", [behindStart, behindPlace], at: span))
      },
      else: { (this) throws(NotNative) in
        let beforePlace = try this.tail(.logLower, mass.base, at: x, span: span)
        guard behind else {
          return .scalar(try this.scalarFunction("log_diff_exp", [beforePlace, mass.before], at: span))
        }
        return .scalar(
          try this.logBetween(x, mass.upper, mass.base, before: beforePlace, behind: mass.behind, at: span))
      })
    return try real(result, "a probability", at: span)
  }
}
