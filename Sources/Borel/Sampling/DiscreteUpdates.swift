// Updates of discrete choices between the steps of a sampler that moves the continuous ones.

import BorelInference
import BorelMCMC
import BorelNumerics
import BorelSemantics
import BorelValues

/// A discrete free choice: one element of a site.
struct DiscreteChoice: Sendable {
  var pattern: String
  /// Its place among the elements of the site's trial, and in the site's row-major order.
  var element: Int
  var offset: Int
  var address: Address
  /// The values that the trial found possible; nil where there are infinitely many, or too many.
  var values: [Value]?
  var value: Value
}

extension SamplingTarget {
  /// The discrete free choices of the trial; nil where one can neither be listed nor walked.
  func discreteChoices() -> [DiscreteChoice]? {
    var choices: [DiscreteChoice] = []
    for site in trial.sites where site.scalar != .real {
      let block = site.valueShape.reduce(1, { $0 * $1 })
      for (place, element) in site.elements.enumerated() where !element.isObserved {
        let values = site.hasOneSupport ? site.support?.values(limit: 64) : nil
        let isNumber = if case .int = element.value { true } else { false }
        let isFlag = if case .bool = element.value { true } else { false }
        guard values != nil || isNumber || isFlag else { return nil }
        choices.append(
          DiscreteChoice(
            pattern: site.pattern, element: place, offset: site.position(of: element.indices) * block,
            address: element.address, values: values ?? (isFlag ? [.bool(false), .bool(true)] : nil),
            value: element.value))
      }
    }
    return choices
  }
}

/// Gibbs and Metropolis updates of single discrete choices at a fixed position of unconstrained space.
///
/// A choice with a listed set of values is drawn from its conditional law over the set, p(z) ∝ exp(log p(q, z)); an integer without
/// one walks: z' = z ± d with d geometric, accepted with probability min(1, p(q, z') / p(q, z)). Both leave the joint density of position and discrete choices
/// invariant, also where the map from the position depends on the choices.
final class DiscreteUpdates: ChainCompanion {
  private let evaluator: any ModelEvaluator
  private var choices: [DiscreteChoice]
  /// Choices updated after each step.
  private let updatesPerStep: Int
  private let gradient: UnsafeMutablePointer<Double>

  init(_ evaluator: any ModelEvaluator, _ choices: [DiscreteChoice]) {
    self.evaluator = evaluator
    self.choices = choices
    updatesPerStep = min(choices.count, 100)
    gradient = .allocate(capacity: max(evaluator.dimension, 1))
  }

  deinit { gradient.deallocate() }

  /// Draws values for all choices at random among their possible ones, for a start.
  func scatter(using random: inout RandomStream) {
    for place in choices.indices {
      guard let values = choices[place].values, !values.isEmpty else { continue }
      set(place, values[random.uniformInt(below: values.count)])
    }
  }

  func update(at position: UnsafeBufferPointer<Double>, using random: inout RandomStream) throws(Failure) -> Bool {
    // A model without continuous choices has an empty position.
    guard let start = position.baseAddress, !choices.isEmpty else { return false }
    var isChanged = false
    for step in 0..<updatesPerStep {
      let place = updatesPerStep == choices.count ? step : random.uniformInt(below: choices.count)
      isChanged = update(place, at: start, using: &random) || isChanged
    }
    return isChanged
  }

  private func set(_ place: Int, _ value: Value) {
    choices[place].value = value
    evaluator.hold(value, at: choices[place])
  }

  private func logDensity(_ position: UnsafePointer<Double>) -> Double {
    evaluator.evaluate(at: position, gradient: gradient)
  }

  private func update(_ place: Int, at position: UnsafePointer<Double>, using random: inout RandomStream) -> Bool {
    let old = choices[place].value
    if let values = choices[place].values, values.contains(where: { Self.numbers($0) == Self.numbers(old) }) {
      var logDensities: [Double] = []
      for value in values {
        set(place, value)
        logDensities.append(logDensity(position))
      }
      let largest = logDensities.max() ?? -.infinity
      guard largest > -.infinity else {
        set(place, old)
        return false
      }
      let value = values[random.index(weights: logDensities.map { exponential($0 - largest) })]
      set(place, value)
      return Self.numbers(value) != Self.numbers(old)
    }
    guard case .int(let z) = old else { return false }
    let before = logDensity(position)
    var distance = 1
    while distance < 1 << 20, random.uniform() < 0.5 { distance *= 2 }
    distance = 1 + random.uniformInt(below: distance)
    let (next, overflow) =
      random.uniform() < 0.5
      ? z.addingReportingOverflow(distance) : z.subtractingReportingOverflow(distance)
    guard !overflow else { return false }
    set(place, .int(next))
    if random.accepts(logProbability: logDensity(position) - before) { return true }
    set(place, old)
    return false
  }

  func save(to checkpoint: inout CheckpointWriter) {
    checkpoint.write(choices.count)
    for choice in choices { checkpoint.write(Self.numbers(choice.value)) }
  }

  func restore(from checkpoint: inout CheckpointReader) throws(CheckpointFailure) {
    guard try checkpoint.integer() == choices.count else { throw CheckpointFailure("it is of another model") }
    for place in choices.indices {
      let numbers = try checkpoint.reals()
      guard let value = Self.value(numbers, like: choices[place].value) else {
        throw CheckpointFailure("it is of another model")
      }
      set(place, value)
    }
  }

  private static func numbers(_ value: Value) -> [Double] {
    switch value {
    case .bool(let flag): [flag ? 1 : 0]
    case .int(let z): [Double(z)]
    default: value.asArray?.realElements ?? []
    }
  }

  private static func value(_ numbers: [Double], like value: Value) -> Value? {
    switch value {
    case .bool: return numbers.first.map { .bool($0 != 0) }
    case .int: return numbers.first.flatMap { Int(exactly: $0) }.map { .int($0) }
    default:
      guard let array = value.asArray, array.count == numbers.count else { return nil }
      let whole = numbers.compactMap { Int(exactly: $0) }
      return whole.count == numbers.count ? .object(ArrayObject(whole, shape: array.shape)) : nil
    }
  }
}
