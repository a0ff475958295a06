// Random expressions for vectors and matrices.

import BorelIR

extension ProgramGenerator {
  mutating func vector(_ size: Size, _ kind: ArgumentKind, _ depth: Int, allowsRandom: Bool) -> String {
    switch kind {
    case .simplex:
      if random.chance(1, in: 2), let name = variable(.vector(size, .simplex), allowsRandom) { return name }
      if size == .fixed(3), random.chance(1, in: 3) { return "[0.2, 0.5, 0.3]" }
      return "softmax(\(vector(size, .vector, 0, allowsRandom: allowsRandom)))"
    case .ordered:
      if random.chance(1, in: 2), let name = variable(.vector(size, .ordered), allowsRandom) { return name }
      if size == .fixed(3), random.chance(1, in: 2) { return "[-1.0, \(number(-0.5, 0.5)), 1.5]" }
      return "cumsum(\(vector(size, .positiveVector, 0, allowsRandom: allowsRandom)))"
    case .positiveVector:
      if let name = variable(.vector(size, .positiveVector), allowsRandom), random.chance(1, in: 2) { return name }
      return "exp(tanh(\(vector(size, .vector, max(0, depth - 1), allowsRandom: allowsRandom))))"
    case .unitVector:
      if let name = variable(.vector(size, .unitVector), allowsRandom), random.chance(1, in: 2) { return name }
      return "inv_logit(\(vector(size, .vector, max(0, depth - 1), allowsRandom: allowsRandom)))"
    default: break
    }
    let down = depth - 1
    guard depth > 0 else {
      let found = scope.filter { variable in
        guard allowsRandom || !variable.isRandom, case .vector(size, _) = variable.type else { return false }
        return true
      }
      if let name = found.randomElement(using: &random)?.name { return name }
      switch size {
      case .rows: return isPure ? "[0.1, 0.2, 0.3, -0.1, 0.4]" : "x"
      case .columns: return "X[\(random.below(5))]"
      case .fixed(let n):
        let parts = (0..<n).map { _ in real(0, allowsRandom: allowsRandom) }
        return "[\(parts.joined(separator: ", "))]"
      }
    }
    switch random.below(17) {
    case 0, 1:
      return
        "(\(vector(size, .vector, down, allowsRandom: allowsRandom)) \(random.pick(["+", "-", ".*"])) \(vector(size, .vector, down, allowsRandom: allowsRandom)))"
    case 2:
      return
        "(\(real(down, allowsRandom: allowsRandom)) \(random.pick(["+", "*", "-"])) \(vector(size, .vector, down, allowsRandom: allowsRandom)))"
    case 3:
      return
        "(\(vector(size, .vector, down, allowsRandom: allowsRandom)) / \(real(down, .positive, allowsRandom: allowsRandom)))"
    case 4:
      return
        "\(random.pick(["sin", "tanh", "inv_logit", "log1p_exp", "square", "atan", "expm1"]))(tanh(\(vector(size, .vector, down, allowsRandom: allowsRandom))))"
    case 5 where size == .rows && !isPure: return "(X * \(vector(.columns, .vector, down, allowsRandom: allowsRandom)))"
    case 6 where size == .columns && !isPure: return "(\(vector(.rows, .vector, down, allowsRandom: allowsRandom)) * X)"
    case 7 where size == .columns && !isPure:
      return "(transpose(X) * \(vector(.rows, .vector, 0, allowsRandom: allowsRandom)))"
    case 8 where size == .rows && !isPure: return "X[:, \(index(below: .columns))]"
    case 9:
      return
        "\(random.pick(["softmax", "log_softmax", "cumsum", "reverse"]))(\(vector(size, .vector, down, allowsRandom: allowsRandom)))"
    case 10:
      return
        "solve_spd(\(matrix(size, size, .spd, 0, allowsRandom: allowsRandom)), \(vector(size, .vector, 0, allowsRandom: allowsRandom)))"
    case 11:
      return
        "(\(vector(size, .vector, down, allowsRandom: allowsRandom)) ./ \(vector(size, .positiveVector, 0, allowsRandom: allowsRandom)))"
    case 12:
      let name = fresh("l")
      let source = vector(size, .vector, 0, allowsRandom: allowsRandom)
      let outer = scope
      scope.append(GeneratedVariable(name: name, type: .real(.real), isRandom: true))
      let body = real(down, allowsRandom: allowsRandom)
      scope = outer
      return "map(\(name) => \(body), \(source))"
    case 14:
      guard case .fixed(let n) = size else { fallthrough }
      let inner = vector(isPure ? .fixed(3) : .rows, .vector, 0, allowsRandom: allowsRandom)
      if isPure { return n == 3 ? inner : "[0.1, 0.2]" }
      return random.pick(["\(inner)[1..<\(n + 1)]", "head(\(inner), \(n))", "tail(\(inner), \(n))"])
    case 15: return "diagonal(\(matrix(size, size, .spd, 0, allowsRandom: allowsRandom)))"
    default: return vector(size, .vector, 0, allowsRandom: allowsRandom)
    }
  }

  mutating func matrix(_ rows: Size, _ columns: Size, _ kind: ArgumentKind, _ depth: Int, allowsRandom: Bool) -> String
  {
    let known = scope.filter {
      $0.type == .matrix(rows, columns, kind) && (allowsRandom || !$0.isRandom)
    }
    if let name = known.randomElement(using: &random)?.name, random.chance(1, in: 2) { return name }
    let v = vector(rows, .vector, 0, allowsRandom: allowsRandom)
    switch kind {
    case .spd:
      let positive = vector(rows, .positiveVector, 0, allowsRandom: allowsRandom)
      return random.pick([
        "(outer(\(v), \(v)) + diag_matrix(\(positive)))",
        "(diag_matrix(0.5 + \(positive)) + tcrossprod(outer(\(v), \(v))))",
        "(identity(\(rows.text)) + 0.2 * outer(\(v), \(v)))",
      ])
    case .cholesky: return "cholesky(\(matrix(rows, rows, .spd, depth, allowsRandom: allowsRandom)))"
    case .correlationCholesky: return "[[1.0, 0.0, 0.0], [0.6, 0.8, 0.0], [0.0, 0.28, 0.96]]"
    case .stochastic: return "[[0.2, 0.5, 0.3], [0.6, 0.3, 0.1], [0.1, 0.1, 0.8]]"
    default: break
    }
    if rows == columns {
      return random.pick([
        "(identity(\(rows.text)) + 0.3 * outer(\(v), \(vector(rows, .positiveVector, 0, allowsRandom: allowsRandom))))",
        "(diag_matrix(2 + tanh(\(v))) + 0.1 * outer(\(v), \(v)))",
      ])
    }
    return "outer(\(v), \(vector(columns, .vector, 0, allowsRandom: allowsRandom)))"
  }
}
