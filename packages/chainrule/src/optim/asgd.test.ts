import { expect, test } from "vitest";
import { type Tensor, tensor } from "../tensor/index.ts";
import { ASGD } from "./asgd.ts";

test("keeps the average of the weights from t0 on, and the weights themselves before", () => {
  const w = tensor([1, -2], { dtype: "float64", requiresGrad: true });
  const optimizer = new ASGD([w], { lr: 0.1, t0: 2 });
  // torch.optim.ASGD([w], lr=0.1, t0=2), first element of `ax` after each step
  const expected = [
    0.7999899970196187, 0.6399851993904194, 0.5119836842268294, 0.4095841301376399, 0.36862489846510516,
    0.3331271685424464,
  ];
  expected.forEach((average, i) => {
    optimizer.zeroGrad();
    w.square().sum().backward();
    optimizer.step();
    const ax = optimizer.state.get(w)?.ax as Tensor;
    expect(ax.select(0, 0).item()).toBeCloseTo(average, 7);
    expect(ax.select(0, 1).item()).toBeCloseTo(-2 * average, 7);
    if (i < 4) expect(ax.toArray()).toEqual(w.toArray());
  });
});

test("zeroGrad without setToNone clears the gradient that somebody may hold", () => {
  const w = tensor([3], { requiresGrad: true });
  w.square().sum().backward();
  const held = w.grad as Tensor;
  new ASGD([w]).zeroGrad({ setToNone: false });
  expect([held.toArray(), w.grad?.toArray()]).toEqual([[0], [0]]);
});
