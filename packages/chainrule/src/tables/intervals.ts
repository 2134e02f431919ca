import { ChainruleError } from "../util/errors.ts";
import type { NumberTarget } from "./target.ts";

/**
 * How far predictions of numbers are from the truth, by split conformal prediction: |t(y) − t(ŷ)| ≤ halfWidth in a share `level` of
 * rows, where t(y) is y or its logarithm, as the target is learned. Plain data.
 */
export interface PredictionIntervals {
  /** Rows that it was measured on; the network was not trained on them. */
  readonly rows: number;
  readonly levels: readonly { readonly level: number; readonly halfWidth: number }[];
}

/** The levels that models have, where there are rows enough. */
export const intervalLevels = [0.8, 0.9, 0.95] as const;

/**
 * Half widths by split conformal prediction (Papadopoulos et al. 2002; Lei et al. 2018): of the n distances |t(y) − t(ŷ)| of rows that
 * the network was not trained on, the ⌈(n + 1) · level⌉-th smallest. A new row of the same kind then lies within with a probability of
 * at least `level`, and of at most level + 1/(n + 1) where no distances are equal, whatever the model is. A level that n rows are too
 * few for is left out.
 *
 * The guarantee is for rows that had no say in training. Rows that chose the best epoch had a small one.
 */
export function fitIntervals(
  target: NumberTarget,
  predictions: Float64Array,
  truth: Float64Array,
  levels: readonly number[] = intervalLevels,
): PredictionIntervals {
  const distances = truth
    .map((y, i) => {
      const distance = Math.abs(scaleOf(target, y) - scaleOf(target, predictions[i]));
      return Number.isNaN(distance) ? Number.POSITIVE_INFINITY : distance;
    })
    .sort();
  const n = distances.length;
  return {
    rows: n,
    levels: levels.flatMap((level) => {
      // Not above the whole number that rounding alone has lifted it over: 0.9 · 10 is to be 9.
      const rank = Math.ceil((n + 1) * level - 1e-9);
      const halfWidth = rank <= n ? distances[rank - 1] : Number.POSITIVE_INFINITY;
      return Number.isFinite(halfWidth) ? [{ level, halfWidth }] : [];
    }),
  };
}

const scaleOf = ({ transform }: NumberTarget, y: number): number => (transform === "log" ? Math.log(y) : y);

/**
 * The interval around each prediction, in the target's own units.
 *
 * @throws ChainruleError `argument` for a level that there are no intervals for
 */
export function intervalAround(
  values: Float64Array,
  level: number,
  { name, transform }: NumberTarget,
  intervals: PredictionIntervals | null | undefined,
): { level: number; low: Float64Array; high: Float64Array } {
  const found = intervals?.levels.find((entry) => entry.level === level);
  if (found === undefined) {
    const levels = intervals?.levels.map((entry) => entry.level) ?? [];
    throw new ChainruleError(
      "argument",
      `The model of "${name}" has no intervals of level ${level}.`,
      levels.length > 0
        ? `It has those of ${levels.join(", ")}.`
        : "It was trained with too few validation rows, or without measuring them.",
    );
  }
  const { halfWidth } = found;
  const factor = Math.exp(halfWidth);
  return transform === "log"
    ? { level, low: values.map((y) => y / factor), high: values.map((y) => y * factor) }
    : { level, low: values.map((y) => y - halfWidth), high: values.map((y) => y + halfWidth) };
}
