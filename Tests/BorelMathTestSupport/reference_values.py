#!/usr/bin/env python3
"""Prints Tests/BorelMathTests/VectorReferenceValues.swift: values with 400 digits of working precision, by mpmath."""
import mpmath as mp

mp.mp.dps = 400


def lgamma(x):
    return mp.loggamma(x).real if x > 0 else mp.log(abs(mp.gamma(x)))


def stirling_error(x):
    return lgamma(x + 1) - (x + mp.mpf(1) / 2) * mp.log(x) + x - mp.log(2 * mp.pi) / 2


def phi(x):
    return mp.erfc(-x / mp.sqrt(2)) / 2


def inv_phi(p):
    low = min(p, 1 - p)
    x = mp.sqrt(-2 * mp.log(low)) if low < 0.1 else mp.sqrt(2 * mp.pi) * (mp.mpf(1) / 2 - low)
    for _ in range(200):
        step = mp.log(phi(-x) / low) * phi(-x) * mp.sqrt(2 * mp.pi) * mp.exp(x * x / 2)
        x += step
        if abs(step) < mp.mpf(10) ** -60:
            break
    return x if p > 0.5 else -x


FUNCTIONS = {
    "digamma": (lambda x: mp.psi(0, x), "1e-300 1e-9 0.1 0.75 1 1.25 1.4616321449683622 2 3.5 3.999999 4 5.25 17.5 1e3 1e15 1e300"
                " -0.25 -1.75 -10.3 -1000.5"),
    "trigamma": (lambda x: mp.psi(1, x), "1e-150 1e-9 0.1 0.75 1 1.25 2 3.5 3.999999 4 5.25 17.5 1e3 1e15 1e300 -0.25 -1.75 -10.3"),
    "stirling_error": (stirling_error, "1e-300 1e-9 0.01 0.2 0.5 0.999 1 1.5 2 3 3.999 4 5.5 20 1e3 1e8"),
    "lgamma_ratio": (lambda x, d: lgamma(x + d) - lgamma(x),
                     "0.001,2 0.5,0.25 0.5,1e-12 1,1 1.2,0.4 2,-1.5 3.9,0.2 4.5,-1 7,1e-9 7,20 100,-50 1e5,0.5 1e5,1e-10 1e10,3.5"
                     " 1e15,1e6 0.25,1e8 1e300,2.5 1e-200,1"),
    "lbeta": (lambda a, b: lgamma(a) + lgamma(b) - lgamma(a + b),
              "0.5,0.5 1,1 1e-10,3 2.5,3.5 0.1,200 3,1e8 10,10 4,4 50,2000 1e5,1e5 1e10,0.5 1e12,1e12"),
    "lchoose": (lambda n, k: lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1),
                "5,2 10,5 10.5,3.25 100,50 1e6,3 1e12,5e11 2,0.5 7,6 30,29 0.5,0.25 1e5,12"),
    "deviance_term": (lambda x, m: x * mp.log(x / m) + m - x,
                      "1,1.0000001 3,2 2,3 5,0.01 0.01,5 100,99 100,140 100,142 100,70 1e10,1.00001e10 1e15,1e3 1e-300,2 7,1e-300"
                      " 12.5,25 12.5,60 12.5,4"),
    "erfcx": (lambda x: mp.exp(x * x) * mp.erfc(x), "-26 -5.5 -1.25 -0.3 -1e-9 1e-9 0.2 0.75 1.5 3.75 9.5 30 1e4 1e10"),
    "log_erfc": (lambda x: mp.log(mp.erfc(x)), "-20 -4 -1.1 -0.4 -1e-12 1e-12 0.3 0.79 0.81 1.5 5 26 40"),
    "Phi": (phi, "-38.4 -37.7 -30 -12.5 -5 -1.3 -0.7 -0.59 -0.1 -1e-10 1e-10 0.2 0.65 2 5.5 8.2"),
    "log_Phi": (lambda x: mp.log(phi(x)), "-50 -38 -12.5 -3 -1 -0.2 -1e-9 1e-9 0.3 0.61 2 5.5 20 37"),
    "inv_Phi": (inv_phi, "1e-300 1e-100 1e-30 1e-15 2e-15 1e-6 0.001 0.02425 0.1 0.3 0.4999 0.5000001 0.6 0.9 0.999 0.999999999999"),
}

print("""// Values of functions that the C library has not, made by Tests/BorelMathTestSupport/reference_values.py.

/// One line each: function, arguments, value. Arguments are the doubles that the decimals stand for.
let vectorReferenceValues = \"\"\"""")
for name, (f, arguments) in FUNCTIONS.items():
    for group in arguments.split():
        texts = group.split(",")
        print("  " + " ".join([name, *texts, mp.nstr(f(*(mp.mpf(float(t)) for t in texts)), 20, min_fixed=0, max_fixed=0)]))
print('  """')
