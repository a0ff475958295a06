// The unconstrain pass: latent choices become functions of one unconstrained vector, with the log-Jacobians in the target.

import BorelIR
import BorelSource

/// The program over unconstrained space ℝⁿ: input `position`, latent choices in the order of their sites.
///
/// A site of scalars with the support of all reals is a view of the position; its elements are not copied. The result `dimension`
/// is the length of the position. Discrete choices that are not observed have no place in it: their values stay given, as inputs
/// `choice`.
public func unconstrain(_ program: LoopProgram, includesJacobian: Bool = true) throws(NotNative) -> LoopProgram {
  var pass = Unconstrain(program, direction: .forward)
  pass.includesJacobian = includesJacobian
  return try pass.run()
}

/// The program that maps values of the latent choices in their own space (inputs `choice`) to the position (output `position`).
public func unconstrainingMap(of program: LoopProgram) throws(NotNative) -> LoopProgram {
  var pass = Unconstrain(program, direction: .inverse)
  return try pass.run()
}

/// The log density at values of the latent choices in their own space, inputs `choice`, discrete ones included.
public func densityAtChoices(of program: LoopProgram) throws(NotNative) -> LoopProgram {
  var pass = Unconstrain(program, direction: .given)
  return try pass.run()
}

/// The support of each site that is bound, by the site's number.
public func boundSupports(of program: LoopProgram) -> [Int: SupportKind] {
  var supports: [Int: [LoopSupport]] = [:]
  Unconstrain.collect(program.body, into: &supports)
  return supports.compactMapValues { $0.first?.kind }
}

private struct Unconstrain {
  enum Direction {
    case forward
    case inverse
    /// Values are given as they are.
    case given
  }

  let source: LoopProgram
  let direction: Direction
  var builder: LoopBuilder
  let position: LoopVariable
  let dimension: LoopVariable
  /// Where each site's numbers start, and how many one value takes.
  var offsets: [Int: LoopOperand] = [:]
  var blockSizes: [Int: LoopOperand] = [:]
  var end = LoopOperand.int(0)
  var nextSite = 0
  var includesJacobian = true
  let supports: [Int: [LoopSupport]]
  let aliased: Set<Int>
  let siteOfArray: [LoopVariable: Int]

  init(_ program: LoopProgram, direction: Direction) {
    source = program
    self.direction = direction
    var empty = program
    empty.body = []
    builder = LoopBuilder(empty)
    dimension = builder.input(.other("dimension"), name: "n_position", .int)
    switch direction {
    case .given: position = dimension
    case .forward:
      position = builder.input(.position, name: "q", .real, sizes: [.variable(dimension)])
    case .inverse:
      position = builder.program.addVariable(
        LoopVariableInfo(name: "q", scalar: .real, sizes: [.variable(dimension)], role: .output))
      builder.program.results = [("position", .variable(position))]
    }
    var supports: [Int: [LoopSupport]] = [:]
    Self.collect(program.body, into: &supports)
    self.supports = supports
    var arrays: [LoopVariable: Int] = [:]
    var aliased: Set<Int> = []
    for (number, site) in program.sites.enumerated() {
      guard let array = site.array else { continue }
      arrays[array] = number
      if direction == .forward, site.status == .latent, site.scalar == .real,
        let all = supports[number], all.allSatisfy({ $0.kind == .real || $0.kind == .vector || $0.kind == .matrix })
      {
        aliased.insert(number)
      }
    }
    siteOfArray = arrays
    self.aliased = aliased
  }

  static func collect(_ body: [LoopStatement], into supports: inout [Int: [LoopSupport]]) {
    for statement in body {
      switch statement.kind {
      case .bind(let binding): supports[binding.site, default: []].append(binding.support)
      case .loop(let loop): collect(loop.body, into: &supports)
      case .conditional(_, let then, let otherwise):
        collect(then, into: &supports)
        collect(otherwise, into: &supports)
      default: break
      }
    }
  }

  mutating func run() throws(NotNative) -> LoopProgram {
    if direction == .given {
      builder.program.inputs.removeAll { $0.variable == dimension }
      for statement in source.body { try write(statement) }
      return builder.finish()
    }
    for statement in source.body {
      try placeSites(through: latestSite(statement))
      try write(statement)
    }
    try placeSites(through: source.sites.count - 1)
    builder.program.results.append(("dimension", end))
    return builder.finish()
  }

  // MARK: Layout

  /// The greatest number of a site that the statement chooses, -1 for none.
  private func latestSite(_ statement: LoopStatement) -> Int {
    switch statement.kind {
    case .bind(let binding): binding.site
    case .allocate(let array, _): siteOfArray[array] ?? -1
    case .loop(let loop): loop.body.map(latestSite).max() ?? -1
    case .conditional(_, let then, let otherwise): (then + otherwise).map(latestSite).max() ?? -1
    default: -1
    }
  }

  private mutating func placeSites(through last: Int) throws(NotNative) {
    while nextSite <= last {
      let number = nextSite
      nextSite += 1
      let site = source.sites[number]
      guard site.status != .observed, site.scalar == .real, let all = supports[number], let first = all.first else {
        continue
      }
      offsets[number] = end
      let sizes = site.array.map { source[$0].sizes } ?? []
      let isScalar = first.kind.hasScalarValues
      let outer = isScalar ? sizes[...] : sizes.prefix(sizes.count - valueRank(first.kind))
      // The sizes in a support are those of the site's array.
      var support = first
      if !isScalar { support.arguments = Array(sizes.suffix(valueRank(first.kind))) }
      guard let block = builder.unconstrainedCount(support) else {
        throw NotNative(.discreteChoice, "`\(site.pattern)` has no continuous support", at: site.span)
      }
      blockSizes[number] = block
      var count: LoopOperand
      if site.status == .partlyObserved {
        guard isScalar else {
          throw NotNative(.construct, "`\(site.pattern)` is an array of which a part is observed", at: site.span)
        }
        count = .variable(builder.input(.missingCount(site: number), name: "n_missing", .int))
      } else {
        count = block
        for size in outer { count = builder.multiply(count, size) }
      }
      if aliased.contains(number), let array = site.array {
        builder.program[array].role = .view(of: position, offset: end)
      }
      end = builder.add(end, count)
    }
  }

  private func valueRank(_ kind: SupportKind) -> Int {
    switch kind {
    case .matrix, .covariance, .correlation, .covarianceCholesky, .correlationCholesky: 2
    default: kind.hasScalarValues ? 0 : 1
    }
  }

  // MARK: Statements

  private mutating func write(_ statement: LoopStatement) throws(NotNative) {
    builder.span = statement.span
    switch statement.kind {
    case .bind(let binding):
      if includesJacobian { return try bind(binding) }
      builder.open()
      try bind(binding)
      builder.append(withoutTargets(builder.close()))
    case .allocate(let array, _):
      if let number = siteOfArray[array] {
        if aliased.contains(number) { return }
        let site = source.sites[number]
        if direction != .forward || site.scalar != .real, site.status != .observed {
          builder.program[array].role = .input
          builder.program.inputs.append(LoopInput(variable: array, source: .choice(site: number)))
          return
        }
      }
      builder.append([statement])
    case .target:
      if direction != .inverse { builder.append([statement]) }
    case .loop(var loop):
      loop.body = try block(loop.body)
      builder.span = statement.span
      builder.append(.loop(loop))
    case .conditional(let test, let then, let otherwise):
      let first = try block(then)
      let second = try block(otherwise)
      builder.span = statement.span
      builder.append(.conditional(test, then: first, else: second))
    default: builder.append([statement])
    }
  }

  private mutating func block(_ body: [LoopStatement]) throws(NotNative) -> [LoopStatement] {
    builder.open()
    for statement in body { try write(statement) }
    return builder.close()
  }

  /// The position of a value among its site's, in row-major order.
  private mutating func linearIndex(_ indices: [LoopOperand], _ sizes: [LoopOperand]) -> LoopOperand {
    var result = LoopOperand.int(0)
    for (index, size) in zip(indices, sizes) {
      result = builder.add(builder.multiply(result, size), index)
    }
    return result
  }

  private mutating func bind(_ binding: LoopBinding) throws(NotNative) {
    let site = source.sites[binding.site]
    if direction == .given || site.scalar != .real {
      if source[binding.value].isArray { return }
      if let array = site.array {
        builder.append(.define(binding.value, .load(array, binding.indices)))
      } else {
        builder.program[binding.value].role = .input
        builder.program.inputs.append(LoopInput(variable: binding.value, source: .choice(site: binding.site)))
      }
      return
    }
    guard let offset = offsets[binding.site], let block = blockSizes[binding.site] else {
      throw NotNative(.internalError, "`\(site.pattern)` has no place", at: site.span)
    }
    let sizes = site.array.map { source[$0].sizes } ?? []
    let linear = linearIndex(binding.indices, sizes)
    let start = builder.add(offset, builder.multiply(linear, block))
    if source[binding.value].isArray {
      if aliased.contains(binding.site) { return }
      let place = TransformPlace(position: position, offset: start, value: binding.value)
      let isDone =
        direction == .forward
        ? builder.constrain(place, binding.support) : builder.unconstrain(place, binding.support)
      guard isDone else { throw discrete(site) }
      return
    }
    if aliased.contains(binding.site), let array = site.array {
      builder.append(.define(binding.value, .load(array, binding.indices)))
      return
    }
    switch direction {
    case .given: return
    case .forward:
      if site.status == .partlyObserved, let array = site.array {
        try bindPartly(binding, site, array, offset)
        return
      }
      guard let value = builder.constrained(builder.load(position, [start]), binding.support) else {
        throw discrete(site)
      }
      define(binding.value, as: value)
      if let array = site.array { builder.append(.store(array, binding.indices, .variable(binding.value))) }
    case .inverse:
      if site.status == .partlyObserved {
        throw NotNative(.construct, "`\(site.pattern)` is partly observed", at: site.span)
      }
      if let array = site.array {
        builder.append(.define(binding.value, .load(array, binding.indices)))
      } else {
        builder.program[binding.value].role = .input
        builder.program.inputs.append(LoopInput(variable: binding.value, source: .choice(site: binding.site)))
      }
      guard let y = builder.unconstrained(.variable(binding.value), binding.support) else { throw discrete(site) }
      builder.append(.store(position, [start], y))
    }
  }

  /// An element of a partly observed site: its datum, or its place in the position.
  private mutating func bindPartly(
    _ binding: LoopBinding, _ site: LoopSite, _ array: LoopVariable, _ offset: LoopOperand
  ) throws(NotNative) {
    let info = source[array]
    let data = builder.input(
      .observed(site: binding.site), name: info.name + "_data", info.scalar, sizes: info.sizes)
    let missing = builder.input(
      .isMissing(site: binding.site), name: info.name + "_missing", .bool, sizes: info.sizes)
    let rank = builder.input(
      .missingRank(site: binding.site), name: info.name + "_rank", .int, sizes: info.sizes)
    let isMissing = builder.load(missing, binding.indices)
    builder.open()
    let place = builder.add(offset, builder.load(rank, binding.indices))
    guard let value = builder.constrained(builder.load(position, [place]), binding.support) else {
      throw discrete(site)
    }
    builder.append(.store(array, binding.indices, value))
    let then = builder.close()
    builder.open()
    builder.append(.store(array, binding.indices, builder.load(data, binding.indices)))
    let otherwise = builder.close()
    builder.append(.conditional(isMissing, then: then, else: otherwise))
    builder.append(.define(binding.value, .load(array, binding.indices)))
  }

  /// Defines the choice's variable as a value that was just computed.
  private mutating func define(_ variable: LoopVariable, as value: LoopOperand) {
    if case .variable(let computed) = value, let operation = builder.definitions[computed] {
      builder.append(.define(variable, operation))
    } else {
      builder.append(.define(variable, .apply(.add, [value, .real(0)])))
    }
  }

  private func discrete(_ site: LoopSite) -> NotNative {
    NotNative(.discreteChoice, "`\(site.pattern)` has no continuous support", at: site.span)
  }
}
