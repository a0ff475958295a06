// Which numbers a draw of a model consists of, learnt from one execution: names and shapes of variables, and where each number comes from.

import BorelDraws
import BorelInference
import BorelSemantics
import BorelValues

/// The variables of a model's draws, in the order in which the model chooses them, the return value last.
struct RowLayout: Sendable {
  struct Variable: Sendable {
    var name: String
    var shape: [Int]
    var kind: Draws.Kind
    /// The site whose elements these are, and where they begin in the site's row-major order; nil for the return value.
    var site: (pattern: String, offset: Int)?
    var count: Int { shape.reduce(1, { $0 * $1 }) }
  }
  private(set) var variables: [Variable] = []

  /// - Parameter value: what the execution returned.
  init(_ trial: TrialRun, value: Value) {
    for site in trial.sites where site.status != .observed { add(site) }
    guard !variables.contains(where: { $0.name == "value" }) else { return }
    // As traces are recorded, so that a model has the same columns whatever samples it.
    var recorder = TraceRecorder()
    recorder.record(EmptyCollection<Choice>(), value: value)
    for variable in Draws(chains: [recorder.draws]).variables where variable.kind != .text {
      variables.append(
        Variable(name: variable.name, shape: variable.shape, kind: variable.kind, site: nil))
    }
  }

  private mutating func add(_ site: TrialSite) {
    let kind: Draws.Kind =
      switch site.scalar {
      case .bool: .bool
      case .int: .int
      case .real: .real
      }
    let block = site.valueShape.reduce(1, { $0 * $1 })
    // One variable for every element of the scopes that the choice stands in.
    guard let first = site.elements.first else { return }
    let own = first.address.indices == .none ? 0 : first.address.indices.array.count
    let outer = site.indexShape.count - own
    var groups: [(key: [Int], name: String, members: [(indices: [Int], isObserved: Bool)])] = []
    for element in site.elements {
      let key = Array(element.indices.prefix(outer))
      if groups.last?.key != key {
        if let known = groups.firstIndex(where: { $0.key == key }) {
          groups[known].members.append((element.indices, element.isObserved))
          continue
        }
        groups.append((key, Self.name(of: element.address), []))
      }
      groups[groups.count - 1].members.append((element.indices, element.isObserved))
    }
    for group in groups {
      let shape = Array(site.indexShape.dropFirst(outer))
      let count = shape.reduce(1, { $0 * $1 })
      let isWhole = group.members.count == count && !group.members.contains { $0.isObserved }
      if isWhole {
        let start = site.position(of: group.key + shape.map { _ in 0 }) * block
        variables.append(
          Variable(name: group.name, shape: shape + site.valueShape, kind: kind, site: (site.pattern, start)))
        continue
      }
      for member in group.members where !member.isObserved {
        let indices = "[" + member.indices.dropFirst(outer).map(String.init).joined(separator: ",") + "]"
        variables.append(
          Variable(
            name: group.name + indices, shape: site.valueShape, kind: kind,
            site: (site.pattern, site.position(of: member.indices) * block)))
      }
    }
  }

  /// The name of a choice without its own indices: `theta`, `leaf[2]/x`.
  private static func name(of address: Address) -> String {
    guard let scope = address.scope else { return address.name.text }
    return Address(address.name, in: scope).description
  }

  var columnCount: Int { variables.reduce(0) { $0 + $1.count } }

  /// The names of the parts of the return value.
  var valueNames: [String] { variables.filter { $0.site == nil }.map(\.name) }
}
