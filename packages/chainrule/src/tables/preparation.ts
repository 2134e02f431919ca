import type { Column, ColumnType } from "./column.ts";
import { profileColumn } from "./profile.ts";
import { quantile, sortedValues } from "./statistics.ts";

/** How one column becomes inputs of the network. Fitted on the training rows; plain data that is saved with the model. */
export type FeaturePreparation = NumberFeature | BooleanFeature | DateFeature | TextFeature;

interface Named<T extends ColumnType> {
  /** What the column holds. */
  readonly type: T;
  /** The column's name. */
  readonly name: string;
  /** Whether there is an input of its own that is 1 where the value is missing. So where training rows lacked it. */
  readonly missing: boolean;
}

/**
 * z = (x − median) / scale, then squashed to (−3, 3) by {@link squash}; a missing x is taken as the median. `scale` is the distance
 * between the quartiles, half of the range where they are equal, and 0 (then z = 0) where all values are.
 *
 * Wide integers and heavy tails need nothing of their own: quartiles do not see the tails, and squashing bounds them.
 */
export interface NumberFeature extends Named<"number"> {
  /** The median over the training rows, in the column's own units; 0 where no row has a value. */
  readonly median: number;
  /** What a distance from the median is divided by, ≥ 0, in the same units. */
  readonly scale: number;
}

/** 1 for true, −1 for false, 0 where it is missing. */
export type BooleanFeature = Named<"boolean">;

/**
 * The time as a number, as that of a {@link NumberFeature}, and where it stands in cycles: sine and cosine of its phase in each; all 0
 * where it is missing.
 */
export interface DateFeature extends Named<"date"> {
  /** The median over the training rows, in milliseconds since 1970. */
  readonly median: number;
  /** What a distance from the median is divided by, ≥ 0, in milliseconds. */
  readonly scale: number;
  /** The cycles in which the training rows differ: years where they span 60 days, weeks and days where weekday or time do. */
  readonly cycles: readonly Cycle[];
}

/**
 * "one-hot": one input for each level: 1 for the level that is there, all 0 for a missing value and for one never seen.
 *
 * "embedding": the number of a learned vector: 1 + the place in `levels`, or 0 for a missing value, for one never seen, and for one
 * that too few training rows had. The last are what vector 0 is trained with, so that it stands for the unknown.
 */
export interface TextFeature extends Named<"text"> {
  /** "one-hot" for up to 8 levels in the training rows, "embedding" for more. */
  readonly encoding: "one-hot" | "embedding";
  /** The texts that are known, the most frequent in the training rows first; at most {@link MOST_LEVELS} with learned vectors. */
  readonly levels: readonly string[];
}

/** A cycle in which an instant has a phase: 365.2425, 7 or 1 days long, counted from 1970-01-01 UTC. */
export type Cycle = "year" | "week" | "day";

const DAY = 86_400_000;
/** Lengths in milliseconds. */
export const cycleLengths: Readonly<Record<Cycle, number>> = {
  year: 365.2425 * DAY,
  week: 7 * DAY,
  day: DAY,
};

/** A text column with more levels than this gets learned vectors. */
const MOST_ONE_HOT = 8;
/** A text column has at most so many vectors: those of its most frequent levels. */
export const MOST_LEVELS = 1000;
/** A level in fewer training rows than this has no vector of its own. */
const FEWEST_ROWS_OF_LEVEL = 2;

/** Fits the preparation of columns on the training rows. No other row has any influence. */
export const fitFeatures = (columns: readonly Column[], training: Int32Array): FeaturePreparation[] =>
  columns.map((column) => fitFeature(column, training));

function fitFeature(column: Column, rows: Int32Array): FeaturePreparation {
  const { name } = column;
  const profile = profileColumn(column, rows);
  const missing = profile.missing > 0;
  switch (column.type) {
    case "number":
      return { type: "number", name, missing, ...robustScale(column.values, rows) };
    case "date":
      return {
        type: "date",
        name,
        missing,
        ...robustScale(column.values, rows),
        cycles: cyclesOf(column.values, rows),
      };
    case "boolean":
      return { type: "boolean", name, missing };
    case "text":
      return { type: "text", name, missing, ...encodingOf(profile.frequent) };
  }
}

function robustScale(values: Float64Array, rows: Int32Array): { median: number; scale: number } {
  const sorted = sortedValues(values, rows);
  // Without any value there is nothing to take a middle of; every value is then taken for missing.
  if (sorted.length === 0) return { median: 0, scale: 0 };
  const between = quantile(sorted, 0.75) - quantile(sorted, 0.25);
  const scale = between > 0 ? between : (sorted[sorted.length - 1] - sorted[0]) / 2;
  return { median: quantile(sorted, 0.5), scale: Math.min(scale, Number.MAX_VALUE) };
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

function encodingOf(
  frequent: readonly (readonly [level: string, count: number])[],
): Pick<TextFeature, "encoding" | "levels"> {
  if (frequent.length <= MOST_ONE_HOT) {
    return { encoding: "one-hot", levels: frequent.map(([level]) => level) };
  }
  const known = frequent.filter(([, count]) => count >= FEWEST_ROWS_OF_LEVEL).slice(0, MOST_LEVELS);
  return { encoding: "embedding", levels: known.map(([level]) => level) };
}

/** What the network gets of each row. */
export interface InputLayout {
  /** Inputs that are numbers: first come those of number and date columns, then all others, both in the order of the features. */
  readonly inputs: number;
  /** How many of them, from the first, are numbers and times: those that a network may embed. */
  readonly numbers: number;
  /** For each text feature with learned vectors, how many there are: its levels and one for the unknown. */
  readonly levels: readonly number[];
}

/**
 * What the network gets of each row, by the features.
 *
 * @example
 * const layout = layoutOf([
 *   { type: "number", name: "age", missing: true, median: 38, scale: 12 },
 *   { type: "text", name: "plan", missing: false, encoding: "one-hot", levels: ["basic", "pro"] },
 *   { type: "text", name: "city", missing: false, encoding: "embedding", levels: ["Bonn", "Ulm"] },
 * ]);
 * layout; // → { inputs: 4, numbers: 1, levels: [3] }
 */
export function layoutOf(features: readonly FeaturePreparation[]): InputLayout {
  return {
    inputs: features.reduce(
      (sum, feature) => sum + numberNames(feature).length + otherNames(feature).length,
      0,
    ),
    numbers: features.reduce((sum, feature) => sum + numberNames(feature).length, 0),
    levels: features.filter(isEmbedded).map(({ levels }) => levels.length + 1),
  };
}

/** Where what the network gets of a feature stands in a row. */
export interface FeaturePlaces {
  /** The input that is its number or time; or, for a feature with learned vectors, its column of codes; −1 for others. */
  readonly own: number;
  /** The first of its other inputs. */
  readonly start: number;
  /** The input that tells that the value is missing; −1 if there is none. */
  readonly missing: number;
}

/** Where each feature stands, in the order of {@link InputLayout}. */
export function placesOf(features: readonly FeaturePreparation[]): FeaturePlaces[] {
  let number = 0;
  let other = layoutOf(features).numbers;
  let code = 0;
  return features.map((feature) => {
    const start = other;
    other += otherNames(feature).length;
    const isNumber = numberNames(feature).length > 0;
    const own = isNumber ? number++ : isEmbedded(feature) ? code++ : -1;
    return { own, start, missing: feature.missing ? other - 1 : -1 };
  });
}

/** Whether a feature is given to the network as the number of a learned vector. */
export const isEmbedded = (feature: FeaturePreparation): feature is TextFeature =>
  feature.type === "text" && feature.encoding === "embedding";

/**
 * The names of the network's inputs, in order: numbers and times first, as in {@link InputLayout}; then `paid`, `age is missing`,
 * `plan = pro`, `day: week (sin)`. A feature with learned vectors has none: it is a column of codes.
 *
 * @example
 * const names = inputNames([
 *   { type: "text", name: "plan", missing: false, encoding: "one-hot", levels: ["basic", "pro"] },
 *   { type: "number", name: "age", missing: true, median: 38, scale: 12 },
 * ]);
 * names; // → ['age', 'plan = basic', 'plan = pro', 'age is missing']
 */
export const inputNames = (features: readonly FeaturePreparation[]): string[] => [
  ...features.flatMap(numberNames),
  ...features.flatMap(otherNames),
];

const numberNames = ({ type, name }: FeaturePreparation): string[] =>
  type === "number" || type === "date" ? [name] : [];

function otherNames(feature: FeaturePreparation): string[] {
  const { name } = feature;
  return [...ownNames(feature), ...(feature.missing ? [`${name} is missing`] : [])];
}

function ownNames(feature: FeaturePreparation): string[] {
  const { name } = feature;
  switch (feature.type) {
    case "number":
      return [];
    case "boolean":
      return [name];
    case "date":
      return feature.cycles.flatMap((cycle) => [`${name}: ${cycle} (sin)`, `${name}: ${cycle} (cos)`]);
    case "text":
      return feature.encoding === "embedding" ? [] : feature.levels.map((level) => `${name} = ${level}`);
  }
}
