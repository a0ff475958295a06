// Specialises branches on conditions that are only known at run time, and joins what they leave behind.

import BorelIR
import BorelSource

extension Specialiser {
  enum BranchFlow {
    case flow(Flow)
    /// The statements behind the branch were executed with it.
    case handledRest(Flow)
  }

  mutating func conditional(
    _ condition: CoreExpression, _ then: [CoreStatement], _ otherwise: [CoreStatement],
    rest: ArraySlice<CoreStatement>, at span: Span
  ) throws(NotNative) -> BranchFlow {
    let test = try bool(try evaluate(condition), "a condition", at: condition.span)
    if case .bool(let isTrue) = test {
      let outer = frame.locals
      let flow = try execute((isTrue ? then : otherwise)[...])
      unbindNew(since: outer)
      return .flow(flow)
    }
    if containsExit(then) || containsExit(otherwise) {
      // A branch that leaves the iteration passes by what follows; the other goes on with it.
      if containsBreak(then) || containsBreak(otherwise), (frame.breakFlags.last ?? nil) == nil {
        throw NotNative(.construct, "`break` leaves a loop that is unrolled", at: span)
      }
      if containsReturn(then + otherwise + Array(rest)) {
        throw NotNative(.construct, "`return` leaves a loop early", at: span)
      }
      _ = try branches(
        test, changing: assignedLocals(then + otherwise + Array(rest)), at: span,
        then: { (this) throws(NotNative) in try this.completed(then[...] + rest) },
        else: { (this) throws(NotNative) in try this.completed(otherwise[...] + rest) })
      return .handledRest(.continued)
    }
    if containsReturn(then) || containsReturn(otherwise) {
      // A branch that returns ends the function; the other goes on with what follows.
      guard frame.loopDepth == 0 else { throw NotNative(.construct, "`return` leaves a loop early", at: span) }
      let assigned = assignedLocals(then + otherwise + Array(rest))
      let result = try branches(
        test, changing: assigned, at: span,
        then: { (this) throws(NotNative) in try this.completed(then[...] + rest) },
        else: { (this) throws(NotNative) in try this.completed(otherwise[...] + rest) })
      return .handledRest(.returned(result))
    }
    _ = try branches(
      test, changing: assignedLocals(then + otherwise), at: span,
      then: { (this) throws(NotNative) in
        _ = try this.execute(then[...])
        return .null
      },
      else: { (this) throws(NotNative) in
        _ = try this.execute(otherwise[...])
        return .null
      })
    return .flow(.normal)
  }

  /// The value that a function returns when it runs these statements to its end.
  private mutating func completed(_ statements: ArraySlice<CoreStatement>) throws(NotNative) -> AbstractValue {
    switch try execute(statements) {
    case .returned(let value): value
    case .normal, .continued, .broke: .null
    }
  }

  /// Runs both branches and joins their values and the locals that they change.
  mutating func branches(
    _ test: LoopOperand, changing locals: [LocalID], at span: Span,
    then: (inout Specialiser) throws(NotNative) -> AbstractValue,
    else otherwise: (inout Specialiser) throws(NotNative) -> AbstractValue
  ) throws(NotNative) -> AbstractValue {
    // Arrays that a branch changes element by element get a place before the branch.
    for local in locals {
      guard frame.locals.indices.contains(local.index) else { continue }
      if case .array(let variable, isLent: true)? = frame.locals[local.index] {
        frame.locals[local.index] = .array(
          try copied(arrayValue(variable), as: builder.program[variable].scalar, name: name(of: local)), isLent: false)
      } else if case .value(.array(let array))? = frame.locals[local.index],
        try shortElements(array, of: local) == nil
      {
        frame.locals[local.index] = .array(
          try copied(array, as: array.scalar, name: name(of: local)), isLent: false)
      }
    }
    let before = frame.locals
    var first = try branch(then)
    let afterFirst = frame.locals
    frame.locals = before
    var second = try branch(otherwise)
    let afterSecond = frame.locals
    frame.locals = before

    var joins: [(LoopVariable, LoopOperand, LoopOperand)] = []
    let result = try join(
      first.value, second.value, &joins, &first.statements, &second.statements, test, "value", at: span)
    for local in locals where before.indices.contains(local.index) && before[local.index] != nil {
      let name = name(of: local)
      switch (afterFirst[local.index], afterSecond[local.index]) {
      case (.mutable(let a)?, .mutable(let b)?) where a == b: continue
      case (.scalars(let a)?, .scalars(let b)?) where a == b: continue
      case (.array(let a, let lentA)?, .array(let b, let lentB)?) where a == b:
        frame.locals[local.index] = .array(a, isLent: lentA || lentB)
      case (let a?, let b?):
        let joined = try join(
          value(bound: a, name), value(bound: b, name), &joins, &first.statements, &second.statements, test, name,
          at: span)
        frame.locals[local.index] = .value(joined)
      default: continue
      }
    }
    for index in frame.locals.indices {
      // Sites that a branch made stay known.
      for after in [afterFirst[index], afterSecond[index]] {
        switch after {
        case .site?, .built?: frame.locals[index] = after
        default: break
        }
      }
    }
    builder.span = span
    if !first.statements.isEmpty || !second.statements.isEmpty {
      builder.append(.conditional(test, then: first.statements, else: second.statements))
    }
    // What the branches left in variables is read behind them.
    for local in locals where before.indices.contains(local.index) {
      if case .value(let value)? = frame.locals[local.index] { frame.locals[local.index] = .value(settled(value)) }
    }
    return settled(result)
  }

  /// The value with mutable scalars, which stand for what branches stored in them, read now.
  private mutating func settled(_ value: AbstractValue) -> AbstractValue {
    switch value {
    case .scalar(.variable(let variable)):
      if case .mutable = builder.program[variable].role { return .scalar(builder.read(variable)) }
      return value
    case .array(var array):
      if case .listed(let parts) = array.source {
        array.source = .listed(
          parts.map { if case .scalar(let part) = settled(.scalar($0)) { part } else { $0 } })
      }
      return .array(array)
    case .tuple(let parts): return .tuple(parts.map { settled($0) })
    case .list(let parts): return .list(parts.map { settled($0) })
    case .record(let fields): return .record(fields.map { ($0.key, settled($0.value)) })
    case .distribution(.plain(let id, let parts)): return .distribution(.plain(id, parts.map { settled($0) }))
    default: return value
    }
  }

  private mutating func value(bound binding: Binding, _ name: String) -> AbstractValue {
    switch binding {
    case .value(let value): value
    case .array(let variable, _): .array(arrayValue(variable))
    case .mutable(let variable): .scalar(.variable(variable))
    case .scalars(let variables):
      .array(
        AbstractArray(
          scalar: variables.first.map { builder.program[$0].scalar } ?? .real, sizes: [.int(variables.count)],
          source: .listed(variables.map(LoopOperand.variable))))
    case .built(let variable): .array(arrayValue(variable))
    case .site, .growing: .null
    }
  }

  private mutating func branch(
    _ body: (inout Specialiser) throws(NotNative) -> AbstractValue
  ) throws(NotNative) -> (value: AbstractValue, statements: [LoopStatement]) {
    builder.open()
    scopes.append(.branch)
    let outer = frame.locals
    let value = try body(&self)
    unbindNew(since: outer)
    scopes.removeLast()
    return (value, builder.close())
  }

  /// One value for both branches: the same, a selection of two, or a variable that both set.
  private mutating func join(
    _ a: AbstractValue, _ b: AbstractValue, _ joins: inout [(LoopVariable, LoopOperand, LoopOperand)],
    _ first: inout [LoopStatement], _ second: inout [LoopStatement], _ test: LoopOperand, _ name: String,
    at span: Span
  ) throws(NotNative) -> AbstractValue {
    switch (a, b) {
    case (.null, .null): return .null
    case (.scalar(let x), .scalar(let y)):
      return .scalar(try join(x, y, &first, &second, test, name, at: span))
    case (.array(let x), .array(let y)):
      guard x.rank == y.rank else { break }
      let scalar: LoopScalar = x.scalar == y.scalar ? x.scalar : .real
      if let count = knownCount(x.sizes), x.rank == 1, count <= Self.shortLength, knownCount(y.sizes) == count {
        var parts: [LoopOperand] = []
        for index in 0..<count {
          var (a, b) = (LoopOperand.int(0), LoopOperand.int(0))
          first = try extended(first) { (this) throws(NotNative) in a = try this.element(x, [.int(index)]) }
          second = try extended(second) { (this) throws(NotNative) in b = try this.element(y, [.int(index)]) }
          parts.append(try join(a, b, &first, &second, test, name, at: span))
        }
        return .array(AbstractArray(scalar: scalar, sizes: x.sizes, source: .listed(parts)))
      }
      for (m, n) in zip(x.sizes, y.sizes) where m != n {
        throw NotNative(.stochasticStructure, "the length of `\(name)` depends on a condition", at: span)
      }
      let place = builder.allocate(scalar, sizes: x.sizes, name: name)
      first = try extended(first) { (this) throws(NotNative) in try this.copyElements(x, to: place) }
      second = try extended(second) { (this) throws(NotNative) in try this.copyElements(y, to: place) }
      return .array(arrayValue(place))
    case (.tuple(let x), .tuple(let y)) where x.count == y.count:
      return .tuple(try join(x, y, &joins, &first, &second, test, name, at: span))
    case (.list(let x), .list(let y)) where x.count == y.count:
      return .list(try join(x, y, &joins, &first, &second, test, name, at: span))
    case (.record(let x), .record(let y)) where x.map(\.key) == y.map(\.key):
      let values = try join(x.map(\.value), y.map(\.value), &joins, &first, &second, test, name, at: span)
      return .record(zip(x, values).map { ($0.key, $1) })
    case (.distribution(.plain(let p, let x)), .distribution(.plain(let q, let y))) where p == q:
      return .distribution(.plain(p, try join(x, y, &joins, &first, &second, test, name, at: span)))
    case (.distribution, .distribution), (.distributionDefinition, .distributionDefinition):
      throw NotNative(.unknownDistribution, "which distribution this is depends on a condition", at: span)
    case (.function(let f), .function(let g)) where f == g: return a
    case (.primitive(let f), .primitive(let g)) where f == g: return a
    case (.function, _), (.closure, _), (.primitive, _):
      throw NotNative(.unknownFunction, "which function this is depends on a condition", at: span)
    case (.string(let s), .string(let t)) where s == t: return a
    default: break
    }
    throw NotNative(
      .construct, "`\(name)` is \(a.kindName) in one branch and \(b.kindName) in the other", at: span)
  }

  private mutating func join(
    _ a: [AbstractValue], _ b: [AbstractValue], _ joins: inout [(LoopVariable, LoopOperand, LoopOperand)],
    _ first: inout [LoopStatement], _ second: inout [LoopStatement], _ test: LoopOperand, _ name: String,
    at span: Span
  ) throws(NotNative) -> [AbstractValue] {
    var result: [AbstractValue] = []
    for (x, y) in zip(a, b) { result.append(try join(x, y, &joins, &first, &second, test, name, at: span)) }
    return result
  }

  private mutating func join(
    _ a: LoopOperand, _ b: LoopOperand, _ first: inout [LoopStatement], _ second: inout [LoopStatement],
    _ test: LoopOperand, _ name: String, at span: Span
  ) throws(NotNative) -> LoopOperand {
    var a = a
    var b = b
    // A local that a loop changes is read at the end of the branch.
    if case .variable(let variable) = a, case .mutable = builder.program[variable].role {
      first = try extended(first) { (this) throws(NotNative) in a = this.builder.read(variable) }
    }
    if case .variable(let variable) = b, case .mutable = builder.program[variable].role {
      second = try extended(second) { (this) throws(NotNative) in b = this.builder.read(variable) }
    }
    if a == b { return a }
    let types = (builder.program.scalar(of: a), builder.program.scalar(of: b))
    let scalar: LoopScalar = types.0 == types.1 ? types.0 : .real
    guard scalar != .real || types.0 != .bool && types.1 != .bool else {
      throw NotNative(.construct, "`\(name)` is a Bool in one branch and a number in the other", at: span)
    }
    if isTrivial(first), isTrivial(second) {
      builder.append(first)
      builder.append(second)
      first = []
      second = []
      let x = scalar == .real ? builder.real(a) : a
      let y = scalar == .real ? builder.real(b) : b
      return builder.apply(.select, test, x, y)
    }
    let zero: LoopOperand = scalar == .real ? .real(0) : scalar == .int ? .int(0) : .bool(false)
    let variable = builder.declare(zero, scalar, name: name)
    first = try extended(first) { (this) throws(NotNative) in
      this.builder.append(.store(variable, [], scalar == .real ? this.builder.real(a) : a))
    }
    second = try extended(second) { (this) throws(NotNative) in
      this.builder.append(.store(variable, [], scalar == .real ? this.builder.real(b) : b))
    }
    return .variable(variable)
  }

  /// True for a few operations that cost nothing and cannot fail, so that both branches can be evaluated.
  private func isTrivial(_ statements: [LoopStatement]) -> Bool {
    statements.count <= 4
      && statements.allSatisfy { statement in
        guard case .define(_, .apply(let function, _)) = statement.kind else { return false }
        switch function {
        case .add, .subtract, .multiply, .negate, .minimum, .maximum, .absolute, .less, .lessOrEqual, .equal,
          .notEqual, .and, .or, .not, .toReal, .toInt, .select:
          return true
        default: return false
        }
      }
  }

  /// The statements with more behind them, written in the same block.
  private mutating func extended(
    _ statements: [LoopStatement], _ write: (inout Specialiser) throws(NotNative) -> Void
  ) throws(NotNative) -> [LoopStatement] {
    builder.open()
    scopes.append(.branch)
    builder.append(statements)
    try write(&self)
    scopes.removeLast()
    return builder.close()
  }
}
