/**
 * `npm run check:onnx`: the node tests of ONNX's backend suite, as Debian's package libonnx-testdata carries them (apt-get install
 * libonnx-testdata), or those of a folder that is given. Each is a model with inputs and the outputs that its operator must give.
 * Prints how many pass, of how many whose operators the library has, of all; then each failure with its reason. `--missing` lists the
 * operators that are not there; `--write` keeps the smallest test of each operator in tests/golden/data/onnx-nodes.json.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { manualSeed } from "chainrule";
import { readModel } from "../packages/chainrule/src/io/onnx/messages.ts";
import { runTest, type SuiteTest } from "../tests/golden/onnx-suite.ts";

const args = process.argv.slice(2);
const folder = args.find((arg) => !arg.startsWith("--")) ?? "/usr/share/libonnx-testdata/data/node";
if (!existsSync(folder)) {
  console.error(`There is no folder ${folder}. Debian: apt-get install libonnx-testdata.`);
  process.exit(2);
}

/** Tests that cannot be compared, and why. */
const incomparable: Readonly<Record<string, string>> = Object.fromEntries(
  ["", "_default", "_default_mask", "_mask"].map((name) => [
    `test_training_dropout${name}`,
    "its outputs are NumPy's random numbers, and ONNX does not say how they are drawn",
  ]),
);

function testAt(name: string): SuiteTest {
  const at = (...path: string[]): string => join(folder, name, ...path);
  const sets = readdirSync(at()).filter((entry) => entry.startsWith("test_data_set"));
  return {
    model: readFileSync(at("model.onnx")),
    sets: sets.map((set) => {
      const files = readdirSync(at(set));
      const bytes = (kind: string): Uint8Array[] =>
        Array.from({ length: files.filter((file) => file.startsWith(`${kind}_`)).length }, (_, i) =>
          readFileSync(at(set, `${kind}_${i}.pb`)),
        );
      return { inputs: bytes("input"), outputs: bytes("output") };
    }),
  };
}

/** Why a test needs what the library has not: operators that are not known, or values that are no tensors of numbers. */
function lacking(problem: string): string[] {
  const operators = /not known here: (.*)\. Replace them/.exec(problem)?.[1];
  if (operators) return operators.split(", ");
  const type = /is a (sequence|optional|map), and no tensor/.exec(problem)?.[1];
  if (type) return [`values of type ${type}`];
  return /holds texts|type string/.test(problem) ? ["texts"] : [];
}

manualSeed(0);
const names = readdirSync(folder).toSorted();
const passed: string[] = [];
const left: string[] = [];
const failures: string[] = [];
const missing = new Map<string, number>();
let without = 0;
for (const name of names) {
  let reason: string | null;
  try {
    reason = runTest(testAt(name));
  } catch (error) {
    reason = error instanceof Error ? error.message : String(error);
    const lacks = lacking(reason);
    for (const one of lacks) missing.set(one, (missing.get(one) ?? 0) + 1);
    if (lacks.length > 0) {
      without++;
      continue;
    }
  }
  if (reason === null) passed.push(name);
  else if (incomparable[name]) left.push(`${name}: ${incomparable[name]}`);
  else failures.push(`${name}: ${reason}`);
}
for (const test of left) console.log(`NOT COMPARED ${test}`);
for (const failure of failures) console.log(`FAILED ${failure}`);
if (args.includes("--missing")) {
  console.log(
    [...missing]
      .toSorted()
      .map(([what, count]) => `${what} ${count}`)
      .join(", "),
  );
}
if (args.includes("--write")) keepSmallest(passed);
console.log(
  `${passed.length} passed, ${failures.length} failed, ${left.length} not compared, of ${names.length - without} tests whose operators the library has, of ${names.length} in all`,
);
process.exitCode = failures.length > 0 ? 1 : 0;

/** Keeps the smallest test of each operator, and of each version of it. */
function keepSmallest(tests: readonly string[]): void {
  const smallest = new Map<string, { name: string; size: number; test: SuiteTest }>();
  for (const name of tests) {
    const test = testAt(name);
    const model = readModel(test.model, (problem, at) => new Error(`${name}: ${problem} (at byte ${at})`));
    const [{ op }, ...others] = model.graph?.nodes ?? [];
    if (others.length > 0) continue;
    const key = `${op} ${model.opsets[0].version}`;
    const size = [test.model, ...test.sets.flatMap(({ inputs, outputs }) => [...inputs, ...outputs])].reduce(
      (sum, bytes) => sum + bytes.length,
      0,
    );
    if (size > 1500 || size >= (smallest.get(key)?.size ?? Number.POSITIVE_INFINITY)) continue;
    smallest.set(key, { name, size, test });
  }
  const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64");
  const kept = [...smallest.values()].map(({ name, test: { model, sets } }) =>
    JSON.stringify({
      name,
      model: text(model),
      sets: sets.map(({ inputs, outputs }) => ({ inputs: inputs.map(text), outputs: outputs.map(text) })),
    }),
  );
  writeFileSync("tests/golden/data/onnx-nodes.json", `[\n${kept.join(",\n")}\n]\n`);
  console.log(`${kept.length} tests kept`);
}
