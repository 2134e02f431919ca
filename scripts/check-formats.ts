/**
 * `npm run check:formats`: models go out and come back through the programs that own the formats, and outputs are compared.
 * One section for each format, in `scripts/formats`; `npm run check:formats -- tfjs` runs some. A section whose program is
 * missing says so, with the command that installs it, and counts as failed.
 */
import { check as names } from "./formats/names.ts";
import { check as onnx } from "./formats/onnx.ts";
import { check as pytorch } from "./formats/pytorch.ts";
import { check as safetensors } from "./formats/safetensors.ts";
import { check as tfjs } from "./formats/tfjs.ts";

/** What a section found: how many comparisons held, and a line on each that did not. */
export interface Outcome {
  readonly passed: number;
  readonly failures: readonly string[];
}

/** A section prints what it compares as it goes. */
export type Section = () => Promise<Outcome>;

const sections: Readonly<Record<string, Section>> = { names, onnx, pytorch, safetensors, tfjs };

const wanted = process.argv.slice(2).filter((arg) => !arg.startsWith("--"));
const unknown = wanted.filter((name) => !Object.hasOwn(sections, name));
if (unknown.length > 0) {
  console.error(`No section ${unknown.join(", ")}. There are ${Object.keys(sections).join(", ")}.`);
  process.exit(2);
}
let passed = 0;
let failed = 0;
for (const [name, section] of Object.entries(sections)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  console.log(`── ${name}`);
  const outcome = await section();
  for (const failure of outcome.failures) console.log(`FAILED ${failure}`);
  passed += outcome.passed;
  failed += outcome.failures.length;
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
