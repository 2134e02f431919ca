"""schedules.json: the learning rate before each of sixty steps of the scheduler, made anew for an SGD optimizer with lr 0.1 (and momentum 0.9).

"args" follow the optimizer; "groups" gives the learning rates of the optimizer's groups where there are two (then "lrs" holds a list
per group), "momenta" the momentum where a schedule moves it. The parameter has a gradient of zero. SequentialLR and ChainedScheduler
list their "schedulers", made in that order; lambdas are {"lambda": name} out of LAMBDAS; ReduceLROnPlateau is stepped with "metrics".
"""
import warnings

import torch
from torch.optim import SGD, lr_scheduler

from .common import snake

STEPS = 60
LAMBDAS = {"0.95^epoch": lambda epoch: 0.95**epoch, "1/(1+epoch/10)": lambda epoch: 1 / (1 + epoch / 10), "min(1,(epoch+1)/10)": lambda epoch: min(1.0, (epoch + 1) / 10), "1/x": lambda x: 1 / x, "0.9^x": lambda x: 0.9**x}
VALUES = {"expRange": "exp_range"}
NAMES = {"tMax": "T_max", "t0": "T_0", "tMult": "T_mult"}
METRICS = [1.0, 0.9, 0.8, 0.8, 0.8, 0.8, 0.79999, 0.7, 0.71, 0.72, 0.73, 0.74, 0.75, 0.6, 0.6, 0.6, 0.6, 0.6, 0.6, 0.6, 0.6, 0.6, 0.6, 0.6, 0.6, 0.5, 0.55, 0.55, 0.55, 0.55,
           0.55, 0.55, 0.4, 0.4, 0.4, 0.4, 0.4, 0.4, 0.4, 0.4, 0.4, 0.4, 0.4, 0.4, 0.4, 0.4, 0.4, 0.4, 0.4, 0.4, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3]

CASES = [
    ("StepLR", [10], {}), ("StepLR", [7], {"gamma": 0.5}), ("StepLR", [1], {"gamma": 0.9}),
    ("MultiStepLR", [[5, 20, 40]], {}), ("MultiStepLR", [[30, 10, 10]], {"gamma": 0.5}), ("ExponentialLR", [0.95], {}), ("ExponentialLR", [1.01], {}),
    ("LinearLR", [], {}), ("LinearLR", [], {"startFactor": 0.1, "totalIters": 10}), ("LinearLR", [], {"startFactor": 1, "endFactor": 0.01, "totalIters": 50}),
    ("ConstantLR", [], {}), ("ConstantLR", [], {"factor": 0.5, "totalIters": 20}), ("PolynomialLR", [], {}), ("PolynomialLR", [], {"totalIters": 40, "power": 2}), ("PolynomialLR", [], {"totalIters": 40, "power": 0.5}),
    ("CosineAnnealingLR", [30], {}), ("CosineAnnealingLR", [50], {"etaMin": 0.001}), ("CosineAnnealingLR", [10], {"etaMin": 0.01}),
    ("CosineAnnealingWarmRestarts", [10], {}), ("CosineAnnealingWarmRestarts", [7], {"tMult": 2, "etaMin": 0.001}),
    ("LambdaLR", [{"lambda": "0.95^epoch"}], {}), ("LambdaLR", [{"lambda": "1/(1+epoch/10)"}], {}), ("LambdaLR", [{"lambda": "min(1,(epoch+1)/10)"}], {}),
    ("OneCycleLR", [1], {"totalSteps": 60}), ("OneCycleLR", [0.5], {"epochs": 6, "stepsPerEpoch": 10, "pctStart": 0.2, "annealStrategy": "linear", "divFactor": 10, "finalDivFactor": 100}),
    ("OneCycleLR", [1], {"totalSteps": 60, "threePhase": True}), ("OneCycleLR", [1], {"totalSteps": 60, "threePhase": True, "annealStrategy": "linear", "pctStart": 0.4}), ("OneCycleLR", [1], {"totalSteps": 60, "cycleMomentum": False}),
    ("OneCycleLR", [1], {"totalSteps": 60, "baseMomentum": 0.7, "maxMomentum": 0.99}),
    ("CyclicLR", [0.01, 0.1], {"stepSizeUp": 10}), ("CyclicLR", [0.01, 0.1], {"stepSizeUp": 5, "stepSizeDown": 15}), ("CyclicLR", [0.01, 0.1], {"stepSizeUp": 10, "mode": "triangular2"}), ("CyclicLR", [0.01, 0.1], {"stepSizeUp": 10, "mode": "expRange", "gamma": 0.98}),
    ("CyclicLR", [0.01, 0.1], {"stepSizeUp": 10, "scaleFn": {"lambda": "1/x"}}), ("CyclicLR", [0.01, 0.1], {"stepSizeUp": 10, "scaleFn": {"lambda": "0.9^x"}, "scaleMode": "iterations"}),
    ("CyclicLR", [0.01, 0.1], {"stepSizeUp": 10, "cycleMomentum": False}), ("CyclicLR", [0.01, 0.1], {"stepSizeUp": 10, "baseMomentum": 0.5, "maxMomentum": 0.95}),
    ("ReduceLROnPlateau", [], {"patience": 2}), ("ReduceLROnPlateau", [], {}), ("ReduceLROnPlateau", [], {"factor": 0.5, "patience": 1, "cooldown": 3}), ("ReduceLROnPlateau", [], {"patience": 1, "minLr": 0.002}),
    ("ReduceLROnPlateau", [], {"mode": "max", "patience": 3}), ("ReduceLROnPlateau", [], {"thresholdMode": "abs", "threshold": 0.05, "patience": 2}), ("ReduceLROnPlateau", [], {"threshold": 0.2, "patience": 2, "factor": 0.9}), ("ReduceLROnPlateau", [], {"patience": 0, "factor": 0.1, "eps": 1e-3}),
]
BOTH = [("StepLR", [10], {}), ("LambdaLR", [[{"lambda": "0.95^epoch"}, {"lambda": "1/(1+epoch/10)"}]], {}), ("OneCycleLR", [[1, 0.5]], {"totalSteps": 60}), ("CyclicLR", [[0.01, 0.001], [0.1, 0.2]], {"stepSizeUp": 10}),
        ("ReduceLROnPlateau", [], {"patience": 2, "minLr": [0.01, 0.001]}), ("CosineAnnealingLR", [30], {})]
NESTED = [
    ("SequentialLR", [("LinearLR", [], {"startFactor": 0.1, "totalIters": 10}), ("CosineAnnealingLR", [50], {})], [10]),
    ("SequentialLR", [("ConstantLR", [], {"factor": 0.1, "totalIters": 5}), ("ExponentialLR", [0.9], {})], [5]),
    ("SequentialLR", [("LinearLR", [], {"startFactor": 0.5, "totalIters": 4}), ("StepLR", [10], {"gamma": 0.5}), ("ExponentialLR", [0.95], {})], [5, 40]),
    ("ChainedScheduler", [("ConstantLR", [], {"factor": 0.1, "totalIters": 5}), ("ExponentialLR", [0.9], {})], None),
    ("ChainedScheduler", [("LinearLR", [], {"startFactor": 0.2, "totalIters": 8}), ("StepLR", [20], {"gamma": 0.5})], None),
]


def _live(v):
    if isinstance(v, dict) and "lambda" in v:
        return LAMBDAS[v["lambda"]]
    if isinstance(v, list):
        return [_live(x) for x in v]
    return VALUES.get(v, v) if isinstance(v, str) else v


def _build(schedule, args, options, opt):
    return getattr(lr_scheduler, schedule)(opt, *[_live(a) for a in args], **{NAMES.get(k, snake(k)): _live(v) for k, v in options.items()})


def _run(record, build, lrs=(0.1,), metrics=None):
    params = [torch.zeros(1, requires_grad=True) for _ in lrs]
    for p in params:
        p.grad = torch.zeros(1)
    opt = SGD([{"params": [p], "lr": lr} for p, lr in zip(params, lrs)], lr=0.1, momentum=0.9)
    schedule = build(opt)
    rates, momenta = [[] for _ in lrs], []
    for t in range(STEPS):
        for g, out in zip(opt.param_groups, rates):
            out.append(g["lr"])
        momenta.append(opt.param_groups[0]["momentum"])
        opt.step()
        if t < STEPS - 1:
            schedule.step(*([] if metrics is None else [metrics[t]]))
    record["lrs"] = rates if len(lrs) > 1 else rates[0]
    if len(set(momenta)) > 1 or record["schedule"] in ("OneCycleLR", "CyclicLR"):
        record["momenta"] = momenta
    return record


def make():
    warnings.simplefilter("ignore")
    cases = []
    for lrs, listed in (((0.1,), CASES), ((0.1, 0.02), BOTH)):
        for schedule, args, options in listed:
            shown = ",".join([*(a["lambda"] if isinstance(a, dict) else str(a) for a in args), *(f"{k}={v}" for k, v in options.items())])
            record = {"name": f"{schedule}({shown})" + (", two groups" if len(lrs) > 1 else ""), "schedule": schedule, "args": args, "options": options}
            if len(lrs) > 1:
                record["groups"] = list(lrs)
            metrics = None
            if schedule == "ReduceLROnPlateau":
                metrics = record["metrics"] = [round(2 - v, 6) for v in METRICS] if options.get("mode") == "max" else METRICS
            cases.append(_run(record, lambda opt: _build(schedule, args, options, opt), lrs, metrics))
    for schedule, parts, milestones in NESTED:
        record = {"name": f"{schedule} of {', '.join(p[0] for p in parts)}", "schedule": schedule, "schedulers": [{"schedule": n, "args": a, "options": o} for n, a, o in parts]}
        if milestones:
            record["milestones"] = milestones
            build = lambda opt: lr_scheduler.SequentialLR(opt, [_build(*p, opt) for p in parts], milestones)
        else:
            build = lambda opt: lr_scheduler.ChainedScheduler([_build(*p, opt) for p in parts])
        cases.append(_run(record, build))
    return cases
