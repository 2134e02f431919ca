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

/**
 * The learning-rate range test for the network of a table: see {@link findLr}. Its rates are those of `settings.lr`, whatever a
 * group of parameters makes of it. The model is left as it was.
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
  return {
    ...test,
    rates: test.rates.map((rate) => rate / share),
    suggestion: test.suggestion === null ? null : test.suggestion / share,
  };
}
