"""Writes the golden numbers under tests/golden/data with Debian's PyTorch: ``python3 tests/golden/make_golden.py``.

Needs python3-torch (1.13), python3-numpy and python3-sklearn. Deterministic: a second run writes the same bytes. Names of
parts limit the run: ``make_golden.py ops/reduce optimizers``. The forms are described in README.md beside this file.
"""
import importlib
import json
import pathlib
import sys
import warnings

HERE = pathlib.Path(__file__).parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(HERE))
warnings.simplefilter("ignore")

# file under data/ -> (module under make/, function)
PARTS = {
    "ops/elementwise": ("elementwise", "make"),
    "ops/binary": ("binary", "binary"),
    "ops/promotion": ("binary", "promotion"),
    "ops/reduce": ("reduce", "make"),
    "ops/matmul": ("matmul", "make"),
    "ops/movement": ("movement", "make"),
    "ops/indexing": ("indexing", "make"),
    "ops/creation": ("creation", "creation"),
    "ops/inplace": ("creation", "inplace"),
    "ops/errors": ("creation", "errors"),
    "random": ("random_stream", "random"),
    "data": ("random_stream", "data"),
    "modules": ("modules", "make"),
    "losses": ("losses", "make"),
    "init": ("inits", "make"),
    "optimizers": ("optimizers", "make"),
    "schedules": ("schedules", "make"),
    "metrics": ("metrics", "make"),
    "row_weights": ("row_weights", "make"),
    "autograd": ("derivatives", "make"),
    "averages": ("training", "averages"),
    "folds": ("training", "folds"),
    "worked_examples": ("worked", "make"),
}
LIMIT = 2_500_000


def write(name):
    from make.common import dumps
    module, function = PARTS[name]
    cases = getattr(importlib.import_module(f"make.{module}"), function)()
    path = HERE / "data" / f"{name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(cases, dict):
        path.write_text("{\n" + ",\n".join(f"{dumps(k)}:{dumps(v)}" for k, v in cases.items()) + "\n}\n")
        return
    names = [c["name"] for c in cases]
    assert len(set(names)) == len(names), f"{name}: a name stands twice"
    path.write_text("[\n" + ",\n".join(dumps(c) for c in cases) + "\n]\n")


def check():
    """Every file is JSON in the strict sense (no NaN or Infinity outside strings); the counts and sizes are printed."""
    def refuse(constant):
        raise ValueError(f"{constant} is not JSON")

    total = 0
    for path in sorted((HERE / "data").rglob("*.json")):
        cases = json.loads(path.read_text(), parse_constant=refuse)
        size = path.stat().st_size
        total += size
        for case in cases if isinstance(cases, list) else []:
            tensors(case)
        print(f"{len(cases):6d} cases {size / 1000:8.1f} KB  {path.relative_to(HERE / 'data')}")
    print(f"              {total / 1000:8.1f} KB in all")
    assert total < LIMIT, f"{total} bytes are more than {LIMIT}"


def tensors(x):
    """Checks each tensor in a case: as many values as its shape says, each of its dtype."""
    if isinstance(x, list):
        for v in x:
            tensors(v)
    elif isinstance(x, dict):
        if {"shape", "dtype", "data"} <= x.keys():
            count = 1
            for n in x["shape"]:
                count *= n
            assert len(x["data"]) == count, x
            kinds = {"bool": (bool,), "int32": (int,)}.get(x["dtype"], (int, float, str))
            assert all(isinstance(v, kinds) for v in x["data"]), x
            assert all(v in ("nan", "inf", "-inf") for v in x["data"] if isinstance(v, str)), x
        for v in x.values():
            tensors(v)


if __name__ == "__main__":
    for part in sys.argv[1:] or PARTS:
        write(part)
    check()
