// Writes random programs: declarations, data, and the model's statements.

import BorelIR

/// Writes one program. The same random numbers give the same program.
struct ProgramGenerator {
  let domains: Domains
  var random: FuzzRandom
  var lines: [String] = []
  var declarations: [String] = []
  var parameters: [String] = []
  var data: [(name: String, json: String)] = []
  var observed: [(name: String, isWhole: Bool)] = []
  var scope: [GeneratedVariable] = []
  /// Functions of the program: name and number of Real arguments.
  var functions: [(name: String, arity: Int)] = []
  /// Models of one scale parameter that return a Real.
  var submodels: [String] = []
  var depth = 0
  var counter = 0
  /// Inside loops and branches: no sites of their own, no data.
  var loopDepth = 0
  var branchDepth = 0
  var rows = 5
  var columns = 2

  /// Program number `index` of a seed; it uses one distribution and one function whose turn it is.
  static func program(_ index: Int, seed: UInt64, _ domains: Domains) -> GeneratedProgram {
    var generator = ProgramGenerator(
      domains: domains, random: FuzzRandom(seed: seed, program: UInt64(index)))
    return generator.write(index)
  }

  private mutating func write(_ index: Int) -> GeneratedProgram {
    rows = 5 + random.below(8)
    columns = 2 + random.below(3)
    inputs()
    for _ in 0..<random.below(3) { function() }
    if random.chance(1, in: 4) { submodel() }
    depth = 1
    sites(index)
    for _ in 0..<(2 + random.below(6)) { statement() }
    feature(index)
    target()
    if random.chance(1, in: 4) { line("return \(real(1, allowsRandom: true))") }
    let head = declarations + ["model main(\(parameters.joined(separator: ", "))) {"]
    return GeneratedProgram(
      text: (head + lines + ["}"]).joined(separator: "\n") + "\n", data: data, observed: observed)
  }

  // MARK: Text

  mutating func line(_ text: String) { lines.append(String(repeating: "  ", count: depth) + text) }

  mutating func fresh(_ letter: String) -> String {
    counter += 1
    return "\(letter)\(counter)"
  }

  mutating func add(_ letter: String, _ type: GeneratedType, isRandom: Bool, isMutable: Bool = false) -> String {
    let name = fresh(letter)
    scope.append(GeneratedVariable(name: name, type: type, isRandom: isRandom, isMutable: isMutable))
    return name
  }

  mutating func number(_ low: Double, _ high: Double) -> String {
    "\(((low + (high - low) * Double(random.below(1001)) / 1000) * 1000).rounded() / 1000)"
  }

  // MARK: Data

  private mutating func numbers(_ count: Int, _ low: Double, _ high: Double) -> String {
    "[" + (0..<count).map { _ in number(low, high) }.joined(separator: ", ") + "]"
  }

  private mutating func input(_ name: String, _ type: String, _ json: String, _ kind: GeneratedType) {
    parameters.append(type.isEmpty ? name : "\(name): \(type)")
    data.append((name, json))
    scope.append(GeneratedVariable(name: name, type: kind, isRandom: false))
  }

  private mutating func inputs() {
    input("x", "Real[n]", numbers(rows, -1.5, 1.5), .vector(.rows, .vector))
    let matrix = (0..<rows).map { _ in numbers(columns, -1, 1) }.joined(separator: ", ")
    input("X", "Real[n, k]", "[\(matrix)]", .matrix(.rows, .columns, .matrix))
    lines.append("  let n = \(random.pick(["len(x)", "len(X)", "shape(X)[0]"]))")
    lines.append("  let k = shape(X)[1]")
    if random.chance(1, in: 2) {
      let indices = (0..<rows).map { _ in "\(random.below(columns))" }.joined(separator: ", ")
      input("g", "Int[n]", "[\(indices)]", .ints(.rows, below: .columns))
    }
    if random.chance(1, in: 2) {
      let flags = (0..<rows).map { _ in random.chance(1, in: 2) ? "true" : "false" }.joined(separator: ", ")
      input("flag", "Bool[n]", "[\(flags)]", .bools(.rows))
    }
    if random.chance(1, in: 3) { input("b", "", number(-1, 1), .real(.real)) }
    if random.chance(1, in: 3) { input("p", "Real[n]", numbers(rows, 0.2, 2), .vector(.rows, .positiveVector)) }
    if random.chance(1, in: 4) { input("c", "Int", "\(1 + random.below(4))", .int(low: 1, below: .fixed(5))) }
    if random.chance(1, in: 4) {
      input(
        "r", "", "{\"scale\": \(number(0.3, 2)), \"shift\": \(number(-1, 1)), \"slopes\": \(numbers(3, -1, 1))}",
        .record)
    }
    if random.chance(1, in: 5) {
      declarations.append("let level = \(numbers(3, -1, 1))")
      scope.append(GeneratedVariable(name: "level", type: .vector(.fixed(3), .vector), isRandom: false))
    }
    if random.chance(1, in: 6) {
      declarations.append(
        """
        distribution tilted(mu, s) on Real where s > 0 {
          logpdf(x) = -abs(x - mu) / s - log(2 * s) + 0.1 * tanh(x)
          sample() = mu + s * standard_laplace()
        }
        """)
      hasTilted = true
    }
  }

  var hasTilted = false

  // MARK: Functions and submodels

  private mutating func function() {
    let name = fresh("f")
    let arity = 1 + random.below(2)
    let names = Array(["u", "v"].prefix(arity))
    let outer = (scope, lines, depth)
    scope = names.map { GeneratedVariable(name: $0, type: .real(.real), isRandom: true) }
    lines = []
    depth = 1
    isPure = true
    switch random.below(3) {
    case 0: declarations.append("fn \(name)(\(names.joined(separator: ", "))) = \(real(2, allowsRandom: true))")
    case 1:
      line("if \(condition(allowsRandom: true)) { return \(real(2, allowsRandom: true)) }")
      line("return \(real(2, allowsRandom: true))")
      declarations.append((["fn \(name)(\(names.joined(separator: ", "))) {"] + lines + ["}"]).joined(separator: "\n"))
    default:
      line("var s = \(real(1, allowsRandom: true))")
      line("for i in 0..<\(2 + random.below(12)) { s = \(bounded("s + \(real(1, allowsRandom: true))")) }")
      line("return s")
      declarations.append((["fn \(name)(\(names.joined(separator: ", "))) {"] + lines + ["}"]).joined(separator: "\n"))
    }
    isPure = false
    (scope, lines, depth) = outer
    functions.append((name, arity))
  }

  /// While functions are written, the data are out of reach.
  var isPure = false

  private mutating func submodel() {
    let name = fresh("sub")
    let outer = (scope, lines, depth)
    scope = [GeneratedVariable(name: "s", type: .real(.positive), isRandom: true)]
    lines = []
    depth = 1
    isPure = true
    let choice = add("e", .real(.real), isRandom: true)
    line("\(choice) ~ \(random.pick(["normal(0, s)", "student_t(4, 0, s)", "logistic(0.1, s)"]))")
    if random.chance(1, in: 2) {
      let other = add("e", .vector(.fixed(3), .vector), isRandom: true)
      line("\(other) ~ iid(normal(\(choice), 1), 3)")
    }
    line("return \(real(2, allowsRandom: true))")
    declarations.append((["model \(name)(s) {"] + lines + ["}"]).joined(separator: "\n"))
    isPure = false
    (scope, lines, depth) = outer
    submodels.append(name)
  }

  // MARK: Sites

  private mutating func sites(_ index: Int) {
    let a = add("t", .real(.real), isRandom: true)
    line("\(a) ~ normal(0, \(number(0.5, 2)))")
    let s = add("s", .real(.positive), isRandom: true)
    line("\(s) ~ \(random.pick(["half_normal(1)", "gamma(3, 2)", "lognormal(0, 0.5)", "exponential(1)"]))")
    if !domains.distributions.isEmpty {
      site(domains.distributions[index % domains.distributions.count])
    }
    for _ in 0..<random.below(3) { site(random.pick(domains.distributions)) }
    if random.chance(1, in: 3) { arraySites() }
    if let name = submodels.last { submodelSite(name) }
  }

  private mutating func submodelSite(_ name: String) {
    if random.chance(1, in: 2) {
      let value = add("q", .real(.real), isRandom: true)
      line("\(value) ~ \(name)(\(real(1, .positive, allowsRandom: true)))")
      return
    }
    // Submodels with indices: their values are known inside the loop.
    let site = fresh("q")
    let total = add("m", .real(.real), isRandom: true, isMutable: true)
    line("var \(total) = 0.0")
    line("for i in 0..<\(random.pick(["n", "3"])) {")
    line("  \(site)[i] ~ \(name)(\(number(0.5, 1.5)))")
    line("  \(total) += \(site)[i]")
    line("}")
  }

  /// One site, a variable from then on; discrete ones and some others may be observed.
  private mutating func site(_ known: KnownDistribution) {
    if known.isImproper {
      let name = add("z", valueType(known, sizes: [:]), isRandom: true)
      line("\(name) ~ \(known.name)(\(arguments(known).text))")
      // Something has to hold it in place.
      line("factor(-0.5 * \(name)^2)")
      return
    }
    let (text, sizes, _) = arguments(known)
    let distribution = "\(known.name)(\(text))"
    let name = fresh("z")
    var type = valueType(known, sizes: sizes)
    var code = "\(name) ~ \(distribution)"
    let isScalar = type.isScalar
    if isScalar {
      switch random.below(12) {
      case 0:
        let count = random.pick([Size.rows, .fixed(2), .fixed(3), .fixed(11)])
        code = "\(name) ~ iid(\(distribution), \(count.text))"
        type = type.array(of: count)
      case 1 where known.hasCDF && !known.support.isDiscrete && known.support == .real:
        code = "\(name) ~ truncate(\(distribution), \(number(-2, -0.5)), \(random.pick(["null", number(0.6, 2.5)])))"
      case 2 where known.hasCDF && [.positive, .nonNegative].contains(known.support):
        code = "\(name) ~ truncate(\(distribution), null, \(number(3, 9)))"
      case 3 where !known.support.isDiscrete && known.support == .real:
        code = "\(name) ~ ordered(\(distribution), 3)"
        type = .vector(.fixed(3), .ordered)
      case 4:
        let other = arguments(known).text
        if [.real, .positive, .nonNegative, .unitInterval, .count, .bool].contains(known.support) {
          code =
            "\(name) ~ mixture([\(random.pick(["0.3, 0.7", "0.5, 0.5"]))], \(distribution), \(known.name)(\(other)))"
        }
      case 5, 6: return loopSite(known, name, type)
      case 7 where known.hasCDF && !known.support.isDiscrete:
        // Censored variables are observed.
        code = "\(name) ~ censor(\(distribution), null, \(number(0.5, 2)))"
        line(code)
        observed.append((name, true))
        return
      case 8 where known.parameters.allSatisfy({ $0.type == nil }) && !known.parameters.isEmpty:
        let vectors = arguments(known, vectors: .rows)
        code = "\(name) ~ \(known.name)(\(vectors.text))"
        if vectors.usesVectors { type = type.array(of: .rows) }
      default: break
      }
    }
    line(code)
    declare(name, type, known)
  }

  /// `z[i] ~ d` in a loop over the rows.
  private mutating func loopSite(_ known: KnownDistribution, _ name: String, _ type: GeneratedType) {
    let count = random.pick([Size.rows, .rows, .columns, .fixed(3)])
    let outer = scope
    line("for i in 0..<\(count.text) {")
    depth += 1
    loopDepth += 1
    scope.append(GeneratedVariable(name: "i", type: .int(low: 0, below: count), isRandom: false))
    let inner = random.chance(1, in: 4) && type.isScalar
    if inner {
      line("for j in 0..<k { \(name)[i, j] ~ \(known.name)(\(arguments(known).text)) }")
    } else {
      line("\(name)[i] ~ \(known.name)(\(arguments(known).text))")
    }
    loopDepth -= 1
    depth -= 1
    line("}")
    scope = outer
    if inner {
      observed.append((name, random.chance(2, in: 3)))
    } else {
      declare(name, type.array(of: count), known)
    }
  }

  private mutating func declare(_ name: String, _ type: GeneratedType, _ known: KnownDistribution) {
    let mayBeObserved = random.chance(known.support.isDiscrete ? 4 : 1, in: 5)
    if mayBeObserved {
      let isPart = random.chance(1, in: 3) && type.isVectorOfScalars
      observed.append((name, !isPart))
    }
    scope.append(GeneratedVariable(name: name, type: type, isRandom: true))
  }

  private mutating func arraySites() {
    let name = fresh("h")
    let scale = real(1, .positive, allowsRandom: true)
    line("\(name)[0] ~ normal(0, 1)")
    line("for t in 1..<n { \(name)[t] ~ normal(\(number(0.3, 0.9)) * \(name)[t - 1], \(scale)) }")
    if random.chance(1, in: 3) { observed.append((name, random.chance(1, in: 2))) }
    scope.append(GeneratedVariable(name: name, type: .vector(.rows, .vector), isRandom: true))
  }

  /// The value of a draw.
  private func valueType(_ known: KnownDistribution, sizes: [String: Size]) -> GeneratedType {
    let size = sizes.values.first ?? .fixed(3)
    switch known.support {
    case .real, .below: return .real(.real)
    case .positive: return .real(.positive)
    case .nonNegative, .above, .interval: return .real(.real)
    case .unitInterval: return .real(.unit)
    case .bool: return .bool
    case .int, .count, .intAbove, .intInterval: return .int(low: 0, below: nil)
    case .vector, .unitVector: return .vector(size, .vector)
    case .simplex: return .vector(size, .simplex)
    case .ordered, .positiveOrdered: return .vector(size, .ordered)
    case .counts: return .ints(size, below: nil)
    case .matrix: return .matrix(size, size, .matrix)
    case .covariance, .correlation: return .matrix(size, size, .spd)
    case .covarianceCholesky, .correlationCholesky: return .matrix(size, size, .cholesky)
    }
  }

  // MARK: What is scored at the end

  /// A function whose turn it is.
  private mutating func feature(_ index: Int) {
    let features = domains.functions.count + primitiveTemplates.count
    guard features > 0 else { return }
    let place = (index / 2) % features
    if place < domains.functions.count {
      let known = domains.functions[place]
      line("let feature = \(call(known, 1))")
      switch known.result {
      case .bool: line("factor(if feature { 0.25 } else { 0.5 })")
      default: line("factor(asinh(feature))")
      }
    } else {
      let row = primitiveTemplates[place - domains.functions.count]
      // What has no native form is tried now and then: it may have got one.
      if notNative[row.name] != nil, !random.chance(1, in: 10) { return }
      line("let feature = \(fill(random.pick(row.templates), 1))")
      line("factor(asinh(feature))")
    }
  }

  private mutating func target() {
    for _ in 0..<(1 + random.below(2)) { line("factor(\(bounded(real(2, allowsRandom: true))))") }
    if random.chance(1, in: 2) {
      line(
        "observe x ~ normal(\(vector(.rows, .vector, 1, allowsRandom: true)), \(real(1, .positive, allowsRandom: true)))"
      )
    }
    if random.chance(1, in: 3) {
      let y = fresh("y")
      line("for i in 0..<n {")
      depth += 1
      let outer = scope
      scope.append(GeneratedVariable(name: "i", type: .int(low: 0, below: .rows), isRandom: false))
      loopDepth += 1
      for _ in 0..<random.below(3) { statement() }
      let mean = real(2, allowsRandom: true)
      let distribution = random.pick([
        "normal(\(mean), \(real(0, .positive, allowsRandom: true)))", "bernoulli_logit(\(mean))",
        "poisson_log(\(bounded(mean)))", "student_t(5, \(mean), 1)", "neg_binomial_2(exp(\(bounded(mean))), 2.5)",
        "binomial_logit(4, \(mean))", hasTilted ? "tilted(\(mean), 1.5)" : "laplace(\(mean), 1)",
      ])
      line("\(y)[i] ~ \(distribution)")
      loopDepth -= 1
      scope = outer
      depth -= 1
      line("}")
      observed.append((y, random.chance(4, in: 5)))
    }
  }
}
