// Density, gradient and draws of a model on the virtual machine, for one thread.

import BorelDraws
import BorelInference
import BorelSemantics
import BorelSource
import BorelVM
import BorelValues

/// Evaluates on the tape.
final class MachineModelEvaluator: ModelEvaluator {
  private let tape: TapeEvaluator
  private let target: SamplingTarget
  private var place: UnconstrainedPosition
  let dimension: Int
  private(set) var lastFailure: Failure?

  init(_ target: SamplingTarget) throws(Failure) {
    self.target = target
    tape = TapeEvaluator(target.bound.program(target.bound.value))
    place = target.start
    dimension = target.dimension
  }

  private func setPosition(_ position: UnsafePointer<Double>) {
    place.vector = Array(UnsafeBufferPointer(start: position, count: dimension))
  }

  func evaluate(at position: UnsafePointer<Double>, gradient: UnsafeMutablePointer<Double>) -> Double {
    setPosition(position)
    lastFailure = nil
    do throws(Failure) {
      let found = try tape.logDensityGradient(at: place, includesJacobian: target.includesJacobian)
      var next = 0
      for coordinate in found.derivatives {
        for value in coordinate.values {
          gradient[next] = value
          next += 1
        }
      }
      return found.logDensity.isFinite ? found.logDensity : -.infinity
    } catch {
      lastFailure = error
      return -.infinity
    }
  }

  func choices(at position: UnsafePointer<Double>) throws(Failure) -> GivenChoices {
    setPosition(position)
    let trace = try tape.logDensityGradient(at: place).trace
    return GivenChoices(trace.choices.filter { !$0.isObserved }.map { ($0.address, $0.value) })
  }

  func fill(_ row: UnsafeMutableBufferPointer<Double>, at position: UnsafePointer<Double>) {
    setPosition(position)
    guard let trace = try? tape.logDensityGradient(at: place).trace else {
      row.update(repeating: .nan)
      return
    }
    let choices = TrialRun(trace)
    let values = RowLayout.returnValue(of: trace)
    var next = 0
    for variable in target.layout.variables {
      let elements = variable.site.map { choices[$0.pattern]?.flatValues() ?? [] } ?? values[variable.name] ?? []
      let offset = variable.site?.offset ?? 0
      for i in 0..<variable.count {
        row[next + i] = elements.indices.contains(offset + i) ? elements[offset + i] : .nan
      }
      next += variable.count
    }
  }

  func hold(_ value: Value, at choice: DiscreteChoice) { place.discrete[choice.address] = value }
}

extension RowLayout {
  /// The numbers of a trace's return value by name, as they are recorded.
  static func returnValue(of trace: Trace) -> [String: [Double]] {
    var recorder = TraceRecorder()
    recorder.record(EmptyCollection<Choice>(), value: trace.value)
    let draws = Draws(chains: [recorder.draws])
    return Dictionary(
      draws.variables.filter { $0.kind != .text }.map { ($0.name, draws.elements(of: $0, draw: 0)) },
      uniquingKeysWith: { first, _ in first })
  }
}
