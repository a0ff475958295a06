// Simulation in native code: free choices drawn in the order of the virtual machine, from the same streams.

import BorelIR
import BorelNative
import BorelNumerics
import BorelPasses
import BorelSemantics
import BorelSource

/// A model with its data as a compiled sampler of its free choices. For one thread.
public final class NativeSimulation {
  private let evaluator: NativeEvaluator
  private let outputs: [NativeOutput]
  /// The patterns of the sites that are drawn, wholly or in part, `theta[_]`, in the order of `draw`.
  public var names: [String] { outputs.map(\.name) }

  init(_ bound: BoundModel, cache: ModuleCache? = .standard) throws(NativeObstacle) {
    let trial: TrialRun
    do throws(Failure) { trial = try TrialRun(bound.program(bound.value)) } catch { throw .failure(error) }
    let program: LoopProgram
    do throws(NotNative) {
      if !bound.value.interventions.isEmpty { throw NotNative(.construct, "variables are set by `do`", at: nil) }
      var request = bound.specialisationRequest(trial)
      request.isSimulation = true
      var drawn = try specialise(request)
      let patterns = Set(drawn.sites.map(\.pattern))
      drawn.results.removeAll { !patterns.contains($0.name) }
      if let problem = verifyLoop(drawn).first {
        throw NotNative(.internalError, "the simulation is a wrong program: \(problem)", at: nil)
      }
      program = drawn
    } catch {
      throw .reason(error)
    }
    let inputs = NativeInputs(bound, trial, program)
    do throws(NativeFailure) {
      let source = try NativeSource([NativeFunction(name: "simulate", program: program)])
      let module = try NativeModule(source, cache: cache)
      let model = try NativeModel(module) { (source) throws(NativeFailure) in try inputs.value(of: source) }
      evaluator = try NativeEvaluator(model, function: 0)
      outputs = source.functions[0].outputs
    } catch {
      throw .native(error)
    }
  }

  /// The values of the sites, each in row-major order, Ints and Bools as Reals; nil where the program fails. The stream moves on.
  public func draw(using random: inout RandomStream) -> [[Double]]? {
    var value = 0.0
    let before = random.raw
    let status = withUnsafeMutablePointer(to: &random.raw) { stream -> NativeStatus in
      let inputs = evaluator.inputCounts.isEmpty ? [] : [UnsafeRawPointer(stream)]
      return evaluator.evaluate(inputs: inputs, value: &value, restart: { stream.pointee = before })
    }
    return status == .ok ? outputs.indices.map { evaluator.realElements(ofOutput: $0) } : nil
  }
}

extension BoundModel {
  /// The native sampler of the model's free choices; an error that says why where there is none.
  public func nativeSimulation() throws(BorelError) -> NativeSimulation {
    do throws(NativeObstacle) { return try NativeSimulation(self) } catch {
      switch error {
      case .reason(let reason): throw notNative(reason)
      case .failure(let failure): throw self.error(failure)
      case .native(let failure): throw BorelError(.program, [failure.diagnostic], sources: model.store.sources)
      }
    }
  }

  /// Values of all free choices in executions one after the other, drawn on the machine and natively from one stream each of one seed.
  public func compareSimulations(
    draws: Int, seed: UInt64
  ) throws(BorelError) -> [(name: String, machine: [Double], native: [Double])] {
    let native = try nativeSimulation()
    var (first, second) = (RandomStream(seed: seed), RandomStream(seed: seed))
    var result: [(name: String, machine: [Double], native: [Double])] = []
    do throws(Failure) {
      for _ in 0..<draws {
        let trace = TrialRun(try program(value).simulate(using: &first))
        let values = native.draw(using: &second)
        for (place, name) in native.names.enumerated() {
          result.append((name, trace[name]?.flatValues() ?? [], values?[place] ?? []))
        }
      }
    } catch {
      throw self.error(error)
    }
    return result
  }
}
