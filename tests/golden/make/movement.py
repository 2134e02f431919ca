"""ops/movement.json: views and copies that move elements about."""
from .common import Suite, b8, f32, f64, i32, layout, tensor

X = (2, 3, 4)


def make():
    s = Suite()
    x = f64(*X)
    _views(s, x)
    _indexing(s, x)
    _copies(s, x)
    return s.cases


def _views(s, x):
    for shape in ([6, 4], [4, -1], [-1], [2, 1, 3, 4], [24], [1, 24, 1]):
        s.m("reshape", x, shape, _=str(shape))
    s.m("reshape", f64(), [1, 1])
    s.m("reshape", f64(1, 1), [])
    s.m("reshape", f64(0, 3), [3, 0])
    s.m("reshape", f64(2, 0), [0, 5])
    s.m("reshape", layout(f64(3, 4), "transposed"), [2, 6], _="transposed")
    s.m("reshape", i32(2, 3), [3, 2])
    s.m("transpose", x, 0, 1)
    s.m("transpose", x, -1, 0)
    s.m("transpose", x, 1, 1)
    s.m("transpose", f64(), 0, -1)
    s.m("transpose", layout(f64(3, 4), "transposed"), 0, 1, _="transposed")
    for dims in ([2, 0, 1], [0, 1, 2], [-1, 0, 1], [1, 2, 0]):
        s.m("permute", x, dims, _=str(dims))
    s.m("permute", f64(), [])
    s.m("expand", f64(3), [2, 3])
    s.m("expand", f64(2, 1), [2, 4])
    s.m("expand", f64(2, 1), [-1, 4])
    s.m("expand", f64(2, 1), [3, 2, 4])
    s.m("expand", f64(), [2, 2])
    s.m("expand", f64(1, 3), [0, 3])
    s.m("expand", f64(2, 3), [-1, -1])
    for dim in (0, 1, 3, -1, -4):
        s.m("unsqueeze", x, dim, _=f"dim {dim}")
    s.m("unsqueeze", f64(), 0)
    s.m("squeeze", f64(1, 3, 1))
    s.m("squeeze", f64(1, 3, 1), 0)
    s.m("squeeze", f64(1, 3, 1), -1)
    s.m("squeeze", f64(1, 3, 1), 1, _="dim of another size")
    s.m("squeeze", f64(1, 1))
    s.m("squeeze", f64(), 0)
    for a in ((0, 1, 1), (1, 0, 2), (2, 1, 3), (-1, -2, 1), (1, 1, 0)):
        s.m("narrow", x, *a, _=str(a))
    for a in ((0, 1), (1, -1), (2, 0), (-1, 3), (-2, 1)):
        s.m("select", x, *a, _=str(a))
    s.m("select", f64(3), 0, 1)
    s.m("flatten", x)
    s.m("flatten", x, 1)
    s.m("flatten", x, 0, 1)
    s.m("flatten", x, -2, -1)
    s.m("flatten", f64())
    s.m("flatten", x, 1, 1)
    s.m("flatten", f64(2, 0, 3), 1)
    s.m("unflatten", f64(2, 6), 1, [2, 3])
    s.m("unflatten", f64(2, 6), -1, [-1, 2])
    s.m("unflatten", f64(6), 0, [3, 2, 1])
    s.m("movedim", x, 0, 2)
    s.m("movedim", x, -1, 0)
    s.m("movedim", x, [0, 1], [2, 0])
    s.m("movedim", x, [0, 2], [-1, -2])


def _indexing(s, x):
    for ix in (("0",), (0,), (-1,), (":", 2), (":", ":", -1), (0, 1, 2), ("1:",), (":", "1:3"), (":", "::2"), (":", "1:5:2"), (":", ":", "-3:-1"), (":", ":", "1::2"),
               (":", "2:1"), (":", "5:"), ("...", 0), (0, "..."), ("...", ), (None,), (":", None, 1), (0, None, "..."), (None, "...", None), ("...", "1:3", 0), (1, "1:", "::3")):
        if ix != ("0",):
            s.m("at", x, *ix, _="[" + ", ".join("null" if i is None else str(i) for i in ix) + "]")
    rows, cols = tensor([1, 0, 1], "int32"), tensor([[0, 2], [3, -1]], "int32")
    s.m("at", x, rows, _="[int32 3]")
    s.m("at", x, ":", tensor([2, 0], "int32"), _="[:, int32 2]")
    s.m("at", x, ":", ":", cols, _="[:, :, int32 2×2]")
    s.m("at", x, cols.clamp(-2, 1), _="[int32 2×2]")
    s.m("at", x, 0, tensor([2, 2], "int32"), _="[0, int32 2]")
    s.m("at", x, "1:", tensor([0, 2, 2, 0], "int32"), "::2", _="[1:, int32 4, ::2]")
    s.m("at", x, "...", tensor(3, "int32"), _="[..., int32 0-dim]")
    s.m("at", x, tensor([0, 1], "int32"), tensor([2, 0], "int32"), _="[int32 2, int32 2]")
    s.m("at", f64(3, 4), tensor([0, 1, 2], "int32"), tensor([1, 3, 1], "int32"), _="[int32 3, int32 3]")
    s.m("at", f64(3, 2), tensor([], "int32"), _="[int32 0]")
    s.m("at", i32(3, 2), tensor([2, 2], "int32"), _="[int32 2]")
    s.m("at", layout(f64(3, 4), "transposed"), "1:", ":", _="transposed [1:, :]")
    s.m("at", f32(3, 4), 1, _="[1]")
    s.m("at", f64(), _="[]")
    s.m("at", f64(), None, _="[null]")


def _copies(s, x):
    a, b = f64(2, 3, key="a"), f64(2, 3, key="b")
    for dim in (0, 1, -1, -3, 2):
        s.f("stack", [a, b], dim, _=f"dim {dim}")
    s.f("stack", [a, b])
    s.f("stack", [f64(key=1), f64(key=2), f64(key=3)])
    s.f("stack", [a, a], 1, _="twice the same")
    s.f("stack", [i32(2), i32(2, key=1)])
    s.f("cat", [a, b])
    s.f("cat", [a, f64(2, 1, key="c"), b], 1)
    s.f("cat", [a, f64(2, 0), b], -1, _="with an empty one")
    s.f("cat", [a, f64(0), b], 0, _="with an old-style empty one")
    s.f("cat", [f64(3)], 0)
    s.f("cat", [layout(f64(3, 4), "transposed"), f64(1, 4, key="c")], 0, _="transposed")
    s.f("cat", [f32(2), f64(2)], 0, _="mixed dtypes")
    for size, dim in ((2, 0), (2, 1), (3, -1), ([1, 2], 1), ([4, 0], 2), ([1, 1, 2], -1)):
        s.m("split", x, size, dim, _=f"{size}, dim {dim}")
    s.m("split", f64(5), 2)
    for n, dim in ((2, 1), (3, 1), (2, -1), (5, 2), (3, 2)):
        s.m("chunk", x, n, dim, _=f"{n}, dim {dim}")
    s.m("chunk", f64(5), 3)
    for sizes in ([2], [2, 1], [1, 2, 2], [0], [1, 1, 1]):
        s.m("repeat", f64(3), sizes, _=str(sizes))
    s.m("repeat", a, [2, 2])
    s.m("repeat", a, [3, 1, 2])
    s.m("tile", a, [2])
    s.m("tile", a, [2, 1])
    s.m("tile", a, [2, 1, 2])
    s.m("tile", f64(3), [2, 2])
    s.m("flip", x, [0])
    s.m("flip", x, [0, 2])
    s.m("flip", x, [-1])
    s.m("flip", f64(), [])
    s.m("flip", i32(4), [0])
    s.m("roll", x, 1, 0)
    s.m("roll", x, -1, -1)
    s.m("roll", x, 5, 1)
    s.m("roll", x, [1, -1], [0, 2])
    s.m("roll", a, 2, _="flattened")
    s.m("roll", f64(0), 1, 0)
    s.m("pad", f64(3), [1, 2])
    s.m("pad", a, [1, 1, 2, 0], value=3)
    s.m("pad", a, [0, 0, 1, 0], value=-0.5)
    s.m("pad", a, [-1, 0], _="negative")
    s.m("pad", a, [2, -2, -1, 1], value=9, _="mixed signs")
    s.m("pad", x, [0, 1, 1, 0, 2, 1])
    s.m("pad", i32(2, 2), [1, 1], value=7)
    for op in ("tril", "triu"):
        for k in (None, 0, 1, -1, 3, -4):
            s.m(op, f64(3, 4), *([] if k is None else [k]), _=f"diagonal {k}")
        s.m(op, f64(2, 3, 3), 1)
        s.m(op, f64(4, 2), -1)
        s.m(op, i32(3, 3))
        s.m(op, b8(3, 3))
        s.m(op, f64(0, 3))
