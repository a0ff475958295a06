// What the arguments of primitives and the parameters of distributions have to be like, found by trying.

import Borel
import BorelIR
import BorelSema
import BorelStandardLibrary

/// A kind of argument that programs are written with.
enum ArgumentKind: String, Sendable {
  case real, positive, unit
  /// More than 1, and less than 0.
  case aboveOne, negative
  /// More than the argument before.
  case afterLast
  /// Small whole numbers: 0 to 2, 3 to 6.
  case few, several
  case truth
  case vector, positiveVector, simplex, ordered, unitVector
  case truths
  case matrix, spd, cholesky, correlationCholesky, stochastic

  /// A literal of the kind; `last` is the argument before.
  func literal(_ random: inout FuzzRandom, last: Double) -> String {
    func number(_ low: Double, _ high: Double) -> Double { low + (high - low) * Double(random.below(1001)) / 1000 }
    switch self {
    case .real: return "\(number(-1.5, 1.5))"
    case .positive: return "\(number(0.2, 2.5))"
    case .unit: return "\(number(0.1, 0.9))"
    case .aboveOne: return "\(number(1.2, 3.5))"
    case .negative: return "\(number(-2.5, -0.2))"
    case .afterLast: return "\(last + number(0.2, 2))"
    case .few: return "\(random.below(3))"
    case .several: return "\(3 + random.below(4))"
    case .truth: return random.chance(1, in: 2) ? "true" : "false"
    case .vector: return "[\(number(-1, 1)), \(number(-1, 1)), \(number(-1, 1))]"
    case .positiveVector: return "[\(number(0.3, 2)), \(number(0.3, 2)), \(number(0.3, 2))]"
    case .unitVector: return "[\(number(0.1, 0.9)), \(number(0.1, 0.9)), \(number(0.1, 0.9))]"
    case .simplex: return random.pick(["[0.2, 0.5, 0.3]", "[0.25, 0.25, 0.5]", "[0.6, 0.3, 0.1]"])
    case .ordered: return "[\(number(-2, -1)), \(number(-0.5, 0.5)), \(number(1, 2))]"
    case .truths: return "[true, false, true]"
    case .matrix: return "[[\(number(1, 2)), 0.3, -0.2], [0.1, \(number(1, 2)), 0.4], [-0.3, 0.2, \(number(1, 2))]]"
    case .spd: return "[[\(number(1, 2)), 0.3, -0.2], [0.3, \(number(1, 2)), 0.4], [-0.2, 0.4, \(number(1, 2))]]"
    case .cholesky: return "[[\(number(1, 2)), 0.0, 0.0], [0.3, \(number(1, 2)), 0.0], [-0.2, 0.4, \(number(1, 2))]]"
    case .correlationCholesky: return "[[1.0, 0.0, 0.0], [0.6, 0.8, 0.0], [0.0, 0.28, 0.96]]"
    case .stochastic: return "[[0.2, 0.5, 0.3], [0.6, 0.3, 0.1], [0.1, 0.1, 0.8]]"
    }
  }

  /// From the most general to the most special.
  static let numbers: [ArgumentKind] = [.real, .positive, .unit, .aboveOne, .afterLast, .several, .few, .negative]
  static let wholeNumbers: [ArgumentKind] = [.several, .few]
  static let vectors: [ArgumentKind] = [.vector, .positiveVector, .unitVector, .ordered, .simplex]
  static let matrices: [ArgumentKind] = [.matrix, .spd, .cholesky, .correlationCholesky, .stochastic]
}

/// A distribution of the standard library as the generator knows it.
struct KnownDistribution: Sendable {
  var name: String
  var parameters: [CoreParameter]
  var support: SupportKind
  var hasCDF: Bool
  /// Kinds of arguments with which it can be drawn from; the first is the most general.
  var kinds: [[ArgumentKind]]
  /// True for one that has a density and no draws.
  var isImproper: Bool
}

/// An elementwise function of numbers as the generator knows it.
struct KnownFunction: Sendable {
  var name: String
  var kinds: [[ArgumentKind]]
  /// Whether there is a derivative with respect to each argument.
  var isDifferentiable: [Bool]
  var result: PrimitiveType
}

/// All distributions and all elementwise functions with arguments that suit them.
struct Domains: Sendable {
  var distributions: [KnownDistribution] = []
  var functions: [KnownFunction] = []
  /// Those for which no arguments were found.
  var unknown: [String] = []

  /// The elementwise functions that operators stand for in other ways.
  static let operatorNames: Set<String> = ["+", "-", "*", "/", "%", "^", ".*", "./", ".^", "negate", "!"]

  init(_ library: CoreProgram) {
    var random = FuzzRandom(seed: 7, program: 0)
    for definition in library.distributions where StandardLibrary.distributions[definition.name] != nil {
      if let known = Self.distribution(definition, &random) {
        distributions.append(known)
      } else {
        unknown.append(definition.name)
      }
    }
    distributions.sort { $0.name < $1.name }
    for row in PrimitiveTable.rows where row.isElementwise && row.effect == .pure {
      if let known = Self.function(row, &random) { functions.append(known) } else { unknown.append(row.name) }
    }
  }

  // MARK: Trying

  private static func combinations(_ choices: [[ArgumentKind]]) -> [[ArgumentKind]] {
    choices.reduce([[]]) { partial, kinds in partial.flatMap { before in kinds.map { before + [$0] } } }
  }

  private static func literals(_ kinds: [ArgumentKind], _ random: inout FuzzRandom) -> [String] {
    var last = 0.0
    var texts: [String] = []
    for kind in kinds {
      texts.append(kind.literal(&random, last: last))
      last = Double(texts[texts.count - 1]) ?? last
    }
    return texts
  }

  private static func distribution(_ definition: CoreDistribution, _ random: inout FuzzRandom) -> KnownDistribution? {
    let parameters = definition.parameters
    let names = parameters.indices.map { "a\($0)" }
    let text = "model m(\(names.joined(separator: ", "))) { x ~ \(definition.name)(\(names.joined(separator: ", "))) }"
    guard let model = try? Model(source: text) else { return nil }
    var isImproper = false
    func draws(_ kinds: [ArgumentKind]) -> Bool {
      for _ in 0..<16 {
        let values = literals(kinds, &random)
        let settings = zip(names, values).map { "\($0)=\($1)" }
        guard let bound = try? model.bind(files: [], assignments: settings) else { return false }
        do throws(BorelError) {
          guard try bound.simulate(seed: random.next()).logDensity.isFinite else { return false }
        } catch {
          guard error.diagnostics.contains(where: { $0.code == "undefined-draw" }) else { return false }
          isImproper = true
        }
      }
      return true
    }
    let choices = parameters.map { parameter -> [ArgumentKind] in
      switch (parameter.type?.name, parameter.type?.sizes.count ?? 0) {
      case ("Int", 0): ArgumentKind.wholeNumbers
      case ("Bool", 0): [.truth]
      case (_, 0): ArgumentKind.numbers
      case (_, 1): ArgumentKind.vectors
      default: ArgumentKind.matrices
      }
    }
    var found: [[ArgumentKind]] = []
    for kinds in combinations(choices) where found.count < 3 && draws(kinds) { found.append(kinds) }
    guard !found.isEmpty else { return nil }
    return KnownDistribution(
      name: definition.name, parameters: parameters, support: definition.support.kind,
      hasCDF: ["cdf", "ccdf", "logcdf", "logccdf"].contains { definition.methods[$0] != nil }, kinds: found,
      isImproper: isImproper)
  }

  private static func function(_ row: Primitive, _ random: inout FuzzRandom) -> KnownFunction? {
    let names = row.parameters.indices.map { "a\($0)" }
    let arguments = names.joined(separator: ", ")
    let call =
      operatorNames.contains(row.name)
      ? (row.parameters.count == 1 ? "\(row.name)(a0)" : "a0 \(row.name) a1") : "\(row.name)(\(arguments))"
    let value = row.result == .bool ? "if \(call) { 1 } else { 0 }" : call
    guard let model = try? Model(source: "model m(\(arguments)) { factor(\(value)) }") else { return nil }
    func isFinite(_ kinds: [ArgumentKind]) -> Bool {
      for _ in 0..<12 {
        let settings = zip(names, literals(kinds, &random)).map { "\($0)=\($1)" }
        guard let bound = try? model.bind(files: [], assignments: settings), let value = try? bound.logDensity(),
          value.isFinite
        else { return false }
      }
      return true
    }
    // Ints where nothing else will do.
    let choices: [[ArgumentKind]] = row.parameters.map {
      $0.type == .int ? ArgumentKind.wholeNumbers : ArgumentKind.numbers
    }
    var found: [[ArgumentKind]] = []
    for kinds in combinations(choices) where found.count < 3 && isFinite(kinds) { found.append(kinds) }
    guard !found.isEmpty else { return nil }
    let partials = LoopFunction.named(row.name).flatMap { DerivativeTable.partials(of: $0) }
    let hasOwnForm = ["abs", "square", "sign", "floor", "ceil", "round", "trunc", "div", "mod"].contains(row.name)
    return KnownFunction(
      name: row.name, kinds: found,
      isDifferentiable: row.parameters.indices.map { place in
        if hasOwnForm { return row.name != "div" }
        guard let partials, partials.indices.contains(place) else { return false }
        return partials[place] != nil
      }, result: row.result)
  }
}
