// Writes random expressions of a wanted type and kind.

import BorelIR

extension ProgramGenerator {
  // MARK: Numbers

  /// Keeps a number within about one.
  func bounded(_ text: String) -> String {
    var copy = random
    return "\(copy.pick(["tanh", "sin", "atan", "tanh", "cos"]))(\(text))"
  }

  /// A Real of a kind; `depth` is how many operations deep it may be.
  mutating func real(_ depth: Int, _ kind: ArgumentKind = .real, allowsRandom: Bool) -> String {
    switch kind {
    case .positive:
      switch random.below(depth > 0 ? 8 : 4) {
      case 0, 1: return variable(.real(.positive), allowsRandom) ?? number(0.3, 2.5)
      case 2: return number(0.3, 2.5)
      case 3: return element(.positiveVector, allowsRandom) ?? number(0.3, 2.5)
      case 4: return "exp(\(bounded(real(depth - 1, allowsRandom: allowsRandom))))"
      case 5: return "(0.2 + square(\(bounded(real(depth - 1, allowsRandom: allowsRandom)))))"
      case 6: return "(\(number(0.1, 0.5)) + abs(\(real(depth - 1, allowsRandom: allowsRandom))))"
      default:
        return "log1p_exp(\(real(depth - 1, allowsRandom: allowsRandom)))"
      }
    case .unit:
      switch random.below(depth > 0 ? 5 : 3) {
      case 0: return variable(.real(.unit), allowsRandom) ?? number(0.1, 0.9)
      case 1: return number(0.1, 0.9)
      case 2: return element(.unitVector, allowsRandom) ?? element(.simplex, allowsRandom) ?? number(0.1, 0.9)
      case 3: return "inv_logit(\(bounded(real(depth - 1, allowsRandom: allowsRandom))))"
      default: return "(0.05 + 0.9 * Phi(\(bounded(real(depth - 1, allowsRandom: allowsRandom)))))"
      }
    case .aboveOne: return "(1.1 + \(real(max(0, depth - 1), .positive, allowsRandom: allowsRandom)))"
    case .negative: return "(-\(real(max(0, depth - 1), .positive, allowsRandom: allowsRandom)))"
    case .few: return "\(random.below(3))"
    case .several:
      return random.chance(1, in: 4) ? variable(.int(low: 3, below: nil), false) ?? "4" : "\(3 + random.below(4))"
    default: break
    }
    guard depth > 0 else { return leaf(allowsRandom) }
    let down = depth - 1
    switch random.below(30) {
    case 0...3: return leaf(allowsRandom)
    case 4...6:
      return "(\(real(down, allowsRandom: allowsRandom)) + \(real(down, allowsRandom: allowsRandom)))"
    case 7, 8: return "(\(real(down, allowsRandom: allowsRandom)) - \(real(down, allowsRandom: allowsRandom)))"
    case 9...11: return "\(real(down, allowsRandom: allowsRandom)) * \(real(down, allowsRandom: allowsRandom))"
    case 12:
      return "\(real(down, allowsRandom: allowsRandom)) / \(real(down, .positive, allowsRandom: allowsRandom))"
    case 13: return "-\(leaf(allowsRandom))"
    case 14: return "(\(real(down, allowsRandom: allowsRandom)))^\(random.pick(["2", "3", "2.0"]))"
    case 15:
      return "(\(real(down, .positive, allowsRandom: allowsRandom)))^\(random.pick(["0.5", "-1", "1.7", "-0.5"]))"
    case 16:
      return
        "(if \(condition(allowsRandom: allowsRandom)) { \(real(down, allowsRandom: allowsRandom)) } else { \(real(down, allowsRandom: allowsRandom)) })"
    case 17, 18:
      guard !domains.functions.isEmpty else { return leaf(allowsRandom) }
      let known = random.pick(domains.functions)
      return known.result == .bool
        ? "(if \(call(known, down)) { 0.3 } else { -0.2 })"
        : "asinh(max(-1.0e9, min(1.0e9, \(call(known, down, allowsRandom: allowsRandom)))))"
    case 19, 20: return bounded(real(down, allowsRandom: allowsRandom))
    case 21, 22:
      guard let function = functions.randomElement(using: &random) else { return leaf(allowsRandom) }
      let arguments = (0..<function.arity).map { _ in real(0, allowsRandom: allowsRandom) }
      return "\(function.name)(\(arguments.joined(separator: ", ")))"
    case 23:
      return
        "\(random.pick(["min", "max", "log_sum_exp"]))(\(real(down, allowsRandom: allowsRandom)), \(real(down, allowsRandom: allowsRandom)))"
    case 24, 25:
      let size = anySize()
      let inner = vector(size, .vector, down, allowsRandom: allowsRandom)
      return random.pick([
        "sum(\(inner))", "mean(\(inner))", "log_sum_exp(\(inner))", "0.2 * squared_norm(\(inner))", "max(\(inner))",
      ])
    case 26:
      let size = anySize()
      return
        "\(random.pick(["dot(", ""]))\(vector(size, .vector, 0, allowsRandom: allowsRandom))".hasPrefix("dot(")
        ? "dot(\(vector(size, .vector, down, allowsRandom: allowsRandom)), \(vector(size, .vector, 0, allowsRandom: allowsRandom)))"
        : "(\(vector(size, .vector, down, allowsRandom: allowsRandom)) * \(vector(size, .vector, 0, allowsRandom: allowsRandom)))"
    case 27: return fold(down, allowsRandom)
    case 28: return score(down, allowsRandom)
    default: return fill(random.pick(random.pick(nativeTemplates).templates), down, allowsRandom)
    }
  }

  private mutating func leaf(_ allowsRandom: Bool) -> String {
    switch random.below(8) {
    case 0: return number(-2, 2)
    case 1, 2: return element(.vector, allowsRandom) ?? number(-2, 2)
    case 3: return variable(.real(.positive), allowsRandom) ?? number(-2, 2)
    case 4:
      if let index = scope.last(where: { if case .int = $0.type { allowsRandom || !$0.isRandom } else { false } }) {
        return random.chance(1, in: 2) ? "0.1 * \(index.name)" : index.name
      }
      return number(-2, 2)
    case 5:
      if let record = scope.first(where: { $0.type == .record }) {
        return random.pick([
          "\(record.name).scale", "\(record.name).shift", "\(record.name).slopes[\(random.below(3))]",
        ])
      }
      fallthrough
    default: return variable(.real(.real), allowsRandom) ?? number(-2, 2)
    }
  }

  /// A variable of a type that may be read here.
  mutating func variable(_ type: GeneratedType, _ allowsRandom: Bool) -> String? {
    let found = scope.filter { $0.type == type && (allowsRandom || !$0.isRandom) }
    return found.randomElement(using: &random)?.name
  }

  /// `v[i]` or `X[i, j]`
  private mutating func element(_ kind: ArgumentKind, _ allowsRandom: Bool) -> String? {
    let found = scope.filter { variable in
      guard allowsRandom || !variable.isRandom else { return false }
      switch variable.type {
      case .vector(_, let other): return kind == other || kind == .vector && other == .positiveVector
      case .matrix(_, _, .matrix): return kind == .vector
      default: return false
      }
    }
    guard let chosen = found.randomElement(using: &random) else { return nil }
    switch chosen.type {
    case .vector(let size, _): return "\(chosen.name)[\(index(below: size))]"
    case .matrix(let rows, let columns, _):
      return random.chance(1, in: 5)
        ? "\(chosen.name)[\(index(below: rows))][\(index(below: columns))]"
        : "\(chosen.name)[\(index(below: rows)), \(index(below: columns))]"
    default: return nil
    }
  }

  /// An Int from 0 up to below a size.
  mutating func index(below size: Size) -> String {
    var choices: [String] = []
    for variable in scope {
      switch variable.type {
      case .int(let low, let bound) where bound == size:
        choices.append(variable.name)
        choices.append(variable.name)
        if low > 0 { choices.append("\(variable.name) - 1") }
      case .ints(.rows, let bound) where bound == size:
        let rows = scope.filter { if case .int(_, .rows) = $0.type { true } else { false } }
        if let row = rows.last { choices.append("\(variable.name)[\(row.name)]") }
        choices.append("\(variable.name)[\(random.below(5))]")
      default: break
      }
    }
    if let choice = choices.randomElement(using: &random), random.chance(4, in: 5) { return choice }
    if size == .rows, !isPure, random.chance(1, in: 5) { return "n - \(1 + random.below(4))" }
    return "\(random.below(size.minimum))"
  }

  mutating func condition(allowsRandom: Bool) -> String {
    switch random.below(8) {
    case 0:
      if let flags = scope.first(where: { $0.type == .bools(.rows) && (allowsRandom || !$0.isRandom) }) {
        return "\(flags.name)[\(index(below: .rows))]"
      }
    case 1:
      if let flag = variable(.bool, allowsRandom) { return random.chance(1, in: 2) ? flag : "!\(flag)" }
    case 2:
      if let i = scope.last(where: { if case .int(_, .some) = $0.type { !$0.isRandom } else { false } }) {
        return "\(i.name) \(random.pick(["<", ">=", "==", "!=", "<=", ">"])) \(random.below(4))"
      }
    case 3:
      let a = condition(allowsRandom: allowsRandom)
      return "(\(a) \(random.pick(["&&", "||"])) \(condition(allowsRandom: allowsRandom)))"
    default: break
    }
    return "\(real(1, allowsRandom: allowsRandom)) \(random.pick(["<", ">"])) \(real(0, allowsRandom: allowsRandom))"
  }

  // MARK: Calls

  /// A function with arguments that suit it; random ones where it has derivatives.
  mutating func call(_ known: KnownFunction, _ depth: Int, allowsRandom: Bool = true) -> String {
    let kinds = random.pick(known.kinds)
    var arguments: [String] = []
    for (place, kind) in kinds.enumerated() {
      let isActive = allowsRandom && known.isDifferentiable[place]
      if kind == .afterLast, let last = arguments.last {
        arguments.append("\(last) + \(real(0, .positive, allowsRandom: isActive))")
      } else {
        // Within the range that was tried.
        let inner = real(kind == .real ? max(0, depth - 1) : 0, kind, allowsRandom: isActive)
        arguments.append(kind == .real ? bounded(inner) : inner)
      }
    }
    if Domains.operatorNames.contains(known.name) { return "(\(arguments.joined(separator: " \(known.name) ")))" }
    return "\(known.name)(\(arguments.joined(separator: ", ")))"
  }

  /// Arguments for a distribution, with the sizes of its arrays by name; `vectors` for arrays in place of some numbers.
  mutating func arguments(
    _ known: KnownDistribution, vectors: Size? = nil, allowsRandom: Bool = true
  ) -> (text: String, sizes: [String: Size], usesVectors: Bool) {
    let kinds = random.pick(known.kinds)
    var sizes: [String: Size] = [:]
    var usesVectors = false
    var texts: [String] = []
    for (parameter, kind) in zip(known.parameters, kinds) {
      // Defaults may be left out.
      if parameter.defaultValue != nil, random.chance(1, in: 2) { break }
      let names = (parameter.type?.sizes ?? []).map { size in if case .named(let name) = size { name } else { "" } }
      switch names.count {
      case 1: texts.append(vector(size(names[0], kind, &sizes), kind, 1, allowsRandom: allowsRandom))
      case 2:
        let size = size(names[0], kind, &sizes)
        sizes[names[1]] = size
        texts.append(matrix(size, size, kind, 1, allowsRandom: allowsRandom))
      default:
        if kind == .afterLast, let last = texts.last {
          texts.append("\(last) + \(real(0, .positive, allowsRandom: allowsRandom && !usesVectors))")
        } else if kind == .truth {
          texts.append(condition(allowsRandom: false))
        } else if parameter.type == nil, let vectors, [.real, .positive, .unit].contains(kind), random.chance(2, in: 3)
        {
          usesVectors = true
          let inner: ArgumentKind = kind == .real ? .vector : kind == .positive ? .positiveVector : .unitVector
          texts.append(vector(vectors, inner, 1, allowsRandom: allowsRandom))
        } else {
          texts.append(real(1, kind, allowsRandom: allowsRandom && parameter.type?.name != "Int"))
        }
      }
    }
    return (texts.joined(separator: ", "), sizes, usesVectors)
  }

  private mutating func size(_ name: String, _ kind: ArgumentKind, _ sizes: inout [String: Size]) -> Size {
    if let size = sizes[name] { return size }
    let size: Size =
      kind == .correlationCholesky || kind == .stochastic || isPure
      ? .fixed(3)
      : random.pick([.fixed(3), .fixed(2), .columns, .fixed(3)])
    sizes[name] = size
    return size
  }

  /// A log density, cdf or the like as a number.
  private mutating func score(_ depth: Int, _ allowsRandom: Bool) -> String {
    let simple = domains.distributions.filter { known in
      known.parameters.allSatisfy { ($0.type?.sizes ?? []).isEmpty } && known.support != .bool
    }
    guard let known = simple.randomElement(using: &random) else { return leaf(allowsRandom) }
    let value: String
    switch known.support {
    case .real: value = real(depth, allowsRandom: allowsRandom)
    case .positive, .nonNegative: value = real(depth, .positive, allowsRandom: allowsRandom)
    case .unitInterval: value = real(depth, .unit, allowsRandom: allowsRandom)
    case .count, .int: value = "\(random.below(6))"
    case .intAbove, .intInterval: value = "\(2 + random.below(2))"
    default: return leaf(allowsRandom)
    }
    var functions = ["logpdf", "logpdf", "pdf"]
    if known.hasCDF, !known.support.isDiscrete { functions += ["cdf", "logcdf", "ccdf", "logccdf"] }
    let distribution = "\(known.name)(\(arguments(known, allowsRandom: allowsRandom).text))"
    let function = random.pick(functions)
    // Infinite logarithms saturate, and 0 times their infinite slopes would be no derivative.
    return function.hasPrefix("log")
      ? "tanh(max(-50, \(function)(\(distribution), \(value))))" : "tanh(\(function)(\(distribution), \(value)))"
  }

  private mutating func fold(_ depth: Int, _ allowsRandom: Bool) -> String {
    let name = fresh("l")
    let outer = scope
    defer { scope = outer }
    let size = anySize()
    let source = vector(size, .vector, 0, allowsRandom: allowsRandom)
    scope.append(GeneratedVariable(name: name, type: .real(.real), isRandom: true))
    let body = real(depth, allowsRandom: allowsRandom)
    switch random.below(4) {
    case 0: return "sum_over(\(name) => \(body), \(source))"
    case 1: return "sum(map(\(name) => \(body), \(source)))"
    case 2:
      scope = outer
      return "fold((a\(name), \(name)) => \(bounded("a\(name) + \(name)")), \(number(-1, 1)), \(source))"
    default: return "mean(generate_array(\(name) => \(bounded("0.3 * \(name)")), \(2 + random.below(5))))"
    }
  }

  mutating func anySize() -> Size {
    if isPure { return .fixed(3) }
    return random.pick([.rows, .rows, .columns, .fixed(3)])
  }
}
