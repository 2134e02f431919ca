import { missingWords } from "chainrule/tables";
import { InvalidArgumentError, Option } from "commander";

/** Arguments and options that several commands share, and the values that options take. */

export const DATA = "a CSV or TSV file with a header line, also gzipped";
export const RUN = "the folder of a run that train has written";

export const missingOption = (): Option =>
  new Option("--missing <words>", "more words for a missing value, with commas between")
    .argParser((text: string, before: readonly string[]) => [...before, ...text.split(",")])
    .default(missingWords, "empty, ?, NA, N/A, NaN, null, None");

export const collect = (text: string, before: readonly string[] = []): string[] => [...before, text];

export function number(text: string): number {
  const value = text.trim() === "" ? Number.NaN : Number(text);
  if (!Number.isFinite(value)) throw new InvalidArgumentError("Give a number.");
  return value;
}

export function share(text: string): number {
  const value = number(text);
  if (value < 0 || value >= 1) throw new InvalidArgumentError("Give a number from 0 to below 1.");
  return value;
}

export function positive(text: string): number {
  const value = number(text);
  if (value <= 0) throw new InvalidArgumentError("Give a number above 0.");
  return value;
}

export function notNegative(text: string): number {
  const value = number(text);
  if (value < 0) throw new InvalidArgumentError("Give a number of at least 0.");
  return value;
}

export const whole =
  (least: number) =>
  (text: string): number => {
    const value = number(text);
    if (!Number.isSafeInteger(value) || value < least)
      throw new InvalidArgumentError(`Give a whole number of at least ${least}.`);
    return value;
  };

export const seed = whole(0);

export function units(text: string): number[] {
  if (text.trim() === "none") return [];
  const sizes = text.split(",").map((part) => (part.trim() === "" ? Number.NaN : Number(part)));
  if (sizes.every((size) => Number.isInteger(size) && size >= 1 && size <= 100_000)) return sizes;
  throw new InvalidArgumentError("Give whole numbers with commas between, such as 64,64, or none.");
}
