import { describe, expect, test } from "vitest";
import * as nn from "../nn/index.ts";
import * as optim from "../optim/index.ts";
import { tensor } from "../tensor/index.ts";
import * as train from "./index.ts";
import { slope } from "./testing/problems.ts";

const x = tensor([[1], [2], [3]]);
const y = tensor([[2], [2], [9]]);
const loss = train.weighted(new nn.MSELoss({ reduction: "none" }));

describe("weighted", () => {
  test("is Σ w·ℓ / Σ w, with its gradient", () => {
    const model = slope(1);
    const w = tensor([1, 0, 3]);
    const value = loss(model(x), y, [x, y, w]);
    // ℓ = (1 − 2)², 0, (3 − 9)²
    expect(value.item()).toBeCloseTo((1 + 3 * 36) / 4, 5);
    value.backward();
    // dℓ/dw = 2(w·x − y)·x
    expect(model.weight.grad?.item()).toBeCloseTo((1 * -2 + 3 * -36) / 4, 5);
  });

  test("whole weights are repeated rows", async () => {
    const model = slope(1);
    const repeated = [0, 2, 2, 2].map((i) => [x, y].map((t) => t.narrow(0, i, 1)));
    const plain = await train.evaluate(model, { data: repeated, loss: new nn.MSELoss() });
    const data = [
      [x.narrow(0, 0, 2), y.narrow(0, 0, 2), tensor([1, 0])],
      [x.narrow(0, 2, 1), y.narrow(0, 2, 1), tensor([3])],
    ] as const;
    const { loss: risk, rows } = await train.evaluate(model, { data, inputs: 1, loss });
    expect(risk).toBeCloseTo(plain.loss, 5);
    expect(rows).toBe(3);
    const a = await train.gradientNorm(model, { data, inputs: 1, loss });
    const b = await train.gradientNorm(model, { data: repeated, loss: new nn.MSELoss() });
    expect([a.gradientNorm, a.loss]).toEqual([expect.closeTo(b.gradientNorm, 4), expect.closeTo(b.loss, 4)]);
  });

  test("fit reports risks by weight, and rows of weight zero do nothing", async () => {
    const model = slope(1);
    const none = [x, y, tensor([0, 0, 0])] as const;
    const some = [x, y, tensor([0, 0, 2])] as const;
    const { history } = await train.fit(model, {
      data: [none, some],
      validation: [none, some],
      inputs: 1,
      loss,
      optimizer: new optim.SGD(model.parameters(), { lr: 1 / 18 }),
      epochs: 1,
    });
    // w ← 1 − 2(3 − 9)·3/18 = 3, where the third row is met exactly
    expect(model.weight.item()).toBeCloseTo(3, 5);
    expect(history[0]).toMatchObject({ loss: 36, validationLoss: expect.closeTo(0, 8) });
  });

  test("rows of several numbers count by their mean; class weights multiply", () => {
    const both = train.weighted(new nn.MSELoss({ reduction: "none" }));
    const wide = tensor([[1, 3], [0, 2]]); // biome-ignore format: rows
    expect(both(wide, wide.mul(0), [wide, wide, tensor([1, 3])]).item()).toBeCloseTo((5 + 3 * 2) / 4, 5);
    const classes = train.weighted(new nn.CrossEntropyLoss({ reduction: "none", weight: tensor([1, 4]) }));
    const labels = tensor([0, 1], { dtype: "int32" });
    const scores = tensor([[0, 0], [0, 0]]); // biome-ignore format: rows
    expect(classes(scores, labels, [scores, labels, tensor([1, 1])]).item()).toBeCloseTo(
      2.5 * Math.log(2),
      5,
    );
  });

  test("says what does not fit", () => {
    expect(() => loss(y, y, [x, y])).toThrow("has no weights after its target");
    expect(() => loss.weightOf([x, y, tensor([1, -1, 0])])).toThrow("The weight of a row is -1.");
    const mean = train.weighted(new nn.MSELoss());
    expect(() => mean(y, y, [x, y, tensor([1, 1, 1])])).toThrow('Use a loss with reduction: "none"');
  });
});
