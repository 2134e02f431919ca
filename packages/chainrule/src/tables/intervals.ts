import { ChainruleError } from "../util/errors.ts";
import type { NumberTarget } from "./target.ts";

/**
 * How far predictions of numbers are from the truth, by split conformal prediction: |t(y) − t(ŷ)| ≤ halfWidth in a share `level` of
 * rows, where t(y) is y or its logarithm, as the target is learned. Plain data.
 */
export interface PredictionIntervals {
  /** Rows that it was measured on; the network was not trained on them. */
  readonly rows: number;
  /**
   * Shares of rows, 0 < level < 1, with the distance within which they lie, in units of t(y). A level that rows were too few for is not
   * there.
   */
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
 *
 * @param predictions [n], in the target's own units
 * @param truth [n], in the same units
 * @param levels default 0.8, 0.9 and 0.95
 *
 * @example
 * import type { NumberTarget } from "chainrule/tables";
 * const target: NumberTarget = {
 *   task: "regression", name: "rent", type: "number", transform: "none",
 *   center: 640, scale: 140, mean: 640, range: [400, 890],
 * };
 * // Nine rows are enough for levels up to 9/10.
 * const truth = Float64Array.of(500, 520, 540, 560, 580, 600, 620, 640, 660);
 * const predictions = truth.map((y, i) => y + i); // wrong by 0 to 8
 * const { levels } = fitIntervals(target, predictions, truth);
 * levels; // → [{ level: 0.8, halfWidth: 7 }, { level: 0.9, halfWidth: 8 }]
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
 * The interval around each prediction, in the target's own units: ŷ ± halfWidth, or from ŷ / e^halfWidth to ŷ · e^halfWidth for a
 * target that is learned on a logarithmic scale.
 *
 * @param values predictions ŷ [n], in the target's own units
 * @throws ChainruleError `argument` for a level that there are no intervals for
 *
 * @example
 * import type { NumberTarget } from "chainrule/tables";
 * const target: NumberTarget = {
 *   task: "regression", name: "rent", type: "number", transform: "none",
 *   center: 640, scale: 140, mean: 640, range: [400, 890],
 * };
 * const intervals = { rows: 30, levels: [{ level: 0.9, halfWidth: 25 }] };
 * const { low, high } = intervalAround(Float64Array.of(500), 0.9, target, intervals);
 * [low[0], high[0]]; // → [475, 525]
 * intervalAround(Float64Array.of(500), 0.5, target, intervals); // throws argument: … no intervals
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
