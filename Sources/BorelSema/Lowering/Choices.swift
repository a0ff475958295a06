// Lowers the effects: `x ~ d`, `observe e ~ d`, `sample(d)` and `factor(w)`, and checks static addresses.

import BorelIR
import BorelSource
import BorelSyntax
import BorelValues

extension Lowerer {
  // MARK: Where effects may stand

  /// Reports an effect where none may stand; returns the model around it otherwise.
  private func effectModel(_ what: String, at span: Span, hint: String? = nil) -> ModelContext? {
    switch context.effects {
    case .allowed(let model):
      context.hasEffects = true
      return model
    case .script:
      error(
        "random-outside-model", "`\(what)` stands outside of a model", at: span,
        hint: hint ?? "put it into a model: `model m { ... }`, and run it with `simulate(m)` or an inference")
    case .lambda:
      error(
        "random-outside-model", "`\(what)` stands in a lambda outside of a model", at: span,
        hint: "only lambdas inside a model may be random; write a model instead")
    case .function(let name):
      error(
        "random-in-fn", "`fn` is deterministic, and `\(what)` is random", at: span,
        hint: "make `\(name)` a model (`model \(name)(...)`) and use it with `~`, or return a distribution")
    case .method(let name):
      error(
        "random-in-fn", "`\(what)` cannot stand in a method of a distribution", at: span,
        hint: name == "sample"
          ? "draw with primitives such as `standard_normal()` and `standard_uniform()`"
          : "`\(name)` is a formula; only `sample` draws")
    case .defaultValue:
      error(
        "random-in-fn", "a default value cannot be random", at: span,
        hint: "leave the default out, or choose the value in the model's body")
    }
    return nil
  }

  private func addSite(_ name: String, rank: Int, isAnonymous: Bool, _ span: Span, in model: ModelContext)
    -> SiteID
  {
    let isConditional =
      context.kind == .lambda || context.conditionDepth > 0 || context.flow.mayHaveLeft || context.whileDepth > 0
    state.program.sites.append(
      CoreSite(
        name: name, rank: rank, isAnonymous: isAnonymous, isConditional: isConditional, span: span))
    let id = SiteID(state.program.sites.count - 1)
    model.sites.append(id)
    return id
  }

  // MARK: Choices

  func lowerChoice(
    _ target: ChoiceTarget, _ source: Expression, _ strategy: Expression?, _ span: Span,
    into body: inout [CoreStatement]
  ) {
    let indices = target.indices.map { lowerExpression($0) }
    let outer = choosing
    choosing = target.span
    let distribution = lowerSource(source)
    choosing = outer
    let strategyValue = strategy.flatMap { lowerStrategy($0) }
    guard let model = effectModel("~", at: target.span.union(source.span), hint: outsideHint(target, source))
    else {
      recoverName(target)
      return
    }
    checkTarget(target)
    checkAddress(target, indices)
    let local = choiceLocal(target)
    let site = addSite(
      target.name.text, rank: indices.count, isAnonymous: false, target.span, in: model)
    let choice = CoreChoice(
      site: site, local: local, indices: indices, source: distribution, strategy: strategyValue)
    body.append(CoreStatement(.choice(choice), span))
  }

  /// Outside of a model `x ~ d` is not a choice; later uses of `x` should not be errors of their own.
  private func recoverName(_ target: ChoiceTarget) {
    if context.kind == .script { reportedNames.insert(target.name.text) } else { _ = choiceLocal(target) }
  }

  private func outsideHint(_ target: ChoiceTarget, _ source: Expression) -> String {
    let left = quoted(target.span)
    return "put it into a model: `model m { \(left) ~ ... }`; to draw once in a script run "
      + "`simulate(m).\(target.name.text)`"
  }

  private func quoted(_ span: Span) -> String { String(source.text(of: span).prefix(40)) }

  private func choiceLocal(_ target: ChoiceTarget) -> LocalID {
    let name = target.name.text
    if let local = context.choices.entries[name]?.local { return local }
    let local = context.newLocal(name)
    context.choices.entries[name, default: .init(firstSpan: target.span)].local = local
    return local
  }

  /// `x ~` where `x` is something else already, or has another number of indices elsewhere.
  private func checkTarget(_ target: ChoiceTarget) {
    let name = target.name.text
    if let entry = context.localEntry(name) {
      let what =
        switch entry.kind {
        case .parameter: "a parameter"
        case .loopVariable: "a loop variable"
        case .function: "a function"
        default: "a variable"
        }
      var hint = "choose another name for the random variable"
      if entry.kind == .parameter {
        hint =
          "to condition on a given value, drop the parameter and condition outside: "
          + "`\(context.model?.name ?? "m")(...) | {\(name): ...}`"
      } else if entry.kind == .binding, !target.indices.isEmpty {
        hint = "remove its declaration: `\(name)[i] ~ ...` builds the array by itself"
      } else if entry.kind == .binding {
        hint = "remove its declaration: `\(name) ~ ...` declares it"
      }
      error(
        "choice-of-existing", "`\(name)` is already \(what)", at: target.name.span,
        secondary: [.init(entry.span, "defined here")], hint: hint)
    }
    let rank = target.indices.count
    if let earlier = context.choices.entries[name]?.rank {
      if earlier != rank, let site = context.choices.entries[name]?.firstSite {
        error(
          "address-rank",
          "`\(name)` is chosen with \(count(rank, "index", "indices")) here "
            + "and with \(count(earlier, "index", "indices")) elsewhere", at: target.span,
          secondary: [.init(site, "with \(count(earlier, "index", "indices"))")],
          hint: "one name is either one random variable or one array of them; rename one of the two")
      }
    } else {
      context.choices.entries[name, default: .init(firstSpan: target.span)].rank = rank
      context.choices.entries[name]?.firstSite = target.span
    }
  }

  func count(_ number: Int, _ one: String, _ many: String) -> String {
    switch number {
    case 0: "no \(one)"
    case 1: "one \(one)"
    default: "\(number) \(many)"
    }
  }

  // MARK: Addresses

  /// Records an address that is known before running, and reports a second choice there on the same path.
  private func checkAddress(_ target: ChoiceTarget, _ indices: [CoreExpression]) {
    var constants: [String] = []
    for index in indices {
      guard case .constant(.int(let value)) = index.kind else { return }
      constants.append("\(value)")
    }
    let name = target.name.text
    let address = constants.isEmpty ? name : "\(name)[\(constants.joined(separator: ","))]"
    if let earlier = context.flow.chosen[address] {
      error(
        "duplicate-address", "two choices at one address, `\(address)`", at: target.span, label: "again here",
        secondary: [.init(earlier, "first here")],
        hint: "every random choice needs its own name; rename one, or write \(name)[0] and \(name)[1]")
    } else {
      context.flow.choose(address, at: target.span)
    }
  }

  /// A choice with a constant address in a loop's body would be made again in the next pass.
  func reportRepeated(_ address: String, at span: Span) {
    let isIndexed = address.hasSuffix("]")
    let name = isIndexed ? String(address.prefix { $0 != "[" }) : address
    error(
      "duplicate-address", "every pass of the loop chooses at one address, `\(address)`", at: span,
      hint: isIndexed
        ? "the index does not change in the loop; use the loop's variable: `\(name)[i] ~ ...`"
        : "give each pass its own address: `\(name)[i] ~ ...` with the loop's variable `i`")
  }

  // MARK: Distributions after `~`

  /// The right side of `~`; what can never be a distribution or a model is an error.
  private func lowerSource(_ source: Expression) -> CoreExpression {
    let lowered = lowerExpression(source)
    var what: String?
    switch source.kind {
    case .integer, .real, .unary(.negate, _): what = "a number"
    case .bool, .unary(.not, _): what = "a Bool"
    case .string: what = "a string"
    case .null: what = "null"
    case .array: what = "an array"
    case .tuple: what = "a tuple"
    case .record: what = "a record"
    case .range: what = "a range"
    case .lambda: what = "a function"
    default: break
    }
    if let what {
      var hint = "write a distribution, such as `normal(0, 1)`, or a model"
      if what == "a number" || what == "a Bool" { hint += "; a fixed value is bound with `let x = ...`" }
      if what == "an array" { hint = "to choose one of several values use `categorical(ps)` as an index" }
      error(
        "not-a-distribution", "a random variable needs a distribution, and this is \(what)", at: source.span,
        hint: hint)
      return poison(source.span)
    }
    return lowered
  }

  func lowerObserve(
    _ value: Expression, _ source: Expression, _ span: Span, into body: inout [CoreStatement]
  ) {
    let observed = lowerExpression(value)
    let distribution = lowerSource(source)
    guard effectModel("observe", at: span) != nil else { return }
    if case .name(let name) = value.kind, let choice = context.choices.entries[name], choice.rank == 0,
      let local = choice.local, case .local(local) = observed.kind, let site = choice.firstSite
    {
      warning(
        "observed-choice", "`\(name)` is a random variable of this model, not data", at: value.span,
        hint: "line \(line(site)) chooses it; to condition it write `m | {\(name): ...}` where the model is used")
    }
    body.append(CoreStatement(.observe(value: observed, distribution: distribution), span))
  }

  private func line(_ span: Span) -> Int { source.lineIndex(at: Int(span.start)) + 1 }

  // MARK: sample and factor

  /// The one argument of `sample` and `factor`, where the effect may stand.
  func lowerEffectArgument(
    _ name: String, _ parameter: String, _ arguments: [Argument], _ calleeSpan: Span, _ span: Span
  ) -> CoreExpression? {
    let lowered = arguments.map { name == "sample" ? lowerSource($0.value) : lowerExpression($0.value) }
    guard effectModel(name, at: span) != nil else { return nil }
    guard let argument = lowered.first, lowered.count == 1, arguments[0].label == nil else {
      let extra = arguments.dropFirst().first?.value.span ?? arguments.first?.label?.span ?? calleeSpan
      error(
        "wrong-arity", "`\(name)` takes one argument, a \(parameter)", at: extra,
        hint: name == "sample" && arguments.count == 2 ? "to draw several values write `sample(iid(d, n))`" : nil)
      return nil
    }
    return argument
  }

  /// `sample(d)`
  func lowerSample(_ arguments: [Argument], _ calleeSpan: Span, _ span: Span) -> CoreExpression {
    guard let source = lowerEffectArgument("sample", "distribution or model", arguments, calleeSpan, span),
      let model = context.model
    else { return poison(span) }
    model.anonymousCount += 1
    let site = addSite("sample#\(model.anonymousCount)", rank: 0, isAnonymous: true, span, in: model)
    return CoreExpression(.sample(site, source), span)
  }

  // MARK: Strategies

  /// Gradient strategies by name with the names of their arguments.
  static let strategies: [String: [String]] = [
    "reparam": [], "reinforce": ["baseline"], "enumerate": [], "mvd": [],
  ]

  /// `via strategy` becomes a record of its name and arguments: `{strategy: "reinforce", baseline: b}`.
  private func lowerStrategy(_ strategy: Expression) -> CoreExpression? {
    var name = strategy
    var arguments: [Argument] = []
    if case .call(let callee, let given) = strategy.kind { (name, arguments) = (callee, given) }
    guard case .name(let text) = name.kind else {
      if case .error = name.kind { return nil }
      error(
        "unknown-strategy", "a gradient strategy is a name", at: strategy.span,
        hint: "strategies are reparam, reinforce, enumerate and mvd")
      return nil
    }
    guard let labels = Lowerer.strategies[text] else {
      let near = closestMatch(to: text, among: Lowerer.strategies.keys.sorted())
      error(
        "unknown-strategy", "there is no gradient strategy `\(text)`", at: name.span,
        hint: near.map { "did you mean `\($0)`?" } ?? "strategies are reparam, reinforce, enumerate and mvd")
      return nil
    }
    var fields = [(key: "strategy", value: CoreExpression(.constant(.string(text)), name.span))]
    for argument in arguments {
      let value = lowerExpression(argument.value)
      guard let label = argument.label, labels.contains(label.text) else {
        error(
          "unknown-label", "`\(text)` has no such argument", at: argument.label?.span ?? value.span,
          hint: labels.isEmpty
            ? "it takes none" : "it takes \(labels.map { "`\($0): ...`" }.joined(separator: ", "))")
        continue
      }
      fields.append((key: label.text, value: value))
    }
    return CoreExpression(.record(fields), strategy.span)
  }
}
