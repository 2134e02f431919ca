// `npm run examples`: runs every example to its end on the built package, and builds the page. MNIST takes minutes: with --mnist.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureBuilt, ensureInstalled, nodeBinary, root, runQuietly } from "../scripts/setup.mjs";

await ensureInstalled();
await ensureInstalled(join(root, "examples"));
await ensureBuilt();

const scripts = [
  "lecture.ts",
  "compiled.ts",
  "script.ts",
  "table.ts",
  "three-ways.ts",
  "worker/main.ts",
  "edge/run.ts",
  "custom-layer.ts",
  "custom-op.ts",
  "from-pytorch.ts",
];
if (process.argv.includes("--mnist")) scripts.push("mnist.ts");

const page = mkdtempSync(join(tmpdir(), "chainrule-page-"));
const vite = [join(root, "node_modules/vite/bin/vite.js"), "build", "examples/page", "--outDir", page];
const runs = [
  ...scripts.map((file) => [file, [join(root, "examples", file)]]),
  ["page, built by Vite", [...vite, "--emptyOutDir", "--logLevel", "warn"]],
];
let failed = 0;
for (const [name, args] of runs) {
  const start = performance.now();
  const error = await runQuietly(nodeBinary(), args).then(
    () => null,
    (thrown) => thrown,
  );
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(`${error ? "FAILED" : "ran"} ${name}, ${seconds} s`);
  if (error) console.log(error.message);
  if (error) failed++;
}
rmSync(page, { recursive: true });
console.log(`${runs.length - failed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
