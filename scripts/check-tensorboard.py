"""Reads the event files of a run with TensorBoard's own reader (`pip install tensorboard`), and compares them with its history:

    chainrule train penguins.csv --target species --tensorboard --out run
    python scripts/check-tensorboard.py run
"""

import json
import math
import sys

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

folder = sys.argv[1]
events = EventAccumulator(folder, size_guidance={"scalars": 0, "histograms": 0})
events.Reload()
with open(f"{folder}/history.ndjson", encoding="utf-8") as lines:
    history = [json.loads(line) for line in lines]
tags = events.Tags()


def scalars(tag):
    return [(event.step, event.value) for event in events.Scalars(tag)]


for tag, key in [("loss/training", "loss"), ("loss/validation", "validationLoss"), ("loss/gap", "gap"), ("lr", "lr")]:
    found = scalars(tag)
    assert [step for step, _ in found] == [report["epoch"] for report in history], tag
    for (_, value), report in zip(found, history):
        assert math.isclose(value, report[key], rel_tol=1e-6, abs_tol=1e-9), (tag, report["epoch"])
for tag in tags["histograms"]:
    for event in events.Histograms(tag):
        histogram = event.histogram_value
        assert sum(histogram.bucket) == histogram.num, tag
        assert math.isclose(histogram.bucket_limit[-1], histogram.max), tag
    norms = scalars(tag.replace("weights/", "norm/"))
    assert len(norms) == len(history), tag
    squares = events.Histograms(tag)[-1].histogram_value.sum_squares
    assert math.isclose(norms[-1][1], math.sqrt(squares), rel_tol=1e-5), tag
print(f"{len(history)} epochs: {len(tags['scalars'])} scalars and {len(tags['histograms'])} histograms agree")
