import { lstat } from "node:fs/promises";
import { ChainruleError } from "chainrule";
import { withDatabase } from "./database.ts";

const hasGlobs = (path: string): boolean => /[*?[]/.test(path);

/**
 * The files that paths name. A path with `*`, `?` or `[…]` in it stands for all files that fit it, in alphabetic order, `**` for
 * folders in folders, unless a file has just that name. Each file comes once.
 *
 * @throws ChainruleError `file` for a pattern that no file fits
 */
export async function expandPaths(paths: readonly string[]): Promise<string[]> {
  const files: string[] = [];
  for (const path of paths) {
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
