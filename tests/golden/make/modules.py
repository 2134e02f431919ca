"""modules.json: every layer and activation, made after manualSeed(seed): initial weights, output, gradients, buffers.

The module is made in float32 and then moved by .to(dtype), unless its options name a dtype. Names in stateDict are PyTorch's in
camelCase (runningMean, numBatchesTracked).
"""
import torch
from torch import nn

from .common import DTYPES, camel, cotangent_for, enc, encoded, f64, inf, nan, snake, tensor

EDGE = [-1000.0, -20.5, -6.0, -3.0, -2.0, -1.0, -0.5, -1e-8, -0.0, 0.0, 1e-8, 0.5, 1.0, 2.0, 3.0, 6.0, 20.5, 1000.0]
INFINITE = [nan, inf, -inf]

# activation -> (its options, whether nan and the infinities are looked at too)
ACTIVATIONS = {
    "ReLU": [{}], "ReLU6": [{}], "LeakyReLU": [{}, {"negativeSlope": 0.2}, {"negativeSlope": 0}], "ELU": [{}, {"alpha": 0.5}], "SELU": [{}], "CELU": [{}, {"alpha": 2}],
    "GELU": [{}, {"approximate": "tanh"}], "SiLU": [{}], "Mish": [{}], "Sigmoid": [{}], "LogSigmoid": [{}], "Hardsigmoid": [{}], "Tanh": [{}], "Hardtanh": [{}, {"minVal": -2, "maxVal": 0.5}],
    "Hardswish": [{}], "Softplus": [{}, {"beta": 2}, {"beta": 0.5, "threshold": 1}], "Softsign": [{}], "Hardshrink": [{}, {"lambd": 1}, {"lambd": 0}], "Softshrink": [{}, {"lambd": 1}, {"lambd": 0}], "Tanhshrink": [{}], "Identity": [{}],
}


class RMSNorm(nn.Module):
    """y = x / sqrt(mean(x²) + eps) · w, which PyTorch 1.13 lacks; eps is the dtype's epsilon where none is given."""

    def __init__(self, normalized_shape, eps=None, elementwise_affine=True):
        super().__init__()
        self.shape = (normalized_shape,) if isinstance(normalized_shape, int) else tuple(normalized_shape)
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(self.shape)) if elementwise_affine else None

    def forward(self, x):
        eps = torch.finfo(x.dtype).eps if self.eps is None else self.eps
        y = x / torch.sqrt(x.square().mean(tuple(range(-len(self.shape), 0)), keepdim=True) + eps)
        return y if self.weight is None else y * self.weight


class LayerNormNoBias(nn.Module):
    """LayerNorm with bias: false, an option newer than PyTorch 1.13."""

    def __init__(self, normalized_shape):
        super().__init__()
        self.shape = (normalized_shape,)
        self.weight = nn.Parameter(torch.ones(self.shape))

    def forward(self, x):
        return torch.nn.functional.layer_norm(x, self.shape, self.weight, None)


class Hardswish(nn.Module):
    """x·relu6(x+3)/6 with the derivative of today's PyTorch at the corners: 0 at −3 and 1 at 3 (1.13 gives −½ and 1½)."""

    def forward(self, x):
        return torch.where(x <= -3, torch.zeros_like(x), torch.where(x >= 3, x, x * (x + 3) / 6))


class Hardsigmoid(nn.Module):
    """relu6(x+3)/6; PyTorch 1.13 differentiates it with a float32 sixth even in float64."""

    def forward(self, x):
        return torch.where(x <= -3, torch.zeros_like(x), torch.where(x >= 3, torch.ones_like(x), x / 6 + 0.5))


class NotANumber(nn.Module):
    """Gives nan at nan, as today's PyTorch does for Hardshrink and Softshrink."""

    def __init__(self, inner):
        super().__init__()
        self.inner = inner

    def forward(self, x):
        return torch.where(torch.isnan(x), x, self.inner(x))


def _build(module, args, options):
    options = {snake(k): (DTYPES[v] if k == "dtype" else v) for k, v in options.items()}
    if module == "RMSNorm":
        return RMSNorm(*args, **options), "formula"
    if module == "LayerNorm" and "bias" in options:
        return LayerNormNoBias(*args), "formula"
    if module in ("Hardswish", "Hardsigmoid"):
        return {"Hardswish": Hardswish, "Hardsigmoid": Hardsigmoid}[module](), "formula"
    if module in ("Hardshrink", "Softshrink"):
        return NotANumber(getattr(nn, module)(**options)), "formula"
    return getattr(nn, module)(*args, **options), None


def _state(m):
    return {".".join(camel(p) for p in k.split(".")): encoded(v) for k, v in m.state_dict().items()}


class Modules:
    def __init__(self):
        self.cases, self.names = [], set()

    def add(self, module, args, inputs, options=None, seed=0, dtype="float64", training=True, label="", perturb=False):
        options = options or {}
        torch.manual_seed(seed)
        m, source = _build(module, args, options)
        if "dtype" not in options:
            m.to(DTYPES[dtype])
        m.train(training)
        shown = ",".join([*map(str, args), *(f"{k}={v}" for k, v in options.items())])
        name = f"{module}({shown}) " + "·".join(f"[{','.join(map(str, t.shape))}]" for t in inputs) + (f" {label}" if label else "") + ("" if training else " eval") + (" float32" if dtype == "float32" else "")
        assert name not in self.names, name
        self.names.add(name)
        record = {"name": name, "module": module, "args": list(args), "options": options, "seed": seed, "dtype": dtype, "training": training}
        if source:
            record["source"] = source
        if perturb:  # weights of ones and zeros would hide mistakes: load others in their place
            record["loads"] = {}
            with torch.no_grad():
                for k, p in m.named_parameters():
                    p.copy_(f64(*p.shape, lo=0.5, hi=1.5, key=k))
                for k, b in m.named_buffers():
                    if b.dtype.is_floating_point:
                        b.copy_(f64(*b.shape, lo=0.5, hi=1.5, key=k))
            record["loads"] = _state(m)
        else:
            record["stateDict"] = _state(m)
        before = _state(m)
        live = [t.detach().clone().to(DTYPES[dtype] if t.is_floating_point() else t.dtype).requires_grad_(t.is_floating_point()) for t in inputs]
        record["inputs"] = [enc(t) for t in live]
        out = m(*[t.long() if t.dtype == torch.int32 else t for t in live])
        record["output"] = enc(out)
        params = dict(m.named_parameters())
        if out.requires_grad:
            cot = cotangent_for(out)
            wanted = [t for t in live if t.requires_grad] + list(params.values())
            grads = list(torch.autograd.grad(out, wanted, cot, allow_unused=True))
            record["cotangent"] = enc(cot)
            record["gradInputs"] = [encoded(grads.pop(0)) if t.requires_grad else None for t in live]
            record["gradParams"] = {".".join(camel(p) for p in k.split(".")): encoded(g) for k, g in zip(params, grads)}
        after = _state(m)
        if after != before:
            record["stateDictAfter"] = after
        self.cases.append(record)


def make():
    s = Modules()
    _linear(s)
    _activations(s)
    _norms(s)
    _dropout(s)
    _embedding(s)
    _shapes(s)
    return s.cases


def _linear(s):
    for shape in ((4, 3), (3,), (2, 2, 3), (0, 3)):
        s.add("Linear", [3, 2], [f64(*shape)])
    s.add("Linear", [3, 2], [f64(4, 3)], {"bias": False}, seed=1)
    s.add("Linear", [1, 1], [f64(4, 1)], seed=2)
    s.add("Linear", [20, 5], [f64(2, 20)], seed=3)
    s.add("Linear", [3, 2], [f64(4, 3)], dtype="float32")
    s.add("Linear", [3, 2], [f64(4, 3)], {"dtype": "float64"}, seed=4)
    for shape in ((4,), (2, 2), ()):
        s.add("Bilinear", [3, 2, 4], [f64(*shape, 3, key=1), f64(*shape, 2, key=2)], seed=5)
    s.add("Bilinear", [3, 2, 1], [f64(2, 3, key=1), f64(2, 2, key=2)], {"bias": False}, seed=6)
    s.add("Bilinear", [3, 2, 4], [f64(2, 3, key=1), f64(2, 2, key=2)], dtype="float32")


def _activations(s):
    for name, variants in ACTIVATIONS.items():
        for options in variants:
            s.add(name, [], [f64(2, 5, lo=-4, hi=4, key=name)], options)
            s.add(name, [], [tensor(EDGE)], options, label="edges")
        s.add(name, [], [f64(7, lo=-4, hi=4, key=name)], dtype="float32")
        s.add(name, [], [tensor(EDGE)], dtype="float32", label="edges")
        if name not in ("GELU", "Mish", "SiLU", "Tanhshrink", "Softsign", "Hardswish", "Hardsigmoid"):
            s.add(name, [], [tensor(INFINITE)], label="nan and infinities")
        s.add(name, [], [f64(0)], label="empty")
        s.add(name, [], [f64(lo=0.5)], label="0-dim")
    for args in ((0.5, 9), (0, 0), (-1, -2)):
        s.add("Threshold", args, [f64(2, 5, lo=-3, hi=3, key="t")])
        s.add("Threshold", args, [tensor(EDGE)], label="edges")
    for options in ({}, {"init": 0.1}, {"numParameters": 3}, {"numParameters": 3, "init": -0.5}):
        s.add("PReLU", [], [f64(2, 3, lo=-3, hi=3, key="p")], options)
        s.add("PReLU", [], [f64(2, 3, 2, lo=-3, hi=3, key="p")], options)
    s.add("PReLU", [], [tensor(EDGE)], label="edges")
    s.add("PReLU", [], [f64(2, 3, lo=-3, hi=3, key="p")], dtype="float32")
    for name in ("Softmax", "Softmin", "LogSoftmax"):
        for dim in (0, 1, -1):
            s.add(name, [dim], [f64(2, 3, 2, lo=-3, hi=3, key=name)])
        s.add(name, [1], [tensor([[1000.0, 0.0, -1000.0], [-1000.0, -1000.0, -1000.0], [0.0, -inf, 2.0]]) if name != "Softmin" else tensor([[1000.0, 0.0, -1000.0], [-1000.0, -1000.0, -1000.0], [0.0, inf, 2.0]])], label="large")
        s.add(name, [1], [f64(2, 3, key=name)], dtype="float32")
    for dim in (-1, 0, 1):
        s.add("GLU", [dim], [f64(2, 4, 2, lo=-3, hi=3, key="glu")])
    s.add("GLU", [], [f64(2, 4, lo=-3, hi=3, key="glu")])
    s.add("GLU", [], [tensor([[1.0, 2.0, 1000.0, -1000.0]])], label="edges")


def _norms(s):
    x2, x3 = f64(5, 3, key="bn"), f64(2, 3, 4, key="bn")
    for training in (True, False):
        for x in (x2, x3):
            s.add("BatchNorm1d", [3], [x], training=training)
            s.add("BatchNorm1d", [3], [x], training=training, perturb=True, label="other weights")
        for options in ({"momentum": 0.3}, {"momentum": None}, {"eps": 0.1}, {"affine": False}, {"trackRunningStats": False}):
            s.add("BatchNorm1d", [3], [x2], options, training=training, perturb=True)
        s.add("BatchNorm1d", [3], [x2], training=training, dtype="float32", perturb=True)
    s.add("BatchNorm1d", [2], [tensor([[1.0, 2.0], [1.0, 4.0]])], label="a constant column")
    for args, x in (([4], f64(2, 4, key="ln")), ([4], f64(2, 3, 4, key="ln")), ([[3, 4]], f64(2, 3, 4, key="ln")), ([4], f64(4, key="ln"))):
        s.add("LayerNorm", args, [x])
        s.add("LayerNorm", args, [x], perturb=True, label="other weights")
        s.add("RMSNorm", args, [x])
        s.add("RMSNorm", args, [x], perturb=True, label="other weights")
    s.add("LayerNorm", [4], [f64(2, 4, key="ln")], {"eps": 0.1}, perturb=True)
    s.add("LayerNorm", [4], [f64(2, 4, key="ln")], {"elementwiseAffine": False})
    s.add("LayerNorm", [4], [f64(2, 4, key="ln")], {"bias": False}, perturb=True)
    s.add("LayerNorm", [3], [tensor([[2.0, 2.0, 2.0], [0.0, 0.0, 1e-3]])], label="constant row")
    s.add("LayerNorm", [1], [tensor([[2.0], [3.0]])], label="one element")
    s.add("LayerNorm", [4], [f64(2, 4, key="ln")], dtype="float32", perturb=True)
    s.add("RMSNorm", [4], [f64(2, 4, key="ln")], {"eps": 0.1}, perturb=True)
    s.add("RMSNorm", [4], [f64(2, 4, key="ln")], {"elementwiseAffine": False})
    s.add("RMSNorm", [3], [tensor([[0.0, 0.0, 0.0], [0.0, 0.0, 1e-3]])], label="zero row")
    s.add("RMSNorm", [4], [f64(2, 4, key="ln")], dtype="float32", perturb=True)
    for args, x in (([2, 6], f64(3, 6, key="gn")), ([3, 6], f64(2, 6, 2, key="gn")), ([1, 4], f64(2, 4, key="gn")), ([4, 4], f64(2, 4, 3, key="gn"))):
        s.add("GroupNorm", args, [x])
        s.add("GroupNorm", args, [x], perturb=True, label="other weights")
    s.add("GroupNorm", [2, 4], [f64(3, 4, key="gn")], {"eps": 0.1}, perturb=True)
    s.add("GroupNorm", [2, 4], [f64(3, 4, key="gn")], {"affine": False})
    s.add("GroupNorm", [2, 4], [f64(3, 4, key="gn")], dtype="float32", perturb=True)


def _dropout(s):
    for name in ("Dropout", "AlphaDropout"):
        for options in ({}, {"p": 0.2}, {"p": 0}, {"p": 1}):
            for training in (True, False):
                s.add(name, [], [f64(3, 7, key=name)], options, seed=11, training=training)
        s.add(name, [], [f64(33, key=name)], {"p": 0.3}, seed=12, dtype="float32")
        s.add(name, [], [f64(0)], seed=13, label="empty")


def _embedding(s):
    ix = tensor([[0, 3, 3], [1, 0, 2]], "int32")
    s.add("Embedding", [4, 3], [ix], seed=14)
    s.add("Embedding", [4, 3], [tensor(2, "int32")], seed=14)
    s.add("Embedding", [4, 3], [tensor([], "int32")], seed=14)
    s.add("Embedding", [4, 3], [ix], {"paddingIdx": 0}, seed=15)
    s.add("Embedding", [4, 3], [ix], {"paddingIdx": -1}, seed=15)
    s.add("Embedding", [4, 3], [ix], {"maxNorm": 1}, seed=16)
    s.add("Embedding", [4, 3], [ix], {"maxNorm": 1.5, "normType": 1}, seed=16)
    s.add("Embedding", [4, 3], [ix], {"scaleGradByFreq": True}, seed=17)
    s.add("Embedding", [10, 5], [ix], seed=18, dtype="float32")


def _shapes(s):
    x = f64(2, 3, 4, key="shape")
    for args in ([], [0, 1], [1, 2], [0], [-2, -1]):
        s.add("Flatten", args, [x])
    s.add("Unflatten", [1, [2, 3]], [f64(2, 6, key="shape")])
    s.add("Unflatten", [-1, [3, -1]], [f64(2, 6, key="shape")])
