// Inference and data as functions of the language; the driver performs them.

import BorelValues

/// Left out, the seed comes from the session's seed and the number of the call.
private let seed = Primitive.Parameter("seed", .int, default: .null)

private let model = Primitive.Parameter("model", .model)
private let posterior = Primitive.Parameter("posterior", .host("posterior"))

/// Every function that draws random numbers takes `seed`, and inside a model it must be given.
let inferencePrimitives: [Primitive] = [
  // Running a model.
  Primitive(
    "simulate", [model, seed], .host("trace"), effect: .host,
    "Runs a model once, drawing every free choice from its distribution: a trace"),
  Primitive(
    "generate", [model, seed], .tuple, effect: .host,
    "A trace of a conditioned model with its log importance weight: (trace, log_weight)"),
  Primitive(
    "logdensity", [model, .init("values", .record, default: .record([]))], .real, effect: .host,
    "Log density of a model at the given values of all its choices"),

  // Inference.
  Primitive(
    "importance", [model, .init("draws", .int, default: .int(1000)), seed], .host("posterior"), effect: .host,
    "Importance sampling from the prior: weighted draws and the log evidence"),
  Primitive(
    "rejection",
    [model, .init("draws", .int, default: .int(1000)), .init("attempts", .int, default: .int(10_000_000)), seed],
    .host("posterior"), effect: .host,
    "Rejection sampling for models whose observations are discrete or hard conditions: exact draws"),
  Primitive(
    "enumerate", [model, .init("limit", .int, default: .int(10_000_000))], .host("posterior"), effect: .host,
    "Every execution of a model with finitely many choices, weighted exactly; at most `limit` executions"),
  Primitive(
    "marginal", [model, .init("limit", .int, default: .int(10_000_000))], .distribution, effect: .host,
    "The distribution of a model's return value, by enumeration"),
  Primitive(
    "mh",
    [
      model, .init("draws", .int, default: .int(1000)), .init("warmup", .int, default: .int(500)),
      .init("chains", .int, default: .int(4)), .init("thin", .int, default: .int(1)), seed,
    ], .host("posterior"), effect: .host,
    "Single-site Metropolis-Hastings over traces; draws and warmup count per chain"),
  Primitive(
    "smc",
    [
      model, .init("particles", .int, default: .int(1000)),
      .init("resampling", .string, default: .string("systematic")), .init("threshold", .real, default: .real(0.5)),
      seed,
    ], .host("posterior"), effect: .host,
    "Bootstrap sequential Monte Carlo: resamples when the effective sample size falls below threshold * particles"),

  // Looking at results; all of these respect the weights.
  Primitive(
    "summary", [posterior], .host("table"), effect: .host,
    "Mean, standard deviation, quantiles and convergence of every variable"),
  Primitive(
    "expectation", [posterior, .init("f", .function)], .any, effect: .host,
    "Weighted mean of f(draw) over the draws of a posterior"),
  Primitive(
    "probability", [posterior, .init("f", .function)], .real, effect: .host,
    "Weighted share of the draws for which f(draw) is true"),
  Primitive(
    "log_evidence", [posterior], .real, effect: .host,
    "Log of the marginal likelihood as estimated by importance, rejection, smc or enumerate"),
  Primitive(
    "resample", [posterior, .init("draws", .int, default: .null), seed], .host("posterior"), effect: .host,
    "Draws with equal weights from a weighted posterior"),
  Primitive(
    "draws", [posterior, .init("name", .string)], .any, effect: .host,
    "The draws of one variable as an array, one row a draw, without their weights; call resample first where they differ"
  ),

  // Data.
  Primitive("read_json", [.init("path", .string)], .any, effect: .host, "Reads a JSON file: a record, array or scalar"),
  Primitive(
    "read_csv", [.init("path", .string)], .record, effect: .host, "Reads a CSV file with a header: a record of columns"),
  Primitive(
    "write_json", [.init("value", .any), .init("path", .string)], .null, effect: .host,
    "Writes a value or a posterior to a JSON file"),
  Primitive(
    "write_csv", [.init("value", .any), .init("path", .string)], .null, effect: .host,
    "Writes a posterior or a record of equally long columns to a CSV file"),
]
