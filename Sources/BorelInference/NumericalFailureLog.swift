// Counts numerical failures by the place they happened at and keeps the first message of each.

import BorelSemantics
import BorelSource

/// Numerical failures counted by place and code. Two logs merge into the one that a single run in the same order would have made.
public struct NumericalFailureLog: Sendable {
  public struct Entry: Sendable {
    /// The message of the first failure here, with its values.
    public var first: Diagnostic
    public var count: Int
  }

  private struct Key: Hashable {
    let span: Span?
    let code: String
  }

  /// In the order in which they first came up.
  public private(set) var entries: [Entry] = []
  private var positions: [Key: Int] = [:]
  /// The number of all failures.
  public private(set) var count = 0

  public init() {}

  public var isEmpty: Bool { count == 0 }

  public mutating func record(_ failure: Failure) { add(Entry(first: failure.diagnostic, count: 1)) }

  public mutating func merge(_ later: NumericalFailureLog) { for entry in later.entries { add(entry) } }

  /// The entry with the highest count, the earliest of several.
  public var mostFrequent: Entry? {
    entries.reduce(nil as Entry?) { best, entry in entry.count > best?.count ?? 0 ? entry : best }
  }

  /// One line per place for notes after a result: how often and the first message.
  public var notes: [String] {
    entries.map { entry in
      entry.count == 1
        ? "1 numerical failure: \(entry.first.message)"
        : "\(entry.count) numerical failures, the first: \(entry.first.message)"
    }
  }

  private mutating func add(_ entry: Entry) {
    count += entry.count
    let key = Key(span: entry.first.primary?.span, code: entry.first.code)
    if let position = positions[key] {
      entries[position].count += entry.count
    } else {
      positions[key] = entries.count
      entries.append(entry)
    }
  }
}
