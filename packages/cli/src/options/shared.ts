import { type ColumnType, missingWords, wording } from "chainrule/tables";
import { type Command, InvalidArgumentError, Option } from "commander";
import type { TypeOverride } from "../sources/index.ts";
import { inputFormats } from "../sources/input.ts";

/** Arguments and options that several commands share, and the values that options take. */

export const DATA =
  "files that are one table: CSV, TSV, JSON, NDJSON or Parquet, also compressed; - is standard input";
export const RUN = "the folder of a run that train has written";

export const missingOption = (): Option =>
  new Option(
    "--missing <words>",
    "words that stand for a missing value, besides the usual ones; with commas between",
  )
    .argParser(words)
    .default(missingWords, "empty, ?, NA, N/A, NaN, null, None");

const words = (text: string, before: readonly string[]): string[] => [...before, ...text.split(",")];

export const collect = (text: string, before: readonly string[] = []): string[] => [...before, text];

export const sqlOption = (): Option =>
  new Option(
    "--sql <query>",
    "a SELECT over files in quotes, or over those given by their base names (default: all rows)",
  );

export const formatOption = (flags = "--format <name>"): Option =>
  new Option(
    flags,
    "what standard input holds (default: JSON where it begins with a bracket, else a text table)",
  ).choices(inputFormats);

/** Ends the command as wrong usage where it has neither files nor a query to read. */
export function needsData(command: Command, files: readonly string[], sql: string | undefined): void {
  if (files.length === 0 && sql === undefined)
    command.error("error: missing required argument 'data' (or --sql)", { exitCode: 2 });
}

const typeWords: Readonly<Record<string, ColumnType>> = {
  number: "number",
  category: "text",
  boolean: "boolean",
  date: "date",
};

export const typesOption = (): Option =>
  new Option(
    "--types <list>",
    "types of columns, such as zip=category,age=number; also date, boolean (default: by their values)",
  ).argParser(types);

function types(text: string, before: readonly TypeOverride[] = []): TypeOverride[] {
  // A name may have commas in it: a piece without a type belongs to the next.
  const found: TypeOverride[] = [];
  let name = "";
  for (const piece of text.split(",")) {
    name += piece;
    const at = name.lastIndexOf("=");
    if (at < 0) {
      name += ",";
      continue;
    }
    found.push([name.slice(0, at).trim(), typeOf(name.slice(at + 1).trim())]);
    name = "";
  }
  if (name !== "") throw new InvalidArgumentError("Give names with types, such as zip=category,age=number.");
  return [...before, ...found];
}

function typeOf(word: string): ColumnType {
  const known = Object.keys(typeWords);
  if (known.includes(word)) return typeWords[word];
  const meant = wording.didYouMean(word, known) ?? "";
  throw new InvalidArgumentError(
    `"${wording.clip(word)}" is no type. ${meant}Types are ${known.join(", ")}.`,
  );
}

/** Whether each value given to an option adds to those before. */
export const gathers = ({ parseArg }: Option): boolean =>
  [words, collect, types].some((parser) => parser === parseArg);

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

export function port(text: string): number {
  const value = whole(0)(text);
  if (value > 65_535) throw new InvalidArgumentError("Give a whole number from 0 to 65535.");
  return value;
}

export function units(text: string): number[] {
  if (text.trim() === "none") return [];
  const sizes = text.split(",").map((part) => (part.trim() === "" ? Number.NaN : Number(part)));
  if (sizes.every((size) => Number.isInteger(size) && size >= 1 && size <= 100_000)) return sizes;
  throw new InvalidArgumentError("Give whole numbers with commas between, such as 64,64, or none.");
}

/** The path of a file of ranges; in chainrule.json the ranges themselves may stand, see {@link takesObject}. */
export const spaceOf = (text: string): string => text;

/** Whether a configuration may give the option an object that the command understands by itself. */
export const takesObject = ({ parseArg }: Option): boolean => parseArg === spaceOf;

/** How a command says its result. */
export const addOutput = (command: Command): Command =>
  command
    .addOption(
      new Option("--json", "print the result as JSON, the last line of standard output")
        .default(false)
        .helpGroup("Output:"),
    )
    .addOption(
      new Option("-q, --quiet", "print errors only (and JSON, if asked for)")
        .default(false)
        .helpGroup("Output:"),
    );
