// Writes random LoopIR programs with loops, branches, arrays, views, functions and matrix products.

/// A source of random texts that are well formed, read no element before it is written and stay of order one.
struct ProgramWriter {
  private var state: UInt64
  private var lines: [String] = []
  private var depth = 0
  private var count = 0
  private var scope = Scope()

  private struct Scope {
    var reals: [String] = []
    var mutables: [String] = []
    var arrays: [String] = ["w"]
    /// Loop indices with their lower bound, 0 or 1; the upper bound is 5.
    var indices: [(name: String, lower: Int)] = []
  }

  static let inputs: [String: [Double]] = [
    "n": [5], "y": [0.3, -1.2, 0.8, 1.9, -0.4], "g": [1, 0, 4, 1, 3], "flag": [1, 0, 0, 1, 1],
  ]

  init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1 }

  static func program(seed: UInt64) -> String {
    var writer = ProgramWriter(seed: seed)
    return writer.write()
  }

  private mutating func random(_ bound: Int) -> Int {
    state = state &+ 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return Int((z ^ (z >> 31)) % UInt64(bound))
  }

  private mutating func pick<T>(_ choices: [T]) -> T { choices[random(choices.count)] }

  private mutating func line(_ text: String) { lines.append(String(repeating: "  ", count: depth) + text) }

  private mutating func fresh(_ letter: String) -> String {
    count += 1
    return letter + "x\(count)"
  }

  private mutating func write() -> String {
    lines = [
      "program random", "input q: Real[n] = position()", "input n: Int = site_size(0, 0)",
      "input y: Real[n] = argument(y)", "input g: Int[n] = argument(g)", "input flag: Bool[n] = argument(flag)",
      "array w: Real[5] = 0.5",
    ]
    for k in 0..<2 {
      line("let start\(k) = q[\(k)]")
      scope.reals.append("start\(k)")
    }
    for _ in 0..<(6 + random(8)) { statement() }
    for real in scope.reals.suffix(3) { line("target += \(real)") }
    for name in scope.mutables.suffix(2) {
      let value = fresh("r")
      line("let \(value) = \(name)")
      line("target += \(value)")
    }
    for name in scope.arrays.suffix(2) {
      let value = fresh("r")
      line("let \(value) = \(name)[2]")
      line("target += \(value)")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  // MARK: Parts

  private mutating func define(_ expression: String) -> String {
    let name = fresh("v")
    line("let \(name) = \(expression)")
    scope.reals.append(name)
    return name
  }

  /// An index into an array of five elements.
  private mutating func index() -> String {
    guard let loop = scope.indices.randomElement(pick: random(max(scope.indices.count, 1))), random(4) > 0 else {
      return "\(random(5))"
    }
    switch random(6) {
    case 0:
      let name = fresh("k")
      line("let \(name) = g[\(loop.name)]")
      return name
    case 1 where loop.lower == 1:
      let name = fresh("k")
      line("let \(name) = \(loop.name) - 1")
      return name
    default: return loop.name
    }
  }

  private mutating func expression() {
    let a = pick(scope.reals)
    let b = pick(scope.reals)
    switch random(12) {
    case 0: _ = define("sin(\(a))")
    case 1: _ = define("tanh(\(a))")
    case 2:
      let sum = define("\(a) + \(b)")
      _ = define("cos(\(sum))")
    case 3:
      let product = define("\(a) * \(b)")
      _ = define("tanh(\(product))")
    case 4: _ = define("\(a) - 0.5")
    case 5: _ = define("inv_logit(\(a))")
    case 6:
      let bounded = define("tanh(\(a))")
      let power = define("exp(\(bounded))")
      _ = define("log1p(\(power))")
    case 7:
      let square = define("\(b) * \(b)")
      let denominator = define("square(\(square))")
      let shifted = define("\(denominator) + 1.5")
      _ = define("\(a) / \(shifted)")
    case 8: _ = define("negate(\(a))")
    case 9:
      let condition = fresh("c")
      line("let \(condition) = flag[\(index())]")
      _ = define("select(\(condition), \(a), \(b))")
    case 10: _ = define("log_sum_exp(\(a), \(b))")
    default: _ = define("maximum(\(a), \(b))")
    }
  }

  private mutating func load() {
    let value = fresh("v")
    let array = pick(scope.arrays + ["q", "y"])
    line("let \(value) = \(array)[\(index())]")
    _ = define("sin(\(value))")
  }

  private mutating func statement() {
    switch random(16) {
    case 0...3: expression()
    case 4, 5: load()
    case 6: write(into: scope.mutables, indexed: false)
    case 7, 8: write(into: scope.arrays, indexed: true)
    case 9:
      guard let name = scope.mutables.last else { return declare() }
      let value = fresh("v")
      line("let \(value) = \(name)")
      _ = define("cos(\(value))")
    case 10: declare()
    case 11: allocate()
    case 12: line("target += \(pick(scope.reals))")
    case 13: conditional()
    case 14: random(3) == 0 ? product() : loop()
    default: loop()
    }
  }

  private mutating func write(into places: [String], indexed: Bool) {
    guard !places.isEmpty else { return declare() }
    let place = pick(places) + (indexed ? "[\(index())]" : "")
    line("\(place) \(random(2) == 0 ? "=" : "+=") \(pick(scope.reals))")
  }

  private mutating func declare() {
    let name = fresh("m")
    line("var \(name): Real = \(random(2) == 0 ? "0.25" : pick(scope.reals))")
    scope.mutables.append(name)
  }

  private mutating func allocate() {
    let name = fresh("a")
    switch random(3) {
    case 0: line("array \(name): Real[5] = 0.75")
    case 1: line("array \(name): Real[5] = \(pick(scope.reals))")
    default:
      line("array \(name): Real[n] = none")
      let value = pick(scope.reals)
      if random(2) == 0 {
        block("for \(fresh("i"))", lower: 0, "n") { writer, index in
          writer.load()
          writer.expression()
          writer.line("\(name)[\(index)] = \(writer.scope.reals.last ?? value)")
        }
      } else {
        line("\(name)[0] = \(value)")
        block("for \(fresh("i"))", lower: 1, "5") { writer, index in
          let before = writer.fresh("k")
          writer.line("let \(before) = \(index) - 1")
          let old = writer.define("\(name)[\(before)]")
          _ = writer.define("sin(\(old))")
          writer.load()
          writer.expression()
          writer.line("\(name)[\(index)] = \(writer.scope.reals.last ?? value)")
        }
      }
    }
    scope.arrays.append(name)
    if random(4) == 0 {
      let view = fresh("b")
      line("view \(view): Real[5] = \(name) from 0")
      // A view that nothing mentions is not printed; this one is read.
      _ = define("\(view)[3]")
      scope.arrays.append(view)
    }
  }

  private mutating func product() {
    let matrix = fresh("A")
    line("array \(matrix): Real[5, 5] = 0.1")
    line("\(matrix)[\(index()), \(index())] = \(pick(scope.reals))")
    let result = fresh("a")
    line("array \(result): Real[5] = none")
    let transposed = random(2) == 0 ? "[transposed]" : ""
    line("call matrix_vector\(transposed)(\(matrix), \(pick(scope.arrays))) -> \(result)")
    scope.arrays.append(result)
  }

  private mutating func block(
    _ head: String, lower: Int, _ upper: String, _ body: (inout ProgramWriter, String) -> Void
  ) {
    let before = scope
    let index = String(head.dropFirst(4))
    line("\(head) in \(lower) ..< \(upper)\(random(5) == 0 && lower == 0 ? " descending" : "") {")
    depth += 1
    scope.indices.append((index, lower))
    body(&self, index)
    depth -= 1
    line("}")
    scope = before
  }

  private mutating func loop() {
    guard depth < 3 else { return expression() }
    block("for \(fresh("i"))", lower: random(2), random(2) == 0 ? "n" : "5") { writer, _ in
      for _ in 0..<(2 + writer.random(5)) { writer.statement() }
    }
  }

  private mutating func conditional() {
    guard depth < 4 else { return expression() }
    let condition = fresh("c")
    switch random(4) {
    case 0: line("let \(condition) = \(pick(scope.reals)) < \(pick(scope.reals))")
    case 1 where !scope.indices.isEmpty: line("let \(condition) = \(scope.indices[0].name) == 2")
    default: line("let \(condition) = flag[\(index())]")
    }
    let before = scope
    line("if \(condition) {")
    depth += 1
    for _ in 0..<(1 + random(4)) { statement() }
    depth -= 1
    scope = before
    if random(2) == 0 {
      line("} else {")
      depth += 1
      for _ in 0..<(1 + random(3)) { statement() }
      depth -= 1
      scope = before
    }
    line("}")
  }
}

extension [(name: String, lower: Int)] {
  fileprivate func randomElement(pick: Int) -> Element? { isEmpty ? nil : self[pick % count] }
}
