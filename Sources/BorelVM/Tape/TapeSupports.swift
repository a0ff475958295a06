// Where choices live, with nodes in bounds, and the way between there and unconstrained space by the transforms of native code.

import BorelIR
import BorelPasses
import BorelSemantics
import BorelSource
import BorelValues

/// The support of a continuous choice.
indirect enum TapeSupport {
  /// The kind with its bounds or sizes.
  case single(SupportKind, [Dual])
  /// Independent elements in row-major order.
  case elements([Int], [TapeSupport])

  private func sizes(_ arguments: [Dual]) -> [Int] { arguments.map { Int($0.value) } }

  /// The number of unconstrained numbers.
  var dimension: Int {
    switch self {
    case .single(let kind, let arguments):
      kind.isScalar ? 1 : SupportTransform.dimension(kind, sizes: sizes(arguments)) ?? 0
    case .elements(_, let parts): parts.reduce(0) { $0 + $1.dimension }
    }
  }

  /// The shape of a value; empty for a number.
  var shape: [Int] {
    switch self {
    case .single(let kind, let arguments):
      switch kind {
      case .vector, .simplex, .ordered, .positiveOrdered, .unitVector, .matrix: sizes(arguments)
      case .covariance, .correlation, .covarianceCholesky, .correlationCholesky:
        sizes(arguments) + sizes(arguments)
      default: []
      }
    case .elements(let outer, let parts): outer + (parts.first?.shape ?? [])
    }
  }

  /// The numbers of the value at a position, row by row, and the log-Jacobian.
  func constrained(_ y: ArraySlice<Dual>, on tape: Tape) throws(Failure) -> (x: [Dual], logJacobian: Dual) {
    switch self {
    case .single(let kind, let arguments):
      if kind == .real || kind == .vector || kind == .matrix { return (Array(y), Dual(0)) }
      let run = try TapeLoop.run(
        transform(kind).constrain, scalars: arguments, dimension: dimension, arrays: [(.position, Array(y))], on: tape)
      return (run.output("x"), run.target)
    case .elements(_, let parts):
      var start = y.startIndex
      var x: [Dual] = []
      var logJacobian = Dual(0)
      for part in parts {
        let end = start + part.dimension
        let found = try part.constrained(y[start..<end], on: tape)
        x += found.x
        logJacobian = try tape.add(logJacobian, found.logJacobian)
        start = end
      }
      return (x, logJacobian)
    }
  }

  /// The position of a value, given row by row.
  func unconstrained(_ x: ArraySlice<Dual>, on tape: Tape) throws(Failure) -> [Dual] {
    switch self {
    case .single(let kind, let arguments):
      if kind == .real || kind == .vector || kind == .matrix { return Array(x) }
      return try TapeLoop.run(
        transform(kind).unconstrain, scalars: arguments, dimension: dimension, arrays: [(.other("x"), Array(x))],
        on: tape
      ).output("position")
    case .elements(_, let parts):
      var start = x.startIndex
      var y: [Dual] = []
      for part in parts {
        let end = start + part.shape.reduce(1, *)
        y += try part.unconstrained(x[start..<end], on: tape)
        start = end
      }
      return y
    }
  }

  private func transform(_ kind: SupportKind) throws(Failure) -> SupportTransform {
    guard let transform = SupportTransform.all[kind] else { throw .noUnconstrainedSpace("a value on \(kind.rawValue)") }
    return transform
  }
}

extension SupportKind {
  fileprivate var isScalar: Bool {
    switch self {
    case .real, .positive, .nonNegative, .above, .below, .interval, .unitInterval: true
    default: false
    }
  }
}

extension Failure {
  fileprivate static func noUnconstrainedSpace(_ what: String) -> Failure {
    .user(code: "no-unconstrained-space", "\(what) has no place in unconstrained space")
  }
}

extension MachineStorage {
  /// The support of a continuous distribution.
  func tracedSupport(of distribution: DistributionObject) throws(Failure) -> TapeSupport {
    if let definition = distribution.definition {
      var arguments: [Dual] = []
      for expression in definition.support.arguments {
        let value: Value
        switch expression {
        case .constant(let constant): value = constant
        case .parameter(let index): value = distribution.traced(index) ?? distribution.argument(index)
        case .method(let method): value = try callTraced(method, of: distribution, nil)
        }
        guard let number = value.asDual else {
          throw .user(
            code: "invalid-support", "a bound of the support of \(definition.name) is \(value.kindDescription)")
        }
        arguments.append(number)
      }
      return .single(definition.support.kind, arguments)
    }
    switch distribution.combination {
    case let product as any ElementwiseCombination:
      guard let elements = distribution.elements else { break }
      var parts: [TapeSupport] = []
      for offset in 0..<product.count { parts.append(try tracedSupport(of: elements.element(offset))) }
      return .elements(product.outerShape, parts)
    case let mixture as Mixture:
      guard let first = mixture.components.first else { break }
      let support = try tracedSupport(of: first)
      for component in mixture.components.dropFirst() {
        guard support.isSame(as: try tracedSupport(of: component)) else {
          throw .noUnconstrainedSpace("a mixture of components with different supports")
        }
      }
      return support
    case let truncation as Truncation: return try restricted(try tracedSupport(of: truncation.base), distribution)
    case let draws as OrderedDraws:
      guard case .single(let kind, _) = try tracedSupport(of: draws.base) else { break }
      switch kind {
      case .real: return .single(.ordered, [Dual(Double(draws.count))])
      case .positive, .nonNegative: return .single(.positiveOrdered, [Dual(Double(draws.count))])
      default: throw .noUnconstrainedSpace("ordered draws on \(kind.rawValue)")
      }
    case let transformation as Transformation:
      // Of the range of the user's function nothing is known; outside of it the density is zero.
      switch try tracedSupport(of: transformation.base) {
      case .single(let kind, _) where kind.isScalar: return .single(.real, [])
      case .single(.vector, let sizes): return .single(.vector, sizes)
      default: break
      }
    default: break
    }
    throw .noUnconstrainedSpace(distribution.text)
  }

  /// The support between the bounds of a truncation.
  private func restricted(_ support: TapeSupport, _ distribution: DistributionObject) throws(Failure) -> TapeSupport {
    guard case .single(let kind, let arguments) = support, let truncation = distribution.combination as? Truncation
    else { throw .noUnconstrainedSpace(distribution.text) }
    var (low, high): (Dual?, Dual?)
    switch kind {
    case .real: break
    case .positive, .nonNegative: low = Dual(0)
    case .unitInterval: (low, high) = (Dual(0), Dual(1))
    case .above: low = arguments[0]
    case .below: high = arguments[0]
    case .interval: (low, high) = (arguments[0], arguments[1])
    default: throw .noUnconstrainedSpace(distribution.text)
    }
    if truncation.lower > -.infinity {
      let bound = distribution.traced(1)?.asDual ?? Dual(truncation.lower)
      low = low.map { $0.value < bound.value ? bound : $0 } ?? bound
    }
    if truncation.upper < .infinity {
      let bound = distribution.traced(2)?.asDual ?? Dual(truncation.upper)
      high = high.map { bound.value < $0.value ? bound : $0 } ?? bound
    }
    switch (low, high) {
    case (nil, nil): return .single(.real, [])
    case (let low?, nil): return .single(.above, [low])
    case (nil, let high?): return .single(.below, [high])
    case (let low?, let high?): return .single(.interval, [low, high])
    }
  }
}

extension TapeSupport {
  fileprivate func isSame(as other: TapeSupport) -> Bool {
    switch (self, other) {
    case (.single(let kind, let a), .single(let otherKind, let b)):
      kind == otherKind && a.map(\.value) == b.map(\.value) && a.map(\.node) == b.map(\.node)
    default: false
    }
  }
}
