/** Readers of plain data put together from those of one value: objects field by field, lists item by item. */
import { ChainruleError } from "../util/errors.ts";
import { asChoice, asList, asRecord, asText, asTruth, asWhole, wrong } from "../util/json.ts";

/** Gives the value as what it must be, or throws; `at` says where it stands. */
export type Reader<T> = (value: unknown, at: string) => T;

/** Throws for what does not fit to the rest of the trace. */
export function refuse(at: string, problem: string): never {
  throw new ChainruleError(
    "file",
    `This is no trace: ${at} ${problem}.`,
    "Give what toJSON() of a trace gave, unchanged.",
  );
}

export const text: Reader<string> = asText;
export const truth: Reader<boolean> = asTruth;
export const record: Reader<Readonly<Record<string, unknown>>> = asRecord;

/** A number; what is not finite stands as null, and comes back as NaN. */
export const number: Reader<number> = (value, at) => {
  if (value === null) return Number.NaN;
  if (typeof value === "number") return value;
  throw wrong(value, at, "a number or null");
};

/** A place or a count. */
export const whole: Reader<number> = (value, at) => asWhole(value, at, 0, Number.MAX_SAFE_INTEGER);

export const nullable =
  <T>(read: Reader<T>): Reader<T | null> =>
  (value, at) =>
    value === null ? null : read(value, at);

export const oneOf =
  <const T extends string | number>(...allowed: readonly T[]): Reader<T> =>
  (value, at) =>
    asChoice(value, at, allowed);

/** A list, item by item. */
export const list =
  <T>(read: Reader<T>): Reader<T[]> =>
  (value, at) =>
    asList(value, at, read);

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

/** A field that must be there. */
export function own(given: Readonly<Record<string, unknown>>, key: string, at: string): unknown {
  if (Object.hasOwn(given, key)) return given[key];
  throw wrong(undefined, `${at}.${key}`, "a value");
}
