"""Minimax polynomials with coefficients that float32 or float64 can hold.

E. Ya. Remez's exchange finds the polynomial whose largest weighted error is least. Its coefficients are then rounded one by
one, the lowest first, and after each the others are fitted again, so that they make up for what rounding lost.
"""
import struct

from mpmath import mp, mpf, cos, linspace, lu_solve, matrix, pi, polyval

mp.dps = 80


def to_float32(x):
    """x rounded to float32."""
    return mpf(struct.unpack("f", struct.pack("f", float(x)))[0])


def to_float64(x):
    """x rounded to float64."""
    return mpf(float(x))


ROUND = {"float32": to_float32, "float64": to_float64}


def exchange(f, count, low, high, weight):
    """The `count` coefficients of the polynomial with the least largest weight(x)·|f(x) − P(x)| on [low, high]."""
    low, high = mpf(low), mpf(high)
    middle, half = (low + high) / 2, (high - low) / 2
    # Dense at the ends, where extremes crowd; not at 0, where weights may vanish.
    grid = [middle - half * cos(pi * mpf(i) / (30 * count)) for i in range(30 * count + 1)]
    values = [(x, f(x), weight(x)) for x in grid if abs(x) > half / 5000]
    last = len(values) - 1
    reference = [last * i // count for i in range(count + 1)]
    for _ in range(200):
        a, b = matrix(count + 1, count + 1), matrix(count + 1, 1)
        for i, k in enumerate(reference):
            x, y, w = values[k]
            for j in range(count):
                a[i, j] = x**j
            a[i, count] = (-1) ** i / w
            b[i] = y
        solved = lu_solve(a, b)
        c = [solved[j] for j in range(count)]
        errors = [w * (y - polyval(c[::-1], x)) for x, y, w in values]
        worst = max(range(last + 1), key=lambda k: abs(errors[k]))
        if abs(errors[worst]) <= abs(solved[count]) * mpf("1.0001"):
            break
        # All peaks are exchanged at once if that surely raises the level, else only the worst point.
        peaks = alternating_peaks(errors, count + 1)
        better = len(peaks) == count + 1 and all(abs(errors[k]) >= abs(solved[count]) for k in peaks)
        reference = peaks if better else with_point(reference, worst, errors)
    return c


def with_point(reference, point, errors):
    """The reference with the point in place of the neighbour where the error has the same sign."""
    same = lambda k: (errors[k] > 0) == (errors[point] > 0)
    if point < reference[0]:
        return [point] + (reference[1:] if same(reference[0]) else reference[:-1])
    if point > reference[-1]:
        return (reference[:-1] if same(reference[-1]) else reference[1:]) + [point]
    above = next(i for i, k in enumerate(reference) if k >= point)
    replaced = above if same(reference[above]) else above - 1
    return reference[:replaced] + [point] + reference[replaced + 1 :]


def alternating_peaks(errors, count):
    """Positions of `count` local extremes of alternating sign, the larger ones."""
    last = len(errors) - 1
    peaks = []
    for i, e in enumerate(errors):
        if (i > 0 and abs(errors[i - 1]) > abs(e)) or (i < last and abs(errors[i + 1]) > abs(e)) or e == 0:
            continue
        if peaks and (errors[peaks[-1]] > 0) == (e > 0):
            if abs(e) > abs(errors[peaks[-1]]):
                peaks[-1] = i
        else:
            peaks.append(i)
    while len(peaks) > count:
        peaks.pop(0 if abs(errors[peaks[0]]) < abs(errors[peaks[-1]]) else -1)
    return peaks


def fit(f, degree, low, high, weight, type_):
    """A polynomial of that degree with coefficients of `type_`, lowest first, and its largest weighted error."""
    fixed = []
    for i in range(degree + 1):
        # What is left, f − Σ cⱼxʲ, over xⁱ, so that the powers start at 0 again.
        rest = lambda x: (f(x) - (polyval(fixed[::-1], x) if fixed else 0)) / x**i
        c = exchange(rest, degree + 1 - i, low, high, lambda x: abs(weight(x) * x**i))
        fixed.append(ROUND[type_](c[0]))
    points = linspace(mpf(low), mpf(high), 4000)
    return fixed, max(abs(weight(x) * (f(x) - polyval(fixed[::-1], x))) for x in points)


def show(x, type_):
    """Few digits that still name the number."""
    if type_ == "float64":
        return repr(float(x))
    for digits in range(1, 18):
        text = "%.*g" % (digits, float(x))
        if to_float32(mpf(text)) == x:
            return text
    raise ValueError(x)
