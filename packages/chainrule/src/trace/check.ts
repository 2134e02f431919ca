/** Reads plain data from outside: each reader takes a value apart and says where one is wrong. */
import { ChainruleError } from "../util/errors.ts";

/** Gives the value as what it must be, or throws; `at` says where it stands. */
export type Reader<T> = (value: unknown, at: string) => T;

export function refuse(at: string, problem: string): never {
  throw new ChainruleError(
    "file",
    `This is no trace: ${at} ${problem}.`,
    "Give what toJSON() of a trace gave, unchanged.",
  );
}

export const text: Reader<string> = (value, at) =>
  typeof value === "string" ? value : refuse(at, "is no text");

export const truth: Reader<boolean> = (value, at) =>
  typeof value === "boolean" ? value : refuse(at, "is neither true nor false");

/** A number; what is not finite stands as null, and comes back as NaN. */
export const number: Reader<number> = (value, at) =>
  value === null ? Number.NaN : typeof value === "number" ? value : refuse(at, "is no number");

export const whole: Reader<number> = (value, at) =>
  Number.isSafeInteger(value) && (value as number) >= 0
    ? (value as number)
    : refuse(at, "is no place or count");

export const nullable =
  <T>(read: Reader<T>): Reader<T | null> =>
  (value, at) =>
    value === null ? null : read(value, at);

export const oneOf =
  <const T extends string | number>(...allowed: readonly T[]): Reader<T> =>
  (value, at) =>
    allowed.includes(value as T) ? (value as T) : refuse(at, `is none of ${allowed.join(", ")}`);

/** A list, item by item. */
export const list =
  <T>(read: Reader<T>): Reader<T[]> =>
  (value, at) =>
    Array.isArray(value) ? value.map((item, i) => read(item, `${at}[${i}]`)) : refuse(at, "is no list");

type Fields = Readonly<Record<string, Reader<unknown>>>;
type Read<F extends Fields> = { readonly [K in keyof F]: F[K] extends Reader<infer T> ? T : never };

/** An object with these fields, and the optional ones as far as they are there; others are left out. */
export const fields =
  <F extends Fields, O extends Fields = Record<never, never>>(
    readers: F,
    optional?: O,
  ): Reader<Read<F> & Partial<Read<O>>> =>
  (value, at) => {
    const given = record(value, at);
    const present = Object.entries(optional ?? {}).filter(([key]) => Object.hasOwn(given, key));
    const entries = [...Object.entries(readers), ...present].map(([key, read]) => [
      key,
      read(own(given, key, at), `${at}.${key}`),
    ]);
    return Object.fromEntries(entries) as Read<F> & Partial<Read<O>>;
  };

export const record: Reader<Readonly<Record<string, unknown>>> = (value, at) =>
  typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : refuse(at, "is no object");

/** A field that must be there. */
export function own(given: Readonly<Record<string, unknown>>, key: string, at: string): unknown {
  return Object.hasOwn(given, key) ? given[key] : refuse(at, `has no "${key}"`);
}
