/** Pages without a bundler's page around them: modules by an import map, and a classic script. And what policies leave of threads. */
import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { launchBrowser, type ServeOptions, serveFolder } from "./launch.ts";

interface Found {
  tier: string;
  threads: number;
  y: number;
}

declare global {
  var found: Found | undefined;
}

const root = join(import.meta.dirname, "../..");
/** Compiles a product that is worth threads, and reports once workers had time to start, or to fail. */
const program = `
const layer = new nn.Linear(300, 300);
const step = compile((x) => layer(x).square().mean());
const x = ones([256, 300]);
(async () => {
  for (let i = 0; i < 3; i++) {
    step(x);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const { tier, threads } = engineReport();
  globalThis.found = { tier, threads, y: step(x).item() };
})();`;
const names = "compile, engineReport, manualSeed, nn, ones";

let browser: Browser;
let site: string;

beforeAll(async () => {
  browser = await launchBrowser();
  site = await mkdtemp(join(tmpdir(), "chainrule-site-"));
  await cp(join(root, "packages/chainrule/dist"), join(site, "chainrule"), { recursive: true });
  const page = (body: string) => `<!doctype html><link rel="icon" href="data:," />${body}`;
  const map = JSON.stringify({ imports: { chainrule: "./chainrule/index.js" } });
  await writeFile(
    join(site, "modules.html"),
    page(`<script type="importmap">${map}</script><script type="module" src="./main.js"></script>`),
  );
  await writeFile(join(site, "main.js"), `import { ${names} } from "chainrule";\nmanualSeed(0);${program}`);
  await writeFile(join(site, "classic.html"), page('<script src="./classic.js"></script>'));
  await build({
    stdin: {
      contents: `import { ${names} } from "chainrule";\nmanualSeed(0);${program}`,
      resolveDir: root,
    },
    outfile: join(site, "classic.js"),
    bundle: true,
    minify: true,
    format: "iife",
    target: "es2022",
    logLevel: "error",
    logOverride: { "empty-import-meta": "silent" },
  });
});

afterAll(async () => {
  await browser?.close();
  await rm(site, { recursive: true, force: true });
});

async function open(file: string, options: ServeOptions): Promise<Found> {
  const server = await serveFolder(site, options);
  const page = await browser.newPage();
  try {
    await page.goto(server.url + file);
    await page.waitForFunction(() => "found" in globalThis);
    return (await page.evaluate(() => globalThis.found)) as Found;
  } finally {
    await page.close();
    await server.close();
  }
}

const isolated = { crossOriginIsolated: true };
const policy = (contentSecurityPolicy: string): ServeOptions => ({ ...isolated, contentSecurityPolicy });

test.each<[string, string, ServeOptions, { tier: RegExp; several: boolean }]>([
  ["an import map", "modules.html", {}, { tier: /simd|relaxed/, several: false }],
  ["a classic script", "classic.html", {}, { tier: /simd|relaxed/, several: false }],
  ["an isolated page", "classic.html", isolated, { tier: /simd|relaxed/, several: true }],
  [
    "a policy without WebAssembly",
    "classic.html",
    policy("script-src 'self'"),
    { tier: /none/, several: false },
  ],
  [
    "a policy without workers",
    "classic.html",
    policy("script-src 'self' 'wasm-unsafe-eval'"),
    { tier: /simd|relaxed/, several: false },
  ],
  [
    "a policy with both",
    "classic.html",
    policy("script-src 'self' 'wasm-unsafe-eval'; worker-src blob:"),
    { tier: /simd|relaxed/, several: true },
  ],
])("%s", async (_, file, options, { tier, several }) => {
  const found = await open(file, options);
  expect(found.tier).toMatch(tier);
  const cores = await browser.newPage().then(async (page) => {
    const count = await page.evaluate(() => navigator.hardwareConcurrency);
    await page.close();
    return count;
  });
  expect(found.threads > 1).toBe(several && cores > 1);
  const { manualSeed, nn, ones } = await import("chainrule");
  manualSeed(0);
  expect(found.y).toBeCloseTo(
    new nn.Linear(300, 300)(ones([256, 300]))
      .square()
      .mean()
      .item(),
    4,
  );
});
