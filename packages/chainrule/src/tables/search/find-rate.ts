import { warmUp } from "../../train/find-lr.ts";
import { findLr, type RateTest } from "../../train/index.ts";
import type { TableModel } from "../model.ts";
import { partsOf } from "../procedure/learn.ts";
import type { Plan } from "../procedure/plan.ts";
import type { Settings } from "../procedure/settings.ts";

/** Which rates {@link findRate} tries. */
export interface FindRateOptions {
  /** The first rate. Default: a thousandth of `settings.lr`. */
  readonly from?: number;
  /** The last rate. Default: a hundred times `settings.lr`. */
  readonly to?: number;
  /** Number of steps, if the loss does not diverge before. Default 100. */
  readonly steps?: number;
  /** Aborting it throws the signal's reason before the next step. Without it, nothing stops the test. */
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
 * Networks, WACV 2017). The smoothed loss lies nine steps behind, so it is the rate nine steps before its least value, which is sought
 * after the first tenth of the steps: averages of a few batches are noise. It is null where the loss never falls.
 *
 * @throws ChainruleError `argument` for rates that do not grow
 *
 * @example
 * const ages = Array.from({ length: 80 }, (_, i) => 20 + ((7 * i) % 60));
 * const rows = ages.map((age) => ({ age, buys: age > 60 }));
 * const plan = planFor(tableFromRows(rows), { target: "buys" });
 * const settings = chooseSettings({ hidden: [8] }, plan.split.training.length, plan.task);
 * const { rates, suggestion } = await findRate(makeModel(plan, settings), plan, settings);
 * rates[0]; // → 0.00004
 * suggestion !== null && suggestion > rates[0]; // → true
 */
export async function findRate(
  model: TableModel,
  plan: Plan,
  settings: Settings,
  options: FindRateOptions = {},
): Promise<RateTest> {
  const { from = settings.lr / 1000, to = settings.lr * 100, steps = 100, signal } = options;
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
  const start = warmUp(steps);
  const least = test.smoothed.indexOf(Math.min(...test.smoothed.slice(start)), start);
  return { ...test, rates, suggestion: least > start ? rates[Math.max(0, least - LAG)] : null };
}
