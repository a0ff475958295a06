"""Compares Borel's convergence measures with ArviZ and with R's package loo on seeded draws; see .ci/convergence.

usage: compare.py PROGRAM FOLDER [--fixtures FILE]
"""

import json
import logging
import math
import os
import subprocess
import sys
import warnings

import numpy as np

warnings.filterwarnings("ignore")
logging.disable(logging.WARNING)
import arviz as az  # noqa: E402

sys.path.insert(0, os.path.dirname(__file__))
import cases  # noqa: E402

TOLERANCE_ARVIZ = 1e-8
TOLERANCE_LOO = 1e-6
QUANTILES = {"10": 0.1, "97": 0.97}


def arviz_measures(chains):
    x = np.array(chains, dtype=float)
    measures = {"rhat": az.rhat(x)}
    for name in ("bulk", "tail", "mean", "sd", "median"):
        measures["ess_" + name] = az.ess(x, method=name)
    for name in ("mean", "sd", "median"):
        measures["mcse_" + name] = az.mcse(x, method=name)
    for name, p in QUANTILES.items():
        measures["ess_quantile_" + name] = az.ess(x, method="quantile", prob=p)
        measures["mcse_quantile_" + name] = az.mcse(x, method="quantile", prob=p)
    measures = {name: float(value) for name, value in measures.items()}
    measures["ebfmi"] = [float(v) for v in az.bfmi(x)] if x.shape[1] > 2 else [math.nan] * len(chains)
    return measures


def distance(ours, theirs, floor=0.0):
    """The relative difference; 0 where both are NaN or the same infinity."""
    if isinstance(theirs, list):
        if len(ours) != len(theirs):
            return math.inf
        return max([distance(a, b, floor) for a, b in zip(ours, theirs)], default=0.0)
    if math.isnan(ours) or math.isnan(theirs):
        return 0.0 if math.isnan(ours) and math.isnan(theirs) else math.inf
    if ours == theirs:
        return 0.0
    if math.isinf(ours) or math.isinf(theirs):
        return math.inf
    return abs(ours - theirs) / max(abs(ours), abs(theirs), floor)


def constant_energy(name, kind, ours, theirs):
    """E-BFMI of a constant is 0 / 0, which is NaN here and 0 in ArviZ where rounding leaves a variance."""
    return name == "ebfmi" and kind == "constant" and all(math.isnan(a) and (math.isnan(b) or b == 0) for a, b in zip(ours, theirs))


def chain_cases():
    shapes = [(1, 4), (1, 5), (2, 4), (2, 5), (3, 6), (4, 7), (4, 9), (2, 12), (4, 13), (1, 20), (4, 20), (2, 51), (4, 100),
              (1, 250), (3, 333), (8, 101), (4, 500), (4, 1000), (2, 4001), (2, 3), (1, 1)]
    seed = 0
    for kind in cases.KINDS:
        for chains, length in shapes:
            for _ in range(3 if length <= 20 else 1):
                seed += 1
                yield kind, chains, length, seed


def random_cases(count):
    """Draws of numpy's generator in shapes of its choosing, infinities and repeated values sprinkled in."""
    rng = np.random.default_rng(20260101)
    for index in range(count):
        chains = int(rng.integers(1, 7))
        length = int(rng.integers(4, 40) if rng.random() < 0.6 else rng.integers(40, 900))
        phi = rng.choice([-0.5, 0.0, 0.0, 0.3, 0.8, 0.98, 0.999])
        noise = rng.standard_t(rng.choice([1.5, 3.0, 30.0]), size=(chains, length))
        x = np.zeros((chains, length))
        x[:, 0] = noise[:, 0]
        for t in range(1, length):
            x[:, t] = phi * x[:, t - 1] + noise[:, t]
        what = rng.integers(0, 8)
        if what == 0:
            x = np.round(x)
        elif what == 1:
            x = (x > 0.5).astype(float)
        elif what == 2:
            x[rng.random(x.shape) < 0.05] = np.inf
        elif what == 3:
            x = np.exp(np.clip(3 * x, -600, 600))
        elif what == 4:
            x = x + rng.normal(size=(chains, 1)) * 2
        yield f"random-{index}", x.tolist()


def likelihood_cases():
    seed = 5000
    for kind in cases.LIKELIHOODS:
        for chains, length, observations in [(4, 250, 12), (2, 500, 8), (1, 200, 6), (4, 13, 5), (4, 6, 4), (3, 101, 7)]:
            seed += 10
            yield kind, chains, length, observations, seed


def write_numbers(file, numbers):
    file.write(" ".join(repr(float(x)) for x in numbers) + "\n")


def run(command):
    return [json.loads(line) for line in subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()]


def main():
    program, folder = sys.argv[1], sys.argv[2]
    fixtures = sys.argv[4] if len(sys.argv) > 4 and sys.argv[3] == "--fixtures" else None
    os.makedirs(folder, exist_ok=True)
    chains_file, likelihood_file = os.path.join(folder, "chains.txt"), os.path.join(folder, "likelihood.txt")

    named = {}
    with open(chains_file, "w") as file:
        for kind, chains, length, seed in chain_cases():
            name = f"{kind}-{chains}x{length}-{seed}"
            named[name] = (kind, cases.draws(kind, chains, length, seed), (kind, chains, length, seed))
        for name, x in random_cases(600):
            named[name] = ("random", x, None)
        for name, (_, x, _) in named.items():
            file.write(f"chains {name} {len(x)} {len(x[0])}\n")
            write_numbers(file, [v for chain in x for v in chain])
    likelihoods = {}
    with open(likelihood_file, "w") as file:
        for kind, chains, length, observations, seed in likelihood_cases():
            name = f"{kind}-{chains}x{length}x{observations}-{seed}"
            columns = cases.likelihoods(kind, chains, length, observations, seed)
            likelihoods[name] = (kind, chains, length, observations, seed)
            file.write(f"likelihood {name} {chains} {chains * length} {observations}\n")
            for column in columns:
                write_numbers(file, column)

    failed = 0
    table = {}
    seen = set()
    stored = {"chains": [], "likelihoods": []}
    worst_arviz = worst_loo = 0.0
    for ours in run([program, chains_file]):
        kind, x, definition = named[ours["case"]]
        theirs = arviz_measures(x)
        for name, value in theirs.items():
            if constant_energy(name, kind, ours[name], value):
                continue
            gap = distance(ours[name], value)
            worst_arviz = max(worst_arviz, gap)
            row = table.setdefault((name, "arviz"), [0, 0.0, 0])
            row[0] += 1
            row[1] = max(row[1], gap)
            if gap > TOLERANCE_ARVIZ:
                row[2] += 1
                failed += 1
                print(f"  {ours['case']}: {name} is {ours[name]!r} here and {value!r} in ArviZ")
        if definition and definition[2] in (4, 5, 7, 13, 20, 51, 100) and definition[:3] not in seen:
            seen.add(definition[:3])
            stored["chains"].append({"kind": kind, "chains": definition[1], "length": definition[2], "seed": definition[3],
                                     "measures": theirs})

    has_loo = subprocess.run(["Rscript", "-e", "library(loo)"], capture_output=True).returncode == 0 if has_r() else False
    if has_loo:
        script = os.path.join(os.path.dirname(__file__), "loo.R")
        theirs_by_name = {t["case"]: t for t in run(["Rscript", "--vanilla", script, likelihood_file])}
        for ours in run([program, likelihood_file]):
            theirs = theirs_by_name[ours["case"]]
            for name, value in theirs.items():
                if name == "case":
                    continue
                gap = distance(ours[name], value, 1e-3)
                worst_loo = max(worst_loo, gap)
                row = table.setdefault((name, "loo"), [0, 0.0, 0])
                row[0] += 1
                row[1] = max(row[1], gap)
                if gap > TOLERANCE_LOO:
                    row[2] += 1
                    failed += 1
                    print(f"  {ours['case']}: {name} is {ours[name]} here and {value} in loo")
            kind, chains, length, observations, seed = likelihoods[ours["case"]]
            stored["likelihoods"].append({"kind": kind, "chains": chains, "length": length, "observations": observations,
                                          "seed": seed, "measures": {k: v for k, v in theirs.items() if k != "case"}})
    else:
        print("R with the package loo is not there: PSIS-LOO and WAIC are not compared")

    print(f"{'measure':<20}{'with':<8}{'cases':>7}{'worst':>12}{'failed':>8}")
    for (name, other), (count, gap, bad) in table.items():
        print(f"{name:<20}{other:<8}{count:>7}{gap:>12.1e}{bad:>8}")
    if fixtures:
        with open(fixtures, "w") as file:
            file.write('{"chains": [\n' + ",\n".join(json.dumps(c) for c in stored["chains"]))
            file.write('\n], "likelihoods": [\n' + ",\n".join(json.dumps(c) for c in stored["likelihoods"]) + "\n]}\n")
    compared = len(named) + (len(likelihoods) if has_loo else 0)
    print(json.dumps({"cases": compared, "worst_arviz": number(worst_arviz),
                      "worst_loo": number(worst_loo) if has_loo else None, "failed": failed}))
    sys.exit(1 if failed else 0)


def number(x):
    return x if math.isfinite(x) else "Infinity"


def has_r():
    return any(os.access(os.path.join(p, "Rscript"), os.X_OK) for p in os.environ["PATH"].split(os.pathsep))


main()
