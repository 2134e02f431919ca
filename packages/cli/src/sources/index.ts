import { type ColumnType, type Table, wording } from "chainrule/tables";
import { shellWord } from "../terminal/format.ts";

/** Where a table comes from: files, a query, or a query over files. */
export interface Data {
  /** Paths, also with `*`, `?` and `[…]` for several files at once. */
  readonly files: readonly string[];
  /** A SELECT of DuckDB's. Files in quotes are tables in it; see `openQuery` for the names of those in `files`. */
  readonly sql?: string;
}

/** What a column is to be, whatever its values look like. */
export type TypeOverride = readonly [column: string, type: ColumnType];

/** What is asked for, whatever the files are. */
export interface ReadOptions {
  /** Texts that stand for a missing value. */
  readonly missing: readonly string[];
  /** Types that columns must have, by name: those of a trained model. Other columns get the type that their values have. */
  readonly types?: ReadonlyMap<string, ColumnType>;
  /** Types that the user wants columns to have; other than by `types`, a value that does not fit is an error. */
  readonly overrides?: readonly TypeOverride[];
  /** Whether columns without a type in `types` do not matter: texts in them stay texts, whatever they hold. Default false. */
  readonly typedOnly?: boolean;
  /** Names of columns that do not matter: texts in them stay texts, whatever they hold. */
  readonly unread?: ReadonlySet<string>;
  /** What to do about a stray text among a column's numbers, by the options that the command has. */
  readonly remedy?: (column: string, text: string) => string;
  /** Called with the rows read so far, every two thousand or so. */
  readonly progress?: (rows: number) => void;
}

const dataOf = (data: string | Data): Data => (typeof data === "string" ? { files: [data] } : data);

/** Reads a table: text tables (CSV, TSV), JSON, NDJSON and Parquet files, compressed ones too, several, or by a query. */
export async function readTable(data: string | Data, options: ReadOptions): Promise<Table> {
  // Loaded when there is something to read: the database takes a moment, and --help needs none.
  const { readData } = await import("./read.ts");
  return await readData(dataOf(data), options);
}

/** The names of a table's columns, without reading its rows. */
export async function readNames(data: string | Data): Promise<readonly string[]> {
  const { namesOf } = await import("./read.ts");
  return await namesOf(dataOf(data), []);
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
