import { createHash } from "node:crypto";
import { fileURLToPath } from "node:url";
import { build, defaultClientConditions, type Plugin } from "vite";

const name = "virtual:report-script";

/** Gives the script of report pages, which makes their traces come to life, as a text: built on its own into one piece. */
export function reportScript(): Plugin {
  return {
    name: "report-script",
    resolveId: (id) => (id === name ? `\0${name}` : undefined),
    async load(id) {
      if (id !== `\0${name}`) return;
      const script = await built();
      return `export default ${JSON.stringify(script)};`;
    },
  };
}

async function built(): Promise<{ code: string; sha256: string; css: string }> {
  const result = await build({
    configFile: false,
    root: import.meta.dirname,
    logLevel: "warn",
    publicDir: false,
    resolve: { conditions: ["@chainrule/source", ...defaultClientConditions] },
    oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
    define: { "process.env.NODE_ENV": '"production"' },
    build: {
      write: false,
      target: "es2022",
      lib: {
        entry: fileURLToPath(new URL("src/report/hydrate.tsx", import.meta.url)),
        formats: ["iife"],
        name: "chainruleReport",
        cssFileName: "report",
      },
    },
  });
  const [first] = Array.isArray(result) ? result : [result];
  if (!("output" in first)) throw new Error("The script of reports was not built.");
  const css = first.output.flatMap((file) => (file.type === "asset" ? [String(file.source)] : [])).join("\n");
  // What would end the element early.
  const code = first.output
    .flatMap((file) => (file.type === "chunk" ? [file.code] : []))
    .join("\n")
    .replace(/<(?=\/script|!--)/gi, "\\x3C");
  return { code, sha256: createHash("sha256").update(code).digest("base64"), css };
}
