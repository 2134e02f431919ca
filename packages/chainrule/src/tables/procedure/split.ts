import { groupSplit, stratifiedSplit, timeSplit } from "../../data/index.ts";
import { Generator } from "../../tensor/index.ts";
import { ChainruleError } from "../../util/errors.ts";
import { type Column, columnNamed, isMissing, type Table, textAt } from "../column.ts";
import type { Task } from "../task.ts";
import { clip, counted } from "../wording.ts";

/** Row numbers of the parts, each in increasing order. */
export interface Split {
  /** Rows that are learned from, and that preparation is fitted on. */
  readonly training: Int32Array;
  /** Rows that tell when to stop. */
  readonly validation: Int32Array;
  /** Rows that measure probabilities and intervals, and have no say in training; empty unless asked for. */
  readonly calibration: Int32Array;
  /** Rows that training never sees; empty where the test has a table of its own. */
  readonly test: Int32Array;
}

/** How large the parts are. */
export interface SplitSizes {
  /** The share of rows kept for the test: 0 ≤ test < 1. 0 when the test has a table of its own. */
  readonly test: number;
  /** The share of the remaining rows that tells when to stop: 0 < validation < 1. */
  readonly validation: number;
  /** The share of the remaining rows for a calibration part. Default 0. */
  readonly calibration?: number;
}

/** How rows are cut into parts. */
export type SplitKind =
  /** At random, with the classes or the tenths of the numbers in the same proportions in all parts. The default. */
  | { readonly kind: "stratified" }
  /** At random, whatever the target. */
  | { readonly kind: "random" }
  /** Rows with the same value of a column, such as all of one patient, stay together. */
  | { readonly kind: "group"; readonly column: string }
  /** By a column of dates or numbers: the oldest rows train, the newest ones test. */
  | { readonly kind: "time"; readonly column: string }
  /** By a column that says "train", "validation", "calibration" or "test" in each row. */
  | { readonly kind: "column"; readonly column: string }
  /** Parts that the program itself has chosen: rows that have a target. */
  | { readonly kind: "rows"; readonly parts: Split };

/** The column that a split goes by; undefined for none. */
export const splitColumn = (split: SplitKind): string | undefined =>
  "column" in split ? split.column : undefined;

/** Fewer rows than this can not be split into three parts that mean something. */
export const FEWEST_ROWS = 10;

/** What is cut: rows of a table, with the column to predict. */
export interface Labelled {
  readonly table: Table;
  readonly target: Column;
  /** The rows that have a target. */
  readonly rows: Int32Array;
  readonly task: Task;
}

/**
 * Cuts the rows of a table into parts, as asked for.
 *
 * @throws ChainruleError `data` for fewer than 10 rows, or rows that the column of the split says nothing of; `argument` for sizes that
 * leave a part empty, and more parts than there are groups or times
 *
 * @example
 * const rows = Array.from({ length: 20 }, (_, i) => ({ year: 2001 + i, sold: (3 * i) % 7 }));
 * const table = tableFromRows(rows);
 * const [, target] = table.columns;
 * const of = { table, target, rows: rowsWithValue(target, 20), task: "regression" } as const;
 * const split = splitTable(of, { kind: "time", column: "year" }, { test: 0.2, validation: 0.25 }, 0);
 * split.test; // → Int32Array(4) [16, 17, 18, 19]
 * split.validation; // → Int32Array(4) [12, 13, 14, 15]
 */
export function splitTable(of: Labelled, split: SplitKind, sizes: SplitSizes, seed: number): Split {
  const { target, rows, task } = of;
  if (split.kind === "rows") return split.parts;
  if (split.kind === "stratified") return splitRows(target, rows, task, sizes, seed);
  checkEnoughRows(target, rows);
  const fractions = fractionsOf(sizes, rows.length);
  const options = { generator: new Generator(seed) };
  switch (split.kind) {
    case "random": {
      const parts = stratifiedSplit(new Array(rows.length).fill(0), fractions, options);
      if (task === "classification") bringHome(labelsOf(of), parts);
      return partsOf(parts, { rows }, sizes);
    }
    case "group": {
      const labels = task === "classification" ? labelsOf(of) : null;
      return partsOf(groupSplit(labels, groupsOf(of, split.column), fractions, options), of, sizes);
    }
    case "time":
      return partsOf(timeSplit(timesOf(of, split.column), fractions), of, sizes);
    case "column":
      return splitByWords(of, split.column, sizes, seed);
  }
}

/**
 * Cuts rows into training, validation and test, at random by a seed. All parts have the classes in the same proportions, or the
 * numbers in the same tenths; a class with few rows is in the training part first.
 *
 * @param rows the rows that have a target
 * @throws ChainruleError `data` for fewer than 10 rows, `argument` for sizes that leave a part empty
 *
 * @example
 * const plans = Array.from({ length: 20 }, (_, i) => (i % 4 === 0 ? "pro" : "basic"));
 * const column = textColumn("plan", plans);
 * const sizes = { test: 0.2, validation: 0.25 };
 * const { training, test } = splitRows(column, rowsWithValue(column, 20), "classification", sizes, 0);
 * training.length; // → 12
 * Array.from(test, (row) => textAt(column, row)); // → ['basic', 'basic', 'basic', 'pro']
 */
export function splitRows(
  target: Column,
  rows: Int32Array,
  task: Task,
  sizes: SplitSizes,
  seed: number,
): Split {
  checkEnoughRows(target, rows);
  const labels = strataOf(target, rows, task);
  const parts = stratifiedSplit(labels, fractionsOf(sizes, rows.length), { generator: new Generator(seed) });
  if (task === "classification") bringHome(labels, parts);
  return partsOf(parts, { rows }, sizes);
}

/**
 * What is to have the same proportions in all parts: for each of some rows its class, or which tenth of the sorted numbers it is in (fewer,
 * larger parts where there are fewer than 100 rows).
 *
 * @param rows from 0; each with a value of the target
 *
 * @example
 * const [rent] = tableFromRows(Array.from({ length: 30 }, (_, i) => ({ rent: 900 - 10 * i }))).columns;
 * const tenths = strataOf(rent, rowsWithValue(rent, 30), "regression");
 * [tenths[0], tenths[15], tenths[29]]; // → [2, 1, 0]
 * const plan = textColumn("plan", ["pro", "basic"]);
 * strataOf(plan, Int32Array.of(1, 0), "classification"); // → ['basic', 'pro']
 */
export const strataOf = (target: Column, rows: Int32Array, task: Task): (string | number)[] =>
  task === "classification" ? Array.from(rows, (row) => textAt(target, row)) : tenths(target, rows);

const labelsOf = ({ target, rows }: Pick<Labelled, "target" | "rows">): string[] =>
  Array.from(rows, (row) => textAt(target, row));

/**
 * The group of each row.
 *
 * @throws ChainruleError `data` for a row without one
 */
export function groupsOf({ table, rows }: Pick<Labelled, "table" | "rows">, name: string): string[] {
  const column = columnNamed(table, name, "column of groups");
  refuseMissing(column, rows, table, "group");
  return Array.from(rows, (row) => textAt(column, row));
}

/**
 * The time of each row.
 *
 * @throws ChainruleError `data` for a row without one, and for a column that holds no times
 */
export function timesOf({ table, rows }: Pick<Labelled, "table" | "rows">, name: string): Float64Array {
  const column = columnNamed(table, name, "column of times");
  if (column.type !== "date" && column.type !== "number") {
    throw new ChainruleError(
      "data",
      `The column of times "${clip(name)}" holds ${column.type === "text" ? "texts" : "truth values"}.`,
      "Give dates, or numbers that grow with time.",
    );
  }
  refuseMissing(column, rows, table, "time");
  return Float64Array.from(rows, (row) => column.values[row]);
}

function refuseMissing(column: Column, rows: Int32Array, { source }: Table, what: string): void {
  const lacking = rows.filter((row) => isMissing(column, row));
  if (lacking.length === 0) return;
  throw new ChainruleError(
    "data",
    `${counted(lacking.length, "row")} of ${source} ${lacking.length === 1 ? "has" : "have"} no ${what} in "${clip(column.name)}", the first of them data row ${lacking[0] + 1}.`,
    "Fill them in, leave these rows out, or split in another way.",
  );
}

const words: Readonly<Record<string, keyof Split>> = {
  train: "training",
  training: "training",
  val: "validation",
  valid: "validation",
  validation: "validation",
  dev: "validation",
  cal: "calibration",
  calibration: "calibration",
  test: "test",
  testing: "test",
};

/** Parts as a column says them. Where it names no validation rows, some of the training rows are taken, stratified. */
function splitByWords(
  { table, target, rows, task }: Labelled,
  name: string,
  sizes: SplitSizes,
  seed: number,
): Split {
  const column = columnNamed(table, name, "column of parts");
  const parts: Record<keyof Split, number[]> = { training: [], validation: [], calibration: [], test: [] };
  for (const row of rows) {
    const word = textAt(column, row);
    const part = words[word.trim().toLowerCase()];
    if (part === undefined) {
      throw new ChainruleError(
        "data",
        `Data row ${row + 1} of ${table.source} has ${word === "" ? "nothing" : `"${clip(word)}"`} in "${clip(name)}", which names no part.`,
        'Write "train", "validation", "calibration" or "test".',
      );
    }
    parts[part].push(row);
  }
  let training: Int32Array = Int32Array.from(parts.training);
  let validation: Int32Array = Int32Array.from(parts.validation);
  if (validation.length === 0) {
    const { validation: share } = sizes;
    const cut = splitRows(target, training, task, { test: 0, validation: share }, seed);
    ({ training, validation } = cut);
  }
  const [calibration, test] = [Int32Array.from(parts.calibration), Int32Array.from(parts.test)];
  for (const [part, needed, what] of [
    [training, true, "train"],
    [test, sizes.test > 0, "test"],
  ] as const) {
    if (part.length > 0 || !needed) continue;
    throw new ChainruleError(
      "data",
      `No row of ${table.source} with a target has "${what}" in "${clip(name)}".`,
      what === "test" ? "Mark some rows, or give a test table of its own." : "Mark some rows.",
    );
  }
  return { training, validation, calibration, test };
}

const partNames = ["training", "validation", "calibration", "test"] as const;

/** Shares of training, validation, calibration and test. */
function fractionsOf(sizes: SplitSizes, rows: number): number[] {
  const { test, validation, calibration = 0 } = sizes;
  const [forValidation, forCalibration] = [(1 - test) * validation, (1 - test) * calibration];
  const forTraining = 1 - test - forValidation - forCalibration;
  if (forTraining <= 0) throw nothingLeft("training", sizes, rows);
  return [forTraining, forValidation, forCalibration, test];
}

function partsOf(parts: readonly Int32Array[], { rows }: Pick<Labelled, "rows">, sizes: SplitSizes): Split {
  const fractions = fractionsOf(sizes, rows.length);
  const empty = parts.findIndex((part, i) => part.length === 0 && fractions[i] > 0);
  if (empty >= 0) throw nothingLeft(partNames[empty], sizes, rows.length);
  const [training, validation, calibration, test] = parts.map((part) => part.map((i) => rows[i]));
  return { training, validation, calibration, test };
}

function nothingLeft(part: keyof Split, sizes: SplitSizes, rows: number): ChainruleError {
  const { test, validation, calibration = 0 } = sizes;
  const more = calibration > 0 ? `, a calibration size of ${calibration}` : "";
  return new ChainruleError(
    "argument",
    `With a test size of ${test}${more} and a validation size of ${validation}, none of ${rows} rows is left for ${part}.`,
    "Choose other sizes, or give more rows.",
  );
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

/**
 * At most so many rows, spaced evenly.
 *
 * @example
 * everyNth(Int32Array.of(0, 1, 2, 3, 4, 5), 3); // → Int32Array(3) [0, 2, 4]
 * everyNth(Int32Array.of(0, 1), 3); // → Int32Array(2) [0, 1]
 */
export function everyNth(rows: Int32Array, most: number): Int32Array {
  const count = Math.min(most, rows.length);
  if (count === rows.length) return rows;
  return Int32Array.from({ length: count }, (_, i) => rows[Math.floor((i * rows.length) / count)]);
}
