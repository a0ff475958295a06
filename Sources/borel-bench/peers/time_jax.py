"""Times value and gradient of a NumPyro model inside a jitted double-precision loop, as grad_jax.py of the peers does.

python time_jax.py PEERS MODEL POINTS [SECONDS]

Prints one line of JSON: microseconds per evaluation (the least of 15 batches) and log densities and gradients at all points. Parameters
stand in POINTS in the order of Stan's file, which PARAMS of the peers' common.py gives.
"""
import json
import os
import sys
import time

os.environ["XLA_FLAGS"] = "--xla_force_host_platform_device_count=1"
peers, model, points_file = sys.argv[1:4]
budget = float(sys.argv[4]) if len(sys.argv) > 4 else 0.5
sys.path.insert(0, peers)

import common
import jax
import jax.numpy as jnp
import jax_models
import numpy as np
from jax.flatten_util import ravel_pytree
from numpyro.infer.util import initialize_model

with open(points_file) as file:
    numbers = file.read().split()
count, dimension = int(numbers[0]), int(numbers[1])
points = np.array([float(x) for x in numbers[2:]]).reshape(count, dimension)

info = initialize_model(jax.random.PRNGKey(0), jax_models.get(model))
template = info.param_info.z
flat, unravel = ravel_pytree(template)
assert flat.size == dimension and flat.dtype == np.float64, (flat.size, flat.dtype)


def place(point):
    """The flat vector of JAX, whose names stand in alphabetical order."""
    values, start = {}, 0
    for name in common.PARAMS[model]:
        shape = np.shape(template[name])
        size = int(np.prod(shape))
        values[name] = jnp.asarray(point[start : start + size].reshape(shape))
        start += size
    return ravel_pytree(values)[0]


def take(vector):
    """The inverse of `place`."""
    values = unravel(vector)
    return np.concatenate([np.ravel(values[name]) for name in common.PARAMS[model]])


evaluate = jax.value_and_grad(lambda z: info.potential_fn(unravel(z)))


@jax.jit
def loop(n, z):
    """Uses value and gradient, and moves the point a little, so that no evaluation can be left out."""

    def body(_, state):
        value, gradient = evaluate(state[0])
        return state[0] - 1e-12 * gradient, state[1] + value

    return jax.lax.fori_loop(0, n, body, (z, jnp.zeros((), z.dtype)))


start = place(points[0])


def seconds(n):
    begin = time.perf_counter()
    jax.block_until_ready(loop(n, start))
    return time.perf_counter() - begin


batches, n = 15, 1
seconds(1)
while seconds(n) < budget / batches:
    n *= 2
times = [seconds(n) / n for _ in range(batches)]
jitted = jax.jit(evaluate)
results = [jitted(place(point)) for point in points]
print(
    json.dumps(
        {
            "us": 1e6 * min(times),
            "lp": [-float(value) for value, _ in results],
            "gradient": [(-take(gradient)).tolist() for _, gradient in results],
        }
    )
)
