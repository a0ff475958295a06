// Log density and gradient of a native model over unconstrained space.

import BorelNative
import BorelSource
import BorelValues

extension BoundModel {
  public func nativeGradient() throws(BorelError) -> NativeGradient {
    try NativeGradient(nativeDensity(includesChecks: false), self)
  }
}

/// One thread's evaluator of log density and gradient.
///
/// Discrete choices that are not observed have no place in the position: density and gradient are those of the continuous choices
/// at values of the discrete ones that are held fixed: those of one execution until `hold` gives others.
public final class NativeGradient {
  /// Keeps the values of the discrete choices.
  private let function: FunctionAtChoices
  private let evaluator: NativeEvaluator
  private let sources: SourceMap
  /// The patterns of the discrete choices that are held fixed, such as `z[_]`.
  public let fixedSites: [String]
  public var dimension: Int { evaluator.dimension }

  init(_ density: NativeDensity, _ bound: BoundModel) throws(BorelError) {
    sources = bound.model.store.sources
    fixedSites = density.programs.givenSites.map(\.pattern)
    do throws(NativeFailure) {
      function = try FunctionAtChoices(density, "log_density_gradient", choices: density.trial)
      evaluator = function.evaluator
    } catch {
      throw BorelError(.program, [error.diagnostic], sources: sources)
    }
  }

  /// Holds discrete choices at other values from now on.
  ///
  /// - Parameter values: by the name of a site without indices, such as `z`: a number or an array, of the site's shape.
  /// - Throws: at names of no discrete choice that is held fixed, and at values that are not whole or of another number.
  public func hold(_ values: [String: any DataConvertible]) throws(BorelError) {
    for (name, value) in values.sorted(by: { $0.key < $1.key }) {
      let given = value.dataValue.value
      guard let pattern = fixedSites.first(where: { $0 == name || $0.hasPrefix(name + "[") }) else {
        let known = fixedSites.isEmpty ? "there are none" : "they are " + fixedSites.joined(separator: ", ")
        throw error(
          Diagnostic(
            code: "condition-key", "`\(name)` is no discrete choice that is held fixed", hint: known))
      }
      guard let elements = given.asReal.map({ [$0] }) ?? given.asArray?.realElements else {
        throw error(
          Diagnostic(code: "wrong-type", "`\(name)` is held at numbers, not at \(given.kindDescription)"))
      }
      do throws(NativeFailure) { try function.give(elements, to: pattern) } catch { throw self.error(error.diagnostic) }
    }
  }

  private func error(_ diagnostic: Diagnostic) -> BorelError { BorelError(.program, [diagnostic], sources: sources) }

  /// The log density at a point, -inf where it has none; writes the gradient.
  public func evaluate(at position: UnsafePointer<Double>, gradient: UnsafeMutablePointer<Double>) -> Double {
    var value = 0.0
    return evaluator.evaluate(at: position, value: &value, gradient: gradient) == .ok ? value : -.infinity
  }
}
