"""metrics.json: scores by scikit-learn. A case gives "prediction" (classes, scores or values) and "target" by name."""
import numpy as np
import torch
from sklearn import metrics as sk

from .common import enc, f64, tensor

TARGET = [0, 1, 2, 2, 1, 0, 2, 1, 0, 2]
PREDICTED = [0, 2, 2, 2, 1, 1, 2, 0, 0, 1]
# class 3 is never predicted, class 2 never true
TARGET4 = [0, 1, 3, 3, 1, 0, 0, 1]
PREDICTED4 = [0, 1, 2, 0, 1, 2, 0, 0]
BINARY, BINARY_P = [0, 1, 1, 0, 1, 0, 1, 1], [0, 1, 0, 0, 1, 1, 1, 0]


def make():
    cases = []

    def add(metric, prediction, target, output, label="", **options):
        shown = ",".join(f"{k}={v}" for k, v in options.items())
        case = {"name": " ".join(p for p in (f"{metric}({shown})", label) if p), "metric": metric, "prediction": enc(prediction), "target": enc(target), "options": options}
        case["output"] = enc(torch.as_tensor(output, dtype=torch.int32)) if isinstance(output, np.ndarray) and output.dtype.kind == "i" else [float(v) for v in output] if isinstance(output, np.ndarray) else float(output)
        cases.append(case)

    i32 = lambda values: tensor(values, "int32")
    for label, y, p, classes in (("three classes", TARGET, PREDICTED, 3), ("a class never true, one never predicted", TARGET4, PREDICTED4, 4), ("two classes", BINARY, BINARY_P, 2), ("all right", [0, 1, 1], [0, 1, 1], 2), ("all wrong", [0, 1], [1, 0], 2)):
        add("accuracy", i32(p), i32(y), sk.accuracy_score(y, p), label)
        add("balancedAccuracy", i32(p), i32(y), sk.balanced_accuracy_score(y, p), label)
        add("confusionMatrix", i32(p), i32(y), sk.confusion_matrix(y, p, labels=range(classes)), f"{label}; rows are true classes", numClasses=classes)
        for metric, function in (("precision", sk.precision_score), ("recall", sk.recall_score), ("f1", sk.f1_score)):
            for average in ("macro", "micro", "weighted"):
                add(metric, i32(p), i32(y), function(y, p, average=average, labels=range(classes), zero_division=0), label, average=average, numClasses=classes)
            add(metric, i32(p), i32(y), function(y, p, average=None, labels=range(classes), zero_division=0), f"{label}; by class", average="none", numClasses=classes)
            if classes == 2:
                add(metric, i32(p), i32(y), function(y, p, zero_division=0), label, average="binary")
    _scores(add, i32)
    _values(add)
    return cases


def _scores(add, i32):
    scores = f64(10, 3, lo=-2, hi=2, key="scores")
    for k in (1, 2, 3):
        add("topKAccuracy", scores, i32(TARGET), sk.top_k_accuracy_score(TARGET, scores.numpy(), k=k), k=k)
    p = scores.softmax(1)
    add("logLoss", p, i32(TARGET), sk.log_loss(TARGET, p.numpy()), "probabilities of three classes")
    two = tensor([0.1, 0.9, 0.4, 0.4, 0.8, 0.65, 0.7, 0.3])
    add("logLoss", two, i32(BINARY), sk.log_loss(BINARY, two.numpy()), "probabilities of the second class")
    for label, s in (("distinct scores", [0.1, 0.9, 0.35, 0.4, 0.8, 0.65, 0.7, 0.3]), ("ties", [0.1, 0.5, 0.5, 0.5, 0.8, 0.5, 0.8, 0.1]), ("all alike", [0.5] * 8), ("perfect", [float(b) for b in BINARY]), ("reversed", [1.0 - b for b in BINARY])):
        add("rocAuc", tensor(s), i32(BINARY), sk.roc_auc_score(BINARY, s), label)
    for average in ("macro", "weighted"):
        add("rocAuc", p, i32(TARGET), sk.roc_auc_score(TARGET, p.numpy(), multi_class="ovr", average=average), "one against the rest", average=average)


def _values(add):
    pairs = {"values": (f64(7, key="p"), f64(7, key="t")), "constant target": (tensor([1.0, 2.0, 4.0]), tensor([2.0, 2.0, 2.0])), "exact": (tensor([1.0, 2.0]), tensor([1.0, 2.0])), "worse than the mean": (tensor([3.0, 1.0, 2.0]), tensor([1.0, 2.0, 3.0]))}
    for label, (p, t) in pairs.items():
        add("meanSquaredError", p, t, sk.mean_squared_error(t, p), label)
        add("rootMeanSquaredError", p, t, sk.mean_squared_error(t, p, squared=False), label)
        add("meanAbsoluteError", p, t, sk.mean_absolute_error(t, p), label)
        add("r2", p, t, sk.r2_score(t, p), label)
