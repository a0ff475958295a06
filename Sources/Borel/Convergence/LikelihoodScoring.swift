// Executes a model at the values of one draw and notes the log density of each observation.

import BorelDraws
import BorelSemantics
import BorelSource
import BorelVM
import BorelValues

/// A model and the draws that it is executed at.
struct LikelihoodScoring: Sendable {
  /// What an execution observes, in order.
  struct Observations: Sendable {
    var names: [String] = []
    var hasFactor = false
  }

  let program: ModelProgram
  let draws: Draws
  private let values: DrawValues

  init(program: ModelProgram, draws: Draws) {
    self.program = program
    self.draws = draws
    values = DrawValues(draws)
  }

  /// The observations of the execution at one draw.
  func observations(at row: Int) throws(Failure) -> Observations {
    var found = Observations()
    var uses: [String: Int] = [:]
    var kinds: [Address: DrawValues.ChoiceKind] = [:]
    try execute(at: row, &kinds) { (address, elements, span) in
      for (indices, _) in elements {
        var name = Self.name(address, span, indices)
        uses[name, default: 0] += 1
        if let use = uses[name], use > 1 { name += "#\(use)" }
        found.names.append(name)
      }
    } factor: {
      if $0 != 0 { found.hasFactor = true }
    }
    return found
  }

  /// The log likelihoods at one draw, as many as there are observations.
  func logLikelihoods(
    at row: Int, of observations: Observations, _ kinds: inout [Address: DrawValues.ChoiceKind]
  ) throws(Failure) -> [Double] {
    var result: [Double] = []
    result.reserveCapacity(observations.names.count)
    try execute(at: row, &kinds) { (_, elements, _) in
      for (_, logDensity) in elements { result.append(logDensity) }
    } factor: { _ in
    }
    guard result.count == observations.names.count else {
      throw Failure(
        .user,
        Diagnostic(
          code: "changing-observations",
          "the model observes \(observations.names.count) values at the first draw and \(result.count) at another",
          hint: "leaving out one observation at a time needs the same observations in every execution"))
    }
    return result
  }

  private func execute(
    at row: Int, _ kinds: inout [Address: DrawValues.ChoiceKind],
    observe: (Address?, [(indices: [Int], logDensity: Double)], Span?) -> Void, factor: (Double) -> Void
  ) throws(Failure) {
    let given = values.choices(at: row)
    var run = program.start()
    while true {
      switch run.advance() {
      case .sample(let address):
        guard let found = given.value(for: address), !DrawValues.isMissing(found.value) else {
          throw missing(address, at: run.pendingSpan)
        }
        run.resume(with: try values.typed(found.value, address, &run, &kinds))
      case .observe(let address, let value): observe(address, try run.elementLogDensities(of: value), run.pendingSpan)
      case .factor(let logWeight): factor(logWeight)
      case .finished: return
      case .failed(let failure): throw failure
      }
    }
  }

  private func missing(_ address: Address, at span: Span?) -> Failure {
    let known = draws.variables.map(\.name)
    let text = address.description
    return Failure(
      .user,
      Diagnostic(
        code: "missing-choice", "the fit has no values of `\(text)`", at: span, label: "chosen here",
        hint: closestMatch(to: text, among: known).map {
          "it has `\($0)`; is this the model that the fit was made with?"
        }
          ?? "every free choice is needed: was the fit made with this model, and without --drop?"))
  }

  private static func name(_ address: Address?, _ span: Span?, _ indices: [Int]) -> String {
    guard let address else {
      return "observe" + (indices.isEmpty ? "" : "[\(indices.map(String.init).joined(separator: ","))]")
    }
    if indices.isEmpty { return address.description }
    return Address(address.name, AddressIndices(address.indices.array + indices), in: address.scope).description
  }
}
