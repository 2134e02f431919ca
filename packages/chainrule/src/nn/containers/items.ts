import { ChainruleError } from "../../util/errors.ts";

/** The place of an item, counted from the end where `index` is negative. */
export function placeOf(index: number, length: number, container: string): number {
  const place = index < 0 ? index + length : index;
  if (!Number.isInteger(index) || place < 0 || place >= length) {
    throw new ChainruleError(
      "index",
      `${container} has no item ${index}.`,
      length > 0 ? `It has ${length}: use 0 to ${length - 1}, or −1 for the last.` : "It is empty.",
    );
  }
  return place;
}

/** What stands for a value in messages: its class, or its type. */
export const kindOf = (value: unknown): string =>
  value === null || value === undefined || typeof value !== "object"
    ? typeof value === "function"
      ? "function"
      : String(value)
    : value.constructor.name;

/** Refuses an item of the wrong kind. */
export function checkItem(
  fits: boolean,
  item: unknown,
  name: string,
  container: string,
  wanted: string,
): void {
  if (fits) return;
  throw new ChainruleError(
    "argument",
    `Item ${name} of ${container} is no ${wanted} but ${kindOf(item)}.`,
    `Give ${wanted}s.`,
  );
}

/** The error of calling a container that only keeps its items. */
export const notCallable = (container: string): ChainruleError =>
  new ChainruleError(
    "argument",
    `${container} only keeps its items and computes nothing.`,
    "Call the items in the forward of the module around it, or use Sequential.",
  );
