import { ChainruleError, type ErrorCode } from "./errors.ts";
import { shown } from "./wording.ts";

/** Every option of a type, in a record whose keys are their names: what {@link checkOptions} compares with. */
export type OptionNames<O> = { readonly [K in keyof Required<O>]: unknown };

/**
 * Throws for options that are no object, and for one whose name is none of `known`: to callers without types it would be one that
 * does nothing, silently.
 */
export function checkOptions(where: string, options: unknown, known: object): void {
  if (typeof options === "object" && options !== null) {
    for (const name in options) if (!(name in known)) refuseOption(where, options, known, name);
  } else if (options !== undefined) refuseOption(where, options, known);
}

function refuseOption(where: string, options: unknown, known: object, name?: string): void {
  const named = name !== undefined && isPlain(options);
  if (named && options[name] === undefined) return; // left out
  const names = Object.keys(known);
  const list = `{ ${names.join(", ")} }`;
  if (!named) {
    throw new ChainruleError(
      "argument",
      `${where} was given ${shown(options)} where its options stand.`,
      `Give options by name, of ${list}.`,
    );
  }
  const near = names.find((other) => isNear(fold(name), fold(other)));
  throw new ChainruleError(
    "argument",
    `${where} has no option "${name}".`,
    near ? `Did you mean ${near}?` : `There are ${list}.`,
  );
}

const isPlain = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value?.constructor?.name === "Object";

/** `weight_decay` as `weightDecay`. */
const fold = (name: string): string => name.toLowerCase().replaceAll("_", "");

/** Whether names are the same, or one begins with the other. */
const isNear = (a: string, b: string): boolean =>
  a === b || (Math.min(a.length, b.length) > 2 && (a.startsWith(b) || b.startsWith(a)));

/** The options, with the defaults for those that were left out or are undefined; throws for others than these, see {@link checkOptions}. */
export function withDefaults<O extends object, const D extends { readonly [K in keyof Required<O>]: O[K] }>(
  where: string,
  options: O | undefined,
  defaults: D,
): { [K in keyof Required<O>]: undefined extends D[K] ? O[K] : Exclude<O[K], undefined> } {
  checkOptions(where, options, defaults);
  return merged(defaults, options) as never;
}

/** The defaults, and over them what is not undefined. */
export function merged(defaults: object, options: object | undefined): object {
  const all: Record<string, unknown> = { ...defaults };
  for (const [name, value] of Object.entries(options ?? {})) if (value !== undefined) all[name] = value;
  return all;
}

/** Throws unless a value is one of some texts; undefined is an option that was left out. */
export function checkChoice(name: string, value: unknown, choices: readonly string[]): void {
  if (value === undefined || choices.includes(value as string)) return;
  const quoted = choices.map((choice) => `"${choice}"`);
  const last = quoted.pop();
  throw new ChainruleError("argument", `${name} is ${shown(value)}.`, `Use ${quoted.join(", ")} or ${last}.`);
}

/** Throws unless a value is an array: functions of PyTorch take some lists as arguments one by one. */
export function checkList(what: string, value: unknown, example: string, code: ErrorCode = "argument"): void {
  if (Array.isArray(value)) return;
  throw new ChainruleError(code, `${what}, not ${shown(value)}.`, `Write ${example}, with brackets.`);
}
