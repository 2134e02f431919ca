import { type DuckDBConnection, StatementType } from "@duckdb/node-api";
import { ChainruleError } from "chainrule";
import { identifier } from "./database.ts";
import { queryError } from "./errors.ts";
import { tableName } from "./file.ts";
import { type Opened, openTyped } from "./opened.ts";

/**
 * Opens a query. Files in quotes are tables in it, such as `select * from 'a.csv'`; those that were given are there by their base
 * names, and a single one also as `data`.
 *
 * @param given the files that were given beside the query
 * @throws ChainruleError `data` for a query that is wrong, or that is more than one SELECT: a query reads, and changes nothing
 */
export async function openQuery(
  connection: DuckDBConnection,
  sql: string,
  given: readonly { readonly path: string; readonly opened: Opened }[],
): Promise<Opened> {
  const tables = await addViews(connection, given);
  const explain = (error: unknown): ChainruleError => queryError(error, tables);
  const query = await onlySelect(connection, sql, explain);
  return await openTyped(connection, `(\n${query}\n)`, { source: "the query", declared: false, explain });
}

async function addViews(
  connection: DuckDBConnection,
  given: readonly { readonly path: string; readonly opened: Opened }[],
): Promise<string[]> {
  const views = new Map<string, Opened>();
  for (const { path, opened } of given) {
    const name = tableName(path);
    if (views.has(name)) {
      throw new ChainruleError(
        "argument",
        `Two of the files given are the table ${name} of the query.`,
        "Name the files in the query, in quotes, in place of giving them.",
      );
    }
    views.set(name, opened);
  }
  if (given.length === 1 && !views.has("data")) views.set("data", given[0].opened);
  for (const [name, opened] of views) {
    try {
      await connection.run(`CREATE TEMP VIEW ${identifier(name)} AS ${opened.sql}`);
    } catch (error) {
      throw opened.explain(error);
    }
  }
  return [...views.keys()];
}

/** The query without a semicolon at its end, checked: one statement, and one that only reads. */
async function onlySelect(
  connection: DuckDBConnection,
  sql: string,
  explain: (error: unknown) => ChainruleError,
): Promise<string> {
  const query = sql.trim().replace(/(\s*;)+$/, "");
  if (query === "") throw new ChainruleError("argument", "The query is empty.", "Write a SELECT.");
  const refused = new ChainruleError(
    "argument",
    "The query is not one SELECT.",
    "Write a single query that reads: a query can not change files or settings.",
  );
  try {
    const statements = await connection.extractStatements(query);
    if (statements.count !== 1) throw refused;
    const statement = await statements.prepare(0);
    if (statement.statementType !== StatementType.SELECT) throw refused;
    statement.destroySync();
  } catch (error) {
    throw explain(error);
  }
  return query;
}
