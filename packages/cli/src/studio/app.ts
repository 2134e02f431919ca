import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, extname, join, relative, sep } from "node:path";
import { ChainruleError } from "chainrule";

/** A file of the studio's app, as it is sent. */
export interface AppFile {
  readonly type: string;
  readonly bytes: Uint8Array;
}

/** The app's files by their paths below the address: "index.html", "assets/main-1a2b.js". */
export type App = ReadonlyMap<string, AppFile>;

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".wasm": "application/wasm",
  ".csv": "text/csv; charset=utf-8",
};

/** The type under which a file is sent. */
export const typeOf = (path: string): string =>
  types[extname(path).toLowerCase()] ?? "application/octet-stream";

/** The folder that the studio's package holds its app in. */
const appFolder = (): string =>
  join(dirname(createRequire(import.meta.url).resolve("@chainrule/studio/package.json")), "dist", "app");

/**
 * Reads the whole app, so that it stays as it is while it is served. Links in the folder are not followed.
 *
 * @throws ChainruleError `file` where it has not been built
 */
export async function readApp(folder = appFolder()): Promise<App> {
  if (!existsSync(join(folder, "index.html"))) {
    throw new ChainruleError(
      "file",
      `The studio's app is not there: ${folder} has no index.html.`,
      "In a clone, `npm run build` makes it; else install @chainrule/cli anew.",
    );
  }
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return new Map(
    await Promise.all(
      files.map(async (file) => {
        const path = relative(folder, file).split(sep).join("/");
        return [path, { type: typeOf(path), bytes: await readFile(file) }] as const;
      }),
    ),
  );
}
