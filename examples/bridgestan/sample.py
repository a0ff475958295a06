"""Samples compiled Borel models with nutpie and through the bridgestan client, and compares their means with exact ones.

    python sample.py FOLDER

FOLDER holds schools.so, shares.so and places.so, as `borel compile` writes them. The exact means: the schools' by integrating over tau,
given which everything is normal; the shares' are a Dirichlet distribution's; the places' are those of order statistics. A mean has failed
where it is further off than five of its standard errors (batch means), which by chance happens once in a million times.
"""
import json
import math
import os
import sys
import warnings

import numpy as np

warnings.filterwarnings("ignore")
HERE = os.path.dirname(os.path.abspath(__file__))
CHAINS, DRAWS, WARMUP = 4, 4000, 1000
# Standard errors that a mean may be off, and how large one may be relative to the posterior's spread for the comparison to say anything.
ALLOWED, COARSEST = 5.0, 0.05


def schools_means():
    """E[mu], E[tau] and E[mu + tau z[j]], by the midpoint rule in the angle of tau = 5 tan(a), whose prior is uniform there."""
    with open(os.path.join(HERE, "schools.json")) as file:
        data = json.load(file)
    y, sigma = np.array(data["y"], float), np.array(data["sigma"], float)
    angles = (np.arange(200_000) + 0.5) / 200_000 * math.pi / 2
    tau = 5 * np.tan(angles)[:, None]
    variance = sigma**2 + tau**2
    precision = 1 / 25 + np.sum(1 / variance, axis=1)
    mu = np.sum(y / variance, axis=1) / precision
    log_weight = -0.5 * np.log(precision) - 0.5 * np.sum(np.log(variance) + y**2 / variance, axis=1)
    log_weight += 0.5 * precision * mu**2
    weight = np.exp(log_weight - log_weight.max())
    weight /= weight.sum()
    theta = (tau**2 * y + sigma**2 * mu[:, None]) / variance
    return {"mu": weight @ mu, "tau": weight @ tau[:, 0], **{f"theta.{j + 1}": weight @ theta[:, j] for j in range(8)}}


def schools_quantities(draws):
    mu, tau = draws["mu"], draws["tau"]
    return {"mu": mu, "tau": tau, **{f"theta.{j + 1}": mu + tau * draws[f"z.{j + 1}"] for j in range(8)}}


MODELS = {
    "schools": (schools_means(), schools_quantities),
    "shares": ({f"theta.{i + 1}": v / 39 for i, v in enumerate([7, 13, 19])}, lambda draws: draws),
    "places": ({f"x.{i + 1}": v * 1.5 / math.sqrt(math.pi) for i, v in enumerate([-1, 0, 1])}, lambda draws: draws),
}


def standard_error(x):
    """Of the mean of chains (rows), from the means of 40 batches each."""
    batches = x[:, : x.shape[1] // 40 * 40].reshape(x.shape[0] * 40, -1).mean(axis=1)
    return batches.std(ddof=1) / math.sqrt(len(batches))


def by_nutpie(library, data):
    """Draws of nutpie's NUTS, by names as the bridgestan client has them."""
    import nutpie
    from nutpie import _lib
    from nutpie.compile_stan import CompiledStanModel

    model = CompiledStanModel(
        code="", library=_lib.StanLibrary(library), dims={}, _coords={}, model_name="model", model=None, data=None)
    with open(data) as file:
        values = {key: np.array(value) for key, value in json.load(file).items()}
    posterior = nutpie.sample(
        model.with_data(**values), draws=DRAWS, tune=WARMUP, chains=CHAINS, seed=1, progress_bar=False,
        target_accept=0.95).posterior
    draws = {}
    for name in posterior.data_vars:
        values = posterior[name].values
        if values.ndim == 2:
            draws[name] = values
        else:
            for index in np.ndindex(values.shape[2:]):
                draws[".".join([name] + [str(i + 1) for i in index])] = values[(slice(None), slice(None)) + index]
    return draws


def by_bridgestan(library, data):
    """Draws of Hamiltonian Monte Carlo written here, with densities, gradients and parameters of the bridgestan client."""
    import bridgestan

    model = bridgestan.StanModel(library, data, warn=False)
    names, n = model.param_names(), model.param_unc_num()
    chains = []
    for chain in range(CHAINS):
        random = np.random.default_rng(chain)
        q = random.normal(size=n) * 0.5
        log_p, slope = model.log_density_gradient(q)
        # The step follows the acceptance rate in the first half of the warm-up, the scales are those of the second.
        step, scale, seen, kept = 0.3, np.ones(n), [], []
        for turn in range(2 * WARMUP + DRAWS):
            if turn == WARMUP:
                scale, step, seen = np.std(seen[WARMUP // 2:], axis=0) + 1e-3, 0.5, []
            p = random.normal(size=n)
            x, g, energy = q, slope, log_p - 0.5 * p @ p
            h = step * random.uniform(0.7, 1.3)
            momentum = p + 0.5 * h * scale * g
            for leap in range(random.integers(4, 13)):
                x = x + h * scale * momentum
                value, g = model.log_density_gradient(x)
                momentum = momentum + h * scale * g
            momentum = momentum - 0.5 * h * scale * g
            change = value - 0.5 * momentum @ momentum - energy
            rate = math.exp(min(0, change)) if change == change else 0
            if random.uniform() < rate:
                q, log_p, slope = x, value, g
            if turn < 2 * WARMUP:
                seen.append(q)
                step *= math.exp((rate - 0.9) * 2 / math.sqrt(turn % WARMUP + 10))
            else:
                kept.append(model.param_constrain(q))
        chains.append(kept)
    values = np.array(chains)
    return {name: values[:, :, place] for place, name in enumerate(names)}


def main(folder):
    failures = []
    print(f"{'model':10}{'client':14}{'':12}{'exact':>10}{'mean':>10}{'error':>10}{'off by':>8}")
    for name, (exact, quantities) in MODELS.items():
        for client, sample in (("nutpie", by_nutpie), ("bridgestan", by_bridgestan)):
            found = quantities(sample(os.path.join(folder, f"{name}.so"), os.path.join(HERE, f"{name}.json")))
            for quantity, mean in exact.items():
                x = found[quantity]
                error = standard_error(x)
                off = abs(x.mean() - mean) / error
                print(f"{name:10}{client:14}{quantity:12}{mean:10.4f}{x.mean():10.4f}{error:10.4f}{off:8.1f}")
                if not (off <= ALLOWED and error <= COARSEST * x.std()):
                    failures.append(f"{name}, {client}: {quantity}")
    failed = len({failure.split(",")[0] for failure in failures})
    for failure in failures:
        print(f"FAILURE {failure}")
    print(json.dumps({"models": len(MODELS), "failed": failed}, separators=(",", ":")))
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
