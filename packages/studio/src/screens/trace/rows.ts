/** Which rows a trace runs on: where one starts, and rows that are worth a look. */
import type { Outcome, Part, Project, TraceRows } from "../../protocol.ts";

export const partNames: Record<Part, string> = {
  training: "Training",
  validation: "Validation",
  test: "Test",
};

/** The parts that have rows. */
export const partsOf = ({ rows }: Project): Part[] =>
  (Object.keys(partNames) as Part[]).filter((part) => rows[part] > 0);

/** Where Trace starts: at a row that a finished model has not seen, at the first training row of an example, at the numbers of a circuit. */
export function firstRows(project: Project): TraceRows {
  const parts = partsOf(project);
  if (project.task === "circuit") return { kind: "row", part: "training", row: 0 };
  if (parts.length === 0) return { kind: "typed", inputs: project.inputNames.map(() => 0), target: null };
  const [first] = parts;
  return { kind: "row", part: project.kind === "run" && parts.includes("test") ? "test" : first, row: 0 };
}

/** Rows from the one that is most worth a look: predicted wrongly (the surest first), or of numbers with the largest error. */
export function wrongRows(outcome: Outcome): number[] {
  if (outcome.task === "regression")
    return sorted(outcome.truth.length, (row) => Math.abs(outcome.truth[row] - outcome.predicted[row]));
  const { truth, predicted, probability } = outcome;
  return sorted(truth.length, (row) => probability[row]).filter((row) => truth[row] !== predicted[row]);
}

/** Rows from the one that the model is least sure of. None for numbers, which come without a probability. */
export function uncertainRows(outcome: Outcome): number[] {
  if (outcome.task === "regression") return [];
  return sorted(outcome.truth.length, (row) => -outcome.probability[row]);
}

const sorted = (count: number, by: (row: number) => number): number[] =>
  Array.from({ length: count }, (_, row) => row).sort((a, b) => by(b) - by(a));

/** The next of some rows after the present one, and the first after the last. */
export const nextOf = (rows: readonly number[], row: number): number | undefined =>
  rows[(rows.indexOf(row) + 1) % Math.max(1, rows.length)];
