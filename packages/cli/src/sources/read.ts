import type { DuckDBConnection } from "@duckdb/node-api";
import { ChainruleError } from "chainrule";
import {
  type Column,
  type ColumnType,
  columnAs,
  columnNamed,
  refineText,
  type Table,
  tableOf,
  wording,
} from "chainrule/tables";
import { openCsv } from "./csv.ts";
import { literal, withDatabase, withoutGlobs } from "./database.ts";
import { jsonError, parquetError } from "./errors.ts";
import { fileName, kindOf } from "./file.ts";
import { refuseTwins } from "./header.ts";
import type { Data, ReadOptions } from "./index.ts";
import { type Opened, openTyped } from "./opened.ts";
import { expandPaths } from "./paths.ts";
import { openQuery } from "./query.ts";
import { ColumnBuilder } from "./values.ts";

/**
 * Reads a table from files or by a query. Several files are put together by the names of their columns.
 *
 * @throws ChainruleError that names the file, and where possible the line
 */
export async function readData({ files, sql }: Data, options: ReadOptions): Promise<Table> {
  const paths = await expandPaths(files);
  return await withDatabase(async (connection) => {
    const given: { path: string; opened: Opened }[] = [];
    for (const path of paths) given.push({ path, opened: await openFile(connection, path, options) });
    const parts =
      sql === undefined ? given.map(({ opened }) => opened) : [await openQuery(connection, sql, given)];
    if (parts.length === 0)
      throw new ChainruleError("argument", "There is nothing to read.", "Give a file, or a query by --sql.");
    for (const { names, source } of parts) refuseTwins(names, source);
    for (const part of parts.slice(1)) refuseOtherColumns(part, parts[0]);
    return await gather(parts, options);
  });
}

/** The names of the columns of files, without reading their rows. */
export async function namesOf({ files, sql }: Data, missing: readonly string[]): Promise<readonly string[]> {
  const [path] = await expandPaths(files);
  return await withDatabase(async (connection) => {
    const given = path === undefined ? [] : [{ path, opened: await openFile(connection, path, { missing }) }];
    const { names } = sql === undefined ? given[0].opened : await openQuery(connection, sql, given);
    return names;
  });
}

async function openFile(
  connection: DuckDBConnection,
  path: string,
  { missing }: Pick<ReadOptions, "missing">,
): Promise<Opened> {
  const kind = await kindOf(path);
  if (kind === "text") return await openCsv(connection, path, missing);
  const source = fileName(path);
  const file = literal(withoutGlobs(path));
  if (kind === "parquet") {
    const explain = (error: unknown): ChainruleError => parquetError(error, source);
    return await openTyped(connection, `read_parquet(${file})`, { source, declared: true, explain });
  }
  const explain = (error: unknown): ChainruleError => jsonError(error, source);
  const lines = /\.(ndjson|jsonl)(\.|$)/i.test(path) ? ", format='newline_delimited'" : "";
  const from = `read_json(${file}, records=true, sample_size=-1${lines})`;
  return await openTyped(connection, from, { source, declared: false, explain });
}

function refuseOtherColumns(part: Opened, first: Opened): void {
  for (const [a, b] of [
    [part, first],
    [first, part],
  ]) {
    const lacking = b.names.find((name) => !a.names.includes(name));
    if (lacking === undefined) continue;
    throw new ChainruleError(
      "data",
      `${a.source} lacks the column "${wording.clip(lacking)}" that ${b.source} has.`,
      "Give files with the same columns, or choose the columns by --sql.",
    );
  }
}

/** Reads all rows. Where files disagree on whether a column holds texts, it is read as texts from all. */
async function gather(parts: readonly Opened[], options: ReadOptions): Promise<Table> {
  const { names, source: first } = parts[0];
  const source =
    parts.length === 1 ? first : `${first} and ${wording.counted(parts.length - 1, "more file")}`;
  const texts = new Set<string>();
  const { overrides = [] } = options;
  for (const [name, type] of [...(options.types ?? []), ...overrides]) if (type === "text") texts.add(name);
  for (;;) {
    const read = await readAll(parts, texts, options);
    if ("disagreed" in read) {
      for (const name of read.disagreed) texts.add(name);
      continue;
    }
    const columns = names.map((name, i) => finished(read.columns[i], name, parts, source, options));
    const notes = [...new Set([...parts.flatMap((part) => part.notes), ...read.notes])];
    return overridden({ ...tableOf(source, columns), ...(notes.length > 0 && { notes }) }, overrides);
  }
}

function overridden(table: Table, overrides: NonNullable<ReadOptions["overrides"]>): Table {
  const types = new Map(overrides);
  for (const name of types.keys()) columnNamed(table, name, "column of --types");
  const columns = table.columns.map((column) => {
    const type = types.get(column.name);
    return type === undefined ? column : columnAs(column, type, table.source);
  });
  return { ...table, columns };
}

interface Gathered {
  readonly columns: readonly { readonly builder: ColumnBuilder; readonly type: ColumnType }[];
  readonly notes: readonly string[];
}

async function readAll(
  parts: readonly Opened[],
  texts: ReadonlySet<string>,
  { progress }: ReadOptions,
): Promise<Gathered | { disagreed: readonly string[] }> {
  const { names } = parts[0];
  const builders = names.map(() => new ColumnBuilder());
  const types: (ColumnType | undefined)[] = names.map(() => undefined);
  const wide = new Set<number>();
  let rows = 0;
  for (const part of parts) {
    try {
      const reading = await part.start(texts);
      const places = part.names.map((name) => names.indexOf(name));
      const disagreed = places.filter((place, i) => (types[place] ?? reading.types[i]) !== reading.types[i]);
      if (disagreed.length > 0) return { disagreed: disagreed.map((place) => names[place]) };
      places.forEach((place, i) => {
        types[place] = reading.types[i];
        if (reading.wide.has(i)) wide.add(place);
      });
      const { result } = reading;
      for (
        let chunk = await result.fetchChunk();
        chunk && chunk.rowCount > 0;
        chunk = await result.fetchChunk()
      ) {
        for (let i = 0; i < places.length; i++)
          builders[places[i]].add(chunk.getColumnVector(i), chunk.rowCount);
        rows += chunk.rowCount;
        progress?.(rows);
      }
    } catch (error) {
      throw part.explain(error);
    }
  }
  const columns = builders.map((builder, i) => ({ builder, type: types[i] ?? "text" }));
  const rounded = [...wide].filter((i) => builders[i].exceeds(Number.MAX_SAFE_INTEGER));
  return { columns, notes: rounded.map((i) => roundedNote(names[i])) };
}

const roundedNote = (name: string): string =>
  `"${wording.clip(name)}" has whole numbers beyond 2^53, which are rounded.`;

function finished(
  { builder, type }: Gathered["columns"][number],
  name: string,
  parts: readonly Opened[],
  source: string,
  { missing, types, overrides, typedOnly, unread, remedy }: ReadOptions,
): Column {
  const column = builder.finish(name, type);
  // Numbers that the model was told to take for dates.
  if (column.type === "number" && types?.get(name) === "date") return columnAs(column, "date", source);
  if (column.type !== "text") return column;
  const declared = parts.every((part) => part.declared) || unread?.has(name);
  const wanted = new Map(overrides).get(name) ?? types?.get(name);
  const asText = (wanted ?? (typedOnly || declared ? "text" : undefined)) === "text";
  const decimalComma = parts.some((part) => part.decimalComma);
  return refineText(column, { missing, decimalComma, amounts: wanted === "number", asText, source, remedy });
}
