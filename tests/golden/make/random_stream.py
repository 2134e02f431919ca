"""random.json and data.json: the random stream, and the samplers and loaders that draw from it.

A case of random.json is a sequence of calls after manualSeed(seed), each with the form of an op's case; {"$g": "g"} is a
Generator of its own, seeded by the case's "generators". Methods write into inputs[0] and give it back.
"""
import torch
from torch.utils.data import DataLoader, TensorDataset, WeightedRandomSampler, random_split

from .common import DTYPES, enc, tensor

SIZES = [1, 2, 15, 16, 17, 20, 33]


class Stream:
    """Records calls one after another, as they draw from the generators."""

    def __init__(self, name, seed, generators=None):
        torch.manual_seed(seed)
        self.record = {"name": name, "seed": seed}
        self.generators = {k: torch.Generator().manual_seed(v) for k, v in (generators or {}).items()}
        if generators:
            self.record["generators"] = generators
        self.steps = []

    def _options(self, dtype, generator):
        shown, live = {}, {}
        if dtype:
            shown["dtype"], live["dtype"] = dtype, DTYPES[dtype]
        if generator:
            shown["generator"], live["generator"] = {"$g": generator}, self.generators[generator]
        return shown, live

    def f(self, op, *args, dtype=None, generator=None):
        shown, live = self._options(dtype, generator)
        inputs = [enc(a) for a in args if isinstance(a, torch.Tensor)]
        places = iter(range(9))
        listed = [{"$t": next(places)} if isinstance(a, torch.Tensor) else list(a) if isinstance(a, tuple) else a for a in args]
        out = getattr(torch, {"randLike": "rand_like", "randnLike": "randn_like"}.get(op, op))(*args, **live)
        self.steps.append({"op": op, "fn": True, "inputs": inputs, "args": listed + ([shown] if shown else []), "output": enc(out)})
        return self

    def m(self, op, shape, *args, dtype="float32", generator=None):
        shown, live = self._options(None, generator)
        x = torch.zeros(shape, dtype=DTYPES[dtype])
        start = enc(x)
        getattr(x, op)(*args, **live)
        self.steps.append({"op": op, "inputs": [start], "args": list(args) + ([shown] if shown else []), "output": enc(x)})
        return self

    def done(self):
        self.record["steps"] = self.steps
        return self.record


def random():
    cases = []
    for dtype in ("float32", "float64"):
        for op in ("rand", "randn"):
            for n in SIZES:
                cases.append(Stream(f"{op} {dtype} {n}, twice", n).f(op, (n,), dtype=dtype).f(op, (n,), dtype=dtype).done())
            cases.append(Stream(f"{op} {dtype} shapes", 5).f(op, (), dtype=dtype).f(op, (2, 3), dtype=dtype).f(op, (0,), dtype=dtype).f(op, (4, 5), dtype=dtype).f(op, (3,), dtype=dtype).done())
        cases.append(Stream(f"spare normal {dtype} survives other draws", 1).f("randn", (3,), dtype=dtype).f("rand", (2,), dtype=dtype).f("randn", (2,), dtype=dtype).f("randn", (16,), dtype=dtype).f("randn", (1,), dtype=dtype).done())
        cases.append(Stream(f"normal_ {dtype}", 2).m("normal_", (5,), 3, 0.5, dtype=dtype).m("normal_", (18,), -1, 2, dtype=dtype).m("normal_", (2, 2), dtype=dtype).done())
        cases.append(Stream(f"uniform_ {dtype}", 3).m("uniform_", (5,), -1, 3, dtype=dtype).m("uniform_", (2, 2), 0, 1e-3, dtype=dtype).m("uniform_", (3,), dtype=dtype).m("uniform_", (3,), 2, 2, dtype=dtype).done())
        cases.append(Stream(f"bernoulli_ {dtype}", 4).m("bernoulli_", (9,), 0.3, dtype=dtype).m("bernoulli_", (4,), dtype=dtype).m("bernoulli_", (17,), 0.9, dtype=dtype).m("bernoulli_", (3,), 0, dtype=dtype).m("bernoulli_", (3,), 1, dtype=dtype).done())
        cases.append(Stream(f"bernoulli of a tensor {dtype}", 4).f("bernoulli", tensor([0.1, 0.5, 0.9, 0.0, 1.0, 0.3, 0.7, 0.5], dtype)).f("bernoulli", tensor([[0.2] * 9] * 2, dtype)).done())
    cases.append(Stream("spare normals of float32 and float64 are kept apart", 6).f("randn", (1,)).f("randn", (1,), dtype="float64").f("randn", (1,)).f("randn", (1,), dtype="float64").done())
    cases.append(Stream("normal with sizes", 7).f("normal", 2, 3, (4,)).f("normal", -1, 0.1, (2, 9)).done())
    cases.append(Stream("like", 8).f("randLike", tensor([[0.0] * 3] * 2)).f("randnLike", tensor([0.0] * 5, "float32")).done())
    cases += _integers()
    cases.append(Stream("one seed, many kinds", 0).f("rand", (3,)).f("randint", 0, 10, (4,)).f("randn", (3,)).f("randperm", 5).m("bernoulli_", (4,), 0.5).f("rand", (2,), dtype="float64").f("randn", (20,)).f("rand", (1,)).done())
    cases.append(Stream("generator of its own", 9, {"g": 123}).f("rand", (3,), generator="g").f("rand", (3,)).f("randn", (3,), generator="g").f("randn", (3,)).f("randperm", 6, generator="g").f("randint", 0, 100, (3,), generator="g")
                 .m("normal_", (2,), 0, 1, generator="g").m("uniform_", (2,), 0, 1, generator="g").m("bernoulli_", (4,), 0.5, generator="g").done())
    for seed in (-1, 1, 2**31 - 1, 2**32 - 1, 2**32, 2**53 - 1, 123456789012):
        cases.append(Stream(f"seed {seed}", seed).f("rand", (4,)).f("rand", (2,), dtype="float64").done())
    cases.append(Stream("past one block of the generator (624 words)", 10).f("randint", 0, 1000, (640,)).f("rand", (3,)).done())
    return cases


def _integers():
    cases = []
    for low, high in ((0, 10), (-5, 5), (0, 1), (0, 2), (3, 1000000), (0, 2**24 + 1), (0, 2**28 - 1)):
        cases.append(Stream(f"randint {low} {high}", 11).f("randint", low, high, (7,), dtype="int32").f("randint", low, high, (2, 2), dtype="int32").done())
    cases.append(Stream("randint into floats", 12).f("randint", 0, 100, (5,), dtype="float32").f("randint", -3, 3, (5,), dtype="float64").done())
    # From a width of 2^28 on, today's PyTorch takes 64 bits a number (high word first) where 1.13 still takes 32.
    for low, high in ((0, 2**28), (-2**31, 2**31 - 1), (0, 2**31 - 1)):
        torch.manual_seed(13)
        words = torch.empty(6, dtype=torch.int64).random_(-2**63, None).tolist()
        values = [low + (w % 2**64) % (high - low) for w in words]
        output = enc(torch.tensor(values, dtype=torch.int64))
        cases.append({"name": f"randint {low} {high}, 64 bits a number", "seed": 13, "source": "formula",
                      "steps": [{"op": "randint", "fn": True, "inputs": [], "args": [low, high, [6], {"dtype": "int32"}], "output": output}]})
    for n in (0, 1, 2, 5, 16, 17, 100):
        cases.append(Stream(f"randperm {n}", 14).f("randperm", n).f("randperm", n).done())
    return cases


# ---- samplers and loaders -----------------------------------------------------------------------------------------

def data():
    cases = []
    for name, options in {
        "in order": {"batchSize": 4}, "shuffle": {"batchSize": 4, "shuffle": True}, "dropLast": {"batchSize": 4, "shuffle": True, "dropLast": True},
        "batches of one": {"shuffle": True}, "own generator": {"batchSize": 3, "shuffle": True, "generatorSeed": 7}, "in order, dropLast": {"batchSize": 4, "dropLast": True},
        "in order, own generator": {"batchSize": 4, "generatorSeed": 7}, "one batch": {"batchSize": 20, "shuffle": True},
    }.items():
        for n in (10, 33) if name == "shuffle" else (10,):
            cases.append(_loader(f"DataLoader {name}, {n} rows", n, options))
    weights = [0.1, 0.4, 0.05, 3.0, 1.0, 0.0, 0.7]
    for replacement in (True, False):
        for count in (1, 4) if not replacement else (1, 12):
            for generator in (None, 21):
                torch.manual_seed(20)
                g = None if generator is None else torch.Generator().manual_seed(generator)
                sampler = WeightedRandomSampler(weights, count, replacement, generator=g)
                cases.append({"name": f"WeightedRandomSampler {count} replacement={replacement} generator={generator}", "kind": "WeightedRandomSampler", "seed": 20, "weights": weights,
                              "numSamples": count, "options": {"replacement": replacement, **({"generatorSeed": generator} if generator else {})}, "epochs": [list(sampler) for _ in range(2)]})
    torch.manual_seed(22)
    sampler = WeightedRandomSampler([1.0, 2.0, 3.0, 4.0, 5.0], 5)
    loader = DataLoader(TensorDataset(torch.arange(5)), batch_size=2, sampler=sampler)
    cases.append({"name": "DataLoader with a WeightedRandomSampler", "kind": "DataLoader", "seed": 22, "datasetLength": 5, "options": {"batchSize": 2},
                  "sampler": {"kind": "WeightedRandomSampler", "weights": [1, 2, 3, 4, 5], "numSamples": 5, "options": {}}, "epochs": _epochs(loader, 2), "after": torch.rand(3, dtype=torch.float64).tolist()})
    for lengths, n in (([7, 3], 10), ([5, 5, 2], 12), ([10, 0], 10), ([0.7, 0.3], 10), ([0.5, 0.25, 0.25], 11), ([0.33, 0.33, 0.34], 10)):
        for generator in (None, 42):
            torch.manual_seed(23)
            g = {} if generator is None else {"generator": torch.Generator().manual_seed(generator)}
            parts = random_split(range(n), lengths, **g)
            cases.append({"name": f"randomSplit {n} into {lengths} generator={generator}", "kind": "randomSplit", "seed": 23, "length": n, "lengths": lengths,
                          "options": {"generatorSeed": generator} if generator else {}, "indices": [list(p.indices) for p in parts]})
    return cases


def _epochs(loader, n):
    return [[batch[0].tolist() for batch in loader] for _ in range(n)]


def _loader(name, n, options):
    torch.manual_seed(19)
    seed = options.get("generatorSeed")
    g = None if seed is None else torch.Generator().manual_seed(seed)
    loader = DataLoader(TensorDataset(torch.arange(n)), batch_size=options.get("batchSize", 1), shuffle=options.get("shuffle", False), drop_last=options.get("dropLast", False), generator=g)
    epochs = _epochs(loader, 2)
    # what the default generator gives next shows how much the loader drew from it
    return {"name": name, "kind": "DataLoader", "seed": 19, "datasetLength": n, "options": options, "batches": len(loader), "epochs": epochs, "after": torch.rand(3, dtype=torch.float64).tolist()}
