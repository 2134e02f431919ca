import { ChainruleError } from "./errors.ts";

/**
 * Reads values out of JSON that somebody else may have written: each function gives the value in its type, or throws a
 * ChainruleError `file` that names the place, such as `model.features[3].scale`.
 */
export type Json = unknown;

/** The error for a value that is not what is wanted. */
export const wrong = (value: Json, place: string, wanted: string): ChainruleError =>
  new ChainruleError(
    "file",
    `${place} is ${describe(value)} where ${wanted} must be.`,
    "Use the file as it was written, or make it anew.",
  );

function describe(value: Json): string {
  if (value === undefined) return "missing";
  const text = JSON.stringify(value);
  return text.length > 40 ? `${text.slice(0, 39)}…` : text;
}

export function asRecord(value: Json, place: string): Readonly<Record<string, Json>> {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw wrong(value, place, "an object");
  return value as Record<string, Json>;
}

export function asText(value: Json, place: string): string {
  if (typeof value !== "string") throw wrong(value, place, "a text");
  return value;
}

export function asTruth(value: Json, place: string): boolean {
  if (typeof value !== "boolean") throw wrong(value, place, "true or false");
  return value;
}

/** A finite number, with bounds that it may reach. */
export function asNumber(
  value: Json,
  place: string,
  least = -Number.MAX_VALUE,
  most = Number.MAX_VALUE,
): number {
  if (typeof value === "number" && value >= least && value <= most) return value;
  const bounds =
    least === -Number.MAX_VALUE
      ? ""
      : most === Number.MAX_VALUE
        ? ` from ${least}`
        : ` from ${least} to ${most}`;
  throw wrong(value, place, `a number${bounds}`);
}

export function asWhole(value: Json, place: string, least = 0, most = 2 ** 31 - 1): number {
  if (Number.isInteger(value) && (value as number) >= least && (value as number) <= most)
    return value as number;
  throw wrong(value, place, `a whole number from ${least} to ${most}`);
}

export function asChoice<T extends string | number>(value: Json, place: string, choices: readonly T[]): T {
  const found = choices.find((choice) => choice === value);
  if (found === undefined) throw wrong(value, place, `one of ${choices.join(", ")}`);
  return found;
}

export function asList<T>(
  value: Json,
  place: string,
  read: (item: Json, place: string) => T,
  most = Number.POSITIVE_INFINITY,
): T[] {
  if (!Array.isArray(value) || value.length > most)
    throw wrong(value, place, most === Number.POSITIVE_INFINITY ? "a list" : `a list of at most ${most}`);
  return Array.from(value, (item, i) => read(item, `${place}[${i}]`)); // not map, which passes over holes
}

/** A list whose texts are all different. */
export function asNames(value: Json, place: string): string[] {
  const names = asList(value, place, asText);
  const seen = new Set<string>();
  const twice = names.find((name) => seen.size === seen.add(name).size);
  if (twice !== undefined) throw wrong(twice, place, "no name twice");
  return names;
}
