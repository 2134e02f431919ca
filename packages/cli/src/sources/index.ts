import { type ColumnType, type Table, wording } from "chainrule/tables";
import { shellWord } from "../terminal/format.ts";
import { fileName, readHead } from "./file.ts";
import { readHeader } from "./header.ts";

/** What a source is asked for, whatever the file is. */
export interface ReadOptions {
  /** Texts that stand for a missing value. */
  readonly missing: readonly string[];
  /** Types that columns must have, by name: those of a trained model. Other columns get the type that their values have. */
  readonly types?: ReadonlyMap<string, ColumnType>;
  /** Whether columns without a type in `types` do not matter: they stay texts, whatever is in them. Default false. */
  readonly typedOnly?: boolean;
  /** What to do about a stray text among a column's numbers, by the options that the command has. */
  readonly remedy?: (column: string, text: string) => string;
}

/** Reads one kind of file into typed columns. */
export type Source = (path: string, options: ReadOptions) => Promise<Table>;

/** Reads a table from a file. Files are text tables (CSV, TSV, also gzipped); other kinds will be chosen here. */
export const readTable: Source = async (path, options) => {
  // Loaded when there is something to read: the database takes a moment, and --help needs none.
  const { readCsv } = await import("./csv.ts");
  return readCsv(path, options);
};

/** The names of a table's columns, from its header alone. */
export async function readNames(path: string): Promise<readonly string[]> {
  return readHeader(await readHead(path), fileName(path)).names;
}

/** What can be done about a stray text where a model has fixed the columns and the words for missing values. */
export const correctOrEmpty = (): string => "Correct it, or leave the field empty.";

/** What can be done about it where --missing can be given. */
export const correctOrMissing = (_: string, text: string): string =>
  canBeWord(text) ? `Correct it, or pass --missing ${shellWord(text)}.` : "Correct it.";

/** What can be done about it where columns can be left out, too, but for the target. */
export const correctOrExclude =
  (target: string) =>
  (column: string, text: string): string => {
    if (column === target) return correctOrMissing(column, text);
    const exclude = `--exclude ${shellWord(column)}`;
    return canBeWord(text)
      ? `Correct it, pass --missing ${shellWord(text)}, or ${exclude}.`
      : `Correct it, or pass ${exclude}.`;
  };

/** Whether a text can be given to --missing, which takes a comma for the end of a word; a long one nobody types. */
const canBeWord = (text: string): boolean => !text.includes(",") && wording.clip(text) === text;
