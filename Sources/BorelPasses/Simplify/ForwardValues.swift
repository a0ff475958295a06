// Numbers values anew, reads back what was just written without memory, and turns small conditionals into selections.

import BorelIR

/// The program with equal computations shared, constants folded, reads of mutable scalars and array elements replaced by the
/// value that was last written where it is known, and conditionals that only choose between values replaced by `select`.
///
/// A conditional is replaced only if both branches compute the same function of different arguments, or sums and differences:
/// nothing expensive is computed in vain, and no derivative becomes NaN for the sake of the branch that was not taken.
public func forwardValues(_ program: LoopProgram) -> LoopProgram {
  var pass = ForwardValues(program)
  pass.write(program.body)
  return eliminateDeadCode(removeOverwrittenStores(pass.finish()))
}

private struct ForwardValues {
  struct Place: Hashable {
    var variable: LoopVariable
    var indices: [LoopOperand]
  }

  /// Values of mutable scalars, and of elements by the base of their array.
  struct Contents {
    var scalars: [LoopVariable: LoopOperand] = [:]
    var elements: [LoopVariable: [Place: LoopOperand]] = [:]
  }

  let source: LoopProgram
  var builder: LoopBuilder
  var scalars = LoopVariableTable<LoopOperand>()
  /// What places hold now, where that is known.
  var contents = Contents()
  private var renewedViews = LoopVariableSet()

  init(_ program: LoopProgram) {
    source = program
    var empty = program
    empty.body = []
    builder = LoopBuilder(empty)
  }

  mutating func finish() -> LoopProgram {
    for (index, result) in source.results.enumerated() {
      if case .variable(let variable) = result.value { renew(variable) }
      builder.program.results[index].value = value(result.value)
    }
    for site in source.sites { if let array = site.array { renew(array) } }
    // Sizes of inputs may be computed in the outermost block.
    for input in source.inputs { builder.program[input.variable].sizes = values(source[input.variable].sizes) }
    return builder.finish()
  }

  private func value(_ operand: LoopOperand) -> LoopOperand {
    guard case .variable(let variable) = operand else { return operand }
    return scalars[variable] ?? operand
  }

  private func values(_ operands: [LoopOperand]) -> [LoopOperand] { operands.map(value) }

  /// Points a view to the new offset and sizes.
  private mutating func renew(_ variable: LoopVariable) {
    guard case .view(let base, let offset) = source[variable].role, renewedViews.insert(variable) else {
      return
    }
    renew(base)
    builder.program[variable].role = .view(of: base, offset: value(offset))
    builder.program[variable].sizes = values(source[variable].sizes)
  }

  // MARK: What is known of places

  private mutating func forget(_ written: Set<LoopVariable>) {
    for variable in written {
      contents.scalars[variable] = nil
      contents.elements[variable] = nil
    }
  }

  private func content(of place: Place) -> LoopOperand? {
    place.indices.isEmpty
      ? contents.scalars[place.variable] : contents.elements[source.base(of: place.variable)]?[place]
  }

  private mutating func setContent(of place: Place, to value: LoopOperand) {
    if place.indices.isEmpty {
      contents.scalars[place.variable] = value
    } else {
      contents.elements[source.base(of: place.variable), default: [:]][place] = value
    }
  }

  /// Forgets what a write to the place may change.
  private mutating func overwrite(_ place: Place) {
    if place.indices.isEmpty {
      contents.scalars[place.variable] = nil
      return
    }
    let base = source.base(of: place.variable)
    guard let known = contents.elements[base] else { return }
    contents.elements[base] = known.filter { known in
      known.key.variable == place.variable
        && zip(known.key.indices, place.indices).contains { Self.areDifferent($0, $1) }
    }
  }

  private static func areDifferent(_ a: LoopOperand, _ b: LoopOperand) -> Bool {
    if case .int(let i) = a, case .int(let j) = b { return i != j }
    return false
  }

  // MARK: Statements

  mutating func write(_ block: [LoopStatement]) { for statement in block { write(statement) } }

  private mutating func write(_ statement: LoopStatement) {
    builder.span = statement.span
    switch statement.kind {
    case .define(let variable, let operation): define(variable, operation)
    case .declare(let variable, let initial):
      builder.append(.declare(variable, value(initial)))
      contents.scalars[variable] = value(initial)
    case .allocate(let variable, let fill):
      builder.program[variable].sizes = values(source[variable].sizes)
      builder.append(.allocate(variable, fill: fill.map(value)))
    case .store(let variable, let indices, let operand):
      renew(variable)
      let place = Place(variable: variable, indices: values(indices))
      overwrite(place)
      builder.append(.store(variable, place.indices, value(operand)))
      setContent(of: place, to: value(operand))
    case .accumulate(let variable, let indices, let operand): accumulate(variable, indices, operand)
    case .loop(let loop): write(loop)
    case .conditional(let condition, let then, let otherwise): write(condition, then, otherwise)
    case .call(let routine, let outputs, let inputs):
      for variable in outputs + inputs { renew(variable) }
      builder.append(.call(routine, outputs: outputs, inputs: inputs))
      forget(Set(outputs.map(source.base)))
    case .require(let condition, let check):
      if value(condition) != .bool(true) { builder.append(.require(value(condition), check)) }
    case .target(let operand): builder.append(.target(value(operand)))
    case .choice, .bind: writeChoice(statement.kind)
    }
  }

  private mutating func writeChoice(_ kind: LoopStatement.Kind) {
    switch kind {
    case .choice(var choice):
      choice.indices = values(choice.indices)
      choice.support.arguments = values(choice.support.arguments)
      let before = contents
      builder.open()
      write(choice.score)
      choice.score = builder.close()
      contents = before
      choice.logDensity = value(choice.logDensity)
      builder.append(.choice(choice))
    case .bind(var binding):
      binding.indices = values(binding.indices)
      binding.support.arguments = values(binding.support.arguments)
      builder.append(.bind(binding))
    default: break
    }
    contents = Contents()
  }

  private mutating func define(_ variable: LoopVariable, _ operation: LoopOperation) {
    let name = source[variable].name
    switch operation {
    case .apply(let function, let operands):
      let operands = values(operands)
      scalars[variable] = foldedFunction(function, operands) ?? builder.apply(function, operands, name: name)
    case .load(let array, let indices):
      renew(array)
      let place = Place(variable: array, indices: values(indices))
      let known = content(of: place) ?? builder.load(array, place.indices, name: name)
      setContent(of: place, to: known)
      scalars[variable] = known
    case .read(let mutable):
      let known = contents.scalars[mutable] ?? builder.read(mutable)
      contents.scalars[mutable] = known
      scalars[variable] = known
    }
  }

  private mutating func accumulate(_ variable: LoopVariable, _ indices: [LoopOperand], _ operand: LoopOperand) {
    renew(variable)
    let place = Place(variable: variable, indices: values(indices))
    let known = contents.scalars[variable]
    overwrite(place)
    if indices.isEmpty, let known {
      let sum = builder.apply(.add, known, value(operand))
      builder.append(.store(variable, [], sum))
      contents.scalars[variable] = sum
    } else {
      builder.append(.accumulate(variable, place.indices, value(operand)))
    }
  }

  private mutating func write(_ loop: LoopFor) {
    let lower = value(loop.lower)
    let upper = value(loop.upper)
    let span = builder.span
    forget(Effects(of: loop.body, in: source).writes)
    let before = contents
    builder.open()
    write(loop.body)
    let body = builder.close()
    contents = before
    builder.span = span
    if body.isEmpty { return }
    builder.append(
      .loop(LoopFor(index: loop.index, lower: lower, upper: upper, isDescending: loop.isDescending, body: body)))
  }

  // MARK: Conditionals

  private mutating func write(
    _ condition: LoopOperand, _ then: [LoopStatement], _ otherwise: [LoopStatement]
  ) {
    let condition = value(condition)
    if case .bool(let known) = condition { return write(known ? then : otherwise) }
    let span = builder.span
    let before = contents
    builder.open()
    write(then)
    let first = builder.close()
    let afterFirst = contents
    contents = before
    builder.open()
    write(otherwise)
    let second = builder.close()
    let afterSecond = contents
    contents = before
    builder.span = span
    if first.isEmpty && second.isEmpty { return }
    if select(condition, first, afterFirst, second, afterSecond) { return }
    forget(Effects(of: then + otherwise, in: source).writes)
    builder.append(.conditional(condition, then: first, else: second))
  }

  /// Replaces a conditional whose branches only assign scalars, where the assigned values can be merged.
  private mutating func select(
    _ condition: LoopOperand, _ first: [LoopStatement], _ afterFirst: Contents,
    _ second: [LoopStatement], _ afterSecond: Contents
  ) -> Bool {
    var inside: Set<LoopVariable> = []
    var assigned: [LoopVariable] = []
    for statement in first + second {
      switch statement.kind {
      case .define(let variable, _): inside.insert(variable)
      case .store(let variable, let indices, _) where indices.isEmpty:
        if !assigned.contains(variable) { assigned.append(variable) }
      default: return false
      }
    }
    var merger = BranchMerger(condition: condition, inside: inside)
    var merged: [(LoopVariable, LoopOperand, LoopOperand)] = []
    for variable in assigned {
      guard let a = afterFirst.scalars[variable], let b = afterSecond.scalars[variable],
        merger.canMerge(a, b, builder)
      else { return false }
      merged.append((variable, a, b))
    }
    for (variable, a, b) in merged {
      let value = merger.merge(a, b, &builder)
      builder.append(.store(variable, [], value))
      contents.scalars[variable] = value
    }
    return true
  }
}

/// Finds one expression for the values of two branches.
private struct BranchMerger {
  let condition: LoopOperand
  /// What the branches define, which is not in scope outside of them.
  let inside: Set<LoopVariable>

  private func definition(_ operand: LoopOperand, _ builder: LoopBuilder) -> (LoopFunction, [LoopOperand])? {
    guard case .variable(let variable) = operand, inside.contains(variable),
      case .apply(let function, let operands)? = builder.definitions[variable]
    else { return nil }
    return (function, operands)
  }

  private func isOutside(_ operand: LoopOperand) -> Bool {
    guard case .variable(let variable) = operand else { return true }
    return !inside.contains(variable)
  }

  /// Cheap and without a derivative that could turn the zero adjoint of a branch not taken into NaN.
  private func isCheap(_ operand: LoopOperand, _ builder: LoopBuilder) -> Bool {
    if isOutside(operand) { return true }
    guard let (function, operands) = definition(operand, builder), operands.allSatisfy({ isCheap($0, builder) })
    else { return false }
    switch function {
    case .add, .subtract, .negate, .toReal, .toInt, .and, .or, .not, .less, .lessOrEqual, .equal, .notEqual, .minimum,
      .maximum:
      return true
    case .multiply:
      return operands.contains { if case .variable = $0 { false } else { true } }
    default: return false
    }
  }

  func canMerge(_ a: LoopOperand, _ b: LoopOperand, _ builder: LoopBuilder) -> Bool {
    if a == b && isOutside(a) { return true }
    if let (f, x) = definition(a, builder), let (g, y) = definition(b, builder), f == g, x.count == y.count,
      zip(x, y).allSatisfy({ canMerge($0, $1, builder) })
    {
      return true
    }
    return isCheap(a, builder) && isCheap(b, builder)
  }

  mutating func merge(_ a: LoopOperand, _ b: LoopOperand, _ builder: inout LoopBuilder) -> LoopOperand {
    if a == b && isOutside(a) { return a }
    if let (f, x) = definition(a, builder), let (g, y) = definition(b, builder), f == g, x.count == y.count,
      zip(x, y).allSatisfy({ canMerge($0, $1, builder) })
    {
      var operands: [LoopOperand] = []
      for (p, q) in zip(x, y) { operands.append(merge(p, q, &builder)) }
      return builder.apply(f, operands)
    }
    let first = outside(a, &builder)
    let second = outside(b, &builder)
    return builder.apply(.select, condition, first, second)
  }

  /// The operand computed again outside of its branch.
  private func outside(_ operand: LoopOperand, _ builder: inout LoopBuilder) -> LoopOperand {
    guard let (function, operands) = definition(operand, builder) else { return operand }
    var moved: [LoopOperand] = []
    for part in operands { moved.append(outside(part, &builder)) }
    return builder.apply(function, moved)
  }
}
