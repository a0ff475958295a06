// The table of derivative rules: for every scalar function, the partial derivative with respect to each argument.

/// The derivative rules that reverse mode, forward mode and the virtual machine's tape share.
public enum DerivativeTable {
  /// The partial derivatives of a function; nil for a function that has none at all (a result that is no Real, say), and nil
  /// in place of a partial derivative that has no closed form.
  ///
  /// A partial derivative of constant zero is that of a step function, which is flat wherever it has a derivative.
  public static func partials(of function: LoopFunction) -> [DerivativeExpression?]? {
    if case .primitive(let id) = function { return rows[id.index] }
    return operators[function]
  }

  /// Rules by the name of the primitive.
  public static let named: [String: [DerivativeExpression?]] =
    elementary
    .merging(special) { first, _ in first }
    .merging(distributionFunctions) { first, _ in first }
    .merging(quantiles) { first, _ in first }
    .merging(gslDistributions) { first, _ in first }

  /// What is said where a derivative is asked for that a row does not have; arguments count from zero.
  public static func missing(function: String, argument: Int) -> String {
    "\(function) has no derivative with respect to its argument \(argument + 1)"
  }

  private static let rows: [[DerivativeExpression?]?] = PrimitiveTable.rows.map { named[$0.name] }

  private static let operators: [LoopFunction: [DerivativeExpression?]] = {
    let x = DerivativeExpression.argument(0)
    let y = DerivativeExpression.argument(1)
    let r = DerivativeExpression.result
    return [
      .add: [1.0, 1.0],
      .subtract: [1.0, -1.0],
      .multiply: [y, x],
      .negate: [-1.0],
      .divide: [1.0 / y, -(r / y)],
      // Where both are equal, the first is the one chosen.
      .minimum: [.select(y < x, 0.0, 1.0), .select(y < x, 1.0, 0.0)],
      .maximum: [.select(x < y, 0.0, 1.0), .select(x < y, 1.0, 0.0)],
      .absolute: [.select(x < 0.0, -1.0, 1.0)],
      .remainder: [1.0, (r - x) / y],
      .detach: [0.0],
      .select: [nil, .select(x, 1.0, 0.0), .select(x, 0.0, 1.0)],
    ]
  }()
}
