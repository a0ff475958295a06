// The names that an input can use, for completion at a prompt.

import BorelIR
import BorelSema
import BorelValues

/// Names for completion.
public struct CompletionNames: Sendable {
  /// Every name, sorted.
  public var all: [String] = []
  /// Members of variables whose values have some: fields of records, variables of posteriors.
  public var members: [String: [String]] = [:]

  public init() {}
}

extension Session {
  public var completionNames: CompletionNames {
    var names = CompletionNames()
    let functions = PrimitiveTable.rows.map(\.name).filter { $0.first?.isLetter == true }
    names.all = Set(state.analyzer.definedNames + functions + store.libraryNames + Self.keywords).sorted()
    for name in state.analyzer.definedNames {
      guard case .variable(let id)? = state.analyzer.symbol(named: name), let value = state.globals[id] else {
        continue
      }
      if let record = value.asRecord {
        names.members[name] = record.keys
      } else if let host = value.asObject as? HostObject {
        names.members[name] = host.payload.memberNames
      }
    }
    return names
  }

  private static let keywords = [
    "break", "continue", "distribution", "else", "factor", "false", "fn", "for", "if", "import", "in", "let", "model",
    "null", "observe", "return", "sample", "true", "var", "via", "while",
  ]
}
