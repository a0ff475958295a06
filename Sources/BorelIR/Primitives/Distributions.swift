// Distributions and models as values: combinations, densities and cdfs, conditioning, memoised functions.

import BorelValues

private let distribution = Primitive.Parameter("d", .distribution)
private let variate = Primitive.Parameter("x", .any)
private let number = Primitive.Parameter("x", .real)

let distributionPrimitives: [Primitive] = [
  // Combinations.
  Primitive(
    "iid", [distribution, .init("n", .any)], .distribution,
    "Independent draws from one distribution: an array of length n, or of the shape n"),
  Primitive(
    "mixture", [.init("weights", .array(rank: 1)), .init("components", .any)], variadic: true, .distribution,
    "One of several distributions with given probabilities: mixture(weights, [d, ...]) or mixture(weights, d, ...)"),
  Primitive(
    "truncate", [distribution, .init("lower", .any, default: .null), .init("upper", .any, default: .null)],
    .distribution, "A distribution restricted to [lower, upper]; null for no bound"),
  Primitive(
    "censor", [distribution, .init("lower", .any, default: .null), .init("upper", .any, default: .null)],
    .distribution, "Draws clamped to [lower, upper]: all mass beyond a bound lies at the bound; null for no bound"),
  Primitive(
    "ordered", [distribution, .init("n", .int)], .distribution, "n independent draws in ascending order"),
  Primitive(
    "transformed",
    [
      distribution, .init("forward", .function), .init("inverse", .function),
      .init("log_jacobian", .any, default: .null),
    ], .distribution,
    "The distribution of forward(x): log_jacobian(x) is the log of the absolute derivative of forward"),
  Primitive("delta", [.init("value", .any)], .distribution, "All mass at one value"),
  Primitive(
    "finite", [.init("values", .any), .init("weights", .array(rank: 1))], .distribution,
    "One of the given values, with given probabilities"),

  // What a distribution answers.
  Primitive("logpdf", [distribution, variate], .real, "Log density or log mass at x, -inf outside the support"),
  Primitive("pdf", [distribution, variate], .real, "Density or mass at x"),
  Primitive("cdf", [distribution, number], .real, "P(X <= x)"),
  Primitive("ccdf", [distribution, number], .real, "P(X > x)"),
  Primitive("logcdf", [distribution, number], .real, "log P(X <= x)"),
  Primitive("logccdf", [distribution, number], .real, "log P(X > x)"),

  // Models.
  Primitive(
    "do", [.init("model", .model), .init("values", .record)], .model,
    "Intervenes: the named variables are set to the given values and cut from their parents"),
  Primitive(
    "mem", [.init("f", .function), .init("name", .any, default: .null)], .function,
    "A function that remembers: equal arguments give the value of the first call, choices included"),
]
