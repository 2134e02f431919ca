"""ops/matmul.json: products of matrices and vectors, einsum, linear and bilinear maps."""
from .common import Suite, f32, f64, i32, layout, tensor, inf, nan

MATMUL = [((3,), (3,)), ((2, 3), (3,)), ((3,), (3, 2)), ((2, 3), (3, 4)), ((5, 2, 3), (3, 4)), ((2, 3), (5, 3, 4)), ((5, 2, 3), (5, 3, 4)),
          ((5, 1, 2, 3), (4, 3, 2)), ((1, 2, 3), (5, 3, 1)), ((3,), (5, 3, 2)), ((5, 2, 3), (3,)), ((2, 1, 1, 3), (1, 3, 3, 1)),
          ((1, 1), (1, 1)), ((0, 3), (3, 2)), ((2, 0), (0, 3)), ((2, 3), (3, 0)), ((0,), (0,)), ((3, 0, 2), (2, 4)), ((7, 9), (9, 5))]
EINSUM = [("ij,jk->ik", (2, 3), (3, 4)), ("ij,jk", (2, 3), (3, 4)), ("i,i->", (3,), (3,)), ("i,j->ij", (2,), (3,)), ("ij->ji", (2, 3)), ("ij->", (2, 3)),
          ("ij->i", (2, 3)), ("ii->i", (3, 3)), ("ii", (3, 3)), ("bij,bjk->bik", (2, 2, 3), (2, 3, 2)), ("bij,jk->bik", (2, 2, 3), (3, 2)),
          ("bi,oi->bo", (2, 3), (4, 3)), ("ij,ij->ij", (2, 3), (2, 3)), ("ij,ij->", (2, 3), (2, 3)), ("bi,oij,bj->bo", (2, 3), (4, 3, 2), (2, 2)),
          ("...ij,...jk->...ik", (2, 2, 3), (3, 2)), ("i...->...", (2, 3)), ("ba", (2, 3)), ("abc,c->ab", (2, 2, 3), (3,)), ("ij,kj->ik", (0, 3), (2, 3))]


def make():
    s = Suite()
    for a, b in MATMUL:
        s.m("matmul", f64(*a, key="a"), f64(*b, key="b"))
    s.m("matmul", f32(3, 4, key="a"), f32(4, 2, key="b"))
    s.m("matmul", f32(4, key="a"), f32(4, key="b"))
    s.m("matmul", f32(2, 3, 4, key="a"), f32(4, 2, key="b"))
    s.m("matmul", layout(f64(4, 3, key="a"), "transposed"), layout(f64(3, 2, key="b"), "transposed"), _="both transposed")
    s.m("matmul", layout(f64(4, 3, key="a"), "stepped"), f64(3, 2, key="b"), _="stepped")
    s.m("matmul", f64(2, 3, key="a"), layout(tensor([[1.0, 2.0]] * 3), "expanded"), _="expanded")
    s.m("matmul", i32(2, 3), i32(3, 2))
    s.m("matmul", tensor([[1.0, 0.0], [inf, 1.0]]), tensor([[nan, 1.0], [0.0, 1.0]]), _="nan and infinity")
    x = f64(3, 3, key="self")
    s.m("matmul", x, x, _="with itself")
    s.m("dot", f64(4, key="a"), f64(4, key="b"))
    s.m("dot", f64(0), f64(0, key=1))
    s.m("dot", f32(4, key="a"), f32(4, key="b"))
    s.m("dot", i32(3), i32(3, key=1))
    s.m("outer", f64(2, key="a"), f64(3, key="b"))
    s.m("outer", f64(0), f64(3, key="b"))
    s.m("outer", i32(2), i32(3, key=1))
    for options in ({}, {"beta": 0.5}, {"alpha": 2}, {"beta": 0, "alpha": -1.5}):
        for c in ((2, 4), (4,), (2, 1), ()):
            s.m("addmm", f64(*c, key="c"), f64(2, 3, key="a"), f64(3, 4, key="b"), **options)
    s.m("addmm", tensor([nan, 1.0]), tensor([[1.0]]), tensor([[1.0, 2.0]]), beta=0, _="beta 0 ignores nan")
    s.m("addmm", f32(2, 4, key="c"), f32(2, 3, key="a"), f32(3, 4, key="b"))
    s.m("addmm", f64(2, 4, key="c"), f64(2, 0), f64(0, 4, key="b"), _="empty inner dimension")
    for x in ((3,), (2, 3), (2, 2, 3), (0, 3)):
        s.f("linear", f64(*x, key="x"), f64(4, 3, key="w"), f64(4, key="b"))
        s.f("linear", f64(*x, key="x"), f64(4, 3, key="w"), _="no bias")
    s.f("linear", f32(5, 3, key="x"), f32(2, 3, key="w"), f32(2, key="b"))
    s.f("linear", f64(5, 3, key="x"), f64(1, 3, key="w"), f64(1, key="b"))
    for x in ((), (2,), (2, 2)):
        s.f("bilinear", f64(*x, 3, key="x"), f64(*x, 2, key="y"), f64(4, 3, 2, key="w"), f64(4, key="b"))
    s.f("bilinear", f64(2, 3, key="x"), f64(2, 2, key="y"), f64(4, 3, 2, key="w"), _="no bias")
    for equation, *shapes in EINSUM:
        s.f("einsum", equation, [f64(*shape, key=k) for k, shape in enumerate(shapes)], _=equation)
    return s.cases
