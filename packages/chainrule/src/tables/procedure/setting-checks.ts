import { ChainruleError } from "../../util/errors.ts";
import { activationNames, normalizations, numberEncodings } from "../network/architecture.ts";
import { biasInits, weightInits } from "../network/initialize.ts";
import { clip, didYouMean } from "../wording.ts";
import { optimizerNames } from "./optimizers.ts";
import { fadeNames, scheduleNames } from "./schedules.ts";

/** What the learning rate is of: the weights themselves, or √in times them. See {@link Settings}. */
export const parametrizations = ["standard", "ntk"] as const;
/** How much the rows of a class count in the loss: all the same, or by the inverse of the class's frequency. */
export const classWeightings = ["none", "balanced"] as const;
/**
 * How weights are averaged over a training: not at all, by an exponential moving average over the steps ("ema"), or by their mean over
 * the last epochs ("swa"; Izmailov et al., 2018, arXiv 1803.05407).
 */
export const averages = ["none", "ema", "swa"] as const;
/** Which epoch's weights are kept: of the lowest validation loss, of the best score (accuracy, or R²), or of the last one. */
export const keepBests = ["loss", "score", "last"] as const;

/** What a setting may be: in words, for one value and for several. */
export interface Check {
  readonly one: string;
  readonly several: string;
  readonly fits: (value: unknown) => boolean;
  /** The values where they are names. */
  readonly names?: readonly string[];
}

const check = (one: string, several: string, fits: Check["fits"]): Check => ({ one, several, fits });

function real(low: number, high = Number.MAX_VALUE): Check {
  const ends = high === Number.MAX_VALUE ? `from ${low}` : `from ${low} to ${high}`;
  const fits = (value: unknown): boolean => typeof value === "number" && value >= low && value <= high;
  return check(`a number ${ends}`, `numbers ${ends}`, fits);
}

export function whole(low: number, high: number): Check {
  const ends = `from ${low} to ${high.toLocaleString("en-US")}`;
  const fits = (value: unknown): boolean => Number.isInteger(value) && real(low, high).fits(value);
  return check(`a whole number ${ends}`, `whole numbers ${ends}`, fits);
}

const oneOf = (names: readonly string[]): Check => ({
  ...check(`one of ${names.join(", ")}`, `some of ${names.join(", ")}`, (value) =>
    names.includes(value as string),
  ),
  names,
});

const truth = check("true or false", "true and false", (value) => typeof value === "boolean");
/** Units of a layer. */
export const units = whole(1, 100_000);
const TINY = 1e-12;
/** Shares of less than 1. */
const share = real(0, 0.999);

/** Every setting of a training, with the values that it can have. */
export const settingChecks = {
  hidden: check(
    "a list of units, such as [64, 64]",
    "lists of units, such as [64, 64]",
    (value) => Array.isArray(value) && value.every(units.fits),
  ),
  activation: oneOf(activationNames),
  parametricActivation: truth,
  numberEncoding: oneOf(numberEncodings),
  embeddingSize: whole(1, 1024),
  frontScale: truth,
  normalization: oneOf(normalizations),
  dropout: share,
  dropoutSchedule: oneOf(fadeNames),
  weightInit: oneOf(weightInits),
  biasInit: oneOf(biasInits),
  parametrization: oneOf(parametrizations),
  optimizer: oneOf(optimizerNames),
  lr: real(TINY),
  schedule: oneOf(scheduleNames),
  momentum: share,
  beta2: real(0, 0.999999),
  weightDecay: real(0),
  weightDecaySchedule: oneOf(fadeNames),
  labelSmoothing: share,
  classWeights: oneOf(classWeightings),
  clipNorm: check(
    "a positive number, or null",
    "positive numbers, or null",
    (value) => value === null || (typeof value === "number" && value > 0),
  ),
  l1: real(0),
  mixup: real(0),
  noise: real(0),
  average: oneOf(averages),
  averageDecay: real(0, 0.999999),
  averageStart: share,
  batchSize: whole(1, 2 ** 24),
  epochs: whole(1, 1_000_000),
  patience: real(0, Number.POSITIVE_INFINITY),
  keepBest: oneOf(keepBests),
  seed: check("a whole number", "whole numbers", Number.isSafeInteger),
} as const satisfies Record<string, Check>;

type SettingName = keyof typeof settingChecks;
export const settingNames = Object.keys(settingChecks) as SettingName[];

/**
 * Checks settings that were given; what is undefined was not.
 *
 * @throws ChainruleError `argument` that names the setting that there is not, or that can not be, and says what can
 *
 * @example
 * checkSettings({ hidden: [64, 64], optimizer: "adamw" }); // these can be
 * checkSettings({ dropout: 1 }); // throws argument: … Give a number from 0 to 0.999.
 * checkSettings({ optimiser: "sgd" }); // throws argument: … Did you mean "optimizer"?
 */
export function checkSettings(given: object): void {
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined) continue;
    checkNames([name], settingNames, "setting");
    const { fits, one, names }: Check = settingChecks[name as SettingName];
    if (fits(value)) continue;
    const near = typeof value === "string" && names ? didYouMean(value, names) : null;
    throw new ChainruleError(
      "argument",
      `The setting ${name} is ${shownValue(value)}.`,
      `${near ?? ""}Give ${one}.`,
    );
  }
}

/** Throws for the first of some names that is none of those known. */
export function checkNames(given: readonly string[], known: readonly string[], what: string): void {
  const odd = given.find((name) => !known.includes(name));
  if (odd === undefined) return;
  throw new ChainruleError(
    "argument",
    `There is no ${what} "${clip(odd)}".`,
    `${didYouMean(odd, known) ?? ""}There are ${known.join(", ")}.`,
  );
}

/**
 * The settings among other options, such as those of a command: the entries whose names are those of {@link Settings}.
 *
 * @example
 * settingsIn({ target: "rent", epochs: 10, hidden: [16] }); // → { epochs: 10, hidden: [16] }
 */
export const settingsIn = <T extends object>(options: T): Pick<T, Extract<keyof T, SettingName>> =>
  picked(options, settingNames);

/** Those entries of an object that have one of some names. */
export const picked = <T extends object, K extends string>(
  options: T,
  names: readonly K[],
): Pick<T, Extract<keyof T, K>> => {
  const wanted: ReadonlySet<string> = new Set(names);
  return Object.fromEntries(Object.entries(options).filter(([name]) => wanted.has(name))) as Pick<
    T,
    Extract<keyof T, K>
  >;
};

/** A value as messages show it. */
export const shownValue = (value: unknown): string =>
  clip((typeof value === "number" ? undefined : JSON.stringify(value)) ?? String(value));
