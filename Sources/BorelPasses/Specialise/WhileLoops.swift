// Specialises `while`: unrolled where its course is known, counted where it counts.

import BorelIR
import BorelSource

extension Specialiser {
  mutating func whileLoop(
    _ condition: CoreExpression, _ body: [CoreStatement], at span: Span
  ) throws(NotNative) -> Flow {
    let start = self
    for _ in 0..<4096 {
      guard case .scalar(.bool(let goesOn)) = try evaluate(condition) else {
        // The passes so far are taken back: the loop as a whole may count.
        self = start
        return try countedLoop(condition, body, at: span)
      }
      guard goesOn else { return .normal }
      let outer = frame.locals
      frame.breakFlags.append(nil)
      let flow = try execute(body[...])
      frame.breakFlags.removeLast()
      unbindNew(since: outer)
      if case .returned = flow { return flow }
      if case .broke = flow { return .normal }
    }
    self = start
    return try countedLoop(condition, body, at: span)
  }

  /// `while i < n && ... { ...; i += 1; ... }` as a loop over the passes, left early where the rest of the condition fails.
  private mutating func countedLoop(
    _ condition: CoreExpression, _ body: [CoreStatement], at span: Span
  ) throws(NotNative) -> Flow {
    let unknown = NotNative(.construct, "how often this `while` runs is only known at run time", at: span)
    var test = condition
    var rest: [CoreExpression] = []
    while case .and(let first, let second) = test.kind {
      rest.insert(second, at: 0)
      test = first
    }
    guard case .callPrimitive(let id, let sides) = test.kind, sides.count == 2,
      case .local(let counter) = sides[0].kind,
      let step = step(of: counter, in: body), !containsReturn(body)
    else { throw unknown }
    // The bound stays what it is.
    for local in assignedLocals(body) where mentions(sides[1], local) { throw unknown }
    let name = PrimitiveTable[id].name
    guard (step > 0 && (name == "<" || name == "<=")) || (step < 0 && (name == ">" || name == ">=")),
      case .scalar(let first) = try value(of: counter, at: span), builder.program.scalar(of: first) == .int,
      case .scalar(let bound) = try evaluate(sides[1]), builder.program.scalar(of: bound) == .int
    else { throw unknown }
    // ceil(distance / |step|), where the end itself counts with `<=`.
    var distance =
      step > 0 ? builder.apply(.subtract, bound, first) : builder.apply(.subtract, first, bound)
    if name == "<=" || name == ">=" { distance = builder.apply(.add, distance, .int(1)) }
    let size = abs(step)
    if size > 1 {
      distance = builder.apply(.floorDivide, builder.apply(.add, distance, .int(size - 1)), .int(size))
    }
    let passes = builder.apply(.maximum, distance, .int(0))
    var wrapped = body
    if let more = rest.first {
      let whole = rest.dropFirst().reduce(more) { CoreExpression(.and($0, $1), $0.span) }
      wrapped = [
        CoreStatement(.conditional(whole, then: body, else: [CoreStatement(.breakLoop, span)]), span)
      ]
    }
    return try dynamicLoop(nil, .int(0), passes, wrapped, at: span)
  }

  /// c of the one statement `i = i + c` or `i = i - c` with which every pass counts; nil where there is anything else.
  private func step(of counter: LocalID, in body: [CoreStatement]) -> Int? {
    var step: Int?
    var rest: [CoreStatement] = []
    for statement in body {
      guard case .setLocal(counter, let e) = statement.kind else {
        rest.append(statement)
        continue
      }
      guard step == nil, case .callPrimitive(let id, let operands) = e.kind, operands.count == 2,
        case .local(counter) = operands[0].kind, case .constant(.int(let c)) = operands[1].kind, c != 0,
        abs(c) < 1 << 31
      else { return nil }
      switch PrimitiveTable[id].name {
      case "+": step = c
      case "-": step = -c
      default: return nil
      }
    }
    // A pass that ends early would not count; that of a `break` need not.
    if assignedLocals(rest).contains(counter) || containsContinue(rest) { return nil }
    return step
  }
}
