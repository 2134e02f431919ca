import { type Column, type ColumnType, isMissing, textAt } from "./column.ts";
import { profileColumn } from "./profile.ts";
import { meanAndScale, median } from "./statistics.ts";

/** How one column becomes inputs of the network. Fitted on the training rows; plain data that is saved with the model. */
export type FeaturePreparation = NumberFeature | BooleanFeature | DateFeature | TextFeature;

interface Named<T extends ColumnType> {
  readonly type: T;
  readonly name: string;
  /** Whether there is an input of its own that is 1 where the value is missing. So where training rows lacked it. */
  readonly missing: boolean;
}

/** z = (x − mean) / scale, then squashed to (−3, 3) by {@link squash}; a missing x is taken as the median `fill`. */
export interface NumberFeature extends Named<"number"> {
  readonly mean: number;
  readonly scale: number;
  readonly fill: number;
}

/** 1 for true, −1 for false, 0 where it is missing. */
export type BooleanFeature = Named<"boolean">;

/** The time as a number, and where it stands in cycles: sine and cosine of its phase in each. */
export interface DateFeature extends Named<"date"> {
  readonly mean: number;
  readonly scale: number;
  readonly fill: number;
  readonly cycles: readonly Cycle[];
}

/** One input for each level: 1 for the level that is there. All are 0 for a missing value and for one never seen. */
export interface TextFeature extends Named<"text"> {
  readonly levels: readonly string[];
}

export type Cycle = "year" | "week" | "day";

const DAY = 86_400_000;
/** Lengths in milliseconds. */
export const cycleLengths: Readonly<Record<Cycle, number>> = {
  year: 365.2425 * DAY,
  week: 7 * DAY,
  day: DAY,
};

/** A text column gives at most so many inputs: its most frequent levels. The others count as never seen. */
export const MOST_LEVELS = 64;

/** Fits the preparation of columns on the training rows. No other row has any influence. */
export const fitFeatures = (columns: readonly Column[], training: Int32Array): FeaturePreparation[] =>
  columns.map((column) => fitFeature(column, training));

function fitFeature(column: Column, rows: Int32Array): FeaturePreparation {
  const { name } = column;
  const profile = profileColumn(column, rows);
  const missing = profile.missing > 0;
  switch (column.type) {
    case "number":
      return { type: "number", name, missing, ...standardization(column.values, rows) };
    case "date":
      return {
        type: "date",
        name,
        missing,
        ...standardization(column.values, rows),
        cycles: cyclesOf(column.values, rows),
      };
    case "boolean":
      return { type: "boolean", name, missing };
    case "text": {
      const levels = profile.frequent.slice(0, MOST_LEVELS).map(([level]) => level);
      return { type: "text", name, missing, levels };
    }
  }
}

function standardization(
  values: Float64Array,
  rows: Int32Array,
): { mean: number; scale: number; fill: number } {
  const { mean, scale } = meanAndScale(values, rows);
  // A single value beside missing ones has no spread: it then says only that it is there.
  return { mean, scale: scale > 0 && Number.isFinite(scale) ? scale : 1, fill: median(values, rows) };
}

/** The cycles in which dates of the training rows differ: years and weeks if they span a part of one, days by the time. */
function cyclesOf(values: Float64Array, rows: Int32Array): Cycle[] {
  const there = Float64Array.from(rows, (row) => values[row]).filter(Number.isFinite);
  const span =
    there.reduce((a, b) => Math.max(a, b), there[0]) - there.reduce((a, b) => Math.min(a, b), there[0]);
  const cycles: Cycle[] = [];
  if (span >= 60 * DAY) cycles.push("year");
  if (new Set(there.map((t) => Math.floor(t / DAY) % 7)).size > 1) cycles.push("week");
  if (new Set(there.map((t) => t % DAY)).size > 1) cycles.push("day");
  return cycles;
}

/** The names of the network's inputs, in order: `age`, `age is missing`, `plan = pro`, `day: week (sin)`. */
export function inputNames(features: readonly FeaturePreparation[]): string[] {
  return features.flatMap((feature) => {
    const { name } = feature;
    const own =
      feature.type === "text"
        ? feature.levels.map((level) => `${name} = ${level}`)
        : feature.type === "date"
          ? [name, ...feature.cycles.flatMap((c) => [`${name}: ${c} (sin)`, `${name}: ${c} (cos)`])]
          : [name];
    return feature.missing ? [...own, `${name} is missing`] : own;
  });
}

/** How many inputs of the network a column gives. */
export function inputCount(feature: FeaturePreparation): number {
  const own =
    feature.type === "text"
      ? feature.levels.length
      : feature.type === "date"
        ? 1 + 2 * feature.cycles.length
        : 1;
  return own + (feature.missing ? 1 : 0);
}

/** Values of a text column that the training rows did not have (or had too rarely). */
export interface UnseenLevels {
  readonly name: string;
  /** In how many rows. */
  readonly rows: number;
  /** The first few of them. */
  readonly examples: readonly string[];
}

export interface PreparedInputs {
  /** The network's inputs, row by row: [rows, inputs]. */
  readonly data: Float32Array;
  readonly rows: number;
  readonly inputs: number;
  readonly unseen: readonly UnseenLevels[];
}

/**
 * Turns columns into the network's inputs by a fitted preparation. Columns go with the features by position, and have their types.
 */
export function prepareInputs(
  features: readonly FeaturePreparation[],
  columns: readonly Column[],
  rows: Int32Array,
): PreparedInputs {
  const inputs = features.reduce((sum, feature) => sum + inputCount(feature), 0);
  const data = new Float32Array(rows.length * inputs);
  const unseen: UnseenLevels[] = [];
  let at = 0;
  features.forEach((feature, i) => {
    const column = columns[i];
    const end = at + inputCount(feature);
    if (feature.type === "text" && column.type === "text") {
      const found = fillLevels(feature, column, rows, data, at, inputs);
      if (found) unseen.push(found);
    } else if (feature.type !== "text" && column.type !== "text") {
      fillNumbers(feature, column.values, rows, data, at, inputs);
    }
    if (feature.missing) {
      rows.forEach((row, r) => {
        if (isMissing(column, row)) data[r * inputs + end - 1] = 1;
      });
    }
    at = end;
  });
  return { data, rows: rows.length, inputs, unseen };
}

function fillNumbers(
  feature: Exclude<FeaturePreparation, TextFeature>,
  values: Float64Array,
  rows: Int32Array,
  data: Float32Array,
  at: number,
  inputs: number,
): void {
  rows.forEach((row, r) => {
    const present = Number.isFinite(values[row]);
    const place = r * inputs + at;
    if (feature.type === "boolean") {
      data[place] = present ? (values[row] === 0 ? -1 : 1) : 0;
      return;
    }
    const value = present ? values[row] : feature.fill;
    data[place] = squash(standardized(value, feature.mean, feature.scale));
    if (feature.type === "number" || !present) return;
    feature.cycles.forEach((cycle, c) => {
      const phase = (2 * Math.PI * value) / cycleLengths[cycle];
      data[place + 1 + 2 * c] = Math.sin(phase);
      data[place + 2 + 2 * c] = Math.cos(phase);
    });
  });
}

function fillLevels(
  feature: TextFeature,
  column: Extract<Column, { type: "text" }>,
  rows: Int32Array,
  data: Float32Array,
  at: number,
  inputs: number,
): UnseenLevels | null {
  const places = new Map(feature.levels.map((level, i) => [level, i]));
  const placeOfCode = column.levels.map((level) => places.get(level) ?? -1);
  const strange = new Set<string>();
  let count = 0;
  rows.forEach((row, r) => {
    const code = column.codes[row];
    if (code < 0) return;
    const place = placeOfCode[code];
    if (place >= 0) {
      data[r * inputs + at + place] = 1;
      return;
    }
    count++;
    if (strange.size < 3) strange.add(textAt(column, row));
  });
  return count > 0 ? { name: feature.name, rows: count, examples: [...strange] } : null;
}

/** (x − mean) / scale, kept finite. */
export function standardized(x: number, mean: number, scale: number): number {
  const z = (x - mean) / scale;
  return Number.isNaN(z) ? 0 : Math.min(1e6, Math.max(-1e6, z));
}

/**
 * z / √(1 + (z/3)²): nearly z around 0, never beyond ±3, so that an outlier can not outweigh everything else. As in RealMLP
 * (Holzmüller, Grinsztajn and Steinwart 2024, arXiv 2407.04491, smooth clipping).
 */
export const squash = (z: number): number => z / Math.sqrt(1 + (z / 3) ** 2);
