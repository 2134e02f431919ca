import { expect, test, vi } from "vitest";
import * as nn from "../nn/index.ts";
import * as optim from "../optim/index.ts";
import { manualSeed, tensor } from "../tensor/index.ts";
import * as train from "./index.ts";
import { loaderOf, sine, slope, weightsOf } from "./testing/problems.ts";

const linear = (t: number): number => 0.4 * (1 - t);

/** Two layers with dropout, which `anneal` moves from 0.4 to 0. */
async function run(compile: boolean, bad = -1) {
  manualSeed(3);
  const dropout = new nn.Dropout(0.9);
  const model = new nn.Sequential(new nn.Linear(1, 8), new nn.Tanh(), dropout, new nn.Linear(8, 1));
  const optimizer = new optim.AdamW(model.parameters(), { lr: 0.01 });
  const seen: number[] = [];
  const data = [...loaderOf(sine(24))].map(([x, y], i) => [i === bad ? x.mul(Number.NaN) : x, y] as const);
  const fitted = train.fit(model, {
    data,
    loss: new nn.MSELoss(),
    optimizer,
    epochs: 4,
    anneal(t, training) {
      seen.push(t);
      dropout.p = linear(t);
      for (const group of optimizer.paramGroups) group.weightDecay = 0.1 * t;
      expect(training.optimizer).toBe(optimizer);
    },
    compile,
  });
  return { model, fitted, seen };
}

test("anneal is told how far training has come, and moves numbers of the compiled step", async () => {
  const warn = vi.spyOn(console, "warn");
  const compiled = await run(true);
  await compiled.fitted;
  const eager = await run(false);
  await eager.fitted;
  expect(warn).not.toHaveBeenCalled();
  warn.mockRestore();
  expect(compiled.seen).toEqual(Array.from({ length: 12 }, (_, i) => i / 12));
  const [a, b] = [weightsOf(compiled.model), weightsOf(eager.model)];
  for (const name in a) a[name].forEach((w, i) => void expect(w).toBeCloseTo(b[name][i], 5));
});

test("when a step fails, those before it are repeated with their own options", async () => {
  const { model, fitted } = await run(true, 2);
  await expect(fitted).rejects.toThrow("epoch 1, step 3");
  // The same by hand: two steps of the three.
  manualSeed(3);
  const dropout = new nn.Dropout(0.9);
  const other = new nn.Sequential(new nn.Linear(1, 8), new nn.Tanh(), dropout, new nn.Linear(8, 1));
  const optimizer = new optim.AdamW(other.parameters(), { lr: 0.01 });
  const loss = new nn.MSELoss();
  [...loaderOf(sine(24))].slice(0, 2).forEach(([x, y], i) => {
    dropout.p = linear(i / 12);
    optimizer.paramGroups[0].weightDecay = (0.1 * i) / 12;
    optimizer.step(() => {
      optimizer.zeroGrad();
      const value = loss(other(x), y);
      value.backward();
      return value;
    });
  });
  const [a, b] = [weightsOf(model), weightsOf(other)];
  for (const name in a) a[name].forEach((w, i) => void expect(w).toBeCloseTo(b[name][i], 5));
});

test("anneal needs data of a known length", async () => {
  const model = slope(1);
  const endless = { *[Symbol.iterator]() { yield [tensor([[1]]), tensor([[1]])] as const; } }; // biome-ignore format: one batch
  const options = { loss: new nn.MSELoss(), optimizer: new optim.SGD(model.parameters()), epochs: 1 };
  await expect(train.fit(model, { ...options, data: endless, anneal: () => {} })).rejects.toThrow(
    "anneal needs the number of batches",
  );
  await expect(train.fit(model, { ...options, data: [sine(4)], anneal: 0.5 as never })).rejects.toThrow(
    "anneal is not a function",
  );
});
