// What people who come from Stan, R, Python, NumPy, Pyro, PyMC, Julia and Turing type, and what it is called here.

/// Names of modules that the names of other languages' libraries follow.
let foreignModules: Set<String> = [
  "np", "numpy", "jnp", "math", "torch", "tf", "tfd", "tfp", "jax", "scipy", "stats", "pyro", "numpyro", "dist", "pm",
  "pymc", "random", "Math", "Distributions", "st",
]

/// Hints by foreign name, where another name alone does not do.
let foreignPhrases: [String: String] = {
  var hints: [String: String] = [:]
  for (family, own) in distributionFamilies {
    // Stan: normal_lpdf, normal_rng; R: dnorm, rnorm, pnorm, qnorm.
    for suffix in ["_lpdf", "_lpmf", "_lupdf", "_lupmf", "_log"] {
      hints[family + suffix] = "write `x ~ \(own)(...)`, or `logpdf(\(own)(...), x)` for the number"
    }
    hints[family + "_rng"] = "write `x ~ \(own)(...)` in a model"
    hints[family + "_cdf"] = hints[family + "_cdf"] ?? "write `cdf(\(own)(...), x)`"
    hints[family + "_lcdf"] = "write `logcdf(\(own)(...), x)`"
    hints[family + "_lccdf"] = "write `logccdf(\(own)(...), x)`"
  }
  for (stem, own) in statisticsStems {
    hints["d" + stem] = "write `logpdf(\(own)(...), x)`"
    hints["r" + stem] = "write `x ~ \(own)(...)` in a model"
    hints["p" + stem] = "write `cdf(\(own)(...), x)`"
    hints["q" + stem] = "write `quantile(\(own)(...), p)`"
  }
  for (foreign, hint) in sentences { hints[foreign] = hint }
  return hints
}()

/// Distributions as Stan calls them, with our names.
private let distributionFamilies: [String: String] = {
  var families: [String: String] = [:]
  for name in [
    "normal", "student_t", "cauchy", "laplace", "logistic", "lognormal", "uniform", "exponential", "gamma",
    "inv_gamma", "beta", "beta_proportion", "weibull", "gumbel", "frechet", "pareto", "rayleigh", "von_mises",
    "skew_normal", "exp_mod_normal", "multi_normal", "dirichlet", "wishart", "inv_wishart", "lkj_corr",
    "lkj_corr_cholesky", "multinomial", "bernoulli", "bernoulli_logit", "binomial", "binomial_logit",
    "beta_binomial", "poisson", "poisson_log", "neg_binomial", "neg_binomial_2", "neg_binomial_2_log",
    "hypergeometric", "categorical", "categorical_logit", "discrete_range", "ordered_logistic",
  ] {
    families[name] = name
  }
  families["discrete_range"] = "discrete_uniform"
  families["chi_square"] = "chi2"
  families["std_normal"] = "normal"
  return families
}()

/// R's stems, as in dnorm and rnorm.
private let statisticsStems: [String: String] = [
  "norm": "normal", "unif": "uniform", "exp": "exponential", "gamma": "gamma", "beta": "beta",
  "binom": "binomial", "pois": "poisson", "nbinom": "neg_binomial", "geom": "geometric", "hyper": "hypergeometric",
  "cauchy": "cauchy", "logis": "logistic", "lnorm": "lognormal", "weibull": "weibull", "chisq": "chi2",
  "t": "student_t", "mvnorm": "multi_normal", "multinom": "multinomial",
]

/// Our names by foreign name.
let foreignNames: [String: String] = [
  // Distributions of Pyro, PyMC, Turing, TensorFlow Probability
  "Normal": "normal", "Gaussian": "normal", "gaussian": "normal", "norm": "normal", "std_normal": "normal(0, 1)",
  "HalfNormal": "half_normal", "halfnormal": "half_normal", "StudentT": "student_t", "TDist": "student_t",
  "HalfStudentT": "half_student_t", "Cauchy": "cauchy", "HalfCauchy": "half_cauchy", "halfcauchy": "half_cauchy",
  "Laplace": "laplace", "double_exponential": "laplace", "Logistic": "logistic", "LogNormal": "lognormal",
  "log_normal": "lognormal", "Lognormal": "lognormal", "Uniform": "uniform", "unif": "uniform", "runif": "uniform",
  "Exponential": "exponential", "Gamma": "gamma", "InverseGamma": "inv_gamma", "inverse_gamma": "inv_gamma",
  "Beta": "beta", "Chi2": "chi2", "chi_square": "chi2", "chisq": "chi2", "ChiSquared": "chi2", "Chisq": "chi2",
  "inv_chi_square": "inv_chi2", "Weibull": "weibull", "Gumbel": "gumbel", "Frechet": "frechet",
  "Pareto": "pareto", "Rayleigh": "rayleigh", "VonMises": "von_mises", "SkewNormal": "skew_normal",
  "Kumaraswamy": "kumaraswamy", "Flat": "flat", "MvNormal": "multi_normal",
  "MultivariateNormal": "multi_normal", "mvnormal": "multi_normal", "multivariate_normal": "multi_normal",
  "mvn": "multi_normal", "Dirichlet": "dirichlet", "Wishart": "wishart", "InverseWishart": "inv_wishart",
  "LKJ": "lkj_corr", "LKJCholesky": "lkj_corr_cholesky", "Multinomial": "multinomial",
  "Bernoulli": "bernoulli", "flip": "bernoulli", "coin": "bernoulli", "Flip": "bernoulli", "bern": "bernoulli",
  "BernoulliLogit": "bernoulli_logit", "Binomial": "binomial", "BetaBinomial": "beta_binomial",
  "Poisson": "poisson", "NegativeBinomial": "neg_binomial", "negative_binomial": "neg_binomial",
  "Geometric": "geometric", "Hypergeometric": "hypergeometric", "HyperGeometric": "hypergeometric",
  "Categorical": "categorical", "Discrete": "categorical", "discrete": "categorical",
  "DiscreteUniform": "discrete_uniform", "randint": "discrete_uniform", "uniform_discrete": "discrete_uniform",
  "uniformDraw": "uniform", "OrderedLogistic": "ordered_logistic", "Mixture": "mixture",
  "MixtureModel": "mixture", "Truncated": "truncate", "truncated": "truncate", "filldist": "iid",
  // Arrays
  "length": "len", "size": "len", "num_elements": "len", "nrow": "len", "numel": "len", "dims": "shape",
  "dim": "shape", "rep_vector": "full", "rep_array": "full", "rep_matrix": "full", "fill": "full",
  "repeat": "rep", "arange": "range", "seq": "range", "eye": "identity", "I": "identity", "diag": "diagonal",
  "inv": "inverse", "matmul": "*", "dot_product": "dot", "t": "transpose", "push": "append", "cons": "append",
  "append_row": "concat",
  "append_array": "concat", "concatenate": "concat", "vcat": "concat", "hcat": "concat",
  "std": "sd", "stdev": "sd", "var_pop": "variance", "stddev": "sd", "average": "mean", "avg": "mean",
  "percentile": "quantile", "argsort": "order", "sortperm": "order", "cumulative_sum": "cumsum", "bincount": "tabulate",
  "table": "tabulate", "typeof": "type_of", "type": "type_of", "class": "type_of", "has_key": "has",
  "pmap": "map", "lapply": "map", "sapply": "map", "reduce": "fold", "foldl": "fold", "collect": "map",
  // Numbers
  "ln": "log", "fabs": "abs", "power": "pow", "sigmoid": "inv_logit", "expit": "inv_logit",
  "logistic_sigmoid": "inv_logit",
  "plogis": "inv_logit", "qlogis": "logit", "invlogit": "inv_logit", "ilogit": "inv_logit", "softplus": "log1p_exp",
  "logsumexp": "log_sum_exp", "logaddexp": "log_sum_exp", "gammaln": "lgamma", "loggamma": "lgamma",
  "lbinom": "lchoose", "log_sigmoid": "log_inv_logit", "ceiling": "ceil", "norm_cdf": "Phi", "ndtr": "Phi",
  "probit": "Phi", "inv_probit": "inv_Phi", "PI": "pi", "Inf": "inf", "Infinity": "inf", "infinity": "inf",
  "NaN": "nan", "NA": "null", "None": "null", "nil": "null", "nothing": "null", "NULL": "null", "True": "true",
  "False": "false", "TRUE": "true", "FALSE": "false", "machine_precision": "2.220446049250313e-16",
  // Programs
  "println": "print", "printf": "print", "cat": "print", "display": "print", "read_data": "read_json",
  "load": "read_csv", "read_table": "read_csv", "load_json": "read_json", "string": "str", "paste": "str",
  "to_string": "str", "toString": "str", "to_int": "int",
  "as_int": "int", "Int": "int",
  "condition": "m | {x: value}", "intervene": "do", "log_prob": "logdensity", "logjoint": "logdensity",
  "log_density": "logdensity", "logp": "logdensity", "importance_sampling": "importance", "Infer": "enumerate",
  "MH": "mh", "metropolis": "mh", "particle_filter": "smc", "SMC": "smc", "bootstrap_filter": "smc",
]

private let sentences: [String: String] = [
  "c": "an array is written `[a, b, c]`",
  "array": "an array is written `[a, b, c]`",
  "list": "a list is written `[a, b, c]`",
  "tuple": "a tuple is written `(a, b)`",
  "dict": "a record is written `{a: 1, b: 2}`",
  "vector": "an array is written `[a, b, c]`",
  "matrix": "a matrix is written `[[1, 2], [3, 4]]`",
  "target": "Borel has no `target`; write `x ~ d`, or `factor(logw)` to add to the log density",
  "increment_log_prob": "write `factor(logw)`",
  "potential": "write `factor(logw)`",
  "score": "write `factor(logw)`",
  "addlogprob": "write `factor(logw)`",
  "np": "elementary functions are built in: `exp(x)`, `log(x)`, `sum(xs)`",
  "numpy": "elementary functions are built in: `exp(x)`, `log(x)`, `sum(xs)`",
  "math": "elementary functions are built in: `exp(x)`, `log(x)`, `sqrt(x)`",
  "jnp": "elementary functions are built in: `exp(x)`, `log(x)`, `sum(xs)`",
  "torch": "elementary functions are built in: `exp(x)`, `log(x)`, `sum(xs)`",
  "pyro": "write `x ~ d` for `pyro.sample(\"x\", d)`",
  "numpyro": "write `x ~ d` for `numpyro.sample(\"x\", d)`",
  "dist": "distributions are built in: `normal(0, 1)`",
  "pm": "write `x ~ d` in `model m { ... }`",
  "stats": "distributions are built in: `normal(0, 1)`, `logpdf(d, x)`, `cdf(d, x)`",
  "random": "write `x ~ uniform(0, 1)` in a model",
  "rand": "write `x ~ uniform(0, 1)` in a model",
  "randn": "write `x ~ normal(0, 1)` in a model",
  "self": "Borel has no objects; use records: `{a: 1}`",
  "this": "Borel has no objects; use records: `{a: 1}`",
  "ifelse": "write `if c { a } else { b }`; it is an expression",
  "ternary": "write `if c { a } else { b }`; it is an expression",
  "to_vector": "arrays of numbers are vectors already; nothing to convert",
  "to_array_1d": "arrays of numbers are vectors already; nothing to convert",
  "to_matrix": "an array of equal rows is a matrix already; `reshape(x, n, k)` changes the shape",
  "reject": "write `factor(-inf)`, or `error(\"...\")` to stop",
  "assert": "write `if !c { error(\"...\") }`",
  "stop": "write `error(\"...\")`",
  "raise": "write `error(\"...\")`",
  "throw": "write `error(\"...\")`",
]
