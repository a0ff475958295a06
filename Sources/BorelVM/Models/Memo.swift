// A function that remembers: what `mem(f)` returns.

import BorelSemantics
import BorelValues

/// A memoised function. What it remembers belongs to the machine, so that forks go separate ways.
public final class Memo: Sendable {
  /// The name under which the choices of its calls live: `f` for `f(3)/...`.
  public let name: String
  /// The function whose calls are remembered.
  public let function: Value
  /// Where it was made; its calls live below, wherever they come from.
  let scope: ModelScope

  init(name: String, function: Value, scope: ModelScope) {
    self.name = name
    self.function = function
    self.scope = scope
  }
}

/// What a machine remembers of memoised calls.
struct MemoKey: Hashable, Sendable {
  let memo: Memo
  let arguments: [ValueKey]

  static func == (a: MemoKey, b: MemoKey) -> Bool { a.memo === b.memo && a.arguments == b.arguments }

  func hash(into hasher: inout Hasher) {
    hasher.combine(ObjectIdentifier(memo))
    hasher.combine(arguments)
  }

  /// The arguments become part of addresses, so they must not have too many parts or stand too deep inside one another.
  static func check(_ arguments: [Value], of memo: Memo) throws(Failure) {
    guard arguments.contains(where: { $0.tag.mayNest }) else { return }
    let (deepest, largest) = (64, 4096)
    var pending = arguments.map { (value: $0, depth: 0) }
    var count = 0
    while let (value, depth) = pending.popLast() {
      count += 1
      guard depth < deepest, count < largest else {
        let what = depth < deepest ? "more than \(largest) parts" : "more than \(deepest) parts inside one another"
        throw .user(
          code: "memo-argument", "an argument of `\(memo.name)`, a memoised function, has \(what)",
          hint: "arguments name the choices of a call; a number or a string is best")
      }
      let parts: [Value]
      switch value.asObject {
      case let list as ListObject: parts = list.elements
      case let tuple as TupleObject: parts = tuple.elements
      case let record as RecordObject: parts = record.values
      default: parts = []
      }
      for part in parts { pending.append((part, depth + 1)) }
    }
  }

  /// `f(3)`, `f("a",[1,2])`
  var text: String {
    let list = arguments.map { $0.value.shortText(limit: .max) }.joined(separator: ",")
    return ChoicePath.normalised("\(memo.name)(\(list))")
  }
}

/// An entry of the table: the value, or the mark of a call that is still running.
enum MemoEntry: Sendable {
  case running
  case value(Value)
}
