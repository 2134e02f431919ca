/** The tables of the benchmark, as make.py has written them. */
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type Table, type Task, takeRows } from "chainrule/tables";
import { readTable } from "../../packages/cli/src/sources/index.ts";

/** One table, as tables.json says. */
export interface TableEntry {
  readonly name: string;
  /** Which package it comes from. */
  readonly from: string;
  readonly target: string;
  readonly task: Task;
  readonly rows: number;
  /** All of the file's, the target and excluded ones included. */
  readonly columns: number;
  readonly source: string;
  readonly licence: string;
  readonly exclude?: readonly { readonly column: string; readonly why: string }[];
  /** Of the CSV file. */
  readonly sha256: string;
}

export const tables: readonly TableEntry[] = JSON.parse(
  readFileSync(new URL("./tables.json", import.meta.url), "utf8"),
);

/** Entries by names; all without names. */
export function tablesNamed(names: readonly string[]): readonly TableEntry[] {
  const unknown = names.find((name) => !tables.some((entry) => entry.name === name));
  if (unknown) throw new Error(`There is no table "${unknown}": ${tables.map((t) => t.name).join(", ")}.`);
  return names.length === 0 ? tables : tables.filter(({ name }) => names.includes(name));
}

/** Which words mean that a value is missing: make.py leaves such fields empty. */
const missing = [""];

/** A table cut into the rows to learn from and the rows of a seed's test, the same for every contestant. */
export async function readSplit(entry: TableEntry, seed: number): Promise<{ learning: Table; test: Table }> {
  const file = new URL(`./data/${entry.name}.csv`, import.meta.url);
  if (!existsSync(file)) throw new Error("The tables are not made yet: python3 bench/tables/make.py");
  const table = await readTable(fileURLToPath(file), { missing });
  if (table.rows !== entry.rows) throw new Error(`${entry.name} has ${table.rows} rows, not ${entry.rows}.`);
  const splits: readonly (readonly number[])[] = JSON.parse(
    readFileSync(new URL(`./data/${entry.name}.splits.json`, import.meta.url), "utf8"),
  );
  const test = splits[seed];
  if (!test) throw new Error(`Seeds go from 0 to ${splits.length - 1}.`);
  const isTest = new Set(test);
  const learning = Int32Array.from({ length: table.rows }, (_, row) => row).filter((row) => !isTest.has(row));
  return { learning: takeRows(table, learning), test: takeRows(table, Int32Array.from(test)) };
}
