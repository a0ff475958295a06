// The density that optimisation and Gaussian approximations work on, and the draws that their positions stand for.

import BorelDraws
import BorelNumerics
import BorelSemantics
import BorelSource
import BorelVM

extension BoundModel {
  /// The model's density over unconstrained space; an error where discrete choices or random structure leave none.
  ///
  /// - Parameter includesJacobian: without it, the density is that of the parameters themselves, and its mode their mode.
  func continuousTarget(_ method: String, includesJacobian: Bool = true) throws(BorelError) -> SamplingTarget {
    switch try samplingPlan(includesJacobian: includesJacobian) {
    case .traces(let reason):
      throw BorelError(
        .program, code: "no-continuous-density", "\(method) needs a density over continuous parameters: \(reason)",
        hint: "`borel sample` chooses a method that such a model has")
    case .gradient(let target):
      guard let site = target.trial.sites.first(where: { target.discreteSites.contains($0.pattern) }) else {
        if let reason = target.reasonForMachine {
          note(
            "machine-gradient", "gradients are taken on the virtual machine: \(reason.message)",
            at: reason.primary?.span)
        }
        return target
      }
      throw BorelError(
        .program,
        [
          Diagnostic(
            code: "no-continuous-density",
            "\(method) needs a density over continuous parameters, and \(target.discreteDescription ?? "") not observed",
            at: site.span,
            hint: "sum it out in the model, or use `borel sample`, which updates it between the steps of NUTS"
          )
        ], sources: model.store.sources)
    }
  }

  func warn(_ code: String, _ message: String, hint: String? = nil) -> Diagnostic {
    Diagnostic(.warning, code: code, message, hint: hint)
  }
}

extension SamplingTarget {
  /// The names of the coordinates of unconstrained space: `mu`, `theta[3]`, and `p.0`, `p.1` where a choice has several.
  func coordinateNames() -> [String] {
    guard let found = try? TapeEvaluator(bound.program(bound.value)).position(of: trial.freeChoices) else { return [] }
    let names = found.coordinates.flatMap { coordinate in
      coordinate.values.indices.map { place in
        coordinate.values.count == 1 ? coordinate.address.description : "\(coordinate.address.description).\(place)"
      }
    }
    guard case .native(let density) = backEnd else { return names }
    return found.order(by: density.programs.specialised.sites.map(\.pattern)).map { names[$0] }
  }

  /// The draws at positions, one chain, each with numbers of its own under the names of the statistics.
  func draws(
    at positions: [[Double]], statistics: [(name: String, kind: Draws.Kind)], _ numbers: (Int) -> [Double]
  ) throws(Failure) -> Draws {
    let layout = DrawLayout(
      statistics: statistics, variables: self.layout.variables.map { ($0.name, $0.shape, $0.kind) })
    let evaluator = try evaluator()
    let store = DrawStore(columnCount: layout.columnCount, reserving: positions.count)
    var row = [Double](repeating: 0, count: max(layout.columnCount, 1))
    for (place, position) in positions.enumerated() {
      for (column, number) in numbers(place).enumerated() { row[column] = number }
      position.withUnsafeBufferPointer { position in
        row.withUnsafeMutableBufferPointer { row in
          guard let start = position.baseAddress else { return }
          evaluator.fill(UnsafeMutableBufferPointer(rebasing: row[statistics.count...]), at: start)
          store.append(UnsafeBufferPointer(rebasing: row[..<layout.columnCount]))
        }
      }
    }
    return Draws([store], layout: layout)
  }

  /// Starts of searches: one for each of several paths, path k from child k of the stream.
  func starts(_ count: Int, _ start: HamiltonianSettings.Start, _ random: RandomStream) throws(Failure) -> [[Double]] {
    let search = ChainStart(target: self, start: start)
    let evaluator = try evaluator()
    var found: [[Double]] = []
    for number in 0..<count {
      var stream = random.child(UInt64(number))
      found.append(try search.find(chain: number, evaluator: evaluator, companion: nil, using: &stream))
    }
    return found
  }
}
