// The transforms of `unconstrain` one support at a time, for hosts that evaluate them by themselves.

import BorelIR

/// The bijection between unconstrained space and the values of one support, as programs.
///
/// Both read their bounds (Real) or sizes (Int) as the inputs `other("0")` and `other("1")`, in the order of the support's arguments,
/// and the number of unconstrained numbers as `other("dimension")`.
/// `constrain` reads the unconstrained numbers as `position` and writes the values to the output `x`; its target is the log-Jacobian.
/// `unconstrain` reads the values as `other("x")` and writes the output `position`. A number is an array of one element.
public struct SupportTransform: Sendable {
  public let kind: SupportKind
  public let constrain: LoopProgram
  public let unconstrain: LoopProgram

  /// nil for supports that are no continuous sets.
  public init?(_ kind: SupportKind) {
    guard let forward = Self.program(kind, isForward: true), let inverse = Self.program(kind, isForward: false) else {
      return nil
    }
    self.kind = kind
    constrain = forward
    unconstrain = inverse
  }

  /// All of them, made once.
  public static let all: [SupportKind: SupportTransform] = {
    var all: [SupportKind: SupportTransform] = [:]
    for kind in SupportKind.allCases { all[kind] = SupportTransform(kind) }
    return all
  }()

  /// The number of unconstrained numbers of one value with these sizes.
  public static func dimension(_ kind: SupportKind, sizes: [Int]) -> Int? {
    var builder = LoopBuilder(LoopProgram(name: "dimension"))
    let support = LoopSupport(kind, sizes.map { .int($0) })
    guard case .int(let count)? = builder.unconstrainedCount(support) else { return nil }
    return count
  }

  private static func program(_ kind: SupportKind, isForward: Bool) -> LoopProgram? {
    var builder = LoopBuilder(LoopProgram(name: "\(isForward ? "constrain" : "unconstrain")_\(kind.rawValue)"))
    let isScalar = kind.hasScalarValues
    let arguments = (0..<kind.arity).map { index in
      LoopOperand.variable(builder.input(.other("\(index)"), name: "a\(index)", isScalar ? .real : .int))
    }
    let support = LoopSupport(kind, arguments)
    guard dimension(kind, sizes: arguments.map { _ in 2 }) != nil else { return nil }
    let count = LoopOperand.variable(builder.input(.other("dimension"), name: "n_position", .int))
    let valueSizes: [LoopOperand]
    switch kind {
    case .matrix: valueSizes = arguments
    case .covariance, .correlation, .covarianceCholesky, .correlationCholesky:
      valueSizes = [arguments[0], arguments[0]]
    default: valueSizes = isScalar ? [.int(1)] : [arguments[0]]
    }
    func output(_ name: String, _ sizes: [LoopOperand]) -> LoopVariable {
      builder.program.addVariable(LoopVariableInfo(name: name, scalar: .real, sizes: sizes, role: .output))
    }
    let position: LoopVariable
    let value: LoopVariable
    if isForward {
      position = builder.input(.position, name: "y", .real, sizes: [count])
      value = output("x", valueSizes)
    } else {
      position = output("position", [count])
      value = builder.input(.other("x"), name: "x", .real, sizes: valueSizes)
    }
    if isScalar {
      let (source, target) = isForward ? (position, value) : (value, position)
      let given = builder.load(source, [.int(0)])
      guard let found = isForward ? builder.constrained(given, support) : builder.unconstrained(given, support) else {
        return nil
      }
      builder.append(.store(target, [.int(0)], found))
    } else {
      let place = TransformPlace(position: position, offset: .int(0), value: value)
      guard isForward ? builder.constrain(place, support) : builder.unconstrain(place, support) else { return nil }
    }
    return builder.finish()
  }
}
