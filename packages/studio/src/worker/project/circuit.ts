import type { CircuitExample } from "../../examples/index.ts";
import type { Project, RowPreview } from "../../protocol.ts";
import { circuitNames } from "../session/tracer.ts";
import { shownNumber } from "./shown.ts";

/** What the page is told of an expression. */
export const circuitProject = (circuit: CircuitExample): Project => ({
  title: circuit.title,
  kind: "example",
  task: "circuit",
  about: circuit.about,
  inputNames: circuitNames(circuit),
  outputNames: circuit.outputNames,
  target: "",
  // Its own numbers are its one row.
  rows: { training: 1, validation: 0, test: 0 },
  picture: null,
  columns: [],
  head: [],
  balance: [],
  warnings: [],
  trainable: false,
  pace: 0,
  config: {
    hidden: [],
    activation: "identity",
    optimizer: "sgd",
    lr: 0,
    batchSize: 0,
    weightDecay: 0,
    dropout: 0,
    seed: 0,
  },
});

/** Its own numbers as a row. */
export function circuitRow(circuit: CircuitExample): RowPreview {
  const inputs = Float64Array.from(circuit.inputs.flatMap(({ value }) => [...value.data]));
  const cells = circuitNames(circuit).map((name, i) => ({ name, text: shownNumber(inputs[i]) }));
  return { row: 0, cells, inputs, truth: "", predicted: "" };
}
