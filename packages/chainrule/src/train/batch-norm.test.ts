import { expect, test } from "vitest";
import { DataLoader, TensorDataset } from "../data/index.ts";
import * as nn from "../nn/index.ts";
import { tensor, zeros } from "../tensor/index.ts";
import * as train from "./index.ts";

test("data without a batch is refused, and the moments stay", async () => {
  const model = new nn.Sequential(new nn.BatchNorm1d(1), new nn.Linear(1, 1)).eval();
  await train.updateBatchNorm(model, { data: [[tensor([[1], [3]]), zeros([2, 1])]] });
  const moments = (): unknown => [
    model.at(0).runningMean?.toArray(),
    model.at(0).runningVar?.toArray(),
    model.at(0).numBatchesTracked?.item(),
    model.at(0).momentum,
    model.modules().map(({ training }) => training),
  ];
  const before = moments();
  expect(before).toEqual([[2], [2], 1, 0.1, [false, false, false]]);
  const three = new TensorDataset(zeros([3, 1]), zeros([3, 1]));
  for (const data of [[], new DataLoader(three, { batchSize: 4, dropLast: true })]) {
    await expect(train.updateBatchNorm(model, { data })).rejects.toThrow("data gave no batches.");
    expect(moments()).toEqual(before);
  }
  await expect(train.updateBatchNorm(model, { data: three as never })).rejects.toThrow("batch by batch");
  await expect(train.updateBatchNorm(model, { data: [zeros([3, 1])] as never })).rejects.toThrow(
    "A batch is a single tensor",
  );
  expect(moments()).toEqual(before);
});
