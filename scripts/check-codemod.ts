/**
 * `npm run check:codemod`: programs for TensorFlow.js run as they are, and as `chainrule codemod` converts them; what they print must
 * be the same numbers to 1e-5. The programs are those of `tests/cli/codemod/programs` that need no data.
 */
import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { convert } from "../packages/cli/src/codemod/convert.ts";

const TOLERANCE = 1e-5;
/** They need images, a canvas or a server. */
const withData = new Set(["mnist-dense.ts", "images.js"]);

const root = join(import.meta.dirname, "..");
const programs = join(root, "tests/cli/codemod/programs");
const peers = join(root, "bench/peers/node_modules");

if (!existsSync(join(peers, "@tensorflow/tfjs"))) {
  console.error("TensorFlow.js is missing: npm ci --prefix bench/peers");
  process.exit(1);
}

const scratch = mkdtempSync(join(tmpdir(), "chainrule-codemod-"));
process.on("exit", () => rmSync(scratch, { recursive: true, force: true }));
const modules = join(scratch, "node_modules");
mkdirSync(join(modules, "@tensorflow/tfjs-vis"), { recursive: true });
for (const name of readdirSync(join(peers, "@tensorflow")))
  symlinkSync(join(peers, "@tensorflow", name), join(modules, "@tensorflow", name));
symlinkSync(join(root, "packages/chainrule"), join(modules, "chainrule"));
writeFileSync(join(scratch, "package.json"), '{ "type": "module" }');
// Charts need a page: their functions do nothing here.
writeFileSync(
  join(modules, "@tensorflow/tfjs-vis/package.json"),
  '{ "name": "@tensorflow/tfjs-vis", "type": "module", "exports": "./index.js" }',
);
writeFileSync(
  join(modules, "@tensorflow/tfjs-vis/index.js"),
  "export const show = { fitCallbacks: () => ({ onEpochEnd() {}, onBatchEnd() {} }), modelSummary() {} };\n",
);
writeFileSync(
  join(scratch, "precise.js"),
  'import { setPrintOptions } from "chainrule";\nsetPrintOptions({ precision: 8 });\n',
);

/** The numbers that a program prints. */
function numbersOf(name: string, text: string): number[] {
  const path = join(scratch, name);
  writeFileSync(path, text);
  const options = ["--conditions=@chainrule/source", "--import", join(scratch, "precise.js")];
  const { stdout, stderr, status } = spawnSync(process.execPath, [...options, path], {
    encoding: "utf8",
    cwd: scratch,
  });
  if (status !== 0) throw new Error(`${name} ended with ${status}:\n${stderr.slice(-2000)}`);
  // Classes and element types have digits in their names, and nobody counts tensors here.
  const plain = stdout.replace(/\w+Array\(\d+\)|float32|int32|^tensors: .*$/gm, "");
  return [...plain.matchAll(/-?\d+(?:\.\d*)?(?:e[+-]?\d+)?/gi)].map(([number]) => Number(number));
}

let failed = 0;
for (const file of readdirSync(programs).sort()) {
  const name = file.replace(/\.txt$/, "");
  if (withData.has(name)) continue;
  const source = readFileSync(join(programs, file), "utf8");
  const { text, changed, left } = convert(source, name);
  try {
    const [theirs, ours] = [numbersOf(`their-${name}`, source), numbersOf(`our-${name}`, text)];
    const off = theirs.map((number, i) => Math.abs(number - ours[i]) / Math.max(1, Math.abs(number)));
    const worst = off.reduce((a, b) => Math.max(a, Number.isNaN(b) ? Number.POSITIVE_INFINITY : b), 0);
    const same = theirs.length === ours.length && worst <= TOLERANCE;
    if (!same) failed++;
    console.log(
      `${same ? "ok    " : "FAILED"} ${name}: ${theirs.length} and ${ours.length} numbers, off by ${worst.toExponential(1)}; ${changed.length} changes, ${left.length} left`,
    );
    if (!same && process.argv.includes("--show")) console.log(theirs.join(" "), "\n", ours.join(" "));
  } catch (error) {
    failed++;
    console.log(`FAILED ${name}: ${error instanceof Error ? error.message : error}`);
  }
}
console.log(failed === 0 ? `all the same to ${TOLERANCE}` : `${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
