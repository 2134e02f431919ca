import { describe, expect, test } from "vitest";
import { full, manualSeed, ones, rand, type Tensor, tensor } from "../../tensor/index.ts";
import { thrown } from "../../util/testing/thrown.ts";
import * as nn from "../index.ts";

const F = nn.functional;
const x = tensor([[1, -2, 3], [0.5, 0, -4]]); // biome-ignore format: rows

test("functions give what the layers give", () => {
  const pairs: [(t: typeof x) => typeof x, nn.Layer][] = [
    [F.relu, new nn.ReLU()],
    [F.relu6, new nn.ReLU6()],
    [(t) => F.leakyRelu(t, 0.2), new nn.LeakyReLU(0.2)],
    [(t) => F.elu(t, 0.7), new nn.ELU(0.7)],
    [F.selu, new nn.SELU()],
    [(t) => F.celu(t, 2), new nn.CELU(2)],
    [(t) => F.gelu(t, { approximate: "tanh" }), new nn.GELU({ approximate: "tanh" })],
    [F.silu, new nn.SiLU()],
    [F.mish, new nn.Mish()],
    [F.sigmoid, new nn.Sigmoid()],
    [F.logSigmoid, new nn.LogSigmoid()],
    [F.hardsigmoid, new nn.Hardsigmoid()],
    [F.tanh, new nn.Tanh()],
    [(t) => F.hardtanh(t, -2, 0.5), new nn.Hardtanh({ minVal: -2, maxVal: 0.5 })],
    [F.hardswish, new nn.Hardswish()],
    [(t) => F.softplus(t, { beta: 2 }), new nn.Softplus({ beta: 2 })],
    [F.softsign, new nn.Softsign()],
    [(t) => F.softmax(t, 1), new nn.Softmax(1)],
    [(t) => F.softmin(t, 1), new nn.Softmin(1)],
    [(t) => F.logSoftmax(t, 0), new nn.LogSoftmax(0)],
    [(t) => F.threshold(t, 0.1, 20), new nn.Threshold(0.1, 20)],
    [(t) => F.hardshrink(t, 1), new nn.Hardshrink(1)],
    [(t) => F.softshrink(t, 1), new nn.Softshrink(1)],
    [F.tanhshrink, new nn.Tanhshrink()],
    [(t) => F.glu(t, 0), new nn.GLU(0)],
    [(t) => F.prelu(t, tensor([0.25])), new nn.PReLU()],
    [(t) => F.layerNorm(t, [3]), new nn.LayerNorm(3)],
    [(t) => F.rmsNorm(t, [3]), new nn.RMSNorm(3)],
    [(t) => F.groupNorm(t, 3), new nn.GroupNorm(3, 3)],
    [(t) => F.batchNorm(t, null, null, { training: true }), new nn.BatchNorm1d(3)],
  ];
  for (const [f, layer] of pairs) expect(f(x).data, String(layer)).toEqual(layer(x).data);
});

test("dropout draws as the layer does, and passes its input on otherwise", () => {
  manualSeed(5);
  const dropped = F.dropout(ones([50]), { p: 0.3 });
  manualSeed(5);
  expect(new nn.Dropout(0.3)(ones([50])).data).toEqual(dropped.data);
  expect(F.dropout(x, { training: false })).toBe(x);
  expect(F.alphaDropout(x, { p: 0 })).toBe(x);
});

test("dropout scales, so that it refuses whole numbers unless none or all are dropped, as PyTorch does", () => {
  const whole = tensor([1, 2, 3, 4], { dtype: "int32" });
  for (const drop of [F.dropout, F.alphaDropout]) {
    for (const p of [0.2, 0.5]) {
      expect(thrown(() => drop(whole, { p }))).toMatchObject({
        code: "dtype",
        problem: expect.stringContaining("an int32 tensor"),
      });
    }
    expect(drop(whole, { p: 0 })).toBe(whole);
    expect(drop(whole, { p: 0.5, training: false })).toBe(whole);
    expect(drop(whole, { p: 1 }).toArray()).toEqual([0, 0, 0, 0]);
  }
  expect(() => F.dropout(whole.to("bool"))).toThrow("a bool tensor");
});

test("normalizations by channels refuse vectors and what does not fit, as PyTorch does", () => {
  const shape = (f: () => unknown): string => {
    const { code, problem } = thrown(f);
    expect(code).toBe("shape");
    return problem;
  };
  const [one, two] = [ones([1]), ones([2])];
  for (const training of [false, true]) {
    expect(shape(() => F.batchNorm(two, two, two, { training }))).toContain(
      "[2] has no dimension of channels",
    );
    expect(shape(() => F.batchNorm(ones([3, 2]), one, one, { training }))).toContain(
      "runningMean of shape [1]",
    );
  }
  expect(shape(() => F.batchNorm(ones([3, 2]), two, two, { weight: one }))).toContain("weight of shape [1]");
  expect(shape(() => F.groupNorm(ones([3, 2]), 2, { bias: one }))).toContain("bias of shape [1]");
  expect(shape(() => F.groupNorm(two, 2))).toContain("no dimension of channels");
  for (const groups of [0, -1, 2.5])
    expect(shape(() => F.groupNorm(ones([2, 5]), groups))).toContain("do not make");
});

describe("distances", () => {
  // numbers of torch.nn.functional 1.13
  test("normalize", () => {
    expect(F.normalize(tensor([[3, 4], [0, 0]])).toArray()).toEqual([tensor([0.6, 0.8]).toArray(), [0, 0]]); // biome-ignore format: rows
    expect(F.normalize(tensor([[1, 3]]), { p: 1 }).toArray()).toEqual([[0.25, 0.75]]);
  });

  test("cosineSimilarity", () => {
    const [similarity] = F.cosineSimilarity(tensor([[1, 2, 3]]), tensor([[3, 2, 1]])).toArray() as number[];
    expect(similarity).toBeCloseTo(10 / 14, 6);
    expect(F.cosineSimilarity(rand([2, 3, 4]), rand([2, 3, 4]), { dim: -1 }).shape).toEqual([2, 3]);
    const zero = tensor([[0, 0]], { requiresGrad: true });
    F.cosineSimilarity(zero, tensor([[3, 4]]))
      .sum()
      .backward();
    expect(zero.grad?.data.every(Number.isFinite)).toBe(true);
  });

  test("cosineSimilarity takes the angle in the common shape", () => {
    const [a, b] = [tensor([[1, 2], [3, 4]]), tensor([1, 5])]; // biome-ignore format: rows
    const close = (x: Tensor, ...values: number[]): void =>
      values.forEach((value, i) => {
        expect(x.data[i]).toBeCloseTo(value, 6);
      });
    close(F.cosineSimilarity(full([2, 3], 1), full([2, 1], 2)), 1, 1);
    close(F.cosineSimilarity(a, b, { dim: 0 }), 0.89442718, 0.94868326);
    close(F.cosineSimilarity(b, a), 0.96476382, 0.90213424);
    close(F.cosineSimilarity(b, tensor(2), { dim: 0 }), 0.83205026);
    expect(F.cosineSimilarity(a, ones([2, 2, 2]), { dim: 0 }).shape).toEqual([2, 2]);
  });

  test("pairwiseDistance", () => {
    const distance = F.pairwiseDistance(tensor([[0, 0]]), tensor([[3, 4]]), { eps: 0 });
    expect(distance.toArray()).toEqual([5]);
    expect(
      F.pairwiseDistance(tensor([0, 0]), tensor([3, 4]), { p: 1, keepdim: true, eps: 0 }).toArray(),
    ).toEqual([7]);
  });
});

test("oneHot, pad and the losses stand here too", () => {
  expect(F.oneHot(tensor([1, 0], { dtype: "int32" }), 3).toArray()).toEqual([[0, 1, 0], [1, 0, 0]]); // biome-ignore format: rows
  expect(F.pad(tensor([[1, 2]]), [1, 0], { value: 9 }).toArray()).toEqual([[9, 1, 2]]);
  expect(F.mseLoss(x, x).item()).toBe(0);
});
