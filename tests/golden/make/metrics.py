"""metrics.json: scores by scikit-learn. A case gives "prediction" (classes, scores or values) and "target" by name.

"output" is a number, a list, a T, or an object of these as the metric gives it; {"$n": "inf"} is a number that JSON lacks. "quantile" is numpy's,
with the shares as "target". Written by formula, as 1.2 differs from today's scikit-learn: the first threshold of rocCurve (inf since 1.3) and
brier of several classes (since 1.7). Of weighted medians there are those in which 1.2 agrees with 1.8.
"""
import numpy as np
import torch
from sklearn import metrics as sk
from sklearn.calibration import calibration_curve

from .common import enc, f64, tensor

TARGET = [0, 1, 2, 2, 1, 0, 2, 1, 0, 2]
PREDICTED = [0, 2, 2, 2, 1, 1, 2, 0, 0, 1]
# class 3 is never predicted, class 2 never true
TARGET4 = [0, 1, 3, 3, 1, 0, 0, 1]
PREDICTED4 = [0, 1, 2, 0, 1, 2, 0, 0]
BINARY, BINARY_P = [0, 1, 1, 0, 1, 0, 1, 1], [0, 1, 0, 0, 1, 1, 1, 0]


def shown_output(x):
    """A matrix or whole numbers as a tensor, else numbers, lists and objects of them."""
    if isinstance(x, dict):
        return {k: shown_output(v) for k, v in x.items()}
    if isinstance(x, list):
        return [shown_output(v) for v in x]
    if isinstance(x, np.ndarray) and (x.ndim == 2 or x.dtype.kind == "i"):
        return enc(torch.as_tensor(x, dtype=torch.int32 if x.dtype.kind == "i" else torch.float64))
    return [float(v) for v in x] if isinstance(x, np.ndarray) else float(x)


def make():
    cases = []

    def add(metric, prediction, target, output, label="", **options):
        shown = ",".join(f"{k}={v}" for k, v in options.items() if k != "weights")
        case = {"name": " ".join(p for p in (f"{metric}({shown})", label) if p), "metric": metric, "prediction": enc(prediction), "target": enc(target), "options": options}
        case["output"] = shown_output(output)
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
    _weighted_classes(add, i32)
    _agreement(add, i32)
    _reports(add, i32)
    _ranking(add, i32)
    _calibration(add, i32)
    _more_values(add)
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


WEIGHTS = [1.0, 2.0, 0.5, 3.0, 0.0, 1.5, 1.0, 0.25, 2.0, 1.0]
WEIGHTS8 = [0.5, 2.0, 1.0, 3.0, 0.0, 1.0, 0.25, 1.5]
SCALED = {"weights": WEIGHTS8}


def _weighted_classes(add, i32):
    w = {"weights": WEIGHTS}
    y, p = i32(TARGET), i32(PREDICTED)
    add("accuracy", p, y, sk.accuracy_score(TARGET, PREDICTED, sample_weight=WEIGHTS), "weighted", **w)
    add("balancedAccuracy", p, y, sk.balanced_accuracy_score(TARGET, PREDICTED, sample_weight=WEIGHTS), "weighted", **w)
    add("confusionMatrix", p, y, sk.confusion_matrix(TARGET, PREDICTED, sample_weight=WEIGHTS), "weighted", **w)
    add("confusionMatrix", p, y, sk.confusion_matrix(TARGET, PREDICTED, sample_weight=WEIGHTS, normalize="true"), "weighted", normalize="true", **w)
    for metric, function in (("precision", sk.precision_score), ("recall", sk.recall_score), ("f1", sk.f1_score)):
        for average in ("macro", "micro", "weighted"):
            add(metric, p, y, function(TARGET, PREDICTED, average=average, sample_weight=WEIGHTS), "with weights", average=average, **w)
        add(metric, i32(BINARY_P), i32(BINARY), function(BINARY, BINARY_P, sample_weight=WEIGHTS8), "with weights", average="binary", **SCALED)
    scores = f64(10, 3, lo=-2, hi=2, key="scores")
    add("topKAccuracy", scores, y, sk.top_k_accuracy_score(TARGET, scores.numpy(), k=2, sample_weight=WEIGHTS), "weighted", k=2, **w)
    q = scores.softmax(1)
    add("logLoss", q, y, sk.log_loss(TARGET, q.numpy(), sample_weight=WEIGHTS), "weighted, three classes", **w)
    two = tensor([0.1, 0.9, 0.4, 0.4, 0.8, 0.65, 0.7, 0.3])
    add("logLoss", two, i32(BINARY), sk.log_loss(BINARY, two.numpy(), sample_weight=WEIGHTS8), "weighted, two classes", **SCALED)
    for average in ("macro", "weighted"):
        add("rocAuc", q, y, sk.roc_auc_score(TARGET, q.numpy(), multi_class="ovr", average=average, sample_weight=WEIGHTS), "weighted, one against the rest", average=average, **w)


CLASSES = {
    "three classes": (TARGET, PREDICTED, None),
    "a class never true, one never predicted": (TARGET4, PREDICTED4, None),
    "two classes": (BINARY, BINARY_P, None),
    "all right": ([0, 1, 1], [0, 1, 1], None),
    "all wrong": ([0, 1, 1, 0], [1, 0, 0, 1], None),
    "weighted, three classes": (TARGET, PREDICTED, WEIGHTS),
    "weighted, two classes": (BINARY, BINARY_P, WEIGHTS8),
}


def _agreement(add, i32):
    for label, (y, p, weights) in CLASSES.items():
        options = {"weights": weights} if weights else {}
        add("matthewsCorrelation", i32(p), i32(y), sk.matthews_corrcoef(y, p, sample_weight=weights), label, **options)
        for penalty in ("none", "linear", "quadratic"):
            add("cohenKappa", i32(p), i32(y), sk.cohen_kappa_score(y, p, weights=None if penalty == "none" else penalty, sample_weight=weights), label, penalty=penalty, **options)
    add("matthewsCorrelation", i32([1, 1, 1]), i32([0, 1, 1]), sk.matthews_corrcoef([0, 1, 1], [1, 1, 1]), "one class is always predicted")
    add("matthewsCorrelation", i32([2, 2]), i32([2, 2]), sk.matthews_corrcoef([2, 2], [2, 2]), "one class alone")
    add("cohenKappa", i32([1, 1, 1]), i32([0, 1, 1]), sk.cohen_kappa_score([0, 1, 1], [1, 1, 1]), "one class is always predicted")
    gap, p = [0, 4, 1, 4, 0, 1], [0, 1, 1, 4, 4, 1]
    add("cohenKappa", i32(p), i32(gap), sk.cohen_kappa_score(gap, p, weights="linear"), "classes 2 and 3 do not occur", penalty="linear")
    add("cohenKappa", i32(p), i32(gap), sk.cohen_kappa_score(gap, p, weights="linear", labels=range(5)), "classes 2 and 3 do not occur", penalty="linear", numClasses=5)


def _reports(add, i32):
    for label, (y, p, weights) in {**CLASSES, "one class alone": ([1, 1], [1, 1], None)}.items():
        for zero in (0, 1):
            found = sk.classification_report(y, p, output_dict=True, sample_weight=weights, zero_division=zero)
            figures = lambda key: {"precision": found[key]["precision"], "recall": found[key]["recall"], "f1": found[key]["f1-score"], "support": found[key]["support"]}
            names = sorted((key for key in found if key.isdigit()), key=int)
            report = {"classes": [{"class": int(c), **figures(c)} for c in names], "accuracy": found["accuracy"], "macro": figures("macro avg"), "weighted": figures("weighted avg")}
            add("classReport", i32(p), i32(y), report, label, zeroDivision=zero, **({"weights": weights} if weights else {}))


RANKED = {
    "distinct scores": ([0.1, 0.9, 0.35, 0.4, 0.8, 0.65, 0.7, 0.3], BINARY),
    "ties": ([0.1, 0.5, 0.5, 0.5, 0.8, 0.5, 0.8, 0.1], BINARY),
    "all alike": ([0.5] * 8, BINARY),
    "perfect": ([float(b) for b in BINARY], BINARY),
    "reversed": ([1.0 - b for b in BINARY], BINARY),
    "logits": ([-3.0, 40.0, 0.0, -0.0, 1e-300, -1e-300, 1e300, -1e300], BINARY),
    "extreme probabilities": ([0.0, 1.0, 1e-17, 1 - 1e-16, 0.0, 5e-324, 1.0, 0.5], BINARY),
    "points on a line": ([9.0, 8.0, 7.0, 6.0, 5.0, 4.0, 3.0, 2.0], [1, 1, 1, 0, 0, 0, 1, 0]),
}


def _ranking(add, i32):
    for label, (scores, y) in RANKED.items():
        for name, weights in (("", None), (", weighted", WEIGHTS8)):
            options = {"weights": weights} if weights else {}
            s, t = tensor(scores), i32(y)
            add("rocAuc", s, t, sk.roc_auc_score(y, scores, sample_weight=weights), label + name + "; all", **options)
            add("prAuc", s, t, sk.average_precision_score(y, scores, sample_weight=weights), label + name, **options)
            for drop in (True, False):
                fpr, tpr, thresholds = sk.roc_curve(y, scores, sample_weight=weights, drop_intermediate=drop)
                # scikit-learn says inf since 1.3, before that one more than the highest score
                thresholds[0] = np.inf
                add("rocCurve", s, t, {"fpr": fpr, "tpr": tpr, "thresholds": thresholds}, label + name, dropIntermediate=drop, **options)
            precision, recall, thresholds = sk.precision_recall_curve(y, scores, sample_weight=weights)
            add("precisionRecallCurve", s, t, {"precision": precision, "recall": recall, "thresholds": thresholds}, label + name, **options)
    add("prAuc", tensor([0.2, 0.7]), i32([1, 1]), sk.average_precision_score([1, 1], [0.2, 0.7]), "positives alone")
    p = f64(10, 3, lo=-2, hi=2, key="scores").softmax(1)
    hot = np.eye(3)[TARGET]
    for average in ("macro", "weighted"):
        add("prAuc", p, i32(TARGET), sk.average_precision_score(hot, p.numpy(), average=average), "one against the rest", average=average)
        add("prAuc", p, i32(TARGET), sk.average_precision_score(hot, p.numpy(), average=average, sample_weight=WEIGHTS), "weighted, one against the rest", average=average, weights=WEIGHTS)


def _calibration(add, i32):
    rng = np.random.RandomState(3)
    many = np.round(rng.rand(60), 2)
    probabilities = {
        "eight": (RANKED["distinct scores"][0], BINARY),
        "extreme": (RANKED["extreme probabilities"][0], BINARY),
        "on the edges of bins": ([0.0, 0.2, 0.4, 0.6, 0.8, 1.0, 0.3, 0.7], BINARY),
        "all alike": ([0.5] * 8, BINARY),
        "sixty": (many.tolist(), (rng.rand(60) < many).astype(int).tolist()),
        "class 0 alone": ([0.2, 0.7], [0, 0]),
    }
    for label, (p, y) in probabilities.items():
        s, t = tensor(p), i32(y)
        # pos_label: told, as it cannot be guessed of one class
        add("brier", s, t, sk.brier_score_loss(y, p, pos_label=1), label)
        if len(y) == 8:
            add("brier", s, t, sk.brier_score_loss(y, p, sample_weight=WEIGHTS8), label + ", weighted", **SCALED)
        for strategy in ("uniform", "quantile"):
            for bins in (5, 10, 1):
                true, predicted = calibration_curve(y, p, n_bins=bins, strategy=strategy, pos_label=1)
                edges = np.percentile(p, np.linspace(0, 1, bins + 1) * 100) if strategy == "quantile" else np.linspace(0, 1, bins + 1)
                counts = np.bincount(np.searchsorted(edges[1:-1], p))
                output = {"probTrue": true, "probPred": predicted, "counts": counts[counts > 0].astype(float)}
                add("calibrationCurve", s, t, output, label, bins=bins, strategy=strategy)
    # several classes: scikit-learn has these since 1.7, so here is its formula
    q = f64(10, 3, lo=-2, hi=2, key="scores").softmax(1)
    squares = ((q.numpy() - np.eye(3)[TARGET]) ** 2).sum(1)
    add("brier", q, i32(TARGET), squares.mean(), "three classes, from the formula")
    add("brier", q, i32(TARGET), np.average(squares, weights=WEIGHTS), "weighted, three classes, from the formula", weights=WEIGHTS)


def _more_values(add):
    seven = [1.0, 2.0, 0.5, 3.0, 0.0, 1.5, 0.25]
    pairs = {
        "values": (f64(7, key="p"), f64(7, key="t"), None),
        "weighted": (f64(7, key="p"), f64(7, key="t"), seven),
        "even": (f64(6, key="p"), f64(6, key="t"), None),
        "two outputs": (f64(7, 2, key="p"), f64(7, 2, key="t"), None),
        "two outputs, weighted": (f64(7, 2, key="p"), f64(7, 2, key="t"), seven),
        "constant target": (tensor([1.0, 2.0, 4.0]), tensor([2.0, 2.0, 2.0]), None),
        "exact": (tensor([1.0, 2.0]), tensor([1.0, 2.0]), None),
        "always off by one": (tensor([2.0, 3.0, 5.0]), tensor([1.0, 2.0, 4.0]), None),
        "a target of 0": (tensor([1.0, 2.0, 0.0]), tensor([0.0, 4.0, 0.0]), None),
        "one sample": (tensor([1.5]), tensor([1.0]), None),
    }
    for label, (p, t, weights) in pairs.items():
        options = {"weights": weights} if weights else {}
        for metric, function in (("medianAbsoluteError", sk.median_absolute_error), ("mape", sk.mean_absolute_percentage_error), ("explainedVariance", sk.explained_variance_score)):
            add(metric, p, t, function(t, p, sample_weight=weights), label, **options)
        for q in (0.5, 0.1, 0.95, 0, 1):
            add("pinball", p, t, sk.mean_pinball_loss(t, p, alpha=q, sample_weight=weights), label, quantile=q, **options)
        if weights:
            add("meanSquaredError", p, t, sk.mean_squared_error(t, p, sample_weight=weights), label, **options)
            add("rootMeanSquaredError", p, t, sk.mean_squared_error(t, p, squared=False, sample_weight=weights), label, **options)
            add("meanAbsoluteError", p, t, sk.mean_absolute_error(t, p, sample_weight=weights), label, **options)
            add("r2", p, t, sk.r2_score(t, p, sample_weight=weights), label, **options)
        elif p.dim() == 1:
            add("maxError", p, t, sk.max_error(t, p), label)
    # numpy's quantiles; the second tensor holds the shares
    shares = [0.0, 0.025, 0.1, 1 / 3, 0.5, 0.9, 0.975, 1.0]
    for label, values in {"seven values": f64(7, key="p").numpy(), "ties": np.array([2.0, 1.0, 2.0, 2.0, 5.0]), "one value": np.array([3.0])}.items():
        for method in ("linear", "lower", "higher"):
            add("quantile", tensor(values.tolist()), tensor(shares), np.quantile(values, shares, method=method), label, method=method)
