"""ops/elementwise.json: functions of one tensor, value by value."""
import scipy.special

from .common import Suite, f32, f64, i32, b8, inf, layout, nan, tensor

# op -> (lowest, highest) value of ordinary samples
DOMAIN = {
    "abs": (-3, 3), "sign": (-3, 3), "neg": (-3, 3), "reciprocal": (-3, 3), "square": (-3, 3), "sqrt": (0.1, 4), "rsqrt": (0.1, 4),
    "exp": (-3, 3), "expm1": (-3, 3), "log": (0.1, 5), "log1p": (-0.9, 4), "log2": (0.1, 5), "sin": (-4, 4), "cos": (-4, 4),
    "tan": (-1.4, 1.4), "asin": (-0.95, 0.95), "acos": (-0.95, 0.95), "atan": (-4, 4), "sinh": (-3, 3), "cosh": (-3, 3),
    "tanh": (-3, 3), "erf": (-2, 2), "erfinv": (-0.95, 0.95), "sigmoid": (-4, 4), "softplus": (-4, 4), "relu": (-3, 3),
    "round": (-3, 3), "floor": (-3, 3), "ceil": (-3, 3), "isnan": (-3, 3), "isfinite": (-3, 3), "logicalNot": (-3, 3),
}
SPECIAL = [nan, inf, -inf, 0.0, -0.0, 1.0, -1.0]
# further points where a formula taken at its word fails, or where a derivative jumps
EDGES = {
    "abs": [-1e-300, 1e300], "reciprocal": [1e-320, -1e300], "square": [1e-170, 1e160, -1e160], "sqrt": [1e-300, -1e-300, 4.0, 1e300],
    "rsqrt": [1e-300, 4.0, 1e300], "exp": [709.0, 710.0, -745.0, -750.0, 1e-20], "expm1": [1e-20, -1e-10, 1e-5, 709.0, -50.0, 750.0],
    "log": [1e-320, 1e-300, 1e300, -1e-300], "log1p": [1e-20, -1e-10, 1e-5, 1e300, -0.9999999999999999, -1.5],
    "log2": [8.0, 0.125, 1e-320, 1e300], "sin": [3.141592653589793, 1e5, 1e-20], "cos": [3.141592653589793, 1.5707963267948966, 1e5],
    "tan": [1.5707963267948966, 3.141592653589793, 1e-20], "asin": [1.0, -1.0, 1.5, 1e-20], "acos": [1.0, -1.0, 1.5, 1e-20],
    "atan": [1e-20, 1e20, -1e20], "sinh": [1e-20, 1e-5, 700.0, 720.0], "cosh": [1e-20, 700.0, -720.0], "tanh": [1e-20, 20.0, -20.0, 400.0, 1e-5],
    "erf": [1e-20, 3.0, -3.0, 6.0, -6.0, 30.0], "erfinv": [1e-20, 0.999999, -0.999999, 0.9999999999999999, 1.5, -1.5],
    "sigmoid": [30.0, -30.0, 100.0, -100.0, 745.0, -745.0, -800.0], "softplus": [19.9, 20.0, 20.1, 100.0, -100.0, -30.0, 800.0, -800.0],
    "relu": [1e-300, -1e-300], "round": [0.5, 1.5, 2.5, -0.5, -1.5, -2.5, 2.4999999999999996, 1e300],
    "floor": [0.5, -0.5, 2.0, -2.0, 1e300], "ceil": [0.5, -0.5, 2.0, -2.0, 1e300], "isnan": [1e300], "isfinite": [1e308], "logicalNot": [1e-300],
}
FLOAT_ONLY_SPECIAL = {"sign": [inf, -inf, 0.0, -0.0, 1e-300, -1e-300]}
INTEGERS = {"erfinv": [-1, 0, 1], "asin": [-1, 0, 1], "acos": [-1, 0, 1], "sqrt": [0, 1, 4], "rsqrt": [1, 4, 9], "log": [1, 2, 8], "log2": [1, 2, 8],
            "log1p": [0, 1, 8], "reciprocal": [1, 2, -4], "softplus": None, "round": [-2, 0, 3], "floor": [-2, 0, 3], "ceil": [-2, 0, 3], "isfinite": [-2, 0, 3]}
BOOLEANS = ["exp", "sqrt", "sin", "tanh", "sigmoid", "erf", "log1p", "isnan", "isfinite", "logicalNot", "abs", "square", "sign"]


def make():
    s = Suite()
    for op, (lo, hi) in DOMAIN.items():
        s.m(op, f64(2, 3, lo=lo, hi=hi, key=op))
        s.m(op, f32(5, lo=lo, hi=hi, key=op))
        s.m(op, f64(lo=lo, hi=hi, key=op))
        s.m(op, f64(0))
        s.m(op, f64(2, 0, 3))
        s.m(op, f64(1, 1, lo=lo, hi=hi, key=op))
        s.m(op, layout(f64(3, 4, lo=lo, hi=hi, key=op), "transposed"), _="transposed")
        s.m(op, layout(f64(5, lo=lo, hi=hi, key=op), "stepped"), _="stepped")
        s.m(op, tensor(FLOAT_ONLY_SPECIAL.get(op, SPECIAL)), _="special")
        if op in EDGES and op != "erfinv":
            s.m(op, tensor(EDGES[op]), _="edges")
        whole = INTEGERS.get(op, [-2, -1, 0, 1, 3])
        if whole is not None:
            s.m(op, tensor(whole, "int32"))
        if op in BOOLEANS and not (op in ("abs", "sign") and not _takes_bool(op)):
            s.m(op, tensor([True, False], "bool"))
    # near 1, PyTorch 1.13 has few correct digits: SciPy's value
    s.m("erfinv", tensor(EDGES["erfinv"]), _="edges", _source="formula", _expect=tensor(scipy.special.erfinv(EDGES["erfinv"]).tolist()))
    _options(s)
    return s.cases


def _takes_bool(op):
    import torch
    try:
        getattr(torch.tensor([True]), op)()
        return True
    except RuntimeError:
        return False


def _options(s):
    x = f64(2, 4, lo=-3, hi=3, key="softplus")
    s.m("softplus", x, beta=2)
    s.m("softplus", x, beta=0.5, threshold=1)
    s.m("softplus", tensor([4.9, 5.0, 5.1, 9.99, 10.0, 10.01]), beta=2, threshold=10, _="threshold")
    s.m("softplus", tensor([100.0, -100.0, 20.5, 0.0], "float32"), _="large")
    edges = tensor([-2.0, -1.0, -0.5, 0.0, 1.0, 1.5, nan, inf, -inf])
    s.m("clamp", edges, -1, 1, _="both bounds")
    s.m("clamp", edges, -1, None, _="lower bound")
    s.m("clamp", edges, None, 1, _="upper bound")
    s.m("clamp", edges, 1, -1, _="crossed bounds")
    s.m("clamp", f32(2, 3), -0.5, 0.75)
    s.m("clamp", tensor([-5, -1, 0, 3, 9], "int32"), -1, 3)
    s.m("clamp", tensor([-5, -1, 0, 3, 9], "int32"), -0.5, 3, _="int32 by a float")
    s.m("clamp", f64(0), -1, 1)
    s.m("clamp", f64(2, 3, key="c"), tensor([-1.0, 0.0, 0.5]), tensor([0.0, 0.5, 1.0]), _="tensor bounds")
    s.m("clamp", tensor([0.0, 1.0, 2.0, 3.0]), tensor([1.0, 1.0, 1.0, 1.0]), None, _="tensor lower bound")
    s.m("clamp", tensor([0.0, 1.0, 2.0, 3.0]), None, tensor(2.0), _="tensor upper bound")
    for exponent in (2, 3, 1, 0, -1, -2, 0.5, -0.5, 2.5):
        s.m("pow", f64(2, 3, lo=0.1, hi=3, key=exponent), exponent, _=f"{exponent}")
    for exponent in (2, 3, 1, 0, 0.5, -1, 1.5):
        s.m("pow", tensor([0.0, -0.0, -2.0, 1.0, inf, -inf, nan]), exponent, _=f"special base, {exponent}")
    s.m("pow", tensor([-2, -1, 0, 1, 3], "int32"), 3)
    s.m("pow", tensor([-2, -1, 0, 1, 3], "int32"), 0)
    s.m("pow", tensor([1, 4, 9], "int32"), 0.5)
    s.m("pow", f32(4, lo=0.2, hi=3), 2.5)
    for to in ("float32", "float64", "int32", "bool"):
        s.m("to", tensor([-1.75, -0.5, 0.0, 0.5, 2.25]), to, _=to)
        s.m("to", tensor([-1.75, -0.5, 0.0, 0.5, 2.25], "float32"), to, _=to)
        s.m("to", tensor([-3, 0, 2], "int32"), to, _=to)
        s.m("to", tensor([True, False], "bool"), to, _=to)
    s.m("to", tensor([0.1, 1 / 3, 1e300, 1e-300, nan, -inf]), "float32", _="rounding to float32")
