// What the verdicts on draws mean and what to do about them, for `borel explain divergences` and its like.

/// One page for each verdict: what it means, how to see it, what to do, with a small program.
enum ConvergenceGuide {
  static let topics: [String: String] = [
    "divergences": """
    steps of the sampler that went wrong

    NUTS follows the posterior's slope in small steps. Where the slope changes faster than a step can follow, the simulated energy
    drifts away, the step is called divergent, and the trajectory ends. Divergent draws gather where the posterior is too narrow for
    the step size, and what lies beyond is visited too rarely: means and quantiles are biased, however many draws there are. A handful
    among thousands may be harmless; divergences in one place are not.

    How to see it: the verdict names the variables that are unusually small or large where draws diverge. A scale near zero, such as
    a between-group sd, is the classic case: the group effects are squeezed together as it shrinks, and the posterior is a funnel.

    What to do, in this order:
    1. Write the effects without their scale. Where groups have little data,

         model schools(sigma: Real[n]) {
           mu ~ normal(0, 5)
           tau ~ half_normal(5)
           z ~ iid(normal(0, 1), len(sigma))
           y ~ normal(mu + tau * z, sigma)
         }

       has no funnel, where theta[j] ~ normal(mu, tau) has one. Where groups have much data, the other form is better.
    2. Take smaller steps: --adapt-delta 0.95, then 0.99. This costs time and helps where the neck is mild.
    3. Give scales a prior with less mass at zero and in the far tail, and check units: data in the thousands beside a prior normal(0, 1)
       make a cliff.
    """,
    "rhat": """
    do the chains tell the same story?

    R-hat compares the spread of all draws together with that within single half-chains. It is 1 where chains cannot be told
    apart and grows where they sit at different places or drift. Borel shows the rank-normalised split form, the larger of one for the
    centre and one for the tails (Vehtari, Gelman, Simpson, Carpenter and Buerkner 2021), so that heavy tails do not hide a problem.

    Above 1.01 do not use the draws. Between 1.01 and 1.1 the chains are usually just slow; above 1.1 they disagree.
    One chain alone has no R-hat: run four.

    How to see it: `borel summary fit_*.csv` lists R-hat by variable. If only one variable is bad, look at its statement; if all
    are, look at the slowest, which often is a scale or a weight of a mixture.

    What to do: look at the other verdicts first, for divergences, modes and stuck chains all raise R-hat. Then
    1. draw longer: --warmup 2000 --draws 2000;
    2. put variables on a common scale: a regression on a year in the thousands mixes badly until the year is centred,

         model trend(year: Real[n]) {
           let x = (year - mean(year)) / sd(year)
           a ~ normal(0, 5)
           b ~ normal(0, 5)
           sigma ~ half_normal(5)
           y ~ normal(a + b * x, sigma)
         }

    3. ask whether the data identify the variable: a sum of two intercepts is known, each of them is not.
    """,
    "ess": """
    the effective sample size, or how many independent draws these are worth

    Draws of a Markov chain resemble their predecessors. The effective sample size is the number of independent draws that would
    estimate as well: the bulk size for the centre (means, medians), the tail size for the 5 % and 95 % quantiles. The Monte Carlo
    standard error of a mean is sd / sqrt(ess), shown as mcse. Where it is small beside the sd, more draws change nothing that you report.

    Below 100 a chain R-hat and the size itself are too noisy to be trusted, so the verdict asks for 400 with four chains. For a mean that
    is plenty; for a tail quantile with two stable digits take 1000 or more.

    How to see it: columns ess_bulk and ess_tail of the summary. Sizes above the number of draws are possible: successive draws of
    NUTS can be negatively related.

    What to do:
    1. draw more, if a few times as many suffice: --draws 4000, or --until 'ess_bulk>=400 && rhat<1.01';
    2. remove strong relations between variables, which make trajectories long: centre predictors, take the scale out of
       group effects, put `sum to zero` into the model;
    3. for correlated regressions let the sampler learn the correlations: --metric dense, or write

         model regression(x: Real[n, k], k: Int) {
           b ~ iid(normal(0, 1), k)
           sigma ~ half_normal(1)
           y ~ normal(x * b, sigma)
         }

       with columns of x that are centred, scaled and not nearly multiples of one another.
    """,
    "ebfmi": """
    does the sampler reach all energies of the posterior?

    Each iteration of Hamiltonian Monte Carlo draws a new momentum, which sets how far up the sides of the posterior the trajectory can
    climb. E-BFMI is the variance of the energy steps over the variance of the energies themselves (Betancourt 2016). Near 1 one
    momentum reaches anywhere. Below 0.3 the energies vary much more than one momentum can change: the chain creeps in and out of the
    tails, and quantiles are not to be trusted even where R-hat looks well.

    How to see it: the verdict gives the number of each bad chain. Usually energy__ goes together with one variable, a scale or its log:
    that one is the culprit.

    What to do:
    1. Take heavy tails apart. A half_cauchy prior on a scale, or student_t effects with few degrees of freedom, reach too far:
       half_normal or a half_student_t with 4 degrees of freedom mostly say what was meant.
    2. Write group effects as mu + tau * z (see borel explain divergences), which takes the funnel's neck away:

         model groups(group: Int[n], groups: Int) {
           mu ~ normal(0, 5)
           tau ~ half_normal(2)
           z ~ iid(normal(0, 1), groups)
           for i in 0..<len(group) { y[i] ~ normal(mu + tau * z[group[i]], 1) }
         }

    3. A longer warm-up helps only where the metric was not found: --warmup 2000.
    """,
    "treedepth": """
    trajectories that were cut before they turned

    NUTS doubles its trajectory until it turns back, at most to 2^10 - 1 = 1023 steps. Draws that reach this maximum without turning
    are still correct, but each costs 1023 gradients and moves less far than it should. The verdict counts only trajectories that were
    really cut, not those that turned at their last doubling. A few do no harm; if most draws do it, the sampling is slow and the
    effective size small.

    How to see it: treedepth__ and n_leapfrog__ in the files of draws. With depths of 8 and more throughout, some direction of the
    posterior is hundreds of times longer than another.

    What to do:
    1. Look for very different scales or strong correlations, and rescale: measure in thousands, centre predictors, divide by the sd.
    2. Let the metric learn the correlations: --metric dense for up to some hundred variables, --metric low-rank for more.
    3. Look for variables that the data hardly tell apart. Here only a + b is known, and the ridge is as long as the priors:

         model ridge {
           a ~ normal(0, 100)
           b ~ normal(0, 100)
           y ~ normal(a + b, 1)
         }

       Tighter priors, or one variable for the sum, shorten it.
    4. If it is a matter of a few draws, allow more: --max-depth 12.
    """,
    "pareto-k": """
    can these importance weights be trusted?

    PSIS reweights draws of one distribution to another: of the posterior to that without an observation, or of an approximation to the
    posterior. k is the shape of the weights' upper tail: the weights have a finite variance below 0.5, and above 0.7 practically no
    number of draws gives a usable estimate (Vehtari, Simpson, Gelman, Yao and Gabry 2024).

    For borel loo: k above 0.7 marks an observation that the posterior changes much without. That is information about the model
    first: an outlier, a slip in the data, or an observation that alone determines some variable (one observation a group, for instance).
    p_loo far above the number of variables means that the model does not fit.
    For Pathfinder and Laplace: k above 0.7 means that the approximation misses a part of the posterior; sample with NUTS.

    How to see it: borel loo lists the worst observations by name.

    What to do:
    1. Look at these observations. If they are outliers that belong, give the likelihood heavier tails:

         model robust(x: Real[n]) {
           a ~ normal(0, 5)
           b ~ normal(0, 5)
           nu ~ gamma(2, 0.1)
           sigma ~ half_normal(5)
           y ~ student_t(nu, a + b * x, sigma)
         }

    2. If they are few, refit without each of them and take log p(y[i]) from that fit.
    3. If there are many, leave out whole groups instead of single observations (K-fold), for LOO asks too hard a question here.
    """,
    "multimodal": """
    chains that each mix well and do not meet

    Each chain has found a place of high density and stays there. The share of draws at each place then tells how many chains started
    near it, not how probable it is: neither means nor the probabilities of the modes can be read from such draws.

    The commonest cause is label switching. In a mixture nothing tells component 0 from component 1, so each arrangement of the
    labels is a mode of its own. The verdict says so where the elements of an array agree between chains once they are sorted.

    How to see it: `borel summary` of single chains, `borel summary fit_1.csv`, beside one another.

    What to do about labels: put the components in order,

         model clusters {
           mu ~ ordered(normal(0, 5), 2)
           w ~ beta(2, 2)
           for i in 0..<100 { y[i] ~ mixture([w, 1 - w], normal(mu[0], 1), normal(mu[1], 1)) }
         }

    What to do about other modes:
    1. Are they real? A mode of much lower lp__ is often a place where a chain got lost: better starts (--init prior) or a tighter prior
       remove it. Signs that can be flipped together, as in factor models, are broken by fixing one sign: half_normal for one loading.
    2. If several are real, use a method that weighs them: --method smc, or enumerate what is discrete.
    """,
    "stuck": """
    a chain that does not move

    A chain, or one variable in it, has the same value in every draw while others move. All its proposals were rejected, so its draws
    say nothing. To drop it and report the others is tempting and wrong until the reason is known: it may sit where the others never
    come.

    Usual reasons:
    - it started far out, where the density underflows or its slope is enormous, and the step size shrank to nothing: look at
      stepsize__ of that chain;
    - the density has a cliff: an `if` on a continuous variable, an observation with a hard bound that depends on a variable;
    - a variable is all but fixed by the data, as when a sd of an exact relation goes to zero and the density to infinity.

    What to do:
    1. Run it again with another seed, or start elsewhere: --init prior, --init 0.1.
    2. Smooth the cliff. The bound of a uniform observation makes one; its position is better written as a variable of its own support:

         model below(n: Int) {
           top ~ pareto(1, 2)
           for i in 0..<n { y[i] ~ uniform(0, top) }
         }

       which is differentiable in top above the largest observation, where a lower bound for top in the prior says so.
    3. Keep scales away from zero by a prior such as lognormal(0, 1), if the data can be fitted exactly.
    """,
    "infinite": """
    infinite values among the draws

    A variable came out as inf or -inf. Its mean is infinite or undefined, and so are sd and mcse. R-hat and the bulk and tail sizes
    are still shown, as they use ranks only.

    Usual reasons: exp of a large number, a division by a number that came out as zero, the log of zero, or draws from a prior so wide
    that doubles overflow (half_cauchy(1e6), exp of normal(0, 1000)).

    How to see it: the verdict names the variables and counts the draws. If a variable of the model itself is infinite, the prior is
    too wide; if only a derived one is, its formula overflows.

    What to do:
    1. Stay on the log scale: report log_rate rather than exp(log_rate), and use the distributions that take it,

         model counts(x: Real[n]) {
           a ~ normal(0, 2)
           b ~ normal(0, 1)
           y ~ poisson_log(a + b * x)
         }

       with poisson_log, bernoulli_logit, neg_binomial_2_log or categorical_logit, which never leave it.
    2. Sum probabilities with log_sum_exp, take differences with log_diff_exp.
    3. Give scales a prior that stays in the range of the data: half_normal with the sd of what is observed.
    """,
    "waic": """
    the criterion, and why PSIS-LOO is preferred

    WAIC estimates the same thing as leave-one-out, the expected log density of new data, from the posterior variance of each observation's
    log likelihood, p_waic. The approximation is good while every p_waic is small; above 0.4 for an observation it is not reliable
    (Vehtari, Gelman and Gabry 2017), and WAIC has no other way to say that it fails.

    How to see it: `borel loo fit_*.csv --waic` lists the observations with the largest p_waic.

    What to do: use `borel loo` without --waic. It agrees with WAIC where both work, and its Pareto k says where it does not
    (borel explain pareto-k). To compare models give several fits of the same data:

         borel loo small_*.csv large_*.csv

    A difference counts if it is several times its standard error se_diff; below about 4 in elpd do not choose by it.
    A flexible model shows in p_loo, the effective number of variables:

         model line(x: Real[n]) {
           a ~ normal(0, 5)
           b ~ normal(0, 5)
           sigma ~ half_normal(5)
           y ~ normal(a + b * x, sigma)
         }

    should have about 3.
    """,
  ]

  /// Codes of errors about fits and likelihoods.
  static let codes: [String: String] = [
    "no-observations": "Leaving out observations needs some: nothing in the model is observed with these data.",
    "no-draws": "The fit has no draws after warm-up.",
    "no-fit": "A comparison needs fits.",
    "no-log-lik":
      "The files have no variable log_lik with one element per observation. With the model and its data it is computed: borel loo model.ppl --data data.json --fit FILES.",
    "not-finite-likelihood":
      "An observation has an infinite or undefined log density at a draw, so that leaving it out has no estimate.",
    "changing-observations":
      "The model observes different numbers of values in different executions, so that there is no observation to leave out in all of them.",
    "different-observations": "Fits to different data cannot be compared by their predictive densities.",
    "factor-not-observed": "The weight of a factor belongs to no observation, and leave-one-out does not count it.",
  ]
}
