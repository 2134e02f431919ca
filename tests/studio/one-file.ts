/** Builds the pages that are one file, for their tests. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";

const studio = fileURLToPath(new URL("../../packages/studio", import.meta.url));

/** Builds `simple-model` or `trace` into a folder, and gives the file. */
export async function buildWith(mode: "simple-model" | "trace", folder: string): Promise<string> {
  await build({
    root: studio,
    configFile: join(studio, "vite.simple-model.config.ts"),
    mode,
    logLevel: "error",
    build: { outDir: folder, emptyOutDir: false },
  });
  return join(folder, `${mode}.html`);
}
