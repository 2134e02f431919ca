"""ops/reduce.json: reductions, norms, softmax and running sums."""
from .common import Suite, b8, f32, f64, i32, inf, layout, nan, tensor

CUBE = (2, 3, 4)
DIMS = [None, 0, 1, -1, [0, 2], [-1, 0], [0, 1, 2]]


def make():
    s = Suite()
    for op in ("sum", "mean", "amax", "amin"):
        _dims(s, op)
    for op in ("var", "std"):
        _dims(s, op)
        _moments(s, op)
    _prod(s)
    _extremes(s)
    _norm(s)
    _softmax(s)
    _cumsum(s)
    _logic(s)
    _empty(s)
    return s.cases


def _dims(s, op):
    x = f64(*CUBE, key=op)
    for dim in DIMS:
        s.m(op, x, *([] if dim is None else [dim]), _=f"dim {dim}")
    for dim in (None, 1, [0, -1]):
        s.m(op, x, dim, keepdim=True, _=f"dim {dim} kept")
    s.m(op, f32(3, 4, key=op), 0)
    s.m(op, layout(f64(3, 4, key=op), "transposed"), 0, _="transposed")
    s.m(op, layout(f64(3, 4, key=op), "stepped"), -1, _="stepped")
    s.m(op, f64(1, 3, key=op)) if op not in ("var", "std") else s.m(op, f64(1, 3, key=op), 1)
    if op in ("sum", "mean", "amax", "amin"):
        s.m(op, f64(key=op), _="0-dim")
        s.m(op, f64(key=op), 0, _="0-dim, dim 0")
    if op in ("sum", "amax", "amin"):
        s.m(op, i32(2, 3, key=op), 1)
        s.m(op, b8(2, 3, key=op), 1)
    s.m(op, tensor([[1.0, nan], [inf, 2.0], [inf, -inf]]), 1, _="special")


def _moments(s, op):
    x = f64(3, 4, key=op)
    for correction in (0, 1, 2):
        s.m(op, x, None, correction=correction, _=f"correction {correction}")
        s.m(op, x, 0, correction=correction, keepdim=True, _=f"correction {correction}, dim 0")
    s.m(op, tensor([2.0, 2.0, 2.0]), None, correction=0, _="constant")
    s.m(op, tensor([2.0, 2.0, 2.0]), _="constant")
    s.m(op, tensor([3.0]), _="one element")
    s.m(op, tensor([3.0]), None, correction=0, _="one element")
    s.m(op, tensor([[3.0, 1.0]]), 0, _="one row")
    s.m(op, tensor(3.0), None, correction=0, _="0-dim")
    s.m(op, tensor([1e8, 1e8 + 1, 1e8 + 2]), _="far from zero")
    s.m(op, f32(2, 3, key=op))


def _prod(s):
    x = f64(*CUBE, lo=-1.5, hi=1.5, key="prod")
    s.m("prod", x)
    for dim in (0, 1, -1):
        s.m("prod", x, dim, _=f"dim {dim}")
    s.m("prod", x, 1, keepdim=True)
    s.m("prod", tensor([2.0, 0.0, 3.0]), _="one zero")
    s.m("prod", tensor([2.0, 0.0, 0.0]), _="two zeros")
    s.m("prod", tensor([[2.0, 3.0, 4.0], [2.0, 0.0, 4.0], [0.0, 0.0, 4.0]]), 1, _="rows with no, one, two zeros")
    s.m("prod", tensor([[2.0, 0.0], [3.0, 5.0]]), 0, _="zero in a column")
    s.m("prod", tensor(3.0), _="0-dim")
    s.m("prod", tensor([1.0, nan, 2.0]), _="nan")
    s.m("prod", i32(4, lo=1))
    s.m("prod", b8(3))
    s.m("prod", f32(2, 3), -1)


def _extremes(s):
    for op in ("max", "min"):
        x = f64(*CUBE, key=op)
        s.m(op, x)
        for dim in (0, 1, -1):
            s.m(op, x, dim, _=f"dim {dim}")
        s.m(op, x, 1, keepdim=True)
        s.m(op, tensor([[1.0, 3.0, 3.0], [2.0, 2.0, 2.0]]), _="ties")
        s.m(op, tensor([[1.0, 3.0, 3.0], [2.0, 2.0, 2.0], [0.0, 0.0, 1.0]]), 1, _="ties")
        s.m(op, tensor([[1.0, 3.0], [1.0, 3.0]]), 0, _="ties, dim 0")
        s.m(op, tensor([1.0, nan, 3.0]), _="nan")
        s.m(op, tensor([[1.0, nan, 3.0], [nan, 1.0, nan], [inf, -inf, 0.0]]), 1, _="nan and infinities")
        s.m(op, tensor(2.0), _="0-dim")
        s.m(op, tensor(2.0), 0, _="0-dim, dim 0")
        s.m(op, i32(2, 3, key=op))
        s.m(op, tensor([[3, 1, 3], [0, 2, -2]], "int32"), 1)
        s.m(op, tensor([[True, False, True]], "bool"), 1)
        s.m(op, f32(3, 2, key=op), 0)
        s.m(op, layout(f64(3, 4, key=op), "transposed"), 1, _="transposed")
        a = "a" + op
        s.m(a, tensor([[1.0, 3.0, 3.0], [2.0, 2.0, 2.0]]), _="ties")
        s.m(a, tensor([[1.0, 3.0, 3.0], [2.0, 2.0, 2.0]]), 1, _="ties")
        s.m(a, tensor([1.0, nan, 3.0]), _="nan")
        arg = "arg" + op
        s.m(arg, x)
        for dim in (0, 1, -1):
            s.m(arg, x, dim, _=f"dim {dim}")
        s.m(arg, x, 2, keepdim=True)
        s.m(arg, tensor([[1.0, 3.0, 3.0], [1.0, 1.0, 2.0]]), 1, _="ties")
        s.m(arg, tensor([2.0, 5.0, 5.0, 2.0]), _="ties")
        s.m(arg, tensor([[1.0, nan, 3.0], [inf, -inf, 0.0]]), 1, _="nan and infinities")
        s.m(arg, tensor(2.0), _="0-dim")
        s.m(arg, i32(2, 3, key=op), 0)


def _norm(s):
    x = f64(2, 3, key="norm")
    s.m("norm", x)
    for p in (0, 1, 2, 3, 0.5, inf, -inf):
        s.m("norm", x, p, _=f"p {p}")
        s.m("norm", x, p, 1, _=f"p {p}, dim 1")
    s.m("norm", x, 2, 0, keepdim=True)
    s.m("norm", f64(*CUBE, key="norm"), 2, [0, -1], _="dim list")
    s.m("norm", f64(*CUBE, key="norm"), 1, [0, 1], keepdim=True, _="dim list kept")
    for p in (1, 2, 3, inf):
        s.m("norm", tensor([0.0, 0.0]), p, _=f"at zero, p {p}")
    s.m("norm", tensor([[0.0, 0.0], [3.0, -4.0]]), 2, 1, _="a zero row")
    s.m("norm", tensor([3.0, -3.0, 1.0]), inf, _="ties of the largest")
    s.m("norm", tensor(-2.0), _="0-dim")
    s.m("norm", f32(4), 2)
    s.m("norm", f64(0))


def _softmax(s):
    for op in ("softmax", "logSoftmax", "logsumexp"):
        x = f64(*CUBE, key=op)
        for dim in (0, 1, -1):
            s.m(op, x, dim, _=f"dim {dim}")
        s.m(op, tensor([[1000.0, 0.0, -1000.0], [-1000.0, -1000.0, -1000.0], [1e4, 1e4, 0.0]]), 1, _="large")
        s.m(op, tensor([[0.0, -inf, 1.0], [2.0, -inf, -inf]]), 1, _="minus infinity")
        s.m(op, tensor([[0.0, inf, 1.0], [nan, 1.0, 0.0]]), 1, _="infinity and nan", _grad=False)
        s.m(op, tensor([[1.0], [2.0]]), 1, _="one column")
        s.m(op, tensor(0.5), 0, _="0-dim")
        s.m(op, f64(2, 0), 0, _="empty")
        s.m(op, f32(3, 4, key=op), 1)
        s.m(op, layout(f64(4, 3, key=op), "transposed"), 0, _="transposed")
    s.m("logsumexp", f64(*CUBE, key=9), [0, 2], _="dim list")
    s.m("logsumexp", f64(*CUBE, key=9), [0, 2], keepdim=True, _="dim list kept")
    s.m("logsumexp", f64(2, 3, key=9), 1, keepdim=True, _="kept")
    s.m("logsumexp", tensor([[-inf, -inf], [0.0, 1.0]]), 1, _="row of minus infinity")
    s.m("softmax", tensor([[-inf, -inf], [0.0, 1.0]]), 1, _="row of minus infinity", _grad=False)
    s.m("logSoftmax", tensor([[-inf, -inf], [0.0, 1.0]]), 1, _="row of minus infinity", _grad=False)


def _cumsum(s):
    x = f64(*CUBE, key="cumsum")
    for dim in (0, 1, -1):
        s.m("cumsum", x, dim, _=f"dim {dim}")
    s.m("cumsum", tensor([1.0, inf, -inf, nan, 2.0]), 0, _="special")
    s.m("cumsum", i32(2, 3), 1)
    s.m("cumsum", tensor([True, True, False, True], "bool"), 0)
    s.m("cumsum", tensor(2.5), 0, _="0-dim")
    s.m("cumsum", f64(0), 0)
    s.m("cumsum", f64(2, 0), 0)
    s.m("cumsum", f32(4), 0)
    s.m("cumsum", layout(f64(3, 4, key=2), "transposed"), 1, _="transposed")


def _logic(s):
    for op in ("all", "any"):
        for x in (b8(2, 3, key=op), tensor([[1.0, nan, 0.0], [0.0, 0.0, -0.0]]), tensor([[1, 2], [0, 0]], "int32")):
            s.m(op, x)
            s.m(op, x, 1)
            s.m(op, x, 0, keepdim=True)
        s.m(op, tensor(True, "bool"), _="0-dim")
        s.m(op, f64(0))
        s.m(op, f64(2, 0), 1)
    for x in (tensor([[0.0, 1.5, nan], [-0.0, 0.0, 2.0]]), tensor([0, 3, 0, 4], "int32"), tensor([True, False, True], "bool"), f64(0), tensor([0.0, 0.0]), tensor(3.0), tensor(0.0)):
        s.m("nonzero", x)
        s.m("countNonzero", x)
    x = tensor([[0.0, 1.5, nan], [-0.0, 0.0, 2.0]])
    s.m("countNonzero", x, 1)
    s.m("countNonzero", x, [0, 1])
    s.m("countNonzero", x, -2)


def _empty(s):
    for op in ("sum", "mean", "prod", "var", "std"):
        s.m(op, f64(0), _="empty")
        s.m(op, f64(2, 0), 1, _="empty dim")
        s.m(op, f64(2, 0), 0, _="empty other dim")
    for op in ("max", "argmax", "amin"):
        s.m(op, f64(2, 0), 0, _="empty other dim")
        s.m(op, f64(0), _expect="throws", _="empty")
        s.m(op, f64(2, 0), 1, _expect="throws", _="empty dim")
