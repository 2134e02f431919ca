/** Settings that come from an address, a file or a form. */
import { wording } from "chainrule/tables";
import { activationNames, optimizerNames, type TrainingConfig } from "../../protocol.ts";
import { refusal } from "../sentence.ts";

const MOST_LAYERS = 12;
const MOST_UNITS = 4096;
/** So many weights take a gigabyte with what an optimizer remembers of them. */
const MOST_WEIGHTS = 50_000_000;

interface Check {
  readonly fits: (value: unknown) => boolean;
  readonly must: string;
}

const real = (low: number, high: number): Check => ({
  fits: (value) => typeof value === "number" && value >= low && value <= high,
  must: `a number from ${low} to ${high}`,
});

const whole = (low: number, high: number): Check => ({
  fits: (value) => Number.isInteger(value) && real(low, high).fits(value),
  must: `a whole number from ${low} to ${high}`,
});

const oneOf = (names: readonly string[]): Check => ({
  fits: (value) => names.includes(value as string),
  must: `one of ${names.join(", ")}`,
});

const units = whole(1, MOST_UNITS);

const checks: Readonly<Record<keyof TrainingConfig, Check>> = {
  hidden: {
    fits: (value) => Array.isArray(value) && value.length <= MOST_LAYERS && value.every(units.fits),
    must: `a list of at most ${MOST_LAYERS} layers of 1 to ${MOST_UNITS} units`,
  },
  activation: oneOf(activationNames),
  optimizer: oneOf(optimizerNames),
  lr: real(0, 1e6),
  batchSize: whole(0, 1e9),
  weightDecay: real(0, 1e6),
  dropout: real(0, 0.99),
  seed: whole(0, Number.MAX_SAFE_INTEGER),
};

/**
 * Settings, checked, with those that are not given taken from others.
 *
 * @throws ChainruleError `argument` that names the setting that can not be
 */
export function checkedConfig(given: Partial<TrainingConfig>, base: TrainingConfig): TrainingConfig {
  const config = { ...base };
  for (const name of Object.keys(checks) as (keyof TrainingConfig)[]) {
    const value: unknown = given[name];
    if (value === undefined) continue;
    const { fits, must } = checks[name];
    if (!fits(value)) {
      const shown = wording.clip(String(value));
      throw refusal("argument", `The setting ${name} is ${shown}.`, `Give ${must}.`);
    }
    Object.assign(config, { [name]: Array.isArray(value) ? [...value] : value });
  }
  return config;
}

/** How many weights a fully connected network has. */
export function weightCount(inputs: number, hidden: readonly number[], outputs: number): number {
  const widths = [inputs, ...hidden, outputs];
  return widths.slice(1).reduce((sum, units, k) => sum + units * (widths[k] + 1), 0);
}

/** Refuses a network before any of it is allocated. */
export function checkSize(inputs: number, hidden: readonly number[], outputs: number): void {
  const weights = weightCount(inputs, hidden, outputs);
  if (weights <= MOST_WEIGHTS) return;
  throw refusal(
    "argument",
    `The network would have ${weights.toLocaleString("en-US")} weights.`,
    `Take narrower layers: up to ${MOST_WEIGHTS.toLocaleString("en-US")} weights fit into the memory of a page.`,
  );
}

export function checkRate(lr: unknown): number {
  if (checks.lr.fits(lr)) return lr as number;
  throw refusal("argument", `The learning rate is ${wording.clip(String(lr))}.`, `Give ${checks.lr.must}.`);
}
