import { type Interval, quantile } from "../../metrics/index.ts";
import { draws, Generator } from "../../tensor/index.ts";
import { ChainruleError } from "../../util/errors.ts";
import type { RowWeights } from "../row-weights.ts";

/** How sure scores are: by how much they move when rows are drawn anew. */
export interface Resampling {
  /** Resamples that were scored. */
  readonly samples: number;
  /** Rows of each: all, or so many of very many. */
  readonly rows: number;
  /** The share of resamples whose score lies in an interval. */
  readonly level: number;
}

/** The scores of a resample, by name, from how often each row is in it, times its weight. */
export type ScoreResample<Name extends string> = (
  counts: ArrayLike<number>,
) => Readonly<Record<Name, number>>;

/** So many rows are drawn in all, so that intervals take a second at most. */
const DRAWS = 4_000_000;
const MOST_SAMPLES = 1000;
const FEWEST_SAMPLES = 200;

/** How many resamples of how many rows there are time for; each of many classes has a curve of its own. */
export function resamplingFor(rows: number, samples?: number, classes = 2): Resampling {
  const budget = Math.floor(DRAWS / Math.max(1, classes / 10));
  const drawn = Math.min(rows, Math.floor(budget / FEWEST_SAMPLES));
  return {
    samples: samples ?? Math.max(FEWEST_SAMPLES, Math.min(MOST_SAMPLES, Math.floor(budget / drawn))),
    rows: drawn,
    level: 0.95,
  };
}

/**
 * Percentile intervals of scores by the bootstrap, as `metrics.bootstrap` gives them, all from the same resamples. Of very many rows m
 * of n are chosen at random, and resampled in their place; what the scores then deviate from their median is multiplied by √(m/n), as
 * standard errors shrink, and laid around the score of all rows.
 *
 * A resample where a score is not finite (one without a class, say) does not count for it; a score for which that is more than one in
 * ten has no interval.
 *
 * Rows are drawn alike whatever their weights are, and take these along.
 *
 * @param exact the scores of all rows
 * @param rows how many these are
 * @param scorer makes the function that scores resamples of some rows
 * @param weights of all rows
 */
export function intervalsOf<Name extends string>(
  exact: Readonly<Record<Name, number | null>>,
  rows: number,
  scorer: (rows: Int32Array) => ScoreResample<Name>,
  plan: Resampling,
  weights: RowWeights | null = null,
  seed = 0,
): Partial<Record<Name, Interval>> {
  if (rows < 1) throw new ChainruleError("data", "There are no rows to score.", "Give at least one.");
  const generator = new Generator(seed);
  const chosen =
    plan.rows < rows
      ? Int32Array.from(draws.randperm(rows, generator).subarray(0, plan.rows)).sort()
      : Int32Array.from({ length: rows }, (_, i) => i);
  const score = scorer(chosen);
  const drawn = new Int32Array(chosen.length);
  const counts = new Int32Array(chosen.length);
  const each = weights === null ? null : Float64Array.from(chosen, (row) => weights.values[row]);
  const names = Object.keys(exact) as Name[];
  const found = new Map(names.map((name) => [name, [] as number[]]));
  for (let s = 0; s < plan.samples; s++) {
    draws.fillRandint(drawn, generator, 0, chosen.length);
    counts.fill(0);
    for (const row of drawn) counts[row]++;
    const scores = score(each === null ? counts : each.map((weight, i) => counts[i] * weight));
    for (const name of names) if (Number.isFinite(scores[name])) found.get(name)?.push(scores[name]);
  }
  const shares = [(1 - plan.level) / 2, 0.5, (1 + plan.level) / 2];
  const shrink = Math.sqrt(chosen.length / rows);
  const intervals: Partial<Record<Name, Interval>> = {};
  for (const [name, scores] of found) {
    const center = exact[name];
    if (center === null || scores.length < 0.9 * plan.samples) continue;
    const [low, middle, high] = quantile(scores, shares);
    intervals[name] =
      shrink === 1
        ? { low, high }
        : { low: center + shrink * (low - middle), high: center + shrink * (high - middle) };
  }
  return intervals;
}
