import {
  DuckDBDateVector,
  DuckDBDoubleVector,
  DuckDBTimestampVector,
  type DuckDBType,
  DuckDBTypeId,
  type DuckDBVector,
} from "@duckdb/node-api";
import type { Column, ColumnType } from "chainrule/tables";

/** How a column of DuckDB's becomes one of ours. */
export interface Conversion {
  readonly type: ColumnType;
  /** SQL that gives a double for each value, NaN where it is missing; a text, or null, for texts. */
  readonly sql: (column: string) => string;
  /** Whether whole numbers may be too large for a double to tell neighbours apart. */
  readonly wide?: boolean;
}

const orNaN = (sql: string): string => `coalesce(${sql}, 'nan'::DOUBLE)`;
const number: Conversion = { type: "number", sql: (c) => orNaN(`CAST(${c} AS DOUBLE)`) };
const wide: Conversion = { ...number, wide: true };
const text: Conversion = { type: "text", sql: (c) => `CAST(${c} AS VARCHAR)` };
const seconds = (sql: (c: string) => string): Conversion => ({ type: "number", sql: (c) => orNaN(sql(c)) });
const instant: Conversion = {
  type: "date",
  sql: (c) => orNaN(`epoch_us(CAST(${c} AS TIMESTAMP)) / 1000.0`),
};
/** Each value of a JSON column of mixed types as a text without quotes. */
const json: Conversion = { type: "text", sql: (c) => `${c} ->> '$'` };

/** By type; one that is not here has no place in a table. */
const conversions: Readonly<Partial<Record<DuckDBTypeId, Conversion>>> = {
  [DuckDBTypeId.TINYINT]: number,
  [DuckDBTypeId.SMALLINT]: number,
  [DuckDBTypeId.INTEGER]: number,
  [DuckDBTypeId.UTINYINT]: number,
  [DuckDBTypeId.USMALLINT]: number,
  [DuckDBTypeId.UINTEGER]: number,
  [DuckDBTypeId.FLOAT]: number,
  [DuckDBTypeId.DOUBLE]: number,
  [DuckDBTypeId.DECIMAL]: number,
  [DuckDBTypeId.BIGINT]: wide,
  [DuckDBTypeId.UBIGINT]: wide,
  [DuckDBTypeId.HUGEINT]: wide,
  [DuckDBTypeId.UHUGEINT]: wide,
  [DuckDBTypeId.BIGNUM]: wide,
  [DuckDBTypeId.BOOLEAN]: { type: "boolean", sql: (c) => orNaN(`CAST(CAST(${c} AS INTEGER) AS DOUBLE)`) },
  [DuckDBTypeId.DATE]: {
    type: "date",
    sql: (c) =>
      orNaN(`CASE WHEN isfinite(${c}) THEN date_diff('day', DATE '1970-01-01', ${c}) * 86400000.0 END`),
  },
  [DuckDBTypeId.TIMESTAMP]: instant,
  [DuckDBTypeId.TIMESTAMP_S]: instant,
  [DuckDBTypeId.TIMESTAMP_MS]: instant,
  [DuckDBTypeId.TIMESTAMP_NS]: instant,
  [DuckDBTypeId.TIMESTAMP_TZ]: { type: "date", sql: (c) => orNaN(`epoch_us(${c}) / 1000.0`) },
  [DuckDBTypeId.TIME]: seconds((c) => `epoch(${c})`),
  [DuckDBTypeId.TIME_NS]: seconds((c) => `epoch(CAST(${c} AS TIME))`),
  [DuckDBTypeId.TIME_TZ]: seconds((c) => `epoch(CAST(${c} AS TIME))`),
  [DuckDBTypeId.INTERVAL]: seconds((c) => `epoch(${c})`),
  [DuckDBTypeId.VARCHAR]: text,
  [DuckDBTypeId.ENUM]: text,
  [DuckDBTypeId.UUID]: text,
  [DuckDBTypeId.SQLNULL]: text,
};

/** How to read a type: null for what has no place in a table, such as lists, structures and bytes. */
export function conversionOf(type: DuckDBType): Conversion | null {
  if (type.typeId === DuckDBTypeId.VARCHAR && type.alias === "JSON") return json;
  return conversions[type.typeId] ?? null;
}

/** The same column as texts, because another file has texts in it. Whole numbers are written without a point. */
export function asTexts(type: DuckDBType): Conversion | null {
  const natural = conversionOf(type);
  if (natural === null || natural.type === "text") return natural;
  const isFloat = type.typeId === DuckDBTypeId.DOUBLE || type.typeId === DuckDBTypeId.FLOAT;
  const whole = (c: string): string =>
    `CASE WHEN ${c} = trunc(${c}) AND abs(${c}) < 1e15 THEN CAST(CAST(${c} AS BIGINT) AS VARCHAR) ELSE CAST(${c} AS VARCHAR) END`;
  return { type: "text", sql: isFloat ? whole : text.sql };
}

/** Gathers the chunks of one column in typed arrays. */
export class ColumnBuilder {
  private readonly numbers: Float64Array[] = [];
  private readonly codes: Int32Array[] = [];
  private readonly levels = new Map<string, number>();

  add(vector: DuckDBVector, rows: number): void {
    if (vector instanceof DuckDBDoubleVector) this.numbers.push(doubles(vector, rows));
    else if (vector instanceof DuckDBDateVector) this.numbers.push(days(vector, rows));
    else if (vector instanceof DuckDBTimestampVector) this.numbers.push(instants(vector, rows));
    else this.codes.push(this.encode(vector, rows));
  }

  /** Whether any number is larger than this, whatever its sign. */
  exceeds(limit: number): boolean {
    return this.numbers.some((part) => part.some((x) => Number.isFinite(x) && Math.abs(x) > limit));
  }

  /** The column; the chunks are given up, so that memory holds them once. */
  finish(name: string, type: ColumnType): Column {
    if (type !== "text") return { type, name, values: joined(this.numbers, Float64Array) };
    return { type, name, codes: joined(this.codes, Int32Array), levels: [...this.levels.keys()] };
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

function joined<T extends Float64Array | Int32Array>(parts: T[], kind: new (length: number) => T): T {
  const all = new kind(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  parts.length = 0;
  return all;
}
