import { ChainruleError } from "chainrule";
import { findRate, type Plan, type Settings, type TableModel } from "chainrule/tables";
import type { RateTest } from "chainrule/train";
import { Interrupted, type Io } from "../io.ts";
import type { Output } from "../terminal/output.ts";
import { plotLines } from "../terminal/plot.ts";

/** The limits of a range test: by default a thousandth of `settings.lr`, and a hundred times it. */
export interface RateRange {
  readonly from?: number;
  readonly to?: number;
  readonly steps?: number;
}

/**
 * Runs the range test and shows it: the loss against the rate, and the rate with the least. Ctrl-C ends it.
 *
 * @returns what was found; `suggestion` is null where the loss did not fall
 */
export async function testRates(
  model: TableModel,
  plan: Plan,
  settings: Settings,
  output: Output,
  io: Io,
  { from = settings.lr / 1000, to = settings.lr * 100, steps }: RateRange = {},
): Promise<RateTest> {
  if (from >= to) {
    throw new ChainruleError(
      "argument",
      `Rates from ${roundRate(from)} to ${roundRate(to)} do not grow.`,
      `Give --from and --to with from < to; by default they are ${roundRate(settings.lr / 1000)} and ${roundRate(settings.lr * 100)}.`,
    );
  }
  const abort = new AbortController();
  const release = io.onInterrupt(() => abort.abort());
  output.setStatus("  trying learning rates …");
  try {
    const test = await findRate(model, plan, settings, { from, to, steps, signal: abort.signal });
    sayRates(output, test, settings);
    return test;
  } catch (error) {
    if (abort.signal.aborted) throw new Interrupted();
    throw error;
  } finally {
    release();
    output.clearStatus();
  }
}

/** As it is typed after `--lr`. */
export const roundRate = (rate: number): string => String(Number(rate.toPrecision(2)));

const HEIGHT = 12;

/** The picture of a range test. */
function sayRates(output: Output, test: RateTest, { lr }: Settings): void {
  const { rates, losses, smoothed, suggestion, diverged } = test;
  const { bold, cyan, dim, green } = output.style;
  if (rates.length === 0) {
    output.warn("The loss was not finite from the first step on: there is nothing to see.");
    return;
  }
  // Where it diverges the loss is so large that nothing else could be seen.
  const [least, most] = [Math.min(...smoothed), Math.max(...smoothed.slice(0, Math.ceil(rates.length / 2)))];
  const high = Math.min(Math.max(...losses), most + 0.5 * (most - least || Math.abs(most)));
  const range = [Math.min(...losses), high] as const;
  const at = suggestion === null ? -1 : rates.indexOf(suggestion);
  const lines = plotLines(
    [
      { x: rates, y: losses, points: true, paint: dim },
      { x: rates, y: smoothed, paint: cyan },
      ...(at < 0 ? [] : [{ x: [suggestion as number], y: [smoothed[at]], points: true, paint: green }]),
    ],
    {
      width: Math.min(output.width, 80) - 2,
      height: HEIGHT,
      unicode: output.unicode,
      logX: true,
      range,
      labelX: roundRate,
    },
  );
  output.say(
    dim(`  loss against the learning rate, ${rates.length} steps${diverged ? " until it diverged" : ""}`),
  );
  for (const line of lines) output.say(`  ${line}`);
  output.say();
  if (suggestion === null) output.say("  The loss did not fall at any rate: try others by --from and --to.");
  else {
    output.say(
      `  ${bold(`Least loss at ${roundRate(suggestion)}`)}  ${dim(`as the highest rate of a schedule; without a test it is ${roundRate(lr)}`)}`,
    );
  }
}
