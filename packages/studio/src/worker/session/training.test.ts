/** Training in the Worker's class: the losses are the library's, and going back is exact. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import {
  ChainruleError,
  compile,
  data,
  linspace,
  manualSeed,
  nn,
  optim,
  stack,
  type Tensor,
} from "chainrule";
import { describe, expect, test } from "vitest";
import { expectNumbers, golden } from "../../../../../tests/golden/golden.ts";
import { digits } from "../../examples/digits.ts";
import { moons } from "../../examples/points.ts";
import { folder, opened, started } from "../testing/started.ts";

interface Published {
  cubic: { divergesAt: number; nonFiniteFromStep: number; fromZero: { losses: [number, number][] } };
}

const published = golden<Published>("worked_examples");

/** The lecture's program, as `examples/lecture.ts` has it. */
function lectureLosses(steps: number): number[] {
  manualSeed(0);
  const x = linspace(-1, 1, 200);
  const xx = stack([x, x.mul(x)], -1);
  const y = x.mul(Math.PI).sin();
  const model = new nn.Sequential(
    new nn.Linear(2, 3),
    new nn.ReLU(),
    new nn.Linear(3, 1),
    new nn.Flatten(0, 1),
  );
  const lossFn = new nn.MSELoss({ reduction: "sum" });
  const optimizer = new optim.SGD(model.parameters(), { lr: 1e-3 });
  const step = compile(() => {
    const loss = lossFn(model(xx), y);
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    return loss;
  });
  return Array.from({ length: steps }, () => step().item());
}

test("the lecture's example has the losses of the lecture's program", async () => {
  const wanted = lectureLosses(300);
  const { studio, losses } = await opened("lecture");
  await studio.rewind(300);
  expect(losses()).toEqual(wanted);
});

test("digits have the losses of a program with a loader", async () => {
  const text = await readFile(join(folder, "digits.csv"), "utf8");
  const { training } = digits.rows(text);
  manualSeed(0);
  const model = digits.model(digits.config) as nn.Sequential;
  const lossFn = new nn.CrossEntropyLoss();
  const optimizer = new optim.Adam(model.parameters(), { lr: digits.config.lr });
  const loader: Iterable<[Tensor, Tensor]> = new data.DataLoader(
    new data.TensorDataset<[Tensor, Tensor]>(training.x, training.y),
    {
      batchSize: 64,
      shuffle: true,
    },
  );
  const step = compile((x: Tensor, y: Tensor): Tensor => {
    const loss = lossFn(model(x), y);
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    return loss;
  });
  const wanted: number[] = [];
  for (let epoch = 0; epoch < 3; epoch++) for (const [x, y] of loader) wanted.push(step(x, y).item());
  const { studio, losses } = await opened("digits");
  await studio.rewind(wanted.length);
  expect(losses()).toEqual(wanted);
});

test.each(["digits", "lecture", "moons"] as const)(
  "%s: back, and again, gives the same bits",
  async (name) => {
    const { studio, losses, said } = await opened(name, {
      dropout: name === "lecture" ? 0 : 0.2,
      optimizer: "adam",
    });
    await studio.rewind(100);
    const first = losses();
    for (const to of [99, 33, 0, 57]) {
      await studio.rewind(to);
      expect(said.at(-1)?.step).toBe(to);
      await studio.rewind(100);
      expect(losses()).toEqual(first);
    }
  },
);

test("the first step is made ready for beforehand, and nothing changes by it", async () => {
  for (const optimizer of ["sgd", "momentum", "adam", "adamw", "rmsprop"] as const) {
    const config = { optimizer, weightDecay: 0.01, dropout: 0.1 };
    const [cold, warm] = [await opened("moons", config), await opened("moons", config)];
    // Each seeds the generator that both draw from.
    cold.studio.configure({ ...moons.config, ...config });
    await cold.studio.rewind(40);
    warm.studio.configure({ ...moons.config, ...config });
    await new Promise((resolve) => setTimeout(resolve, 5));
    await warm.studio.rewind(40);
    expect(warm.losses(), optimizer).toEqual(cold.losses());
    await warm.studio.rewind(0);
    await warm.studio.rewind(40);
    expect(warm.losses(), optimizer).toEqual(cold.losses());
  }
});

test("a step is the eager step of the library", async () => {
  const { training } = moons.rows("");
  const config = {
    ...moons.config,
    batchSize: 0,
    optimizer: "momentum",
    lr: 0.1,
    weightDecay: 0.01,
  } as const;
  manualSeed(3);
  const model = moons.model(config) as nn.Sequential;
  const optimizer = new optim.SGD(model.parameters(), { lr: 0.1, momentum: 0.9, weightDecay: 0.01 });
  const wanted = Array.from({ length: 5 }, () => {
    const loss = new nn.CrossEntropyLoss().forward(model(training.x), training.y);
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    return loss.item();
  });
  const { studio, losses } = await opened("moons", { ...config, seed: 3 });
  for (let t = 0; t < 5; t++) studio.step();
  expectNumbers(losses(), wanted, 1e-5);
});

describe("run, pause, step", () => {
  test("losses come without a gap, whatever is called when", async () => {
    const { studio, said, until, losses } = await opened("moons");
    studio.run();
    await until(({ step }) => step > 100);
    studio.pause();
    const paused = said.at(-1);
    expect(paused?.running).toBe(false);
    const at = paused?.step ?? 0;
    studio.step();
    studio.step();
    expect(said.at(-1)).toMatchObject({ step: at + 2, running: false });
    studio.run();
    studio.run();
    await until(({ step, running }) => running && step > at + 50);
    studio.step();
    expect(said.at(-1)?.running).toBe(false);
    expect(losses()).toHaveLength(said.at(-1)?.step ?? -1);
    const first = losses();
    await studio.rewind(0);
    await studio.rewind(first.length);
    expect(losses()).toEqual(first);
    studio.dispose();
  });

  test("a rate holds from its step on, also when steps are repeated", async () => {
    const { studio, losses, said } = await opened("lecture");
    await studio.rewind(40);
    studio.setRate(1e-4);
    await studio.rewind(70);
    const first = losses();
    studio.setRate(5e-4);
    await studio.rewind(80);
    await studio.rewind(70);
    expect(said.at(-1)?.lr).toBe(5e-4);
    await studio.rewind(30);
    expect(said.at(-1)?.lr).toBe(1e-3);
    await studio.rewind(50);
    // The rate of 1e-4 was set after the step that was gone back to.
    expect(losses().slice(0, 41)).toEqual(first.slice(0, 41));
    expect(losses()[45]).not.toBe(first[45]);
  });

  test("measures both parts, and the norm of the gradient", async () => {
    const { studio, said } = await opened("moons");
    await studio.rewind(30);
    const [last] = said.at(-1)?.measured ?? [];
    expect(last.step).toBe(30);
    expect(last.training.loss).toBeLessThan(0.7);
    expect(last.validation?.score).toBeGreaterThan(0.5);
    expect(last.gradientNorm).toBeCloseTo(studio.health().gradientNorm, 4);
  });
});

test("values that are not finite stop training at their step, and name the first tensor", async () => {
  const { divergesAt, nonFiniteFromStep } = published.cubic;
  const { studio, said, until, losses } = await opened("cubic", { lr: divergesAt });
  studio.run();
  const { fault, running, step } = await until((progress) => progress.fault !== null);
  expect(running).toBe(false);
  expect(step).toBe(nonFiniteFromStep);
  expect(losses()).toHaveLength(nonFiniteFromStep);
  expect(losses().every(Number.isFinite)).toBe(true);
  expect(fault?.problem).toMatch(/step 1,587 is not finite.*first tensor/);
  expect(fault?.remedy).not.toBe("");
  await studio.rewind(10);
  expect(said.at(-1)).toMatchObject({ fault: null, step: 10 });
  studio.setRate(1e-6);
  studio.step();
  expect(said.at(-1)).toMatchObject({ fault: null, step: 11 });
});

test("the cubic has the published losses", async () => {
  const { studio, losses } = await opened("cubic");
  await studio.rewind(2000);
  const all = losses();
  const wanted = published.cubic.fromZero.losses;
  expectNumbers(
    wanted.map(([t]) => all[t]),
    wanted.map(([, loss]) => loss),
    1e-9,
  );
});

describe("nothing is broken by what fails", () => {
  test("settings", async () => {
    const { studio, losses } = await opened("moons");
    await studio.rewind(10);
    const wrong = [
      [{ hidden: [0] }, /hidden is 0/],
      [{ hidden: [4096, 4096, 4096, 4096] }, /50,331,648|weights/],
      [{ lr: Number.NaN }, /lr is NaN/],
      [{ batchSize: -1 }, /batchSize is -1/],
      [{ seed: 1.5 }, /seed is 1.5/],
      [{ activation: "<script>" as "relu" }, /activation is <script>/],
    ] as const;
    for (const [change, message] of wrong) {
      const config = { ...moons.config, ...change };
      expect(() => studio.configure(config), String(message)).toThrow(message);
    }
    expect(() => studio.setRate(-1)).toThrow(/learning rate is -1/);
    await expect(studio.rewind(-1)).rejects.toThrow(/no step -1/);
    await expect(studio.rewind(1e12)).rejects.toThrow(/no step/);
    await expect(studio.openExample("nothing" as "xor")).rejects.toThrow(/no example "nothing"/);
    const before = losses();
    await studio.rewind(12);
    expect(losses().slice(0, 10)).toEqual(before);
    const other = await opened("moons");
    await other.studio.rewind(12);
    expect(other.losses()).toEqual(losses());
  });

  test("calls before anything is open", async () => {
    const { studio, said } = started();
    expect(said).toHaveLength(1);
    for (const call of [
      () => studio.run(),
      () => studio.step(),
      () => studio.health(),
      () => studio.outcome("test"),
      () => studio.modelFile(),
      () => studio.traceRead(0, "value"),
      () => studio.trace({ step: -1, rows: { kind: "row", part: "training", row: 0 } }),
    ])
      expect(call).toThrow(ChainruleError);
    await expect(studio.chooseTarget("x")).rejects.toThrow(/no table/);
    studio.pause();
    expect(studio.healthHistory()).toEqual([]);
  });

  test("an opening while training runs: the one that works takes over", async () => {
    const { studio, said, until } = await opened("moons");
    studio.run();
    await until(({ step }) => step > 20);
    await expect(studio.openFiles([{ path: "x.csv", bytes: new Uint8Array(0) }])).rejects.toThrow(/x\.csv/);
    await until(({ running }) => running);
    await studio.openExample("xor");
    const at = said.length;
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(said.slice(at).every(({ running, step }) => !running && step === 0)).toBe(true);
  });
});

test("memory stays flat over 20,000 steps", async () => {
  const { studio } = await opened("moons", { batchSize: 16 });
  const collect = globalThis.gc;
  await studio.rewind(4000);
  collect?.();
  const before = process.memoryUsage();
  await studio.rewind(24_000);
  collect?.();
  const after = process.memoryUsage();
  // Losses take 8 bytes a step twice, and 640 states to go back to about 8 kB each.
  expect(after.arrayBuffers - before.arrayBuffers).toBeLessThan(24 << 20);
  studio.dispose();
}, 30_000);
