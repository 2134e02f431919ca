import { describe, expect, test } from "vitest";
import * as nn from "../nn/index.ts";
import * as optim from "../optim/index.ts";
import { arange, Generator, manualSeed, type Tensor, tensor, zeros } from "../tensor/index.ts";
import * as train from "./index.ts";

const rows = (n: number): Tensor => arange(n).to("float32").reshape([n, 1]);

describe("mixup", () => {
  test("mixes inputs and targets of the same pairs by the same share, of which the row has the larger", () => {
    for (let seed = 0; seed < 20; seed++) {
      manualSeed(seed);
      const [x, y] = train.mixup({ alpha: 0.5 })([rows(6), rows(6).mul(10)], 1);
      const mixed = [...x.data];
      expect([...y.data].map((v) => v / 10)).toEqual(mixed.map((v) => expect.closeTo(v, 4)));
      // One share s ≥ ½ and one permutation: xᵢ = s·i + (1 − s)·π(i).
      expect(mixed.reduce((a, b) => a + b, 0)).toBeCloseTo(15, 4);
      for (const [i, v] of mixed.entries()) expect(v).toBeGreaterThanOrEqual(0.5 * i - 1e-6);
    }
  });

  test("labels become probabilities", () => {
    manualSeed(1);
    const labels = tensor([0, 2, 1, 2], { dtype: "int32" });
    const [, y] = train.mixup({ alpha: 1, classes: 3 })([rows(4), labels], 1);
    expect([y.shape, y.dtype]).toEqual([[4, 3], "float32"]);
    for (const [i, row] of (y.toArray() as number[][]).entries()) {
      expect(row.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 6);
      expect(row[labels.data[i]]).toBeGreaterThanOrEqual(0.5 - 1e-6);
    }
    const loss = new nn.CrossEntropyLoss()(zeros([4, 3]), y).item();
    expect(loss).toBeCloseTo(Math.log(3), 5);
  });

  test("codes stay as they are, and so do inputs that are not named", () => {
    manualSeed(2);
    const codes = tensor([3, 1, 2], { dtype: "int32" });
    const weights = rows(3);
    const batch = [rows(3), codes, rows(3), rows(3), weights] as const;
    const [a, b, c, , w] = train.mixup({ alpha: 1, inputs: [2] })(batch, 3);
    expect([a, b, w]).toEqual([batch[0], codes, weights]);
    expect(c).not.toBe(batch[2]);
  });

  test("says what is missing", () => {
    const labels = tensor([0, 1], { dtype: "int32" });
    expect(() => train.mixup({ alpha: 1 })([rows(2), labels], 1)).toThrow(
      "mixup was given int32 targets. Say how many classes",
    );
    expect(() => train.mixup({ alpha: -1 })).toThrow("mixup's alpha is -1");
    expect(() => train.noise({ std: Number.NaN })).toThrow("noise's std is NaN");
    expect(() => train.noise({ std: 1, inputs: [0] })([labels, rows(2)], 1)).toThrow(
      "input 0, which is int32",
    );
    expect(() => train.noise({ std: 1, inputs: [1] })([rows(2), rows(2)], 1)).toThrow(
      "input 1, which is not there",
    );
  });
});

test("noise has its standard deviation, and leaves targets alone", () => {
  const generator = new Generator(4);
  const y = rows(2000);
  const [x, target] = train.noise({ std: 0.3, generator })([zeros([2000, 5]), y], 1);
  expect(x.std().item()).toBeCloseTo(0.3, 2);
  expect(Math.abs(x.mean().item())).toBeLessThan(0.02);
  expect(target).toBe(y);
});

test("fit transforms the training batches alone, and passes rows of any transform on", async () => {
  const model = new nn.Linear(1, 1);
  const seen: [rows: number, inputs: number][] = [];
  const { history } = await train.fit(model, {
    data: [[rows(4), rows(4)] as const],
    validation: [[rows(4), rows(4)] as const],
    loss: new nn.MSELoss(),
    optimizer: new optim.SGD(model.parameters(), { lr: 0 }),
    epochs: 2,
    transform: ([x, y], inputs) => {
      seen.push([x.shape[0], inputs]);
      return [x.mul(0), y.mul(0).add(model.bias?.item() ?? 0)] as const;
    },
  });
  expect(seen).toEqual([[4, 1], [4, 1]]); // biome-ignore format: rows
  expect(history[0].loss).toBe(0);
  expect(history[0].validationLoss).toBeGreaterThan(0);
});

test("compose runs one after the other", () => {
  const twice: train.BatchTransform = (batch) => batch.map((x) => x.mul(2)) as never;
  const plus: train.BatchTransform = (batch) => batch.map((x) => x.add(1)) as never;
  expect(
    train
      .compose(twice, plus)([tensor([1])], 1)[0]
      .item(),
  ).toBe(3);
  expect(
    train
      .compose(plus, twice)([tensor([1])], 1)[0]
      .item(),
  ).toBe(4);
});
