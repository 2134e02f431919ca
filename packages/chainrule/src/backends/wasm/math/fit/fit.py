"""Prints the coefficients of this folder's polynomials: python3 fit.py [name …]

Each family says which function is fitted on which interval, with which powers, and by what an error is weighted: always so
that the weighted error is relative to the result of the whole function.
"""
import sys
from mpmath import mp, mpf, exp, log, expm1, sqrt, asin, atan, sin, cos, tan, tanh, sinh, erf, erfc, erfinv, pi, atanh, log1p
from remez import fit, show

LN2 = log(mpf(2))

families = {}


def family(name, low, high, degrees, weight=lambda x: mpf(1)):
    def add(f):
        families[name] = (
            f,
            weight,
            mpf(low),
            mpf(high),
            degrees,
            f.__doc__,
        )
        return f

    return add


@family("EXP", -0.3468, 0.3468, {"float32": 4, "float64": 10}, lambda r: r * r / exp(r))
def _(r):
    "eʳ = 1 + r + r²·P(r), |r| ≤ ½ ln 2"
    return (expm1(r) - r) / r**2


@family("EXP2", -0.5, 0.5, {"float32": 5, "float64": 11}, lambda r: r / mpf(2) ** r)
def _(r):
    "2ʳ = 1 + r·P(r), |r| ≤ ½"
    return expm1(r * LN2) / r


@family("LOG", 4e-5, 0.0405, {"float32": 2, "float64": 6}, lambda z: z / (2 * atanh(sqrt(z)) / sqrt(z)))
def _(z):
    "log((1 + s)/(1 − s)) = 2s + s·z·P(z), z = s² ≤ 0.04"
    s = sqrt(z)
    return (2 * atanh(s) / s - 2) / z


@family("TANH", 1e-5, 0.3907, {"float32": 4, "float64": 11}, lambda z: sqrt(z) ** 3 / tanh(sqrt(z)))
def _(z):
    "tanh x = x + x·z·P(z), z = x² ≤ ⅝²"
    x = sqrt(z)
    return (tanh(x) / x - 1) / z


@family("SINH", 1e-5, 1, {"float32": 3, "float64": 7}, lambda z: sqrt(z) ** 3 / sinh(sqrt(z)))
def _(z):
    "sinh x = x + x·z·P(z), z = x² ≤ 1"
    x = sqrt(z)
    return (sinh(x) / x - 1) / z


@family("ERF", 1e-5, 1, {"float32": 6, "float64": 12}, lambda z: sqrt(z) / erf(sqrt(z)))
def _(z):
    "erf x = x + x·P(z), z = x² ≤ 1"
    x = sqrt(z)
    return erf(x) / x - 1


def erfcx(a):
    return exp(a * a) * erfc(a)


@family("ERFC", 2 / mpf(6), 2 / mpf(3), {"float32": 4}, lambda t: t * exp(-(2 / t - 2) ** 2) / erf(2 / t - 2))
def _(t):
    "erfc a = e^(−a²)·t·P(t), t = 2/(2 + a), 1 ≤ a ≤ 4, relative to erf a"
    return erfcx(2 / t - 2) / t


@family("ERFC64", 2 / mpf(8), 2 / mpf(3), {"float64": 14}, lambda t: t * exp(-(2 / t - 2) ** 2) / erf(2 / t - 2))
def _(t):
    "the same for 1 ≤ a ≤ 6"
    return erfcx(2 / t - 2) / t


@family("SIN", 1e-5, 0.6178, {"float32": 2, "float64": 5}, lambda z: sqrt(z) ** 3 / sin(sqrt(z)))
def _(z):
    "sin r = r + r·z·P(z), z = r², |r| ≤ π/4"
    r = sqrt(z)
    return (sin(r) / r - 1) / z


@family("COS", 1e-5, 0.6178, {"float32": 2, "float64": 5}, lambda z: z**2 / cos(sqrt(z)))
def _(z):
    "cos r = 1 − z/2 + z²·P(z), z = r², |r| ≤ π/4"
    return (cos(sqrt(z)) - 1 + z / 2) / z**2


@family("TAN", 1e-5, 0.6178, {"float32": 6, "float64": 14}, lambda z: sqrt(z) ** 3 / tan(sqrt(z)))
def _(z):
    "tan r = r + r·z·P(z), z = r², |r| ≤ π/4"
    r = sqrt(z)
    return (tan(r) / r - 1) / z


@family("ASIN", 1e-6, 0.25, {"float32": 4, "float64": 11}, lambda z: sqrt(z) ** 3 / asin(sqrt(z)))
def _(z):
    "asin x = x + x·z·P(z), z = x² ≤ ¼"
    x = sqrt(z)
    return (asin(x) / x - 1) / z


@family("ATAN", 0.002, 1, {"float32": 8, "float64": 19}, lambda z: sqrt(z) ** 3 / atan(sqrt(z)))
def _(z):
    "atan x = x + x·z·P(z), z = x² ≤ 1"
    x = sqrt(z)
    return (atan(x) / x - 1) / z


@family("SHORT_LOG2", 1e-6, 0.0295, {"float64": 4}, lambda z: 1 / (2 * atanh(sqrt(z)) / sqrt(z) / LN2))
def _(z):
    "log2((1 + s)/(1 − s)) = s·P(z), z = s² ≤ 0.0295, short"
    s = sqrt(z)
    return 2 * atanh(s) / s / LN2


@family("SHORT_EXP2", -0.5, 0.5, {"float64": 6}, lambda r: r / mpf(2) ** r)
def _(r):
    "2ʳ = 1 + r·P(r), |r| ≤ ½, short"
    return expm1(r * LN2) / r


@family("POW", 3e-5, 0.0295, {"float64": 6}, lambda z: z**2 / 3)
def _(z):
    "log((1 + s)/(1 − s)) = ⅔s·(3 + z + z²·P(z)), z = s² ≤ 0.0295"
    s = sqrt(z)
    return (3 * atanh(s) / s - 3 - z) / z**2


@family("GELU", 1 / mpf(4.8), 1, {"float64": 9}, lambda t: 1 / scaled_tail(t))
def scaled_tail(t):
    "Φ(−s) = e^(−s²/2)·t·P(t), t = 1/(1 + s/4), 0 ≤ s ≤ 15, relative to Φ(−s)"
    s = 4 / t - 4
    return exp(s * s / 2) * erfc(s / sqrt(mpf(2))) / 2 / t


def inverse(w):
    """erf⁻¹(y)/y where w = −log(1 − y²)."""
    y = sqrt(-expm1(-w))
    return erfinv(y) / y


@family("ERFINV", -2.4999, 2.51, {"float64": 11}, lambda u: 1 / inverse(u + 2.5))
def _(u):
    "erf⁻¹(y)/y = P(w − 2.5), w = −log(1 − y²) ≤ 5, relative to it"
    return inverse(u + 2.5)


@family("ERFINV_TAIL", sqrt(mpf(5)) - 3.2, 0.9, {"float64": 11}, lambda u: 1 / inverse((u + 3.2) ** 2))
def _(u):
    "erf⁻¹(y)/y = P(√w − 3.2), 5 ≤ w ≤ 16.8, relative to it"
    return inverse((u + 3.2) ** 2)


if __name__ == "__main__":
    for name in sys.argv[1:] or families:
        f, weight, low, high, degrees, doc = families[name]
        print(f"// {doc}")
        for type_, degree in degrees.items():
            c, worst = fit(f, degree, low, high, weight, type_)
            print(f"//   error 2^{float(log(worst, 2)):.1f}")
            print(f"  {type_}: [{', '.join(show(x, type_) for x in c)}],", flush=True)
