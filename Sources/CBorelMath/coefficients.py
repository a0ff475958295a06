#!/usr/bin/env python3
"""Makes the polynomial coefficients of borel_math.h: minimax approximations by Remez's exchange, with mpmath.

usage: coefficients.py [name ...]   prints coefficients, upwards, and the error reached; all of them take a minute.
"""
import sys

import mpmath as mp

mp.mp.dps = 60
TINY = mp.mpf(10) ** -25


def horner(coefficients, x):
    total = mp.mpf(0)
    for c in reversed(coefficients):
        total = total * x + c
    return total


def remez(g, weight, low, high, degree, rounds):
    """The polynomial with the least maximum of weight(x) |p(x) - g(x)| on [low, high], and that maximum."""
    low, high, size = mp.mpf(low), mp.mpf(high), degree + 2
    middle, radius = (low + high) / 2, (high - low) / 2
    nodes = [middle - radius * mp.cos(mp.pi * i / (size - 1)) for i in range(size)]
    count = 20 * size
    grid = [low] + [middle - radius * mp.cos(mp.pi * (i + mp.mpf(1) / 2) / count) for i in range(count)] + [high]
    values = [(x, g(x), weight(x)) for x in grid]
    for _ in range(rounds):
        system, right = mp.matrix(size, size), mp.matrix(size, 1)
        for i, x in enumerate(nodes):
            for j in range(degree + 1):
                system[i, j] = x**j
            system[i, degree + 1] = (-1) ** i / weight(x)
            right[i] = g(x)
        solution = mp.lu_solve(system, right)
        coefficients, level = [solution[j] for j in range(degree + 1)], abs(solution[degree + 1])
        errors = [(x, w * (horner(coefficients, x) - v)) for x, v, w in values]
        extrema = []
        for x, e in errors:
            if extrema and (extrema[-1][1] > 0) == (e > 0):
                if abs(e) > abs(extrema[-1][1]):
                    extrema[-1] = (x, e)
            else:
                extrema.append((x, e))
        while len(extrema) > size:
            extrema.pop(0 if abs(extrema[0][1]) < abs(extrema[-1][1]) else -1)
        worst = max(abs(e) for _, e in errors)
        if len(extrema) < size or worst < 1.02 * level:
            break
        nodes = [x for x, _ in extrema]
    return coefficients, worst


def near(limit, g):
    """g, with its limit at 0."""
    return lambda x: mp.mpf(limit) if abs(x) < TINY else g(x)


def root(g):
    """g of the square root."""
    return lambda z: g(mp.sqrt(z))


def stirling(x):
    return mp.loggamma(x) - (x - mp.mpf(1) / 2) * mp.log(x) + x - mp.log(2 * mp.pi) / 2


def inverse_square(g):
    return lambda y: g(1 / mp.sqrt(y))


def erfcx(x):
    if x < 25:
        return mp.exp(x * x) * mp.erfc(x)
    series = sum((-1) ** k * mp.fac2(2 * k - 1) / (2 * x * x) ** k for k in range(18))
    return series / (x * mp.sqrt(mp.pi))


def moebius(centre, g, end=None):
    """g at x = centre (1 + t) / (1 - t); its value at t = 1 is `end`."""
    return lambda t: end if t > 1 - mp.mpf(10) ** -20 else g(centre * (1 + t) / (1 - t))


def quantile(w):
    """x > 0 with 4 Phi(x) Phi(-x) = e^-w."""
    w = mp.mpf(w)
    e = mp.exp(-w)
    log_tail = mp.log(e / (2 * (1 + mp.sqrt(1 - e))))
    x = mp.sqrt(mp.pi / 2) * mp.sqrt(1 - e)
    if w > 1:
        x = mp.sqrt(max(2 * w - mp.log(2 * mp.pi) - mp.log(2 * w), mp.mpf("0.01")))
    for _ in range(60):
        tail = mp.erfc(x / mp.sqrt(2)) / 2
        step = (mp.log(tail) - log_tail) * tail * mp.sqrt(2 * mp.pi) * mp.exp(x * x / 2)
        x += step
        if abs(step) < mp.mpf(10) ** -45 * x:
            break
    return x


def tail_quantile(s):
    return quantile(s * s) / s


half_log_two = mp.log(2) / 2 * mp.mpf("1.0001")
s_max = (mp.sqrt(2) - 1) / (mp.sqrt(2) + 1)
z_max = s_max**2 * mp.mpf("1.0001")
quarter_turn = (mp.pi / 4 * mp.mpf("1.0001")) ** 2
third = mp.mpf(1) / 3

# name: function, weight of its error, low end, high end, degree
TABLE = {
    "exp": (near("0.5", lambda r: (mp.expm1(r) - r) / r**2), lambda r: abs(r) + TINY, -half_log_two, half_log_two, 10),
    "log": (near(2 * third, root(lambda s: (2 * mp.atanh(s) / s - 2) / s**2)), lambda z: z / 2 + TINY, 0, z_max, 6),
    "log1p": (
        near("-0.5", lambda f: (mp.log1p(f) - f) / f**2), lambda f: abs(f**2 / mp.log1p(f)) if f != 0 else TINY,
        "-0.29290", "0.41422", 19),
    "log, second part": (
        near("0.4", root(lambda s: ((2 * mp.atanh(s) / s - 2) / s**2 - 2 * third) / s**2)),
        lambda z: z * z / 2 + TINY, 0, z_max, 7),
    "tanh": (near(-third, root(lambda r: (mp.tanh(r) / r - 1) / r**2)), lambda z: z + TINY, 0, "0.3026", 9),
    "sinh": (near(third / 2, root(lambda r: (mp.sinh(r) / r - 1) / r**2)), lambda z: z + TINY, 0, "1.0001", 6),
    "sin": (near(-third / 2, root(lambda r: (mp.sin(r) / r - 1) / r**2)), lambda z: z + TINY, 0, quarter_turn, 6),
    "cos": (
        near(mp.mpf(1) / 24, root(lambda r: (mp.cos(r) - 1 + r**2 / 2) / r**4)),
        lambda z: 2 * z * z + TINY, 0, quarter_turn, 5),
    "asin": (near(third / 2, root(lambda r: (mp.asin(r) / r - 1) / r**2)), lambda z: z + TINY, 0, "0.2501", 12),
    "atan": (near(-third, root(lambda r: (mp.atan(r) / r - 1) / r**2)), lambda z: z + TINY, 0, "0.1717", 10),
    "sinpi": (near(mp.pi, root(lambda r: mp.sin(mp.pi * r) / r)), lambda z: 1, 0, "0.25", 8),
    "cospi": (root(lambda r: mp.cos(mp.pi * r)), lambda z: 1, 0, "0.25", 9),
    "lgamma": (near(mp.psi(0, 2), lambda t: mp.loggamma(2 + t) / t), lambda t: 1, "-0.5", "0.5", 17),
    "stirling": (
        near(mp.mpf(1) / 12, inverse_square(lambda x: stirling(x) * x)), lambda y: 12, 0, "0.0625", 10),
    "stirling from 1 to 4": (moebius(2, lambda x: stirling(x) * x), lambda u: 12, -third, third, 19),
    "digamma": (
        near(mp.mpf(1) / 12, inverse_square(lambda x: (mp.log(x) - 1 / (2 * x) - mp.psi(0, x)) * x**2)),
        lambda y: 1, 0, "0.0625", 11),
    "trigamma": (
        near(mp.mpf(1) / 6, inverse_square(lambda x: (mp.psi(1, x) - 1 / x - 1 / (2 * x**2)) * x**3)),
        lambda y: 1, 0, "0.0625", 12),
    "erf": (near(2 / mp.sqrt(mp.pi), root(lambda r: mp.erf(r) / r)), lambda z: 1, 0, "1.0001", 12),
    "erfcx": (
        moebius(mp.mpf("3.75"), lambda x: (1 + 2 * x) * erfcx(x), 2 / mp.sqrt(mp.pi)), lambda t: 1, -1, 1, 24),
    "quantile, centre": (
        near(mp.sqrt(2 * mp.pi), lambda w: quantile(w) / (mp.sqrt(1 - mp.exp(-w)) / 2)), lambda w: third, 0, "6.3", 24),
    "quantile, middle": (
        moebius(mp.mpf("3.75"), tail_quantile), lambda u: 1,
        (mp.mpf("2.495") - 3.75) / (mp.mpf("2.495") + 3.75), (mp.mpf("6.001") - 3.75) / (mp.mpf("6.001") + 3.75), 22),
    "quantile, tail": (
        moebius(mp.mpf("12.75"), tail_quantile), lambda u: 1,
        (mp.mpf("5.999") - 12.75) / (mp.mpf("5.999") + 12.75), (mp.mpf("27.3") - 12.75) / (mp.mpf("27.3") + 12.75), 22),
}

for name in sys.argv[1:] or TABLE:
    g, weight, low, high, degree = TABLE[name]
    coefficients, worst = remez(g, weight, low, high, degree, 4)
    print(f"{name}: degree {degree}, error 2^{float(mp.log(worst, 2)):.1f}")
    print("  " + ", ".join(repr(float(c)) for c in coefficients), flush=True)
