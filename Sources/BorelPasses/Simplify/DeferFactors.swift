// Takes the factor that normalises a recursion's state out of the way from one iteration to the next.
//
// A loop carries v[1], ..., v[n] and ends with v[k] = a[k] r, r the same for all (a forward algorithm divides by the sum). Where the next
// iteration reads them only in sums of products with coefficients from outside the loop, it may carry a[k] and r instead, and
// multiply the sums by r: the division that makes r then runs beside the sums instead of in front of them, in the loop and
// in its reverse.

import BorelIR

/// The program whose loops carry a common factor apart from what it multiplies.
public func deferFactors(_ program: LoopProgram) -> LoopProgram {
  var pass = FactorDeferral(program: program)
  var body: [LoopStatement] = []
  for (position, statement) in program.body.enumerated() {
    let later = Effects(of: program.body[(position + 1)...], in: program).reads
    if case .loop(let loop) = statement.kind, let parts = pass.deferred(loop, statement, readLater: later) {
      body += parts
    } else {
      body.append(statement)
    }
  }
  pass.program.body = body
  return eliminateDeadCode(pass.program)
}

private struct FactorDeferral {
  var program: LoopProgram

  /// A carried scalar that ends as `part` times the common factor.
  private struct Carried {
    var place: LoopVariable
    var part: LoopOperand
    /// Where the body stores it.
    var position: Int
  }

  mutating func deferred(
    _ loop: LoopFor, _ statement: LoopStatement, readLater: Set<LoopVariable>
  ) -> [LoopStatement]? {
    var definitions: [LoopVariable: LoopOperation] = [:]
    for statement in loop.body {
      if case .define(let variable, let operation) = statement.kind { definitions[variable] = operation }
    }
    guard let (factor, carried) = candidates(loop.body, definitions) else { return nil }
    let places = Set(carried.map(\.place))
    let linear = linearValues(loop.body, definitions, of: places)
    guard let sums = neededSums(loop.body, linear, definitions, places), sums.count <= carried.count else { return nil }

    let scale = program.addVariable(LoopVariableInfo(name: "scale", scalar: .real, role: .mutable))
    let old = program.addVariable(LoopVariableInfo(name: "", scalar: .real, role: .immutable))
    var result = loop
    result.body = [LoopStatement(.define(old, .read(scale)), statement.span)]
    for (position, inner) in loop.body.enumerated() {
      if let place = carried.first(where: { $0.position == position }) {
        result.body.append(LoopStatement(.store(place.place, [], place.part), inner.span))
      } else if case .define(let variable, let operation) = inner.kind, sums.contains(variable) {
        let raw = program.addVariable(LoopVariableInfo(name: "", scalar: .real, role: .immutable))
        result.body.append(LoopStatement(.define(raw, operation), inner.span))
        result.body.append(
          LoopStatement(.define(variable, .apply(.multiply, [.variable(old), .variable(raw)])), inner.span))
      } else {
        result.body.append(inner)
      }
    }
    result.body.append(LoopStatement(.store(scale, [], .variable(factor)), statement.span))

    var parts = [
      LoopStatement(.declare(scale, .real(1)), statement.span), LoopStatement(.loop(result), statement.span),
    ]
    let left = places.intersection(readLater).sorted { $0.index < $1.index }
    if left.isEmpty { return parts }
    let final = program.addVariable(LoopVariableInfo(name: "", scalar: .real, role: .immutable))
    parts.append(LoopStatement(.define(final, .read(scale)), statement.span))
    for place in left {
      let part = program.addVariable(LoopVariableInfo(name: "", scalar: .real, role: .immutable))
      let value = program.addVariable(LoopVariableInfo(name: "", scalar: .real, role: .immutable))
      parts += [
        LoopStatement(.define(part, .read(place)), statement.span),
        LoopStatement(.define(value, .apply(.multiply, [.variable(part), .variable(final)])), statement.span),
        LoopStatement(.store(place, [], .variable(value)), statement.span),
      ]
    }
    return parts
  }

  /// The factor that most carried scalars end with, and these scalars: each stored once, as a product with it.
  private func candidates(
    _ body: [LoopStatement], _ definitions: [LoopVariable: LoopOperation]
  ) -> (LoopVariable, [Carried])? {
    var stores: [LoopVariable: [(position: Int, value: LoopOperand)]] = [:]
    var excluded: Set<LoopVariable> = []
    for (position, statement) in body.enumerated() {
      if case .store(let place, let indices, let value) = statement.kind, indices.isEmpty {
        stores[place, default: []].append((position, value))
      } else {
        if case .declare(let place, _) = statement.kind { excluded.insert(place) }
        excluded.formUnion(Effects(of: CollectionOfOne(statement), in: program).writes)
        // Reads inside inner blocks could follow the store.
        for block in statement.blocks { excluded.formUnion(Effects(of: block, in: program).reads) }
      }
    }
    var groups: [LoopVariable: [Carried]] = [:]
    for (place, writes) in stores where writes.count == 1 && !excluded.contains(place) {
      guard case .variable(let value) = writes[0].value, case .apply(.multiply, let operands)? = definitions[value],
        program[place].scalar == .real, !isRead(place, in: body[writes[0].position...])
      else { continue }
      for (factor, part) in [(operands[0], operands[1]), (operands[1], operands[0])] {
        guard case .variable(let factor) = factor, definitions[factor] != nil else { continue }
        groups[factor, default: []].append(Carried(place: place, part: part, position: writes[0].position))
      }
    }
    let best = groups.max { ($0.value.count, $1.key.index) < ($1.value.count, $0.key.index) }
    guard let best, best.value.count >= 2 else { return nil }
    return (best.key, best.value)
  }

  private func isRead(_ place: LoopVariable, in statements: ArraySlice<LoopStatement>) -> Bool {
    Effects(of: statements, in: program).reads.contains(place)
  }

  /// The values that are multiplied by x when all carried scalars are: sums, and products with what the loop does not change.
  private func linearValues(
    _ body: [LoopStatement], _ definitions: [LoopVariable: LoopOperation], of places: Set<LoopVariable>
  ) -> Set<LoopVariable> {
    var linear: Set<LoopVariable> = []
    func isLinear(_ operand: LoopOperand) -> Bool {
      if case .variable(let variable) = operand { linear.contains(variable) } else { false }
    }
    func isFromOutside(_ operand: LoopOperand) -> Bool {
      guard case .variable(let variable) = operand else { return true }
      return definitions[variable] == nil && !isInner(variable, body)
    }
    for statement in body {
      guard case .define(let variable, let operation) = statement.kind else { continue }
      switch operation {
      case .read(let place) where places.contains(place): linear.insert(variable)
      case .apply(.add, let parts), .apply(.subtract, let parts), .apply(.negate, let parts):
        if parts.allSatisfy(isLinear) { linear.insert(variable) }
      case .apply(.multiply, let parts):
        if isLinear(parts[0]) && isFromOutside(parts[1]) || isLinear(parts[1]) && isFromOutside(parts[0]) {
          linear.insert(variable)
        }
      default: break
      }
    }
    return linear
  }

  /// Whether the variable is defined in a block inside the body or is the index of a loop there.
  private func isInner(_ variable: LoopVariable, _ body: [LoopStatement]) -> Bool {
    var found = false
    for statement in body {
      statement.visit { inner in
        switch inner.kind {
        case .define(variable, _): found = true
        case .loop(let loop): if loop.index == variable { found = true }
        default: break
        }
      }
    }
    return found
  }

  /// The linear values that anything but a linear value uses; nil where one of them is no sum, so that nothing would be won.
  private func neededSums(
    _ body: [LoopStatement], _ linear: Set<LoopVariable>, _ definitions: [LoopVariable: LoopOperation],
    _ places: Set<LoopVariable>
  ) -> Set<LoopVariable>? {
    var needed: Set<LoopVariable> = []
    for statement in body {
      if case .define(let variable, _) = statement.kind, linear.contains(variable) { continue }
      statement.visitReads { if linear.contains($0) { needed.insert($0) } }
    }
    for variable in needed {
      switch definitions[variable] {
      case .apply(.add, _)?, .apply(.subtract, _)?: continue
      default: return nil
      }
    }
    return needed.isEmpty ? nil : needed
  }
}
