/**
 * `npm run bench:start`: what a program pays once, in fresh processes: loading the library, loading a model, the first prediction,
 * which compiles, and memory. Of the default network, of a small one, and of that with the library bundled to one file; medians of 9 processes, in turns. Reads what was built.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { modelBytes, trainTable } from "chainrule/tables";
import { build } from "esbuild";
import { median } from "./results.ts";

const processes = 9;
const row = { a: 0.3, b: -1.2, c: 0.7, d: "left" };
const rows = Array.from({ length: 200 }, (_, i) => {
  const [a, b, c] = [1, 2, 3].map((k) => Math.sin(i * k + k));
  return { a, b, c, d: i % 3 === 0 ? "left" : "right", y: a * b + c };
});

/** A program of its own: what it measures goes to its output as JSON. */
const program = (library: string, file: string): string => `
const began = performance.now();
const { load } = await import(${JSON.stringify(library)});
const imported = performance.now();
const model = await load(${JSON.stringify(file)});
const loaded = performance.now();
model.predict(${JSON.stringify(row)});
const predicted = performance.now();
for (let i = 0; i < 10_000; i++) model.predict(${JSON.stringify(row)});
const before = performance.now();
for (let i = 0; i < 1000; i++) model.predict(${JSON.stringify(row)});
const row = performance.now() - before;
const memory = process.memoryUsage.rss() / 1e6;
console.log(JSON.stringify({ import: imported - began, load: loaded - imported, first: predicted - loaded, row, memory }));
process.exit();
`;

type Figures = Record<"import" | "load" | "first" | "row" | "memory", number>;

const folder = mkdtempSync(join(tmpdir(), "chainrule-start-"));
try {
  const bundle = join(folder, "bundle.mjs");
  await build({
    stdin: { contents: 'export { load } from "chainrule";', resolveDir: import.meta.dirname },
    outfile: bundle,
    bundle: true,
    minify: true,
    format: "esm",
    platform: "node",
  });
  const bytesOf = async (hidden?: number[]): Promise<Uint8Array> =>
    modelBytes(
      (await trainTable(rows, { target: "y", seed: 0, epochs: 2, ...(hidden && { hidden }) })).model,
    );
  const small = await bytesOf([16, 16]);
  const files = [
    { name: "default", bytes: await bytesOf(), library: "chainrule" },
    { name: "16, 16", bytes: small, library: "chainrule" },
    { name: "16, 16, bundled", bytes: small, library: pathToFileURL(bundle).href },
  ].map(({ name, bytes, library }) => {
    const file = join(folder, `${name}.safetensors`);
    writeFileSync(file, bytes);
    return { name, size: bytes.length, program: program(library, file), runs: [] as Figures[] };
  });
  for (let i = 0; i < processes; i++) {
    for (const { program, runs } of files) {
      const { status, stdout, stderr } = spawnSync(process.execPath, ["--input-type=module"], {
        cwd: import.meta.dirname,
        input: program,
        encoding: "utf8",
      });
      if (status !== 0) throw new Error(stderr);
      runs.push(JSON.parse(stdout));
    }
  }
  console.log(`Node ${process.versions.node}, medians of ${processes} processes\n`);
  console.log("| hidden layers | file | import | load | first row | a row later | memory |");
  console.log("|---|--:|--:|--:|--:|--:|--:|");
  for (const { name, size, runs } of files) {
    const of = (key: keyof Figures): number => median(runs.map((run) => run[key]));
    const ms = (["import", "load", "first"] as const).map((key) => `${of(key).toFixed(0)} ms`);
    const cells = [
      name,
      `${(size / 1000).toFixed(0)} kB`,
      ...ms,
      `${of("row").toFixed(1)} µs`,
      `${of("memory").toFixed(0)} MB`,
    ];
    console.log(`| ${cells.join(" | ")} |`);
  }
  const { stdout } = spawnSync(process.execPath, ["-p", "process.memoryUsage.rss() / 1e6"], {
    encoding: "utf8",
  });
  console.log(`\nNode by itself: ${Number(stdout).toFixed(0)} MB`);
} finally {
  rmSync(folder, { recursive: true });
}
