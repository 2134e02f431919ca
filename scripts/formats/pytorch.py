"""What PyTorch makes of the files in a folder: beside each model_N.py and its inputs_N.npz it writes outputs_N.npz.

`/usr/bin/python3 pytorch.py FOLDER`; `scripts/formats/pytorch.ts` runs it.
"""

import importlib.util
import json
import sys
from pathlib import Path

import numpy
import torch

folder = Path(sys.argv[1])


def module_of(path):
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def tensor_of(array):
    tensor = torch.from_numpy(array)
    return tensor.long() if tensor.dtype == torch.int32 else tensor


def run_model(path):
    number = path.stem.removeprefix("model_")
    model = module_of(path).load(path.with_suffix(".pt"))
    with numpy.load(folder / f"inputs_{number}.npz") as inputs:
        arguments = [tensor_of(inputs[name]) for name in sorted(inputs)]
    # What PyTorch would save, to be read again; running an embedding may change it.
    torch.save(model.state_dict(), folder / f"state_{number}.pt")
    with torch.no_grad():
        output = model(*arguments)
    numpy.savez_compressed(folder / f"outputs_{number}.npz", y=output.numpy())


def run_table(path):
    module = module_of(path)
    rows = json.loads(path.with_name("rows.json").read_text())
    x, codes = module.prepare(rows)
    numpy.savez(path.with_name("prepared.npz"), x=x.numpy(), codes=codes.numpy())
    path.with_name("predictions.json").write_text(json.dumps(module.predict(rows)))


def all_dtypes():
    """A checkpoint with everything that a state may hold, and the same values as arrays of NumPy."""
    base = torch.arange(12, dtype=torch.float64).reshape(3, 4)
    tensors = {
        "float64": torch.tensor([1e300, -0.1], dtype=torch.float64),
        "float32": torch.tensor([[1.5, float("inf")], [float("nan"), -0.0]]),
        "float16": torch.tensor([1.5, 65504, 6e-8, float("-inf")]).half(),
        "bfloat16": torch.tensor([1.5, 3.3e38, 1e-40]).bfloat16(),
        "int64": torch.tensor([2**31 - 1, -(2**31)]),
        "int32": torch.tensor([1, -2], dtype=torch.int32),
        "int16": torch.tensor([-300], dtype=torch.int16),
        "int8": torch.tensor([-128, 127], dtype=torch.int8),
        "uint8": torch.tensor([0, 255], dtype=torch.uint8),
        "bool": torch.tensor([True, False]),
        "transposed": base.t()[1:3],
        "column": base[:, 1],
        "repeated": torch.ones(1).expand(3),
        "empty": torch.zeros(0, 3),
        "scalar": torch.tensor(7),
        "parameter": torch.nn.Parameter(torch.ones(2)),
    }
    torch.save({"model": tensors, "epoch": 3, "lr": 0.1, "names": ("a", "é")}, folder / "dtypes.pt")
    arrays = {name: t.detach().float().numpy() if "float16" in name else t.detach().numpy() for name, t in tensors.items()}
    numpy.savez(folder / "dtypes.npz", **arrays)


def all_arrays():
    """Arrays of NumPy in every order of bytes and elements, and what they hold."""
    (folder / "npy").mkdir()
    base = numpy.arange(-6, 6).reshape(2, 3, 2)
    expected = {}
    for letters in ("b1", "i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "f2", "f4", "f8"):
        for order in "<>":
            for fortran in (False, True):
                array = (numpy.abs(base) if letters[0] in "ub" else base).astype(order + letters)
                array = numpy.asfortranarray(array) if fortran else array
                name = f"{letters}{'little' if order == '<' else 'big'}{'F' if fortran else 'C'}"
                version = [(1, 0), (2, 0), (3, 0)][len(expected) % 3]
                with open(folder / "npy" / f"{name}.npy", "wb") as file:
                    numpy.lib.format.write_array(file, array, version)
                expected[name] = array.astype("float64").ravel("C").tolist()
    (folder / "npy" / "expected.json").write_text(json.dumps(expected))


def written_here():
    """What the library wrote, as numbers."""
    found = {}
    for path in sorted(folder.glob("written*")):
        loaded = torch.load(path) if path.suffix == ".pt" else dict(numpy.load(path))
        values = loaded["model"] if "model" in loaded else loaded
        found[path.name] = {
            name: [str(value.dtype), list(value.shape), torch.as_tensor(value).double().flatten().tolist()]
            for name, value in values.items()
        }
    (folder / "written.json").write_text(json.dumps(found))


torch.set_num_threads(1)
problems = []
for path in sorted(folder.glob("model_*.py")):
    try:
        run_model(path)
    except Exception as error:
        problems.append(f"{path.stem}: {type(error).__name__} {error}")
for path in sorted(folder.glob("table_*/model.py")):
    try:
        run_table(path)
    except Exception as error:
        problems.append(f"{path.parent.stem}: {type(error).__name__} {error}")
all_dtypes()
all_arrays()
written_here()
(folder / "problems.json").write_text(json.dumps(problems))
