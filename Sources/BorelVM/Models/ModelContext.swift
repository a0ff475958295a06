// The part of a machine that knows models: scopes, what was conditioned on and met, and memoised calls. Copied on a fork.

import BorelIR
import BorelSemantics
import BorelSource
import BorelValues

/// What a choice turns out to be.
enum ChoiceAction {
  /// Set by an intervention: the value, without an effect.
  case value(Value, Address, DistributionObject?)
  case sample(Address, DistributionObject)
  case observe(Address, DistributionObject, Value)
  /// A submodel: its activation has been pushed.
  case enter(ModelObject)
  /// A product of which only some elements are given.
  case expand(ElementwiseChoice)
}

/// Where the machine is in its models. A value: forks share what they have in common until one of them changes it.
public struct ModelContext: Sendable {
  /// A model or memoised call that waits for one it has entered.
  private struct Activation: Sendable {
    var scope: ModelScope
    var model: ModelDefinition?
    var callSpan: Span?
    var visited: UInt64
    var occurrences: [Occurrence] = []
    var elements: [Elements] = []
    var memoKey: MemoKey?
    /// The number of condition sets that were registered when it was entered.
    var registered: Int
  }

  private struct Occurrence: Sendable {
    var name: AddressName
    var count: Int
  }

  /// The elements of one variable chosen so far: all before `next`, and those of `others`, which came out of turn.
  private struct Elements: Sendable {
    var name: AddressName
    var next = 0
    var others: Set<Int> = []

    /// False where the element has been chosen before.
    mutating func insert(_ index: Int) -> Bool {
      if index == next {
        next += 1
        while !others.isEmpty, others.remove(next) != nil { next += 1 }
        return true
      }
      return index > next && others.insert(index).inserted
    }
  }

  /// How often the values of one entry were used, and by variables with how many indices.
  struct Tally: Sendable {
    var count = 0
    var rank = 0
  }

  /// A set of conditions or interventions that came with a model.
  struct Registered: Sendable {
    var map: ChoiceMap
    var base: Int
    var model: ModelDefinition
    var scope: AddressScope?
    var isIntervention: Bool
  }

  private var current = Activation(
    scope: .outermost, visited: 0, registered: 0)
  private var stack: [Activation] = []
  private var memoised: [MemoKey: MemoEntry] = [:]
  private(set) var tallies: [Tally] = []
  private(set) var registered: [Registered] = []

  public init() {}

  /// The scope that choices are made in now.
  public var scope: ModelScope { current.scope }

  // MARK: Entering and leaving

  /// Starts the outermost model.
  mutating func start(_ model: ModelObject) {
    self = ModelContext()
    enter(model, address: nil, span: nil, keepsCurrent: false)
  }

  private mutating func enter(
    _ model: ModelObject, address: AddressScope?, span: Span?, keepsCurrent: Bool = true,
    conditions: [ModelScope.Layer] = [], interventions: [ModelScope.Layer] = []
  ) {
    if keepsCurrent { stack.append(current) }
    let before = registered.count
    var (conditions, interventions) = (conditions, interventions)
    if !model.conditions.isEmpty {
      conditions.append(register(model.conditions, of: model.definition, address, isIntervention: false))
    }
    if !model.interventions.isEmpty {
      interventions.append(register(model.interventions, of: model.definition, address, isIntervention: true))
    }
    current = Activation(
      scope: ModelScope(address: address, conditions: conditions, interventions: interventions),
      model: model.definition, callSpan: span, visited: 0, memoKey: nil, registered: before)
  }

  private mutating func register(
    _ map: ChoiceMap, of model: ModelDefinition, _ scope: AddressScope?, isIntervention: Bool
  ) -> ModelScope.Layer {
    let base = tallies.count
    tallies.append(contentsOf: repeatElement(Tally(), count: map.slots.count))
    registered.append(
      Registered(map: map, base: base, model: model, scope: scope, isIntervention: isIntervention))
    return ModelScope.Layer(map: map, base: base)
  }

  /// Called when a scoped frame returns: back to the activation that entered it.
  public mutating func leave(with value: Value) throws(Failure) {
    guard let outer = stack.popLast() else {
      throw Failure(.internal, Diagnostic(code: "internal", "a scoped frame returned without an activation"))
    }
    if let key = current.memoKey { memoised[key] = .value(value) }
    // Condition sets that are met need no tallies any more, so long chains of submodels stay small.
    while registered.count > current.registered, let last = registered.last, problem(in: last) == nil {
      tallies.removeLast(tallies.count - last.base)
      registered.removeLast()
    }
    current = outer
  }

  // MARK: Memoised calls

  /// A memoised function that is made here, named after the variable it is bound to.
  public mutating func memoise(_ function: Value, name: String?) -> Memo {
    let text = name ?? "mem"
    let count = occurrence(of: AddressName("mem " + text))
    return Memo(name: count == 0 ? text : "\(text)#\(count + 1)", function: function, scope: current.scope)
  }

  /// The number of calls that are remembered.
  var memoisedCount: Int { memoised.count }

  /// The remembered value of a call; nil after entering its scope, and then the machine runs the function in a scoped frame.
  public mutating func enterMemo(
    _ memo: Memo, _ arguments: [Value], at span: Span? = nil
  ) throws(Failure) -> Value? {
    try MemoKey.check(arguments, of: memo)
    let key = MemoKey(memo: memo, arguments: arguments.map { ValueKey($0.withoutNodes) })
    switch memoised[key] {
    case .value(let value): return value
    case .running:
      throw .user(
        code: "memo-recursion", "`\(key.text)` needs its own value",
        hint: "a memoised function may call itself with other arguments only")
    case nil: break
    }
    memoised[key] = .running
    stack.append(current)
    let name = AddressName(key.text)
    let scope = ModelScope(
      address: AddressScope(Address(name, in: memo.scope.address)),
      conditions: Self.below(memo.scope.conditions, name, .none),
      interventions: Self.below(memo.scope.interventions, name, .none))
    current = Activation(
      scope: scope, model: nil, callSpan: span, visited: 0, memoKey: key,
      registered: registered.count)
    return nil
  }

  private mutating func occurrence(of name: AddressName) -> Int {
    for index in current.occurrences.indices where current.occurrences[index].name == name {
      current.occurrences[index].count += 1
      return current.occurrences[index].count - 1
    }
    current.occurrences.append(Occurrence(name: name, count: 1))
    return 0
  }

  // MARK: Choices

  /// Decides what a choice is: set, observed, free, or a submodel to enter.
  mutating func resolve(
    _ site: SiteDefinition, _ indices: AddressIndices, source: Value, at span: Span?, in tables: ModelTables
  ) throws(Failure) -> ChoiceAction {
    var indices = indices
    if site.isAnonymous {
      let count = occurrence(of: site.name)
      indices = count == 0 ? .none : .one(count)
    } else if site.visitMask != 0 {
      if current.visited & site.visitMask != 0 { throw duplicate(site, .none, in: tables) }
      current.visited |= site.visitMask
    } else if case .one(let index) = indices, !isNew(index, of: site.name) {
      throw duplicate(site, indices, in: tables)
    }
    let address = Address(site.name, indices, in: current.scope.address)
    let scope = current.scope
    switch source.asObject {
    case let distribution as DistributionObject:
      if scope.conditions.isEmpty && scope.interventions.isEmpty { return .sample(address, distribution) }
      let set = try given(scope.interventions, address, isAnonymous: site.isAnonymous, verb: "set to")
      if case .value(let value) = set { return .value(value, address, distribution) }
      let observed = try given(scope.conditions, address, isAnonymous: site.isAnonymous, verb: "conditioned on")
      switch (set, observed) {
      case (.nothing, .nothing): return .sample(address, distribution)
      case (.nothing, .value(let value)): return .observe(address, distribution, value)
      default:
        return .expand(
          try ElementwiseChoice(address, distribution, interventions: set, conditions: observed, &self))
      }
    case let model as ModelObject:
      if case .value(let value) = try given(scope.interventions, address, isAnonymous: site.isAnonymous, verb: "set to")
      {
        return .value(value, address, nil)
      }
      switch try given(scope.conditions, address, isAnonymous: site.isAnonymous, verb: "conditioned on") {
      case .value(let value) where value.asRecord == nil:
        throw .user(
          code: "condition-on-submodel",
          "`\(address)` is conditioned on \(value.shortText), but it is a submodel and has no density of its own",
          hint: Self.submodelHint(address, model.definition))
      default: break
      }
      enter(
        model, address: AddressScope(address), span: span,
        conditions: Self.below(scope.conditions, site.name, indices),
        interventions: Self.below(scope.interventions, site.name, indices))
      return .enter(model)
    default:
      throw Self.notADistribution(source)
    }
  }

  static func notADistribution(_ source: Value) -> Failure {
    .user(
      code: "not-a-distribution",
      "the right side of `~` must be a distribution or a model, got \(source.kindDescription)",
      hint: source.tag == .function
        ? "apply it to its arguments first" : "`=` gives a variable a value without a choice")
  }

  static func submodelHint(_ address: Address, _ model: ModelDefinition) -> String? {
    guard let name = model.variables.first?.name else { return nil }
    return "condition on its choices, such as \"\(address)/\(name)\""
  }

  /// What the layers give for an address; two different values are an error.
  private mutating func given(
    _ layers: [ModelScope.Layer], _ address: Address, isAnonymous: Bool, verb: String
  ) throws(Failure) -> GivenChoice {
    var result = GivenChoice.nothing
    for layer in layers {
      let (given, entry) = layer.map.given(address.name.text, address.indices)
      guard let entry else { continue }
      let slot = layer.base + entry.slot
      switch given {
      case .nothing: break
      case .value(let value):
        count(slot, rank: address.indices.count)
        switch result {
        case .nothing: result = .value(value)
        case .value(let other):
          if ValueKey(other) != ValueKey(value) {
            throw .user(
              code: "conflicting-conditions",
              "`\(address)` is \(verb) two different values, \(other.shortText) outside and \(value.shortText) "
                + "by the submodel itself")
          }
        case .elements(let elements): result = .elements(elements + [.init(indices: [], value: value, slot: nil)])
        }
      // The indices of `sample(d)` count its occurrences: they are other choices, not elements of this one.
      case .elements where isAnonymous: break
      case .elements(let elements):
        let new = elements.map { GivenElement(indices: $0.indices, value: $0.value, slot: slot) }
        switch result {
        case .nothing: result = .elements(new)
        case .elements(let old): result = .elements(old + new)
        case .value(let value): result = .elements([.init(indices: [], value: value, slot: nil)] + new)
        }
      case .outOfRange(let shape):
        throw .user(
          code: "condition-shape",
          "`\(address.parent)` is \(verb) an array of \(ArrayObject.text(ofShape: shape)), but the model goes on to "
            + "`\(address)`",
          hint:
            "elements that are to stay random are null, or left out of a record such as {\(address.name.text): {0: ...}}"
        )
      case .notIndexed(let value):
        throw .user(
          code: "condition-shape",
          "`\(address.parent)` is \(verb) \(value.kindDescription), but the model makes a choice `\(address)`")
      }
    }
    return result
  }

  private mutating func count(_ slot: Int, rank: Int) {
    tallies[slot].count += 1
    tallies[slot].rank = rank
  }

  /// Counts an element of a product whose value is given.
  mutating func countElement(_ slot: Int?, rank: Int) {
    if let slot { count(slot, rank: rank) }
  }

  private static func below(
    _ layers: [ModelScope.Layer], _ name: AddressName, _ indices: AddressIndices
  ) -> [ModelScope.Layer] {
    layers.compactMap { layer in
      guard let map = layer.map.entry(name.text)?.submap(indices), !map.isEmpty else { return nil }
      return ModelScope.Layer(map: map, base: layer.base)
    }
  }

  private mutating func isNew(_ index: Int, of name: AddressName) -> Bool {
    for place in current.elements.indices where current.elements[place].name == name {
      return current.elements[place].insert(index)
    }
    current.elements.append(Elements(name: name))
    return current.elements[current.elements.count - 1].insert(index)
  }

  private func duplicate(_ site: SiteDefinition, _ indices: AddressIndices, in tables: ModelTables) -> Failure {
    let address = Address(site.name, indices, in: current.scope.address)
    let others = (current.model?.variable(site.name.text)?.sites ?? []).filter { $0.span != site.span }
    let isOther = !others.isEmpty
    return Failure(
      .user,
      Diagnostic(
        code: "duplicate-address", "two choices at one address, `\(address)`", at: site.span,
        label: isOther ? "second choice" : "chosen again here",
        secondary: others.map { .init($0.span, "also chosen here") },
        hint: indices == .none ? "in a loop, give each choice an index: `\(site.name.text)[i] ~ ...`" : nil))
  }
}

/// What conditions or interventions give for one choice.
enum GivenChoice {
  case nothing
  case value(Value)
  case elements([GivenElement])
}

/// A value for one element, or for a row, of an array-valued choice.
struct GivenElement: Sendable {
  /// The indices behind those of the choice.
  var indices: [Int]
  var value: Value
  /// Where its use is counted.
  var slot: Int?
}

extension AddressIndices {
  var count: Int {
    switch self {
    case .none: 0
    case .one: 1
    case .two: 2
    case .many(let indices): indices.count
    }
  }
}

extension Address {
  /// The variable that the address is an element of.
  var parent: Address { Address(name, in: scope) }
}
