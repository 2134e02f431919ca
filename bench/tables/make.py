"""Makes the tables of the benchmark as CSV files, and cuts each into training and test rows.

    python3 bench/tables/make.py

Writes ``data/NAME.csv`` and ``data/NAME.splits.json`` (for each seed the row numbers of the test, from 0, in increasing order)
for each table in ``tables.json``, and checks rows, columns and SHA-256 against what is said there. Deterministic: a second run
writes the same bytes.

Needs Debian's python3-pandas, python3-sklearn and r-cran-mlbench; vega-datasets comes from npm, as locked in package-lock.json.
"""
import hashlib
import json
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
import pandas as pd
import sklearn.datasets
from sklearn.model_selection import train_test_split

HERE = pathlib.Path(__file__).resolve().parent
DATA = HERE / "data"
BUNDLED = HERE.parent.parent / "packages" / "cli" / "data"
SEEDS = 5
TEST_SIZE = 0.2


def bundled(name, _):
    return read(BUNDLED / f"{name}.csv")


def scikit(name, _):
    frame = getattr(sklearn.datasets, f"load_{name}")(as_frame=True)
    table = frame.frame
    table["target"] = [str(frame.target_names[i]) for i in table["target"]]
    return table


def vega(name, entry):
    folder = HERE / "node_modules" / "vega-datasets" / "data"
    if not folder.exists():
        subprocess.run(["npm", "ci"], cwd=HERE, check=True, stdout=subprocess.DEVNULL)
    file = entry["file"]
    if file.endswith(".csv"):
        table = read(folder / file)
    else:
        table = pd.DataFrame(json.loads((folder / file).read_text()))
    for column in entry.get("dates", []):
        instants = pd.to_datetime(table[column])
        whole = (instants == instants.dt.normalize()).all()
        table[column] = instants.dt.strftime("%Y-%m-%d" if whole else "%Y-%m-%d %H:%M:%S")
    return table


def mlbench(_, entry):
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["Rscript", str(HERE / "mlbench.R"), folder, entry["file"]], check=True)
        return read(pathlib.Path(folder) / f"{entry['file']}.csv")


def read(path):
    """Every value as the text that it is, so that nothing is rounded on its way."""
    return pd.read_csv(path, dtype=str, keep_default_na=False, na_values=[""])


SOURCES = {"chainrule": bundled, "scikit-learn": scikit, "vega-datasets": vega, "mlbench": mlbench}


def make(entry):
    table = SOURCES[entry["from"]](entry["name"], entry)
    table = table[table[entry["target"]].notna()]
    if entry.get("sample"):
        table = table.sample(entry["sample"], random_state=0)
    table = table.reset_index(drop=True)
    path = DATA / f"{entry['name']}.csv"
    table.to_csv(path, index=False, lineterminator="\n")
    labels = table[entry["target"]] if entry["task"] == "classification" else None
    parts = [
        train_test_split(np.arange(len(table)), test_size=TEST_SIZE, stratify=labels, random_state=seed)[1]
        for seed in range(SEEDS)
    ]
    splits = [sorted(int(row) for row in part) for part in parts]
    (DATA / f"{entry['name']}.splits.json").write_text(json.dumps(splits, separators=(",", ":")) + "\n")
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    return {"rows": len(table), "columns": table.shape[1], "sha256": sha256}


def main():
    DATA.mkdir(exist_ok=True)
    wrong = 0
    for entry in json.loads((HERE / "tables.json").read_text()):
        made = make(entry)
        differing = {key: value for key, value in made.items() if entry.get(key) != value}
        wrong += bool(differing)
        note = f"   tables.json differs, made: {json.dumps(differing)}" if differing else ""
        print(f"{entry['name']:16s} {made['rows']:6d} x {made['columns']:3d}{note}", flush=True)
    return f"{wrong} tables are not those of tables.json" if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
