// Stores what would be the first addition to elements that are zero, so that arrays need not be zeroed before.

import BorelIR

/// Turns first additions to arrays of zeros, and to outputs, into stores where every element gets one.
///
/// - Returns: the outputs that the program writes completely; all others must be zero when it starts.
func storingFirst(_ program: inout LoopProgram) -> Set<LoopVariable> {
  var pass = FirstStores(program)
  program.body = pass.allocations(program.body)
  var complete: Set<LoopVariable> = []
  for (index, info) in program.variables.enumerated() where info.role == .output && info.isArray {
    let output = LoopVariable(index)
    guard let body = pass.output(output, program.body) else { continue }
    program.body = body
    complete.insert(output)
  }
  program.variables = pass.program.variables
  return complete
}

private struct FirstStores {
  var program: LoopProgram
  private var definitions: [LoopVariable: LoopOperation] = [:]
  private static let limit = 64

  /// A part of an array that statements reach by the same view, or by constant indices.
  private struct Region {
    var start: SizePolynomial
    var sizes: [SizePolynomial]
    /// The array or view by which it is reached; the operands of its sizes.
    var place: LoopVariable
    var extent: [LoopOperand]
    /// For a single element: its index.
    var element: LoopOperand?
  }

  /// One access: where it stands for the region's indices.
  private enum Access {
    case load([LoopOperand])
    case write([LoopOperand])
    case whole
  }

  init(_ program: LoopProgram) {
    self.program = program
    for statement in program.body {
      statement.visit { statement in
        if case .define(let variable, let operation) = statement.kind { definitions[variable] = operation }
      }
    }
  }

  private func polynomial(_ operand: LoopOperand) -> SizePolynomial { SizePolynomial(operand, definitions) }

  // MARK: Arrays that the program makes

  mutating func allocations(_ block: [LoopStatement]) -> [LoopStatement] {
    var block = block
    var place = 0
    while place < block.count {
      var statement = block[place]
      switch statement.kind {
      case .allocate(let array, let fill?) where isZero(fill):
        let info = program[array]
        let region = Region(
          start: SizePolynomial(0), sizes: info.sizes.map(polynomial), place: array, extent: info.sizes)
        if !hasViews(array), let rest = covering(region, Array(block[(place + 1)...])) {
          statement.kind = .allocate(array, fill: nil)
          block = Array(block[..<place]) + [statement] + rest
        }
      case .loop(var loop):
        loop.body = allocations(loop.body)
        block[place].kind = .loop(loop)
      case .conditional(let condition, let then, let otherwise):
        block[place].kind = .conditional(condition, then: allocations(then), else: allocations(otherwise))
      default: break
      }
      place += 1
    }
    return block
  }

  private func isZero(_ operand: LoopOperand) -> Bool {
    switch operand {
    case .real(let value): value == 0
    case .int(let value): value == 0
    case .bool(let value): !value
    case .variable: false
    }
  }

  private func hasViews(_ array: LoopVariable) -> Bool {
    program.variables.contains { info in
      if case .view(let base, _) = info.role { program.root(base) == array } else { false }
    }
  }

  // MARK: Outputs

  /// The body with stores in place of first additions to the output, and zeros where there are none; nil where the parts that the
  /// statements reach are not known to be the whole, each once.
  mutating func output(_ output: LoopVariable, _ body: [LoopStatement]) -> [LoopStatement]? {
    guard program[output].sizes.count == 1, let total = total(of: output), let regions = regions(of: output, body)
    else { return nil }
    // Programs with many single parameters are large anyway: zeroing costs them nothing.
    if regions.count > Self.limit { return nil }
    var rest = regions
    var end = SizePolynomial(0)
    while let place = rest.firstIndex(where: { $0.start == end }) {
      guard let size = rest[place].sizes.reduce(SizePolynomial(1), { $0?.times($1) }), let next = end.plus(size) else {
        return nil
      }
      end = next
      rest.remove(at: place)
    }
    guard rest.isEmpty, end == total else { return nil }
    var body = body
    for region in regions { body = covering(region, body) ?? zeroed(region, body) }
    return body
  }

  private func total(of output: LoopVariable) -> SizePolynomial? {
    guard let size = program[output].sizes.first else { return nil }
    guard case .variable(let variable) = size,
      program.inputs.contains(where: { $0.variable == variable && $0.source == .other("dimension") })
    else { return polynomial(size) }
    return program.results.first { $0.name == "dimension" }.map { polynomial($0.value) }
  }

  /// The parts of an output that the statements reach, without double ones; nil where an access is of another kind.
  private func regions(of output: LoopVariable, _ body: [LoopStatement]) -> [Region]? {
    var regions: [Region] = []
    var isKnown = true
    func add(_ place: LoopVariable, _ indices: [LoopOperand]?) {
      guard program.root(place) == output else { return }
      guard let start = self.start(of: place) else {
        isKnown = false
        return
      }
      let info = program[place]
      var region = Region(start: start, sizes: info.sizes.map(polynomial), place: place, extent: info.sizes)
      if place == output || hasConstantIndices(place, body) {
        guard let index = indices?.first, indices?.count == 1, case .int(let element) = index,
          let first = start.plus(SizePolynomial(element))
        else {
          isKnown = false
          return
        }
        region = Region(start: first, sizes: [SizePolynomial(1)], place: place, extent: [.int(1)], element: index)
      }
      if !regions.contains(where: { $0.start == region.start && $0.sizes == region.sizes }) { regions.append(region) }
    }
    for statement in body {
      statement.visit { statement in
        switch statement.kind {
        case .define(_, .load(let place, let indices)), .store(let place, let indices, _),
          .accumulate(let place, let indices, _):
          add(place, indices)
        case .call(_, let outputs, let inputs): for place in outputs + inputs { add(place, nil) }
        default: break
        }
      }
    }
    return isKnown ? regions : nil
  }

  /// Where a view starts in its root.
  private func start(of place: LoopVariable) -> SizePolynomial? {
    guard case .view(let base, let offset) = program[place].role else { return SizePolynomial(0) }
    return start(of: base).flatMap { $0.plus(polynomial(offset)) }
  }

  private func hasConstantIndices(_ place: LoopVariable, _ body: [LoopStatement]) -> Bool {
    if program[place].sizes.count != 1 { return false }
    var answer = true
    for statement in body {
      statement.visit { statement in
        switch statement.kind {
        case .define(_, .load(place, let indices)), .store(place, let indices, _), .accumulate(place, let indices, _):
          if case .int = indices[0] { break }
          answer = false
        case .call(_, let outputs, let inputs): if (outputs + inputs).contains(place) { answer = false }
        default: break
        }
      }
    }
    return answer
  }

  // MARK: Covering a region

  /// The accesses of a statement, blocks included, to a region.
  private func accesses(_ statement: LoopStatement, _ region: Region) -> [Access] {
    var result: [Access] = []
    func isOf(_ place: LoopVariable, _ indices: [LoopOperand]?) -> Bool {
      if place == region.place { return region.element == nil || indices?.first == region.element }
      guard program.root(place) == program.root(region.place), let start = start(of: place) else { return false }
      if let element = indices?.first, region.element != nil {
        return start.plus(polynomial(element)) == region.start
      }
      return start == region.start && program[place].sizes.map(polynomial) == region.sizes
    }
    statement.visit { statement in
      switch statement.kind {
      case .define(_, .load(let place, let indices)): if isOf(place, indices) { result.append(.load(indices)) }
      case .store(let place, let indices, _), .accumulate(let place, let indices, _):
        if isOf(place, indices) { result.append(.write(indices)) }
      case .call(_, let outputs, let inputs):
        if (outputs + inputs).contains(where: { isOf($0, nil) }) { result.append(.whole) }
      default: break
      }
    }
    return result
  }

  /// The block with the first additions to the region's elements as stores; nil where some would not be written before others read
  /// them.
  private mutating func covering(_ region: Region, _ block: [LoopStatement]) -> [LoopStatement]? {
    guard let first = block.firstIndex(where: { !accesses($0, region).isEmpty }) else { return nil }
    let statement = block[first]
    var replacement: [LoopStatement]?
    if region.element != nil {
      replacement = stored(statement).map { [$0] }
    } else {
      switch statement.kind {
      case .loop(let loop): replacement = covering(region, [], loop, statement)
      case .call(let routine, [region.place], let inputs):
        let isRead = inputs.contains { program.root($0) == program.root(region.place) }
        if !routine.adds, !isRead { replacement = [statement] }
      default: break
      }
    }
    return replacement.map { Array(block[..<first]) + $0 + block[(first + 1)...] }
  }

  /// A loop over the region's dimension after those that `outer` has indices for.
  private mutating func covering(
    _ region: Region, _ outer: [LoopOperand], _ loop: LoopFor, _ statement: LoopStatement
  ) -> [LoopStatement]? {
    let dimension = outer.count
    let indices = outer + [.variable(loop.index)]
    let found = accesses(statement, region)
    let isOwn = found.allSatisfy { access in
      switch access {
      case .load(let place), .write(let place): Array(place.prefix(indices.count)) == indices
      case .whole: false
      }
    }
    guard isOwn, dimension < region.sizes.count else { return nil }
    let lower = polynomial(loop.lower)
    let isWhole = lower.constant == 0 && polynomial(loop.upper) == region.sizes[dimension]
    guard let first = loop.body.firstIndex(where: { !accesses($0, region).isEmpty }) else { return nil }
    var loop = loop
    if indices.count == region.sizes.count {
      guard let stored = stored(loop.body[first]) else { return nil }
      loop.body[first] = stored
    } else {
      guard isWhole, case .loop(let inner) = loop.body[first].kind,
        let covered = covering(region, indices, inner, loop.body[first]), covered.count == 1
      else { return nil }
      loop.body[first] = covered[0]
    }
    let result = LoopStatement(.loop(loop), statement.span)
    if isWhole { return [result] }
    guard region.sizes.count == 1, let lowest = lower.constant, lowest >= 0 else { return nil }
    return margins(region, loop) + [result]
  }

  /// Zeros for the elements in front of the loop's first and behind its last.
  private mutating func margins(_ region: Region, _ loop: LoopFor) -> [LoopStatement] {
    var builder = LoopBuilder(program)
    let size = region.extent[0]
    if loop.lower != .int(0) {
      builder.loop(to: builder.apply(.minimum, loop.lower, size), name: "i") { builder, index in
        builder.append(.store(region.place, [index], zero(region)))
      }
    }
    if polynomial(loop.upper) != region.sizes[0] {
      builder.loop(from: builder.apply(.maximum, loop.upper, .int(0)), to: size, name: "i") { builder, index in
        builder.append(.store(region.place, [index], zero(region)))
      }
    }
    program.variables = builder.program.variables
    return builder.statements
  }

  private func zero(_ region: Region) -> LoopOperand {
    switch program[region.place].scalar {
    case .real: .real(0)
    case .int: .int(0)
    case .bool: .bool(false)
    }
  }

  /// A first addition as a store; nil for what is neither.
  private func stored(_ statement: LoopStatement) -> LoopStatement? {
    switch statement.kind {
    case .store: statement
    case .accumulate(let place, let indices, let value): LoopStatement(.store(place, indices, value), statement.span)
    default: nil
    }
  }

  /// The block with zeros for the region before its first use.
  private mutating func zeroed(_ region: Region, _ block: [LoopStatement]) -> [LoopStatement] {
    guard let first = block.firstIndex(where: { !accesses($0, region).isEmpty }) else { return block }
    var zeros: [LoopStatement]
    if let element = region.element {
      zeros = [LoopStatement(.store(region.place, [element], zero(region)), block[first].span)]
    } else {
      var builder = LoopBuilder(program)
      fill(region, region.extent[...], [], &builder)
      program.variables = builder.program.variables
      zeros = builder.statements
    }
    return Array(block[..<first]) + zeros + block[first...]
  }

  private func fill(
    _ region: Region, _ sizes: ArraySlice<LoopOperand>, _ indices: [LoopOperand], _ builder: inout LoopBuilder
  ) {
    guard let size = sizes.first else {
      builder.append(.store(region.place, indices, zero(region)))
      return
    }
    builder.loop(to: size, name: "i") { builder, index in
      fill(region, sizes.dropFirst(), indices + [index], &builder)
    }
  }
}
