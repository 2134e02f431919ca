/**
 * Headless pages for tests: finds a Chromium, bundles a module as a browser would get it, serves it on a
 * loopback port and runs it there.
 */
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { type Browser, chromium, type LaunchOptions } from "playwright-core";
import { build as buildSite } from "vite";

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** Flags for a machine without a display, a sandbox (root in a container) or a network. */
const flags = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Launches a headless Chromium with an empty profile: `$CHROMIUM`, the system's, or the packaged one. */
export async function launchBrowser(): Promise<Browser> {
  const launch = (options: LaunchOptions) => chromium.launch({ headless: true, args: flags, ...options });
  if (process.env.CHROMIUM) return launch({ executablePath: process.env.CHROMIUM });
  const packagedRuns = process.platform === "linux" && process.arch === "x64";
  const system = systemBrowser();
  if (system) {
    try {
      return await launch(system);
    } catch (error) {
      // Ubuntu's chromium, for one, is a stub that starts only where snap packages run.
      if (!packagedRuns) throw error;
    }
  }
  if (packagedRuns) return launch(await packagedBrowser());
  throw new Error(
    "No Chromium or Chrome was found. Install one, or name its file in the environment variable CHROMIUM.",
  );
}

function systemBrowser(): LaunchOptions | undefined {
  // Playwright knows where Chrome's and Edge's installers put them on these two.
  if (process.platform === "darwin") return { channel: "chrome" };
  if (process.platform === "win32") return { channel: "msedge" };
  const folders = (process.env.PATH ?? "").split(":");
  const executablePath = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]
    .flatMap((name) => folders.map((folder) => join(folder, name)))
    .find((path) => existsSync(path));
  return executablePath === undefined ? undefined : { executablePath };
}

/**
 * Unpacks `@sparticuz/chromium` once into node_modules/.cache. Its own start-up code is for Amazon's machines;
 * elsewhere all that it needs is its libraries (NSS and expat) on the search path.
 */
async function packagedBrowser(): Promise<LaunchOptions> {
  const cached = join(root, "node_modules/.cache/chromium");
  if (!existsSync(cached)) {
    const { inflate } = await import("@sparticuz/chromium");
    const archives = join(dirname(fileURLToPath(import.meta.resolve("@sparticuz/chromium"))), "../bin");
    const unpacking = `${cached}-${process.pid}`;
    await mkdir(unpacking, { recursive: true });
    // The package always unpacks into the folder for temporary files.
    const previous = process.env.TMPDIR;
    process.env.TMPDIR = unpacking;
    try {
      for (const archive of ["chromium.br", "al2023.tar.br", "fonts.tar.br"])
        await inflate(join(archives, archive));
    } finally {
      if (previous === undefined) delete process.env.TMPDIR;
      else process.env.TMPDIR = previous;
    }
    // Renamed when complete: of two that unpack at once, the second finds the first one's.
    await rename(unpacking, cached).catch(() => rm(unpacking, { recursive: true }));
  }
  await writeFile(join(cached, "fonts.conf"), fontsIn(join(cached, "fonts")));
  const libraries = [join(cached, "al2023/lib"), process.env.LD_LIBRARY_PATH].filter(Boolean).join(":");
  return {
    executablePath: join(cached, "chromium"),
    env: { ...process.env, LD_LIBRARY_PATH: libraries, FONTCONFIG_FILE: join(cached, "fonts.conf") },
  };
}

/** The packaged font for texts, so that they look the same everywhere, and the machine's own for signs that it lacks, such as ∇. */
const fontsIn = (folder: string): string => `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>${folder}</dir>
  <dir>/usr/share/fonts</dir>
  <dir>/usr/local/share/fonts</dir>
  <cachedir>${join(tmpdir(), "chainrule-fonts-cache")}</cachedir>
${[
  ["system-ui", "Open Sans"],
  ["sans-serif", "Open Sans"],
  ["monospace", "DejaVu Sans Mono"],
  ["math", "DejaVu Math TeX Gyre"],
]
  .map(
    ([name, font]) =>
      `  <alias binding="same"><family>${name}</family><prefer><family>${font}</family></prefer></alias>`,
  )
  .join("\n")}
  <match target="pattern">
    <test name="weight" compare="more_eq"><const>demibold</const></test>
    <edit name="weight" mode="assign"><const>bold</const></edit>
  </match>
</fontconfig>
`;

const contentTypes: Record<string, string> = {
  ".css": "text/css",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".json": "application/json",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
};

export interface Served {
  /** Where the folder's index is, with a slash at the end. */
  url: string;
  close(): Promise<void>;
}

export interface ServeOptions {
  /** Sends the two headers (COOP and COEP) without which a page has no SharedArrayBuffer, and so no threads. */
  crossOriginIsolated?: boolean;
  /** The header of this name, which says what a page may load and start. */
  contentSecurityPolicy?: string;
}

/**
 * Builds a page of `pages/` by a bundler that was told nothing of the library or its workers, from the library as it is built.
 *
 * @returns a new folder with the site, which the caller removes
 */
export async function buildPage(name: string): Promise<string> {
  const site = await mkdtemp(join(tmpdir(), "chainrule-site-"));
  await buildSite({
    configFile: false,
    logLevel: "error",
    root: join(import.meta.dirname, "pages", name),
    build: { outDir: site, emptyOutDir: true },
  });
  return site;
}

/** Serves a folder on a free loopback port. */
export async function serveFolder(folder: string, options: ServeOptions = {}): Promise<Served> {
  const { crossOriginIsolated, contentSecurityPolicy } = options;
  const headers = {
    ...(crossOriginIsolated && {
      "Cross-Origin-Opener-Policy": "same-origin",
      "Cross-Origin-Embedder-Policy": "require-corp",
    }),
    ...(contentSecurityPolicy && { "Content-Security-Policy": contentSecurityPolicy }),
  };
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://localhost");
    const path = normalize(decodeURIComponent(pathname.endsWith("/") ? `${pathname}index.html` : pathname));
    try {
      const body = await readFile(join(folder, path));
      const type = contentTypes[extname(path)] ?? "application/octet-stream";
      response.writeHead(200, { "Content-Type": type, ...headers }).end(body);
    } catch {
      response.writeHead(404, headers).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/**
 * Bundles a module (with the built packages, as published), opens an empty page and returns what the module's
 * exported `run` gives there: a value that JSON can carry. Fails with what the page printed as errors.
 */
export async function runInPage(
  browser: Browser,
  entry: string,
  options: ServeOptions = {},
): Promise<unknown> {
  const folder = await mkdtemp(join(tmpdir(), "chainrule-page-"));
  const page = await browser.newPage();
  try {
    await build({
      entryPoints: { page: entry },
      absWorkingDir: root,
      outdir: folder,
      bundle: true,
      format: "esm",
      platform: "browser",
      target: "es2022",
      external: ["node:*"],
      logLevel: "silent",
    });
    await writeFile(
      join(folder, "index.html"),
      '<!doctype html><link rel="icon" href="data:," /><title>test</title>',
    );
    const server = await serveFolder(folder, options);
    const problems: string[] = [];
    page.on("pageerror", (error) => problems.push(String(error)));
    page.on("console", (message) => {
      if (message.type() === "error") problems.push(message.text());
    });
    try {
      await page.goto(server.url);
      const result = await page.evaluate<unknown>('import("/page.js").then((module) => module.run())');
      if (problems.length > 0) throw new Error(`The page reported: ${problems.join("; ")}`);
      return result;
    } finally {
      await server.close();
    }
  } finally {
    await page.close();
    await rm(folder, { recursive: true });
  }
}
