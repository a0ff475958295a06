// Where chains start: random points of positive density, and the reason where there is none.

import BorelInference
import BorelNumerics
import BorelSemantics
import BorelSource
import BorelVM
import BorelValues

/// Finds a chain's first position.
struct ChainStart {
  let target: SamplingTarget
  let start: HamiltonianSettings.Start
  var attempts = 100

  /// A position with a finite density and gradient; an error with a table of log densities by statement where none is found.
  func find(
    chain: Int, evaluator: any ModelEvaluator, companion: DiscreteUpdates?, using random: inout RandomStream
  ) throws(Failure) -> [Double] {
    let n = target.dimension
    var gradient = [Double](repeating: 0, count: max(n, 1))
    var best: (position: [Double], failure: Failure?)?
    var far: [Double]?
    for attempt in 0..<attempts {
      var position = [Double](repeating: 0, count: n)
      switch start {
      case .random(let radius):
        for i in 0..<n { position[i] = radius * (2 * random.uniform() - 1) }
      case .points(let points):
        guard let given = points.isEmpty ? nil : points[chain % points.count], given.count == n else {
          throw Failure(
            .user,
            Diagnostic(
              code: "start", "a start has \(points.first?.count ?? 0) numbers, the model's position \(n)",
              hint: "was the fit made by another model?"))
        }
        position = given
        if attempt > 0 { for i in 0..<n { position[i] += 0.01 * random.normal() } }
      case .prior: position = try target.priorPosition(random.child(UInt64(attempt))) ?? position
      }
      companion?.scatter(using: &random)
      let value =
        position.isEmpty
        ? evaluator.evaluate(at: [0], gradient: &gradient)
        : evaluator.evaluate(at: position, gradient: &gradient)
      if value.isFinite, gradient.prefix(n).allSatisfy(\.isFinite) {
        if abs(value) <= Self.comparableDensity { return position }
        if let closer = try climb(from: position) { return closer }
        far = far ?? position
        continue
      }
      if best == nil { best = (position, evaluator.lastFailure) }
    }
    if let far { return far }
    throw explanation(best?.position ?? [], evaluator)
  }

  /// The failure of a model without a start: what each statement contributes at one of the points that were tried.
  private func explanation(_ position: [Double], _ evaluator: any ModelEvaluator) -> Failure {
    var diagnostic = Diagnostic(
      code: "no-start",
      "no start: the log density is not finite at any of \(attempts) points that were tried",
      hint:
        "start closer to where the density lives (--init 0.1, --init prior), or look at the statement that is not finite"
    )
    var table: [StatementDensity] = []
    let failure: Failure?
    do throws(Failure) {
      let given = try (position.isEmpty ? [0] : position).withUnsafeBufferPointer {
        (buffer) throws(Failure) -> GivenChoices in
        guard let start = buffer.baseAddress else { return GivenChoices() }
        return try evaluator.choices(at: start)
      }
      (table, failure) = target.statementDensities(at: given)
    } catch {
      failure = error
    }
    if !table.isEmpty {
      diagnostic.notes.append("log densities by statement at the first of them:")
      let width = table.map { $0.name.count }.max() ?? 0
      for row in table {
        let name = row.name + String(repeating: " ", count: width - row.name.count)
        diagnostic.notes.append("  \(name)  \(row.text)")
      }
    }
    if let culprit = table.first(where: { !$0.logDensity.isFinite }), let span = culprit.span {
      diagnostic.primary = .init(span, "the log density of `\(culprit.name)` is \(culprit.shortText)")
    }
    if let failure {
      diagnostic.notes.append("then: \(failure.diagnostic.message)")
      if diagnostic.primary == nil { diagnostic.primary = failure.diagnostic.primary }
    }
    return Failure(.user, diagnostic)
  }
}

/// What the choices of one site contribute to a log density.
struct StatementDensity {
  var name: String
  var span: Span?
  var count = 0
  var logDensity = 0.0
  /// The first element whose density is not finite, with its value.
  var firstBad: (name: String, value: String)?

  var shortText: String { logDensity == -.infinity ? "-inf" : logDensity.isNaN ? "NaN" : formatted(logDensity) }

  var text: String {
    var text = shortText
    if count > 1 { text += "  (\(count) elements)" }
    if let firstBad { text += "  first at `\(firstBad.name)` = \(firstBad.value)" }
    return text
  }

  private func formatted(_ x: Double) -> String { ((x * 1000).rounded() / 1000).description }
}

extension SamplingTarget {
  /// The log density of every statement of the model at values of its free choices, up to where the execution fails.
  func statementDensities(at given: GivenChoices) -> (table: [StatementDensity], failure: Failure?) {
    var table: [StatementDensity] = []
    var rows: [String: Int] = [:]
    func add(_ name: String, _ element: String, _ value: Value?, _ logDensity: Double, _ span: Span?) {
      let row = rows[name] ?? table.count
      if row == table.count {
        rows[name] = row
        table.append(StatementDensity(name: name, span: span))
      }
      table[row].count += 1
      table[row].logDensity += logDensity
      if !logDensity.isFinite, table[row].firstBad == nil, let value {
        table[row].firstBad = (element, value.shortText)
      }
    }
    var run = bound.program(bound.value).start()
    do throws(Failure) {
      while true {
        switch run.advance() {
        case .sample(let address):
          guard let value = given.value(for: address)?.value else {
            throw missingChoice(address, at: run.pendingSpan, unused: [])
          }
          let name = TrialRun.pattern(of: address).pattern
          add(name, address.description, value, try run.score(value), run.pendingSpan)
          run.resume(with: value)
        case .observe(let address, let value):
          let name = address.map { TrialRun.pattern(of: $0).pattern } ?? "observe"
          add(name, address?.description ?? "observe", value, try run.score(value), run.pendingSpan)
        case .factor(let weight): add("factor", "factor", nil, weight, run.pendingSpan)
        case .finished: return (table, nil)
        case .failed(let failure): throw failure
        }
      }
    } catch {
      return (table, error)
    }
  }

  /// The position of an execution from the prior; nil where it has no place in this target.
  func priorPosition(_ random: RandomStream) throws(Failure) -> [Double]? {
    var random = random
    let program = bound.program(bound.value)
    let trace: Trace
    do throws(Failure) { trace = try program.simulate(using: &random) } catch {
      guard error.kind == .numerical || error.isUndefinedDraw else { throw error }
      return nil
    }
    return try position(of: GivenChoices(freeChoicesOf: trace))
  }

  /// The position at which the free choices have these values.
  func position(of choices: GivenChoices) throws(Failure) -> [Double]? {
    let found = try TapeEvaluator(bound.program(bound.value)).position(of: choices)
    guard found.vector.count == dimension else { return nil }
    guard case .native(let density) = backEnd else { return found.vector }
    let order = found.order(by: density.programs.specialised.sites.map(\.pattern))
    let vector = found.vector
    return order.map { vector[$0] }
  }
}
