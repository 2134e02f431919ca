"""init.json: nn.init after manualSeed(seed) on a tensor of zeros, called as nn.init[init](t, ...args)."""
import torch
from torch.nn import init

from .common import DTYPES, enc, snake

VALUES = {"fanIn": "fan_in", "fanOut": "fan_out", "leakyRelu": "leaky_relu"}
GAINS = ["linear", "sigmoid", "tanh", "relu", "leakyRelu", "selu"]


def make():
    cases = []

    def add(name, shape, *args, seed=31, dtype="float32", **options):
        torch.manual_seed(seed)
        t = torch.zeros(shape, dtype=DTYPES[dtype])
        getattr(init, snake(name))(t, *args, **{k: VALUES.get(v, v) for k, v in options.items()})
        shown = ",".join([*map(str, args), *(f"{k}={v}" for k, v in options.items())])
        cases.append({"name": f"{name}({shown}) {list(shape)} {dtype}", "init": name, "shape": list(shape), "args": list(args) + ([options] if options else []), "seed": seed, "dtype": dtype, "values": enc(t)})

    for dtype in ("float32", "float64"):
        for shape in ((3, 4), (5,), (20, 2)):
            add("uniform_", shape, dtype=dtype)
            add("uniform_", shape, -2, 3, dtype=dtype)
            add("normal_", shape, dtype=dtype)
            add("normal_", shape, 1, 0.5, dtype=dtype)
            add("truncNormal_", shape, dtype=dtype)
            add("truncNormal_", shape, 0.5, 2, -1, 1, dtype=dtype)
        for shape in ((3, 4), (4, 3, 2), (2, 20)):
            for name in ("xavierUniform_", "xavierNormal_"):
                add(name, shape, dtype=dtype)
                add(name, shape, 2.5, dtype=dtype)
            for name in ("kaimingUniform_", "kaimingNormal_"):
                add(name, shape, dtype=dtype)
                add(name, shape, a=2.23606797749979, dtype=dtype)
                add(name, shape, mode="fanOut", nonlinearity="relu", dtype=dtype)
                add(name, shape, nonlinearity="tanh", dtype=dtype)
        for shape in ((3, 3), (2, 5), (5, 2), (3, 2, 2)):
            add("orthogonal_", shape, dtype=dtype)
            add("orthogonal_", shape, 1.5, dtype=dtype)
        for shape in ((4, 3), (10, 4)):
            add("sparse_", shape, 0.3, dtype=dtype)
            add("sparse_", shape, 0.5, 1, dtype=dtype)
        add("constant_", (2, 2), 0.3, dtype=dtype)
        add("zeros_", (3,), dtype=dtype)
        add("ones_", (3,), dtype=dtype)
        for shape in ((3, 3), (2, 4), (4, 2)):
            add("eye_", shape, dtype=dtype)
    for name in GAINS:
        cases.append({"name": f"calculateGain({name})", "fn": "calculateGain", "args": [name], "output": init.calculate_gain(VALUES.get(name, name))})
    for slope in (0, 0.2, 2.5):
        cases.append({"name": f"calculateGain(leakyRelu, {slope})", "fn": "calculateGain", "args": ["leakyRelu", slope], "output": init.calculate_gain("leaky_relu", slope)})
    return cases
