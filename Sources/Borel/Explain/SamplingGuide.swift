// What the codes of runs and their files mean.

/// Entries on sampling, calibration, resumed runs and files of draws.
enum SamplingGuide {
  static let codes: [String: String] = [
    "not-by-gradient":
      "A model without continuous choices, or one whose choices differ from one execution to the next, has no common space in which a gradient could lead. It is sampled by Metropolis-Hastings over traces, one choice at a time.",
    "machine-gradient":
      "The model cannot be compiled as it stands, so its gradients are taken on the virtual machine: the same posterior, more slowly. borel explain MODEL names the place.",
    "discrete-updates":
      "NUTS moves continuous choices. Discrete ones are updated one by one between its steps, each given all others; chains that share mass between many configurations may mix slowly. Where they can be summed out by hand, that is faster.",
    "sbc": """
    is the posterior that the sampler gives the posterior of the model?

    Simulation-based calibration draws parameters and data from the model, samples the posterior of the data, and ranks each true
    value among the draws (Talts, Betancourt, Simpson, Vehtari and Gelman 2018). Where sampler and density are right, ranks are uniform.

    How to read a histogram of ranks:
    - heaped at both ends: the posterior is too narrow, or the draws are strongly autocorrelated (raise --thin);
    - heaped in the middle: the posterior is too wide;
    - sloping: the posterior is shifted. A rank of lp__ that is not uniform means that the data are not used as the model says.

    A failure with one model and not with others points to the model: a funnel that the chains do not reach, modes that they do not
    leave. borel sample with the same data shows divergences and R-hat.
    """,
    "improper": """
    does the posterior exist?

    A flat prior has no total mass. It gives a posterior only where the data hold the variable: two intercepts of which only the sum is
    seen, or a logistic regression whose outcomes a predictor separates, leave a direction in which the density never falls. Chains then
    run off, each to another place, and no number of draws helps.

    How to see it: values of 1e8 and more, R-hat far above 1, trees at their maximum depth; borel explain MODEL --data FILE names the
    variables with improper priors.

    What to do: give these variables proper priors on the scale of the problem,

         model line(x: Real[n]) {
           a ~ normal(0, 10)
           b ~ normal(0, 10)
           sigma ~ half_normal(5)
           y ~ normal(a + b * x, sigma)
         }
    """,
    "resume":
      "A run goes on only with the same model, data and settings, from the checkpoints beside its files. They are there while it runs and after it was interrupted or killed, and gone when it has ended.",
    "start": "Starts are points of the unconstrained space of this model: one number for each of its dimensions.",
    "metric":
      "An inverse metric is a symmetric positive definite matrix, or its diagonal, over the unconstrained space of this model. Take it from a fit of the same model.",
    "stopping-rule": "A rule joins conditions by &&: --until 'ess_bulk>=400 && rhat<1.01'.",
    "cannot-write":
      "The files of the run could not be written: the disk is full, the folder cannot be written to, or another process writes the same files. What was written before stays readable.",
    "no-value": "At this point of unconstrained space the values of the choices cannot be computed.",
    "no-configuration": "The settings of a run stand in fit_config.json beside its draws, which is not there.",
    "bad-configuration": "fit_config.json is not as Borel writes it.",
    "no-metric": "A fit keeps what each chain has adapted in fit_metric_1.json, fit_metric_2.json, ...",
    "bad-metric": "A file of a metric holds stepsize, metric_type and inv_metric, as Borel and CmdStan write them.",
    "no-stan-csv": "The file is no Stan CSV file: comments, one header line, rows of numbers.",
    "malformed-stan-csv":
      "A row of a Stan CSV file has another number of columns than its header, or a field is no number.",
    "different-columns":
      "The files of one run have the same columns: these are of different models or choices of variables.",
    "no-zarr": "The folder is no Zarr group of draws.",
    "bad-zarr": "The Zarr group is damaged or of a kind that Borel does not read: version 2, uncompressed.",
  ]
}
