// A compiled function of a model with the values of the choices that it is given: discrete ones, or all of them.

import BorelIR
import BorelNative

/// One thread's evaluator of a function, with the values of its inputs `choice` at hand.
final class FunctionAtChoices {
  let evaluator: NativeEvaluator
  private let inputs: [NativeSource.Input]
  private let patterns: [String?]
  private let buffers: [UnsafeMutableRawPointer]

  init(_ density: NativeDensity, _ name: String, choices: TrialRun) throws(NativeFailure) {
    guard let index = density.module.index(of: name) else { throw .internal(stage: "evaluate", "no function \(name)") }
    evaluator = try NativeEvaluator(density.model, function: index)
    inputs = density.module.source.functions[index].inputs
    let sites = density.programs.specialised.sites
    patterns = inputs.map { input in
      if case .choice(let number) = input.source, sites.indices.contains(number) { sites[number].pattern } else { nil }
    }
    buffers = evaluator.inputCounts.map { .allocate(byteCount: 8 * max($0, 1), alignment: 64) }
    for (place, buffer) in buffers.enumerated() { evaluator.setInput(place, to: UnsafeRawPointer(buffer)) }
    try give(choices)
  }

  deinit { for buffer in buffers { buffer.deallocate() } }

  /// Sets the values of the choices.
  func give(_ choices: TrialRun) throws(NativeFailure) {
    for (place, input) in inputs.enumerated() where place != evaluator.positionPlace {
      guard let pattern = patterns[place], let site = choices[pattern] else {
        throw .input("`\(input.name)` has no value")
      }
      try give(site.flatValues(), at: place)
    }
  }

  /// Sets the values of the choices of one site.
  func give(_ elements: [Double], to pattern: String) throws(NativeFailure) {
    for place in patterns.indices where patterns[place] == pattern { try give(elements, at: place) }
  }

  /// Sets one element of a discrete site.
  func give(_ value: Double, to pattern: String, offset: Int) {
    for place in patterns.indices where patterns[place] == pattern && offset < evaluator.inputCounts[place] {
      switch inputs[place].scalar {
      case .real: buffers[place].storeBytes(of: value, toByteOffset: 8 * offset, as: Double.self)
      case .int: buffers[place].storeBytes(of: Int(exactly: value) ?? 0, toByteOffset: 8 * offset, as: Int.self)
      case .bool: buffers[place].storeBytes(of: value != 0 ? 1 : 0, toByteOffset: offset, as: UInt8.self)
      }
    }
  }

  private func give(_ elements: [Double], at place: Int) throws(NativeFailure) {
    let input = inputs[place]
    guard elements.count == evaluator.inputCounts[place] else {
      throw .input("`\(input.name)` has \(elements.count) values, not \(evaluator.inputCounts[place])")
    }
    for (offset, element) in elements.enumerated() {
      switch input.scalar {
      case .real: buffers[place].storeBytes(of: element, toByteOffset: 8 * offset, as: Double.self)
      case .int:
        guard let element = Int(exactly: element) else { throw .input("`\(input.name)` is whole, not \(element)") }
        buffers[place].storeBytes(of: element, toByteOffset: 8 * offset, as: Int.self)
      case .bool: buffers[place].storeBytes(of: element != 0 ? 1 : 0, toByteOffset: offset, as: UInt8.self)
      }
    }
  }

  /// How the evaluation at a position ends; its outputs stay with the evaluator.
  func run(at point: [Double] = [], value: inout Double) -> NativeStatus {
    guard point.count == evaluator.dimension else { return .badShape }
    return evaluator.evaluate(at: point.isEmpty ? [0] : point, value: &value)
  }

  /// The value at a position, -inf where the function fails.
  func evaluate(at point: [Double] = []) -> Double {
    var value = 0.0
    return run(at: point, value: &value) == .ok ? value : -.infinity
  }

  /// The value and the function's first output.
  func valueAndGradient(at point: [Double]) -> (value: Double, gradient: [Double]) {
    let value = evaluate(at: point)
    return (value, Array(evaluator.reals(ofOutput: 0)))
  }
}
