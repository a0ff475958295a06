// A model with its data as a log density over unconstrained space, with the map from there to the numbers of a draw.

import BorelDraws
import BorelInference
import BorelNative
import BorelPasses
import BorelSemantics
import BorelSource
import BorelVM
import BorelValues

/// The density that gradient-based samplers and optimisers see of a model: native where it can be, else on the tape of the virtual machine.
///
/// Discrete free choices have no place in the position; the density is that at the values that an evaluator holds (`discreteSites`).
public struct SamplingTarget: DensityTarget {
  enum BackEnd: Sendable {
    case native(NativeDensity)
    /// And why it is not native.
    case machine(reason: Diagnostic)
  }
  let bound: BoundModel
  /// Without the log-Jacobian the density is that of the choices themselves.
  let includesJacobian: Bool
  let backEnd: BackEnd
  let trial: TrialRun
  let layout: RowLayout
  /// The position of the trial run on the tape, for names and for discrete choices.
  let start: UnconstrainedPosition
  public let dimension: Int
  /// The patterns of discrete choices that are not observed.
  public let discreteSites: [String]

  /// Specialises and compiles, or falls back on the virtual machine; an error where the model has no density at all.
  init(_ bound: BoundModel, includesJacobian: Bool = true) throws(BorelError) {
    self.bound = bound
    self.includesJacobian = includesJacobian
    do throws(Failure) {
      let program = bound.program(bound.value)
      var density: NativeDensity?
      var reason = Diagnostic(.note, code: "not-native", "the model runs on the virtual machine")
      do throws(NativeObstacle) {
        density = try NativeDensity(bound, includesChecks: false, includesJacobian: includesJacobian)
      } catch {
        switch error {
        case .failure(let failure): throw failure
        case .native(let failure): reason = failure.diagnostic
        case .reason(let obstacle):
          reason = Diagnostic(.note, code: "not-native", obstacle.reason, at: obstacle.span)
        }
      }
      if let density { trial = density.trial } else { trial = try TrialRun(program) }
      let trace = try program.assess(trial.freeChoices)
      layout = RowLayout(trial, value: trace.value)
      discreteSites = trial.sites.filter { $0.status != .observed && $0.scalar != .real }.map(\.pattern)
      if let density {
        backEnd = .native(density)
        start = UnconstrainedPosition()
        guard let index = density.module.index(of: "log_density_gradient") else {
          throw Failure(.internal, Diagnostic(code: "internal", "internal error, please report: no gradient"))
        }
        let evaluator: NativeEvaluator
        do throws(NativeFailure) { evaluator = try NativeEvaluator(density.model, function: index) } catch {
          throw Failure(.user, error.diagnostic)
        }
        dimension = evaluator.dimension
      } else {
        backEnd = .machine(reason: reason)
        start = try TapeEvaluator(program).position(of: trial.freeChoices)
        dimension = start.vector.count
      }
    } catch {
      throw bound.error(error)
    }
  }

  public var isNative: Bool { if case .native = backEnd { true } else { false } }

  /// Why the density is not native; nil where it is.
  public var reasonForMachine: Diagnostic? { if case .machine(let reason) = backEnd { reason } else { nil } }

  public func makeEvaluator() throws(Failure) -> any DensityEvaluator { try evaluator() }

  /// An evaluator that also maps positions to draws.
  func evaluator() throws(Failure) -> any ModelEvaluator {
    switch backEnd {
    case .native(let density): try NativeModelEvaluator(density, self)
    case .machine: try MachineModelEvaluator(self)
    }
  }
}

/// One thread's evaluator of a model's density, which also gives the numbers of the draw at a position.
protocol ModelEvaluator: DensityEvaluator {
  /// Writes the numbers of a draw, in the order of the model's `RowLayout`; those that cannot be computed are NaN.
  func fill(_ row: UnsafeMutableBufferPointer<Double>, at position: UnsafePointer<Double>)
  /// The values of all free choices at a position.
  func choices(at position: UnsafePointer<Double>) throws(Failure) -> GivenChoices
  /// Holds a discrete choice at this value from now on.
  func hold(_ value: Value, at choice: DiscreteChoice)
}
