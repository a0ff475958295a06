// Bijections between supports and unconstrained space, each with its log-Jacobian: the forms that `unconstrain` writes.
//
// y is unconstrained, x lies in the support. Sizes: an array of n elements takes n numbers of y unless said otherwise.

import BorelIR

/// Where a transform finds the numbers of y and leaves those of x.
struct TransformPlace {
  /// The unconstrained array and the position of the first number.
  var position: LoopVariable
  var offset: LoopOperand
  /// The array that receives x.
  var value: LoopVariable
}

extension LoopBuilder {
  private func named(_ name: String) -> LoopFunction { LoopFunction.named(name) ?? .negate }

  mutating func function(_ name: String, _ operands: LoopOperand...) -> LoopOperand {
    apply(named(name), operands)
  }

  mutating func add(_ a: LoopOperand, _ b: LoopOperand) -> LoopOperand { apply(.add, a, b) }
  mutating func subtract(_ a: LoopOperand, _ b: LoopOperand) -> LoopOperand { apply(.subtract, a, b) }
  mutating func multiply(_ a: LoopOperand, _ b: LoopOperand) -> LoopOperand { apply(.multiply, a, b) }
  mutating func divide(_ a: LoopOperand, _ b: LoopOperand) -> LoopOperand { apply(.divide, a, b) }
  mutating func negate(_ a: LoopOperand) -> LoopOperand { apply(.negate, a) }

  mutating func addToTarget(_ operand: LoopOperand) { append(.target(operand)) }

  // MARK: Scalars

  /// x for one number y, and the log-Jacobian added to the target; nil for supports that are not scalar and continuous.
  ///
  /// positive: x = e^y, log|J| = y. above a: x = a + e^y. below b: x = b - e^y. interval (a, b): x = a + (b - a) logit⁻¹(y),
  /// log|J| = log(b - a) + log logit⁻¹(y) + log(1 - logit⁻¹(y)).
  mutating func constrained(_ y: LoopOperand, _ support: LoopSupport) -> LoopOperand? {
    switch support.kind {
    case .real: return y
    case .positive, .nonNegative:
      addToTarget(y)
      return function("exp", y)
    case .above:
      addToTarget(y)
      return add(support.arguments[0], function("exp", y))
    case .below:
      addToTarget(y)
      return subtract(support.arguments[0], function("exp", y))
    case .unitInterval:
      addToTarget(add(function("log_inv_logit", y), function("log1m_inv_logit", y)))
      return function("inv_logit", y)
    case .interval:
      let width = subtract(support.arguments[1], support.arguments[0])
      let slope = add(function("log_inv_logit", y), function("log1m_inv_logit", y))
      addToTarget(add(function("log", width), slope))
      return add(support.arguments[0], multiply(width, function("inv_logit", y)))
    default: return nil
    }
  }

  /// y for x, the inverse of `constrained`.
  mutating func unconstrained(_ x: LoopOperand, _ support: LoopSupport) -> LoopOperand? {
    switch support.kind {
    case .real: return x
    case .positive, .nonNegative: return function("log", x)
    case .above: return function("log", subtract(x, support.arguments[0]))
    case .below: return function("log", subtract(support.arguments[0], x))
    case .unitInterval: return function("logit", x)
    case .interval:
      let below = subtract(x, support.arguments[0])
      let above = subtract(support.arguments[1], x)
      return subtract(function("log", below), function("log", above))
    default: return nil
    }
  }

  // MARK: Arrays

  /// The number of unconstrained numbers of one value.
  mutating func unconstrainedCount(_ support: LoopSupport) -> LoopOperand? {
    let n = support.arguments.first ?? .int(1)
    switch support.kind {
    case .real, .positive, .nonNegative, .above, .below, .interval, .unitInterval: return .int(1)
    case .vector, .ordered, .positiveOrdered, .unitVector: return n
    case .matrix: return multiply(n, support.arguments[1])
    case .simplex: return subtract(n, .int(1))
    case .correlation, .correlationCholesky:
      return apply(.floorDivide, multiply(n, subtract(n, .int(1))), .int(2))
    case .covariance, .covarianceCholesky:
      return apply(.floorDivide, multiply(n, add(n, .int(1))), .int(2))
    default: return nil
    }
  }

  private mutating func y(_ place: TransformPlace, _ index: LoopOperand) -> LoopOperand {
    load(place.position, [add(place.offset, index)])
  }

  /// The position of entry (i, j), j < i, among the entries below the diagonal, row by row.
  private mutating func below(_ i: LoopOperand, _ j: LoopOperand) -> LoopOperand {
    add(apply(.floorDivide, multiply(i, subtract(i, .int(1))), .int(2)), j)
  }

  /// The position of entry (i, j), j <= i, of the lower triangle, row by row.
  private mutating func triangle(_ i: LoopOperand, _ j: LoopOperand) -> LoopOperand {
    add(apply(.floorDivide, multiply(i, add(i, .int(1))), .int(2)), j)
  }

  /// Writes x and adds the log-Jacobian; false for supports that are not continuous sets of arrays.
  mutating func constrain(_ place: TransformPlace, _ support: LoopSupport) -> Bool {
    let n = support.arguments.first ?? .int(1)
    switch support.kind {
    case .vector:
      loop(to: n) { (b, i) in b.append(.store(place.value, [i], b.y(place, i))) }
    case .matrix:
      let columns = support.arguments[1]
      loop(to: n) { (b, i) in
        b.loop(to: columns, name: "j") { (b, j) in
          b.append(.store(place.value, [i, j], b.y(place, b.add(b.multiply(i, columns), j))))
        }
      }
    case .ordered, .positiveOrdered: constrainOrdered(place, n, isPositive: support.kind == .positiveOrdered)
    case .simplex: constrainSimplex(place, n)
    case .unitVector: constrainUnitVector(place, n)
    case .correlationCholesky: constrainCorrelationFactor(place, n, factor: place.value)
    case .covarianceCholesky: constrainCovarianceFactor(place, n, factor: place.value)
    case .correlation, .covariance:
      let factor = allocate(.real, sizes: [n, n], name: "L")
      if support.kind == .correlation {
        constrainCorrelationFactor(place, n, factor: factor)
        // |dΩ/dL| = Π L[j, j]^(n - 1 - j)
        loop(to: n) { (b, j) in
          let power = b.real(b.subtract(b.subtract(n, .int(1)), j))
          b.addToTarget(b.multiply(power, b.function("log", b.load(factor, [j, j]))))
        }
      } else {
        constrainCovarianceFactor(place, n, factor: factor)
        // |dΣ/dL| = 2^n Π L[i, i]^(n - i)
        addToTarget(multiply(real(n), .real(0.6931471805599453)))
        loop(to: n) { (b, i) in
          let power = b.real(b.subtract(n, i))
          b.addToTarget(b.multiply(power, b.function("log", b.load(factor, [i, i]))))
        }
      }
      append(
        .call(
          .matrixMatrix(transposedA: false, transposedB: true, adds: false), outputs: [place.value],
          inputs: [factor, factor]))
    default: return false
    }
    return true
  }

  /// x[0] = y[0], x[k] = x[k - 1] + e^y[k], log|J| = Σ_{k >= 1} y[k]; positive: x[0] = e^y[0] and its y[0].
  private mutating func constrainOrdered(_ place: TransformPlace, _ n: LoopOperand, isPositive: Bool) {
    let last = declare(.real(0), .real, name: "last")
    loop(to: n) { (b, k) in
      let y = b.y(place, k)
      let isFirst = b.apply(.equal, k, .int(0))
      if isPositive {
        b.addToTarget(y)
        b.append(.accumulate(last, [], b.function("exp", y)))
      } else {
        b.addToTarget(b.apply(.select, isFirst, .real(0), y))
        b.append(.accumulate(last, [], b.apply(.select, isFirst, y, b.function("exp", y))))
      }
      b.append(.store(place.value, [k], b.read(last)))
    }
  }

  /// x = softmax(z), z = V y with the orthonormal Helmert contrasts V: the isometric log-ratio transform (Egozcue et al. 2003).
  ///
  /// With w_k = y[k - 1] / √(k (k + 1)): z[k] = Σ_{i > k} w_i - k w_k. log|J| = Σ log x + log(n) / 2.
  private mutating func constrainSimplex(_ place: TransformPlace, _ n: LoopOperand) {
    let contrasts = allocate(.real, sizes: [n], name: "z")
    let rest = declare(.real(0), .real, name: "rest")
    let greatest = declare(.real(-.infinity), .real, name: "greatest")
    loop(to: n, descending: true) { (b, k) in
      let order = b.real(k)
      let isFirst = b.apply(.equal, k, .int(0))
      let w = b.declare(.real(0), .real, name: "w")
      let inner = b.inBlock { b in
        let scale = b.function("sqrt", b.multiply(order, b.add(order, .real(1))))
        b.append(.store(w, [], b.divide(b.y(place, b.subtract(k, .int(1))), scale)))
      }
      b.append(.conditional(isFirst, then: [], else: inner))
      let weight = b.read(w)
      let z = b.subtract(b.read(rest), b.multiply(order, weight))
      b.append(.store(contrasts, [k], z))
      b.append(.store(greatest, [], b.apply(.maximum, b.read(greatest), b.apply(.detach, z))))
      b.append(.accumulate(rest, [], weight))
    }
    let top = read(greatest)
    let total = declare(.real(0), .real, name: "total")
    loop(to: n) { (b, k) in
      let z = b.subtract(b.load(contrasts, [k]), top)
      b.append(.accumulate(total, [], b.function("exp", z)))
    }
    let normaliser = add(top, function("log", read(total)))
    addToTarget(multiply(.real(0.5), function("log", real(n))))
    loop(to: n) { (b, k) in
      let logx = b.subtract(b.load(contrasts, [k]), normaliser)
      b.addToTarget(logx)
      b.append(.store(place.value, [k], b.function("exp", logx)))
    }
  }

  /// x = y / |y| with y standard normal: log density -|y|²/2 instead of a Jacobian (Muller 1959).
  private mutating func constrainUnitVector(_ place: TransformPlace, _ n: LoopOperand) {
    let squares = declare(.real(0), .real, name: "squares")
    loop(to: n) { (b, k) in
      let y = b.y(place, k)
      b.append(.accumulate(squares, [], b.multiply(y, y)))
    }
    let total = read(squares)
    addToTarget(multiply(.real(-0.5), total))
    let length = function("sqrt", total)
    loop(to: n) { (b, k) in b.append(.store(place.value, [k], b.divide(b.y(place, k), length))) }
  }

  /// Rows of the Cholesky factor of a correlation matrix from canonical partial correlations z = tanh y (Lewandowski et al. 2009).
  ///
  /// L[i, j] = z √(1 - Σ_{k < j} L[i, k]²). log|J| = Σ log(1 - z²) + ½ Σ_j log(1 - Σ_{k < j} L[i, k]²).
  private mutating func constrainCorrelationFactor(_ place: TransformPlace, _ n: LoopOperand, factor: LoopVariable) {
    loop(to: n) { (b, i) in
      let left = b.declare(.real(1), .real, name: "left")
      b.loop(to: i, name: "j") { (b, j) in
        let y = b.y(place, b.below(i, j))
        let remaining = b.read(left)
        // log(1 - tanh² y) = 2 (log 2 - y - log(1 + e^(-2 y)))
        let slope = b.subtract(
          b.subtract(.real(0.6931471805599453), y), b.function("log1p_exp", b.multiply(.real(-2), y)))
        b.addToTarget(
          b.add(b.multiply(.real(2), slope), b.multiply(.real(0.5), b.function("log", remaining))))
        let entry = b.multiply(b.function("tanh", y), b.function("sqrt", remaining))
        b.append(.store(factor, [i, j], entry))
        b.append(.accumulate(left, [], b.negate(b.multiply(entry, entry))))
      }
      b.append(.store(factor, [i, i], b.function("sqrt", b.read(left))))
      b.loop(from: b.add(i, .int(1)), to: n, name: "j") { (b, j) in b.append(.store(factor, [i, j], .real(0))) }
    }
  }

  /// L with L[i, i] = e^y and log|J| = Σ y over the diagonal.
  private mutating func constrainCovarianceFactor(_ place: TransformPlace, _ n: LoopOperand, factor: LoopVariable) {
    loop(to: n) { (b, i) in
      b.loop(to: i, name: "j") { (b, j) in b.append(.store(factor, [i, j], b.y(place, b.triangle(i, j)))) }
      let y = b.y(place, b.triangle(i, i))
      b.addToTarget(y)
      b.append(.store(factor, [i, i], b.function("exp", y)))
      b.loop(from: b.add(i, .int(1)), to: n, name: "j") { (b, j) in b.append(.store(factor, [i, j], .real(0))) }
    }
  }

  // MARK: Inverses

  /// Writes y for the array x: `place.value` is read and `place.position` written; false as in `constrain`.
  mutating func unconstrain(_ place: TransformPlace, _ support: LoopSupport) -> Bool {
    let n = support.arguments.first ?? .int(1)
    func put(_ b: inout LoopBuilder, _ index: LoopOperand, _ y: LoopOperand) {
      b.append(.store(place.position, [b.add(place.offset, index)], y))
    }
    switch support.kind {
    case .vector:
      loop(to: n) { (b, i) in put(&b, i, b.load(place.value, [i])) }
    case .matrix:
      let columns = support.arguments[1]
      loop(to: n) { (b, i) in
        b.loop(to: columns, name: "j") { (b, j) in
          put(&b, b.add(b.multiply(i, columns), j), b.load(place.value, [i, j]))
        }
      }
    case .ordered, .positiveOrdered:
      let last = declare(.real(0), .real, name: "last")
      loop(to: n) { (b, k) in
        let x = b.load(place.value, [k])
        let isFirst = b.apply(.equal, k, .int(0))
        let step = b.function("log", b.subtract(x, b.read(last)))
        put(&b, k, support.kind == .ordered ? b.apply(.select, isFirst, x, step) : step)
        b.append(.store(last, [], x))
      }
    case .simplex:
      // y[k - 1] = (Σ_{i < k} log x[i] - k log x[k]) / √(k (k + 1))
      let sum = declare(.real(0), .real, name: "sum")
      append(.accumulate(sum, [], function("log", load(place.value, [.int(0)]))))
      loop(from: .int(1), to: n) { (b, k) in
        let order = b.real(k)
        let logx = b.function("log", b.load(place.value, [k]))
        let scale = b.function("sqrt", b.multiply(order, b.add(order, .real(1))))
        let numerator = b.subtract(b.read(sum), b.multiply(order, logx))
        put(&b, b.subtract(k, .int(1)), b.divide(numerator, scale))
        b.append(.accumulate(sum, [], logx))
      }
    case .unitVector:
      loop(to: n) { (b, i) in put(&b, i, b.load(place.value, [i])) }
    case .correlationCholesky: unconstrainCorrelationFactor(place, n, factor: place.value)
    case .covarianceCholesky: unconstrainCovarianceFactor(place, n, factor: place.value)
    case .correlation, .covariance:
      let factor = allocate(.real, sizes: [n, n], name: "L")
      append(.call(.cholesky, outputs: [factor], inputs: [place.value]))
      if support.kind == .correlation {
        unconstrainCorrelationFactor(place, n, factor: factor)
      } else {
        unconstrainCovarianceFactor(place, n, factor: factor)
      }
    default: return false
    }
    return true
  }

  private mutating func unconstrainCorrelationFactor(
    _ place: TransformPlace, _ n: LoopOperand, factor: LoopVariable
  ) {
    loop(to: n) { (b, i) in
      let left = b.declare(.real(1), .real, name: "left")
      b.loop(to: i, name: "j") { (b, j) in
        let entry = b.load(factor, [i, j])
        let z = b.divide(entry, b.function("sqrt", b.read(left)))
        b.append(.store(place.position, [b.add(place.offset, b.below(i, j))], b.function("atanh", z)))
        b.append(.accumulate(left, [], b.negate(b.multiply(entry, entry))))
      }
    }
  }

  private mutating func unconstrainCovarianceFactor(
    _ place: TransformPlace, _ n: LoopOperand, factor: LoopVariable
  ) {
    loop(to: n) { (b, i) in
      b.loop(to: i, name: "j") { (b, j) in
        b.append(.store(place.position, [b.add(place.offset, b.triangle(i, j))], b.load(factor, [i, j])))
      }
      b.append(
        .store(place.position, [b.add(place.offset, b.triangle(i, i))], b.function("log", b.load(factor, [i, i]))))
    }
  }

  /// The statements that `write` makes, in a block of their own.
  mutating func inBlock(_ write: (inout LoopBuilder) -> Void) -> [LoopStatement] {
    open()
    write(&self)
    return close()
  }
}
