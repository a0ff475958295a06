// Every derivative rule against extrapolated differences of the function itself, over points of its whole domain.

import BorelIR
import DerivativeTestSupport
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

@Suite struct DerivativeTests {
  static func evaluate(_ expression: DerivativeExpression, _ arguments: [Double], _ result: Double) -> Double {
    switch expression {
    case .argument(let index): arguments[index]
    case .result: result
    case .constant(let value): value
    case .apply(let function, let parts):
      LoopEvaluator.apply(function, parts.map { evaluate($0, arguments, result) }, isInt: false)
    }
  }

  /// Agreement to 1e-6, where the differences are that accurate themselves; at least a third of a row's points must be.
  @Test(arguments: DerivativeTable.named.keys.sorted()) func row(name: String) throws {
    let partials = try #require(DerivativeTable.named[name])
    let function = try #require(LoopFunction.named(name), "a derivative of no primitive")
    let domain = try #require(FunctionDomains.domain(of: name), "no domain")
    guard case .primitive(let id) = function else { return }
    #expect(partials.count == PrimitiveTable[id].parameters.count)
    #expect(domain.count == partials.count)
    var checked = 0
    var offered = 0
    for point in FunctionDomains.points(domain) {
      let result = LoopEvaluator.primitive(name, point)
      guard result.isFinite else { continue }
      for (index, partial) in partials.enumerated() {
        guard let partial else { continue }
        offered += 1
        let found = Self.evaluate(partial, point, result)
        let f = { (x: Double) -> Double in
          var moved = point
          moved[index] = x
          return LoopEvaluator.primitive(name, moved)
        }
        let isNearEdge = [0.0, 1.0, -1.0].map { abs(point[index] - $0) }.filter { $0 > 0 }.min() ?? 1
        // A step function is flat between its steps, which only a small difference avoids.
        let share = partial == .constant(0) || name == "fmod" ? 1e-6 : 0.2
        let step = share * min(isNearEdge, max(abs(point[index]), 1e-3))
        let expected = difference(of: f, at: point[index], step: step, levels: 10)
        // Differences of a function of relative precision 1e-15 are off by that much of its value over the step.
        let noise = 1e-13 * abs(result) / step
        guard expected.error <= 1e-7 * abs(expected.value) + noise else { continue }
        checked += 1
        let tolerance = 1e-6 * abs(expected.value) + noise + 1e-300
        #expect(
          abs(found - expected.value) <= tolerance,
          "\(name)\(point), argument \(index): \(found), not \(expected.value) ± \(expected.error)")
      }
    }
    #expect(offered == 0 || 3 * checked >= offered, "\(name): \(checked) of \(offered) points could be checked")
  }

  /// The same at points chosen without regard to domains and supports: a finite value has the derivative of its differences.
  @Test(arguments: DerivativeTable.named.keys.sorted()) func rowAnywhere(name: String) throws {
    let partials = try #require(DerivativeTable.named[name])
    for point in FunctionDomains.points(String(repeating: partials.count > 3 ? "x" : "w", count: partials.count)) {
      let result = LoopEvaluator.primitive(name, point)
      guard result.isFinite else { continue }
      // GSL gives up on quantiles of gamma distributions of tiny shape.
      if name == "gsl_cdf_gamma_Qinv" || name == "gsl_cdf_chisq_Qinv", point[1] < 0.1 { continue }
      for (index, partial) in partials.enumerated() {
        guard let partial else { continue }
        let f = { (x: Double) -> Double in
          var moved = point
          moved[index] = x
          return LoopEvaluator.primitive(name, moved)
        }
        let isFlat = partial == .constant(0) || name == "fmod"
        let step = (isFlat ? 1e-6 : 0.05) * max(abs(point[index]), 1e-2)
        let expected = difference(of: f, at: point[index], step: step, levels: 8)
        // Differences are off by the rounding of the value, rows by that of an exponential of it.
        let noise = 1e-12 * abs(result) / step
        // A kink has differences that do not settle, or settle on the mean of two slopes.
        let sides = [0.5, -0.5].map { (f(point[index] + $0 * step) - result) / ($0 * step) }
        let isKink = abs(sides[0] - sides[1]) > 0.5 * max(abs(sides[0]), abs(sides[1])) + noise
        guard expected.value.isFinite, !isKink, expected.error <= 1e-8 * abs(expected.value) + noise else { continue }
        let found = Self.evaluate(partial, point, result)
        #expect(
          abs(found - expected.value) <= (1e-6 + 1e-15 * abs(result)) * abs(expected.value) + 10 * noise + 1e-300,
          "\(name)\(point), argument \(index): \(found), not \(expected.value) ± \(expected.error)")
      }
    }
  }

  /// Edges: derivatives that exist there are finite and right.
  @Test(
    arguments: [
      ("x_log_y", [0, 0], 1, 0.0), ("x_log1p_y", [0, -1], 1, 0), ("hypot", [0, 0], 0, 0), ("pow", [0, 2], 0, 0),
      ("pow", [0, 1], 0, 1), ("pow", [0, 0], 0, 0), ("pow", [0, 2], 1, 0), ("log_mix", [0, -1, 2], 1, 0),
      ("log_mix", [1, -1, 2], 2, 0), ("log_mix", [0.5, -1000, 2], 2, 1), ("log1p_exp", [800], 0, 1),
      ("log1p_exp", [-800], 0, 0), ("log_diff_exp", [3, -.infinity], 0, 1), ("log_diff_exp", [3, -.infinity], 1, 0),
      ("log1m_exp", [-.infinity], 0, 0), ("log_sum_exp", [-.infinity, 2], 1, 1), ("log_Phi", [60], 0, 0),
      ("log_inv_logit", [-800], 0, 1), ("inv_logit", [-800], 0, 0), ("log_bessel_i", [0, 0], 1, 0),
      ("bessel_i_ratio", [0.5, 0], 1, 1 / 3.0), ("gamma_p", [1, 0], 1, 1), ("erfcx", [1e9], 0, -5.641895835477563e-19),
      ("log_Phi", [-1e6], 0, 1e6), ("atan2", [1e300, 1e300], 0, 5e-301), ("lgamma_ratio", [1e9, 1e-3], 0, 1e-12),
      ("stirling_error", [1e6], 0, -8.333333333325e-14), ("tanh", [400], 0, 0), ("asinh", [-1e200], 0, 1e-200),
      ("acosh", [1e200], 0, 1e-200), ("deviance_term", [0, 0], 1, 1),
      ("gsl_cdf_gumbel2_Q", [-0.5, 3, 0.5], 0, -1310.35560079546),
    ] as [(String, [Double], Int, Double)])
  func edge(name: String, point: [Double], argument: Int, expected: Double) throws {
    let partial = try #require(DerivativeTable.named[name]?[argument])
    let found = Self.evaluate(partial, point, LoopEvaluator.primitive(name, point))
    #expect(abs(found - expected) <= 1e-9 * abs(expected), "\(found)")
  }

  /// Every pure elementwise function of Reals has a row.
  @Test func everyFunctionHasARow() {
    for row in PrimitiveTable.rows
    where row.isElementwise && row.effect == .pure && row.result != .bool && row.result != .int {
      #expect(DerivativeTable.named[row.name] != nil, "\(row.name)")
    }
  }
}
