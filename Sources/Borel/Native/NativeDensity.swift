// A model with its data as native code: its log density and what maps between its choices and unconstrained space.

import BorelIR
import BorelNative
import BorelPasses
import BorelSemantics
import BorelSource
import BorelValues

/// The native form of a model with its data. Immutable; evaluators of several threads share it.
public final class NativeDensity: @unchecked Sendable {
  let programs: NativePrograms
  let module: NativeModule
  let model: NativeModel
  let trial: TrialRun

  /// Specialises, compiles (or finds compiled), loads and prepares.
  init(_ bound: BoundModel, cache: ModuleCache? = .standard) throws(NativeObstacle) {
    do throws(Failure) { trial = try TrialRun(bound.program(bound.value)) } catch { throw .failure(error) }
    do throws(NotNative) { programs = try NativePrograms(bound.loopProgram(trial)) } catch { throw .reason(error) }
    let inputs = NativeInputs(bound, trial, programs.specialised)
    do throws(NativeFailure) {
      module = try NativeModule(try NativeSource(programs.functions), cache: cache)
      model = try NativeModel(module) { (source) throws(NativeFailure) in try inputs.value(of: source) }
    } catch {
      throw .native(error)
    }
  }

  /// The C of the model, without the header of vector mathematics.
  public var cText: String { module.source.modelText }

  /// True where the compiler did not have to run.
  public var wasCached: Bool { module.wasCached }

  /// An evaluator of one of the functions, for one thread.
  func evaluator(_ name: String) throws(NativeFailure) -> NativeEvaluator {
    guard let index = module.index(of: name) else { throw .internal(stage: "evaluate", "no function \(name)") }
    return try NativeEvaluator(model, function: index)
  }
}

/// Why a model with its data has no native form.
enum NativeObstacle: Error {
  case reason(NotNative)
  case failure(Failure)
  case native(NativeFailure)
}

/// The programs that a model's native form consists of.
struct NativePrograms {
  var specialised: LoopProgram
  /// Over the unconstrained position.
  var logDensity: LoopProgram
  /// Over the values of the choices themselves.
  var atChoices: LoopProgram
  var constrain: LoopProgram
  var logDensityGradient: LoopProgram?

  init(_ specialised: LoopProgram) throws(NotNative) {
    self.specialised = specialised
    let scored = density(of: specialised)
    logDensity = try unconstrain(scored)
    atChoices = try densityAtChoices(of: scored)
    constrain = try constrainingMap(of: scored)
    logDensityGradient = try gradient()
  }

  var functions: [NativeFunction] {
    [
      NativeFunction(name: "log_density", program: logDensity),
      NativeFunction(name: "log_density_at_choices", program: atChoices),
      NativeFunction(name: "constrain", program: constrain),
    ] + (logDensityGradient.map { [NativeFunction(name: "log_density_gradient", program: $0)] } ?? [])
  }
}
