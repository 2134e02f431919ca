import { defaultClientConditions, defineConfig } from "vite";
import { reportScript } from "./report-script.ts";

// `@chainrule/studio/report`: one module that makes pages as texts, for Node and for browsers.
export default defineConfig({
  publicDir: false,
  resolve: { conditions: ["@chainrule/source", ...defaultClientConditions] },
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  plugins: [reportScript()],
  define: { "process.env.NODE_ENV": '"production"' },
  build: {
    outDir: "dist/report",
    emptyOutDir: true,
    target: "es2022",
    lib: { entry: "src/report/render.tsx", formats: ["es"], fileName: "render" },
  },
});
