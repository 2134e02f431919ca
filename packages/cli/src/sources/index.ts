import type { ColumnType, Table } from "chainrule/tables";

/** What a source is asked for, whatever the file is. */
export interface ReadOptions {
  /** Texts that stand for a missing value. */
  readonly missing: readonly string[];
  /** Types that columns must have, by name: those of a trained model. Other columns get the type that their values have. */
  readonly types?: ReadonlyMap<string, ColumnType>;
}

/** Reads one kind of file into typed columns. */
export type Source = (path: string, options: ReadOptions) => Promise<Table>;

/** Reads a table from a file. Files are text tables (CSV, TSV, also gzipped); other kinds will be chosen here. */
export const readTable: Source = async (path, options) => {
  // Loaded when there is something to read: the database takes a moment, and --help needs none.
  const { readCsv } = await import("./csv.ts");
  return readCsv(path, options);
};
