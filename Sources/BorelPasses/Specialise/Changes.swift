// What statements do to locals and to the flow of a program, read off their text.

import BorelIR

extension Specialiser {
  /// The locals that statements assign, update or choose, once each.
  func assignedLocals(_ body: [CoreStatement]) -> [LocalID] {
    var found: [LocalID] = []
    var seen: Set<LocalID> = []
    func add(_ local: LocalID) { if seen.insert(local).inserted { found.append(local) } }
    func walk(_ e: CoreExpression) {
      switch e.kind {
      case .block(let statements, let value):
        walk(statements)
        walk(value)
      case .conditional(let a, let b, let c):
        walk(a)
        walk(b)
        walk(c)
      case .callPrimitive(_, let arguments): arguments.forEach(walk)
      case .and(let a, let b), .or(let a, let b):
        walk(a)
        walk(b)
      default: break
      }
    }
    func walk(_ body: [CoreStatement]) {
      for statement in body {
        switch statement.kind {
        case .setLocal(let local, let e):
          add(local)
          walk(e)
        case .update(.local(let local), _, let e):
          add(local)
          walk(e)
        case .conditional(_, let then, let otherwise):
          walk(then)
          walk(otherwise)
        case .forRange(_, _, _, _, let body), .forEach(_, _, let body), .whileLoop(_, let body): walk(body)
        case .evaluate(let e), .returnValue(let e): walk(e)
        default: break
        }
      }
    }
    walk(body)
    return found
  }

  func containsChoice(_ body: [CoreStatement]) -> Bool {
    body.contains { statement in
      switch statement.kind {
      case .choice: true
      case .conditional(_, let then, let otherwise): containsChoice(then) || containsChoice(otherwise)
      case .forRange(_, _, _, _, let body), .forEach(_, _, let body), .whileLoop(_, let body): containsChoice(body)
      default: false
      }
    }
  }

  func containsReturn(_ body: [CoreStatement]) -> Bool {
    body.contains { statement in
      switch statement.kind {
      case .returnValue: true
      case .conditional(_, let then, let otherwise): containsReturn(then) || containsReturn(otherwise)
      case .forRange(_, _, _, _, let body), .forEach(_, _, let body), .whileLoop(_, let body): containsReturn(body)
      default: false
      }
    }
  }

  /// True where statements leave the iteration that they are in by `break` or `continue`.
  func containsExit(_ body: [CoreStatement]) -> Bool { contains(body) { $0 == .continue || $0 == .break } }

  func containsBreak(_ body: [CoreStatement]) -> Bool { contains(body) { $0 == .break } }

  func containsContinue(_ body: [CoreStatement]) -> Bool { contains(body) { $0 == .continue } }

  private enum Exit { case `break`, `continue` }

  private func contains(_ body: [CoreStatement], _ isWanted: (Exit) -> Bool) -> Bool {
    body.contains { statement in
      switch statement.kind {
      case .breakLoop: isWanted(.break)
      case .continueLoop: isWanted(.continue)
      case .conditional(_, let then, let otherwise): contains(then, isWanted) || contains(otherwise, isWanted)
      default: false
      }
    }
  }

  /// True where statements read or change a local.
  func mentions(_ body: [CoreStatement], _ local: LocalID) -> Bool {
    body.contains { statement in
      switch statement.kind {
      case .evaluate(let e), .setGlobal(_, let e), .factor(let e), .returnValue(let e): mentions(e, local)
      case .setLocal(let other, let e): other == local || mentions(e, local)
      case .update(let variable, let path, let e):
        variable == .local(local) || mentions(e, local)
          || path.contains { access in
            if case .index(let subscripts, _) = access { mentions(subscripts, local) } else { false }
          }
      case .choice(let choice):
        choice.local == local || mentions(choice.source, local) || choice.indices.contains { mentions($0, local) }
      case .observe(let a, let b): mentions(a, local) || mentions(b, local)
      case .conditional(let e, let then, let otherwise):
        mentions(e, local) || mentions(then, local) || mentions(otherwise, local)
      case .forRange(_, let a, let b, _, let body): mentions(a, local) || mentions(b, local) || mentions(body, local)
      case .forEach(_, let e, let body), .whileLoop(let e, let body): mentions(e, local) || mentions(body, local)
      case .breakLoop, .continueLoop: false
      }
    }
  }

  private func mentions(_ subscripts: [CoreSubscript], _ local: LocalID) -> Bool {
    subscripts.contains { part in
      switch part {
      case .index(let e): mentions(e, local)
      case .range(let a, let b, _, _): mentions(a, local) || mentions(b, local)
      case .all: false
      }
    }
  }

  func mentions(_ e: CoreExpression, _ local: LocalID) -> Bool {
    switch e.kind {
    case .local(let other): return other == local
    case .constant, .capture, .global, .function, .model, .distribution, .primitive, .currentClosure: return false
    case .closure(_, let parts), .array(let parts), .tuple(let parts), .callPrimitive(_, let parts):
      return parts.contains { mentions($0, local) }
    case .callFunction(_, let parts), .applyModel(_, let parts), .applyDistribution(_, let parts):
      return parts.contains { $0.map { mentions($0, local) } ?? false }
    case .callValue(let f, let arguments): return mentions(f, local) || arguments.contains { mentions($0.value, local) }
    case .record(let fields): return fields.contains { mentions($0.value, local) }
    case .range(let a, let b, _), .and(let a, let b), .or(let a, let b), .condition(let a, let b):
      return mentions(a, local) || mentions(b, local)
    case .index(let base, let subscripts):
      return mentions(base, local) || mentions(subscripts, local)
    case .field(let base, _), .tupleElement(let base, _, _), .sample(_, let base): return mentions(base, local)
    case .conditional(let a, let b, let c): return [a, b, c].contains { mentions($0, local) }
    case .block(let statements, let value): return mentions(statements, local) || mentions(value, local)
    }
  }
}
