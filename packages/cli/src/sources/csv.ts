import { type DuckDBConnection, type DuckDBResult, DuckDBTypeId } from "@duckdb/node-api";
import { ChainruleError } from "chainrule";
import type { ColumnType } from "chainrule/tables";
import { csvError } from "./csv-errors.ts";
import { identifier, list, literal, withoutGlobs } from "./database.ts";
import { type FileHead, fileName, readHead } from "./file.ts";
import { type Header, readHeader } from "./header.ts";
import type { Opened } from "./opened.ts";

/**
 * Opens a text table: DuckDB finds each column's type over all rows and parses them. Delimiter and header are found here, so that a
 * file is read in one way or not at all.
 *
 * @param missing texts that stand for a missing value
 * @throws ChainruleError `file` or `data`, naming the file and where possible the line
 */
export async function openCsv(
  connection: DuckDBConnection,
  path: string,
  missing: readonly string[],
): Promise<Opened> {
  const source = fileName(path);
  const head = await readHead(path);
  const header = readHeader(head, source);
  const { names, delimiter } = header;
  const file = literal(withoutGlobs(path));
  const detected = settingsOf(head, header, missing, []);
  const renamed = names.map((name, i) => `c${i} AS ${identifier(name)}`).join(", ");
  return {
    source,
    names,
    sql: `SELECT ${renamed} FROM read_csv(${file}, ${detected.detecting})`,
    declared: false,
    decimalComma: delimiter !== ",",
    notes: [],
    explain: (error) => csvError(error, source, header),
    start: async (texts) => {
      const asText = names.flatMap((name, i) => (texts.has(name) ? [`c${i}`] : []));
      const result = await openRows(
        connection,
        file,
        settingsOf(head, header, missing, asText),
        names.length,
      );
      if (result.columnCount !== names.length) {
        throw new ChainruleError(
          "data",
          `${source} has ${result.columnCount} columns below ${names.length} names.`,
          "Check its header line.",
        );
      }
      return { result, types: names.map((_, i) => typeOf(result.columnTypeId(i))), wide: new Set() };
    },
  };
}

function typeOf(id: DuckDBTypeId): ColumnType {
  if (id === DuckDBTypeId.DOUBLE) return "number";
  return id === DuckDBTypeId.DATE || id === DuckDBTypeId.TIMESTAMP ? "date" : "text";
}

/** The settings of DuckDB's reader. Columns are named by their number, because names of a file may differ in case alone, say. */
function settingsOf(
  head: FileHead,
  { names, delimiter, skip }: Header,
  missing: readonly string[],
  texts: readonly string[],
): { detecting: string; plain: string } {
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
  return {
    detecting: written({
      ...common,
      auto_detect: "true",
      names: list(keys.map(literal)),
      sample_size: "-1",
      auto_type_candidates: list(["DOUBLE", "DATE", "TIMESTAMP", "VARCHAR"].map(literal)),
      ...(texts.length > 0 && { types: struct(texts) }),
    }),
    plain: written({ ...common, auto_detect: "false", columns: struct(keys) }),
  };
}

const written = (settings: Readonly<Record<string, string>>): string =>
  Object.entries(settings)
    .map(([key, value]) => `${key}=${value}`)
    .join(", ");

async function openRows(
  connection: DuckDBConnection,
  file: string,
  { detecting, plain }: { detecting: string; plain: string },
  columns: number,
): Promise<DuckDBResult> {
  const query = (settings: string): Promise<DuckDBResult> =>
    connection.stream(`SELECT * FROM read_csv(${file}, ${settings})`);
  try {
    const result = await query(detecting);
    if (result.columnCount === columns) return result;
  } catch {
    // The detection gives up without saying where; read as texts, the file tells the line at fault.
  }
  return await query(plain);
}

const struct = (keys: readonly string[]): string =>
  `{${keys.map((key) => `'${key}': 'VARCHAR'`).join(", ")}}`;
