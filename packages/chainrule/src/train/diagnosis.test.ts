import { describe, expect, test } from "vitest";
import * as nn from "../nn/index.ts";
import * as optim from "../optim/index.ts";
import { manualSeed, randn, type Tensor, tensor } from "../tensor/index.ts";
import { diagnose, type Evidence } from "./diagnosis.ts";
import * as train from "./index.ts";
import { sine } from "./testing/problems.ts";

const nothing: Evidence = {
  batch: [tensor([[1]]), tensor([[0.5]])],
  problem: "",
  where: [],
  losses: [1, 0.9, 0.8],
  weights: { before: 1, now: 1.1 },
  lr: 0.1,
};

describe("the likely cause", () => {
  test.each<[string, Partial<Evidence>, RegExp]>([
    [
      "missing values",
      { batch: [tensor([[1, Number.NaN]]), tensor([[1]])] },
      /Tensor 0 of the batch has NaN: .*fill in/,
    ],
    [
      "an infinite target",
      { batch: [tensor([[1]]), tensor([[Number.NEGATIVE_INFINITY]])] },
      /Tensor 1 of the batch has -Infinity/,
    ],
    ["unscaled data", { batch: [tensor([[-3e7]]), tensor([[1]])] }, /as large as -3e\+7: standardize/],
    [
      "a loss that grows",
      { losses: [0.5, 0.4, 80, 9e5] },
      /loss grew from 0.4 to 900000 .*rate 0.1 is too high/,
    ],
    ["weights that grow", { weights: { before: 2, now: 3e20 } }, /largest weight grew from 2 to 3e\+20/],
    [
      "an update that overflows",
      { where: ["add_"], problem: "add_() wrote Infinity" },
      /The step itself was too large/,
    ],
    ["log of zero", { where: ["layer a (A)", "log"], problem: "The op log made …" }, /logarithm of zero/],
    ["division by zero", { where: ["div"], problem: "The op div made …" }, /division by zero/],
    [
      "a root's derivative",
      { where: ["backward"], problem: "The derivative of op sqrt in layer root (Root) with …" },
      /root of a negative number, or its derivative at zero/,
    ],
    ["exp of large numbers", { where: ["exp"], problem: "The op exp made …" }, /exponential that overflows/],
  ])("%s", (_, change, message) => {
    expect(diagnose({ ...nothing, ...change })).toMatch(message);
  });

  test("nothing is made up: losses that fall, codes that are large, an op without a rule", () => {
    expect(diagnose(nothing)).toBe(null);
    expect(diagnose({ ...nothing, batch: [tensor([5_000_000], { dtype: "int32" })] })).toBe(null);
    expect(diagnose({ ...nothing, where: ["matmul"], problem: "The op matmul made …" })).toBe(null);
    expect(diagnose({ ...nothing, losses: [1e-9, 1e-4] })).toBe(null);
    expect(diagnose({ ...nothing, losses: [] })).toBe(null);
  });
});

describe("fit says it", () => {
  test("a rate that is too high", async () => {
    manualSeed(0);
    const model = new nn.Sequential(new nn.Linear(1, 8), new nn.ReLU(), new nn.Linear(8, 1));
    const fitted = train.fit(model, {
      data: [sine(20)],
      loss: new nn.MSELoss(),
      optimizer: new optim.SGD(model.parameters(), { lr: 40 }),
      epochs: 300,
    });
    await expect(fitted).rejects.toThrow(
      /(loss|largest weight) grew from .* The learning rate 40 is too high/,
    );
    await expect(fitted).rejects.toThrow("The model has the parameters of before this step.");
  });

  test("data that are not scaled", async () => {
    manualSeed(0);
    const model = new nn.Linear(2, 1);
    const fitted = train.fit(model, {
      data: [[randn([8, 2]).mul(1e12), randn([8, 1])] as const],
      loss: new nn.MSELoss(),
      optimizer: new optim.SGD(model.parameters(), { lr: 0.1 }),
      epochs: 50,
    });
    await expect(fitted).rejects.toThrow(/Tensor 0 of the batch has numbers as large as .*standardize/);
  });

  test("the logarithm of a share that is zero", async () => {
    class Shares extends nn.Module {
      fc = new nn.Linear(1, 2);
      forward(x: Tensor): Tensor {
        return this.fc(x).relu().log();
      }
    }
    manualSeed(0);
    const model = new Shares();
    model.loadStateDict({ "fc.weight": tensor([[1], [-1]]), "fc.bias": tensor([0, 0]) });
    const fitted = train.fit(model, {
      data: [[tensor([[1]]), tensor([1], { dtype: "int32" })] as const],
      loss: new nn.NLLLoss(),
      optimizer: new optim.SGD(model.parameters(), { lr: 0.1 }),
      epochs: 1,
    });
    await expect(fitted).rejects.toThrow(/Shares .*op log made.*logarithm of zero or of a negative number/);
  });
});
