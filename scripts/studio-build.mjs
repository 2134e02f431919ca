// `node scripts/studio-build.mjs FOLDER`: builds all that @chainrule/studio publishes: the app, the page of written-down traces, and the
// report's renderer. In a process of its own, beside the compiler.
import { join } from "node:path";
import { build } from "vite";
import { root } from "./setup.mjs";

const [out] = process.argv.slice(2);
const studio = join(root, "packages/studio");

/** Configurations, the modes that they are run in, and where their results go. */
const parts = [
  { config: "vite.config.ts", mode: "production", folder: "app" },
  { config: "vite.simple-model.config.ts", mode: "trace", folder: "pages/trace" },
  { config: "vite.report.config.ts", mode: "production", folder: "report" },
];

await Promise.all(
  parts.map(({ config, mode, folder }) =>
    build({
      root: studio,
      configFile: join(studio, config),
      mode,
      logLevel: "error",
      build: { outDir: join(out, folder), emptyOutDir: true },
    }),
  ),
);
