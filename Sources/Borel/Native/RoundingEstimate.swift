// How much rounding moves a log density: the density again with everything that it computes off in the last digits.

import BorelIR
import BorelNative
import BorelNumerics

/// Copies of a model's density over choices in which every datum, every Real computed and every result of a routine is off by up to
/// two units of its last place (Monte Carlo arithmetic: Parker 1997).
struct RoundingEstimate {
  private let densities: [NativeDensity]

  init(_ candidate: ComparisonCandidate, copies: Int = 4, seed: UInt64 = 1) throws(NativeFailure) {
    var random = RandomStream(seed: seed)
    var copiesOfModel: [ComparisonCandidate] = []
    var sources: [NativeSource] = []
    for _ in 0..<copies {
      var copy = candidate
      copy.programs.atChoices = roundedOff(candidate.programs.atChoices, &random)
      copiesOfModel.append(copy)
      sources.append(
        try NativeSource([NativeFunction(name: "log_density_at_choices", program: copy.programs.atChoices)]))
    }
    var densities: [NativeDensity] = []
    for (copy, module) in zip(copiesOfModel, try compileTogether(sources, effort: .none)) {
      let seed = UInt64(densities.count)
      densities.append(try NativeDensity(copy, module) { $0.roundedOff(seed) })
    }
    self.densities = densities
  }

  /// The greatest distance of a copy's finite log density from the one given.
  func spread(at choices: TrialRun, around value: Double) throws(NativeFailure) -> Double {
    var spread = 0.0
    for density in densities {
      let moved = try FunctionAtChoices(density, "log_density_at_choices", choices: choices).evaluate()
      if moved.isFinite { spread = max(spread, abs(moved - value)) }
    }
    return spread
  }
}

/// One, off by one or two units of its last place.
private func factor(_ bits: UInt64) -> Double {
  1 + [-2, -1, 1, 2][Int(bits >> 62)] * 2.220446049250313e-16
}

extension NativeValue {
  /// Reals off in the last digits, equal ones alike, so that symmetric matrices stay symmetric; whole numbers are exact.
  fileprivate func roundedOff(_ seed: UInt64) -> NativeValue {
    func moved(_ x: Double) -> Double {
      x == x.rounded() || !x.isFinite ? x : x * factor((x.magnitude.bitPattern &+ seed) &* 0x9e37_79b9_7f4a_7c15)
    }
    return switch self {
    case .real(let x): .real(moved(x))
    case .reals(let elements, let sizes): .reals(elements.map(moved), sizes)
    case .bool, .int, .bools, .ints: self
    }
  }
}

/// The program with an error in the last digits of every Real that arithmetic, a function or a routine computes.
private func roundedOff(_ program: LoopProgram, _ random: inout RandomStream) -> LoopProgram {
  var errors = RoundingErrors(program: program, random: random)
  errors.program.body = errors.body(program.body)
  random = errors.random
  return errors.program
}

private struct RoundingErrors {
  var program: LoopProgram
  var random: RandomStream

  private static let exact: Set<LoopFunction> = Set(
    [.negate, .minimum, .maximum, .absolute, .select, .detach, .toReal]
      + ["floor", "ceil", "round", "trunc", "sign"].compactMap(LoopFunction.named))

  mutating func body(_ statements: [LoopStatement]) -> [LoopStatement] {
    statements.flatMap { statement in
      switch statement.kind {
      case .define(let variable, .apply(let function, let operands))
      where program[variable].scalar == .real && !Self.exact.contains(function):
        let plain = immutable("plain", .real)
        return [LoopStatement(.define(plain, .apply(function, operands)), statement.span)]
          + moved(plain, into: variable)
      case .loop(var loop):
        loop.body = body(loop.body)
        return [LoopStatement(.loop(loop), statement.span)]
      case .conditional(let condition, let then, let otherwise):
        let (then, otherwise) = (body(then), body(otherwise))
        return [LoopStatement(.conditional(condition, then: then, else: otherwise), statement.span)]
      case .call(_, let outputs, _):
        return [statement] + outputs.filter { program[$0].scalar == .real }.flatMap { moved($0, [], program[$0].sizes) }
      default: return [statement]
      }
    }
  }

  private mutating func immutable(_ name: String, _ scalar: LoopScalar) -> LoopVariable {
    program.addVariable(.init(name: name, scalar: scalar, role: .immutable))
  }

  /// Defines a variable as another one times about one; whole numbers of moderate size are results of exact arithmetic.
  private mutating func moved(_ plain: LoopVariable, into result: LoopVariable) -> [LoopStatement] {
    let x = LoopOperand.variable(plain)
    var statements: [LoopStatement] = []
    func define(_ variable: LoopVariable, _ function: LoopFunction, _ operands: [LoopOperand]) -> LoopOperand {
      statements.append(LoopStatement(.define(variable, .apply(function, operands))))
      return .variable(variable)
    }
    guard let floor = LoopFunction.named("floor") else { return [] }
    let whole = define(immutable("whole", .real), floor, [x])
    let isWhole = define(immutable("is_whole", .bool), .equal, [whole, x])
    let size = define(immutable("size", .real), .absolute, [x])
    let isModerate = define(immutable("is_moderate", .bool), .less, [size, .real(1e9)])
    let isExact = define(immutable("is_exact", .bool), .and, [isWhole, isModerate])
    let off = define(immutable("off", .real), .multiply, [x, .real(factor(random.next()))])
    _ = define(result, .select, [isExact, x, off])
    return statements
  }

  /// Moves the elements of an array.
  private mutating func moved(
    _ array: LoopVariable, _ indices: [LoopOperand], _ sizes: [LoopOperand]
  ) -> [LoopStatement] {
    guard let size = sizes.first else {
      let (element, result) = (immutable("element", .real), immutable("moved", .real))
      return [LoopStatement(.define(element, .load(array, indices)))] + moved(element, into: result)
        + [LoopStatement(.store(array, indices, .variable(result)))]
    }
    let index = immutable("place", .int)
    let body = moved(array, indices + [.variable(index)], Array(sizes.dropFirst()))
    return [LoopStatement(.loop(LoopFor(index: index, lower: .int(0), upper: size, body: body)))]
  }
}
