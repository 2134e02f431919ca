// What must also run on the oldest Node that the library declares: an older Vitest, because the current one no
// longer starts there. This list is the one place that says which tests.
import { join } from "node:path";
import { defaultClientConditions, defaultServerConditions } from "vite";
import { defineConfig } from "vitest/config";

const include = [
  "packages/chainrule/src/**/*.test.ts",
  "tests/golden/**/*.test.ts",
  "tests/compile/**/*.test.ts",
  "tests/oracle/**/*.test.ts",
];

const source = "@chainrule/source";

export default defineConfig({
  root: join(import.meta.dirname, "../.."),
  resolve: {
    conditions: [source, ...defaultClientConditions],
    alias: [
      { find: /^vitest$/, replacement: join(import.meta.dirname, "node_modules/vitest/dist/index.js") },
    ],
  },
  ssr: { resolve: { conditions: [source, ...defaultServerConditions] } },
  test: {
    name: `node ${process.versions.node}`,
    include,
    testTimeout: 60_000,
    reporters: ["dot", "./scripts/vitest-counts.mjs"],
  },
});
