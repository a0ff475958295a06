// Checks the names of conditions and interventions against the sites of a model, as far as the text is certain.

import BorelIR
import BorelSemantics
import BorelSource
import BorelValues

extension ModelDefinition {
  enum Purpose {
    case condition, intervention

    var verb: String { self == .condition ? "conditioned on" : "set" }
  }

  /// An unknown name, a variable that is not random, or a value for a submodel is an error before anything runs.
  func check(_ map: ChoiceMap, for purpose: Purpose, in tables: ModelTables, prefix: String = "") throws(Failure) {
    for entry in map.entries {
      let key = prefix + entry.name
      guard let variable = variable(entry.name) else {
        // A memoised call: its scope is only known when it is made.
        if entry.name.hasSuffix(")") { continue }
        throw unknown(entry.name, key, purpose)
      }
      switch variable.source {
      case .model(let id):
        let submodel = tables[id]
        if purpose == .condition, let value = entry.whole ?? entry.elements.first?.value {
          let place = key + (entry.whole == nil ? ChoiceMap.text(entry.elements[0].indices) : "")
          throw .user(
            code: "condition-on-submodel",
            "`\(place)` is conditioned on \(value.shortText), but it is the submodel \(submodel.name) and has no density of its own",
            hint: submodel.variables.first.map { "condition on its choices, such as \"\(place)/\($0.name)\"" })
        }
        if let below = entry.submap { try submodel.check(below, for: purpose, in: tables, prefix: key + "/") }
        for (indices, below) in entry.elementSubmaps {
          try submodel.check(below, for: purpose, in: tables, prefix: key + ChoiceMap.text(indices) + "/")
        }
      case .distribution:
        if let below = entry.submap ?? entry.elementSubmaps.first?.map, let name = below.names.first {
          throw .user(
            code: "unknown-name", "`\(key)/\(name)` is \(purpose.verb) a value, but `\(key)` is not a submodel",
            hint: "`\(key)` comes from a distribution")
        }
      case .unknown: break
      }
    }
  }

  private func unknown(_ name: String, _ key: String, _ purpose: Purpose) -> Failure {
    let action = purpose == .condition ? "conditioned on" : "set by do"
    if parameters.contains(name) {
      return .user(
        code: "not-random", "`\(key)` is a parameter of \(self.name), not a random choice, and cannot be \(action)",
        hint: "give it as an argument: `\(self.name)(\(name): ...)`")
    }
    if otherNames.contains(name) {
      return .user(
        code: "not-random",
        "`\(key)` is computed in \(self.name), not a random choice, and cannot be \(action)",
        hint: purpose == .condition
          ? "condition on a choice, or choose it from a distribution around what is computed" : nil)
    }
    let names = variables.filter { !$0.name.contains("#") }.map(\.name)
    let nearest = closestMatch(to: name, among: names)
    let hint =
      nearest.map { "did you mean `\($0)`?" }
      ?? (names.isEmpty ? "\(self.name) makes no choices of its own" : "it has \(Self.listing(names))")
    return .user(code: "unknown-name", "\(self.name) makes no choice named `\(key)`", hint: hint)
  }

  private static func listing(_ names: [String]) -> String {
    let shown = names.prefix(8).map { "`\($0)`" }.joined(separator: ", ")
    return names.count > 8 ? shown + ", ..." : shown
  }
}
