// Compares the two back ends: what a model returns at random positions, on the virtual machine and in native code.

import BorelNative
import BorelNumerics
import BorelSemantics
import BorelValues

extension BoundModel {
  /// The numbers that the model returns at random positions, row-major, by the names that draws give them: `value`, `value.theta`.
  /// Parts without a native form have no native numbers.
  public func compareReturnValues(
    positions: Int, seed: UInt64
  ) throws(BorelError) -> [(name: String, machine: [Double], native: [Double])] {
    let density = try nativeDensity(includesChecks: false)
    let names = density.outputs(of: "constrain")
    var random = RandomStream(seed: seed)
    var result: [(name: String, machine: [Double], native: [Double])] = []
    do {
      let constrain = try FunctionAtChoices(density, "constrain", choices: density.trial)
      for _ in 0..<positions {
        let q = (0..<constrain.evaluator.dimension).map { _ in random.normal() }
        var unused = 0.0
        guard constrain.run(at: q, value: &unused) == .ok else { continue }
        var choices = density.trial
        for (place, name) in names.enumerated() where choices[name] != nil {
          choices.replaceFreeValues(of: name, by: constrain.evaluator.realElements(ofOutput: place))
        }
        let trace: Trace
        do throws(Failure) { trace = try program(value).assess(choices.freeChoices) } catch {
          // There is no density here.
          if error.kind == .numerical { continue }
          throw error
        }
        for (name, machine) in returnedNumbers(trace.value, named: "value") {
          let place = names.firstIndex(of: name)
          result.append((name, machine, place.map { constrain.evaluator.realElements(ofOutput: $0) } ?? []))
        }
      }
    } catch let failure as Failure {
      throw error(failure)
    } catch let failure as NativeFailure {
      throw BorelError(.internal, [failure.diagnostic], sources: model.store.sources)
    } catch {
      throw BorelError(.internal, code: "internal", "\(error)")
    }
    return result
  }
}

private func returnedNumbers(_ value: Value, named name: String) -> [(String, [Double])] {
  if let real = value.asReal { return [(name, [real])] }
  if let bool = value.asBool { return [(name, [bool ? 1 : 0])] }
  if let array = value.asArray { return [(name, array.realElements)] }
  guard case .object(let object) = value else { return [] }
  switch object {
  case let record as RecordObject:
    return zip(record.keys, record.values).flatMap { returnedNumbers($1, named: "\(name).\($0)") }
  case let tuple as TupleObject:
    return tuple.elements.enumerated().flatMap { returnedNumbers($1, named: "\(name).\($0)") }
  default: return []
  }
}
