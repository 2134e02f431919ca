"""Prints testing/golden.ts: float64 arguments with the correctly rounded results of each function."""
from mpmath import (
    acos, asin, atan, cos, cosh, erf, exp, expm1, log, log1p, mp, mpf, sin, sinh, sqrt, tan, tanh,
)

mp.dps = 400

REAL = [1e-300, -3e-9, 0.1, -0.3, 0.5, 0.7, -0.99, 1.2, -1.7, 2.5, -4.4, 8.1, 17.3]
POSITIVE = [5e-324, 1e-310, 1e-17, 0.2, 0.7071067811865475, 0.99999, 1.0000001, 1.4142135623730951, 3.3, 1e10, 1e300]
UNIT = [1e-300, -1e-9, 0.1, -0.4, 0.5, -0.50001, 0.8, -0.99, 0.9999999999]
WIDE = [-744.9, -708.5, -36.8, 36.5, 88.8]
ANGLES = [22.0, -355.0, 1e5, 1048575.9, 1048577.0, 6.0e15, -1e22, 5.319372648326541e255]


def softplus(x):
    return log1p(exp(x)) if x < 0 else x + log1p(exp(-x))


FUNCTIONS = {
    "acos": (acos, UNIT),
    "asin": (asin, UNIT),
    "atan": (atan, REAL + [1e5, -1e300]),
    "cos": (cos, REAL + ANGLES),
    "cosh": (cosh, REAL + [-709.0, 710.4]),
    "erf": (erf, REAL[:-2] + [-5.8]),
    "exp": (exp, REAL + WIDE + [709.7]),
    "exp2": (lambda x: mpf(2) ** x, REAL + [-1073.7, -1022.5, 1023.9]),
    "expm1": (expm1, REAL + [-36.8, 36.5, 709.7]),
    "log": (log, POSITIVE),
    "log1p": (log1p, REAL[:6] + [-0.99, -0.9999999999999999, 1.2, 1e5, 1e300]),
    "log2": (lambda x: log(x, 2), POSITIVE),
    "logSigmoid": (lambda x: -softplus(-x), REAL + WIDE),
    "reciprocal": (lambda x: 1 / x, [0.1, -0.3, 7.0, 1e300]),
    "rsqrt": (lambda x: 1 / sqrt(x), [0.1, 0.3, 7.0, 1e300]),
    "sigmoid": (lambda x: 1 / (1 + exp(-x)), REAL + WIDE),
    "sin": (sin, REAL + ANGLES),
    "sinh": (sinh, REAL + [-709.0, 710.4]),
    "softplus": (softplus, REAL + WIDE),
    "tan": (tan, REAL + ANGLES),
    "tanh": (tanh, REAL),
}

PAIRS = {
    "atan2": (
        lambda y, x: mp.atan2(y, x),
        [(0.3, 0.4), (-2.0, 0.5), (1.5, -1e-5), (-1e-300, -2.0), (5e-324, 1.0), (1e300, 1e-300), (7.0, -7.1)],
    ),
    "pow": (
        lambda x, y: x**y,
        [(2.0, 0.5), (0.7, 1234.5), (1.0000001, 1e9), (-3.0, 5.0), (10.0, -307.7), (1e-310, 0.3), (10.0, 308.2), (3e200, -1.6)],
    ),
}


def number(x):
    text = repr(float(x))
    return text[:-2] if text.endswith(".0") else text.replace("e-0", "e-")


def flat(rows):
    return "[" + ", ".join(number(value) for row in rows for value in row) + "]"


if __name__ == "__main__":
    print("// biome-ignore-all lint/suspicious/noApproximativeNumericConstant: results are what they are")
    print("/** Arguments and correctly rounded results in float64, from mpmath at 400 digits (fit/golden.py). */\n")
    print("/** x, f(x), x, f(x), … */")
    print("export const golden: Readonly<Record<string, readonly number[]>> = {")
    for name, (f, xs) in FUNCTIONS.items():
        print(f"  {name}: {flat((x, f(mpf(x))) for x in xs)},")
    print("};\n")
    print("/** x₁, x₂, f(x₁, x₂), … */")
    print("export const goldenPairs: Readonly<Record<string, readonly number[]>> = {")
    for name, (f, xs) in PAIRS.items():
        print(f"  {name}: {flat((a, b, f(mpf(a), mpf(b))) for a, b in xs)},")
    print("};")
