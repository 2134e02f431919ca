import {
  BOOLEAN,
  DOUBLE,
  DuckDBDataChunk,
  DuckDBTimestampValue,
  type DuckDBType,
  type DuckDBValue,
  TIMESTAMP,
  VARCHAR,
} from "@duckdb/node-api";
import { identifier, literal, withDatabase } from "../sources/database.ts";
import { flat, type OutputColumn, type PredictionTable } from "./predict-columns.ts";

/** The lines of a CSV file: a header, then one for each row. */
export function* csvLines(output: PredictionTable): Generator<string> {
  const columns = flat(output);
  yield columns.map(({ name }) => csvField(name)).join(",");
  for (let row = 0; row < output.rows; row++)
    yield columns.map((column) => csvField(column.textAt(row))).join(",");
}

/** The lines of an NDJSON file: an object for each row, with the probabilities as an object in it. */
export function* jsonLines(output: PredictionTable): Generator<string> {
  const { repeated, prediction, probabilities } = output;
  const columns = [...repeated, ...prediction];
  for (let row = 0; row < output.rows; row++) {
    const object = Object.fromEntries(columns.map((column) => [column.name, jsonValue(column, row)]));
    const classes = Object.fromEntries(probabilities.map(({ name, at }) => [name, at(row)]));
    yield JSON.stringify(probabilities.length > 0 ? { ...object, probabilities: classes } : object);
  }
}

const jsonValue = ({ type, at, textAt }: OutputColumn, row: number): string | number | boolean | null =>
  type === "date" && at(row) !== null ? textAt(row) : at(row);

/** A field of a CSV file, in quotes where it needs them (RFC 4180). */
const csvField = (text: string): string =>
  /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;

/** So many rows go to DuckDB at once: as many as a chunk of it holds. */
const CHUNK = 2048;

const types: Readonly<Record<OutputColumn["type"], DuckDBType>> = {
  number: DOUBLE,
  boolean: BOOLEAN,
  date: TIMESTAMP,
  text: VARCHAR,
};

/** Writes a Parquet file. */
export async function writeParquet(path: string, output: PredictionTable): Promise<void> {
  const columns = flat(output);
  await withDatabase(async (connection) => {
    // Names of their own, because those of the data may differ in case alone.
    const fields = columns.map(({ type }, i) => `c${i} ${types[type]}`).join(", ");
    await connection.run(`CREATE TEMP TABLE predictions (${fields})`);
    const appender = await connection.createAppender("predictions");
    for (let from = 0; from < output.rows; from += CHUNK) {
      const rows = Math.min(CHUNK, output.rows - from);
      const chunk = DuckDBDataChunk.create(
        columns.map(({ type }) => types[type]),
        rows,
      );
      columns.forEach((column, i) => {
        chunk.setColumnValues(
          i,
          Array.from({ length: rows }, (_, k) => databaseValue(column, from + k)),
        );
      });
      appender.appendDataChunk(chunk);
    }
    appender.closeSync();
    const renamed = columns.map(({ name }, i) => `c${i} AS ${identifier(name)}`).join(", ");
    await connection.run(`COPY (SELECT ${renamed} FROM predictions) TO ${literal(path)} (FORMAT parquet)`);
    await connection.run("DROP TABLE predictions");
  });
}

function databaseValue({ type, at }: OutputColumn, row: number): DuckDBValue {
  const value = at(row);
  if (type !== "date" || value === null) return value;
  return new DuckDBTimestampValue(BigInt(Math.round(Number(value) * 1000)));
}
