"""Reads what `borel-files write` left in a folder with other tools, and compares every number bit for bit.

    .ci/read_interop.py FOLDER

The last line is JSON: the readers, and what failed.
"""
import glob
import json
import logging
import os
import shutil
import subprocess
import sys
import warnings

import numpy as np

FOLDER = sys.argv[1]
CHAINS = 2
# Columns of a row: statistics, then variables, row-major.
STATISTICS = ["lp", "acceptance_rate", "step_size", "tree_depth", "n_steps", "diverging", "energy"]
VARIABLES = {"mu": (), "theta": (3,), "m": (2, 3), "k": (2,), "on": (), "cube": (2, 1, 2)}
WARMUP = {"plain": 0, "warmup": 20, "cut": 0}
STEP_SIZE = 0.1 + 0.2
METRICS = {
    "plain": np.array([0.5, 1 / 3, 5e-324]),
    "warmup": np.array([[2, 0.1], [0.1, 1]]),
    "cut": np.array([1.72, 4 * (1 + 2 * 0.8**2)]),
}
R_SCRIPT = """
suppressMessages(library(rstan))
fit <- read_stan_csv(commandArgs(TRUE)[2:3])
write(formatC(c(extract(fit, "m[2,1]", permuted = FALSE)), digits = 17, format = "g"), commandArgs(TRUE)[1], ncolumns = 1)
cat(fit@par_dims$m, "\\n")
"""


def check(what, holds):
    if not holds:
        raise AssertionError(what)


def equal(a, b):
    a = np.asarray(a, dtype=np.float64)
    b = np.asarray(b, dtype=np.float64)
    if a.shape != b.shape:
        return False
    same = a.view(np.uint64) == b.view(np.uint64)
    return bool(np.all(same | (np.isnan(a) & np.isnan(b))))


def rows(name):
    """All rows of a run as written: chain, row, column."""
    width = len(STATISTICS) + sum(int(np.prod(shape)) for shape in VARIABLES.values())
    return np.stack([np.fromfile(f"{FOLDER}/{name}_{k + 1}.bin").reshape(-1, width) for k in range(CHAINS)])


def variables(table):
    """Statistics and variables by ArviZ's names."""
    found = {name: table[:, :, column] for column, name in enumerate(STATISTICS)}
    column = len(STATISTICS)
    for name, shape in VARIABLES.items():
        size = int(np.prod(shape))
        found[name] = table[:, :, column : column + size].reshape(table.shape[:2] + shape)
        column += size
    return found


def files(name):
    return [f"{FOLDER}/{name}_{k + 1}.csv" for k in range(CHAINS)]


def read_cmdstanpy(name):
    import cmdstanpy

    fit = cmdstanpy.from_csv(files(name))
    expected = variables(rows(name)[:, WARMUP[name] :])
    for variable in VARIABLES:
        draws = fit.stan_variable(variable)
        check(variable, equal(draws.reshape(expected[variable].shape), expected[variable]))
    stan = dict(zip(fit.method_variables(), STATISTICS))
    for statistic, draws in fit.method_variables().items():
        check(statistic, equal(draws[WARMUP[name] :].T, expected[stan[statistic]]))
    check("step size", equal(fit.step_size, [STEP_SIZE] * CHAINS))
    check("metric", equal(fit.inv_metric, np.stack([METRICS[name]] * CHAINS)))
    if WARMUP[name]:
        check("warm-up", fit.draws(inc_warmup=True).shape[0] == expected["lp"].shape[1] + WARMUP[name])


def read_arviz(name):
    import arviz

    fit = arviz.from_cmdstan(files(name), save_warmup=True)
    table = rows(name)
    groups = [("", table[:, WARMUP[name] :])]
    if WARMUP[name]:
        groups.append(("warmup_", table[:, : WARMUP[name]]))
    for prefix, part in groups:
        for variable, values in variables(part).items():
            group = fit[prefix + ("sample_stats" if variable in STATISTICS else "posterior")]
            check(prefix + variable, equal(group[variable].values, values))
    check("dtype", fit.sample_stats.diverging.dtype == bool and fit.sample_stats.n_steps.dtype == np.int64)


def read_xarray(name):
    import xarray

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fit = xarray.open_datatree(f"{FOLDER}/{name}.zarr", engine="zarr")
    table = rows(name)
    groups = [("", table[:, WARMUP[name] :])]
    if WARMUP[name]:
        groups.append(("warmup_", table[:, : WARMUP[name]]))
    for prefix, part in groups:
        for variable, values in variables(part).items():
            group = fit[prefix + ("sample_stats" if variable in STATISTICS else "posterior")]
            check(prefix + variable, equal(group[variable].values, values))
            check("dimensions", group[variable].dims[:2] == ("chain", "draw"))
    posterior = fit["posterior"]
    check("kinds", posterior.k.dtype == np.int64 and posterior.on.dtype == bool and posterior.mu.dtype == np.float64)
    check("school", list(posterior.theta.coords["school"].values) == ["A = 1", "Bö", "C"])
    check("row", posterior.m.dims == ("chain", "draw", "row", "school") and list(posterior.row.values) == [10, 20])
    check("cube", posterior["cube"].dims[2:] == ("cube_dim_0", "cube_dim_1", "cube_dim_2"))
    check("every dimension has a coordinate", all(d in posterior.coords for v in posterior.data_vars.values() for d in v.dims))
    check("data", list(fit["observed_data"].y.values) == [28, 8, -3] and int(fit["constant_data"].n) == 3)
    check("label", float(posterior.theta.sel(school="C", chain=1, draw=0)) is not None)


def read_metric(name):
    for k in range(CHAINS):
        with open(f"{FOLDER}/{name}_metric_{k + 1}.json") as file:
            metric = json.load(file)
        check("metric", equal(metric["inv_metric"], METRICS[name]) and metric["stepsize"] == STEP_SIZE)
    from cmdstanpy.utils.stancsv import read_metric as shape

    check("shape", tuple(shape(f"{FOLDER}/{name}_metric_1.json")) == METRICS[name].shape)


def read_rstan(name):
    script = f"{FOLDER}/read.R"
    with open(script, "w") as file:
        file.write(R_SCRIPT)
    result = subprocess.run(["Rscript", script, f"{FOLDER}/r.txt", *files(name)], capture_output=True, text=True)
    check(result.stderr[-400:], result.returncode == 0)
    check("shape " + result.stdout, result.stdout.split() == ["2", "3"])
    expected = variables(rows(name)[:, WARMUP[name] :])["m"][:, :, 1, 0]
    with open(f"{FOLDER}/r.txt") as file:
        found = np.array([float(line) for line in file]).reshape(CHAINS, -1)
    # R reads decimals in its own way, at times to a neighbour.
    check("numbers", np.allclose(found, expected, rtol=1e-14, atol=1e-300, equal_nan=True))


def read_full(_):
    """What was written before a disk was full, and the messages."""
    with open(f"{FOLDER}.txt") as file:
        lines = [line.strip() for line in file]
    checks = [json.loads(line) for line in lines if line.startswith("{")]
    told = [line for line in lines if line.endswith(("the disk is full", "it would be larger than allowed"))]
    check(f"errors {lines}", len(checks) > 0 and len(told) == len(checks))
    for result in checks:
        check(str(result), result["different"] == 0 and 0 < result["read"] <= result["made"])


def read_borel(_):
    """What `borel sample` writes, in both formats."""
    import arviz
    import cmdstanpy
    import xarray

    paths = sorted(glob.glob(f"{FOLDER}/schools_[0-9].csv"))
    fit = cmdstanpy.from_csv(paths)
    old = arviz.from_cmdstan(paths)
    tree = xarray.open_datatree(f"{FOLDER}/schools.zarr", engine="zarr")
    for name in tree["posterior"].data_vars:
        values = tree["posterior"][name].values
        check(name, equal(values, old.posterior[name].values))
        check(name, equal(values, fit.stan_variable(name).reshape(values.shape)))
    for name in tree["sample_stats"].data_vars:
        check(name, equal(tree["sample_stats"][name].values, old.sample_stats[name].values))
    check("draws", tree["posterior"].sizes["chain"] == len(paths) > 1)


def main():
    logging.getLogger("cmdstanpy").setLevel(logging.ERROR)
    readers = []
    for reader in [read_cmdstanpy, read_arviz, read_xarray, read_metric]:
        readers += [(reader, name) for name in WARMUP]
    has_rstan = shutil.which("Rscript") and subprocess.run(
        ["Rscript", "-e", "library(rstan)"], capture_output=True).returncode == 0
    if has_rstan:
        readers += [(read_rstan, name) for name in WARMUP]
    else:
        print("rstan is not installed: skipped")
    readers += [(read_full, "full"), (read_borel, "schools")]
    failed = []
    for reader, name in readers:
        label = f"{reader.__name__.removeprefix('read_')} {name}"
        try:
            reader(name)
            print(f"ok      {label}")
        except Exception as error:
            failed.append(label)
            print(f"failed  {label}: {type(error).__name__}: {error}")
    print(json.dumps({"readers": len(readers), "failed": failed}))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
