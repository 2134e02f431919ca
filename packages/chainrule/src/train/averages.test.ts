import { describe, expect, test, vi } from "vitest";
import * as nn from "../nn/index.ts";
import * as optim from "../optim/index.ts";
import { manualSeed, type Tensor, tensor } from "../tensor/index.ts";
import * as train from "./index.ts";
import { slope } from "./testing/problems.ts";

/** Trains w = 1, 2, 3, … by one a step, one step an epoch; the validation risk is (w − target)². */
function climb(target: number, options: Partial<train.FitOptions<nn.Linear, readonly [Tensor, Tensor]>>) {
  const model = slope(0);
  const one = tensor([[1]]);
  return {
    model,
    result: train.fit(model, {
      data: [[one, one] as const],
      validation: [[one, tensor([[target]])] as const],
      loss: (output, y) => (model.training ? output.neg().sum() : output.sub(y).square().mean()),
      optimizer: new optim.SGD(model.parameters(), { lr: 1 }),
      epochs: 8,
      ...options,
    }),
  };
}

describe("averages", () => {
  test("swa: the mean over the last epochs is validated and left in the model; the checkpoint has the weights", async () => {
    const { model, result } = climb(0, { average: { kind: "swa", start: 0.5 } });
    const { history, checkpoint } = await result;
    // From epoch 5 on: 5, (5 + 6)/2, (5 + 6 + 7)/3, (5 + … + 8)/4
    expect(history.map((r) => r.validationLoss)).toEqual([1, 4, 9, 16, 25, 5.5 ** 2, 36, 6.5 ** 2]);
    expect([model.weight.item(), checkpoint.model.weight.item()]).toEqual([6.5, 8]);
    expect(checkpoint.average?.count).toBe(4);
  });

  test("ema: the first step counts whole, as in PyTorch", async () => {
    const { model, result } = climb(0, { average: { kind: "ema", decay: 0.5 }, epochs: 3 });
    const { history } = await result;
    // 1, then ½·1 + ½·2, then ½·1.5 + ½·3
    expect(history.map((r) => r.validationLoss)).toEqual([1, 1.5 ** 2, 2.25 ** 2]);
    expect(model.weight.item()).toBe(2.25);
  });

  test("the best epoch is one of averaged weights, which come back", async () => {
    const { model, result } = climb(2.25, {
      average: { kind: "ema", decay: 0.5 },
      earlyStopping: { patience: 2 },
    });
    const { best, stopped } = await result;
    expect([best, stopped]).toEqual([{ epoch: 3, value: 0 }, "patience"]);
    expect(model.weight.item()).toBe(2.25);
  });

  test("a run that is stopped within an epoch leaves the averages too", async () => {
    const { model, result } = climb(0, {
      average: { kind: "ema", decay: 0.5 },
      callbacks: [{ onBatchEnd: ({ epoch }, training) => void (epoch === 2 && training.stop()) }],
    });
    const { checkpoint } = await result;
    expect([model.weight.item(), checkpoint.model.weight.item()]).toEqual([1.5, 2]);
  });

  test("a step that fails takes no part in them, and steps that are repeated do so once", async () => {
    const model = slope(1);
    const batches = [1, 2, 3, Number.NaN].map((x) => [tensor([[x]]), tensor([[1]])] as const);
    const averaged: number[] = [];
    const options = { loss: new nn.MSELoss(), epochs: 1, average: { kind: "ema", decay: 0.5 } } as const;
    const run = async (m: nn.Linear, data: typeof batches): Promise<train.FitResult> =>
      train.fit(m, { ...options, data, optimizer: new optim.SGD(m.parameters(), { lr: 0.01 }) });
    await expect(run(model, batches)).rejects.toThrow("step 4");
    const other = slope(1);
    const { checkpoint } = await run(other, batches.slice(0, 3));
    averaged.push(model.weight.item(), checkpoint.model.weight.item());
    expect(averaged[0]).toBe(averaged[1]);
  });

  test("are part of the compiled step", async () => {
    const warn = vi.spyOn(console, "warn");
    manualSeed(0);
    await climb(0, { average: { kind: "ema", decay: 0.5 }, l1: 0.1, clipValue: 1 }).result;
    expect(warn).not.toHaveBeenCalled();
    warn.mockRestore();
  });

  test("bytes of a checkpoint whose averages are none are refused", async () => {
    const { checkpoint } = await climb(0, { average: { kind: "ema", decay: 0.5 }, epochs: 1 }).result;
    const again = train.decodeCheckpoint(train.encodeCheckpoint(checkpoint)).average;
    expect([again?.count, again?.values.map((t) => t.item())]).toEqual([1, [1]]);
    for (const average of [{ count: -1, values: [] }, { count: 1 }, { count: 1, values: [3] }, []]) {
      const bytes = train.encodeCheckpoint({ ...checkpoint, average: average as never });
      expect(() => train.decodeCheckpoint(bytes)).toThrow("its average is not what it has to be");
    }
  });

  test("options that cannot be are refused", async () => {
    const refused = (average: unknown): Promise<unknown> =>
      climb(0, { average: average as train.Average }).result;
    await expect(refused({ kind: "ema", decay: 1 })).rejects.toThrow("decay is 1");
    await expect(refused({ kind: "swa", start: 1 })).rejects.toThrow(
      "average.start is 1, after the last epoch",
    );
    await expect(refused({ kind: "polyak" })).rejects.toThrow('no average of kind "polyak"');
  });
});

test("AveragedModel: buffers follow the model, or are averaged", () => {
  const model = new nn.BatchNorm1d(1);
  const plain = new optim.AveragedModel(model);
  const whole = new optim.AveragedModel(model, { kind: "swa" }, { useBuffers: true });
  for (const x of [2, 4]) {
    model.runningMean?.fill_(x);
    model.numBatchesTracked?.add_(1);
    for (const averaged of [plain, whole]) averaged.updateParameters(model);
  }
  expect([plain, whole].map(({ module: m }) => [m.runningMean?.item(), m.numBatchesTracked?.item()])).toEqual(
    [
      [4, 2],
      [3, 2],
    ],
  );
  const copy = new optim.AveragedModel(new nn.BatchNorm1d(1));
  copy.loadStateDict(whole.stateDict());
  expect([copy.numAveraged, copy.module.runningMean?.item()]).toEqual([2, 3]);
  expect(() => new optim.AveragedModel(model, { kind: "ema", decay: -1 })).toThrow("decay is -1");
});
