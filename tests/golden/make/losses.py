"""losses.json: every loss with each reduction and option. Inputs are given in the order of forward(); grads are of sum(output·cotangent)."""
import torch
from torch import nn

from .common import DTYPES, cotangent_for, enc, encoded, f64, snake, tensor


class Losses:
    def __init__(self):
        self.cases, self.names = [], set()

    def add(self, loss, inputs, reductions=("mean", "sum", "none"), label="", dtype="float64", targets=True, **options):
        """Without ``targets``, only the first input's gradient is given: the target's is 0·∞ or the like there."""
        self.targets = targets
        for reduction in reductions:
            self._one(loss, inputs, {**options, **({} if reduction == "mean" else {"reduction": reduction})}, label, dtype)
        if dtype == "float64" and not label and len(reductions) == 3:
            self._one(loss, inputs, options, label, "float32")

    def _one(self, loss, inputs, options, label, dtype):
        shown = ",".join(f"{k}={v.tolist() if isinstance(v, torch.Tensor) else v}" for k, v in options.items())
        base = name = " ".join(p for p in (f"{loss}({shown})", "·".join(f"[{','.join(map(str, t.shape))}]" for t in inputs), label, "float32" if dtype == "float32" else "") if p)
        k = 2
        while name in self.names:
            name, k = f"{base} #{k}", k + 1
        self.names.add(name)
        to = lambda t: t.to(DTYPES[dtype]) if isinstance(t, torch.Tensor) and t.is_floating_point() else t
        options = {k: to(v) for k, v in options.items()}
        made = getattr(nn, loss)(**{snake(k): v for k, v in options.items()})
        record = {"name": name, "loss": loss, "options": encoded(options), "inputs": [enc(to(t)) for t in inputs]}
        # some losses have no derivative by their target in PyTorch: those gradients are null, "not given"
        for count in range(len(inputs) if self.targets else 1, 0, -1):
            live = [to(t.detach().clone()).requires_grad_(t.is_floating_point() and i < count) for i, t in enumerate(inputs)]
            try:
                out = made(*[t.long() if t.dtype == torch.int32 else t for t in live])
                cot = cotangent_for(out) if out.dim() else torch.ones_like(out)
                wanted = [t for t in live if t.requires_grad]
                grads = iter(torch.autograd.grad(out, wanted, cot, allow_unused=True))
                break
            except RuntimeError:
                if count == 1:
                    raise
        record["output"] = enc(out)
        if out.dim():
            record["cotangent"] = enc(cot)
        record["grads"] = [encoded(next(grads)) if t.requires_grad else None for t in live]
        self.cases.append(record)


def make():
    s = Losses()
    _regression(s)
    _classes(s)
    _binary(s)
    _others(s)
    return s.cases


def _regression(s):
    x, y = f64(2, 3, key="x"), f64(2, 3, key="y")
    ties = tensor([0.0, 1.0, -1.0, 2.0, 0.5]), tensor([0.0, 0.0, 0.0, 2.0, 0.0])
    for loss, variants in {"MSELoss": [{}], "L1Loss": [{}], "SmoothL1Loss": [{}, {"beta": 0.5}, {"beta": 2}, {"beta": 0}], "HuberLoss": [{}, {"delta": 0.5}, {"delta": 2}]}.items():
        for options in variants:
            s.add(loss, [x, y], **options)
            if options != {"beta": 0}:  # there PyTorch takes −1 as the slope at 0, against its own L1Loss
                s.add(loss, list(ties), reductions=("none",), label="ties and bounds", **options)
        s.add(loss, [f64(), f64(key=1)], reductions=("mean",))
        s.add(loss, [f64(0), f64(0)], reductions=("mean", "sum"), label="empty")
    s.add("MSELoss", [x, f64(3, key="row")], reductions=("mean", "none"), label="broadcast")


def _classes(s):
    x = f64(5, 3, lo=-3, hi=3, key="ce")
    y = tensor([0, 2, 1, 1, 0], "int32")
    weight = tensor([0.5, 2.0, 1.25])
    p = tensor([[0.2, 0.3, 0.5], [1.0, 0.0, 0.0], [0.0, 0.5, 0.5], [0.25, 0.25, 0.5], [0.1, 0.8, 0.1]])
    for options in ({}, {"weight": weight}, {"labelSmoothing": 0.1}, {"ignoreIndex": 1}, {"weight": weight, "labelSmoothing": 0.2, "ignoreIndex": 0}, {"ignoreIndex": 1, "labelSmoothing": 0.3}, {"labelSmoothing": 1}):
        s.add("CrossEntropyLoss", [x, y], **options)
    for options in ({}, {"weight": weight}, {"labelSmoothing": 0.1}, {"weight": weight, "labelSmoothing": 0.2}):
        s.add("CrossEntropyLoss", [x, p], label="probabilities", **options)
    s.add("CrossEntropyLoss", [f64(3, key="one"), tensor(2, "int32")], label="one row")
    s.add("CrossEntropyLoss", [f64(3, key="one"), tensor([0.2, 0.2, 0.6])], reductions=("mean", "none"), label="one row of probabilities")
    x3, y3 = f64(2, 3, 4, key="seq"), tensor([[0, 2, 1, 1], [2, 2, 0, 1]], "int32")
    s.add("CrossEntropyLoss", [x3, y3], label="N×C×d")
    s.add("CrossEntropyLoss", [x3, y3], label="N×C×d weighted", weight=weight, ignoreIndex=1, labelSmoothing=0.1)
    s.add("CrossEntropyLoss", [tensor([[1000.0, 0.0, -1000.0], [-1000.0, 0.0, 1000.0]]), tensor([0, 0], "int32")], reductions=("none",), label="large")
    s.add("CrossEntropyLoss", [x, tensor([-100, -100, 0, 1, -100], "int32")], reductions=("mean", "none"), label="the default ignoreIndex")
    s.add("CrossEntropyLoss", [f64(2, 3, key="all"), tensor([-100, -100], "int32")], reductions=("sum", "none"), label="all ignored")
    logp = x.log_softmax(1)
    for options in ({}, {"weight": weight}, {"ignoreIndex": 1}, {"weight": weight, "ignoreIndex": 0}):
        s.add("NLLLoss", [logp, y], **options)
    s.add("NLLLoss", [logp[0].clone(), tensor(1, "int32")], label="one row")
    s.add("NLLLoss", [x3.log_softmax(1), y3], label="N×C×d")
    for options in ({}, {"p": 2}, {"margin": 0.5}, {"weight": weight}, {"p": 2, "margin": 2, "weight": weight}):
        s.add("MultiMarginLoss", [x, y], **options)
    s.add("MultiMarginLoss", [f64(3, key="one"), tensor(2, "int32")], label="one row")
    s.add("MultiMarginLoss", [tensor([[1.0, 0.0, 2.0]]), tensor([0], "int32")], reductions=("none",), label="at the margin")


def _binary(s):
    z = f64(2, 3, lo=-3, hi=3, key="bce")
    p = tensor([[0.1, 0.5, 0.9], [0.25, 0.75, 0.6]])
    y = tensor([[0.0, 1.0, 1.0], [0.3, 0.0, 1.0]])
    weight, positive = tensor([[1.0, 2.0, 0.5]]), tensor([3.0, 0.5, 1.0])
    for options in ({}, {"weight": weight}):
        s.add("BCELoss", [p, y], **options)
        s.add("BCEWithLogitsLoss", [z, y], **options)
    s.add("BCEWithLogitsLoss", [z, y], posWeight=positive)
    s.add("BCEWithLogitsLoss", [z, y], posWeight=positive, weight=weight)
    s.add("BCELoss", [tensor([0.0, 1.0, 0.0, 1.0, 1e-300]), tensor([0.0, 1.0, 1.0, 0.0, 1.0])], reductions=("mean", "none"), label="at 0 and 1", targets=False)
    s.add("BCEWithLogitsLoss", [tensor([0.0, 100.0, -100.0, 100.0, -100.0, 1000.0, -1000.0]), tensor([0.5, 1.0, 0.0, 0.0, 1.0, 0.0, 1.0])], reductions=("mean", "none"), label="large")
    s.add("BCEWithLogitsLoss", [f64(key="z"), tensor(1.0)], reductions=("mean",))
    s.add("SoftMarginLoss", [z, tensor([[1.0, -1.0, 1.0], [-1.0, -1.0, 1.0]])])
    s.add("HingeEmbeddingLoss", [z, tensor([[1.0, -1.0, 1.0], [-1.0, -1.0, 1.0]])])
    s.add("HingeEmbeddingLoss", [z, tensor([[1.0, -1.0, 1.0], [-1.0, -1.0, 1.0]])], margin=2.5)
    s.add("HingeEmbeddingLoss", [tensor([1.0, 0.5, 2.0]), tensor([-1.0, -1.0, -1.0])], reductions=("none",), label="at the margin")


def _others(s):
    x = f64(2, 3, key="kl").log_softmax(1)
    q = tensor([[0.2, 0.3, 0.5], [0.1, 0.5, 0.4]])
    s.add("KLDivLoss", [x, tensor([[0.0, 0.5, 0.5], [1.0, 0.0, 0.0]])], reductions=("mean", "none"), label="zeros in the target", targets=False)
    s.add("KLDivLoss", [x, q])
    s.add("KLDivLoss", [x, q], reductions=("batchmean",))
    s.add("KLDivLoss", [x, f64(2, 3, key="t").log_softmax(1)], logTarget=True)
    s.add("KLDivLoss", [x, f64(2, 3, key="t").log_softmax(1)], reductions=("batchmean",), logTarget=True)
    rate, count = f64(2, 3, key="rate"), tensor([[0.0, 1.0, 2.0], [5.0, 1.0, 0.0]])
    for options in ({}, {"logInput": False}, {"full": True}, {"logInput": False, "full": True, "eps": 1e-3}):
        s.add("PoissonNLLLoss", [rate if options.get("logInput", True) else rate.abs(), count], targets=False, **options)
    s.add("PoissonNLLLoss", [tensor([0.0, 1.0]), tensor([0.0, 2.0])], reductions=("none",), label="rate 0", targets=False, logInput=False)
    mean, target, var = f64(2, 3, key="m"), f64(2, 3, key="t"), f64(2, 3, lo=0.1, key="v")
    for options in ({}, {"full": True}, {"eps": 1.0}):
        s.add("GaussianNLLLoss", [mean, target, var], **options)
    s.add("GaussianNLLLoss", [mean, target, f64(2, 1, lo=0.1, key="v")], label="one variance per row")
    s.add("GaussianNLLLoss", [mean, target, f64(2, lo=0.1, key="v")], reductions=("mean",), label="one variance per row, no last dim")
    s.add("GaussianNLLLoss", [tensor([1.0, 1.0]), tensor([0.0, 2.0]), tensor([0.0, 1e-7])], reductions=("none",), label="variance under eps")
    a, b = f64(3, 4, key="a"), f64(3, 4, key="b")
    sides = tensor([1.0, -1.0, -1.0])
    for options in ({}, {"margin": 0.3}, {"margin": -0.5}):
        s.add("CosineEmbeddingLoss", [a, b, sides], **options)
    s.add("CosineEmbeddingLoss", [f64(4, key="a"), f64(4, key="b"), tensor(1.0)], label="one row")
    for options in ({}, {"margin": 0.5}):
        s.add("MarginRankingLoss", [f64(5, key="a"), f64(5, key="b"), tensor([1.0, -1.0, 1.0, -1.0, 1.0])], **options)
    s.add("MarginRankingLoss", [tensor([1.0, 2.0]), tensor([1.0, 1.0]), tensor([1.0, -1.0])], reductions=("none",), label="ties")
    c = f64(3, 4, key="c")
    for options in ({}, {"margin": 0.2}, {"p": 1}, {"swap": True}, {"p": 3, "margin": 5, "swap": True, "eps": 1e-3}):
        s.add("TripletMarginLoss", [a, b, c], **options)
    s.add("TripletMarginLoss", [f64(4, key="a"), f64(4, key="b"), f64(4, key="c")], label="one row")
