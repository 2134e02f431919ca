import { lstat } from "node:fs/promises";
import { ChainruleError } from "chainrule";
import type { Io } from "../io.ts";
import { withDatabase } from "./database.ts";
import type { Data } from "./index.ts";
import type { InputFormat } from "./input.ts";
import { fileOfInput } from "./stdin.ts";

const hasGlobs = (path: string): boolean => /[*?[]/.test(path);

/**
 * The files that paths name. A path with `*`, `?` or `[…]` in it stands for all files that fit it, in alphabetic order, `**` for
 * folders in folders, unless a file has just that name. Each file comes once.
 *
 * @throws ChainruleError `file` for a pattern that no file fits, and for `-`: {@link dataFrom} knows that as standard input
 */
export async function expandPaths(paths: readonly string[]): Promise<string[]> {
  const files: string[] = [];
  for (const path of paths) {
    if (path === "-") {
      throw new ChainruleError(
        "file",
        "This table can not be read from standard input.",
        "Write it to a file first, and name that; a file that is called so is ./-.",
      );
    }
    const isFile =
      !hasGlobs(path) ||
      (await lstat(path).then(
        () => true,
        () => false,
      ));
    files.push(...(isFile ? [path] : await matching(path)));
  }
  return [...new Set(files)];
}

/**
 * The data that a command is given: the files that its paths name, where `-` is standard input, and its query where it has one.
 *
 * @throws ChainruleError `file` as {@link expandPaths} and {@link fileOfInput}, `argument` for a format where there is no standard input
 */
export async function dataFrom(
  paths: readonly string[],
  { sql, format }: { readonly sql?: string; readonly format?: InputFormat },
  { stdin }: Io,
): Promise<Data> {
  const hasInput = paths.includes("-");
  if (format !== undefined && !hasInput) {
    throw new ChainruleError(
      "argument",
      `${format} is said to be the format of standard input, which is not read.`,
      "Give - in place of a file, or leave the format out: files are known by their names and what is in them.",
    );
  }
  const input = hasInput ? await fileOfInput(stdin, format) : "-";
  return {
    files: await expandPaths(paths.map((path) => (path === "-" ? input : path))),
    ...(sql === undefined ? {} : { sql }),
  };
}

async function matching(pattern: string): Promise<string[]> {
  const rows = await withDatabase(async (connection) => {
    const found = await connection.run("SELECT file FROM glob($1) ORDER BY file", [pattern]);
    return await found.getRows();
  });
  if (rows.length > 0) return rows.map(([file]) => String(file));
  throw new ChainruleError(
    "file",
    `No file fits ${pattern}.`,
    "Check the pattern; it is looked for from the folder that you are in.",
  );
}
