// Names of the language that this version does not have yet, with what to use instead.

/// What to do instead, by name.
let unavailableFeatures: [String: String] = {
  let sampler = "use `mh`, `importance` or `smc`"
  let stepwise = "`smc(m, particles: 1000)` runs a whole particle filter"
  let optimiser = "use `mh`, `importance` or `smc` to explore the posterior"
  return [
    "nuts": sampler, "NUTS": sampler, "hmc": sampler, "HMC": sampler, "mala": sampler, "slice": sampler,
    "gibbs": sampler, "ess": "`summary(post)` shows effective sample sizes", "walnuts": sampler,
    "vi": sampler, "advi": sampler, "ADVI": sampler, "svi": sampler, "pathfinder": sampler,
    "laplace_approximation": sampler,
    "maximize": optimiser, "minimize": optimiser, "optimize": optimiser, "map_estimate": optimiser,
    "adam": optimiser, "sgd": optimiser, "grad": optimiser, "gradient": optimiser,
    "spawn": stepwise, "advance": stepwise, "resample": stepwise, "finish": stepwise, "rejuvenate": stepwise,
    "pmmh": sampler, "smc2": "use `smc`", "sbc": "check a model by simulating from it and sampling it again",
    "bffg": "use `smc`", "guide": "use `smc`",
    "predict": "simulate the model under draws of the posterior",
    "plot": "`print(summary(post))` prints a table; `borel sample --output` writes the draws for other tools",
  ]
}()
