import { describe, expect, test } from "vitest";
import * as nn from "../nn/index.ts";
import * as optim from "../optim/index.ts";
import * as train from "./index.ts";
import { sine, slope } from "./testing/problems.ts";

describe("what cannot be trained", () => {
  const model = slope(1);
  const optimizer = new optim.SGD(model.parameters());
  const good = { data: [sine(3)], loss: new nn.MSELoss(), optimizer, epochs: 1 };
  test.each<[string, object, RegExp]>([
    [
      "a name of another library",
      { validationData: [] },
      /has no option "validationData". Did you mean validation\?/,
    ],
    ["a name in snake case", { earlyStopping: { patience: 1, min_delta: 1 } }, /Did you mean minDelta\?/],
    ["a schedule each step", { scheduleEvery: "step" }, /scheduleEvery is "step". Use "epoch" or "batch"/],
    ["no data", { data: undefined }, /data is missing/],
    ["a dataset", { data: { length: 1, get: () => sine(1) } }, /Wrap the dataset/],
    ["no batches", { data: [] }, /data gave no batches.*dropLast/],
    ["a tensor as a batch", { data: sine(3) }, /a single tensor where \[input, target\] must be/],
    ["a batch without target", { data: [[sine(3)[0]]] }, /an array of 1/],
    ["validation without data", { validation: {} }, /validation cannot be gone through/],
    ["validation without batches", { validation: [] }, /data gave no batches/],
    ["a loss that is none", { loss: "mse" }, /loss is not a function/],
    [
      "a loss of many numbers",
      { loss: new nn.MSELoss({ reduction: "none" }) },
      /loss of a batch has shape \[3, 1\]/,
    ],
    ["a loss that returns a number", { loss: () => 3 }, /loss of a batch is a number/],
    ["no optimizer", { optimizer: undefined }, /not an optimizer/],
    ["no epochs", { epochs: 0 }, /epochs is 0/],
    ["half an epoch", { epochs: 0.5 }, /epochs is 0.5/],
    ["bad clipping", { clipNorm: -1 }, /clipNorm is -1/],
    ["a bad limit of elements", { clipValue: Number.NaN }, /clipValue is NaN/],
    ["a negative penalty", { l1: -1 }, /l1 is -1/],
    ["a negative penalty of some", { l1: { strength: -2, parameters: [] } }, /l1 is -2/],
    ["a transform that is none", { transform: {} }, /transform is not a function/],
    ["bad patience", { earlyStopping: { patience: -1 } }, /patience is -1/],
    [
      "a figure that is not there",
      { earlyStopping: { patience: 1, monitor: "f1", mode: "max" } },
      /watches "f1".*"loss"/,
    ],
    [
      "a figure without validation",
      { earlyStopping: { patience: 1, monitor: "validationLoss" } },
      /Give validation data/,
    ],
    [
      "a metric without direction",
      { metrics: { f1: () => 1 }, earlyStopping: { patience: 1, monitor: "f1" } },
      /say what is better/,
    ],
    ["a bad mode", { earlyStopping: { patience: 1, mode: "best" } }, /no mode "best"/],
    ["a target without validation", { stopAt: { validationLoss: 1 } }, /needs validation data/],
    ["optimality every half", { optimality: { every: 0.5 } }, /optimality.every is 0.5/],
    ["a resumption of nothing", { resume: {} }, /not a checkpoint/],
    ["a checkpoint of the future", { resume: { format: 2 } }, /format 2/],
  ])("%s", async (_, options, message) => {
    await expect(train.fit(model, { ...good, ...options } as typeof good)).rejects.toThrow(message);
  });

  test("an optimizer of another model", async () => {
    await expect(train.fit(slope(2), good)).rejects.toThrow(/moves no parameter of this model/);
  });

  test("data that is used up after one epoch", async () => {
    const once = [sine(3)].values();
    await expect(train.fit(model, { ...good, data: once, epochs: 2 })).rejects.toThrow(
      /gave no batches this time/,
    );
  });

  test("something that is no model", async () => {
    await expect(train.fit((() => 1) as never, good)).rejects.toThrow(/no model/);
  });
});
