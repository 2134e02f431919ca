/** Quantiles of plain numbers. */
import { ChainruleError } from "../util/errors.ts";
import { column, type Values } from "./read.ts";

/** Options of {@link quantile}. */
export interface QuantileOptions {
  /**
   * What lies between two values: "linear", on the line between them; "lower" and "higher", the one or the other. Default "linear", as
   * numpy's and torch's `quantile`.
   */
  method?: "linear" | "lower" | "higher";
}

/**
 * The values below which shares of all values lie: that at place q · (N − 1) of the sorted values, counted from 0.
 *
 * @param values - [N], without NaN
 * @param q - from 0 to 1; of a list, one quantile for each
 * @throws ChainruleError `argument` for a q outside of [0, 1], `data` without values, `non-finite` for NaN
 *
 * @example
 * quantile([4, 1, 3, 2], 0.5); // → 2.5
 * quantile([4, 1, 3, 2], [0.25, 0.75]); // → [1.75, 3.25]
 * quantile([4, 1, 3, 2], 0.5, { method: "lower" }); // → 2
 */
export function quantile(values: Values, q: number, options?: QuantileOptions): number;
export function quantile(values: Values, q: readonly number[], options?: QuantileOptions): number[];
export function quantile(
  values: Values,
  q: number | readonly number[],
  { method = "linear" }: QuantileOptions = {},
): number | number[] {
  if (method !== "linear" && method !== "lower" && method !== "higher") {
    throw new ChainruleError(
      "argument",
      `There is no method "${String(method)}".`,
      'Use "linear", "lower" or "higher".',
    );
  }
  const sorted = ascending(column(values, "values"));
  const at = (share: number): number => {
    if (!(share >= 0 && share <= 1)) {
      throw new ChainruleError(
        "argument",
        `The quantile ${share} is asked for.`,
        "Give a number from 0 to 1.",
      );
    }
    const place = share * (sorted.length - 1);
    const below = sorted[Math.floor(place)];
    const above = sorted[Math.ceil(place)];
    if (method !== "linear" || below === above) return method === "higher" ? above : below;
    const t = place - Math.floor(place);
    // from the nearer end, as numpy: the result is monotonous in t and meets both ends exactly
    return t < 0.5 ? below + (above - below) * t : above - (above - below) * (1 - t);
  };
  return typeof q === "number" ? at(q) : q.map(at);
}

/** A sorted copy. Throws where there is nothing to sort, or NaN. */
export function ascending(values: ArrayLike<number>): Float64Array {
  if (values.length === 0) {
    throw new ChainruleError("data", "There are no values to rank.", "Give at least one.");
  }
  const sorted = Float64Array.from(values).sort();
  // NaN comes last
  if (!Number.isNaN(sorted[sorted.length - 1])) return sorted;
  throw new ChainruleError(
    "non-finite",
    `The values hold NaN at ${Array.prototype.findIndex.call(values, Number.isNaN)}, which has no rank.`,
    "Look for the NaN in the model's input or weights.",
  );
}
