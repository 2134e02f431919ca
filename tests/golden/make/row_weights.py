"""row_weights.json: a table with a column of weights, the parts of its rows, predictions, and what scikit-learn says of them by the weights.

"scores" and "baselines" are by sample_weight, the ones of the weighted median in the definition of scikit-learn 1.8 (by formula: 1.2 has another).
"linear" are the predictions of the weighted logistic and ridge regression for each strength s: λ = s / n, mean loss + λ‖W‖².
"""
import numpy as np
from sklearn import metrics as sk
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.linear_model import LogisticRegression, Ridge

N, CLASSES = 90, ["a", "b", "c"]
STRENGTHS = [50, 5, 0.5, 0.05]


def median(errors, weights):
    """The error that half of the weight lies below, the middle of two where half lies exactly between."""
    order = np.argsort(errors)
    below = np.cumsum(weights[order])
    half = below[-1] / 2
    k = int(np.argmax(below >= half))
    ends = below[k] == half
    return float((errors[order[k]] + errors[order[k + 1]]) / 2 if ends else errors[order[k]])


def make():
    rng = np.random.RandomState(7)
    x = np.round(rng.uniform(-2, 2, (N, 2)), 3)
    y = np.round(3 * x[:, 0] - x[:, 1] + rng.normal(0, 1, N), 3)
    label = np.digitize(x[:, 0] + rng.normal(0, 0.8, N), [-0.7, 0.7])
    # in quarters, and so exact; a few rows do not count
    weight = np.where(rng.uniform(size=N) < 0.1, 0, np.round(4 * rng.exponential(1.5, N)) / 4)
    part = np.array(["training"] * 50 + ["validation"] * 15 + ["test"] * 25)
    train, test = part == "training", part == "test"
    logits = np.eye(3)[label[test]] * 1.2 + rng.normal(0, 1, (test.sum(), 3))
    p = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    guess = np.round(y[test] + rng.normal(0, 1.5, test.sum()), 3)
    return {
        "rows": [{"x1": float(a), "x2": float(b), "y": float(c), "label": CLASSES[l], "weight": float(w), "part": s} for (a, b), c, l, w, s in zip(x, y, label, weight, part)],
        "probabilities": [float(v) for v in p.ravel()],
        "values": [float(v) for v in guess],
        "scores": {"classes": of_classes(label[test], p, weight[test]), "numbers": of_numbers(y[test], guess, weight[test])},
        "baselines": baselines(x, y, label, weight, train, test),
        "linear": linear(x, y, label, weight, train, test),
    }


def of_classes(t, p, w):
    told = p.argmax(1)
    by = {"sample_weight": w}
    hot = np.eye(3)[t]
    precision, recall, f1, support = sk.precision_recall_fscore_support(t, told, **by)
    return {
        "accuracy": sk.accuracy_score(t, told, **by),
        "balancedAccuracy": sk.balanced_accuracy_score(t, told, **by),
        "precision": sk.precision_score(t, told, average="macro", **by),
        "recall": sk.recall_score(t, told, average="macro", **by),
        "f1": sk.f1_score(t, told, average="macro", **by),
        "weightedPrecision": sk.precision_score(t, told, average="weighted", **by),
        "weightedRecall": sk.recall_score(t, told, average="weighted", **by),
        "weightedF1": sk.f1_score(t, told, average="weighted", **by),
        "logLoss": sk.log_loss(t, p, **by),
        # brier_score_loss takes several classes since 1.7
        "brier": float(np.average(((p - hot) ** 2).sum(1), weights=w)),
        "rocAuc": sk.roc_auc_score(t, p, multi_class="ovr", **by),
        "prAuc": sk.average_precision_score(hot, p, **by),
        "confusion": [[float(v) for v in row] for row in sk.confusion_matrix(t, told, **by)],
        "byClass": [{"class": c, "precision": float(a), "recall": float(b), "f1": float(f), "support": float(s)} for c, a, b, f, s in zip(CLASSES, precision, recall, f1, support)],
    }


def of_numbers(t, p, w):
    by = {"sample_weight": w}
    mse = sk.mean_squared_error(t, p, **by)
    return {"r2": sk.r2_score(t, p, **by), "rmse": float(np.sqrt(mse)), "mae": sk.mean_absolute_error(t, p, **by), "medianAbsoluteError": median(np.abs(t - p), w)}


def baselines(x, y, label, w, train, test):
    majority = DummyClassifier(strategy="prior").fit(x[train], label[train], sample_weight=w[train])
    mean = DummyRegressor(strategy="mean").fit(x[train], y[train], sample_weight=w[train])
    by = {"sample_weight": w[test]}
    return {
        "majority": {"accuracy": sk.accuracy_score(label[test], majority.predict(x[test]), **by), "logLoss": sk.log_loss(label[test], majority.predict_proba(x[test]), **by)},
        "mean": {"r2": sk.r2_score(y[test], mean.predict(x[test]), **by), "rmse": float(np.sqrt(sk.mean_squared_error(y[test], mean.predict(x[test]), **by)))},
    }


def linear(x, y, label, w, train, test):
    # numbers in interquartile ranges from the median, smoothly clipped at ±3
    low, middle, high = np.quantile(x[train], [0.25, 0.5, 0.75], axis=0)
    z = (x - middle) / (high - low)
    z = z / np.sqrt(1 + (z / 3) ** 2)
    a, b = z[train], z[test]
    total, n = w[train].sum(), train.sum()
    # targets are learned in units of their deviation, and predictions stay within them
    scale = y[train].std()
    found = []
    for s in STRENGTHS:
        penalty = s / n
        # C Σ w ℓ + ½ ‖W‖² and Σ w (y − z)² + α ‖W‖²
        classes = LogisticRegression(C=1 / (2 * penalty * total), tol=1e-10, max_iter=10_000).fit(a, label[train], sample_weight=w[train])
        numbers = Ridge(alpha=penalty * total).fit(a, y[train] / scale, sample_weight=w[train])
        found.append({"s": s, "probabilities": [float(v) for v in classes.predict_proba(b).ravel()], "values": [float(v) for v in np.clip(numbers.predict(b) * scale, y[train].min(), y[train].max())]})
    return found
