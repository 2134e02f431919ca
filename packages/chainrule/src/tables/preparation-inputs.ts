import { type Column, isMissing, type TextColumn, textAt } from "./column.ts";
import {
  type Cycle,
  cycleLengths,
  type DateFeature,
  type FeaturePreparation,
  isEmbedded,
  layoutOf,
  placesOf,
  type TextFeature,
} from "./preparation.ts";

/** Values of a text column that the training rows did not have (or had too rarely). */
export interface UnseenLevels {
  /** The column's name. */
  readonly name: string;
  /** In how many rows. */
  readonly rows: number;
  /** The first of them, at most three. */
  readonly examples: readonly string[];
}

/** What the network gets: `network(x)`, or `network(x, codes)` where there are codes. */
export interface PreparedInputs {
  /** Numbers, row by row: [rows, inputs], in the order of `inputNames`. */
  readonly data: Float32Array;
  /** Numbers of learned vectors, row by row: [rows, embedded], one for each text feature with vectors, in the features' order. */
  readonly codes: Int32Array;
  /** How many rows were prepared. */
  readonly rows: number;
  /** Numbers of each row in `data`. */
  readonly inputs: number;
  /** Numbers of each row in `codes`; 0 where no text feature has learned vectors. */
  readonly embedded: number;
  /** Text columns with values that are not known, which are prepared as the unknown. */
  readonly unseen: readonly UnseenLevels[];
}

/** Values of one feature are written to `data` at `at`, `at + step`, … */
interface Place<T> {
  readonly data: T;
  readonly at: number;
  readonly step: number;
}

/**
 * Turns columns into the network's inputs by a fitted preparation. Columns go with the features by position, and have their types.
 */
export function prepareInputs(
  features: readonly FeaturePreparation[],
  columns: readonly Column[],
  rows: Int32Array,
): PreparedInputs {
  const { inputs, levels } = layoutOf(features);
  const embedded = levels.length;
  const data = new Float32Array(rows.length * inputs);
  const codes = new Int32Array(rows.length * embedded);
  const unseen: UnseenLevels[] = [];
  const places = placesOf(features);
  features.forEach((feature, i) => {
    const column = columns[i];
    const { own, start, missing } = places[i];
    const place = (at: number): Place<Float32Array> => ({ data, at, step: inputs });
    if (feature.type === "text" && column.type === "text") {
      const found = isEmbedded(feature)
        ? fillCodes(feature, column, rows, { data: codes, at: own, step: embedded })
        : fillLevels(feature, column, rows, place(start));
      if (found) unseen.push(found);
    } else if (feature.type === "boolean" && column.type === "boolean") {
      fillTruth(column.values, rows, place(start));
    } else if ((feature.type === "number" || feature.type === "date") && column.type === feature.type) {
      fillNumbers(feature, column.values, rows, place(own));
      if (feature.type === "date") fillCycles(feature, column.values, rows, place(start));
    }
    if (missing >= 0) fillMissing(column, rows, place(missing));
  });
  return { data, codes, rows: rows.length, inputs, embedded, unseen };
}

function fillNumbers(
  { median, scale }: { readonly median: number; readonly scale: number },
  values: Float64Array,
  rows: Int32Array,
  { data, at, step }: Place<Float32Array>,
): void {
  for (let r = 0; r < rows.length; r++) {
    const value = values[rows[r]];
    // A missing value is taken as the median, which is 0.
    if (Number.isFinite(value)) data[at + r * step] = squash(scaled(value, median, scale));
  }
}

function fillTruth(values: Float64Array, rows: Int32Array, { data, at, step }: Place<Float32Array>): void {
  for (let r = 0; r < rows.length; r++) {
    const value = values[rows[r]];
    if (Number.isFinite(value)) data[at + r * step] = value === 0 ? -1 : 1;
  }
}

function fillCycles(
  { cycles }: DateFeature,
  values: Float64Array,
  rows: Int32Array,
  { data, at, step }: Place<Float32Array>,
): void {
  for (let r = 0; r < rows.length; r++) {
    const value = values[rows[r]];
    if (!Number.isFinite(value)) continue;
    cycles.forEach((cycle, c) => {
      const phase = phaseOf(value, cycle);
      data[at + r * step + 2 * c] = Math.sin(phase);
      data[at + r * step + 2 * c + 1] = Math.cos(phase);
    });
  }
}

function fillMissing(column: Column, rows: Int32Array, { data, at, step }: Place<Float32Array>): void {
  for (let r = 0; r < rows.length; r++) if (isMissing(column, rows[r])) data[at + r * step] = 1;
}

function fillLevels(
  feature: TextFeature,
  column: TextColumn,
  rows: Int32Array,
  { data, at, step }: Place<Float32Array>,
): UnseenLevels | null {
  return eachLevel(feature, column, rows, (place, r) => {
    data[at + r * step + place] = 1;
  });
}

function fillCodes(
  feature: TextFeature,
  column: TextColumn,
  rows: Int32Array,
  { data, at, step }: Place<Int32Array>,
): UnseenLevels | null {
  return eachLevel(feature, column, rows, (place, r) => {
    data[at + r * step] = place + 1;
  });
}

/** Visits the rows whose level is known, with its place among the feature's levels, and gives the unknown ones. */
function eachLevel(
  feature: TextFeature,
  column: TextColumn,
  rows: Int32Array,
  visit: (place: number, r: number) => void,
): UnseenLevels | null {
  const places = new Map(feature.levels.map((level, i) => [level, i]));
  const placeOfCode = column.levels.map((level) => places.get(level) ?? -1);
  const strange = new Set<string>();
  let count = 0;
  for (let r = 0; r < rows.length; r++) {
    const code = column.codes[rows[r]];
    if (code < 0) continue;
    const place = placeOfCode[code];
    if (place >= 0) {
      visit(place, r);
      continue;
    }
    count++;
    if (strange.size < 3) strange.add(textAt(column, rows[r]));
  }
  return count > 0 ? { name: feature.name, rows: count, examples: [...strange] } : null;
}

/** Where an instant stands in a cycle, as an angle. */
export const phaseOf = (milliseconds: number, cycle: Cycle): number =>
  (2 * Math.PI * milliseconds) / cycleLengths[cycle];

/** (x − median) / scale, kept finite; 0 without a scale. */
export function scaled(x: number, median: number, scale: number): number {
  if (scale === 0) return 0;
  return Math.min(1e6, Math.max(-1e6, (x - median) / scale));
}

/**
 * z / √(1 + (z/3)²): nearly z around 0, never beyond ±3, so that an outlier can not outweigh everything else. As in RealMLP
 * (Holzmüller, Grinsztajn and Steinwart 2024, arXiv 2407.04491, smooth clipping).
 */
export const squash = (z: number): number => z / Math.sqrt(1 + (z / 3) ** 2);
