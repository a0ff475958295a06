// Gradients against extrapolated differences of the log density.

import BorelNumerics
import BorelSemantics
import BorelVM
import BorelValues
import DerivativeTestSupport
import Testing

extension Value {
  /// The Reals of a choice in row-major order.
  var reals: [Double] { asReal.map { [$0] } ?? asArray?.realElements ?? [] }

  /// The value with one of its Reals replaced.
  func replacing(_ offset: Int, by x: Double) -> Value {
    guard let array = asArray else { return .real(x) }
    let copy = array.copy()
    copy.reals[offset] = x
    return .object(copy)
  }
}

extension ModelProgram {
  /// Compares the gradient at a trace with differences of the log density; the greatest difference relative to the
  /// gradient's size where that exceeds 1.
  ///
  /// At most `limit` components are looked at. Differences are accurate to about 1e-9 of the log density.
  @discardableResult
  func expectGradient(
    at given: GivenChoices, step: Double = 1e-3, tolerance: Double = 1e-6, limit: Int = 40,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> LogDensityGradient {
    let gradient = try logDensityGradient(at: given)
    let plain = try assess(given).logDensity
    #expect(
      gradient.logDensity == plain || abs(gradient.logDensity - plain) <= 1e-12 * max(1, abs(plain)),
      "log density \(gradient.logDensity), not \(plain)", sourceLocation: sourceLocation)
    let size = gradient.derivatives.flatMap { $0.value.reals }.map(abs).max() ?? 0
    #expect(size.isFinite, sourceLocation: sourceLocation)
    var count = 0
    let total = gradient.derivatives.reduce(0) { $0 + $1.value.reals.count }
    for (address, derivative) in gradient.derivatives {
      guard let value = given.value(for: address)?.value else { continue }
      for (offset, found) in derivative.reals.enumerated() {
        count += 1
        guard total <= limit || count % (total / limit) == 0 else { continue }
        let x = value.reals[offset]
        let expected = try difference(
          of: { moved in
            var other = given
            other[address] = value.replacing(offset, by: moved)
            return try logDensity(of: other)
          }, at: x, step: step * max(1, abs(x)))
        #expect(
          abs(found - expected.value) <= tolerance * max(1, size, abs(expected.value)),
          "∂/∂\(address)[\(offset)] is \(found), differences give \(expected.value) ± \(expected.error)",
          sourceLocation: sourceLocation)
      }
    }
    return gradient
  }

  /// The same at a few executions drawn from the prior.
  func expectGradients(
    draws: Int = 5, seed: UInt64 = 11, step: Double = 1e-3, tolerance: Double = 1e-6,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    var random = RandomStream(seed: seed)
    for _ in 0..<draws {
      let trace = try generate(using: &random).trace
      try expectGradient(
        at: GivenChoices(freeChoicesOf: trace), step: step, tolerance: tolerance, sourceLocation: sourceLocation)
    }
  }
}
