// Derivatives of the elementary functions.

private let x = DerivativeExpression.argument(0)
private let y = DerivativeExpression.argument(1)
private let z = DerivativeExpression.argument(2)
private let r = DerivativeExpression.result
private let infinity = DerivativeExpression.constant(.infinity)

extension DerivativeTable {
  static let elementary: [String: [DerivativeExpression?]] = exponentials.merging(trigonometry) { first, _ in first }
    .merging(powers) { first, _ in first }
    .merging(logScale) { first, _ in first }
    .merging(steps) { first, _ in first }

  private static let exponentials: [String: [DerivativeExpression?]] = [
    "exp": [r],
    "expm1": [r + 1.0],
    "exp2": [r * 0.6931471805599453],
    "log": [1.0 / x],
    "log1p": [1.0 / (1.0 + x)],
    "log2": [1.4426950408889634 / x],
    "log10": [0.4342944819032518 / x],
  ]

  private static let powers: [String: [DerivativeExpression?]] = {
    // y x^(y-1) at x = 0.
    let atZero = DerivativeExpression.select(
      y == 1.0, 1.0, .select(1.0 < y || y == 0.0, 0.0, y * infinity))
    return [
      "sqrt": [0.5 / r],
      "cbrt": [1.0 / (3.0 * r * r)],
      "square": [2.0 * x],
      "inv": [-(r * r)],
      "inv_sqrt": [-0.5 * r / x],
      "pow": [.select(x == 0.0, atZero, y * r / x), .select(x == 0.0, 0.0, r * .log(x))],
      "hypot": [.select(r == 0.0, 0.0, x / r), .select(r == 0.0, 0.0, y / r)],
      "fma": [y, x, 1.0],
    ]
  }()

  private static let trigonometry: [String: [DerivativeExpression?]] = {
    let radius = DerivativeExpression.call("hypot", x, y)
    return [
      "sin": [.call("cos", x)],
      "cos": [-.call("sin", x)],
      "tan": [1.0 + r * r],
      "asin": [1.0 / .sqrt((1.0 - x) * (1.0 + x))],
      "acos": [-1.0 / .sqrt((1.0 - x) * (1.0 + x))],
      "atan": [1.0 / (1.0 + x * x)],
      "sinh": [.call("cosh", x)],
      "cosh": [.call("sinh", x)],
      "tanh": [(1.0 - r) * (1.0 + r)],
      // Squares overflow where the derivatives do not yet underflow.
      "asinh": [1.0 / .call("hypot", 1.0, x)],
      "acosh": [1.0 / (.sqrt(x - 1.0) * .sqrt(x + 1.0))],
      "atanh": [1.0 / ((1.0 - x) * (1.0 + x))],
      // The arguments are (y, x); neither square can overflow.
      "atan2": [y / radius / radius, -(x / radius / radius)],
    ]
  }()

  private static let logScale: [String: [DerivativeExpression?]] = {
    // log_mix(t, x, y) with both exponentials relative to the larger one: a = e^(x-m), b = e^(y-m).
    let falls = y - z < 0.0
    let small = DerivativeExpression.exp(-.absolute(y - z))
    let a = DerivativeExpression.select(falls, small, 1.0)
    let b = DerivativeExpression.select(falls, 1.0, small)
    let sum = x * a + (1.0 - x) * b
    return [
      "x_log_y": [.log(y), .select(x == 0.0, 0.0, x / y)],
      "x_log1p_y": [.log1p(y), .select(x == 0.0, 0.0, x / (1.0 + y))],
      "log1p_exp": [.invLogit(x)],
      "log1m_exp": [-1.0 / .expm1(-x)],
      "log_diff_exp": [-1.0 / .expm1(y - x), -1.0 / .expm1(x - y)],
      "log_sum_exp": [.invLogit(x - y), .invLogit(-(x - y))],
      // The sum underflows where a weight is zero.
      "log_mix": [
        (a - b) / sum, .select(sum == 0.0, x, x * a / sum), .select(sum == 0.0, 1.0 - x, (1.0 - x) * b / sum),
      ],
      "logit": [1.0 / (x * (1.0 - x))],
      "inv_logit": [r * (1.0 - r)],
      "log_inv_logit": [.invLogit(-x)],
      "log1m_inv_logit": [-.invLogit(x)],
      "cloglog": [-1.0 / ((1.0 - x) * .log1p(-x))],
      "inv_cloglog": [.exp(x - .exp(x))],
    ]
  }()

  /// Functions with flat parts and corners.
  private static let steps: [String: [DerivativeExpression?]] = [
    "fdim": [.select(y < x, 1.0, 0.0), .select(y < x, -1.0, 0.0)],
    "fmod": [1.0, (r - x) / y],
    "abs": [.select(x < 0.0, -1.0, 1.0)],
    "sign": [0.0],
    "floor": [0.0],
    "ceil": [0.0],
    "round": [0.0],
    "trunc": [0.0],
    "min": [.select(y < x, 0.0, 1.0), .select(y < x, 1.0, 0.0)],
    "max": [.select(x < y, 0.0, 1.0), .select(x < y, 1.0, 0.0)],
  ]
}
