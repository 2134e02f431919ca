import { Generator } from "../../tensor/index.ts";
import { ChainruleError } from "../../util/errors.ts";
import { type OptimizerName, takes } from "../procedure/optimizers.ts";
import { type Check, settingChecks, shownValue, units, whole } from "../procedure/setting-checks.ts";
import type { GivenSettings, Settings } from "../procedure/settings.ts";
import type { Task } from "../task.ts";
import { clip, didYouMean } from "../wording.ts";

/** One value of a hyper-parameter: what the setting of its name may be, see {@link Settings}. */
export type Value = number | string | boolean | null | readonly number[];

/** Where a value is drawn from: a list, evenly from an interval, evenly in its logarithm, or from whole numbers. Ends belong to it. */
export type Range =
  | readonly Value[]
  | { readonly linear: readonly [low: number, high: number] }
  | { readonly log: readonly [low: number, high: number] }
  | { readonly whole: readonly [low: number, high: number] };

/** What is searched: ranges by the name of a setting, or `width` and `depth` in place of `hidden`. */
export type Space = { readonly [K in TunableName]?: Range };

/** A value for each name of a space. */
export type Point = { readonly [K in TunableName]?: Value };

/**
 * What can be searched, with the values that it can have. Not among them is what a trial is measured by (the seed, the best epoch)
 * and what the search itself gives out (epochs).
 */
const { epochs: _, patience: __, keepBest: ___, seed: ____, ...searched } = settingChecks;
const tunables = { width: units, depth: whole(0, 100), ...searched };

/** What can be searched: the name of a setting, except epochs, patience, keepBest and seed; or `width` and `depth` in place of `hidden`. */
export type TunableName = keyof typeof tunables;
const tunableNames = Object.keys(tunables) as TunableName[];

/**
 * Checks a space that was read from a file.
 *
 * @param place how to name it in messages
 * @param optimizer that of the trials where it is not searched: it has to have what is searched
 * @returns the same object
 * @throws ChainruleError `argument` that names the entry that can not be, and says what can
 *
 * @example
 * checkSpace({ lr: { log: [0.001, 0.1] } }); // → { lr: { log: [0.001, 0.1] } }
 * checkSpace({ lr: { log: [0, 0.1] } }); // throws argument: … which is no range.
 * checkSpace({ epochs: [10, 20] }); // throws argument: space has "epochs", which can not be searched.
 */
export function checkSpace(value: unknown, place = "space", optimizer?: OptimizerName): Space {
  const wrong = (problem: string, remedy = FORMS): ChainruleError =>
    new ChainruleError("argument", problem, remedy);
  if (!isRecord(value)) throw wrong(`${place} is no object of ranges.`);
  for (const [name, range] of Object.entries(value)) {
    if (!Object.hasOwn(tunables, name)) {
      throw wrong(
        `${place} has "${clip(name)}", which can not be searched.`,
        `${didYouMean(name, tunableNames) ?? ""}What can be searched is ${tunableNames.join(", ")}.`,
      );
    }
    const { several, fits }: Check = tunables[name as TunableName];
    const values = valuesOf(range);
    if (values === null) throw wrong(`${place}.${name} is ${shownValue(range)}, which is no range.`);
    const odd = values.find((item) => !fits(item));
    if (odd !== undefined) throw wrong(`${place}.${name} has ${shownValue(odd)}.`, `Give ${several}.`);
  }
  if (Object.keys(value).length === 0) throw wrong(`${place} has nothing to search.`);
  if ("hidden" in value && ("width" in value || "depth" in value)) {
    throw wrong(
      `${place} has hidden, and width or depth, which say the same.`,
      "Keep hidden, or width and depth.",
    );
  }
  const odd = Object.keys(value).find((name) => optimizer !== undefined && !takes(optimizer, name));
  if (odd !== undefined && !("optimizer" in value)) {
    throw wrong(
      `${place} has ${odd}, which the optimizer ${optimizer} does not have.`,
      "Leave it out, or search optimizers too.",
    );
  }
  return value as Space;
}

const FORMS =
  'Write ranges as {"lr": {"log": [0.001, 0.3]}, "dropout": {"linear": [0, 0.5]}, "depth": {"whole": [1, 4]}, "activation": ["relu", "selu"]}.';

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The values of a list, or the ends of an interval; null for what is no range. */
function valuesOf(range: unknown): readonly unknown[] | null {
  if (Array.isArray(range)) return range.length > 0 ? range : null;
  if (!isRecord(range)) return null;
  const [[kind, ends], ...others] = Object.entries(range).concat([["", null]]);
  if (others.length !== 1 || !Array.isArray(ends) || ends.length !== 2) return null;
  const [low, high] = ends as unknown[];
  if (typeof low !== "number" || typeof high !== "number" || !(low <= high)) return null;
  const known = kind === "linear" || (kind === "log" && low > 0) || (kind === "whole" && isWholeRange(ends));
  return known ? ends : null;
}

const isWholeRange = (ends: readonly unknown[]): boolean => ends.every(Number.isInteger);

/**
 * What is searched where nothing was said: width, depth, activation, rate, dropout and decay, around the defaults. Rates go from an eighth
 * to four times the default with the parametrization "ntk", else from a thirtieth to ten times it.
 *
 * @param defaults the settings without a search
 * @param given what the user has fixed, which is not searched
 *
 * @example
 * const given = { hidden: [64], dropout: 0 };
 * const space = defaultSpace(chooseSettings(given, 500, "classification"), given, "classification");
 * Object.keys(space); // → ['activation', 'lr', 'weightDecay']
 * space.lr; // → { log: [0.005, 0.16] }
 */
export function defaultSpace(defaults: Settings, given: GivenSettings, task: Task): Space {
  const { lr, parametrization } = defaults;
  const wide = parametrization === "ntk" ? [lr / 8, lr * 4] : [lr / 30, lr * 10];
  const shape: Space = { width: [64, 128, 256, 512], depth: { whole: [1, 4] } };
  const others: Space = {
    activation: task === "classification" ? ["selu", "mish", "relu"] : ["mish", "selu", "relu"],
    lr: { log: [wide[0], wide[1]] },
    dropout: { linear: [0, 0.5] },
    ...(takes(defaults.optimizer, "weightDecay") ? { weightDecay: { log: [0.001, 0.3] } } : {}),
  };
  const free = Object.entries(others).filter(([name]) => given[name as keyof GivenSettings] === undefined);
  return { ...(given.hidden === undefined ? shape : {}), ...Object.fromEntries(free) };
}

/**
 * The values of a trial: the same for the same space, seed and number, whatever trials were drawn before. Numbers of `linear` and `log`
 * are rounded to three digits.
 *
 * @param trial from 0
 *
 * @example
 * const space = { lr: { log: [0.001, 0.1] }, depth: { whole: [1, 4] } } as const;
 * drawPoint(space, 0, 0); // → { lr: 0.0871, depth: 3 }
 * drawPoint(space, 0, 1); // → { lr: 0.0013, depth: 1 }
 */
export function drawPoint(space: Space, seed: number, trial: number): Point {
  // Weyl's sequence keeps the streams of neighbouring seeds apart.
  const generator = new Generator(BigInt.asUintN(64, BigInt(seed) * 0x9e3779b97f4a7c15n + BigInt(trial)));
  const draw = ([name, range]: [string, Range]): [string, Value] => [
    name,
    valueAt(range, generator.uniform53()),
  ];
  return Object.fromEntries(Object.entries(space).map(draw));
}

/** The value of a range at a share u of it, 0 ≤ u < 1. Drawn numbers are rounded to three digits, which reads better. */
function valueAt(range: Range, u: number): Value {
  if ("linear" in range)
    return rounded(range.linear, range.linear[0] + u * (range.linear[1] - range.linear[0]));
  if ("log" in range) return rounded(range.log, range.log[0] * (range.log[1] / range.log[0]) ** u);
  if ("whole" in range) return range.whole[0] + Math.floor(u * (range.whole[1] - range.whole[0] + 1));
  return range[Math.floor(u * range.length)];
}

const rounded = ([low, high]: readonly [number, number], value: number): number =>
  Math.min(high, Math.max(low, Number(value.toPrecision(3))));

/**
 * Settings with the values of a trial in place of those that were given. A width or a depth alone goes with the other one of `defaults`.
 * What the optimizer of a trial does not take is left out.
 *
 * @example
 * const given = { epochs: 10, momentum: 0.9 };
 * const defaults = chooseSettings(given, 500, "classification");
 * withPoint(given, { width: 64, depth: 2 }, defaults).hidden; // → [64, 64]
 * withPoint(given, { optimizer: "lbfgs" }, defaults); // → { epochs: 10, optimizer: 'lbfgs' }
 */
export function withPoint(given: GivenSettings, point: Point, defaults: Settings): GivenSettings {
  const { width, depth, ...rest } = point;
  const units = (width ?? defaults.hidden[0] ?? 256) as number;
  const hidden =
    width === undefined && depth === undefined
      ? {}
      : { hidden: new Array<number>((depth ?? defaults.hidden.length) as number).fill(units) };
  const settings = { ...given, ...(rest as GivenSettings), ...hidden };
  const { optimizer } = rest;
  if (optimizer === undefined) return settings;
  const taken = Object.entries(settings).filter(([name]) => takes(optimizer as OptimizerName, name));
  return Object.fromEntries(taken);
}

/**
 * The values that settings have in a space: the point of them that {@link withPoint} would make them of.
 *
 * @example
 * const settings = chooseSettings({ hidden: [64, 64] }, 500, "classification");
 * pointOf(settings, { width: [64, 128], depth: [1, 2] }); // → { width: 64, depth: 2 }
 */
export function pointOf(settings: Settings, space: Space): Point {
  const settingOf = (name: TunableName): Value => {
    if (name === "width") return settings.hidden[0] ?? 0;
    return name === "depth" ? settings.hidden.length : settings[name];
  };
  return Object.fromEntries((Object.keys(space) as TunableName[]).map((name) => [name, settingOf(name)]));
}
