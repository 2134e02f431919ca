/** How sure a score is: the bootstrap. */
import { draws, Generator } from "../tensor/index.ts";
import { ChainruleError } from "../util/errors.ts";
import { counted } from "../util/wording.ts";
import { quantile } from "./quantile.ts";
import { numbersOf, type Values } from "./read.ts";

/** Options of {@link bootstrap}. */
export interface BootstrapOptions {
  /** Number of resamples. Default 1000. */
  samples?: number;
  /** The share of resamples whose score lies in the interval. Default 0.95. */
  level?: number;
  /** Seed of the generator that the resamples are drawn from: the same seed gives the same interval. Default 0. */
  seed?: number | bigint;
  /**
   * The class of each row, in the order of the rows: each resample has as many rows of each class as there are, so that scores that
   * need every class (rocAuc) have them. Numbers or names. Without it, rows are drawn from all alike.
   */
  stratify?: Values | readonly string[];
}

/** The interval in which a score lies. */
export interface Interval {
  /** Its lower end. */
  readonly low: number;
  /** Its upper end. */
  readonly high: number;
}

/**
 * The percentile interval of a score by the bootstrap (Efron 1979): rows are drawn with replacement, as many as there are, and scored,
 * again and again; the interval leaves out (1 − level)/2 of the scores on each side.
 *
 * @param rows - how many rows there are, or a list of row numbers
 * @param score - the score of some rows; the list that it is given is used again
 * @throws ChainruleError what `score` throws, with the number of the resample, and `data` where a score is NaN
 *
 * @example
 * const y = Array.from({ length: 100 }, (_, i) => i % 2);
 * const predicted = y.map((label, i) => (i < 90 ? label : 1 - label)); // 90 of 100 are right
 * const score = (rows: Int32Array) => accuracy(rows.map((i) => predicted[i]), rows.map((i) => y[i]));
 * bootstrap(y.length, score); // → { low: 0.84, high: 0.96 }
 */
export function bootstrap(
  rows: number | ArrayLike<number>,
  score: (rows: Int32Array) => number,
  { samples = 1000, level = 0.95, seed = 0, stratify }: BootstrapOptions = {},
): Interval {
  check(samples, level, typeof rows === "number" ? rows : rows.length);
  const all =
    typeof rows === "number" ? Int32Array.from({ length: rows }, (_, i) => i) : Int32Array.from(rows);
  const groups = stratify === undefined ? [all] : groupsOf(all, stratify);
  const generator = new Generator(seed);
  const drawn = new Int32Array(all.length);
  const scores = new Float64Array(samples);
  for (let s = 0; s < samples; s++) {
    let from = 0;
    for (const group of groups) {
      const part = drawn.subarray(from, from + group.length);
      draws.fillRandint(part, generator, 0, group.length);
      for (let k = 0; k < part.length; k++) part[k] = group[part[k]];
      from += group.length;
    }
    scores[s] = scoreOf(score, drawn, s);
  }
  const [low, high] = quantile(scores, [(1 - level) / 2, (1 + level) / 2]);
  return { low, high };
}

function scoreOf(score: (rows: Int32Array) => number, rows: Int32Array, sample: number): number {
  const place = `bootstrap sample ${sample}`;
  let found: number;
  try {
    found = score(rows);
  } catch (error) {
    throw error instanceof ChainruleError ? error.within(place) : error;
  }
  if (!Number.isNaN(found)) return found;
  throw new ChainruleError(
    "data",
    "The score is NaN.",
    "Pass stratify: labels, where a score needs every class, or more rows.",
  ).within(place);
}

/** The rows of each label. */
function groupsOf(rows: Int32Array, labels: Values | readonly string[]): Int32Array[] {
  const data = isNames(labels) ? labels : numbersOf(labels, "labels").data;
  if (data.length !== rows.length) {
    throw new ChainruleError(
      "data",
      `${counted(data.length, "label")} ${data.length === 1 ? "was" : "were"} given for ${counted(rows.length, "row")}.`,
      "Give one label for each row.",
    );
  }
  const groups = new Map<string | number, number[]>();
  for (let i = 0; i < rows.length; i++) {
    const group = groups.get(data[i]);
    if (group) group.push(rows[i]);
    else groups.set(data[i], [rows[i]]);
  }
  return Array.from(groups.values(), (group) => Int32Array.from(group));
}

const isNames = (labels: Values | readonly string[]): labels is readonly string[] =>
  Array.isArray(labels) && typeof labels[0] === "string";

function check(samples: number, level: number, rows: number): void {
  const refuse = (problem: string, remedy: string): never => {
    throw new ChainruleError("argument", problem, remedy);
  };
  if (!Number.isInteger(samples) || samples < 1) {
    refuse(`samples is ${String(samples)}.`, "Give a whole number ≥ 1.");
  }
  if (!(level > 0 && level < 1)) refuse(`level is ${String(level)}.`, "Give a number between 0 and 1.");
  if (!Number.isInteger(rows) || rows < 1) {
    refuse(`${rows} rows cannot be drawn from.`, "Give a whole number ≥ 1, or a list of row numbers.");
  }
}
