// Lowers expressions.

import BorelIR
import BorelSource
import BorelSyntax
import BorelValues

extension Lowerer {
  func lowerExpression(_ expression: Expression) -> CoreExpression {
    descend(at: expression.span, otherwise: poison(expression.span)) {
      lowerInner(expression)
    }
  }

  private func lowerInner(_ expression: Expression) -> CoreExpression {
    let span = expression.span
    func make(_ kind: CoreExpression.Kind) -> CoreExpression { CoreExpression(kind, span) }
    switch expression.kind {
    case .null: return make(.constant(.null))
    case .bool(let value): return make(.constant(.bool(value)))
    case .integer(let value): return make(.constant(.int(value)))
    case .real(let value): return make(.constant(.real(value)))
    case .string(let text): return make(.constant(.string(text)))
    case .name(let name): return lowerName(name, span)
    case .array(let elements): return make(.array(elements.map { lowerExpression($0) }))
    case .tuple(let elements): return make(.tuple(elements.map { lowerExpression($0) }))
    case .record(let fields): return lowerRecord(fields, span)
    case .unary(let operation, let operand): return lowerUnary(operation, operand, span)
    case .binary(let operation, let left, let right, let operatorSpan):
      return lowerBinary(operation, left, right, operatorSpan, span)
    case .range(let lower, let upper, let closed):
      return make(.range(lower: lowerExpression(lower), upper: lowerExpression(upper), closed: closed))
    case .call(let callee, let arguments): return lowerCall(callee, arguments, span)
    case .index(let base, let subscripts):
      let lowered = lowerExpression(base)
      return make(.index(lowered, subscripts.map { lowerSubscript($0) }))
    case .member(let base, let name): return lowerMember(base, name, span)
    case .lambda(let parameters, let body): return lowerLambda(parameters, body, span)
    case .conditional(let condition, let then, let otherwise):
      return lowerConditionalValue(condition, then, otherwise, span)
    case .expect:
      error(
        "not-available", "`expect` is not available in this version of Borel", at: span,
        hint: "estimate the expectation with `importance` or `mh`: `mean(post.x)`")
      return poison(span)
    case .error:
      sawSyntaxError = true
      return poison(span)
    }
  }

  // MARK: Names

  private func lowerName(_ name: String, _ span: Span) -> CoreExpression {
    switch resolve(name, at: span) {
    case .local(let kind): return CoreExpression(kind, span)
    case .global(let id): return CoreExpression(.global(id), span)
    case .function(let id):
      context.callees.insert(id)
      return CoreExpression(.function(id), span)
    case .model(let id): return CoreExpression(.model(id), span)
    case .distribution(let id): return CoreExpression(.distribution(id), span)
    case .primitive(let id): return CoreExpression(.primitive(id), span)
    case .constant(let value): return CoreExpression(.constant(value), span)
    case .special(let word):
      error(
        "special-form", "`\(word)` is not a value; it can only be called", at: span,
        hint: word == "sample" ? "write `d => sample(d)` for a function" : "write `w => factor(w)` for a function")
      return poison(span)
    case .failed: return poison(span)
    }
  }

  private func lowerMember(_ base: Expression, _ name: Name, _ span: Span) -> CoreExpression {
    if case .name(let module) = base.kind, reportForeignMember(module, name, at: span) { return poison(span) }
    return CoreExpression(.field(lowerExpression(base), name.text), span)
  }

  func lowerSubscript(_ part: Subscript) -> CoreSubscript {
    switch part {
    case .all(let span): return .all(span)
    case .expression(let index):
      if case .range(let lower, let upper, let closed) = index.kind {
        return .range(lower: lowerExpression(lower), upper: lowerExpression(upper), closed: closed, index.span)
      }
      return .index(lowerExpression(index))
    }
  }

  private func lowerRecord(_ fields: [RecordField], _ span: Span) -> CoreExpression {
    var seen: [String: Span] = [:]
    var lowered: [(key: String, value: CoreExpression)] = []
    for field in fields {
      let key =
        switch field.key {
        case .name(let text), .string(let text): text
        case .integer(let number): String(number)
        }
      let value = lowerExpression(field.value)
      if let earlier = seen[key] {
        error(
          "duplicate-field", "the field `\(key)` is given twice", at: field.keySpan,
          secondary: [.init(earlier, "first here")], hint: "remove one of the two")
        continue
      }
      seen[key] = field.keySpan
      lowered.append((key: key, value: value))
    }
    return CoreExpression(.record(lowered), span)
  }

  // MARK: Operators

  private func lowerUnary(_ operation: UnaryOperator, _ operand: Expression, _ span: Span) -> CoreExpression {
    let value = lowerExpression(operand)
    switch operation {
    case .not: return CoreExpression(.callPrimitive(primitive("!"), [value]), span)
    case .negate:
      switch value.kind {
      case .constant(.int(let number)) where number != .min:
        return CoreExpression(.constant(.int(-number)), span)
      case .constant(.real(let number)): return CoreExpression(.constant(.real(-number)), span)
      default: return CoreExpression(.callPrimitive(primitive("negate"), [value]), span)
      }
    }
  }

  private static let comparisons: Set<BinaryOperator> = [.less, .lessOrEqual, .greater, .greaterOrEqual]

  private func lowerBinary(
    _ operation: BinaryOperator, _ left: Expression, _ right: Expression, _ operatorSpan: Span, _ span: Span
  ) -> CoreExpression {
    if Lowerer.comparisons.contains(operation), case .binary(let first, _, _, _) = left.kind,
      Lowerer.comparisons.contains(first)
    {
      // The parser has reported it; the types of such a comparison say nothing more.
      _ = lowerExpression(left)
      _ = lowerExpression(right)
      return poison(span)
    }
    let first = lowerExpression(left)
    switch operation {
    case .and, .or:
      context.conditionDepth += 1
      let mark = context.flow.mark
      let second = lowerExpression(right)
      context.conditionDepth -= 1
      _ = context.flow.leaveBranch(since: mark, wasReachable: context.flow.isReachable)
      return CoreExpression(operation == .and ? .and(first, second) : .or(first, second), span)
    case .condition:
      noteCondition(first, right)
      return CoreExpression(.condition(first, on: lowerExpression(right)), span)
    default:
      return CoreExpression(.callPrimitive(primitive(operation.rawValue), [first, lowerExpression(right)]), span)
    }
  }

  // MARK: Conditionals as values

  private func lowerConditionalValue(
    _ condition: Expression, _ then: Block, _ otherwise: Block?, _ span: Span
  ) -> CoreExpression {
    let test = lowerExpression(condition)
    let wasReachable = context.flow.isReachable
    context.conditionDepth += 1
    var outcomes: [Flow.Outcome] = []
    func branch(_ block: Block?) -> CoreExpression {
      let mark = context.flow.mark
      let value = block.map { lowerBlockValue($0) } ?? null(span)
      outcomes.append(context.flow.leaveBranch(since: mark, wasReachable: wasReachable))
      return value
    }
    let first = branch(then)
    if otherwise == nil {
      error(
        "missing-else", "this `if` has no value when its condition is false", at: span,
        hint: "add `else { ... }`")
    }
    let second = branch(otherwise)
    context.conditionDepth -= 1
    if wasReachable { context.flow.join(outcomes) }
    return CoreExpression(.conditional(test, first, second), span)
  }

  /// A block whose value is used: statements, then the last expression.
  private func lowerBlockValue(_ block: Block) -> CoreExpression {
    descend(at: block.span, otherwise: poison(block.span)) {
      inScope(block.statements) {
        var body: [CoreStatement] = []
        var value: CoreExpression?
        for (index, statement) in block.statements.enumerated() {
          if index == block.statements.count - 1, case .expression(let expression) = statement.kind {
            value = lowerExpression(expression)
          } else {
            lowerStatement(statement, into: &body)
          }
        }
        let result = value ?? null(block.span)
        return body.isEmpty ? result : CoreExpression(.block(body, result), block.span)
      }
    }
  }
}
