import type { PyTorchCode } from "../../io/index.ts";
import { bodyOf } from "../../io/pytorch/code.ts";
import { float, indented, literal } from "../../io/pytorch/python.ts";
import type { TableModel } from "../model.ts";
import type { TableModelSpec } from "../spec.ts";
import { tableClasses } from "./classes.ts";
import { preparationCode } from "./preparation.ts";

/**
 * A model of a table as a program of Python that needs PyTorch alone, and its weights. The program has `load()`, the network with its
 * weights; `prepare(rows)`, what the network gets of rows; and `predict(rows, model)`, what the model says of them, rows being dicts.
 *
 * @param weights the file of the weights, beside the program. Default "model.pt"
 * @returns the program, and the state dictionary that {@link writeTorch} writes
 *
 * @example
 * import { writeFile } from "node:fs/promises";
 * const areas = Array.from({ length: 80 }, (_, i) => 30 + ((7 * i) % 60));
 * const rows = areas.map((area) => ({ area, rent: 100 + 10 * area }));
 * const { model } = await trainTable(rows, { target: "rent", hidden: [16], epochs: 20 });
 * const { code, state } = toPyTorchTable(model);
 * await writeFile("model.py", code);
 * await writeFile("model.pt", writeTorch(state));
 * code.includes("def predict(rows, model=None):"); // → true
 */
export function toPyTorchTable(
  { spec, network }: Pick<TableModel, "spec" | "network">,
  weights = "model.pt",
): PyTorchCode {
  const { lines, definitions } = bodyOf(network, { classes: tableClasses });
  const hasDates = spec.features.some(({ type }) => type === "date");
  const code = `"""A model of a table, made by chainrule, in PyTorch 1.13 or later.

    import model
    model.predict([{"column": value, ...}])
"""

${hasDates ? "import datetime\n" : ""}import math
from pathlib import Path

import torch
from torch import nn

WEIGHTS = Path(__file__).with_name(${literal(weights)})

${preparationCode(spec.features)}


${[...definitions.values()].join("\n\n\n")}


def build():
    """The network, with weights that are drawn anew."""
${indented(lines.join("\n"))}


def load(path=WEIGHTS):
    """The network with its weights, in evaluation mode."""
    model = build()
    model.load_state_dict(torch.load(path, map_location="cpu", weights_only=True))
    return model.eval()


${predictCode(spec)}
`;
  return { code, state: network.stateDict() };
}

function predictCode({ target, calibration, threshold }: TableModelSpec): string {
  if (target.task === "regression") {
    const { transform, center, scale, range } = target;
    const learned = `outputs[:, 0] * ${float(scale)} + ${float(center)}`;
    return `def predict(rows, model=None):
    """The prediction of ${literal(target.name)} for each row."""
    model = load() if model is None else model
    with torch.no_grad():
        outputs = model(*prepare(rows)).double()
    values = ${transform === "log" ? `(${learned}).exp()` : learned}
    # No prediction is outside of what the training rows had.
    return values.clamp(${float(range[0])}, ${float(range[1])}).tolist()`;
  }
  const temperature = calibration?.temperature ?? 1;
  const choice =
    threshold === undefined || threshold === null
      ? "best = probabilities.argmax(1).tolist()"
      : `best = (probabilities[:, 1] > ${float(threshold)}).long().tolist()`;
  return `# In the order of the network's outputs.
CLASSES = ${literal(target.type === "number" ? target.classes.map(Number) : target.classes)}


def predict(rows, model=None):
    """The class of ${literal(target.name)} for each row, and the probability of every class."""
    model = load() if model is None else model
    with torch.no_grad():
        logits = model(*prepare(rows)).double()
    probabilities = torch.softmax(${temperature === 1 ? "logits" : `logits / ${float(temperature)}`}, 1)
    ${choice}
    return [
        {"prediction": CLASSES[i], "probabilities": dict(zip(CLASSES, p))}
        for i, p in zip(best, probabilities.tolist())
    ]`;
}
