// Candidates for the word under the cursor: commands, names, and the members of a value after its dot.

import Borel
import Synchronization

/// The candidates for `word`, which stands behind `lineBefore`.
///
/// - Parameter names: every name that can be used, with the members of a variable under its name.
public func completions(of word: String, after lineBefore: String, in names: CompletionNames) -> [String] {
  if lineBefore.isEmpty, word.hasPrefix(":") {
    return REPLCommand.all.map { ":" + $0.name }.filter { $0.hasPrefix(word) }
  }
  if let dot = word.lastIndex(of: ".") {
    let owner = String(word[..<dot])
    let start = word[word.index(after: dot)...]
    return (names.members[owner] ?? []).filter { $0.hasPrefix(start) }.map { "\(owner).\($0)" }
  }
  return names.all.filter { $0.hasPrefix(word) }
}

/// The names that a session has now, where the callbacks of the line editor can find them.
public final class CompletionSource: Sendable {
  private let names = Mutex(CompletionNames())

  public init() {}

  public func update(_ new: CompletionNames) { names.withLock { $0 = new } }

  public func completions(of word: String, after lineBefore: String) -> [String] {
    BorelREPL.completions(of: word, after: lineBefore, in: names.withLock { $0 })
  }
}
