import { expect, test } from "vitest";
import { optim, tensor } from "../index.ts";

test("momentum that is switched on later starts from the whole gradient, whatever the dampening", () => {
  const w = tensor([1], { dtype: "float64", requiresGrad: true });
  const optimizer = new optim.SGD([w], { lr: 0.1, dampening: 0.5 });
  const step = (): number => {
    optimizer.zeroGrad();
    w.mul(2).sum().backward();
    optimizer.step();
    return w.item();
  };
  expect(step()).toBeCloseTo(0.8, 12); // no momentum: w ← 1 − 0.1 · 2
  optimizer.paramGroups[0].momentum = 0.9;
  expect(step()).toBeCloseTo(0.6, 12); // b = 2
  expect(step()).toBeCloseTo(0.6 - 0.1 * (0.9 * 2 + 0.5 * 2), 12); // b = 0.9 · 2 + 0.5 · 2
});
