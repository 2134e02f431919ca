/**
 * PyTorch and NumPy (Debian's python3-torch): every layer as a program of Python with its weights gives the same outputs there to
 * 1e-6, the state that PyTorch saves comes back to the bit, models of tables predict the same, and files go both ways.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { manualSeed, nn, noGrad, ones, randint, randn, type Tensor, tensor } from "chainrule";
import { readNpy, readNpz, readTorch, toPyTorch, writeNpz, writeTorch } from "chainrule/io";
import { load } from "chainrule/tables";
import type { Outcome } from "../check-formats.ts";

const PYTHON = process.env.PYTHON ?? "/usr/bin/python3";
const TOLERANCE = 1e-6;

type Case = readonly [model: nn.Module, ...inputs: Tensor[]];

const x = (...shape: number[]): Tensor => randn(shape);
const classes = (): Tensor => randint(0, 3, [5], { dtype: "int32" });
const signs = (...shape: number[]): Tensor => randn(shape).sign();
const probabilities = (): Tensor => randn([5, 3]).sigmoid();

/** Every layer and loss, by what they print; then networks. */
function casesOf(): Record<string, Case> {
  manualSeed(7);
  const cases: Record<string, Case> = {};
  const add = (model: nn.Module, ...inputs: Tensor[]): void => {
    cases[`${Object.keys(cases).length} ${model}`.replace(/\s+/g, " ")] = [model, ...inputs];
  };
  for (const layer of [
    new nn.Identity(), new nn.ReLU(), new nn.ReLU6(), new nn.LeakyReLU(), new nn.LeakyReLU(0.3), new nn.PReLU(), new nn.PReLU(4),
    new nn.ELU(), new nn.ELU(0.5), new nn.SELU(), new nn.CELU(), new nn.CELU(2), new nn.Hardsigmoid(), new nn.Hardtanh(),
    new nn.Hardtanh({ minVal: -0.5, maxVal: 2 }), new nn.Hardswish(), new nn.Threshold(0.1, -2), new nn.Hardshrink(),
    new nn.Softshrink(0.2), new nn.GELU(), new nn.GELU({ approximate: "tanh" }), new nn.SiLU(), new nn.Mish(), new nn.Sigmoid(),
    new nn.LogSigmoid(), new nn.Tanh(), new nn.Softplus(), new nn.Softplus({ beta: 2, threshold: 1 }), new nn.Softsign(),
    new nn.Tanhshrink(), new nn.Softmax(1), new nn.Softmin(-1), new nn.LogSoftmax(0), new nn.GLU(), new nn.Dropout(0.3),
    new nn.AlphaDropout(), new nn.BatchNorm1d(4), new nn.BatchNorm1d(4, { eps: 0.1, momentum: null, affine: false }),
    new nn.BatchNorm1d(4, { trackRunningStats: false }), new nn.LayerNorm(4), new nn.LayerNorm([5, 4], { eps: 0.01 }),
    new nn.LayerNorm(4, { bias: false }), new nn.LayerNorm(4, { elementwiseAffine: false }), new nn.RMSNorm(4),
    new nn.RMSNorm([5, 4], { eps: 0.1, elementwiseAffine: false }), new nn.GroupNorm(2, 4), new nn.GroupNorm(4, 4, { affine: false }),
    new nn.Linear(4, 3), new nn.Linear(4, 3, { bias: false }), new nn.Flatten(), new nn.Flatten(0), new nn.Unflatten(1, [2, -1]),
  ]) add(layer, x(5, 4)); // biome-ignore format: a list
  add(new nn.Bilinear(4, 3, 2), x(5, 4), x(5, 3));
  add(new nn.Bilinear(4, 3, 2, { bias: false }), x(5, 4), x(5, 3));
  add(new nn.Embedding(6, 3, { paddingIdx: 2 }), randint(0, 6, [5, 2], { dtype: "int32" }));
  add(new nn.Embedding(6, 3, { maxNorm: 1, normType: 1 }), randint(0, 6, [5, 2], { dtype: "int32" }));
  for (const loss of [
    new nn.MSELoss(), new nn.MSELoss({ reduction: "sum" }), new nn.L1Loss({ reduction: "none" }), new nn.SmoothL1Loss({ beta: 0.5 }),
    new nn.HuberLoss({ delta: 0.5 }),
  ]) add(loss, x(5, 3), x(5, 3)); // biome-ignore format: a list
  const weight = tensor([0.5, 1, 2]);
  add(new nn.CrossEntropyLoss({ weight, labelSmoothing: 0.1, ignoreIndex: 1 }), x(5, 3), classes());
  add(new nn.NLLLoss({ weight }), x(5, 3), classes());
  add(new nn.MultiMarginLoss({ margin: 0.5, p: 2 }), x(5, 3), classes());
  add(new nn.BCELoss({ weight: ones([3]) }), probabilities(), probabilities());
  add(new nn.BCEWithLogitsLoss({ posWeight: weight, reduction: "sum" }), x(5, 3), probabilities());
  add(new nn.SoftMarginLoss(), x(5, 3), signs(5, 3));
  add(new nn.HingeEmbeddingLoss({ margin: 2 }), x(5, 3), signs(5, 3));
  add(new nn.KLDivLoss({ reduction: "batchmean", logTarget: true }), x(5, 3), x(5, 3));
  add(new nn.PoissonNLLLoss({ full: true }), x(5, 3), x(5, 3).exp().round());
  add(new nn.GaussianNLLLoss({ full: true }), x(5, 3), x(5, 3), probabilities());
  add(new nn.CosineEmbeddingLoss({ margin: 0.2 }), x(5, 3), x(5, 3), signs(5));
  add(new nn.MarginRankingLoss({ margin: 0.2 }), x(5), x(5), signs(5));
  add(new nn.TripletMarginLoss({ p: 1, swap: true }), x(5, 3), x(5, 3), x(5, 3));

  const shared = new nn.Linear(4, 4);
  add(new nn.Sequential(shared, new nn.Tanh(), shared, new nn.Linear(4, 1)), x(5, 4));
  const [one, two] = [new nn.Linear(4, 4), new nn.Linear(4, 4)];
  two.weight = one.weight;
  add(
    new nn.Sequential({ "first one": one, in_between: new nn.Sequential(new nn.ReLU(), two) as nn.Layer }),
    x(5, 4),
  );
  add(new nn.Sequential(new nn.Linear(4, 3), new nn.BatchNorm1d(3)).double(), x(5, 4).to("float64"));
  const frozen = new nn.Sequential(new nn.Linear(4, 3), new nn.ReLU(), new nn.Linear(3, 2));
  frozen.at(0).requiresGrad_(false);
  add(frozen, x(5, 4));
  return cases;
}

/** The largest difference, in units of the largest number wanted; NaN and infinities must stand in the same places. */
function difference(found: readonly number[], wanted: readonly number[]): number {
  if (found.length !== wanted.length) return Number.POSITIVE_INFINITY;
  const largest = Math.max(1e-3, ...wanted.filter(Number.isFinite).map(Math.abs));
  return wanted.reduce(
    (most, w, i) =>
      Math.max(
        most,
        Object.is(w, found[i]) || w === found[i]
          ? 0
          : Math.abs(w - found[i]) / largest || Number.POSITIVE_INFINITY,
      ),
    0,
  );
}

const numbers = (t: Tensor): number[] => Array.from(t.contiguous().data);
const bytesOf = (path: string): Uint8Array => new Uint8Array(readFileSync(path));
const jsonOf = <T>(path: string): T => JSON.parse(readFileSync(path, "utf8"));

function chainrule(...args: string[]): void {
  const command = ["--conditions=@chainrule/source", "packages/cli/src/main.ts", ...args];
  const { status, stderr } = spawnSync(process.execPath, command, { encoding: "utf8" });
  if (status !== 0) throw new Error(`chainrule ${args.join(" ")}: ${stderr}`);
}

/** Rows of every type of column, with missing values and more levels than one-hot takes. */
function oddTable(target: "kind" | "cost"): { csv: string; rows: Record<string, unknown>[] } {
  const rows = Array.from({ length: 150 }, (_, i) => ({
    age: i % 11 === 0 ? null : (i * 37) % 61,
    'the "plan"': ["basic", "pro", "ünï\\", "x"][(i * 3) % 4],
    city: i % 13 === 5 ? null : `city ${(i * 7) % 12}`,
    since: `2024-0${1 + (i % 9)}-11T0${i % 10}:30:00Z`,
    class: i % 17 === 3 ? null : i % 2 === 0,
    flat: 3,
    kind: ["a", "b", "c"][(i * i) % 3],
    cost: Math.exp((i % 23) / 5),
  }));
  const names = ["age", 'the "plan"', "city", "since", "class", "flat", target] as const;
  const cell = (value: unknown): string => (value === null ? "" : `"${String(value).replaceAll('"', '""')}"`);
  const lines = rows.map((row) =>
    names.map((name) => cell((row as Record<string, unknown>)[name])).join(","),
  );
  return { csv: `${names.map(cell).join(",")}\n${lines.join("\n")}\n`, rows };
}

/** Trains models of tables by the command line and writes them for PyTorch by it. */
async function writeTables(folder: string): Promise<Record<string, unknown[]>> {
  const expected: Record<string, unknown[]> = {};
  const plans: [string, "kind" | "cost", string[]][] = [
    ["classes", "kind", ["--normalization", "batch"]],
    ["numbers", "cost", ["--target-transform", "log", "--normalization", "layer", "--dropout", "0.2"]],
    [
      "plain",
      "kind",
      [
        "--activation",
        "gelu",
        "--no-parametric-activation",
        "--no-front-scale",
        "--number-encoding",
        "plain",
      ],
    ],
  ];
  for (const [name, target, options] of plans) {
    const { csv, rows } = oddTable(target);
    writeFileSync(join(folder, `${name}.csv`), csv);
    const run = join(folder, `run-${name}`);
    chainrule(
      "train",
      join(folder, `${name}.csv`),
      "-t",
      target,
      "--epochs",
      "3",
      "--hidden",
      "8,5",
      "--out",
      run,
      ...options,
    );
    chainrule("to-pytorch", run, "--out", join(folder, `table_${name}`));
    const given = [...rows.slice(0, 40), { ...rows[1], city: "nowhere", age: 1e9, class: null }];
    writeFileSync(join(folder, `table_${name}`, "rows.json"), JSON.stringify(given));
    const model = await load(run);
    expected[name] = given.map((row) => model.predict(row as never));
  }
  return expected;
}

/** Compares everything, in a folder of its own. */
export async function check(): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), "chainrule-pytorch-"));
  try {
    return await checkIn(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function checkIn(folder: string): Promise<Outcome> {
  const failures: string[] = [];
  let passed = 0;
  const expect = (name: string, holds: boolean, said: string): void => {
    if (holds) passed++;
    else failures.push(`pytorch ${name}: ${said}`);
  };
  const cases = Object.entries(casesOf());
  cases.forEach(([, [model, ...inputs]], i) => {
    // Running moments that are not those of the beginning.
    model.train();
    if (inputs.every(({ dtype }) => dtype !== "int32")) noGrad(() => model(...(inputs as never[])));
    model.eval();
    const { code, state } = toPyTorch(model);
    writeFileSync(join(folder, `model_${i}.py`), code);
    writeFileSync(join(folder, `model_${i}.pt`), writeTorch(state));
    const given = Object.fromEntries(inputs.map((input, k) => [`x${k}`, input]));
    writeFileSync(join(folder, `inputs_${i}.npz`), writeNpz(given));
  });
  const written: Record<string, Tensor> = {
    f: tensor([[1.5, -2.25], [Number.POSITIVE_INFINITY, 0.1]]),
    d: tensor(Math.PI, { dtype: "float64" }),
    i: tensor([1, -2], { dtype: "int32" }),
    b: tensor([true, false]),
    view: tensor([[1, 2, 3], [4, 5, 6]]).transpose(0, 1),
    none: tensor([]),
  }; // biome-ignore format: matrices
  writeFileSync(join(folder, "written.pt"), writeTorch(written));
  writeFileSync(
    join(folder, "written16.pt"),
    writeTorch({ model: written, epoch: 3, lr: 0.5, big: 2 ** 40 }, { dtype: "float16" }),
  );
  writeFileSync(join(folder, "writtenb16.pt"), writeTorch(written, { dtype: "bfloat16" }));
  writeFileSync(join(folder, "written.npz"), writeNpz(written));
  const tables = await writeTables(folder);
  const { status, stderr } = spawnSync(PYTHON, ["scripts/formats/pytorch.py", folder], { encoding: "utf8" });
  if (status !== 0)
    return {
      passed,
      failures: [`pytorch: ${PYTHON} failed (apt-get install python3-torch, or set PYTHON): ${stderr}`],
    };
  for (const problem of jsonOf<string[]>(join(folder, "problems.json"))) failures.push(`pytorch ${problem}`);

  for (const [i, [name, [model, ...inputs]]] of cases.entries()) {
    try {
      const state = model.stateDict();
      const saved = readTorch(bytesOf(join(folder, `state_${i}.pt`)));
      const same =
        JSON.stringify(Object.entries(saved).map(([key, t]) => [key, t.shape, numbers(t)])) ===
        JSON.stringify(Object.entries(state).map(([key, t]) => [key, t.shape, numbers(t)]));
      expect(`${name}, its state`, same, "what PyTorch saved is not what was written");
      model.loadStateDict(saved);
      const { y } = await readNpz(bytesOf(join(folder, `outputs_${i}.npz`)));
      const off = difference(numbers(noGrad(() => model(...(inputs as never[]))) as Tensor), numbers(y));
      expect(name, off <= TOLERANCE, `outputs differ by ${off}`);
    } catch (error) {
      failures.push(`pytorch ${name}: ${String(error)}`);
    }
  }
  for (const [name, predicted] of Object.entries(tables)) {
    const found = jsonOf<(number | { prediction: unknown; probabilities: Record<string, number> })[]>(
      join(folder, `table_${name}`, "predictions.json"),
    );
    predicted.forEach((wanted, row) => {
      const { prediction, probabilities: p } = wanted as {
        prediction: unknown;
        probabilities?: Record<string, number>;
      };
      const one = found[row];
      if (typeof one === "number") {
        expect(
          `table ${name} row ${row}`,
          difference([one], [prediction as number]) <= 1e-5,
          `${one} where ${prediction} is predicted`,
        );
        return;
      }
      const off = difference(Object.values(one.probabilities), Object.values(p ?? {}));
      expect(
        `table ${name} row ${row}`,
        one.prediction === prediction && off <= 1e-5,
        `${JSON.stringify(one)} where ${JSON.stringify(wanted)}`,
      );
    });
  }
  const dtypes = readTorch(bytesOf(join(folder, "dtypes.pt")), { key: "model" });
  const arrays = await readNpz(bytesOf(join(folder, "dtypes.npz")));
  for (const [name, array] of Object.entries(arrays)) {
    const same =
      String(dtypes[name].shape) === String(array.shape) &&
      difference(numbers(dtypes[name]), numbers(array)) === 0;
    expect(`dtype ${name}`, same, `${dtypes[name]} where ${array} was saved`);
  }
  for (const [name, wanted] of Object.entries(
    jsonOf<Record<string, number[]>>(join(folder, "npy", "expected.json")),
  )) {
    const found = readNpy(bytesOf(join(folder, "npy", `${name}.npy`)));
    expect(
      `npy ${name}`,
      String(found.shape) === "2,3,2" && difference(numbers(found), wanted) === 0,
      String(found),
    );
  }
  const seen = JSON.parse(
    readFileSync(join(folder, "written.json"), "utf8").replaceAll("Infinity", "1e999"),
  ) as Record<string, Record<string, [string, number[], number[]]>>;
  for (const [file, values] of Object.entries(seen)) {
    for (const [name, t] of Object.entries(written)) {
      const [dtype, shape, elements] = values[name] ?? ["missing", [], []];
      const loose = file.includes("16") ? 2 ** -8 : 0;
      expect(
        `${file} ${name}`,
        String(shape) === String(t.shape) && difference(elements, numbers(t)) <= loose,
        `${dtype} [${shape}] ${elements}`,
      );
    }
  }
  return { passed, failures };
}
