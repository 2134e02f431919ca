/**
 * ONNX: models are written, run by onnxruntime on random inputs and batches of several sizes, and read back; outputs must agree to
 * 1e-5, and so must every op record on its samples.
 */

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { allOps, apply, manualSeed, nn, noGrad, rand, randint, randn, Tensor, zeros } from "chainrule";
import { crc32c, fromOnnx, toOnnx } from "chainrule/io";
import { LoadedModel, load, type TableModel, toOnnxTable } from "chainrule/tables";
import { unwritten } from "../../packages/chainrule/src/io/onnx/records.ts";
import { newerOperators } from "../../packages/chainrule/src/io/onnx/testing/newer.ts";
import { samplesOf } from "../../packages/chainrule/src/ops/testing/samples.ts";
import { type Case, cases, exampleOf, tableModels } from "../../tests/golden/onnx-models.ts";
import type { Outcome } from "../check-formats.ts";

const TOLERANCE = 1e-5;
const root = join(dirname(fileURLToPath(import.meta.url)), "../..");

type Runtime = typeof import("../../bench/peers/node_modules/onnxruntime-web");

/** onnxruntime, as `npm run bench -- --peers` installs it. */
export async function onnxruntime(): Promise<Runtime> {
  const ort = createRequire(join(root, "bench/peers/package.json"))("onnxruntime-web") as Runtime;
  ort.env.wasm.numThreads = 1;
  ort.env.logLevel = "error";
  return ort;
}

/** What onnxruntime gives for a model. */
export async function outputsBy(
  ort: Runtime,
  bytes: Uint8Array,
  inputs: readonly Tensor[],
): Promise<{ shape: readonly number[]; data: ArrayLike<number> }[]> {
  const session = await ort.InferenceSession.create(bytes, { graphOptimizationLevel: "disabled" });
  const feeds = Object.fromEntries(session.inputNames.map((name, i) => [name, feedOf(ort, inputs[i])]));
  const results = await session.run(feeds);
  const outputs = session.outputNames.map((name) => results[name]);
  await session.release();
  return outputs.map(({ dims, data }) => ({
    shape: dims,
    data: Array.from(data as ArrayLike<number>, Number),
  }));
}

function feedOf(ort: Runtime, x: Tensor) {
  const { data } = x.contiguous();
  if (x.dtype === "int32")
    return new ort.Tensor("int64", BigInt64Array.from(data as Int32Array, BigInt), x.shape);
  return new ort.Tensor(x.dtype as "float32", data as Float32Array, x.shape);
}

/** What differs between outputs, or null: relative to the largest number. */
function difference(
  found: { shape: readonly number[]; data: ArrayLike<number> },
  wanted: Tensor,
): string | null {
  if (`${found.shape}` !== `${wanted.shape}`) return `shape [${found.shape}] instead of [${wanted.shape}]`;
  const expected = wanted.contiguous().data;
  let largest = 0;
  for (const x of expected) if (Number.isFinite(x)) largest = Math.max(largest, Math.abs(x));
  for (let i = 0; i < expected.length; i++) {
    const [a, b] = [found.data[i], expected[i]];
    if (Object.is(a, b) || a === b) continue;
    if (!(Math.abs(a - b) <= TOLERANCE * Math.max(largest, 1e-3)))
      return `element ${i} is ${a} instead of ${b}`;
  }
  return null;
}

const asList = (y: unknown): Tensor[] => (Array.isArray(y) ? y : [y]) as Tensor[];

/** Compares a model with what onnxruntime makes of it, and with what comes back. */
async function compare(ort: Runtime, one: Case, seen: (bytes: Uint8Array) => void): Promise<string | null> {
  const [model, inputsFor, options] = one;
  const bytes = toOnnx(model, exampleOf(one), options);
  const back = fromOnnx(bytes);
  const needsTwo = `${model}`.includes("trackRunningStats=false");
  for (const n of options?.batch === null ? [4] : [needsTwo ? 2 : 1, 4, 7]) {
    const inputs = inputsFor(n);
    const wanted = asList(noGrad(() => model(...(inputs as never[]))));
    const found = await outputsBy(ort, bytes, inputs);
    const returned = asList(noGrad(() => back(...inputs)));
    for (const [i, y] of wanted.entries()) {
      const byRuntime = difference(found[i], y);
      if (byRuntime) return `batch of ${n}, output ${i} of onnxruntime: ${byRuntime}`;
      const here = difference({ shape: returned[i].shape, data: returned[i].contiguous().data }, y);
      if (here) return `batch of ${n}, output ${i} read back: ${here}`;
    }
  }
  seen(bytes);
  return null;
}

/** One op on one of its samples, as a model. */
class OfOp extends nn.Module {
  readonly run: (inputs: readonly Tensor[]) => Tensor;
  constructor(run: (inputs: readonly Tensor[]) => Tensor) {
    super();
    this.run = run;
  }
  forward(...inputs: Tensor[]): Tensor {
    return this.run(inputs);
  }
}

/** What onnxruntime itself has not: operators for some dtypes. */
const NOT_IMPLEMENTED = /NOT_IMPLEMENTED|Could not find an implementation/;

async function compareOps(ort: Runtime): Promise<Outcome> {
  const failures: string[] = [];
  let passed = 0;
  let skipped = 0;
  for (const op of allOps()) {
    if (unwritten.has(op.name)) continue;
    for (const [i, args] of samplesOf(op).entries()) {
      const given = args as Record<string, unknown>;
      const names = Object.keys(given);
      const isTensors = (x: unknown): x is Tensor[] => Array.isArray(x) && x[0] instanceof Tensor;
      const single = (x: Tensor): Tensor => (x.dtype === "float64" ? x.detach().to("float32") : x.detach());
      const flat = names.flatMap((name) =>
        given[name] instanceof Tensor
          ? [single(given[name])]
          : isTensors(given[name])
            ? given[name].map(single)
            : [],
      );
      const model = new OfOp((inputs) => {
        const rest = [...inputs];
        const filled = names.map((name) => {
          const value = given[name];
          if (value instanceof Tensor) return [name, rest.shift()];
          return [name, isTensors(value) ? value.map(() => rest.shift()) : value];
        });
        return apply(op, Object.fromEntries(filled));
      });
      try {
        const bytes = toOnnx(model, flat, { batch: null });
        const wanted = model(...flat);
        const problems = [
          difference((await outputsBy(ort, bytes, flat))[0], wanted),
          difference(
            {
              shape: wanted.shape,
              data: asList(noGrad(() => fromOnnx(bytes)(...flat)))[0].contiguous().data,
            },
            wanted,
          ),
        ];
        const found = problems.find((problem) => problem !== null);
        if (found) failures.push(`${op.name}, sample ${i}: ${found}`);
        else passed++;
      } catch (error) {
        const problem = error instanceof Error ? error.message : String(error);
        if (NOT_IMPLEMENTED.test(problem)) skipped++;
        else failures.push(`${op.name}, sample ${i}: ${problem.split("\n")[0]}`);
      }
    }
  }
  console.log(
    `${passed} samples of ops agree; onnxruntime has no operator for the dtypes of ${skipped} more`,
  );
  return { passed, failures };
}

/** Operators of newer versions than the suite's: onnxruntime gives what the library gives. */
async function compareNewer(ort: Runtime): Promise<Outcome> {
  const failures: string[] = [];
  let passed = 0;
  for (const { name, bytes, x, expected } of newerOperators()) {
    try {
      const found = await outputsBy(ort, bytes, [x]);
      const problem = expected.map((y, i) => difference(found[i], y)).find((one) => one !== null);
      if (problem) failures.push(`${name}: ${problem}`);
      else passed++;
    } catch (error) {
      console.log(`onnxruntime does not run ${name}: ${(error as Error).message.slice(0, 120)}`);
    }
  }
  console.log(`${passed} operators of newer versions agree`);
  return { passed, failures };
}

/** Rows of the sample model's table, with values of every kind that a cell may have. */
function sampleRows(count: number) {
  const pick = <T>(...values: T[]): T => values[Math.floor(rand([]).item() * values.length)];
  const real = (scale: number, shift = 0): number | null =>
    rand([]).item() < 0.2 ? null : shift + scale * randn([]).item();
  return Array.from({ length: count }, () => ({
    plan: pick("basic", "pro", "7", "gold", "", null),
    age: pick(real(30, 40), Number.POSITIVE_INFINITY, 1e30, 41),
    paid: pick(true, false, null),
    since: pick(null, new Date(1.6e12 + 1e11 * randn([]).item()), new Date(0)),
    city: pick("Bonn", "Ulm", "Köln", "Rom", null),
    constructor: real(2) as number,
  }));
}

/** What the session of a table's model gives for rows, against `predict`; null where they agree. */
async function differs(
  ort: Runtime,
  model: TableModel,
  bytes: Uint8Array,
  rows: readonly Readonly<Record<string, unknown>>[],
): Promise<string | null> {
  const session = await ort.InferenceSession.create(bytes);
  const feeds = Object.fromEntries(
    model.spec.features.map(({ name, type }) => {
      const cells = rows.map((row) => row[name] ?? null);
      if (type === "text") {
        return [
          name,
          new ort.Tensor(
            "string",
            cells.map((cell) => `${cell ?? ""}`),
            [rows.length],
          ),
        ];
      }
      const numbers = cells.map((cell) => (cell === null || cell === "" ? Number.NaN : Number(cell)));
      return [name, new ort.Tensor("float64", Float64Array.from(numbers), [rows.length])];
    }),
  );
  const found = await session.run(feeds);
  const wanted = new LoadedModel(model).predictAll(rows as never) as unknown as Record<string, unknown>[];
  for (const [i, { prediction, probabilities }] of wanted.entries()) {
    if ("value" in found) {
      const value = found.value.data[i] as number;
      if (!(Math.abs(value - (prediction as number)) <= TOLERANCE * Math.abs(value)))
        return `row ${i}: ${value} instead of ${prediction}`;
      continue;
    }
    const { classes } = model.spec.target as { classes: readonly string[] };
    for (const [k, label] of classes.entries()) {
      const p = (probabilities as Record<string, number>)[label];
      const q = found.probabilities.data[i * classes.length + k] as number;
      if (!(Math.abs(q - p) <= TOLERANCE)) return `row ${i}: probability ${q} of ${label} instead of ${p}`;
    }
    if (`${found.label.data[i]}` !== `${prediction}`)
      return `row ${i}: ${found.label.data[i]} instead of ${prediction}`;
  }
  return null;
}

/** Models of tables: with the preparation on rows as they are, and without on prepared rows. */
async function compareTables(
  ort: Runtime,
  seen: (name: string, bytes: Uint8Array) => void,
): Promise<Outcome> {
  const failures: string[] = [];
  let passed = 0;
  const count = (name: string, problem: string | null): void => {
    if (problem) failures.push(`${name}: ${problem}`);
    else passed++;
  };
  for (const [name, model] of Object.entries(tableModels())) {
    const bytes = toOnnxTable(model, { preparation: true });
    const problem = await differs(ort, model, bytes, sampleRows(200));
    count(`table, ${name}`, problem);
    if (problem === null) seen(`table, ${name}`, bytes);

    const x = randn([30, model.spec.network.inputs]);
    const codes = randint(0, 4, [30, 1], { dtype: "int32" });
    const logits = noGrad(() => model.network(x, codes));
    const plain = toOnnx(model.network, [
      zeros([2, model.spec.network.inputs]),
      zeros([2, 1], { dtype: "int32" }),
    ]);
    const here = noGrad(() => fromOnnx(plain)(x, codes));
    const [there] = await outputsBy(ort, plain, [x, codes]);
    count(
      `network of a table, ${name}`,
      difference({ shape: here.shape, data: here.contiguous().data }, logits) ?? difference(there, logits),
    );
  }
  for (const [name, target] of Object.entries(bundled))
    count(`${name}.csv`, await compareBundled(ort, name, target));
  console.log(`${passed} comparisons of models of tables agree`);
  return { passed, failures };
}

/** The tables that come with the command line, and what is learned of them. */
const bundled = {
  penguins: "species",
  "breast-cancer": "diagnosis",
  diabetes: "progression",
  digits: "digit",
};

/** A model that the command line trains for an epoch, on all rows of its table. */
async function compareBundled(ort: Runtime, name: string, target: string): Promise<string | null> {
  const folder = mkdtempSync(join(tmpdir(), "chainrule-onnx-"));
  try {
    const data = join(root, `packages/cli/data/${name}.csv`);
    const run = join(folder, "run");
    const command = [
      join(root, "packages/cli/src/main.ts"),
      "train",
      data,
      "-t",
      target,
      "--epochs",
      "1",
      "--out",
      run,
    ];
    const { status, stderr } = spawnSync(process.execPath, ["--conditions=@chainrule/source", ...command], {
      encoding: "utf8",
    });
    if (status !== 0) return stderr;
    const { model } = await load(run);
    const [head, ...lines] = readFileSync(data, "utf8")
      .trim()
      .split("\n")
      .map((line) => line.split(","));
    const rows = lines.map((cells) =>
      Object.fromEntries(head.map((column, i) => [column, cells[i] === "NA" ? "" : cells[i]])),
    );
    return await differs(ort, model, toOnnxTable(model, { preparation: true }), rows);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export async function check(): Promise<Outcome> {
  manualSeed(0);
  let ort: Runtime;
  try {
    ort = await onnxruntime();
  } catch {
    return { passed: 0, failures: ["onnxruntime-web is not installed: npm ci --prefix bench/peers"] };
  }
  /** Check sums of the files that gave the right outputs. */
  const sums: Record<string, number> = {};
  const note = (name: string, bytes: Uint8Array): void => {
    sums[name] = crc32c(bytes);
  };
  const failures: string[] = [];
  let passed = 0;
  for (const [name, one] of Object.entries(cases())) {
    const problem = await compare(ort, one, (bytes) => note(name, bytes)).catch(
      (error: Error) => error.message,
    );
    if (problem === null) passed++;
    else failures.push(`${name}: ${problem}`);
  }
  console.log(`${passed} models agree with onnxruntime and come back the same`);
  const ops = await compareOps(ort);
  const newer = await compareNewer(ort);
  const tables = await compareTables(ort, note);
  if (process.argv.includes("--write")) {
    writeFileSync("tests/golden/data/onnx-exports.json", `${JSON.stringify(sums, null, 1)}\n`);
  }
  return {
    passed: passed + ops.passed + newer.passed + tables.passed,
    failures: [...failures, ...ops.failures, ...newer.failures, ...tables.failures],
  };
}
