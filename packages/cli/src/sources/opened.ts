import type { DuckDBConnection, DuckDBPreparedStatement, DuckDBResult } from "@duckdb/node-api";
import { ChainruleError } from "chainrule";
import { type ColumnType, wording } from "chainrule/tables";
import { asTexts, type Conversion, conversionOf } from "./values.ts";

/** A file or query whose columns are known, and whose rows can be read. */
export interface Opened {
  /** How messages call it. */
  readonly source: string;
  /** Names of the columns that are read. */
  readonly names: readonly string[];
  /** SQL of a table with these columns, in their order and by their names. */
  readonly sql: string;
  /** Whether the file says that a text is a text; else texts are looked at for what they hold. */
  readonly declared: boolean;
  readonly decimalComma: boolean;
  /** Columns that have no place in a table, in sentences. */
  readonly notes: readonly string[];
  /** Starts reading. Columns named in `texts` come as texts, as they are written. */
  start(texts: ReadonlySet<string>): Promise<Reading>;
  /** What DuckDB says, in our words. */
  explain(error: unknown): ChainruleError;
}

/** Rows that come in chunks. */
export interface Reading {
  readonly result: DuckDBResult;
  readonly types: readonly ColumnType[];
  /** Columns, by their place, of whole numbers that may be too large for a double. */
  readonly wide: ReadonlySet<number>;
}

/**
 * Opens a table whose columns DuckDB knows the types of: a Parquet or JSON file, or a query.
 *
 * @param from SQL of the table, without a name
 */
export async function openTyped(
  connection: DuckDBConnection,
  from: string,
  { source, declared, explain }: Pick<Opened, "source" | "declared" | "explain">,
): Promise<Opened> {
  let described: DuckDBPreparedStatement;
  try {
    described = await connection.prepare(`SELECT * FROM ${from}`);
  } catch (error) {
    throw explain(error);
  }
  const all = Array.from({ length: described.columnCount }, (_, i) => {
    const type = described.columnType(i);
    return { key: `c${i}`, name: described.columnName(i), type, conversion: conversionOf(type) };
  });
  described.destroySync();
  const columns = all.filter(({ conversion }) => conversion !== null);
  const dropped = all.filter(({ conversion }) => conversion === null);
  if (columns.length === 0) {
    throw new ChainruleError(
      "data",
      `${source} has no column of single values.`,
      "Give a table with numbers, texts, truth values or dates in its columns.",
    );
  }
  // A name of their own for all of them: names of a file may differ in case alone, say.
  const table = `${from} AS t(${all.map(({ key }) => key).join(", ")})`;
  const select = (expressions: readonly string[]): string => `SELECT ${expressions.join(", ")} FROM ${table}`;
  return {
    source,
    names: columns.map(({ name }) => name),
    sql: select(columns.map(({ key, name }) => `${key} AS "${name.replaceAll('"', '""')}"`)),
    declared,
    decimalComma: false,
    notes: dropped.map(
      ({ name, type }) =>
        `"${wording.clip(name)}" is left out: it holds ${wording.clip(String(type), 60)}, where a table has single values.`,
    ),
    explain,
    start: async (texts) => {
      const chosen = columns.map(({ name, type, conversion }): Conversion => {
        const found = texts.has(name) ? asTexts(type) : conversion;
        if (found === null) throw new Error(`no conversion of ${type}`);
        return found;
      });
      return {
        result: await connection.stream(select(chosen.map(({ sql }, i) => sql(columns[i].key)))),
        types: chosen.map(({ type }) => type),
        wide: new Set(chosen.flatMap(({ wide }, i) => (wide ? [i] : []))),
      };
    },
  };
}
