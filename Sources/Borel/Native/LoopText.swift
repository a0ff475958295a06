// The model's LoopIR as text, after each of the passes.

import BorelIR
import BorelPasses
import BorelSemantics
import BorelSource

extension BoundModel {
  /// The specialised program as text; a model that stays on the virtual machine is an error that says why.
  public func loopText(_ stage: LoopStage = .specialised) throws(BorelError) -> String {
    let trial: TrialRun
    do throws(Failure) { trial = try TrialRun(program(value)) } catch { throw self.error(error) }
    do throws(NotNative) {
      var loop = try loopProgram(trial)
      if stage != .specialised {
        loop = density(of: loop)
        if stage == .unconstrained { loop = try unconstrain(loop) }
      }
      return dumpLoop(loop)
    } catch {
      throw notNative(error)
    }
  }

  /// Why the model has no native form, as an error.
  func notNative(_ reason: NotNative) -> BorelError {
    let diagnostic = Diagnostic(
      code: "not-native", "model \(model.name) runs on the virtual machine: \(reason.reason)", at: reason.span)
    return BorelError(reason.kind == .internalError ? .internal : .program, [diagnostic], sources: model.store.sources)
  }
}

/// A form of a model in LoopIR.
public enum LoopStage: String, CaseIterable, Sendable {
  case specialised, density, unconstrained
}
