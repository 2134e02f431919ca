import { createHash } from "node:crypto";
import { defaultClientConditions, defineConfig, type Plugin } from "vite";

/** Script and style go into the page, which then loads nothing; its policy lets nothing but them run. */
function oneFile(): Plugin {
  return {
    name: "one-file",
    enforce: "post",
    generateBundle(_, bundle) {
      const files = Object.values(bundle);
      for (const page of files) {
        if (page.type !== "asset" || !page.fileName.endsWith(".html")) continue;
        let html = String(page.source);
        const hashes: string[] = [];
        html = html.replace(
          /\s*<script type="module"[^>]* src="\.\/([^"]+)"><\/script>/,
          (_tag, name: string) => {
            const chunk = bundle[name];
            if (chunk?.type !== "chunk")
              throw new Error(`${page.fileName} names ${name}, which was not built.`);
            delete bundle[name];
            // What would end the script early.
            const code = `\n${chunk.code.replace(/<(?=\/script|!--)/gi, "\\x3C")}`;
            hashes.push(`'sha256-${createHash("sha256").update(code).digest("base64")}'`);
            // It runs when the page is there, as a module would.
            return `\n    <script type="module">${code}</script>`;
          },
        );
        html = html.replace(/\s*<link rel="stylesheet"[^>]* href="\.\/([^"]+)">/g, (_tag, name: string) => {
          const style = bundle[name];
          if (style?.type !== "asset")
            throw new Error(`${page.fileName} names ${name}, which was not built.`);
          delete bundle[name];
          return `\n    <style>${String(style.source)}</style>`;
        });
        const policy = `default-src 'none'; script-src ${hashes.join(" ")} 'wasm-unsafe-eval'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'`;
        page.source = html.replace(
          /<meta charset="utf-8" \/>/,
          (tag) => `${tag}\n    <meta http-equiv="Content-Security-Policy" content="${policy}" />`,
        );
      }
      const left = Object.keys(bundle).filter((name) => !name.endsWith(".html"));
      if (left.length > 0) this.error(`The page would load ${left.join(", ")}.`);
    },
  };
}

// `--mode simple-model` and `--mode trace` name the page.
export default defineConfig(({ mode }) => ({
  base: "./",
  publicDir: false,
  resolve: { conditions: ["@chainrule/source", ...defaultClientConditions] },
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  plugins: [oneFile()],
  define: { "process.env.NODE_ENV": '"production"' },
  build: {
    outDir: `dist/pages/${mode}`,
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: Number.MAX_SAFE_INTEGER,
    cssCodeSplit: false,
    modulePreload: false,
    rolldownOptions: { input: `${mode}.html`, output: { codeSplitting: false } },
  },
}));
