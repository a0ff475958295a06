// The function that is being lowered: its locals, scopes, captures, choices and the flow of control so far.

import BorelIR
import BorelSource
import BorelSyntax

/// A local variable where it is declared.
struct LocalEntry {
  enum Kind { case binding, parameter, loopVariable, function, choice }
  var id: LocalID
  var kind: Kind
  var isMutable: Bool
  var span: Span
}

/// A block's names.
struct Scope {
  var entries: [String: LocalEntry] = [:]
  /// The block's statements, to tell a name used too early from an unknown one.
  var statements: [Statement] = []
}

/// The model whose body is being lowered, shared with the lambdas in it.
final class ModelContext {
  let name: String
  var sites: [SiteID] = []
  var anonymousCount = 0
  init(name: String) { self.name = name }
}

/// Whether `~`, `sample`, `observe` and `factor` may stand here.
enum EffectRule {
  case allowed(ModelContext)
  case script
  /// A lambda that does not stand inside a model.
  case lambda
  case function(String)
  case method(String)
  case defaultValue
}

final class FunctionContext {
  let kind: CoreFunction.Kind
  let name: String
  /// The function around this one, whose variables it captures.
  let parent: FunctionContext?
  /// The name by which a nested function calls itself.
  let selfName: String?
  let effects: EffectRule
  /// True in a `sample` method and in the library, where random primitives may be called.
  var allowsRandomPrimitives = false
  /// The function around this one in the text, though its variables are out of reach.
  var surroundings: FunctionContext?
  /// Names of sizes in the parameters' annotations with the parameter, for hints.
  var sizeNames: [String: String] = [:]

  var locals: [String] = []
  var scopes: [Scope] = []
  var captures: [(name: String, value: CoreExpression.Kind)] = []
  private var captureIndices: [String: Int] = [:]
  private(set) var usedLocals: Set<Int> = []

  var choices = ChoiceTable()
  var flow = Flow()
  /// Body spans of the loops around the present place, innermost last.
  var loops: [Span] = []
  /// How many conditions stand between the function's start and the present place.
  var conditionDepth = 0
  var whileDepth = 0
  var hasEffects = false
  var callees: Set<FunctionID> = []

  init(
    kind: CoreFunction.Kind, name: String, parent: FunctionContext? = nil, selfName: String? = nil,
    effects: EffectRule
  ) {
    self.kind = kind
    self.name = name
    self.parent = parent
    self.selfName = selfName
    self.effects = effects
  }

  var model: ModelContext? {
    if case .allowed(let model) = effects { model } else { nil }
  }

  func newLocal(_ name: String = "") -> LocalID {
    locals.append(name)
    return LocalID(locals.count - 1)
  }

  func markUsed(_ id: LocalID) { usedLocals.insert(id.index) }

  /// The innermost declaration of a name among this function's own variables.
  func localEntry(_ name: String) -> LocalEntry? {
    for scope in scopes.reversed() {
      if let entry = scope.entries[name] { return entry }
    }
    return nil
  }

  func captureIndex(_ name: String, value: @autoclosure () -> CoreExpression.Kind) -> Int {
    if let index = captureIndices[name] { return index }
    captures.append((name, value()))
    captureIndices[name] = captures.count - 1
    return captures.count - 1
  }
}

/// The random variables of one function body.
struct ChoiceTable {
  struct Entry {
    var local: LocalID?
    var firstSpan: Span
    /// Spans of the loop bodies that hold a choice of this name.
    var loops: Set<Span> = []
    /// The number of indices, once a site has been lowered.
    var rank: Int?
    var firstSite: Span?
  }
  var entries: [String: Entry] = [:]
}

/// What is certain about control flow up to the present place.
struct Flow {
  var isReachable = true
  /// True after a `return`, `break` or `continue` that may have left what follows out.
  var mayHaveLeft = false
  /// True after a `return` anywhere before.
  var hasReturned = false
  /// Addresses that have certainly been used on every path to here.
  private(set) var chosen: [String: Span] = [:]
  private var trail: [String] = []

  struct Outcome {
    var isReachable: Bool
    var added: [(String, Span)]
  }

  mutating func choose(_ address: String, at span: Span) {
    guard chosen.updateValue(span, forKey: address) == nil else { return }
    trail.append(address)
  }

  var mark: Int { trail.count }

  /// Ends a branch: forgets what it chose and says what that was.
  mutating func leaveBranch(since mark: Int, wasReachable: Bool) -> Outcome {
    var added: [(String, Span)] = []
    for address in trail[mark...] {
      if let span = chosen.removeValue(forKey: address) { added.append((address, span)) }
    }
    trail.removeSubrange(mark...)
    let outcome = Outcome(isReachable: isReachable, added: added)
    isReachable = wasReachable
    return outcome
  }

  /// Continues after branches of which exactly one ran.
  mutating func join(_ outcomes: [Outcome]) {
    let open = outcomes.filter(\.isReachable)
    guard var common = open.first?.added else {
      isReachable = false
      return
    }
    for outcome in open.dropFirst() where !common.isEmpty {
      let others = Set(outcome.added.map(\.0))
      common.removeAll { !others.contains($0.0) }
    }
    for (address, span) in common { choose(address, at: span) }
  }
}
