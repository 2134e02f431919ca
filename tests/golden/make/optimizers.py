"""optimizers.json: twenty steps of every optimizer with each option.

The classifier of torch_reference.json: seed 3; Linear(4, 8), Tanh, Linear(8, 3), made in float32 and then moved by .to(dtype);
x = sin(linspace(-2, 2, 48)) as [12, 4], y = arange(12) % 3, mean cross entropy over all rows; "losses" holds the loss before each
step (LBFGS: what step(closure) gives back), "params" the weights after the last. "groups" names the parameters of each group and
its options; "clip" is called between backward() and step(), and "norms" holds what clipGradNorm gave back.

PyTorch keeps NAdam's product of momenta and ASGD's eta and mu in float32 scalars, also for float64 weights; so do these numbers.
"""
import torch
from torch import nn, optim
from torch.optim import lbfgs

from .common import DTYPES, enc, inf, snake

VALUES = {"strongWolfe": "strong_wolfe"}
# maximize for these came after PyTorch 1.13: the gradient is negated by hand; decoupledWeightDecay likewise
NEWER = {("NAdam", "maximize"), ("RAdam", "maximize"), ("NAdam", "decoupledWeightDecay"), ("RAdam", "decoupledWeightDecay")}

CASES = [
    ("SGD", {"lr": 0.1}), ("SGD", {"lr": 0.1, "momentum": 0.9}), ("SGD", {"lr": 0.1, "momentum": 0.9, "dampening": 0.5}), ("SGD", {"lr": 0.1, "weightDecay": 0.1}),
    ("SGD", {"lr": 0.1, "momentum": 0.9, "nesterov": True}), ("SGD", {"lr": 0.1, "momentum": 0.9, "nesterov": True, "weightDecay": 0.01}), ("SGD", {"lr": 0.01, "maximize": True}),
    ("SGD", {"lr": 0.01, "momentum": 0.5, "weightDecay": 0.1, "maximize": True}), ("SGD", {}),
    ("Adam", {}), ("Adam", {"lr": 0.01}), ("Adam", {"lr": 0.01, "betas": [0.5, 0.9], "eps": 1e-3}), ("Adam", {"lr": 0.01, "weightDecay": 0.1}), ("Adam", {"lr": 0.1, "amsgrad": True}), ("Adam", {"lr": 0.01, "maximize": True}),
    ("AdamW", {}), ("AdamW", {"lr": 0.01, "weightDecay": 0.1}), ("AdamW", {"lr": 0.1, "amsgrad": True, "weightDecay": 0}), ("AdamW", {"lr": 0.01, "maximize": True, "betas": [0.8, 0.99], "eps": 1e-4}),
    ("Adamax", {}), ("Adamax", {"lr": 0.01, "betas": [0.5, 0.9], "eps": 1e-3}), ("Adamax", {"lr": 0.01, "weightDecay": 0.1}), ("Adamax", {"lr": 0.01, "maximize": True}),
    ("NAdam", {}), ("NAdam", {"lr": 0.01, "betas": [0.5, 0.9], "eps": 1e-3}), ("NAdam", {"lr": 0.01, "weightDecay": 0.1}), ("NAdam", {"lr": 0.01, "momentumDecay": 0.1}), ("NAdam", {"lr": 0.01, "maximize": True}), ("NAdam", {"lr": 0.01, "weightDecay": 0.1, "decoupledWeightDecay": True}),
    ("RAdam", {}), ("RAdam", {"lr": 0.01}), ("RAdam", {"lr": 0.01, "betas": [0.5, 0.9], "eps": 1e-3}), ("RAdam", {"lr": 0.01, "weightDecay": 0.1}), ("RAdam", {"lr": 0.01, "maximize": True}), ("RAdam", {"lr": 0.01, "weightDecay": 0.1, "decoupledWeightDecay": True}),
    ("RMSprop", {}), ("RMSprop", {"lr": 0.01, "alpha": 0.5, "eps": 1e-3}), ("RMSprop", {"lr": 0.01, "momentum": 0.9}), ("RMSprop", {"lr": 0.01, "centered": True}), ("RMSprop", {"lr": 0.001, "centered": True, "momentum": 0.5, "weightDecay": 0.1}), ("RMSprop", {"lr": 0.001, "maximize": True}),
    ("Adagrad", {}), ("Adagrad", {"lr": 0.1, "lrDecay": 0.1}), ("Adagrad", {"lr": 0.1, "weightDecay": 0.1}), ("Adagrad", {"lr": 0.1, "initialAccumulatorValue": 0.5, "eps": 1e-3}), ("Adagrad", {"lr": 0.01, "maximize": True}),
    ("Adadelta", {}), ("Adadelta", {"lr": 0.5, "rho": 0.5, "eps": 1e-3}), ("Adadelta", {"weightDecay": 0.1}), ("Adadelta", {"maximize": True}),
    ("Rprop", {}), ("Rprop", {"lr": 0.001, "etas": [0.3, 1.5], "stepSizes": [1e-4, 0.05]}), ("Rprop", {"lr": 0.001, "maximize": True}),
    ("ASGD", {}), ("ASGD", {"lr": 0.1}), ("ASGD", {"lr": 0.1, "lambd": 0.01, "alpha": 0.5, "t0": 5}), ("ASGD", {"lr": 0.1, "weightDecay": 0.1}), ("ASGD", {"lr": 0.01, "maximize": True}),
]
LBFGS = [{"maxIter": 2}, {"lr": 0.5, "maxIter": 4}, {"lr": 0.1, "maxIter": 3, "historySize": 2}, {"lineSearchFn": "strongWolfe", "maxIter": 4, "maxEval": 100},
         {"lr": 0.5, "lineSearchFn": "strongWolfe", "maxIter": 2, "maxEval": 100, "historySize": 3}, {"maxIter": 3, "maxEval": 2}, {"lr": 0.1, "toleranceGrad": 0.05}, {"lr": 0.1, "maxIter": 10, "toleranceChange": 0.01}]
# the losses fall fast under LBFGS and are rounding noise at the end: fewer steps are kept
LBFGS_STEPS = 6


def model(dtype):
    torch.manual_seed(3)
    m = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 3)).to(DTYPES[dtype])
    x = torch.linspace(-2, 2, 48, dtype=torch.float64).reshape(12, 4).sin().to(DTYPES[dtype])
    return m, x, torch.arange(12) % 3


def python_options(options):
    return {snake(k): tuple(v) if isinstance(v, list) else VALUES.get(v, v) if isinstance(v, str) else v for k, v in options.items()}


def run(name, optimizer, options, dtype="float64", groups=None, clip=None, steps=20, nudge=0.0):
    m, x, y = model(dtype)
    with torch.no_grad():
        m[0].bias.add_(nudge)
    named = dict(m.named_parameters())
    by_hand = {k: v for k, v in options.items() if (optimizer, k) in NEWER}
    given = {k: v for k, v in options.items() if k not in by_hand}
    decay = given.pop("weightDecay") if "decoupledWeightDecay" in by_hand else 0
    if optimizer == "SGD" and "lr" not in given:  # optional since PyTorch 2.2
        given["lr"] = 1e-3
    params = [{"params": [named[n] for n in g["params"]], **python_options(g["options"])} for g in groups] if groups else m.parameters()
    opt = getattr(optim, optimizer)(params, **python_options(given))
    record = {"name": name, "optimizer": optimizer, "options": options, "dtype": dtype}
    if groups:
        record["groups"] = groups
    if clip:
        record["clip"] = clip
    if by_hand or (optimizer == "SGD" and "lr" not in options):
        record["source"] = "formula"
    losses, norms = [], []

    def closure():
        opt.zero_grad()
        loss = nn.functional.cross_entropy(m(x), y)
        loss.backward()
        return loss

    for _ in range(steps):
        if optimizer == "LBFGS":
            losses.append(opt.step(closure).item())
            continue
        losses.append(closure().item())
        if clip:
            args = [inf if a == {"$n": "inf"} else a for a in clip["args"]]
            extra = {snake(k): inf if v == {"$n": "inf"} else v for k, v in clip.get("options", {}).items()}
            total = getattr(nn.utils, {"clipGradNorm": "clip_grad_norm_", "clipGradValue": "clip_grad_value_"}[clip["fn"]])(m.parameters(), *args, **extra)
            if total is not None:
                norms.append(total.item())
        with torch.no_grad():
            for p in named.values():
                if "maximize" in by_hand:
                    p.grad.neg_()
                if decay:
                    p.mul_(1 - opt.param_groups[0]["lr"] * decay)
        opt.step()
    record["losses"] = losses
    if norms:
        record["norms"] = norms
    record["params"] = {k: enc(p) for k, p in named.items()}
    return record


def strong_wolfe_within(case):
    """Today's PyTorch stops a line search where maxEval is used up, 1.13 does not: such cases are not for this file."""
    original, budget = lbfgs._strong_wolfe, case.get("maxEval", case.get("maxIter", 20) * 5 // 4)

    def watched(*args, **options):
        result = original(*args, **options)
        assert result[3] * case.get("maxIter", 20) <= budget, "this case spends its evaluations in the line search"
        return result
    return original, watched


def make():
    cases = []
    seen = set()
    for optimizer, options in CASES:
        shown = ",".join(f"{k}={v}" for k, v in options.items())
        cases.append(run(f"{optimizer}({shown})", optimizer, options))
        if optimizer not in seen:
            seen.add(optimizer)
            cases.append(run(f"{optimizer}({shown}) float32", optimizer, options, dtype="float32"))
    for options in LBFGS:
        shown = ",".join(f"{k}={v}" for k, v in options.items())
        original, watched = strong_wolfe_within(options)
        lbfgs._strong_wolfe = watched
        cases.append(run(f"LBFGS({shown})", "LBFGS", options, steps=LBFGS_STEPS))
        nudged = run("", "LBFGS", options, steps=LBFGS_STEPS, nudge=1e-14)
        worst = max(abs(a - b) for a, b in zip(cases[-1]["losses"], nudged["losses"]))
        assert worst < 1e-11, f"LBFGS({shown}) is chaotic: {worst}"
        lbfgs._strong_wolfe = original
    cases.append(run("LBFGS(lr=0.1,maxIter=2) float32", "LBFGS", {"lr": 0.1, "maxIter": 2}, dtype="float32", steps=LBFGS_STEPS))
    cases += _groups() + _clips()
    return cases


def _groups():
    first, second = ["0.weight", "0.bias"], ["2.weight", "2.bias"]
    return [
        run("SGD, two groups", "SGD", {"lr": 0.1, "momentum": 0.9}, groups=[{"params": first, "options": {}}, {"params": second, "options": {"lr": 0.01, "weightDecay": 0.1}}]),
        run("Adam, two groups", "Adam", {"lr": 0.01}, groups=[{"params": first, "options": {"betas": [0.5, 0.9]}}, {"params": second, "options": {"lr": 0.1, "amsgrad": True}}]),
        run("AdamW, decay on the weights alone", "AdamW", {"lr": 0.01, "weightDecay": 0.1}, groups=[{"params": ["0.weight", "2.weight"], "options": {}}, {"params": ["0.bias", "2.bias"], "options": {"weightDecay": 0}}]),
        run("SGD, one group leaves the rest alone", "SGD", {"lr": 0.1}, groups=[{"params": second, "options": {}}]),
    ]


def _clips():
    sgd = ("SGD", {"lr": 0.5})
    return [
        run("clipGradNorm 0.1", *sgd, clip={"fn": "clipGradNorm", "args": [0.1]}),
        run("clipGradNorm 1e6 changes nothing", *sgd, clip={"fn": "clipGradNorm", "args": [1e6]}),
        run("clipGradNorm 0.5, normType 1", *sgd, clip={"fn": "clipGradNorm", "args": [0.5], "options": {"normType": 1}}),
        run("clipGradNorm 0.05, normType inf", *sgd, clip={"fn": "clipGradNorm", "args": [0.05], "options": {"normType": {"$n": "inf"}}}),
        run("clipGradValue 0.01", *sgd, clip={"fn": "clipGradValue", "args": [0.01]}),
        run("clipGradNorm 0.1 float32", *sgd, dtype="float32", clip={"fn": "clipGradNorm", "args": [0.1]}),
    ]
