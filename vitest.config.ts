import { defaultClientConditions, defaultServerConditions } from "vite";
import { configDefaults, defineConfig } from "vitest/config";

// Tests run the sources: the condition below is the one under which package.json's exports name src/.
const source = "@chainrule/source";

// Whole programs, and tests that measure memory: each file in a worker of its own.
const apart = ["tests/cli/**/*.test.ts", "packages/studio/src/worker/**/*.test.ts"];

export default defineConfig({
  resolve: { conditions: [source, ...defaultClientConditions] },
  ssr: { resolve: { conditions: [source, ...defaultServerConditions] } },
  test: {
    reporters: ["default", "./scripts/vitest-counts.mjs"],
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          // A worker takes one file after the other: to start and to load the library anew for each takes as long as the tests.
          isolate: false,
          // Pages hold their styles as texts.
          css: true,
          // Whole programs start in some tests, and machines may be busy: the limit is there to end a hang.
          testTimeout: 180_000,
          hookTimeout: 180_000,
          include: ["packages/*/src/**/*.test.ts", "tests/**/*.test.ts"],
          exclude: [
            ...configDefaults.exclude,
            "tests/browser/**",
            "tests/studio/**",
            "tests/javascriptcore/**",
            ...apart,
          ],
        },
      },
      {
        extends: true,
        test: {
          name: "apart",
          testTimeout: 180_000,
          hookTimeout: 180_000,
          include: apart,
          exclude: [...configDefaults.exclude, "tests/studio/**"],
        },
      },
      {
        extends: true,
        test: {
          // The suite once more, with every number computed by compiled programs.
          name: "compiled",
          isolate: false,
          testTimeout: 180_000,
          hookTimeout: 180_000,
          env: { CHAINRULE_SUITE: "compiled" },
          setupFiles: ["packages/chainrule/src/compile/testing/setup-lazy.ts"],
          include: [
            "tests/golden/**/*.test.ts",
            "packages/chainrule/src/{ops,nn,optim,autograd}/**/*.test.ts",
          ],
        },
      },
      {
        extends: true,
        test: {
          name: "browser",
          include: ["tests/{browser,studio}/**/*.test.ts"],
          testTimeout: 180_000,
          hookTimeout: 180_000,
          // What a page comes to, however busy the machine: this limit, too, is there to end a hang.
          expect: { poll: { timeout: 20_000 } },
        },
      },
    ],
  },
});
