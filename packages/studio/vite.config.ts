import { defaultClientConditions, defineConfig } from "vite";
import { reportScript } from "./report-script.ts";

// The app reads the library's sources, so that one build makes both. Paths are relative: the site works below any address.
export default defineConfig({
  base: "./",
  resolve: { conditions: ["@chainrule/source", ...defaultClientConditions] },
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  // The Worker makes reports.
  worker: { format: "es", plugins: () => [reportScript()] },
  build: {
    outDir: "dist/app",
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});
