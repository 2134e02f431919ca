import {
  type DuckDBConnection,
  DuckDBDateVector,
  DuckDBDoubleVector,
  DuckDBInstance,
  type DuckDBResult,
  DuckDBTimestampVector,
  type DuckDBVector,
} from "@duckdb/node-api";
import { ChainruleError } from "chainrule";
import { type Column, refineText, type Table, type TextColumn, tableOf } from "chainrule/tables";
import { csvError } from "./csv-errors.ts";
import { type FileHead, fileName, readHead } from "./file.ts";
import { type Header, readHeader } from "./header.ts";
import type { ReadOptions } from "./index.ts";

/**
 * Reads a text table: DuckDB finds each column's type over all rows and parses them; texts are then looked at once more (see
 * `refineText`). Delimiter and header are found here, so that a file is read in one way or not at all.
 *
 * @throws ChainruleError `file` or `data`, naming the file and where possible the line
 */
export async function readCsv(path: string, options: ReadOptions): Promise<Table> {
  const source = fileName(path);
  const head = await readHead(path);
  const header = readHeader(head, source);
  const rows = header.names.map(() => new ColumnBuilder());
  const connection = await (await database()).connect();
  try {
    const result = await openRows(connection, path, head, header, options);
    for (
      let chunk = await result.fetchChunk();
      chunk && chunk.rowCount > 0;
      chunk = await result.fetchChunk()
    ) {
      for (let i = 0; i < rows.length; i++) rows[i].add(chunk.getColumnVector(i), chunk.rowCount);
    }
  } catch (error) {
    throw csvError(error, source, header);
  } finally {
    connection.closeSync();
  }
  const columns = rows.map((builder, i) => finished(builder, header.names[i], source, header, options));
  return tableOf(source, columns);
}

let instance: Promise<DuckDBInstance> | undefined;

/** One database in memory for all files that a process reads. Nothing that a query could name is fetched from elsewhere. */
function database(): Promise<DuckDBInstance> {
  instance ??= DuckDBInstance.create(":memory:", {
    autoinstall_known_extensions: "false",
    autoload_known_extensions: "false",
  });
  return instance;
}

function finished(
  builder: ColumnBuilder,
  name: string,
  source: string,
  { delimiter }: Header,
  { missing, types, typedOnly, remedy }: ReadOptions,
): Column {
  const column = builder.finish(name);
  if (column.type !== "text") return column;
  const asText = (types?.get(name) ?? (typedOnly ? "text" : undefined)) === "text";
  return refineText(column, { missing, decimalComma: delimiter !== ",", asText, source, remedy });
}

/** Starts the query. Columns are named by their number, because names of a file may differ in case alone, say. */
async function openRows(
  connection: DuckDBConnection,
  path: string,
  head: FileHead,
  { names, delimiter, skip }: Header,
  { missing, types }: ReadOptions,
): Promise<DuckDBResult> {
  const keys = names.map((_, i) => `c${i}`);
  const common = {
    header: "true",
    skip: String(skip),
    delim: literal(delimiter),
    quote: literal('"'),
    escape: literal('"'),
    comment: "''",
    compression: literal(head.compression),
    nullstr: list(missing.map(literal)),
    max_line_size: String(64 << 20),
  };
  const texts = keys.filter((_, i) => types?.get(names[i]) === "text");
  const detecting = {
    ...common,
    auto_detect: "true",
    names: list(keys.map(literal)),
    sample_size: "-1",
    auto_type_candidates: list(["DOUBLE", "DATE", "TIMESTAMP", "VARCHAR"].map(literal)),
    ...(texts.length > 0 && { types: struct(texts) }),
  };
  const plain = { ...common, auto_detect: "false", columns: struct(keys) };
  const query = (reading: Readonly<Record<string, string>>): Promise<DuckDBResult> => {
    const settings = Object.entries(reading).map(([key, value]) => `${key}=${value}`);
    return connection.stream(`SELECT * FROM read_csv($1, ${settings.join(", ")})`, [withoutGlobs(path)]);
  };
  try {
    const result = await query(detecting);
    if (result.columnCount === names.length) return result;
  } catch {
    // The detection gives up without saying where; read as texts, the file tells the line at fault.
  }
  const result = await query(plain);
  if (result.columnCount === names.length) return result;
  throw new ChainruleError(
    "data",
    `${fileName(path)} has ${result.columnCount} columns below ${names.length} names.`,
    "Check its header line.",
  );
}

const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;
const list = (items: readonly string[]): string => `[${items.join(", ")}]`;
const struct = (keys: readonly string[]): string =>
  `{${keys.map((key) => `'${key}': 'VARCHAR'`).join(", ")}}`;
/** A path in which `*`, `?` and `[` mean themselves. */
const withoutGlobs = (path: string): string => path.replace(/[*?[]/g, "[$&]");

/** Gathers the chunks of one column in typed arrays. */
class ColumnBuilder {
  private type: "number" | "date" | "text" = "text";
  private readonly numbers: Float64Array[] = [];
  private readonly codes: Int32Array[] = [];
  private readonly levels = new Map<string, number>();

  add(vector: DuckDBVector, rows: number): void {
    if (vector instanceof DuckDBDoubleVector) {
      this.type = "number";
      this.numbers.push(doubles(vector, rows));
    } else if (vector instanceof DuckDBDateVector) {
      this.type = "date";
      this.numbers.push(days(vector, rows));
    } else if (vector instanceof DuckDBTimestampVector) {
      this.type = "date";
      this.numbers.push(instants(vector, rows));
    } else {
      this.codes.push(this.encode(vector, rows));
    }
  }

  finish(name: string): Column {
    if (this.type !== "text") return { type: this.type, name, values: joined(this.numbers, Float64Array) };
    const column: TextColumn = {
      type: "text",
      name,
      codes: joined(this.codes, Int32Array),
      levels: [...this.levels.keys()],
    };
    return column;
  }

  private encode(vector: DuckDBVector, rows: number): Int32Array {
    const codes = new Int32Array(rows);
    for (let i = 0; i < rows; i++) {
      const value = vector.getItem(i);
      if (value === null) {
        codes[i] = -1;
        continue;
      }
      const text = String(value);
      const known = this.levels.get(text);
      codes[i] = known ?? this.levels.size;
      if (known === undefined) this.levels.set(text, this.levels.size);
    }
    return codes;
  }
}

// One loop for each kind of vector: called with one type alone, V8 makes each as fast as a copy.

function doubles(vector: DuckDBDoubleVector, rows: number): Float64Array {
  const values = new Float64Array(rows);
  for (let i = 0; i < rows; i++) values[i] = vector.getItem(i) ?? Number.NaN;
  return values;
}

function days(vector: DuckDBDateVector, rows: number): Float64Array {
  const values = new Float64Array(rows);
  for (let i = 0; i < rows; i++) values[i] = (vector.getItem(i)?.days ?? Number.NaN) * 86_400_000;
  return values;
}

function instants(vector: DuckDBTimestampVector, rows: number): Float64Array {
  const values = new Float64Array(rows);
  for (let i = 0; i < rows; i++) values[i] = Number(vector.getItem(i)?.micros ?? Number.NaN) / 1000;
  return values;
}

function joined<T extends Float64Array | Int32Array>(
  parts: readonly T[],
  kind: new (length: number) => T,
): T {
  const all = new kind(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
