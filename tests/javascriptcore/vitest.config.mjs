// Programs on another engine, compared with Node: `npm run javascriptcore`. Apart from `npm test`, as it needs that engine.
import { join } from "node:path";
import { defineConfig } from "vitest/config";

export default defineConfig({
  root: join(import.meta.dirname, "../.."),
  test: {
    name: "javascriptcore",
    include: ["tests/javascriptcore/**/*.test.ts"],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    reporters: ["default", "./scripts/vitest-counts.mjs"],
  },
});
