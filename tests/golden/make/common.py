"""What the parts share: inputs, encoding of tensors, and the translation of a chainrule call into a PyTorch call.

A case is written once, as the chainrule call it stands for, for example ``m("sum", x, [0, -1], keepdim=True)`` for
``x.sum([0, -1], { keepdim: true })``. The same description is written to JSON and run by PyTorch, so that the two
cannot drift apart.
"""
import json
import math
import re
import zlib

import numpy as np
import torch

DTYPES = {"float32": torch.float32, "float64": torch.float64, "int32": torch.int32, "bool": torch.bool}
NAMES = {torch.float32: "float32", torch.float64: "float64", torch.int32: "int32", torch.int64: "int32", torch.bool: "bool"}
nan, inf = math.nan, math.inf


def snake(name):
    """scatterAdd -> scatter_add, log1p -> log1p, addcmul_ -> addcmul_."""
    return re.sub(r"(?<=[a-z0-9])([A-Z])", lambda g: "_" + g.group(1).lower(), name)


def camel(name):
    """weight_decay -> weightDecay; a trailing underscore (in-place forms) stays."""
    return re.sub(r"_([a-zA-Z0-9])", lambda g: g.group(1).upper(), name)


# ---- inputs -------------------------------------------------------------------------------------------------------

def tensor(data, dtype="float64"):
    return torch.tensor(data, dtype=DTYPES[dtype])


def _rng(*key):
    return np.random.RandomState(zlib.crc32(repr(key).encode()))


def f64(*shape, lo=-2.0, hi=2.0, key=0, dtype="float64"):
    """Numbers of two decimals, no two alike as long as the range has enough of them, none of them zero."""
    n = int(np.prod(shape)) if shape else 1
    grid = np.round(np.arange(round(lo * 100), round(hi * 100) + 1) / 100.0, 2)
    grid = grid[grid != 0]
    rng = _rng(shape, lo, hi, key)
    pick = rng.permutation(len(grid))[:n] if n <= len(grid) else rng.randint(0, len(grid), n)
    return torch.tensor(grid[pick].reshape(shape), dtype=DTYPES[dtype])


def f32(*shape, **options):
    return f64(*shape, dtype="float32", **options)


def i32(*shape, lo=-4, hi=5, key=0):
    return torch.tensor(_rng(shape, lo, hi, key).randint(lo, hi, shape), dtype=torch.int32).reshape(shape)


def b8(*shape, key=0):
    return torch.tensor(_rng(shape, "bool", key).randint(0, 2, shape), dtype=torch.bool).reshape(shape)


LAYOUTS = {}


def layout(t, kind):
    """Marks an input as not contiguous: the reader builds it so; the numbers do not depend on it."""
    LAYOUTS[id(t)] = (t, kind)
    return t


# ---- JSON ---------------------------------------------------------------------------------------------------------

def number(x, dtype=None):
    """The shortest text that reads back as the same number of that dtype."""
    if isinstance(x, (bool, np.bool_)):
        return "true" if x else "false"
    if isinstance(x, (int, np.integer)):
        return str(int(x))
    if math.isnan(x):
        return '"nan"'
    if math.isinf(x):
        return '"inf"' if x > 0 else '"-inf"'
    if dtype == "float32":
        text = str(np.float32(x))
        assert np.float32(float(text)) == np.float32(x)
    else:
        text = repr(float(x))
    return text[:-2] if text.endswith(".0") else text


class Raw(str):
    """Text that is JSON already."""


def enc(t):
    """A tensor as {"shape", "dtype", "data"}; int64 is written as int32 after a check of the range."""
    t = t.detach()
    name = NAMES[t.dtype]
    values = t.reshape(-1).tolist()
    if name == "int32":
        assert all(-2**31 <= v < 2**31 for v in values), values
    data = ",".join(number(v, name) for v in values)
    shape = ",".join(map(str, t.shape))
    extra = LAYOUTS.get(id(t))
    kind = f',"layout":"{extra[1]}"' if extra and extra[0] is t else ""
    return Raw(f'{{"shape":[{shape}],"dtype":"{name}"{kind},"data":[{data}]}}')


def enc_input(t):
    """Like enc, with the layout mark of the input (detach makes a new object, so the mark is looked up first)."""
    extra = LAYOUTS.get(id(t))
    text = enc(t)
    return Raw(text.replace('","data"', f'","layout":"{extra[1]}","data"', 1)) if extra else text


def encoded(x):
    """enc over everything a result can be."""
    if isinstance(x, torch.Tensor):
        return enc(x)
    if isinstance(x, dict):
        return {k: encoded(v) for k, v in x.items()}
    if isinstance(x, (list, tuple)):
        return [encoded(v) for v in x]
    return x


def dumps(x):
    """JSON without spaces; numbers outside tensors that are not finite are {"$n": "inf"}."""
    if isinstance(x, Raw):
        return x
    if x is None:
        return "null"
    if isinstance(x, str):
        return json.dumps(x, ensure_ascii=False)
    if isinstance(x, (bool, int, np.integer, np.bool_)):
        return number(x)
    if isinstance(x, (float, np.floating)):
        return number(x) if math.isfinite(x) else f'{{"$n":{number(x)}}}'
    if isinstance(x, dict):
        return "{" + ",".join(f"{dumps(k)}:{dumps(v)}" for k, v in x.items()) + "}"
    if isinstance(x, (list, tuple)):
        return "[" + ",".join(dumps(v) for v in x) + "]"
    raise TypeError(type(x))


# ---- the call in PyTorch ------------------------------------------------------------------------------------------

def _index(part):
    if isinstance(part, str):
        if part == "...":
            return Ellipsis
        return slice(*[int(p) if p else None for p in part.split(":")])
    return part.long() if isinstance(part, torch.Tensor) and part.dtype == torch.int32 else part


def _dims(x, dim):
    return list(range(x.dim())) if dim is None else dim


def _long(*ts):
    return [t.long() if isinstance(t, torch.Tensor) and t.dtype == torch.int32 else t for t in ts]


def _pair(r):
    return {"values": r[0], "indices": r[1]}


def _minmax(op):
    def run(x, dim=None, **o):
        return getattr(x, op)() if dim is None else _pair(getattr(x, op)(dim, **o))
    return run


def _einsum(eq, ts):
    return torch.einsum(eq, *ts)


def _dtype_option(fn):
    return lambda *a, dtype=None, **o: fn(*a, **o, **({} if dtype is None else {"dtype": DTYPES[dtype]}))


F = torch.nn.functional
METHODS = {
    "at": lambda x, *ix: x[tuple(_index(p) for p in ix)],
    "softplus": lambda x, **o: F.softplus(x, **o),
    "sum": lambda x, dim=None, **o: x.sum() if dim is None and not o else x.sum(_dims(x, dim), **o),
    "mean": lambda x, dim=None, **o: x.mean() if dim is None and not o else x.mean(_dims(x, dim), **o),
    "var": lambda x, dim=None, **o: x.var(_dims(x, dim), **{"correction": 1, **o}),
    "std": lambda x, dim=None, **o: x.std(_dims(x, dim), **{"correction": 1, **o}),
    "min": _minmax("min"), "max": _minmax("max"),
    "amax": lambda x, dim=None, **o: x.amax(_dims(x, dim), **o),
    "amin": lambda x, dim=None, **o: x.amin(_dims(x, dim), **o),
    "norm": lambda x, p=2, dim=None, **o: x.norm(p, _dims(x, dim), **o) if dim is not None or o else x.norm(p),
    "logSoftmax": lambda x, dim: x.log_softmax(dim),
    "topk": lambda x, *a, **o: _pair(x.topk(*a, **o)),
    "sort": lambda x, dim=-1, **o: _pair(x.sort(dim=dim, stable=True, **{k: v for k, v in o.items() if k != "stable"})),
    "argsort": lambda x, dim=-1, **o: x.sort(dim=dim, stable=True, **{k: v for k, v in o.items() if k != "stable"})[1],
    "gather": lambda x, d, i: x.gather(d, i.long()),
    "scatterAdd": lambda x, d, i, s: x.scatter_add(d, i.long(), s),
    "oneHot": lambda x, n=-1: F.one_hot(x.long(), n),
    "pad": lambda x, p, **o: F.pad(x, p, **o),
    "split": lambda x, *a: list(x.split(*a)), "chunk": lambda x, *a: list(x.chunk(*a)),
    "allclose": lambda x, y, **o: torch.allclose(x, y, **o), "equal": torch.equal,
    "to": lambda x, d: x.to(DTYPES[d]),
    "zerosLike": _dtype_option(torch.zeros_like), "onesLike": _dtype_option(torch.ones_like),
    "fullLike": _dtype_option(torch.full_like),
    "lerp": lambda x, e, w: x.lerp(e, w if isinstance(w, torch.Tensor) else float(w)),
    "roll": lambda x, s, d=None: x.roll(s) if d is None else x.roll(s, d),
}
FUNCTIONS = {
    "stack": torch.stack, "cat": torch.cat, "where": torch.where, "einsum": _einsum, "linear": F.linear, "bilinear": F.bilinear,
    **{n: _dtype_option(getattr(torch, n)) for n in ("tensor", "zeros", "ones", "full", "arange", "linspace", "eye")},
}


def run_call(op, args, options, fn):
    """The PyTorch result of a chainrule call whose tensors are in place (args[0] is the receiver of a method)."""
    options = {snake(k): v for k, v in options.items()}
    if fn:
        return FUNCTIONS[op](*args, **options)
    if op in METHODS:
        return METHODS[op](*args, **options)
    x, *rest = args
    return getattr(x, snake(op))(*rest, **options)


# ---- cases --------------------------------------------------------------------------------------------------------

def _floating(t):
    return t.dtype in (torch.float32, torch.float64)


def _outputs(out):
    """The tensors of a result that carry a gradient."""
    if isinstance(out, dict):
        out = [out["values"]]
    return [o for o in (out if isinstance(out, list) else [out]) if isinstance(o, torch.Tensor)]


def cotangent_for(o, k=0):
    """Weights of an output's elements: all different over eleven elements and none zero, so that 0·∞ is no question."""
    n = o.numel()
    values = [round(((7 * i + 3 * k) % 11 - 4) / 4 + 0.2, 2) for i in range(n)]
    return torch.tensor(values, dtype=o.dtype).reshape(o.shape)


class Suite:
    """The cases of one file, in order, each name once."""

    def __init__(self):
        self.cases, self.names = [], set()

    def add(self, record):
        base, name, k = record["name"], record["name"], 2
        while name in self.names:
            name, k = f"{base} #{k}", k + 1
        record["name"] = name
        self.names.add(name)
        self.cases.append(record)

    def m(self, op, *args, **keywords):
        """A method of the first argument."""
        self.call(op, args, keywords, fn=False)

    def f(self, op, *args, **keywords):
        """A function of the library's root."""
        self.call(op, args, keywords, fn=True)

    def call(self, op, args, keywords, fn):
        label, grad = keywords.pop("_", ""), keywords.pop("_grad", True)
        source, expect = keywords.pop("_source", None), keywords.pop("_expect", None)
        inputs, seen = [], {}

        def collect(a):
            if isinstance(a, torch.Tensor):
                if id(a) not in seen:
                    seen[id(a)] = len(inputs)
                    inputs.append(a)
                return {"$t": seen[id(a)]}
            if isinstance(a, list) and a and isinstance(a[0], torch.Tensor):
                return {"$ts": [collect(t)["$t"] for t in a]}
            return a

        shown = [collect(a) for a in args]
        options = {k: collect(v) for k, v in keywords.items()}
        live = [t.detach().clone().requires_grad_(_floating(t)) for t in inputs]

        def restore(a):
            if isinstance(a, torch.Tensor):
                return live[seen[id(a)]]
            return [restore(v) for v in a] if isinstance(a, list) else a

        kinds = "·".join(f"{NAMES[t.dtype]}[{','.join(map(str, t.shape))}]" for t in inputs)
        record = {"name": " ".join(p for p in (op, label, kinds) if p), "op": op}
        if fn:
            record["fn"] = True
        record["inputs"] = [enc_input(t) for t in inputs]
        record["args"] = (shown if fn else shown[1:]) + ([options] if options else [])
        if source:
            record["source"] = source
        if expect == "throws":
            record["throws"] = True
            try:
                run_call(op, restore(list(args)), restore_options(keywords, restore), fn)
            except (RuntimeError, TypeError, IndexError, ValueError):
                return self.add(record)
            raise AssertionError(f"{record['name']} was expected to be refused")
        out = run_call(op, restore(list(args)), restore_options(keywords, restore), fn)
        record["output"] = encoded(out if expect is None else expect)
        outs = _outputs(out)
        if grad and expect is None and any(o.requires_grad for o in outs):
            cots = [cotangent_for(o, k) for k, o in enumerate(outs)]
            wanted = [t for t in live if t.requires_grad]
            pairs = [(o, c) for o, c in zip(outs, cots) if o.requires_grad]
            grads = iter(torch.autograd.grad([o for o, _ in pairs], wanted, [c for _, c in pairs], allow_unused=True))
            record["cotangent"] = encoded(cots if isinstance(out, list) else cots[0])
            record["grads"] = [encoded(next(grads)) if t.requires_grad else None for t in live]
        self.add(record)


def restore_options(keywords, restore):
    return {k: restore(v) for k, v in keywords.items()}
