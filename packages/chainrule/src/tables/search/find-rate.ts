import { findLr, type RateTest } from "../../train/index.ts";
import type { TableModel } from "../model.ts";
import { partsOf } from "../procedure/learn.ts";
import type { Plan } from "../procedure/plan.ts";
import type { Settings } from "../procedure/settings.ts";

export interface FindRateOptions {
  /** The first and the last rate. Default: a thousandth of `settings.lr`, and a hundred times it. */
  readonly from?: number;
  readonly to?: number;
  /** Number of steps, if the loss does not diverge before. Default 100. */
  readonly steps?: number;
  readonly signal?: AbortSignal;
}

/** The mean age in steps of what is averaged, with a memory of 0.9: 0.9 / (1 − 0.9). */
const LAG = 9;

/**
 * The learning-rate range test for the network of a table: see {@link findLr}. Its rates are those of `settings.lr`, whatever a
 * group of parameters makes of it. The model is left as it was.
 *
 * `suggestion` is the rate at which the loss is least, and not the one where it falls steepest: `settings.lr` is the highest rate of
 * a schedule, for which the test's author takes the end of the fall (L. N. Smith, Cyclical Learning Rates for Training Neural
 * Networks, WACV 2017). The smoothed loss lies nine steps behind, so it is the rate nine steps before its least value. It is null where
 * the loss never falls.
 *
 * @throws ChainruleError `argument` for rates that do not grow
 */
export async function findRate(
  model: TableModel,
  plan: Plan,
  settings: Settings,
  options: FindRateOptions = {},
): Promise<RateTest> {
  const { from = settings.lr / 1000, to = settings.lr * 100, steps, signal } = options;
  const parts = partsOf(model, plan, settings);
  const share = parts.optimizer.paramGroups[0].lr / settings.lr;
  const test = await findLr(model.network, {
    ...parts,
    from: from * share,
    to: to * share,
    steps,
    signal,
  });
  const rates = test.rates.map((rate) => rate / share);
  const least = test.smoothed.indexOf(Math.min(...test.smoothed));
  return { ...test, rates, suggestion: least > 0 ? rates[Math.max(0, least - LAG)] : null };
}
