/** Everything in torch_reference.json: the random stream, a layer's weights, a loader's batches, whole training runs. */
import { readFileSync } from "node:fs";
import {
  type DType,
  linspace,
  manualSeed,
  nn,
  optim,
  rand,
  randint,
  randn,
  randperm,
  stack,
  Tensor,
  tensor,
} from "chainrule";
import { DataLoader } from "chainrule/data";
import { describe, expect, test } from "vitest";
import { expectNumbers } from "./golden.ts";
import { NAdamOf113 } from "./nadam113.ts";

type Numbers = number[] | number[][];
interface Run {
  init: Record<string, Numbers>;
  prints: [number, number][];
  final: Record<string, Numbers>;
}
interface Reference {
  [key: string]: unknown;
  lecture_float32: Run;
  lecture_float64: Run;
  cubic_float64: { prints: [number, number][]; weight: number[][]; bias: number[] };
  linear_3_2_seed0: { weight: number[][]; bias: number[] };
  dataloader_seed0_two_epochs_of_10_by_4: number[][][];
  classifier_float64: Record<string, number[]>;
}

const reference = JSON.parse(
  readFileSync(new URL("./torch_reference.json", import.meta.url), "utf8"),
) as Reference;
const flat = (x: Numbers): number[] => x.flat();

describe("the random stream", () => {
  const draws: Record<string, () => Tensor> = {
    rand_seed0_8: () => rand([8]),
    rand_seed42_float64_4: () => rand([4], { dtype: "float64" }),
    randn_seed0_5: () => randn([5]),
    randn_seed0_20: () => randn([20]),
    randperm_seed0_12: () => randperm(12),
    randint_seed0_0_10_8: () => randint(0, 10, [8]),
  };
  test.each(Object.keys(draws))("%s", (key) => {
    manualSeed(key.includes("seed42") ? 42 : 0);
    expectNumbers(draws[key]().data, reference[key] as number[], 1e-6, 1e-7);
  });
});

test("a layer's first weights", () => {
  manualSeed(0);
  const layer = new nn.Linear(3, 2);
  expectNumbers(layer.weight.data, flat(reference.linear_3_2_seed0.weight), 0, 1e-7);
  expectNumbers((layer.bias as Tensor).data, reference.linear_3_2_seed0.bias, 0, 1e-7);
  manualSeed(0);
  const sum = new nn.Linear(20, 5).weight.to("float64").abs().sum().item();
  expect(sum).toBeCloseTo(reference.linear_20_5_seed0_weight_sum_abs as number, 6);
});

test("a shuffling loader's batches, two epochs", () => {
  manualSeed(0);
  const loader = new DataLoader(
    Array.from({ length: 10 }, (_, i) => i),
    { batchSize: 4, shuffle: true },
  );
  const batches = (): number[][] =>
    [...loader].map((batch) => (batch instanceof Tensor ? [...batch.data] : [...batch]));
  expect([batches(), batches()]).toEqual(reference.dataloader_seed0_two_epochs_of_10_by_4);
});

function lecture(dtype: DType): {
  init: Map<string, number[]>;
  prints: [number, number][];
  final: Map<string, number[]>;
} {
  manualSeed(0);
  const model = new nn.Sequential(
    new nn.Linear(2, 3),
    new nn.ReLU(),
    new nn.Linear(3, 1),
    new nn.Flatten(0, 1),
  ).to(dtype);
  const x = linspace(-1, 1, 200, { dtype });
  const xx = stack([x, x.mul(x)], -1);
  const y = x.mul(Math.PI).sin();
  const weights = (): Map<string, number[]> =>
    new Map(model.namedParameters().map(([k, p]) => [k, [...p.data]]));
  const init = weights();
  const lossFn = new nn.MSELoss({ reduction: "sum" });
  const optimizer = new optim.SGD(model.parameters(), { lr: 1e-3 });
  const prints: [number, number][] = [];
  for (let t = 0; t < 2000; t++) {
    const loss = lossFn(model(xx), y);
    if (t % 100 === 99) prints.push([t, loss.item()]);
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
  }
  return { init, prints, final: weights() };
}

describe("the lecture's program", () => {
  test.each([
    ["float32", 1e-3, reference.lecture_float32],
    ["float64", 1e-9, reference.lecture_float64],
  ] as const)("%s", (dtype, rtol, wanted) => {
    const { init, prints, final } = lecture(dtype);
    for (const [name, values] of Object.entries(wanted.init)) {
      expectNumbers(init.get(name) as number[], flat(values), 0, 1e-7, `first ${name}`);
    }
    expect(prints.map(([t]) => t)).toEqual(wanted.prints.map(([t]) => t));
    // This run is chaotic: in float32, sums in another order than PyTorch's show from step 1,300 on.
    const orderMatters = dtype === "float32" && process.env.CHAINRULE_SUITE === "compiled";
    const compared = orderMatters ? 13 : prints.length;
    expectNumbers(
      prints.slice(0, compared).map(([, l]) => l),
      wanted.prints.slice(0, compared).map(([, l]) => l),
      rtol,
      0,
      "loss",
    );
    if (orderMatters) return;
    for (const [name, values] of Object.entries(wanted.final)) {
      expectNumbers(
        final.get(name) as number[],
        flat(values),
        dtype === "float64" ? 1e-8 : 1e-2,
        1e-8,
        `last ${name}`,
      );
    }
  });
});

test("sin(x) by a cubic, float64", () => {
  manualSeed(0);
  const x = linspace(-Math.PI, Math.PI, 2000, { dtype: "float64" });
  const y = x.sin();
  const xx = x.unsqueeze(-1).pow(tensor([1, 2, 3]));
  const layer = new nn.Linear(3, 1).to("float64");
  const optimizer = new optim.SGD(layer.parameters(), { lr: 1e-6 });
  const prints: [number, number][] = [];
  for (let t = 0; t < 2000; t++) {
    const loss = nn.functional.mseLoss(layer(xx).flatten(0, 1), y, { reduction: "sum" });
    if (t % 100 === 99) prints.push([t, loss.item()]);
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
  }
  const wanted = reference.cubic_float64;
  expectNumbers(prints.flat(), wanted.prints.flat(), 1e-9, 0, "loss");
  expectNumbers(layer.weight.data, flat(wanted.weight), 1e-9, 1e-12, "weight");
  expectNumbers((layer.bias as Tensor).data, wanted.bias, 1e-9, 1e-12, "bias");
});

describe("twenty losses of each optimizer, float64", () => {
  const optimizers: Record<string, (p: Tensor[]) => { step(): unknown; zeroGrad(): void }> = {
    "sgd_0.1": (p) => new optim.SGD(p, { lr: 0.1 }),
    "sgd_0.1_momentum0.9": (p) => new optim.SGD(p, { lr: 0.1, momentum: 0.9 }),
    "sgd_0.1_nesterov0.9_wd0.01": (p) =>
      new optim.SGD(p, { lr: 0.1, momentum: 0.9, nesterov: true, weightDecay: 0.01 }),
    "adam_0.01": (p) => new optim.Adam(p, { lr: 0.01 }),
    "adamw_0.01_wd0.1": (p) => new optim.AdamW(p, { lr: 0.01, weightDecay: 0.1 }),
    "adam_0.01_amsgrad": (p) => new optim.Adam(p, { lr: 0.01, amsgrad: true }),
    "rmsprop_0.01": (p) => new optim.RMSprop(p, { lr: 0.01 }),
    "adagrad_0.1": (p) => new optim.Adagrad(p, { lr: 0.1 }),
    adadelta_1: (p) => new optim.Adadelta(p, { lr: 1 }),
    "adamax_0.01": (p) => new optim.Adamax(p, { lr: 0.01 }),
    "nadam_0.01": (p) => new NAdamOf113(p, { lr: 0.01 }),
    "radam_0.01": (p) => new optim.RAdam(p, { lr: 0.01 }),
  };
  const wanted = Object.entries(reference.classifier_float64).filter(([key]) => key !== "how");
  test.each(wanted)("%s", (key, losses) => {
    manualSeed(3);
    const model = new nn.Sequential(new nn.Linear(4, 8), new nn.Tanh(), new nn.Linear(8, 3)).to("float64");
    const x = linspace(-2, 2, 48, { dtype: "float64" }).reshape([12, 4]).sin();
    const y = tensor(
      Array.from({ length: 12 }, (_, i) => i % 3),
      { dtype: "int32" },
    );
    const optimizer = optimizers[key](model.parameters());
    const found = losses.map(() => {
      optimizer.zeroGrad();
      const loss = nn.functional.crossEntropy(model(x), y);
      loss.backward();
      optimizer.step();
      return loss.item();
    });
    expectNumbers(found, losses, 1e-9, 0, "loss");
  });
});
