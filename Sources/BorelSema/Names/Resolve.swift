// Finds what a name stands for: locals, captures, the user's top level, primitives, the library.

import BorelIR
import BorelSource
import BorelSyntax
import BorelValues

/// What a name stands for where it is used.
enum Resolution {
  /// A variable of this function or of one around it.
  case local(CoreExpression.Kind)
  case global(GlobalID)
  case function(FunctionID)
  case model(ModelID)
  case distribution(DistributionID)
  case primitive(PrimitiveID)
  case constant(Value)
  /// `sample` or `factor`, which can only be called.
  case special(String)
  /// Reported already.
  case failed
}

extension Lowerer {
  static let constants: [String: Value] = [
    "pi": .real(Double.pi), "inf": .real(Double.infinity), "nan": .real(Double.nan),
  ]
  static let specialForms: Set<String> = ["sample", "factor"]

  /// True where a user's definition takes the place of a built-in name.
  func isDefined(_ name: String) -> Bool {
    var inner: FunctionContext? = context
    while let function = inner {
      if function.localEntry(name) != nil || function.choices.entries[name]?.local != nil { return true }
      inner = function.parent
    }
    return topLevel(name) != nil
  }

  func resolve(_ name: String, at span: Span) -> Resolution {
    if let local = resolveLocal(name, in: context, at: span) { return local }
    if let entry = topLevel(name) { return resolve(entry, name, at: span) }
    if let constant = Lowerer.constants[name] { return .constant(constant) }
    if Lowerer.specialForms.contains(name) { return .special(name) }
    if let id = PrimitiveTable.ids[name] { return .primitive(id) }
    if let entry = libraryEntry(name) { return resolve(entry, name, at: span) }
    reportUnknown(name, at: span)
    return .failed
  }

  private func resolve(_ entry: TopLevelEntry, _ name: String, at span: Span) -> Resolution {
    switch entry.symbol {
    case .function(let id): return .function(id)
    case .model(let id): return .model(id)
    case .distribution(let id): return .distribution(id)
    case .variable(let id):
      if context.kind == .script, !entry.isSet {
        error(
          "used-before-definition", "`\(name)` is used before it is defined", at: span,
          secondary: [.init(entry.span, "defined here")], hint: "move its definition up")
        return .failed
      }
      return .global(id)
    }
  }

  /// A variable of a function, or one that it captures from the functions around it.
  private func resolveLocal(_ name: String, in function: FunctionContext, at span: Span) -> Resolution? {
    if let entry = function.localEntry(name) {
      function.markUsed(entry.id)
      return .local(.local(entry.id))
    }
    if let choice = function.choices.entries[name] {
      if let local = readChoice(name, choice, in: function) { return .local(.local(local)) }
      let isOwn = choice.firstSpan == choosing
      error(
        "used-before-choice",
        isOwn ? "`\(name)` is used in its own distribution" : "`\(name)` is used before it is chosen", at: span,
        secondary: isOwn ? [] : [.init(choice.firstSpan, "chosen here")],
        hint: isOwn
          ? "for a sequence write `\(name)[t] ~ ...` in a loop, with `\(name)[t - 1]` on the right"
          : "move the choice up")
      return .failed
    }
    if function.selfName == name { return .local(.currentClosure) }
    guard let parent = function.parent, let outer = resolveLocal(name, in: parent, at: span) else { return nil }
    guard case .local(let value) = outer else { return outer }
    return .local(.capture(function.captureIndex(name, value: value)))
  }

  /// The local of a choice that has been made, or that an earlier pass of the loop around may have made.
  private func readChoice(_ name: String, _ choice: ChoiceTable.Entry, in function: FunctionContext) -> LocalID? {
    if let local = choice.local { return local }
    guard function.loops.contains(where: { choice.loops.contains($0) }) else { return nil }
    let local = function.newLocal(name)
    function.choices.entries[name]?.local = local
    return local
  }

  // MARK: Unknown names

  private func reportUnknown(_ name: String, at span: Span) {
    guard reportedNames.insert(name).inserted else { return }
    if let later = definedLater(name) {
      let isNested = context.kind == .function && context.parent != nil
      error(
        "used-before-definition", "`\(name)` is used before it is defined", at: span,
        secondary: [.init(later, "defined here")],
        hint: isNested
          ? "inside a function only what stands above is known; top-level functions know each other"
          : "move its definition up")
      return
    }
    if let word = unavailableFeatures[name] {
      error("not-available", "`\(name)` is not available in this version of Borel", at: span, hint: word)
      return
    }
    error("unknown-name", "`\(name)` is not defined", at: span, hint: hintForUnknown(name))
  }

  /// Where a block around the present place defines a name further down.
  private func definedLater(_ name: String) -> Span? {
    func find(_ pattern: Pattern) -> Span? {
      switch pattern {
      case .name(let found): return found.text == name ? found.span : nil
      case .wildcard: return nil
      case .tuple(let patterns, _): return patterns.lazy.compactMap(find).first
      }
    }
    guard suggestionCount < 200 else { return nil }
    suggestionCount += 1
    var inner: FunctionContext? = context
    while let function = inner {
      for scope in function.scopes.reversed() {
        for statement in scope.statements {
          switch statement.kind {
          case .binding(let binding): if let span = find(binding.pattern) { return span }
          case .function(let declaration):
            if declaration.name.text == name { return declaration.name.span }
          default: break
          }
        }
      }
      inner = function.parent
    }
    return nil
  }

  private func hintForUnknown(_ name: String) -> String? {
    if let parameter = context.sizeNames[name] {
      return "`\(name)` is a size in the annotation of `\(parameter)`; read it with `len(\(parameter))` or "
        + "`shape(\(parameter))`"
    }
    if context.kind == .defaultValue, let outer = context.surroundings, outer.localEntry(name) != nil {
      return "a default value can use earlier parameters and top-level names only"
    }
    if let own = foreignNames[name], isKnown(own) { return "in Borel this is `\(own)`" }
    if let meant = foreignPhrases[name] { return meant }
    // Looking at all names for every unknown one would take forever in a file full of them.
    guard suggestionCount < 200 else { return nil }
    suggestionCount += 1
    if let near = closestMatch(to: name, among: visibleNames()) { return "did you mean `\(near)`?" }
    return nil
  }

  /// True where a name from the tables of foreign names exists here; what is no plain name is taken as it is.
  private func isKnown(_ own: String) -> Bool {
    guard
      own.utf8.allSatisfy({
        $0 == UInt8(ascii: "_") || ($0 | 0x20) >= 0x61 && ($0 | 0x20) <= 0x7a || $0 >= 0x30 && $0 <= 0x39
      })
    else { return true }
    return PrimitiveTable.ids[own] != nil || Lowerer.constants[own] != nil
      || ["null", "true", "false", "do"].contains(own) || loader.libraryNames.contains(own)
  }

  /// `np.log` where `np` is nothing: says what to write for the member. True where it did.
  func reportForeignMember(_ module: String, _ member: Name, at span: Span) -> Bool {
    guard foreignModules.contains(module), !isDefined(module) else { return false }
    guard reportedNames.insert(module + "." + member.text).inserted else { return true }
    var hint = foreignPhrases[module] ?? "distributions and functions are built in: `normal(0, 1)`, `exp(x)`"
    if isKnown(member.text) || Lowerer.specialForms.contains(member.text) {
      hint = "it is built in: write `\(member.text)`"
    } else if let own = foreignNames[member.text], isKnown(own) {
      hint = "it is built in: write `\(own)`"
    } else if let phrase = foreignPhrases[member.text] {
      hint = phrase
    }
    error("unknown-name", "`\(module).\(member.text)` is not defined", at: span, hint: hint)
    return true
  }

  /// All names that could stand here, nearest first.
  private func visibleNames() -> [String] {
    var names: [String] = []
    var inner: FunctionContext? = context
    while let function = inner {
      for scope in function.scopes.reversed() { names += scope.entries.keys.sorted() }
      names += function.choices.entries.keys.sorted()
      inner = function.parent
    }
    names += (isLibrary ? state.library : state.user).keys.sorted()
    names += Lowerer.specialForms.sorted() + Lowerer.constants.keys.sorted()
    names += PrimitiveTable.rows.map(\.name)
    names += loader.libraryNames
    return names
  }
}
