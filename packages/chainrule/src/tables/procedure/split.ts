import { stratifiedSplit } from "../../data/index.ts";
import { Generator } from "../../tensor/index.ts";
import { ChainruleError } from "../../util/errors.ts";
import { type Column, textAt } from "../column.ts";
import type { Task } from "../task.ts";
import { counted } from "../wording.ts";

/** Row numbers of the three parts, each in increasing order. */
export interface Split {
  readonly training: Int32Array;
  readonly validation: Int32Array;
  readonly test: Int32Array;
}

export interface SplitSizes {
  /** The share of rows kept for the test: 0 ≤ test < 1. 0 when the test has a table of its own. */
  readonly test: number;
  /** The share of the remaining rows that tells when to stop: 0 < validation < 1. */
  readonly validation: number;
}

/** Fewer rows than this can not be split into three parts that mean something. */
export const FEWEST_ROWS = 10;

/**
 * Cuts rows into training, validation and test, at random by a seed. All parts have the classes in the same proportions, or the
 * numbers in the same tenths; a class with few rows is in the training part first.
 *
 * @param rows the rows that have a target
 * @throws ChainruleError `data` for fewer than 10 rows, `argument` for sizes that leave a part empty
 */
export function splitRows(
  target: Column,
  rows: Int32Array,
  task: Task,
  sizes: SplitSizes,
  seed: number,
): Split {
  checkEnoughRows(target, rows);
  const classes = task === "classification";
  const labels: (string | number)[] = classes
    ? Array.from(rows, (row) => textAt(target, row))
    : tenths(target, rows);
  const rest = (1 - sizes.test) * sizes.validation;
  const fractions = [1 - sizes.test - rest, rest, sizes.test];
  const parts = stratifiedSplit(labels, fractions, { generator: new Generator(seed) });
  if (classes) bringHome(labels, parts);
  const empty = parts.findIndex((part, i) => part.length === 0 && fractions[i] > 0);
  if (empty >= 0) {
    const names = ["training", "validation", "test"];
    throw new ChainruleError(
      "argument",
      `With a test size of ${sizes.test} and a validation size of ${sizes.validation}, none of ${rows.length} rows is left for ${names[empty]}.`,
      "Choose other sizes, or give more rows.",
    );
  }
  const [training, validation, test] = parts.map((part) => part.map((i) => rows[i]));
  return { training, validation, test };
}

/** Throws unless there are enough rows with a target to be split into parts. */
export function checkEnoughRows(target: Column, rows: Int32Array): void {
  if (rows.length >= FEWEST_ROWS) return;
  throw new ChainruleError(
    "data",
    `There ${rows.length < 2 ? "is" : "are"} ${rows.length === 0 ? "no row" : counted(rows.length, "row")} with a value of "${target.name}", where at least ${FEWEST_ROWS} are needed.`,
    "Give more rows, or choose another target.",
  );
}

/** Classes that are in no training row get one of the rows that they have elsewhere. */
function bringHome(labels: readonly (string | number)[], parts: Int32Array[]): void {
  const known = new Set(Array.from(parts[0], (i) => labels[i]));
  const moved: number[] = [];
  for (const part of parts.slice(1)) {
    for (const i of part) {
      if (known.has(labels[i])) continue;
      known.add(labels[i]);
      moved.push(i);
    }
  }
  if (moved.length === 0) return;
  parts[0] = Int32Array.from([...parts[0], ...moved]).sort();
  for (let p = 1; p < parts.length; p++) parts[p] = parts[p].filter((i) => !moved.includes(i));
}

/** Which tenth of the sorted values each row is in (fewer, larger parts where there are few rows). */
function tenths(target: Column, rows: Int32Array): number[] {
  const values = target.type === "text" ? target.codes : target.values;
  const order = Array.from(rows.keys()).sort((a, b) => values[rows[a]] - values[rows[b]] || a - b);
  const bins = Math.max(1, Math.min(10, Math.floor(rows.length / FEWEST_ROWS)));
  const labels = new Array<number>(rows.length);
  order.forEach((i, rank) => {
    labels[i] = Math.floor((rank * bins) / rows.length);
  });
  return labels;
}
