import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";

/** Runs something on a connection of its own to DuckDB. */
export async function withDatabase<T>(run: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
  const connection = await (await database()).connect();
  try {
    return await run(connection);
  } finally {
    connection.closeSync();
  }
}

let instance: Promise<DuckDBInstance> | undefined;

/** One database in memory for all that a process reads. It has no extension for networks, and must not fetch one. */
function database(): Promise<DuckDBInstance> {
  instance ??= DuckDBInstance.create(":memory:", {
    autoinstall_known_extensions: "false",
    autoload_known_extensions: "false",
  });
  return instance;
}

/** Pieces of SQL. */
export const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;
export const identifier = (name: string): string => `"${name.replaceAll('"', '""')}"`;
export const list = (items: readonly string[]): string => `[${items.join(", ")}]`;

/** A path in which `*`, `?` and `[` mean themselves. */
export const withoutGlobs = (path: string): string => path.replace(/[*?[]/g, "[$&]");
