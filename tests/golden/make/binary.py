"""ops/binary.json and ops/promotion.json: functions of two tensors value by value, and the dtype of what they give."""
from .common import NAMES, Suite, b8, f32, f64, i32, inf, layout, nan, tensor

ARITHMETIC = ["add", "sub", "mul", "div", "atan2", "maximum", "minimum", "remainder"]
COMPARISON = ["eq", "ne", "lt", "le", "gt", "ge"]
LOGICAL = ["logicalAnd", "logicalOr", "logicalXor"]
SHAPES = [((2, 3), (2, 3)), ((2, 3), (3,)), ((2, 1), (1, 3)), ((3,), ()), ((), (2, 2)), ((), ()), ((2, 3, 1), (3, 4)), ((0, 3), (3,)), ((2, 0), (2, 1)), ((1,), (0,)), ((1, 1), (1,))]


def binary():
    s = Suite()
    for op in ARITHMETIC + ["pow"]:
        low = 0.1 if op == "pow" else -2
        for a, b in SHAPES:
            s.m(op, f64(*a, lo=low, key=op), f64(*b, lo=-2, key=op + "b"))
        s.m(op, f32(2, 3, lo=low, key=op), f32(3, lo=-2, key=op + "b"))
        s.m(op, layout(f64(3, 2, lo=low, key=op), "transposed"), layout(f64(3, 2, lo=-2, key=op + "b"), "stepped"), _="layouts")
        x = f64(2, 2, lo=0.2, key=op)
        s.m(op, x, x, _="with itself")
        s.m(op, tensor([0, 1, 5, 7], "int32"), tensor([1, 2, 3, 2], "int32"))
    for op in COMPARISON + LOGICAL:
        for a, b in SHAPES[:8]:
            s.m(op, i32(*a, lo=-1, hi=2, key=op).double(), i32(*b, lo=-1, hi=2, key=op + "b").double())
        s.m(op, tensor([0.0, -0.0, nan, nan, inf, -inf, inf]), tensor([-0.0, 0.0, nan, 1.0, inf, inf, 1e308]), _="special")
        s.m(op, i32(2, 3), i32(3))
        s.m(op, b8(4, key=1), b8(4, key=2))
        s.m(op, i32(4).float(), b8(4))
    for op in COMPARISON:
        s.m(op, tensor([-1.0, 0.0, 1.0, nan]), 0)
        s.m(op, tensor([-1, 0, 1], "int32"), 0.5)
    for op in ("add", "sub", "mul", "div", "remainder"):
        s.m(op, f64(2, 3), 1.5, _="1.5")
        s.m(op, f64(3), -2, _="-2")
        s.m(op, f32(3), 0.1, _="0.1")
        s.m(op, tensor([-3, 0, 4], "int32"), 2, _="2")
        s.m(op, tensor([-3, 0, 4], "int32"), 2.5, _="2.5")
    s.m("div", tensor([1.0, -1.0, 0.0, inf, nan]), tensor([0.0, 0.0, 0.0, inf, 1.0]), _="special")
    s.m("mul", tensor([0.0, inf, -inf, nan, 1e200]), tensor([inf, 0.0, 2.0, 0.0, 1e200]), _="special")
    s.m("add", tensor([inf, -inf, nan, 1e308]), tensor([-inf, -inf, 1.0, 1e308]), _="special")
    for op in ("add", "sub"):
        s.m(op, f64(2, 3), f64(3, key=1), alpha=0.5)
        s.m(op, f64(3), 2, alpha=-3)
        s.m(op, i32(3), i32(3, key=1), alpha=2)
    for mode in ("floor", "trunc"):
        x, y = tensor([5.5, -5.5, 5.5, -5.5, 0.0]), tensor([2.0, 2.0, -2.0, -2.0, 3.0])
        s.m("div", x, y, roundingMode=mode, _=mode)
        s.m("div", tensor([5, -5, 5, -5, 0], "int32"), tensor([2, 2, -2, -2, 3], "int32"), roundingMode=mode, _=mode)
        s.m("div", tensor([5.5, -5.5]), 2, roundingMode=mode, _=mode)
    s.m("remainder", tensor([5.5, -5.5, 5.5, -5.5, 0.0, 1.0]), tensor([2.0, 2.0, -2.0, -2.0, 3.0, inf]), _="signs")
    s.m("remainder", tensor([5, -5, 5, -5], "int32"), tensor([3, 3, -3, -3], "int32"), _="signs")
    _ties_and_corners(s)
    _three(s)
    return s.cases


def _ties_and_corners(s):
    for op in ("maximum", "minimum"):
        s.m(op, tensor([1.0, 2.0, 3.0, nan, 1.0, nan, 0.0]), tensor([1.0, 3.0, 2.0, 1.0, nan, nan, -0.0]), _="ties and nan")
        s.m(op, tensor([[1.0], [2.0]]), tensor([1.0, 2.0]), _="ties, broadcast")
        s.m(op, b8(4, key=1), b8(4, key=2))
    bases = [0.0, 0.0, 0.0, 0.0, 1.0, 1.0, -1.0, 2.0, 0.5, -2.0, -2.0, -2.0, inf, inf, -inf, nan, nan, 1.0]
    exponents = [0.0, 1.0, 2.0, -1.0, nan, inf, inf, -inf, inf, 2.0, 3.0, 0.5, 0.0, -1.0, 3.0, 0.0, 1.0, 0.0]
    s.m("pow", tensor(bases), tensor(exponents), _="corners")
    s.m("pow", tensor([0.0, 0.0, 0.0]), tensor([0.5, 1.0, 0.0]), _="zero base")
    s.m("pow", tensor([2, -2, 0, 3], "int32"), tensor([3, 2, 0, 1], "int32"), _="int32 powers")
    ys = [1.0, 1.0, -1.0, -1.0, 0.0, 1.0, 0.0, 2.0, inf, inf, nan]
    xs = [1.0, -1.0, -1.0, 1.0, 1.0, 0.0, -1.0, 1e-300, inf, -inf, 1.0]
    s.m("atan2", tensor(ys), tensor(xs), _="quadrants and axes")
    s.m("atan2", tensor([0.0, 0.0, -0.0, -0.0]), tensor([0.0, -0.0, 0.0, -0.0]), _="origin", _grad=False)
    for x, y in (([1.0, 2.0], [1.0, 2.0]), ([1.0, nan], [1.0, nan]), ([1.0, 2.0], [1.0, 2.5]), ([0.0], [-0.0])):
        s.m("equal", tensor(x), tensor(y))
        s.m("allclose", tensor(x), tensor(y))
    s.m("equal", tensor([1.0, 1.0]), tensor([[1.0, 1.0]]))
    s.m("equal", f64(0), f64(0))
    s.m("equal", i32(3), i32(3))
    s.m("allclose", tensor([1.0, nan]), tensor([1.0, nan]), equalNan=True)
    s.m("allclose", tensor([1.0, 100.0]), tensor([1.0, 100.001]), _="default")
    s.m("allclose", tensor([1.0, 100.0]), tensor([1.0, 100.001]), rtol=1e-4, _="rtol")
    s.m("allclose", tensor([0.0, 1.0]), tensor([1e-6, 1.0]), atol=1e-5, _="atol")
    s.m("allclose", tensor([inf, -inf]), tensor([inf, -inf]), _="infinities")
    s.m("allclose", f64(0), f64(0))
    s.m("eq", b8(3), True)


def _three(s):
    cond = tensor([[True, False, True], [False, False, True]], "bool")
    s.f("where", cond, f64(2, 3), f64(2, 3, key=1))
    s.f("where", cond, f64(3), f64(2, 1, key=1), _="broadcast")
    s.f("where", tensor([True, False], "bool"), f64(2, 1, key=3), f64(key=1), _="broadcast of all three")
    s.f("where", tensor(True, "bool"), f64(2), f64(2, key=1))
    s.f("where", cond, f64(2, 3), 0, _="number")
    s.f("where", cond, 1.5, f32(2, 3), _="number")
    s.f("where", cond, tensor([nan, 1.0, inf]), tensor([0.0, nan, 1.0]), _="nan in the branch not taken")
    s.f("where", tensor([], "bool"), f64(0), f64(0))
    s.f("where", cond, i32(2, 3), i32(2, 3, key=1))
    s.f("where", cond, layout(f64(2, 3), "transposed"), f64(2, 3, key=1), _="transposed")
    s.m("lerp", f64(2, 3), f64(2, 3, key=1), 0.25, _="number")
    s.m("lerp", f64(2, 3), f64(3, key=1), 0.75, _="number, broadcast")
    s.m("lerp", f64(3), f64(3, key=1), tensor([0.0, 0.5, 1.0]), _="tensor")
    s.m("lerp", f64(2, 3), f64(2, 3, key=1), f64(3, lo=-1, key=2), _="tensor, broadcast")
    s.m("lerp", f32(3), f32(3, key=1), 0.3, _="number")
    s.m("lerp", f64(), f64(key=1), f64(key=2))


SAMPLES = {"float64": [0.5, -1.25], "float32": [1.5, 2.25], "int32": [3, -2], "bool": [True, False]}
SCALARS = {"float64": 2.5, "float32": 0.75, "int32": 2, "bool": True}


def promotion():
    s = Suite()
    for op in ("add", "mul", "div", "pow", "maximum", "lt", "sub", "eq", "atan2", "logicalAnd"):
        thorough = op in ("add", "mul", "div", "pow", "maximum", "lt")
        for a in SAMPLES:
            for b in SAMPLES:
                for one, two in (([2], [2]), ([2], []), ([], [2]), ([], []))[: 4 if thorough else 1]:
                    _try(s, op, _operand(a, one, 0), _operand(b, two, 1))
            for value in (2, 1.5, True):
                if op in ("logicalAnd", "atan2", "maximum"):
                    continue
                _try(s, op, _operand(a, [2], 0), value, _=f"{str(value).lower()}")
                if thorough:
                    _try(s, op, _operand(a, [], 0), value, _=f"{str(value).lower()}")
    cond = tensor([True, False], "bool")
    for a in SAMPLES:
        for b in SAMPLES:
            _try(s, "where", cond, _operand(a, [2], 0), _operand(b, [2], 1), fn=True)
            _try(s, "where", cond, _operand(a, [2], 0), _operand(b, [], 1), fn=True)
            _try(s, "cat", [_operand(a, [2], 0), _operand(b, [2], 1)], fn=True)
        for op in ("sum", "prod", "cumsum", "mean", "max", "argmax", "all", "any", "countNonzero", "amax", "std", "norm", "softmax"):
            _try(s, op, _operand(a, [2], 0), *([0] if op in ("cumsum", "softmax") else []))
    return s.cases


def _operand(dtype, shape, k):
    value = abs(SCALARS[dtype]) if k else SCALARS[dtype]
    data = SAMPLES[dtype] if k == 0 else [abs(v) if dtype != "bool" else v for v in SAMPLES[dtype]][::-1]
    return tensor(data if shape else value, dtype)


def _try(s, op, *args, fn=False, **keywords):
    """Records the result, or the refusal, of PyTorch."""
    if (op, NAMES[args[0].dtype] if not isinstance(args[0], list) else "") in (("pow", "bool"), ("argmax", "bool")):
        return  # not written in PyTorch rather than refused by its rules
    call = s.f if fn else s.m
    keywords["_grad"] = op in ("add", "sub", "mul", "div", "where", "cat")
    try:
        call(op, *args, **keywords)
    except (RuntimeError, TypeError):
        call(op, *args, _expect="throws", **keywords)
