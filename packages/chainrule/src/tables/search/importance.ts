import type { Value } from "./space.ts";

/** What one hyper-parameter had to do with the scores of trials. */
export interface SettingImportance {
  /**
   * The share of the variance of the scores' ranks that lies between groups of like values, less what chance would put there: Kelley's
   * ε² = 1 − (SS_within / (n − k)) / (SS_total / (n − 1)), at least 0. Effects of two parameters together are not in it.
   */
  readonly importance: number;
  /** The groups, in the order of their values. */
  readonly groups: readonly ValueGroup[];
}

/** Trials with like values of a hyper-parameter. */
export interface ValueGroup {
  /** The values in it: one, or the least and the greatest of a stretch of numbers. */
  readonly values: readonly [Value] | readonly [low: number, high: number];
  /** How many trials are in it. */
  readonly trials: number;
  /** The mean rank of their scores, from 0, the worst of all, to 1, the best. */
  readonly rank: number;
}

/** More different numbers than this are put into groups. */
const MOST_LEVELS = 6;

/**
 * How much a hyper-parameter mattered in a search. Ranks, and not scores, are compared, so that a failed trial (−∞ or NaN) is no more than
 * the worst.
 *
 * @param values one for each trial
 * @param scores of the same trials, at one rung; higher is better
 *
 * @example
 * const activations = ["relu", "selu", "relu", "selu", "relu", "selu"];
 * const { importance, groups } = importanceOf(activations, [0.71, 0.9, 0.74, 0.88, Number.NaN, 0.86]);
 * importance; // → 0.7143
 * groups[1]; // → { values: ['selu'], trials: 3, rank: 0.8 }
 */
export function importanceOf(values: readonly Value[], scores: readonly number[]): SettingImportance {
  const ranks = ranksOf(scores.map((score) => (Number.isNaN(score) ? Number.NEGATIVE_INFINITY : score)));
  const groups = groupsOf(values);
  const n = values.length;
  const k = groups.length;
  const mean = (rows: readonly number[]): number =>
    rows.reduce((sum, row) => sum + ranks[row], 0) / rows.length;
  const spread = (rows: readonly number[]): number => {
    const center = mean(rows);
    return rows.reduce((sum, row) => sum + (ranks[row] - center) ** 2, 0);
  };
  const total = spread(Array.from(values.keys()));
  const within = groups.reduce((sum, { rows }) => sum + spread(rows), 0);
  const share = n > k && k > 1 && total > 0 ? 1 - within / (n - k) / (total / (n - 1)) : 0;
  return {
    importance: Math.max(0, share),
    groups: groups.map(({ rows, values: found }) => ({
      values: found,
      trials: rows.length,
      rank: n > 1 ? mean(rows) / (n - 1) : 0.5,
    })),
  };
}

/** Ranks from 0, the least; equal numbers have the mean of theirs. */
function ranksOf(numbers: readonly number[]): number[] {
  const order = Array.from(numbers.keys()).sort((a, b) =>
    numbers[a] < numbers[b] ? -1 : numbers[a] > numbers[b] ? 1 : 0,
  );
  const ranks = new Array<number>(numbers.length);
  for (let from = 0; from < order.length; ) {
    let to = from + 1;
    while (to < order.length && numbers[order[to]] === numbers[order[from]]) to++;
    for (let i = from; i < to; i++) ranks[order[i]] = (from + to - 1) / 2;
    from = to;
  }
  return ranks;
}

interface Group {
  readonly values: ValueGroup["values"];
  readonly rows: number[];
}

/** Trials of equal values; of many different numbers, stretches with as many trials each. */
function groupsOf(values: readonly Value[]): Group[] {
  const levels = new Map<string, Group>();
  for (const [row, value] of values.entries()) {
    const key = JSON.stringify(value);
    const group = levels.get(key) ?? { values: [value], rows: [] };
    group.rows.push(row);
    levels.set(key, group);
  }
  const found = [...levels.values()];
  const numeric = values.every((value) => typeof value === "number");
  if (!numeric) return found;
  const numbers = values as readonly number[];
  found.sort((a, b) => numbers[a.rows[0]] - numbers[b.rows[0]]);
  if (found.length <= MOST_LEVELS) return found;
  const count = Math.max(2, Math.min(5, Math.floor(values.length / 5)));
  const order = found.flatMap(({ rows }) => rows);
  const groups: Group[] = [];
  for (let i = 0; i < count; i++) {
    const rows = order.slice(
      Math.floor((i * order.length) / count),
      Math.floor(((i + 1) * order.length) / count),
    );
    groups.push({ values: [numbers[rows[0]], numbers[rows[rows.length - 1]]], rows });
  }
  return groups;
}
