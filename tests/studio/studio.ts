/** The studio's app in a headless Chromium, built from the sources as they are, under the headers that `chainrule studio` sends. */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { build } from "vite";
import { launchBrowser, type Served, serveFolder } from "../browser/launch.ts";

const root = join(import.meta.dirname, "../..");
const packages = join(root, "packages");
const cache = join(root, "node_modules/.cache/studio");

/** What the app may load and run: itself, and nothing from anywhere else. */
export const contentSecurityPolicy =
  "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self' blob:; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'";

/** A hash over names, sizes and times of the app's sources. */
function stamp(): string {
  const hash = createHash("sha256");
  for (const name of ["studio", "chainrule"]) {
    const source = join(packages, name, "src");
    for (const entry of readdirSync(source, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile() || /\.test\.tsx?$/.test(entry.name)) continue;
      const path = join(entry.parentPath, entry.name);
      const { size, mtimeMs } = statSync(path);
      hash.update(`${path}\0${size}\0${mtimeMs}\n`);
    }
  }
  for (const file of ["studio/vite.config.ts", "studio/index.html"])
    hash.update(readFileSync(join(packages, file)));
  return hash.digest("hex").slice(0, 16);
}

/** The folder of the built app: built unless it is there. Several test files may ask at once. */
export async function builtApp(): Promise<string> {
  const folder = join(cache, stamp());
  if (existsSync(folder)) return folder;
  const fresh = `${folder}-${process.pid}-${Math.random().toString(36).slice(2)}`;
  await build({
    root: join(packages, "studio"),
    configFile: join(packages, "studio/vite.config.ts"),
    logLevel: "error",
    build: { outDir: fresh, emptyOutDir: true },
  });
  mkdirSync(cache, { recursive: true });
  try {
    renameSync(fresh, folder);
  } catch {
    rmSync(fresh, { recursive: true, force: true }); // another one was first
  }
  for (const old of readdirSync(cache)) {
    const path = join(cache, old);
    if (path !== folder && Date.now() - statSync(path).mtimeMs > 3600e3)
      rmSync(path, { recursive: true, force: true });
  }
  return folder;
}

export interface OpenedStudio {
  readonly page: Page;
  readonly browser: Browser;
  /** With a slash at the end. */
  readonly url: string;
  /** Errors on the console, exceptions, and requests to anywhere else, so far. */
  readonly problems: string[];
  /** Goes to a place of the app, such as `#/trace?ex=mazur`, as a freshly loaded page. */
  visit(hash?: string): Promise<void>;
  close(): Promise<void>;
}

export interface StudioOptions {
  readonly colorScheme?: "light" | "dark";
  readonly width?: number;
  readonly height?: number;
}

/** Serves the app and opens it. One browser and one page serve a whole test file: `visit` starts afresh. */
export async function openStudio(hash = "", options: StudioOptions = {}): Promise<OpenedStudio> {
  const { colorScheme = "light", width = 1280, height = 900 } = options;
  const served: Served = await serveFolder(await builtApp(), {
    contentSecurityPolicy,
    crossOriginIsolated: true,
  });
  const browser = await launchBrowser();
  const context = await browser.newContext({
    colorScheme,
    viewport: { width, height },
    reducedMotion: "reduce",
  });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  const problems = watch(page, served.url);
  const visit = async (to = "") => {
    // Another address that differs after # alone would not load the page anew.
    await page.goto("about:blank");
    await page.goto(`${served.url}${to}`);
    await page.locator("main").waitFor();
  };
  await visit(hash);
  return {
    page,
    browser,
    url: served.url,
    problems,
    visit,
    close: async () => {
      await browser.close();
      await served.close();
    },
  };
}

/** Collects what must not happen on a page: it may grow until the page is closed. */
export function watch(page: Page, own: string): string[] {
  const problems: string[] = [];
  page.on("pageerror", (error) => problems.push(String(error)));
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) problems.push(`${message.type()}: ${message.text()}`);
  });
  page.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(own) && !/^(data|blob|about):/.test(url)) problems.push(`a request to ${url}`);
  });
  return problems;
}

const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

interface Violation {
  readonly id: string;
  readonly impact: string | null;
  readonly nodes: readonly { readonly target: readonly string[]; readonly failureSummary?: string }[];
}

/** What axe finds on the page as it is, serious or worse; empty where all is well. */
export async function axe(page: Page): Promise<string[]> {
  // Evaluated from outside, so that the page's policy stays as strict as it is.
  if (!(await page.evaluate("'axe' in window"))) await page.evaluate(axeSource);
  // Style sheets would be loaded once more for a rule about turned screens.
  const violations = await page.evaluate(
    `axe.run(document, { resultTypes: ["violations"], preload: false }).then(({ violations }) => violations)`,
  );
  return (violations as Violation[])
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id} at ${target.join(" ")}: ${failureSummary ?? ""}`),
    );
}

/** The same in both themes. */
export async function axeInBothThemes(page: Page): Promise<string[]> {
  const found: string[] = [];
  for (const colorScheme of ["dark", "light"] as const) {
    await page.emulateMedia({ colorScheme });
    found.push(...(await axe(page)).map((text) => `${colorScheme}: ${text}`));
  }
  return found;
}
