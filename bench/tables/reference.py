"""Trains scikit-learn's models at their defaults on the tables that make.py has made.

    python3 bench/tables/reference.py [--tables NAME,..] [--seeds 0,1,..] [--fresh]

The same rows for all: each seed's test rows are in ``data/NAME.splits.json``. Contestants:

- ``mlp``: MLPClassifier or MLPRegressor; medians filled in, numbers standardized, categories one-hot with unknown ones ignored,
  regression targets standardized
- ``boosting``: HistGradientBoosting, with its own handling of missing values and categories
- ``linear``: LogisticRegression (with iterations to converge) or Ridge, prepared as for ``mlp``
- ``constant``: the most frequent class with the shares of the training rows, or their mean

Dates become their day number, month, weekday and, where there is one, hour. Each run has ``score`` (error rate for classes, root
mean squared error by the standard deviation of the test target for numbers), ``logLoss`` for classes, and the ``seconds`` of
preparation and fit on one thread. Results go to bench/results/tables-reference.json; runs that it has already are
kept, but for --fresh.
"""
import argparse
import json
import os
import pathlib
import platform
import time
import warnings

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

import numpy as np
import pandas as pd
import sklearn
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import log_loss
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler

HERE = pathlib.Path(__file__).resolve().parent
DATA = HERE / "data"
RESULTS = HERE.parent / "results" / "tables-reference.json"
# Categories that HistGradientBoosting can tell apart; the most frequent ones of more.
MOST_CATEGORIES = 254


def read(entry):
    """Inputs as float64 and category columns, target as an array."""
    table = pd.read_csv(DATA / f"{entry['name']}.csv", keep_default_na=False, na_values=[""])
    y = table.pop(entry["target"])
    y = y.astype(str).to_numpy() if entry["task"] == "classification" else y.to_numpy(dtype=float)
    table = table.drop(columns=[item["column"] for item in entry.get("exclude", [])])
    for column in entry.get("dates", []):
        if column not in table:
            continue
        instants = pd.to_datetime(table.pop(column))
        table[f"{column} day"] = instants.dt.normalize().astype("int64") // 86_400_000_000_000
        table[f"{column} month"] = instants.dt.month
        table[f"{column} weekday"] = instants.dt.weekday
        if instants.dt.hour.any():
            table[f"{column} hour"] = instants.dt.hour + instants.dt.minute / 60
    for column in table:
        is_text = table[column].dtype == object
        table[column] = table[column].where(table[column].notna(), None if is_text else np.nan)
        if not is_text:
            table[column] = table[column].astype(float)
    return table, y


def prepared(table):
    """Medians filled in, numbers standardized, categories one-hot."""
    texts = [column for column in table if table[column].dtype == object]
    numbers = [column for column in table if column not in texts]
    missing = FunctionTransformer(lambda frame: frame.fillna("(missing)"))
    return ColumnTransformer(
        [
            ("numbers", make_pipeline(SimpleImputer(strategy="median"), StandardScaler()), numbers),
            ("texts", make_pipeline(missing, OneHotEncoder(handle_unknown="ignore")), texts),
        ]
    )


class Boosting:
    """HistGradientBoosting at its defaults, told which columns are categories. Unknown and rare ones count as missing."""

    def __init__(self, model):
        self.model = model

    def fit(self, table, y):
        texts = [column for column in table if table[column].dtype == object]
        self.levels = {column: list(table[column].value_counts().index[:MOST_CATEGORIES]) for column in texts}
        self.model.set_params(categorical_features=[column in texts for column in table])
        self.model.fit(self.numbers(table), y)
        self.classes_ = getattr(self.model, "classes_", None)
        return self

    def numbers(self, table):
        parts = [
            table[column].map({level: i for i, level in enumerate(self.levels[column])}).astype(float)
            if column in self.levels
            else table[column]
            for column in table
        ]
        return np.column_stack(parts)

    def predict(self, table):
        return self.model.predict(self.numbers(table))

    def predict_proba(self, table):
        return self.model.predict_proba(self.numbers(table))


def contestants(task, table, seed):
    if task == "classification":
        return {
            "mlp": make_pipeline(prepared(table), MLPClassifier(random_state=seed)),
            "boosting": Boosting(HistGradientBoostingClassifier(random_state=seed)),
            "linear": make_pipeline(prepared(table), LogisticRegression(max_iter=2000)),
            "constant": DummyClassifier(strategy="prior"),
        }
    return {
        "mlp": TransformedTargetRegressor(
            make_pipeline(prepared(table), MLPRegressor(random_state=seed)), transformer=StandardScaler()
        ),
        "boosting": Boosting(HistGradientBoostingRegressor(random_state=seed)),
        "linear": make_pipeline(prepared(table), Ridge()),
        "constant": DummyRegressor(),
    }


def score(task, model, table, y):
    if task == "regression":
        residuals = model.predict(table) - y
        return {"score": float(np.sqrt(np.mean(residuals**2)) / np.std(y))}
    probabilities = model.predict_proba(table)
    error = float(np.mean(model.classes_[probabilities.argmax(1)] != y))
    return {"score": error, "logLoss": float(log_loss(y, probabilities, labels=model.classes_))}


def save(report, runs):
    order = list(report["tables"])
    for run in runs:
        run.update({key: round(run[key], 9) for key in ("score", "logLoss") if key in run})
    runs.sort(key=lambda run: (order.index(run["table"]), run["seed"]))
    head, rows = json.dumps({**report, "runs": []}, indent=1), [json.dumps(run) for run in runs]
    text = head.replace('"runs": []', '"runs": [\n  ' + ",\n  ".join(rows) + "\n ]")
    part = RESULTS.with_suffix(".part")
    part.write_text(text + "\n")
    part.replace(RESULTS)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--tables", help="names with commas between; all by default")
    parser.add_argument("--seeds", default="0,1,2,3,4")
    parser.add_argument("--fresh", action="store_true", help="forget the earlier results of these tables and seeds")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    seeds = [int(seed) for seed in options.seeds.split(",")]
    entries = json.loads((HERE / "tables.json").read_text())
    digests = {entry["name"]: entry["sha256"] for entry in entries}
    if options.tables:
        entries = [entry for entry in entries if entry["name"] in options.tables.split(",")]
    versions = {"python": platform.python_version(), "scikit-learn": sklearn.__version__, "numpy": np.__version__}
    report = {"versions": versions, "tables": digests}
    runs = []
    if RESULTS.exists():
        old = json.loads(RESULTS.read_text())
        if old["versions"] == versions:
            runs = [run for run in old["runs"] if old["tables"].get(run["table"]) == digests.get(run["table"])]
    if options.fresh:
        names = [entry["name"] for entry in entries]
        runs = [run for run in runs if run["table"] not in names or run["seed"] not in seeds]
    done = {(run["table"], run["seed"], run["contestant"]) for run in runs}
    for entry in entries:
        table, y = read(entry)
        splits = json.loads((DATA / f"{entry['name']}.splits.json").read_text())
        for seed in seeds:
            test = np.zeros(len(y), bool)
            test[splits[seed]] = True
            for name, model in contestants(entry["task"], table, seed).items():
                if (entry["name"], seed, name) in done:
                    continue
                begun = time.perf_counter()
                model.fit(table[~test], y[~test])
                seconds = round(time.perf_counter() - begun, 3)
                found = score(entry["task"], model, table[test], y[test])
                runs.append({"table": entry["name"], "seed": seed, "contestant": name, **found, "seconds": seconds})
                print(entry["name"], seed, name, found, seconds, flush=True)
            save(report, runs)


if __name__ == "__main__":
    main()
