// Compares the two back ends: the log density of the same choices on the virtual machine and in native code.

import BorelNative
import BorelNumerics
import BorelPasses
import BorelSemantics
import BorelValues

extension BoundModel {
  /// The native form of the model with its data; an error that says why where there is none.
  ///
  /// It has the gradient and the map to the choices' own space; `includesChecks` adds the log density alone, over the position and
  /// over choices.
  public func nativeDensity(includesChecks: Bool = true) throws(BorelError) -> NativeDensity {
    do throws(NativeObstacle) { return try NativeDensity(self, includesChecks: includesChecks) } catch {
      switch error {
      case .reason(let reason): throw notNative(reason)
      case .failure(let failure): throw self.error(failure)
      case .native(let failure):
        throw BorelError(.program, [failure.diagnostic], sources: model.store.sources)
      }
    }
  }

  /// The log densities, on the machine and natively, of executions whose free choices are drawn from their distributions.
  public func compareBackEnds(draws: Int, seed: UInt64) throws(BorelError) -> [(machine: Double, native: Double)] {
    let native = try nativeDensity()
    var random = RandomStream(seed: seed)
    var result: [(machine: Double, native: Double)] = []
    do throws(Failure) {
      for _ in 0..<draws {
        let weighted = try program(value).generate(using: &random)
        // A draw that fails has no values for the choices that would have come later.
        if weighted.failure != nil { continue }
        result.append((weighted.trace.logDensity, try native.logDensity(of: weighted.trace)))
      }
    } catch {
      throw self.error(error)
    }
    return result
  }
}

extension NativeDensity {
  /// The greatest difference of a gradient component from a central difference of the log density, relative to the gradient's size
  /// where that exceeds 1, at a random point.
  public func gradientError(seed: UInt64, scale: Double = 0.5) throws(BorelError) -> (error: Double, dimension: Int) {
    do throws(NativeFailure) {
      let density = try FunctionAtChoices(self, "log_density", choices: trial)
      let gradient = try FunctionAtChoices(self, "log_density_gradient", choices: trial)
      var random = RandomStream(seed: seed)
      let q = (0..<density.evaluator.dimension).map { _ in scale * (2 * random.uniform() - 1) }
      let (value, found) = gradient.valueAndGradient(at: q)
      let plain = density.evaluate(at: q)
      guard value > -.infinity, plain > -.infinity else { return (.infinity, q.count) }
      let size = found.map(abs).max() ?? 0
      var worst = abs(value - plain) / max(1, abs(plain))
      for index in q.indices where q.count <= 64 || index % (q.count / 32) == 0 {
        let h = 1e-5 * max(1, abs(q[index]))
        var (up, down) = (q, q)
        up[index] += h
        down[index] -= h
        let (high, low) = (density.evaluate(at: up), density.evaluate(at: down))
        guard high > -.infinity, low > -.infinity else { return (.infinity, q.count) }
        worst = max(worst, abs((high - low) / (up[index] - down[index]) - found[index]) / max(1, size))
      }
      return (worst, q.count)
    } catch {
      throw BorelError(.internal, [error.diagnostic], sources: sources)
    }
  }

  /// The log density of the choices of a trace.
  func logDensity(of trace: Trace) throws(Failure) -> Double {
    do throws(NativeFailure) {
      let function = try FunctionAtChoices(self, "log_density_at_choices", choices: TrialRun(trace))
      return function.evaluate()
    } catch {
      throw Failure(.internal, error.diagnostic)
    }
  }
}
