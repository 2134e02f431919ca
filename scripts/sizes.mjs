// `npm run sizes`: what a browser would download, minified, and minified and gzipped: the whole library, and the
// lecture's program with only what it uses, compiled and not; then what the studio loads first, and what it loads when it is needed. Fails
// above the ceilings, and when the lecture's bundle prints other numbers than its source. Reads what was built.
//
// The bundler is Vite, the project's own. esbuild is shown beside it: it keeps all of `nn` and `optim` when a program
// imports these names from "chainrule", as it does not look into namespaces that are exported (`export * as nn`).
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import * as esbuild from "esbuild";
import { build, defaultClientConditions } from "vite";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const target = "es2022";

/** A program as one minified module, by Vite. */
async function byVite(code, conditions = defaultClientConditions) {
  const entry = join(root, "bundle-entry.ts"); // not a file: it is served from memory
  const { output } = await build({
    root,
    configFile: false,
    logLevel: "error",
    resolve: { conditions },
    plugins: [
      {
        name: "entry",
        resolveId: (id) => (id === entry ? entry : undefined),
        load: (id) => (id === entry ? code : undefined),
      },
    ],
    build: {
      write: false,
      target,
      modulePreload: false,
      rolldownOptions: {
        input: entry,
        preserveEntrySignatures: "exports-only",
        external: /^node:/,
        output: { codeSplitting: false },
      },
    },
  });
  return output[0].code;
}

/** The same by esbuild. */
async function byEsbuild(code) {
  const { outputFiles } = await esbuild.build({
    stdin: { contents: code, resolveDir: root, loader: "ts" },
    absWorkingDir: root,
    bundle: true,
    minify: true,
    write: false,
    format: "esm",
    platform: "browser",
    target,
    external: ["node:*"],
    logLevel: "error",
  });
  return outputFiles[0].text;
}

/** Bytes, and bytes gzipped, in kilobytes of 1000. */
const sizesOf = (code) => [Buffer.byteLength(code), gzipSync(code, { level: 9 }).length].map((n) => n / 1000);

/** What a module prints. */
function output(code) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ["--input-type=module"], {
    input: code,
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`The bundle ended with exit code ${status}.\n${stderr}`);
  return stdout;
}

const { exports } = JSON.parse(readFileSync(join(root, "packages/chainrule/package.json"), "utf8"));
const library = Object.keys(exports)
  .filter((path) => !path.endsWith(".json"))
  .map((path, i) => `export * as entry${i} from ${JSON.stringify(path.replace(".", "chainrule"))};`)
  .join("\n");
const lecture = readFileSync(join(root, "examples/lecture.ts"), "utf8");

const row = (name, ...cells) => console.log(name.padEnd(24), ...cells);
const figures = ([minified, gzipped]) =>
  `${minified.toFixed(1).padStart(9)} ${gzipped.toFixed(1).padStart(8)}`;

row("", "   Vite: kB minified, gzipped", "  esbuild");
// The bars are what we want, the ceilings what no change may exceed: docs/decisions/0008 says why they differ.
for (const [name, bar, ceiling, code] of [
  ["the whole library", 80, 285, library],
  ["examples/compiled.ts", undefined, 124, readFileSync(join(root, "examples/compiled.ts"), "utf8")],
  ["examples/lecture.ts", 40, 62, lecture],
]) {
  const bundle = await byVite(code);
  const sizes = sizesOf(bundle);
  if (sizes[1] > ceiling) process.exitCode = 1;
  const verdict =
    sizes[1] > ceiling
      ? `ABOVE THE CEILING, ${ceiling}`
      : bar === undefined || sizes[1] <= bar
        ? `(${bar === undefined ? "ceiling" : "bar"} ${bar ?? ceiling})`
        : `above the bar of ${bar}`;
  row(name, figures(sizes), verdict.padEnd(24), figures(sizesOf(await byEsbuild(code))));
  if (code !== lecture) continue;
  const printed = output(bundle);
  if (printed !== output(await byVite(code, ["@chainrule/source", ...defaultClientConditions]))) {
    console.error("The bundle of the lecture's program prints other numbers than its source.");
    process.exitCode = 1;
  } else {
    console.log(
      `The lecture's bundle prints what its source does: ${printed.split("\n")[0]} … loss by loss.`,
    );
  }
}

// The studio: all that its first page names, and what those files import at once.
const app = join(root, "packages/studio/dist/app");
const first = new Set(["index.html"]);
for (const file of first) {
  const text = readFileSync(join(app, file), "utf8");
  const named = file.endsWith(".html")
    ? text.matchAll(/(?:src|href)="\.\/([^"]+)"/g)
    : file.endsWith(".js")
      ? text.matchAll(/(?:\bfrom|\bimport)\s*"(\.\/[^"]+)"/g)
      : [];
  for (const [, path] of named) first.add(join(dirname(file), path).split(sep).join("/"));
}
const sizesOfFiles = (files) =>
  files
    .map((file) => sizesOf(readFileSync(join(app, file))))
    .reduce(([a, b], [c, d]) => [a + c, b + d], [0, 0]);
const FIRST_LOAD = 150;
const firstLoad = sizesOfFiles([...first]);
if (firstLoad[1] > FIRST_LOAD) process.exitCode = 1;
row("");
row(
  "studio, first load",
  figures(firstLoad),
  firstLoad[1] > FIRST_LOAD ? `ABOVE THE CEILING, ${FIRST_LOAD}` : `(ceiling ${FIRST_LOAD})`,
);
const later = readdirSync(join(app, "assets"))
  .map((file) => `assets/${file}`)
  .filter((file) => /\.(js|css)$/.test(file) && !first.has(file));
const worker = later.filter((file) => /^assets\/main-/.test(file));
row("studio, its Worker", figures(sizesOfFiles(worker)), "when something is opened");
row(
  "studio, screens",
  figures(sizesOfFiles(later.filter((file) => !worker.includes(file)))),
  "when they are shown",
);
