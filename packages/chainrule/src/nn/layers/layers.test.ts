import { afterEach, describe, expect, test, vi } from "vitest";
import {
  Generator,
  manualSeed,
  noGrad,
  ones,
  rand,
  randn,
  Tensor,
  tensor,
  zeros,
} from "../../tensor/index.ts";
import { ChainruleError } from "../../util/errors.ts";
import * as nn from "../index.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

const codeOf = (body: () => unknown): string => {
  try {
    body();
  } catch (error) {
    if (error instanceof ChainruleError) return error.code;
    throw error;
  }
  return "nothing thrown";
};

test("layers refuse what does not fit, and say what would", () => {
  expect(() => new nn.Linear(3, 2)(zeros([4, 5]))).toThrow("The input's last size must be 3.");
  expect(codeOf(() => new nn.Linear(2.5, 1))).toBe("argument");
  expect(codeOf(() => new nn.Linear(-1, 1))).toBe("argument");
  expect(codeOf(() => new nn.Linear(2, 1)(zeros([4, 2], { dtype: "float64" })))).toBe("dtype");
  expect(() => new nn.BatchNorm1d(3)(zeros([4, 5]))).toThrow("Give [N, 3] or [N, 3, L].");
  expect(codeOf(() => new nn.BatchNorm1d(3)(zeros([3])))).toBe("shape");
  expect(() => new nn.BatchNorm1d(3)(zeros([1, 3]))).toThrow("one value for each channel");
  expect(new nn.BatchNorm1d(3).eval()(zeros([1, 3])).shape).toEqual([1, 3]);
  expect(() => new nn.LayerNorm([3, 4])(zeros([2, 4]))).toThrow(
    "does not end in the normalized shape [3, 4]",
  );
  expect(codeOf(() => new nn.RMSNorm(3)(zeros([2, 4])))).toBe("shape");
  expect(codeOf(() => new nn.GroupNorm(2, 5))).toBe("argument");
  expect(() => new nn.GroupNorm(2, 4)(zeros([2, 6]))).toThrow("does not have 4 channels");
  expect(codeOf(() => new nn.Dropout({ p: 1.5 }))).toBe("argument");
  expect(codeOf(() => new nn.Dropout({ p: Number.NaN }))).toBe("argument");
  expect(() => new nn.Embedding(3, 2)(tensor([0, 1]))).toThrow("cannot be float32");
  expect(codeOf(() => new nn.Embedding(3, 2)(tensor([0, 3], { dtype: "int32" })))).toBe("index");
  expect(codeOf(() => new nn.Embedding(3, 2, { paddingIdx: 3 }))).toBe("index");
});

test("sizes and bounds that no layer can have are refused when it is made", () => {
  expect(() => new nn.GroupNorm(2.5, 5)).toThrow(
    "numGroups of GroupNorm is 2.5. Give a whole number of at least 0.",
  );
  expect(() => new nn.GroupNorm(2, -4)).toThrow("numChannels of GroupNorm is -4.");
  expect(() => new nn.GroupNorm(0, 4)).toThrow("4 channels, which cannot make 0 equal groups");
  expect(() => new nn.Embedding(2.5, 1)).toThrow(
    "numEmbeddings of Embedding is 2.5. Give a whole number of at least 0.",
  );
  for (const [minVal, maxVal] of [[3, 2], [2, 2], [Number.NaN, 2]]) // biome-ignore format: pairs
    expect(codeOf(() => new nn.Hardtanh({ minVal, maxVal }))).toBe("argument");
  expect(() => new nn.Hardtanh({ minVal: 3, maxVal: 2 })).toThrow("values from 3 to 2");
});

test("BatchNorm1d tells a wrong rank from a wrong number of features", () => {
  expect(() => new nn.BatchNorm1d(2)(zeros([1, 2, 1, 1]))).toThrow(
    "[1, 2, 1, 1] does not have 2 or 3 dimensions",
  );
  expect(() => new nn.BatchNorm1d(2)(zeros([2]))).toThrow("[2] does not have 2 or 3 dimensions");
  expect(() => new nn.BatchNorm1d(1)(zeros([3, 4]))).toThrow("[3, 4] does not have 1 feature.");
});

test("no layer reads values while it computes, so that a recorder can follow", () => {
  const x = rand([6, 4]).requiresGrad_();
  const layers: nn.Layer[] = [
    new nn.Linear(4, 4), new nn.BatchNorm1d(4), new nn.BatchNorm1d(4, { momentum: null }), new nn.LayerNorm(4),
    new nn.GroupNorm(2, 4), new nn.RMSNorm(4), new nn.Dropout(), new nn.AlphaDropout(), new nn.Softmax(1),
    new nn.GELU(), new nn.PReLU(), new nn.GLU(), new nn.Hardswish(),
  ]; // biome-ignore format: a list
  const words = new nn.Embedding(5, 2, { paddingIdx: 1, maxNorm: 1, scaleGradByFreq: true });
  const indices = tensor([0, 1, 3], { dtype: "int32" });
  const read = vi.fn();
  const { prototype } = Tensor;
  const item = prototype.item;
  vi.spyOn(prototype, "item").mockImplementation(function (this: Tensor) {
    read();
    return item.call(this);
  });
  vi.spyOn(prototype, "data", "get").mockImplementation(function (this: Tensor) {
    read();
    return this.storage.elements;
  });
  for (const layer of layers) layer(x).sum().backward();
  words(indices).sum().backward();
  const parameters = layers.flatMap((layer) => layer.parameters());
  nn.utils.clipGradNorm_(parameters, 1);
  nn.utils.clipGradValue_(parameters, 0.1);
  expect(read).not.toHaveBeenCalled();
});

describe("Linear", () => {
  test("without inputs or bias", () => {
    expect(new nn.Linear(0, 2)(zeros([3, 0])).toArray()).toEqual([[0, 0], [0, 0], [0, 0]]); // biome-ignore format: rows
    const layer = new nn.Linear(2, 3, { bias: false });
    expect(layer.bias).toBeNull();
    expect(Object.keys(layer.stateDict())).toEqual(["weight"]);
  });

  test("dtype float64 draws with 53 bits", () => {
    manualSeed(4);
    const wide = new nn.Linear(3, 2, { dtype: "float64" }).weight;
    expect(wide.dtype).toBe("float64");
    expect(wide.data[0]).not.toBe(Math.fround(wide.data[0]));
  });
});

describe("Dropout", () => {
  test("keeps the expected value, and draws from the generator it is given", () => {
    manualSeed(0);
    const x = ones([10000]);
    const y = new nn.Dropout(0.2)(x);
    expect(Math.abs(y.mean().item() - 1)).toBeLessThan(0.02);
    expect(new Set(y.data)).toEqual(new Set([0, 1.25]));
    const first = new nn.Dropout({ p: 0.5, generator: new Generator(7) })(x);
    const second = new nn.Dropout({ p: 0.5, generator: new Generator(7) })(x);
    expect(first.data).toEqual(second.data);
  });

  test("AlphaDropout keeps mean and variance", () => {
    manualSeed(0);
    const y = new nn.AlphaDropout(0.3)(randn([20000]));
    expect(Math.abs(y.mean().item())).toBeLessThan(0.03);
    expect(Math.abs(y.var().item() - 1)).toBeLessThan(0.05);
  });
});

describe("BatchNorm1d", () => {
  test("counts an empty batch and leaves the running moments, as PyTorch does", () => {
    for (const momentum of [0.1, null])
      for (const shape of [
        [0, 2],
        [3, 2, 0],
      ]) {
        const norm = new nn.BatchNorm1d(2, { momentum });
        norm(zeros([2, 2]));
        const seen = norm.runningVar?.toArray();
        expect(norm(zeros(shape)).shape).toEqual(shape);
        expect(norm.runningMean?.toArray()).toEqual([0, 0]);
        expect(norm.runningVar?.toArray()).toEqual(seen);
        expect(norm.numBatchesTracked?.item()).toBe(2);
      }
  });

  test("running moments follow batches, and evaluation uses them", () => {
    const norm = new nn.BatchNorm1d(2, { momentum: null });
    norm(tensor([[1, 0], [3, 4]])); // biome-ignore format: rows
    norm(tensor([[5, 0], [7, 4]])); // biome-ignore format: rows
    expect(norm.runningMean?.toArray()).toEqual([4, 2]);
    expect(norm.runningVar?.toArray()).toEqual([2, 8]);
    expect(norm.numBatchesTracked?.item()).toBe(2);
    norm.eval();
    const [[a, b]] = norm(tensor([[4, 2]])).toArray() as number[][];
    expect([a, b]).toEqual([0, 0]);
    norm.resetRunningStats();
    expect(norm.runningVar?.toArray()).toEqual([1, 1]);
  });

  test("buffers are no parameters and require no gradient after training", () => {
    const norm = new nn.BatchNorm1d(2);
    norm(rand([4, 2]))
      .sum()
      .backward();
    expect(norm.runningMean?.requiresGrad).toBe(false);
    expect(norm.parameters()).toEqual([norm.weight, norm.bias]);
  });
});

describe("Embedding", () => {
  test("fromPretrained shares the vectors, and does not train them unless asked", () => {
    const vectors = tensor([[1, 2], [3, 4], [5, 6]]); // biome-ignore format: rows
    const table = nn.Embedding.fromPretrained(vectors, { paddingIdx: -1 });
    expect(table(tensor([2, 0], { dtype: "int32" })).toArray()).toEqual([[5, 6], [1, 2]]); // biome-ignore format: rows
    expect(table.weight.requiresGrad).toBe(false);
    expect(table.weight.storage).toBe(vectors.storage);
    expect(String(table)).toBe("Embedding(3, 2, paddingIdx=2)");
    const trained = nn.Embedding.fromPretrained(vectors, { freeze: false, paddingIdx: 0 });
    trained(tensor([0, 1, 1], { dtype: "int32" }))
      .sum()
      .backward();
    expect(trained.weight.grad?.toArray()).toEqual([[0, 0], [2, 2], [0, 0]]); // biome-ignore format: rows
    expect(codeOf(() => nn.Embedding.fromPretrained(zeros([3])))).toBe("shape");
  });

  test("fromPretrained draws nothing", () => {
    manualSeed(3);
    const wanted = rand([1]).item();
    manualSeed(3);
    nn.Embedding.fromPretrained(ones([4, 4]));
    expect(rand([1]).item()).toBe(wanted);
  });
});

test("one-number options may be given as they are", () => {
  expect(new nn.LeakyReLU(0.2).negativeSlope).toBe(0.2);
  expect(new nn.LeakyReLU({ negativeSlope: 0 }).negativeSlope).toBe(0);
  expect(new nn.ELU(0.5).alpha).toBe(0.5);
  expect(new nn.Hardshrink().lambd).toBe(0.5);
  expect(new nn.PReLU(3).weight.shape).toEqual([3]);
  expect(new nn.Dropout(0.1).p).toBe(0.1);
});

test("every layer prints its settings under its own name", () => {
  const shown = [
    new nn.Identity("ignored", 3), new nn.Flatten(), new nn.Unflatten(1, [2, 3]), new nn.Bilinear(1, 2, 3),
    new nn.BatchNorm1d(2), new nn.LayerNorm(2), new nn.GroupNorm(1, 2), new nn.RMSNorm([2, 3]), new nn.Softmax(1),
    new nn.Threshold(0.1, 20), new nn.Hardtanh(), new nn.Softplus(), new nn.GELU(), new nn.PReLU(),
  ].map(String); // biome-ignore format: a list
  expect(shown).toEqual([
    "Identity()",
    "Flatten(startDim=1, endDim=-1)",
    "Unflatten(dim=1, unflattenedSize=[2, 3])",
    "Bilinear(in1Features=1, in2Features=2, outFeatures=3, bias=true)",
    "BatchNorm1d(2, eps=0.00001, momentum=0.1, affine=true, trackRunningStats=true)",
    "LayerNorm([2], eps=0.00001, elementwiseAffine=true)",
    "GroupNorm(1, 2, eps=0.00001, affine=true)",
    "RMSNorm([2, 3], eps=null, elementwiseAffine=true)",
    "Softmax(dim=1)",
    "Threshold(threshold=0.1, value=20)",
    "Hardtanh(minVal=-1, maxVal=1)",
    "Softplus(beta=1, threshold=20)",
    "GELU(approximate=none)",
    "PReLU(numParameters=1)",
  ]);
  for (const [name, value] of Object.entries(nn)) {
    if (typeof value === "function" && /^[A-Z]/.test(name) && name !== "Module" && name !== "Parameter") {
      // A class without a name of its own would lose it when a bundler shortens names.
      if (!/Container$|^WidthKeeper$/.test(name))
        expect(Object.getOwnPropertyDescriptor(value, "name")?.enumerable, name).toBe(true);
      expect(value.name).toBe(name);
    }
  }
});

test("layers keep derivatives of second order", () => {
  const x = tensor([[0.3, -0.8], [1.2, 0.4], [-0.5, 0.9]], { dtype: "float64", requiresGrad: true }); // biome-ignore format: rows
  for (const layer of [
    new nn.LayerNorm(2),
    new nn.RMSNorm(2),
    new nn.GroupNorm(1, 2),
    new nn.BatchNorm1d(2),
  ]) {
    layer.to("float64");
    const energy = (point: Tensor): Tensor => layer(point).mul(tensor([[1, 2], [0.5, -1], [3, 0.1]], { dtype: "float64" })).square().sum(); // biome-ignore format: one line
    x.grad = null;
    energy(x).backward({ createGraph: true });
    const slope = x.grad as unknown as Tensor;
    const [first] = [slope.square().sum()];
    x.grad = null;
    first.backward();
    const second = x.grad as unknown as Tensor;
    // centred difference of Σ (∂E/∂x)² along one element
    const squareSlope = (step: number): number => {
      const moved = noGrad(() => x.add(tensor([[step, 0], [0, 0], [0, 0]], { dtype: "float64" }))).requiresGrad_(); // biome-ignore format: rows
      energy(moved).backward();
      return (moved.grad as Tensor).square().sum().item();
    };
    const numeric = (squareSlope(1e-5) - squareSlope(-1e-5)) / 2e-5;
    expect(Math.abs(second.data[0] - numeric) / Math.max(1, Math.abs(numeric))).toBeLessThan(1e-5);
  }
});
