/** The problem of a built-in example. */
import { fromTypedArray, type Tensor, tensor } from "chainrule";
import { writeSafetensors } from "chainrule/io";
import type { NetworkExample, Rows } from "../../examples/index.ts";

import type { Part } from "../../protocol.ts";
import { checkSize } from "../session/config.ts";
import { noRows, type PartData, type Problem, partNames } from "../session/problem.ts";
import { balanceOf, probabilitiesOf, shownNumber } from "./shown.ts";
import { typedClass, typedNumbers } from "./typed.ts";

/** What the file of such a model says that it is. */
export const MODEL_FORMAT = "chainrule studio model";

/** @param text of the bundled file, where the example has one */
export function exampleProblem(example: NetworkExample, text = ""): Problem {
  const rows = example.rows(text);
  const parts = {
    training: partOf(rows.training),
    validation: partOf(rows.validation),
    test: partOf(rows.test),
  };
  const { title, about, task, inputNames, outputNames, target, picture, config } = example;
  const outputs = outputNames.length;
  const classes = task === "classification";
  const truth = (part: Part): Float64Array => Float64Array.from(parts[part].target?.data ?? []);
  return {
    task,
    told: {
      title,
      kind: "example",
      task,
      about,
      inputNames,
      outputNames,
      target,
      rows: { training: parts.training.rows, validation: parts.validation.rows, test: parts.test.rows },
      picture,
      columns: [],
      head: [],
      balance: classes ? balanceOf(outputNames, partNames.map(truth)) : [],
      warnings: [],
      trainable: true,
      pace: example.pace,
    },
    config,
    example: example.name,
    plain: () => true,
    curve: example.curve,
    parts,
    outputs,
    model(settings) {
      checkSize(inputNames.length, settings.hidden, outputs);
      return example.model(settings);
    },
    loss: () => example.loss(),
    answers: (given) => (classes ? probabilitiesOf(given, outputs) : given),
    truth,
    cells: (part, row) => {
      const { data } = parts[part].inputs[0];
      return inputNames.map((name, i) => ({ name, text: shownNumber(data[row * inputNames.length + i]) }));
    },
    file: (model, settings) =>
      writeSafetensors(model.stateDict(), {
        format: MODEL_FORMAT,
        example: example.name,
        config: JSON.stringify(settings),
      }),
    typed(inputs, wanted) {
      const { x, y } = rows.training;
      const numbers = typedNumbers(inputs, inputNames);
      return {
        rows: 1,
        inputs: [tensor([numbers], { dtype: x.dtype as "float32" })],
        target: wanted === null ? null : targetOf(wanted, y, classes ? outputs : null),
      };
    },
  };
}

const partOf = (rows: Rows | null): PartData =>
  rows === null ? noRows : { rows: rows.x.shape[0], inputs: [rows.x], target: rows.y };

/** One target in the form of those of training. */
function targetOf(wanted: number, like: Tensor, classes: number | null): Tensor | null {
  if (classes !== null) return fromTypedArray(Int32Array.of(typedClass(wanted, classes)), [1]);
  const width = like.shape.slice(1).reduce((a, b) => a * b, 1);
  return width === 1
    ? tensor([wanted], { dtype: like.dtype as "float32" }).reshape([1, ...like.shape.slice(1)])
    : null;
}
