// Specialises choices: sites, submodels, conditions in place.

import BorelIR
import BorelSource

extension Specialiser {
  mutating func choose(_ choice: CoreChoice, at span: Span) throws(NotNative) {
    let site = core[choice.site]
    var indices: [LoopOperand] = []
    for e in choice.indices { indices.append(try int(try evaluate(e), "an index", at: e.span)) }
    try announce(choice, indices, at: span)
    let source = try evaluate(choice.source)
    switch source {
    case .model(let model):
      let name = site.name + Self.brackets(indices.count)
      let prefix = AddressPrefix(
        pattern: frame.address.pattern + name + "/", indices: frame.address.indices + indices)
      let arguments = model.arguments.map(Optional.some)
      let value = try run(model, arguments, prefix, at: span)
      if indices.isEmpty {
        frame.locals[choice.local.index] = .value(value)
      } else {
        try build(choice.local, indices, value, at: span)
      }
    case .distribution(let distribution):
      let pattern = frame.address.pattern + site.name + Self.brackets(indices.count)
      let all = frame.address.indices + indices
      let value = try chooseElements(pattern, all, distribution, at: span, source: choice.source.span)
      guard indices.isEmpty else {
        frame.locals[choice.local.index] = .site(value.site)
        return
      }
      try set(choice.local, value.value, at: span)
    case .modelDefinition, .distributionDefinition, .null, .string, .record, .tuple, .list, .array, .scalar:
      throw NotNative(.construct, "a choice from \(source.kindName)", at: choice.source.span)
    case .function, .closure, .primitive:
      throw NotNative(.unknownDistribution, "a choice from \(source.kindName)", at: choice.source.span)
    }
  }

  mutating func sample(_ site: SiteID, _ source: CoreExpression, at span: Span) throws(NotNative) -> AbstractValue {
    throw NotNative(.construct, "`sample(...)` as an expression makes its addresses while it runs", at: span)
  }

  /// Runs a submodel. One that runs itself ends somewhere; where that depends on choices, this is the place.
  private mutating func run(
    _ model: AbstractModel, _ arguments: [AbstractValue?], _ prefix: AddressPrefix, at span: Span
  ) throws(NotNative) -> AbstractValue {
    let function = core[model.id].function
    let isRecursive = calls.contains(function)
    do throws(NotNative) {
      return try call(function, arguments, captures: [], closure: nil, address: prefix, at: span)
    } catch {
      guard isRecursive, error.kind == .stochasticStructure else { throw error }
      throw NotNative(
        .recursion, "`\(core[model.id].name)` runs itself, and where that ends depends on choices", at: span)
    }
  }

  /// Makes the site before the source is evaluated where that reads elements chosen before: `z[t] ~ categorical(P[z[t - 1]])`.
  private mutating func announce(_ choice: CoreChoice, _ indices: [LoopOperand], at span: Span) throws(NotNative) {
    guard !indices.isEmpty, frame.locals.indices.contains(choice.local.index), frame.locals[choice.local.index] == nil,
      mentions(choice.source, choice.local)
    else { return }
    let pattern = frame.address.pattern + core[choice.site].name + Self.brackets(indices.count)
    guard let facts = request.sites[pattern], !facts.isIntervention else { return }
    let all = frame.address.indices + indices
    let number = try site(pattern, all, valueSizes: [], knowsAll: facts.rank == all.count, at: span)
    frame.locals[choice.local.index] = .site(number)
  }

  /// Keeps the value of a submodel with indices in an array, where the indices run through whole ranges.
  private mutating func build(
    _ local: LocalID, _ indices: [LoopOperand], _ value: AbstractValue, at span: Span
  ) throws(NotNative) {
    let scalar: LoopScalar
    var inner: [LoopOperand] = []
    switch value {
    case .scalar(let operand): scalar = builder.program.scalar(of: operand)
    case .array(let array):
      scalar = array.scalar
      inner = array.sizes
    default: return
    }
    let place: LoopVariable
    if case .built(let known)? = frame.locals[local.index] {
      place = known
    } else {
      var sizes: [LoopOperand] = []
      for index in indices {
        guard let size = extent(of: index) else { return }
        sizes.append(size)
      }
      guard inner.allSatisfy({ isOutermost($0) }) else { return }
      let name = name(of: local)
      place = builder.outside(levels: builder.depth - 1) { builder in
        let fill: LoopOperand = scalar == .real ? .real(.nan) : scalar == .int ? .int(0) : .bool(false)
        return builder.allocate(scalar, sizes: sizes + inner, name: name, fill: fill)
      }
      frame.locals[local.index] = .built(place)
    }
    guard builder.program[place].scalar == scalar, builder.program[place].sizes.count == indices.count + inner.count
    else { throw NotNative(.construct, "the values of `\(name(of: local))` are of several kinds", at: span) }
    for (dimension, index) in indices.enumerated() {
      try checkIndex(index, size: builder.program[place].sizes[dimension], at: span)
    }
    switch value {
    case .scalar(let operand): builder.append(.store(place, indices, operand))
    case .array(let array):
      for (size, known) in zip(inner, builder.program[place].sizes.dropFirst(indices.count)) {
        requireEqual(size, known, .shape)
      }
      try forEachElement(inner) { (this, rest) throws(NotNative) in
        this.builder.append(.store(place, indices + rest, try this.element(array, rest)))
      }
    default: break
    }
  }

  /// The pattern with more indices: `x` and `x[_]` become `x[_]` and `x[_, _]`.
  private static func extended(_ pattern: String, by rank: Int) -> String {
    guard pattern.hasSuffix("]") else { return pattern + brackets(rank) }
    return pattern.dropLast() + ", " + Array(repeating: "_", count: rank).joined(separator: ", ") + "]"
  }

  static func brackets(_ rank: Int) -> String {
    rank == 0 ? "" : "[" + Array(repeating: "_", count: rank).joined(separator: ", ") + "]"
  }

  // MARK: Elements

  /// Chooses from a distribution, element by element where it has independent elements.
  private mutating func chooseElements(
    _ pattern: String, _ indices: [LoopOperand], _ distribution: AbstractDistribution, at span: Span, source: Span
  ) throws(NotNative) -> (site: Int, value: AbstractValue) {
    if let elements = elements(of: distribution) {
      // Where only some elements are given, each has an address of its own.
      let byElement = Self.extended(pattern, by: elements.sizes.count)
      let isExpanded = request.sites[pattern] == nil && request.sites[byElement] != nil
      // The first look at the site fixes its shape.
      let number = try self.site(
        isExpanded ? byElement : pattern, indices, valueSizes: elements.sizes, knowsAll: isFlat(distribution), at: span)
      try forEachElement(elements.sizes) { (this, inner) throws(NotNative) in
        let element = try elements.at(&this, inner, span)
        try this.chooseWithin(number, indices + inner, element, at: span)
      }
      return (number, try siteValue(number, after: indices, at: span))
    }
    let sizes = try valueSizes(of: distribution, at: span)
    let number = try site(pattern, indices, valueSizes: sizes, knowsAll: true, at: span)
    let value = try chooseOne(number, indices, distribution, sizes, at: span)
    return (number, value)
  }

  /// Elements of elements: `iid(iid(d, n), m)`.
  private mutating func chooseWithin(
    _ number: Int, _ indices: [LoopOperand], _ distribution: AbstractDistribution, at span: Span
  ) throws(NotNative) {
    if let elements = elements(of: distribution) {
      try forEachElement(elements.sizes) { (this, inner) throws(NotNative) in
        try this.chooseWithin(number, indices + inner, try elements.at(&this, inner, span), at: span)
      }
      return
    }
    let sizes = try valueSizes(of: distribution, at: span)
    _ = try chooseOne(number, indices, distribution, sizes, at: span)
  }

  /// True where the elements of a product are scalars, so that its sizes are all sizes of a draw.
  private func isFlat(_ distribution: AbstractDistribution) -> Bool {
    switch distribution {
    case .product(let id, _, _, _): core[id].support.kind.hasScalarValues
    case .repeated(.plain(let id, _), _): core[id].support.kind.hasScalarValues
    case .truncated(let base, _, _), .censored(let base, _, _): isFlat(base)
    default: false
    }
  }

  /// One choice: a scalar, or an array that is chosen as a whole.
  private mutating func chooseOne(
    _ number: Int, _ indices: [LoopOperand], _ distribution: AbstractDistribution, _ sizes: [LoopOperand],
    at span: Span
  ) throws(NotNative) -> AbstractValue {
    let site = builder.program.sites[number]
    let name = displayName(site.pattern)
    let value: LoopVariable
    let abstract: AbstractValue
    if let array = site.array {
      let shape = builder.program[array].sizes
      guard indices.count + sizes.count == shape.count else {
        throw NotNative(.stochasticStructure, "the shape of `\(site.pattern)` differs between choices", at: span)
      }
      for (dimension, index) in indices.enumerated() { try checkIndex(index, size: shape[dimension], at: span) }
      for (dimension, size) in sizes.enumerated() { requireEqual(size, shape[indices.count + dimension], .shape) }
      if sizes.isEmpty {
        value = builder.scalarVariable(site.scalar, name: name)
        abstract = .scalar(.variable(value))
      } else if indices.isEmpty {
        value = array
        abstract = .array(arrayValue(array))
      } else {
        var offset = LoopOperand.int(0)
        for (index, size) in zip(indices, shape) {
          offset = builder.apply(.add, builder.apply(.multiply, offset, size), index)
        }
        for size in sizes { offset = builder.apply(.multiply, offset, size) }
        value = builder.view(of: array, offset: offset, sizes: sizes, name: name)
        abstract = .array(arrayValue(value))
      }
    } else if site.status == .observed {
      value = builder.input(.observed(site: number), name: name, site.scalar)
      abstract = .scalar(.variable(value))
    } else {
      value = builder.scalarVariable(site.scalar, name: name)
      abstract = .scalar(.variable(value))
    }
    if request.isSimulation {
      if site.status != .observed { try draw(distribution, into: value, number, indices, at: span) }
      return abstract
    }
    // A bound of a latent choice is needed before the choice; what is observed lies where it lies.
    let isLatent = site.status == .latent
    let support =
      isLatent || site.status == .partlyObserved ? try support(of: distribution, at: span) : LoopSupport(.real)
    builder.open()
    scopes.append(.score)
    let density =
      isLatent
      ? try logDensity(distribution, abstract, isInside: true, at: span)
      : try logDensity(ofGiven: abstract, distribution, at: span)
    scopes.removeLast()
    let score = builder.close()
    builder.span = span
    builder.append(
      .choice(
        LoopChoice(site: number, indices: indices, value: value, support: support, score: score, logDensity: density)))
    return abstract
  }

  private func displayName(_ pattern: String) -> String {
    var name = ""
    for character in pattern {
      if character == "[" || character == "]" || character == "_" && name.hasSuffix("[") { continue }
      name.append(character == "/" || character == "," || character == " " ? "_" : character)
    }
    while name.hasSuffix("_") { name.removeLast() }
    return name
  }

  // MARK: Sites

  /// The site of a pattern, made at its first choice.
  private mutating func site(
    _ pattern: String, _ indices: [LoopOperand], valueSizes: [LoopOperand], knowsAll: Bool, at span: Span
  ) throws(NotNative) -> Int {
    if let number = siteNumbers[pattern] { return number }
    guard let facts = request.sites[pattern] else {
      throw NotNative(
        .stochasticStructure, "a trial run did not reach `\(pattern)`: whether it exists depends on choices", at: span)
    }
    guard !facts.isIntervention else { throw NotNative(.construct, "`\(pattern)` is set by `do`", at: span) }
    let number = builder.program.sites.count
    siteNumbers[pattern] = number
    builder.program.sites.append(
      LoopSite(
        pattern: pattern, scalar: facts.scalar, indexRank: indices.count, array: nil, status: facts.status, span: span))
    guard facts.rank > 0 else { return number }
    let name = displayName(pattern)
    var sizes: [LoopOperand] = []
    for dimension in 0..<facts.rank {
      if dimension < indices.count, let size = extent(of: indices[dimension]) {
        sizes.append(size)
      } else if knowsAll, dimension >= indices.count, dimension - indices.count < valueSizes.count,
        isOutermost(valueSizes[dimension - indices.count])
      {
        sizes.append(valueSizes[dimension - indices.count])
      } else {
        let suffix = facts.rank == 1 ? "" : "_\(dimension)"
        sizes.append(
          .variable(builder.input(.siteSize(site: number, dimension: dimension), name: "n_\(name)\(suffix)", .int)))
      }
    }
    let array: LoopVariable
    switch facts.status {
    case .observed:
      array = builder.input(.observed(site: number), name: name, facts.scalar, sizes: sizes)
    case .latent, .partlyObserved:
      // In scope everywhere: the site's values may be read behind the loop that chooses them.
      array = builder.outside(levels: builder.depth - 1) { builder in
        builder.allocate(facts.scalar, sizes: sizes, name: name)
      }
    }
    builder.program.sites[number].array = array
    return number
  }

  /// The number of values of an index that runs through a loop from 0 on.
  private func extent(of index: LoopOperand) -> LoopOperand? {
    guard case .variable(let variable) = index else { return nil }
    for case .loop(variable, .int(0), let upper) in scopes where isOutermost(upper) { return upper }
    return nil
  }

  /// The array of a site, or what is left of it after indices.
  mutating func siteValue(_ number: Int, at span: Span?) throws(NotNative) -> AbstractValue {
    guard let array = builder.program.sites[number].array else {
      throw NotNative(.internalError, "a site without an array", at: span)
    }
    return .array(arrayValue(array))
  }

  private mutating func siteValue(
    _ number: Int, after indices: [LoopOperand], at span: Span
  ) throws(NotNative) -> AbstractValue {
    guard case .array(let array) = try siteValue(number, at: span) else { return .null }
    return try part(array, indices)
  }

  // MARK: Conditions in place

  mutating func observe(
    _ e: CoreExpression, _ source: CoreExpression, at span: Span
  ) throws(NotNative) {
    let value = try evaluate(e)
    guard case .distribution(let distribution) = try evaluate(source) else {
      throw NotNative(.construct, "`observe` from something that is not a distribution", at: source.span)
    }
    try observe(value, distribution, at: span)
  }

  private mutating func observe(
    _ value: AbstractValue, _ distribution: AbstractDistribution, at span: Span
  ) throws(NotNative) {
    if let elements = elements(of: distribution) {
      let array = try array(value, "the value of `observe`", at: span)
      for (a, b) in zip(array.sizes, elements.sizes) { requireEqual(a, b, .shape) }
      try forEachElement(elements.sizes) { (this, indices) throws(NotNative) in
        let element = try elements.at(&this, indices, span)
        try this.observe(try this.part(array, indices), element, at: span)
      }
      return
    }
    var value = value
    if case .scalar(let operand) = value, !(try isDiscrete(distribution)) { value = .scalar(builder.real(operand)) }
    builder.append(.target(try logDensity(ofGiven: value, distribution, at: span)))
  }

  func isDiscrete(_ distribution: AbstractDistribution) throws(NotNative) -> Bool {
    switch distribution {
    case .plain(let id, _), .product(let id, _, _, _): core[id].support.kind.isDiscrete
    case .repeated(let base, _), .truncated(let base, _, _), .censored(let base, _, _), .ordered(let base, _):
      try isDiscrete(base)
    case .mixture(_, let components):
      try components.first.map { component throws(NotNative) in try isDiscrete(component) } ?? false
    }
  }
}

extension SupportKind {
  /// True where a draw is one number.
  var hasScalarValues: Bool {
    switch self {
    case .real, .positive, .nonNegative, .above, .below, .interval, .unitInterval, .bool, .int, .count, .intAbove,
      .intInterval:
      true
    default: false
    }
  }
}
