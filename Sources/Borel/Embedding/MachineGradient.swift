// Gradients on the virtual machine as a Swift program sees them: at values of choices, and over unconstrained space.

import BorelNumerics
import BorelSemantics
import BorelSource
import BorelVM
import BorelValues

/// The log density of a model with its derivatives with respect to its continuous free choices.
public struct ChoiceGradient: Sendable {
  public let logDensity: Double
  let derivatives: [(address: Address, value: Value)]

  /// The names of the choices that are differentiated, in the order of the execution: `mu`, `theta[0]`, ...
  public var names: [String] { derivatives.map(\.address.description) }

  /// The derivatives with respect to a choice, row by row where it is an array; for the name of an array of choices those of its elements in
  /// the order of the execution. Nil for a name that is not differentiated.
  public subscript(name: String) -> [Double]? {
    guard let address = Address(parsing: name) else { return nil }
    let found = derivatives.filter {
      $0.address == address
        || address.indices == .none && $0.address.name == address.name
          && $0.address.scope?.address == address.scope?.address
    }
    guard !found.isEmpty else { return nil }
    return found.flatMap { $0.value.asReal.map { [$0] } ?? $0.value.asArray?.realElements ?? [] }
  }
}

extension BoundModel {
  /// The log density at the given values of all free choices, and its derivatives with respect to the continuous ones.
  ///
  /// By a tape on the virtual machine, so that every program has it: recursion, random structure and `mem` included. Discrete choices
  /// are held fixed. A function without a derivative that the density needs is an error.
  /// - Parameter choices: values by name, of whole arrays (`theta`) or of elements (`theta[2]`).
  public func logDensityGradient(
    at choices: [String: any DataConvertible] = [:]
  ) throws(BorelError) -> ChoiceGradient {
    do throws(Failure) {
      var given = GivenChoices()
      for (name, value) in choices.sorted(by: { $0.key < $1.key }) {
        guard let address = Address(parsing: name) else {
          throw Failure(.user, Diagnostic(code: "condition-key", "`\(name)` does not name a random choice"))
        }
        given[address] = value.dataValue.value
      }
      let gradient = try program(value).logDensityGradient(at: given)
      return ChoiceGradient(logDensity: gradient.logDensity, derivatives: gradient.derivatives)
    } catch {
      throw self.error(error)
    }
  }

  /// The gradient over unconstrained space on the virtual machine, around an execution drawn from the prior.
  public func machineGradient(seed: UInt64 = 0) throws(BorelError) -> MachineGradient {
    do throws(Failure) {
      let program = program(value)
      return try MachineGradient(program, at: TrialRun(program, seed: seed).freeChoices)
    } catch {
      throw self.error(error)
    }
  }
}

/// Evaluates log density and gradient of one execution's continuous choices over unconstrained space; for one thread.
///
/// Discrete choices keep the values of that execution. A model whose continuous choices depend on each other's values in number or
/// shape has a density only where it makes the same ones.
public final class MachineGradient {
  private let evaluator: TapeEvaluator
  private(set) var position: UnconstrainedPosition
  public let dimension: Int

  init(_ program: ModelProgram, at choices: GivenChoices) throws(Failure) {
    evaluator = TapeEvaluator(program)
    position = try evaluator.position(of: choices)
    dimension = position.vector.count
  }

  /// The names of the continuous choices, each with the number of its unconstrained numbers.
  public var layout: [(name: String, count: Int)] {
    position.coordinates.map { ($0.address.description, $0.values.count) }
  }

  /// The unconstrained numbers of the execution that this was made around.
  public var start: [Double] { position.vector }

  /// The number of values that the last evaluation recorded.
  public var entryCount: Int { evaluator.entryCount }

  /// The log density over unconstrained space, -inf where it has none or fails numerically; writes the gradient.
  public func evaluate(at point: [Double], gradient: inout [Double]) throws(BorelError) -> Double {
    var place = position
    place.vector = point
    do throws(Failure) {
      let found = try evaluator.logDensityGradient(at: place)
      gradient = found.vector
      return found.logDensity
    } catch {
      guard error.kind == .numerical else { throw BorelError(error, sources: SourceMap()) }
      gradient = Array(repeating: .nan, count: dimension)
      return -.infinity
    }
  }
}
