/** The choice of a threshold for the scores of two classes. */
import { ChainruleError } from "../util/errors.ts";
import { checkBoth, type Ranking, rankBinary } from "./ranking.ts";
import type { Scores, WeightOptions } from "./read.ts";

/** What a sample costs by what it is and what it is called, in any unit. */
export interface Costs {
  /** A sample of class 0 that is called class 1. */
  falsePositive: number;
  /** A sample of class 1 that is called class 0. */
  falseNegative: number;
  /** A sample of class 1 that is called so. Default 0. */
  truePositive?: number;
  /** A sample of class 0 that is called so. Default 0. */
  trueNegative?: number;
}

/** Options of {@link bestThreshold}. */
export interface BestThresholdOptions extends WeightOptions {
  /**
   * What the threshold is best for: "f1", the largest F1 of class 1; "youden", the largest Youden's J (1950), the true positive rate
   * less the false positive rate; "cost", the least mean cost of a sample.
   */
  for: "f1" | "youden" | "cost";
  /** What mistakes cost. "cost" throws without it; "f1" and "youden" do not use it. */
  costs?: Costs;
}

/** A threshold and how good it is. */
export interface BestThreshold {
  /** Scores above it count as class 1. −Infinity where that is best for all of them, Infinity where for none. */
  readonly threshold: number;
  /** The F1, Youden's J, or the mean cost of a sample that it has on these samples. */
  readonly value: number;
}

/**
 * The threshold that is best on these samples, for the option `threshold` of other metrics. It lies halfway between two scores that
 * occur; of equally good ones it is the highest. Choose it on validation data: on test data the value would be too good.
 *
 * @param scores - of class 1, on any scale: [N], [N, 1], or the second of two columns
 * @param target - true classes [N], 0 and 1; both must occur
 * @throws ChainruleError `data` when one class does not occur, `non-finite` for scores that are NaN, `argument` for "cost" without costs
 *
 * @example
 * const probabilities = [0.1, 0.2, 0.3, 0.4, 0.6, 0.9];
 * const y = [0, 0, 1, 0, 0, 1];
 * const costs = { falsePositive: 1, falseNegative: 10 };
 * const best = bestThreshold(probabilities, y, { for: "cost", costs });
 * best; // → { threshold: 0.25, value: 0.3333 }
 * const { threshold } = best;
 * confusionMatrix(probabilities, y, { threshold }); // → tensor([[2, 2], [0, 2]], dtype=int32)
 */
export function bestThreshold(scores: Scores, target: Scores, options: BestThresholdOptions): BestThreshold {
  const ranking = rankBinary(scores, target, options?.weights);
  checkBoth(ranking, 1);
  const gain = gainOf(ranking, options);
  const { truePositives, falsePositives, thresholds } = ranking;
  let best = -1;
  let most = gain(0, 0);
  for (let k = 0; k < thresholds.length; k++) {
    const found = gain(truePositives[k], falsePositives[k]);
    if (found > most) [best, most] = [k, found];
  }
  return { threshold: below(thresholds, best), value: options.for === "cost" ? 0 - most : most };
}

/** What is to be made large, of so many true and false positives. */
function gainOf(
  { positives: p, negatives: n }: Ranking,
  options: BestThresholdOptions | undefined,
): (tp: number, fp: number) => number {
  const { for: goal, costs } = options ?? {};
  switch (goal) {
    case "f1":
      // 2 TP / (2 TP + FP + FN), where TP + FN = P
      return (tp, fp) => (2 * tp) / (tp + fp + p);
    case "youden":
      // TP/P − FP/N over one denominator: equally good thresholds give equal numbers
      return (tp, fp) => (tp * n - fp * p) / (p * n);
    case "cost": {
      const { falsePositive, falseNegative, truePositive = 0, trueNegative = 0 } = checkCosts(costs);
      return (tp, fp) =>
        -(tp * truePositive + fp * falsePositive + (p - tp) * falseNegative + (n - fp) * trueNegative) /
        (p + n);
    }
    default:
      throw new ChainruleError(
        "argument",
        `A threshold cannot be chosen for "${String(goal)}".`,
        'Say { for: "f1" }, "youden" or "cost".',
      );
  }
}

function checkCosts(costs: Costs | undefined): Costs {
  const { falsePositive, falseNegative, truePositive = 0, trueNegative = 0 } = costs ?? {};
  const all = [falsePositive, falseNegative, truePositive, trueNegative];
  if (costs && all.every(Number.isFinite)) return costs;
  throw new ChainruleError(
    "argument",
    'A threshold for "cost" needs to know what mistakes cost.',
    "Pass costs: { falsePositive, falseNegative }, numbers.",
  );
}

/** A number below the k-th of falling scores and not below the next. */
function below(falling: Float64Array, k: number): number {
  if (k < 0) return Number.POSITIVE_INFINITY;
  if (k === falling.length - 1) return Number.NEGATIVE_INFINITY;
  const middle = falling[k + 1] + (falling[k] - falling[k + 1]) / 2;
  return middle < falling[k] ? middle : falling[k + 1];
}
