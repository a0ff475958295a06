// Compares the two back ends: the log density of the same choices on the virtual machine and in native code.

import BorelNative
import BorelNumerics
import BorelPasses
import BorelSemantics
import BorelValues

extension BoundModel {
  /// The native form of the model with its data; an error that says why where there is none.
  public func nativeDensity() throws(BorelError) -> NativeDensity {
    do throws(NativeObstacle) { return try NativeDensity(self) } catch {
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
        let trace = try program(value).generate(using: &random).trace
        result.append((trace.logDensity, try native.logDensity(of: trace)))
      }
    } catch {
      throw self.error(error)
    }
    return result
  }
}

extension NativeDensity {
  /// The log density of the choices of a trace.
  func logDensity(of trace: Trace) throws(Failure) -> Double {
    let values = TrialRun(trace)
    do throws(NativeFailure) {
      let evaluator = try evaluator("log_density_at_choices")
      let function = module.source.functions[module.index(of: "log_density_at_choices") ?? 0]
      // One buffer of eight-byte elements for each input; Bools take one byte.
      var buffers: [UnsafeMutableRawPointer] = []
      defer { for buffer in buffers { buffer.deallocate() } }
      for input in function.inputs {
        guard case .choice(let number) = input.source,
          let site = values[programs.specialised.sites[number].pattern]
        else { throw .input("`\(input.name)` has no value") }
        let elements = site.flatValues()
        let buffer = UnsafeMutableRawPointer.allocate(byteCount: 8 * max(elements.count, 1), alignment: 64)
        buffers.append(buffer)
        for (place, element) in elements.enumerated() {
          switch input.scalar {
          case .real: buffer.storeBytes(of: element, toByteOffset: 8 * place, as: Double.self)
          case .int: buffer.storeBytes(of: Int(element), toByteOffset: 8 * place, as: Int.self)
          case .bool: buffer.storeBytes(of: element != 0 ? 1 : 0, toByteOffset: place, as: UInt8.self)
          }
        }
      }
      var value = 0.0
      let status = evaluator.evaluate(inputs: buffers.map { UnsafeRawPointer($0) }, value: &value)
      return status == .ok ? value : -.infinity
    } catch {
      throw Failure(.internal, error.diagnostic)
    }
  }
}
