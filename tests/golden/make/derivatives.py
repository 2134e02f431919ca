"""autograd.json: jacobians, hessians, products with them, higher derivatives and gradients of gradients.

"program" is the function: a list of steps {"op", "args"} with "fn" for functions and methods otherwise (of the first argument), whose
arguments are {"$t": i} for input i and {"$v": j} for the value of step j; its result is the value of the last step. The kinds:
jacobian, hessian (with the shape [*output, *input], for input 0), vjp and jvp (with "v"; the output is the product), derivatives
("orders": the sum of the value, then the gradient of each sum of the one before), gradPenalty (the gradients of Σ‖∂y/∂x‖² by the other inputs).
"""
import torch
from torch.autograd import functional

from .common import enc, f64, run_call, tensor

T = lambda i: {"$t": i}
V = lambda j: {"$v": j}


def step(op, *args, fn=False):
    return {"op": op, **({"fn": True} if fn else {}), "args": list(args)}


def evaluate(program, inputs):
    values = []

    def live(a):
        if isinstance(a, dict) and "$t" in a:
            return inputs[a["$t"]]
        return values[a["$v"]] if isinstance(a, dict) and "$v" in a else a

    for s in program:
        args = [a for a in s["args"]]
        options = args.pop() if args and isinstance(args[-1], dict) and not {"$t", "$v"} & args[-1].keys() else {}
        values.append(run_call(s["op"], [live(a) for a in args], options, s.get("fn", False)))
    return values[-1]


PROGRAMS = {
    "x³ summed": ([step("pow", T(0), 3), step("sum", V(0))], [f64(3)]),
    "sin x · exp y": ([step("sin", T(0)), step("exp", T(1)), step("mul", V(0), V(1)), step("sum", V(2))], [f64(3), f64(3, key=1)]),
    "x A x": ([step("matmul", T(1), T(0)), step("dot", T(0), V(0))], [f64(3), f64(3, 3, key="A")]),
    "softmax": ([step("softmax", T(0), 0)], [f64(4)]),
    "log softmax of rows": ([step("logSoftmax", T(0), 1)], [f64(2, 3)]),
    "logsumexp": ([step("logsumexp", T(0), 0)], [f64(4)]),
    "tanh of a linear map": ([step("linear", T(0), T(1), T(2), fn=True), step("tanh", V(0))], [f64(3), f64(2, 3, key="W"), f64(2, key="b")]),
    "Rosenbrock": ([step("at", T(0), "1:"), step("at", T(0), ":-1"), step("square", V(1)), step("sub", V(0), V(2)), step("square", V(3)), step("mul", V(4), 100), step("neg", V(1)), step("add", V(6), 1), step("square", V(7)), step("add", V(5), V(8)), step("sum", V(9))], [tensor([-1.2, 1.0, 0.5])]),
    "norm": ([step("norm", T(0))], [f64(3)]),
    "product": ([step("prod", T(0))], [f64(4)]),
    "product with a zero": ([step("prod", T(0))], [tensor([2.0, 0.0, 3.0])]),
    "variance": ([step("var", T(0))], [f64(4)]),
    "standard deviation": ([step("std", T(0))], [f64(4)]),
    "cumulative sum squared": ([step("cumsum", T(0), 0), step("square", V(0)), step("sum", V(1))], [f64(4)]),
    "largest": ([step("max", T(0)), step("square", V(0))], [f64(4)]),
    "power of a tensor": ([step("pow", T(0), T(1)), step("sum", V(0))], [f64(3, lo=0.2), f64(3, key="e")]),
    "atan2": ([step("atan2", T(0), T(1)), step("sum", V(0))], [f64(3), f64(3, key=1)]),
    "quotient": ([step("div", T(0), T(1)), step("sum", V(0))], [f64(2, 3), f64(3, lo=0.5, key=1)]),
    "gather and square": ([step("indexSelect", T(0), 0, T(1)), step("square", V(0)), step("sum", V(1))], [f64(3), tensor([0, 2, 0], "int32")]),
    "erf": ([step("erf", T(0)), step("sum", V(0))], [f64(3)]),
    "mean cross entropy": ([step("logSoftmax", T(0), 1), step("gather", V(0), 1, T(1)), step("mean", V(1)), step("neg", V(2))], [f64(3, 4), tensor([[0], [3], [1]], "int32")]),
}
SCALAR = [n for n in PROGRAMS if n not in ("softmax", "log softmax of rows", "tanh of a linear map")]
UNARY = {"tanh": 4, "sigmoid": 4, "exp": 4, "sin": 5, "log": 4, "softplus": 4, "erf": 4, "reciprocal": 4, "sqrt": 4, "atan": 4, "rsqrt": 3, "erfinv": 3, "asin": 3, "log1p": 3, "expm1": 3, "cosh": 4, "tan": 3, "relu": 2, "abs": 2}
POSITIVE = {"log", "reciprocal", "sqrt", "rsqrt"}


def make():
    cases = []
    for name, (program, inputs) in PROGRAMS.items():
        cases += _products(name, program, inputs)
    for name in SCALAR:
        program, inputs = PROGRAMS[name]
        f = lambda x: evaluate(program, [x, *inputs[1:]])
        cases.append({"name": f"hessian of {name}", "kind": "hessian", "program": program, "inputs": [enc(t) for t in inputs], "output": enc(functional.hessian(f, inputs[0]))})
    for op, order in UNARY.items():
        x = f64(4, lo=0.2 if op in POSITIVE else -0.9, hi=2 if op in POSITIVE else 0.9, key=op)
        cases.append(_derivatives(op, [step(op, T(0))], x, order))
    cases.append(_derivatives("x^4", [step("pow", T(0), 4)], f64(4, key="p"), 5))
    cases.append(_derivatives("x·sin x", [step("sin", T(0)), step("mul", T(0), V(0))], f64(4, key="q"), 4))
    cases.append(_derivatives("x^x", [step("pow", T(0), T(0))], f64(4, lo=0.3, key="r"), 3))
    cases += _penalties()
    return cases


def _products(name, program, inputs):
    x, rest = inputs[0], inputs[1:]
    f = lambda x: evaluate(program, [x, *rest])
    y = f(x)
    head = {"program": program, "inputs": [enc(t) for t in inputs]}
    v = torch.tensor([round(0.3 * k - 0.7, 2) for k in range(y.numel())], dtype=y.dtype).reshape(y.shape)
    u = torch.tensor([round(0.9 - 0.4 * k, 2) for k in range(x.numel())], dtype=x.dtype).reshape(x.shape)
    return [
        {"name": f"jacobian of {name}", "kind": "jacobian", **head, "output": enc(functional.jacobian(f, x))},
        {"name": f"vjp of {name}", "kind": "vjp", **head, "v": enc(v), "output": enc(functional.vjp(f, x, v)[1])},
        {"name": f"jvp of {name}", "kind": "jvp", **head, "v": enc(u), "output": enc(functional.jvp(f, x, u)[1])},
    ]


def _derivatives(name, program, x, order):
    live = x.clone().requires_grad_()
    y = evaluate(program, [live])
    orders = [enc(y)]
    for _ in range(order):
        if not y.requires_grad:
            orders.append(enc(torch.zeros_like(x)))
            continue
        (y,) = torch.autograd.grad(y.sum(), live, create_graph=True)
        orders.append(enc(torch.zeros_like(x) + y.detach()))
    return {"name": f"derivatives of {name} up to order {order}", "kind": "derivatives", "program": program, "inputs": [enc(x)], "orders": orders}


def _penalties():
    cases = []
    weights = [f64(4, 3, lo=-1, hi=1, key="W1"), f64(4, lo=-1, hi=1, key="b1"), f64(1, 4, lo=-1, hi=1, key="W2"), f64(1, lo=-1, hi=1, key="b2")]
    x = f64(5, 3, key="x")
    for activation in ("tanh", "sigmoid", "softplus", "relu", "sin"):
        program = [step("linear", T(0), T(1), T(2), fn=True), step(activation, V(0)), step("linear", V(1), T(3), T(4), fn=True)]
        live = [t.clone().requires_grad_() for t in (x, *weights)]
        y = evaluate(program, live)
        (g,) = torch.autograd.grad(y.sum(), live[0], create_graph=True)
        penalty = g.square().sum()
        grads = torch.autograd.grad(penalty, live[1:], allow_unused=True)
        cases.append({"name": f"gradient penalty of a network with {activation}", "kind": "gradPenalty", "program": program, "inputs": [enc(t) for t in (x, *weights)], "output": enc(penalty),
                      "grads": [enc(torch.zeros_like(t) if g is None else g) for g, t in zip(grads, live[1:])]})
    return cases
