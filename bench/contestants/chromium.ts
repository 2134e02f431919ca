/**
 * chainrule's contestant in headless Chromium, on a cross-origin isolated page: `node chromium.ts eager|compiled THREADS`. The page is
 * bundled from what `npm run build` made.
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "vite";
import { launchBrowser, serveFolder } from "../../tests/browser/launch.ts";
import { serveAnswers } from "../serve.ts";
import type {} from "./page.ts";

const [mode = "compiled", threads = "1"] = process.argv.slice(2);
const folder = await mkdtemp(join(tmpdir(), "chainrule-bench-"));
await build({
  configFile: false,
  logLevel: "error",
  root: import.meta.dirname,
  build: {
    outDir: folder,
    target: "es2022",
    rolldownOptions: { input: join(import.meta.dirname, "page.ts"), output: { entryFileNames: "page.js" } },
  },
});
await writeFile(join(folder, "index.html"), '<!doctype html><script type="module" src="page.js"></script>');
const server = await serveFolder(folder, { crossOriginIsolated: true });
const browser = await launchBrowser();
const page = await browser.newPage();
await page.goto(server.url);
await page.waitForFunction(() => "begin" in globalThis);
await page.evaluate(([how, count]) => globalThis.begin(how, Number(count)), [mode, threads]);

await serveAnswers({ node: `Chromium ${browser.version()}` }, (request) =>
  page.evaluate((asked) => globalThis.answer(asked), request),
);
await browser.close();
await server.close();
await rm(folder, { recursive: true });
