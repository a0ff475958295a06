// Density, gradient and draws of a native model, for one thread.

import BorelIR
import BorelNative
import BorelPasses
import BorelSemantics
import BorelSource
import BorelVM
import BorelValues

/// Evaluates the compiled gradient and the compiled map to the choices.
final class NativeModelEvaluator: ModelEvaluator {
  private let gradient: FunctionAtChoices
  private let map: FunctionAtChoices
  private let evaluator: NativeEvaluator
  private let target: SamplingTarget
  /// Where each variable of a row is found.
  private let parts: [Part]
  private let outputs: [String]
  /// Values of the sites at the last position that was mapped, discrete ones as they are held.
  private var choices: TrialRun
  let dimension: Int

  private enum Part {
    case output(Int, offset: Int, count: Int)
    case discrete(String, offset: Int, count: Int)
    /// A part of the return value that only the virtual machine computes.
    case machine(String, count: Int)
  }

  init(_ density: NativeDensity, _ target: SamplingTarget) throws(Failure) {
    self.target = target
    choices = density.trial
    do throws(NativeFailure) {
      gradient = try FunctionAtChoices(density, "log_density_gradient", choices: density.trial)
      map = try FunctionAtChoices(density, "constrain", choices: density.trial)
    } catch {
      throw Failure(.user, error.diagnostic)
    }
    evaluator = gradient.evaluator
    dimension = evaluator.dimension
    outputs = density.outputs(of: "constrain")
    let (outputs, mapped) = (outputs, map.evaluator.outputCounts)
    parts = target.layout.variables.map { variable in
      if let site = variable.site {
        guard let place = outputs.firstIndex(of: site.pattern) else {
          return .discrete(site.pattern, offset: site.offset, count: variable.count)
        }
        return .output(place, offset: site.offset, count: variable.count)
      }
      guard let place = outputs.firstIndex(of: variable.name), mapped[place] == variable.count else {
        return .machine(variable.name, count: variable.count)
      }
      return .output(place, offset: 0, count: variable.count)
    }
  }

  private var failedPosition: [Double]?
  private var examinations = 0

  @inline(__always)
  func evaluate(at position: UnsafePointer<Double>, gradient: UnsafeMutablePointer<Double>) -> Double {
    var value = 0.0
    if evaluator.evaluate(at: position, value: &value, gradient: gradient) == .ok, value.isFinite { return value }
    failedPosition = Array(UnsafeBufferPointer(start: position, count: dimension))
    return -.infinity
  }

  /// The reason of the last failure, by the virtual machine at the same place: native code only knows that it failed.
  var lastFailure: Failure? {
    guard let position = failedPosition, examinations < 200 else { return nil }
    failedPosition = nil
    examinations += 1
    do throws(Failure) {
      let given = try position.withUnsafeBufferPointer { (buffer) throws(Failure) -> GivenChoices in
        guard let start = buffer.baseAddress else { return GivenChoices() }
        return try choices(at: start)
      }
      _ = try target.bound.program(target.bound.value).assess(given)
      return nil
    } catch {
      return error.kind == .numerical ? error : nil
    }
  }

  func fill(_ row: UnsafeMutableBufferPointer<Double>, at position: UnsafePointer<Double>) {
    var value = 0.0
    let status = map.evaluator.evaluate(at: position, value: &value)
    var next = 0
    var machineValues: [String: [Double]]?
    for part in parts {
      switch part {
      case .output(let place, let offset, let count):
        map.evaluator.copyElements(
          ofOutput: place, from: offset, count: count, isDefined: status == .ok, to: row, at: next)
        next += count
      case .discrete(let pattern, let offset, let count):
        let values = choices[pattern]?.flatValues() ?? []
        for i in 0..<count { row[next + i] = values.indices.contains(offset + i) ? values[offset + i] : .nan }
        next += count
      case .machine(let name, let count):
        let values = machineValues ?? target.returnValue(at: try? choices(at: position))
        machineValues = values
        for i in 0..<count { row[next + i] = values[name]?[i] ?? .nan }
        next += count
      }
    }
  }

  func choices(at position: UnsafePointer<Double>) throws(Failure) -> GivenChoices {
    var value = 0.0
    guard map.evaluator.evaluate(at: position, value: &value) == .ok else {
      throw Failure(
        .numerical, Diagnostic(code: "no-value", "the choices cannot be computed at this point of unconstrained space"))
    }
    for (place, output) in outputs.enumerated() where !isReturnValue(output) {
      choices.replaceFreeValues(of: output, by: map.evaluator.realElements(ofOutput: place))
    }
    return choices.freeChoices
  }

  func hold(_ value: Value, at choice: DiscreteChoice) {
    choices.replace(choice.pattern, element: choice.element, by: value)
    let numbers: [Double]
    switch value {
    case .bool(let flag): numbers = [flag ? 1 : 0]
    default: numbers = value.asReal.map { [$0] } ?? value.asArray?.realElements ?? []
    }
    for (offset, number) in numbers.enumerated() {
      gradient.give(number, to: choice.pattern, offset: choice.offset + offset)
      map.give(number, to: choice.pattern, offset: choice.offset + offset)
    }
  }
}

extension NativeEvaluator {
  /// Copies elements of an output of the last evaluation as Reals, NaN where it is not defined.
  fileprivate func copyElements(
    ofOutput place: Int, from offset: Int, count: Int, isDefined: Bool, to row: UnsafeMutableBufferPointer<Double>,
    at start: Int
  ) {
    guard isDefined, offset + count <= outputCounts[place] else {
      for i in 0..<count { row[start + i] = .nan }
      return
    }
    if isReal(output: place) {
      let values = reals(ofOutput: place)
      for i in 0..<count { row[start + i] = values[offset + i] }
    } else {
      let values = realElements(ofOutput: place)
      for i in 0..<count { row[start + i] = values[offset + i] }
    }
  }
}

extension SamplingTarget {
  /// The parts of the return value by name, by the virtual machine; empty where the execution fails.
  func returnValue(at choices: GivenChoices?) -> [String: [Double]] {
    guard let choices, let trace = try? bound.program(bound.value).assess(choices) else { return [:] }
    return RowLayout.returnValue(of: trace)
  }
}
