// `npm run sizes`: what a browser would download, minified, and minified and gzipped: the whole library, and
// the lecture's program with only what it uses. Fails above the bars. Reads the built library.
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const library = join(root, "packages/chainrule");

const { exports } = JSON.parse(readFileSync(join(library, "package.json"), "utf8"));
const entries = Object.keys(exports).filter((path) => !path.endsWith(".json"));
const wholeLibrary = entries
  .map((path, i) => `export * as entry${i} from ${JSON.stringify(path.replace(".", "chainrule"))};`)
  .join("\n");
const lecture = join(root, "examples/lecture.ts");

/** One bundle in kilobytes (1000 bytes): minified, and gzipped after that. */
async function bundle(input) {
  const { outputFiles } = await build({
    ...input,
    absWorkingDir: root,
    bundle: true,
    minify: true,
    write: false,
    format: "esm",
    platform: "browser",
    target: "es2022",
    external: ["node:*"],
    logLevel: "error",
  });
  const code = outputFiles[0].contents;
  return { minified: code.length / 1000, gzipped: gzipSync(code, { level: 9 }).length / 1000 };
}

const bundles = [
  {
    name: "the whole library",
    bar: 80,
    input: { stdin: { contents: wholeLibrary, resolveDir: root } },
  },
  { name: "examples/lecture.ts alone", bar: 40, input: { entryPoints: [lecture] } },
];

for (const { name, bar, input } of bundles) {
  if (input.entryPoints && !existsSync(lecture)) {
    console.error(`${name}: the file is missing`);
    process.exitCode = 1;
    continue;
  }
  const { minified, gzipped } = await bundle(input);
  const within = gzipped <= bar;
  if (!within) process.exitCode = 1;
  const figures = `${minified.toFixed(1).padStart(6)} kB minified ${gzipped.toFixed(1).padStart(6)} kB gzipped`;
  console.log(`${name.padEnd(26)} ${figures}   ${within ? `(bar ${bar})` : `ABOVE the bar of ${bar} kB`}`);
}
