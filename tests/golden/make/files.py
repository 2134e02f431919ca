"""Files that PyTorch and NumPy write, small ones, and what is in them: `python3 tests/golden/make/files.py` writes data/files.json.

`{"torch": {name: {"file": base64, "values"?: {key: T}}}, "npy": …, "npz": …, "idx": …}`, where T is
`{"dtype", "shape", "data"}` with NaN and infinities as texts. `network` has a model's input and output beside its state; `refused` are
files that must not be read, each with a word of the message.
"""

import base64
import collections
import gzip
import io
import json
import math
import pickle
import zipfile
from pathlib import Path

import numpy
import torch


def number(x):
    return x if math.isfinite(x) else str(x)


def value(tensor):
    kind = "bool" if tensor.dtype in (torch.bool, numpy.bool_) else None
    array = tensor.detach().to(torch.float64).numpy() if isinstance(tensor, torch.Tensor) else tensor.astype("float64")
    source = str(tensor.dtype).removeprefix("torch.") if isinstance(tensor, torch.Tensor) else tensor.dtype.name
    dtype = kind or {"float64": "float64"}.get(source, "float32" if "float" in source else "int32")
    return {"dtype": dtype, "shape": list(array.shape), "data": [number(x) for x in array.ravel("C").tolist()]}


def text(content):
    return base64.b64encode(content).decode()


def saved(obj, **options):
    buffer = io.BytesIO()
    torch.save(obj, buffer, **options)
    return buffer.getvalue()


def torch_files():
    torch.manual_seed(0)
    model = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.BatchNorm1d(3), torch.nn.ReLU(), torch.nn.Linear(3, 1))
    for _ in range(3):
        model(torch.randn(8, 2))
    model.eval()
    x = torch.randn(4, 2)
    state = model.state_dict()
    base = torch.arange(12, dtype=torch.float64).reshape(3, 4)
    dtypes = {
        "float16": torch.tensor([1.5, 65504, 6e-8, float("-inf")]).half(),
        "bfloat16": torch.tensor([1.5, 3.3e38, float("nan")]).bfloat16(),
        "int64": torch.tensor([2**31 - 1, -(2**31)]),
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
    checkpoint = {"model": state, "epoch": 3, "lr": 0.1, "names": ("a", "é"), "none": None, "big": 2**60, "size": torch.Size([3, 4])}
    files = {"network": {"file": text(saved(state)), "values": {k: value(v) for k, v in state.items()}}}
    files["network"]["input"] = value(x)
    files["network"]["output"] = value(model(x))
    files["dtypes"] = {"file": text(saved(dtypes)), "values": {k: value(v) for k, v in dtypes.items()}}
    for protocol in (2, 3, 4, 5):
        files[f"protocol {protocol}"] = {
            "file": text(saved(checkpoint, pickle_protocol=protocol)),
            "values": files["network"]["values"],
        }
    refused = {
        "whole model": [saved(torch.nn.Sequential(torch.nn.ReLU())), "torch.nn.modules.container.Sequential"],
        "before 1.6": [saved({"a": torch.ones(1)}, _use_new_zipfile_serialization=False), "before PyTorch 1.6"],
        "complex": [saved({"a": torch.ones(1, dtype=torch.complex64)}), "torch.ComplexFloatStorage"],
        "beyond int32": [saved({"a": torch.tensor([2**31])}), "2147483648, which does not fit int32"],
        "code": [with_pickle(b"\x80\x02cos\nsystem\nX\x09\x00\x00\x00echo evil\x85R."), "os.system"],
        "attributes": [with_pickle(b"\x80\x02cbuiltins\neval\n."), "builtins.eval"],
    }
    files["refused"] = {name: {"file": text(content), "says": says} for name, (content, says) in refused.items()}
    return files


def with_pickle(content):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("archive/data.pkl", content)
        archive.writestr("archive/version", "3\n")
    return buffer.getvalue()


def npy_files():
    base = numpy.arange(-6, 6).reshape(2, 3, 2)
    files = {}
    for letters in ("b1", "i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "f2", "f4", "f8"):
        for order, fortran in (("<", False), (">", True)):
            array = (abs(base) if letters[0] in "ub" else base).astype(order + letters)
            array = numpy.asfortranarray(array) if fortran else array
            buffer = io.BytesIO()
            numpy.lib.format.write_array(buffer, array, [(1, 0), (2, 0), (3, 0)][len(files) % 3])
            files[f"{order}{letters}{' by columns' if fortran else ''}"] = {"file": text(buffer.getvalue()), "values": {"": value(array)}}
    for name, array in {"scalar": numpy.float32(2.5), "vector": numpy.ones(3), "empty": numpy.zeros((0, 2), "f4")}.items():
        buffer = io.BytesIO()
        numpy.save(buffer, array)
        files[name] = {"file": text(buffer.getvalue()), "values": {"": value(numpy.asarray(array))}}
    refused = {}
    for name, (array, says) in {
        "objects": [numpy.array([None]), "|O"],
        "texts": [numpy.array(["a"]), "<U1"],
        "fields": [numpy.zeros(1, "f4,i4"), "several fields"],
        "complex": [numpy.zeros(1, "c8"), "<c8"],
    }.items():
        buffer = io.BytesIO()
        numpy.save(buffer, array)
        refused[name] = {"file": text(buffer.getvalue()), "says": says}
    files["refused"] = refused
    return files


def npz_files():
    arrays = {"x": numpy.arange(6, dtype="f4").reshape(2, 3), "y": numpy.zeros(1000, "i8"), "t": numpy.array([True])}
    files = {}
    for name, save in (("stored", numpy.savez), ("deflated", numpy.savez_compressed)):
        buffer = io.BytesIO()
        kept = arrays if name == "deflated" else {k: v for k, v in arrays.items() if k != "y"}
        save(buffer, **kept)
        files[name] = {"file": text(buffer.getvalue()), "values": {k: value(v) for k, v in kept.items()}}
    return files


def idx_files():
    files = {}
    for code, letters in ((8, "u1"), (9, "i1"), (11, ">i2"), (12, ">i4"), (13, ">f4"), (14, ">f8")):
        array = numpy.array([[1, 2, 3], [4, 5, 100]]).astype(letters)
        content = bytes([0, 0, code, 2]) + numpy.array(array.shape, ">u4").tobytes() + array.tobytes()
        packed = gzip.compress(content, mtime=0)
        files[letters] = {"file": text(content), "values": {"": value(array)}}
        files[f"{letters} by gzip"] = {"file": text(packed), "values": {"": value(array)}}
    return files


data = {"torch": torch_files(), "npy": npy_files(), "npz": npz_files(), "idx": idx_files()}
path = Path(__file__).parent.parent / "data" / "files.json"
path.write_text(json.dumps(data, separators=(",", ":")) + "\n")
