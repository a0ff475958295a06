// After a run: conditions that no choice met. At a place that every run passes that is an error, elsewhere weight zero.

import BorelSemantics
import BorelSource
import BorelValues

extension ModelContext {
  /// What the end of a run says about the conditions.
  enum Verdict {
    case met
    /// The run passed by a conditional choice that was given: it contradicts the evidence.
    case contradicted
    case wrong(Failure)
  }

  /// What to say when the outermost model has finished.
  func verdict(in tables: ModelTables) -> Verdict {
    var verdict = Verdict.met
    for set in registered {
      guard let problem = problem(in: set) else { continue }
      if let failure = failure(problem, set, tables) { return .wrong(failure) }
      if !set.isIntervention { verdict = .contradicted }
    }
    return verdict
  }

  /// A given variable that was not, or not wholly, met.
  struct Unmet {
    /// The entries from the outermost name to the one that was not met, with the indices of the scopes.
    var path: [(entry: ChoiceMap.Entry, indices: AddressIndices)]
    var tally: Tally
  }

  /// The first unmet entry of a set; a numerical contradiction and an error are told apart later.
  func problem(in set: Registered) -> Unmet? {
    problems(in: set, onlyFirst: true).first
  }

  private func problems(in set: Registered, onlyFirst: Bool) -> [Unmet] {
    var found: [Unmet] = []
    collect(set.map, base: set.base, path: [], onlyFirst: onlyFirst, into: &found)
    return found
  }

  private func collect(
    _ map: ChoiceMap, base: Int, path: [(entry: ChoiceMap.Entry, indices: AddressIndices)], onlyFirst: Bool,
    into found: inout [Unmet]
  ) {
    for entry in map.entries {
      if onlyFirst && !found.isEmpty { return }
      let tally = tallies[base + entry.slot]
      if tally.count < entry.leafCount(rank: tally.rank) {
        found.append(Unmet(path: path + [(entry, .none)], tally: tally))
      }
      if let submap = entry.submap {
        collect(submap, base: base, path: path + [(entry, .none)], onlyFirst: onlyFirst, into: &found)
      }
      for (indices, submap) in entry.elementSubmaps {
        collect(submap, base: base, path: path + [(entry, indices)], onlyFirst: onlyFirst, into: &found)
      }
    }
  }

  /// The error for a set, where one of its unmet conditions stands at a place that every run passes.
  private func failure(_ first: Unmet, _ set: Registered, _ tables: ModelTables) -> Failure? {
    for unmet in problems(in: set, onlyFirst: false) {
      if let failure = failure(of: unmet, set, tables) { return failure }
    }
    return nil
  }

  private func failure(of unmet: Unmet, _ set: Registered, _ tables: ModelTables) -> Failure? {
    var model: ModelDefinition? = set.model
    var variable: ModelDefinition.Variable?
    for (depth, step) in unmet.path.enumerated() {
      guard let definition = model, let found = definition.variable(step.entry.name) else { return nil }
      if found.isConditional { return nil }
      variable = found
      guard depth < unmet.path.count - 1 else { break }
      guard case .model(let id) = found.source else { return nil }
      model = tables[id]
    }
    guard let variable, let last = unmet.path.last else { return nil }
    let prefix = set.scope.map { "\($0.address)/" } ?? ""
    let scopes = unmet.path.dropLast().map { "\($0.entry.name)\(ChoiceMap.text($0.indices))/" }.joined()
    let name = prefix + scopes + last.entry.name
    let verb = set.isIntervention ? "set" : "conditioned on"
    let expected = last.entry.leafCount(rank: max(unmet.tally.rank, variable.rank))
    let made = unmet.tally.count
    let message: String
    if let whole = last.entry.whole, variable.rank > 0 {
      message =
        made == 0
        ? "`\(name)` is \(verb) \(whole.kindDescription), but the model made no element of it"
        : "`\(name)` has \(made) elements but is \(verb) \(expected)"
    } else if let element = last.entry.elements.first, made == 0 || last.entry.elements.count == 1 {
      message =
        "`\(name)\(ChoiceMap.text(element.indices))` is \(verb) \(element.value.shortText), but the model made no such choice"
    } else {
      message = "`\(name)` is \(verb) \(expected) elements, but the model made only \(made) of these choices"
    }
    return Failure(
      .user,
      Diagnostic(
        code: "unmet-condition", message, at: variable.sites.first?.span,
        hint: "the conditions and the arguments of the model must speak of the same data"))
  }
}
