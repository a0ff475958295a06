// Sizes and positions as polynomials of variables with whole coefficients, to tell whether two of them are equal.

import BorelIR

/// A sum of products of Int variables, as far as their definitions are sums, differences and products.
struct SizePolynomial: Equatable {
  /// Coefficients by sorted variables; none is zero.
  private(set) var terms: [[LoopVariable]: Int] = [:]

  init(_ constant: Int) { if constant != 0 { terms[[]] = constant } }

  init(_ operand: LoopOperand, _ definitions: [LoopVariable: LoopOperation], depth: Int = 0) {
    switch operand {
    case .int(let value): if value != 0 { terms[[]] = value }
    case .variable(let variable):
      // Long chains are not sizes.
      guard depth < 8, case .apply(let function, let operands)? = definitions[variable], operands.count == 2 else {
        terms[[variable]] = 1
        return
      }
      func part(_ place: Int) -> SizePolynomial { SizePolynomial(operands[place], definitions, depth: depth + 1) }
      let result: SizePolynomial?
      switch function {
      case .add: result = part(0).plus(part(1))
      case .subtract: result = part(1).scaled(by: -1).flatMap { part(0).plus($0) }
      case .multiply: result = part(0).times(part(1))
      default: result = nil
      }
      if let result { self = result } else { terms[[variable]] = 1 }
    default: break
    }
  }

  /// The value of a polynomial without variables.
  var constant: Int? {
    if terms.isEmpty { return 0 }
    return terms.count == 1 ? terms[[]] : nil
  }

  var variables: Set<LoopVariable> { Set(terms.keys.joined()) }

  /// The rest of the sum where the variable occurs once, by itself and with factor 1; nil where it does not.
  func removing(_ variable: LoopVariable) -> SizePolynomial? {
    var rest = self
    guard rest.terms.removeValue(forKey: [variable]) == 1, !rest.variables.contains(variable) else { return nil }
    return rest
  }

  // Sums and products; nil where numbers overflow.

  func plus(_ other: SizePolynomial) -> SizePolynomial? {
    var result = self
    for (key, value) in other.terms {
      let (sum, overflows) = (result.terms[key] ?? 0).addingReportingOverflow(value)
      if overflows { return nil }
      result.terms[key] = sum == 0 ? nil : sum
    }
    return result
  }

  func scaled(by factor: Int) -> SizePolynomial? { times(SizePolynomial(factor)) }

  func minus(_ other: SizePolynomial) -> SizePolynomial? { other.scaled(by: -1).flatMap { plus($0) } }

  func times(_ other: SizePolynomial) -> SizePolynomial? {
    var result = SizePolynomial(0)
    for (a, x) in terms {
      for (b, y) in other.terms {
        let (product, overflows) = x.multipliedReportingOverflow(by: y)
        if overflows { return nil }
        var term = SizePolynomial(0)
        if product != 0 { term.terms[(a + b).sorted { $0.index < $1.index }] = product }
        guard let sum = result.plus(term) else { return nil }
        result = sum
      }
    }
    return result
  }
}
