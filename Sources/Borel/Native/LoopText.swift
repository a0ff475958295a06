// The model's LoopIR as text, after each of the passes.

import BorelDataIO
import BorelIR
import BorelNative
import BorelPasses
import BorelSemantics
import BorelSource

extension BoundModel {
  /// The specialised program as text; a model that stays on the virtual machine is an error that says why.
  public func loopText(_ stage: LoopStage = .specialised) throws(BorelError) -> String {
    let trial: TrialRun
    do throws(Failure) { trial = try TrialRun(program(value)) } catch { throw self.error(error) }
    do throws(NotNative) {
      let loop = try loopProgram(trial)
      switch stage {
      case .specialised: return dumpLoop(loop)
      case .density: return dumpLoop(density(of: loop))
      case .unconstrained: return dumpLoop(try unconstrain(density(of: loop)))
      case .preparation: return dumpLoop(try NativePrograms(loop).preparation)
      case .prepared: return dumpLoop(try NativePrograms(loop).logDensity)
      case .gradient: return dumpLoop(try NativePrograms(loop).logDensityGradient)
      }
    } catch {
      throw notNative(error)
    }
  }

  /// The C that the model compiles to, without the support code.
  public func cText() throws(BorelError) -> String {
    let trial: TrialRun
    do throws(Failure) { trial = try TrialRun(program(value)) } catch { throw self.error(error) }
    let programs: NativePrograms
    do throws(NotNative) { programs = try NativePrograms(try loopProgram(trial)) } catch { throw notNative(error) }
    do throws(NativeFailure) { return try NativeSource(programs.functions).modelText } catch {
      throw BorelError(.program, [error.diagnostic], sources: model.store.sources)
    }
  }

  /// Writes a shared library with BridgeStan's C interface, which reads data of the same names and types from JSON.
  public func writeLibrary(to path: String) throws(BorelError) {
    let trial: TrialRun
    do throws(Failure) { trial = try TrialRun(program(value)) } catch { throw self.error(error) }
    let programs: NativePrograms
    let bridge: (functions: [NativeFunction], supports: [Int: SupportKind])
    do throws(NotNative) {
      programs = try NativePrograms(try loopProgram(trial))
      bridge = try programs.bridgeFunctions()
    } catch {
      throw notNative(error)
    }
    let inputs = NativeInputs(self, trial, programs.specialised)
    do throws(NativeFailure) {
      let library = try BridgeLibrary(
        name: model.name, functions: bridge.functions, sites: programs.specialised.sites, supports: bridge.supports
      ) { (source) throws(NativeFailure) in try inputs.value(of: source) }
      try library.write(to: path)
    } catch {
      throw BorelError(.program, [error.diagnostic], sources: model.store.sources)
    }
  }

  /// Writes the header of that interface, for clients in C.
  public static func writeLibraryHeader(to path: String) throws(BorelError) {
    do throws(DataFailure) { try writeFile(Array(BridgeLibrary.header.utf8), to: .file(path)) } catch {
      throw BorelError(error)
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
  case specialised, density, unconstrained, preparation, prepared, gradient
}
