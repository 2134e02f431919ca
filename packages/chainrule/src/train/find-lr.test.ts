import { describe, expect, test, vi } from "vitest";
import { DataLoader, TensorDataset } from "../data/index.ts";
import * as nn from "../nn/index.ts";
import * as optim from "../optim/index.ts";
import { defaultGenerator, Generator, manualSeed, randn, tensor } from "../tensor/index.ts";
import * as train from "./index.ts";
import { digits, loaderOf, slope, weightsOf } from "./testing/problems.ts";

function setting() {
  manualSeed(1);
  const model = new nn.Sequential(
    new nn.Linear(64, 16),
    new nn.BatchNorm1d(16),
    new nn.ReLU(),
    new nn.Dropout({ p: 0.1, generator: new Generator(5) }),
    new nn.Linear(16, 10),
  );
  const optimizer = new optim.Adam([
    { params: model.at(0).parameters(), lr: 0.02 },
    { params: [...model.at(1).parameters(), ...model.at(4).parameters()], lr: 0.01 },
  ]);
  const data = loaderOf(digits(200, 1), { batchSize: 20, shuffle: true, generator: new Generator(2) });
  return { model, given: { optimizer, data, loss: new nn.CrossEntropyLoss() } };
}

describe("findLr", () => {
  test("finds a rate with which training goes well, in a test that ends at divergence", async () => {
    const warn = vi.spyOn(console, "warn");
    const s = setting();
    const { rates, losses, smoothed, suggestion, diverged } = await train.findLr(s.model, {
      ...s.given,
      to: 1e4,
    });
    expect(warn).not.toHaveBeenCalled();
    warn.mockRestore();
    expect([losses.length, smoothed.length]).toEqual([rates.length, rates.length]);
    expect(rates[0]).toBeCloseTo(1e-6, 12);
    expect(rates[11] / rates[10]).toBeCloseTo(1e10 ** (1 / 99), 8);
    expect([diverged, rates.length < 100]).toEqual([true, true]);
    expect(suggestion).toBeGreaterThan(1e-4);
    expect(suggestion).toBeLessThan(1);
    for (const group of s.given.optimizer.paramGroups) group.lr = suggestion as number;
    const { history } = await train.fit(s.model, { ...s.given, epochs: 6 });
    expect(history[5].loss).toBeLessThan(history[0].loss / 2);
  });

  test("leaves everything as it was", async () => {
    for (const trained of [false, true]) {
      const s = setting();
      if (trained) await train.fit(s.model, { ...s.given, epochs: 1 });
      const last = s.model.at(4);
      const gradient = tensor(new Array(10).fill(0.5));
      if (last instanceof nn.Linear && last.bias) last.bias.grad = gradient;
      const picture = (): unknown => [
        weightsOf(s.model),
        s.model.modules().map((m) => m.training),
        s.model.parameters().map((p) => p.gradStorage && p.grad?.toArray()),
        s.given.optimizer.paramGroups.map(({ params: _, ...options }) => options),
        Object.values(s.given.optimizer.stateDict().state).map((state) => Object.values(state).map(String)),
        [defaultGenerator, ...s.given.data.generators].map((g) => [...g.getState()]),
      ];
      const before = picture();
      await train.findLr(s.model, { ...s.given, steps: 15 });
      expect(picture()).toEqual(before);
      await expect(
        train.findLr(s.model, { ...s.given, loss: () => tensor([1, 2]), steps: 15 }),
      ).rejects.toThrow("The loss of a batch has shape [2]");
      expect(picture()).toEqual(before);
    }
  });

  test("the steepest fall is where it must be, and groups keep their proportion", async () => {
    const s = setting();
    const seen: number[][] = [];
    const loss = (): ReturnType<typeof tensor> => {
      seen.push(s.given.optimizer.paramGroups.map(({ lr }) => lr));
      const [weight] = s.model.parameters();
      return weight
        .sum()
        .mul(0)
        .add(seen.length > 20 ? 1 : 2);
    };
    const options = { ...s.given, loss, from: 0.01, to: 1, steps: 41, compile: false };
    const { suggestion, rates, diverged } = await train.findLr(s.model, options);
    // The loss falls from 2 to 1 at step 21; smoothed, it falls most over the steps from 20 to 24.
    expect([suggestion, diverged]).toEqual([rates[21], false]);
    expect(rates[20]).toBeCloseTo(0.1, 10);
    for (const [first, second] of seen) expect(second).toBeCloseTo(first / 2, 12);
  });

  test("the noise of the first batches is not followed", async () => {
    // Mean squared errors of y = w·x by SGD: with E x xᵀ = 1 the error falls fast from a rate of 0.01 on, and grows above 1.
    const suggestions: number[] = [];
    for (let seed = 0; seed < 8; seed++) {
      const generator = new Generator(seed);
      const x = randn([512, 3], { generator });
      const y = x.matmul(tensor([[1], [-2], [0.5]]));
      const model = new nn.Linear(3, 1);
      for (const p of model.parameters()) nn.init.zeros_(p);
      for (const batchSize of [32, 512]) {
        const { suggestion } = await train.findLr(model, {
          data: new DataLoader(new TensorDataset(x, y), { batchSize, shuffle: true, generator }),
          loss: new nn.MSELoss(),
          optimizer: new optim.SGD(model.parameters()),
          from: 1e-4,
          to: 10,
        });
        suggestions.push(suggestion ?? Number.NaN);
      }
    }
    for (const suggestion of suggestions) expect(suggestion).toBeGreaterThan(0.01);
    for (const suggestion of suggestions) expect(suggestion).toBeLessThan(0.2);
  });

  test("a lucky first batch is neither the least loss nor what divergence is measured by", async () => {
    const s = setting();
    let step = 0;
    const loss = (): ReturnType<typeof tensor> => {
      const [weight] = s.model.parameters();
      const height = step++ === 0 ? 0.1 : step <= 20 ? 2 : 1;
      return weight.sum().mul(0).add(height);
    };
    const options = { ...s.given, loss, from: 0.01, to: 1, steps: 41, compile: false };
    const { suggestion, rates, diverged } = await train.findLr(s.model, options);
    expect([rates.length, diverged]).toEqual([41, false]);
    expect([rates[20], rates[21]]).toContain(suggestion);
  });

  test("says when there is nothing to suggest, and refuses what cannot be", async () => {
    const model = slope(1);
    const one = tensor([[1]]);
    const options = {
      data: new DataLoader(new TensorDataset(one, one)),
      loss: new nn.MSELoss(),
      optimizer: new optim.SGD(model.parameters(), { lr: 0.1 }),
    };
    expect((await train.findLr(model, { ...options, steps: 5 })).suggestion).toBe(null); // the loss is 0
    await expect(train.findLr(model, { ...options, from: 1, to: 0.1 })).rejects.toThrow("do not grow");
    await expect(train.findLr(model, { ...options, steps: 2 })).rejects.toThrow("steps is 2");
    await expect(train.findLr(model, { ...options, data: [] })).rejects.toThrow("data gave no batches");
    const broken = { ...options, data: [[one, tensor([[Number.NaN]])] as const] };
    expect(await train.findLr(model, broken)).toMatchObject({ rates: [], suggestion: null, diverged: true });
    const signal = AbortSignal.abort();
    await expect(train.findLr(model, { ...options, signal })).rejects.toThrow();
    expect(options.optimizer.paramGroups[0].lr).toBe(0.1);
  });
});
