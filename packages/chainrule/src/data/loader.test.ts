import { describe, expect, expectTypeOf, test } from "vitest";
import { arange, defaultGenerator, Generator, manualSeed, type Tensor, tensor } from "../tensor/index.ts";
import { ConcatDataset, type Dataset, Subset, TensorDataset } from "./dataset.ts";
import { DataLoader } from "./loader.ts";
import { SequentialSampler, WeightedRandomSampler } from "./samplers.ts";
import { randomSplit, timeSplit } from "./split.ts";

const rows = (length: number): Dataset<number> => ({ length, get: (i) => i });
const pairs = new TensorDataset(arange(10).reshape([5, 2]), tensor([0, 1, 2, 3, 4], { dtype: "int32" }));
const read = (batches: Iterable<Tensor>): unknown[] => [...batches].map((b) => b.toArray());

test("batches have the types of the samples", () => {
  const loader = new DataLoader(pairs, { batchSize: 2 });
  expect(loader.length).toBe(3);
  const seen: unknown[] = [];
  for (const [x, y] of loader) {
    expectTypeOf(x).toEqualTypeOf<Tensor>();
    seen.push([x.shape, y.toArray()]);
  }
  expect(seen).toEqual([[[2, 2], [0, 1]], [[2, 2], [2, 3]], [[1, 2], [4]]]); // biome-ignore format: rows

  const records: Dataset<{ x: number; name: string }> = {
    length: 2,
    get: (i) => ({ x: i, name: `row ${i}` }),
  };
  for (const { x, name } of new DataLoader(records, { batchSize: 2 })) {
    expectTypeOf(x).toEqualTypeOf<Tensor>();
    expect(name).toEqual(["row 0", "row 1"]);
  }
});

test("the fast path gives what collating samples one by one gives", () => {
  type Pair = [Tensor, Tensor];
  const slow: Dataset<Pair> = { length: 5, get: (i) => pairs.get(i) };
  const subset = new Subset(pairs, [4, 2, 0]);
  const epoch = (dataset: Dataset<Pair>): unknown => {
    manualSeed(1);
    const batches = [...new DataLoader<Pair>(dataset, { batchSize: 2, shuffle: true })];
    return batches.map(([x, y]) => [x.dtype, x.toArray(), y.dtype, y.toArray()]);
  };
  expect(epoch(pairs)).toEqual(epoch(slow));
  expect(epoch(subset)).toEqual(epoch(new Subset(slow, [4, 2, 0])));
});

test("a collate of one's own decides the type of a batch", () => {
  const loader = new DataLoader(pairs, { batchSize: 5, collate: (samples) => samples.length });
  for (const count of loader) {
    expectTypeOf(count).toEqualTypeOf<number>();
    expect(count).toBe(5);
  }
});

describe("draws", () => {
  test("each pass draws 64 bits when it begins, shuffled or not", () => {
    manualSeed(5);
    const shadow = new Generator(5);
    const loader = new DataLoader(rows(3));
    const pass = loader[Symbol.iterator]();
    shadow.nextInt63();
    expect(defaultGenerator.getState()).toEqual(shadow.getState());
    while (!pass.next().done);
    expect(defaultGenerator.getState()).toEqual(shadow.getState());
  });

  test("inOrder draws nothing and leaves nothing out", () => {
    const loader = new DataLoader(rows(5), { batchSize: 2, shuffle: true, dropLast: true });
    const before = defaultGenerator.getState();
    expect(read(loader.inOrder())).toEqual([[0, 1], [2, 3], [4]]);
    expect(read(loader.inOrder(5))).toEqual([[0, 1, 2, 3, 4]]);
    expect(defaultGenerator.getState()).toEqual(before);
  });

  test("its own generators are listed once each", () => {
    const generator = new Generator(1);
    expect(new DataLoader(rows(3), { shuffle: true, generator }).generators).toEqual([generator]);
    expect(new DataLoader(rows(3), { shuffle: true }).generators).toEqual([]);
    const sampler = new WeightedRandomSampler([1, 1, 1], 3, { generator: new Generator(2) });
    expect(new DataLoader(rows(3), { sampler, generator }).generators.length).toBe(2);
  });
});

test("an array of samples is a dataset", () => {
  const batches = [...new DataLoader([1, 2, 3], { batchSize: 2 })].map((batch) => [...batch.data]);
  expect(batches).toEqual([[1, 2], [3]]);
});

describe("bad options", () => {
  test("of the dataset", () => {
    expect(() => new DataLoader(rows(0))).toThrow(/dataset has no samples/);
    expect(() => new DataLoader({ length: 2 } as never)).toThrow(/not a dataset/);
    expect(() => new DataLoader(undefined as never)).toThrow(/not a dataset/);
  });

  test("of the order", () => {
    const sampler = new SequentialSampler({ length: 3 });
    const batchSampler = { length: 1, [Symbol.iterator]: () => [[0, 1]].values() };
    expect(() => new DataLoader(rows(3), { sampler, shuffle: true })).toThrow(/both set the order/);
    expect(() => new DataLoader(rows(3), { batchSampler, batchSize: 2 })).toThrow(/which it replaces/);
    expect(() => new DataLoader(rows(3), { batchSize: 0 })).toThrow(/batchSize is 0/);
    expect(read(new DataLoader(rows(3), { batchSampler }))).toEqual([[0, 1]]);
  });

  test("a sampler that names what is not there", () => {
    const sampler = { length: 2, [Symbol.iterator]: () => [1, 7].values() };
    expect(() => [...new DataLoader(rows(3), { sampler })]).toThrow(
      /sampler names sample 7 of a dataset of 3/,
    );
    const fractional = { length: 1, [Symbol.iterator]: () => [[0.5]].values() };
    expect(() => [...new DataLoader(rows(3), { batchSampler: fractional })]).toThrow(/sample 0\.5/);
  });
});

test("options of other names, and what is no dataset, are refused", () => {
  const loader = DataLoader as unknown as new (...given: unknown[]) => unknown;
  expect(() => new loader([1, 2], { batch_size: 2 })).toThrow("Did you mean batchSize?");
  expect(() => new loader([1, 2], 2)).toThrow("DataLoader was given 2 where its options stand");
  const samples = [1, 2] as never;
  expect(() => new Subset(samples, [0])).toThrow("Subset was given an array, not a dataset");
  expect(() => new ConcatDataset([samples])).toThrow("ConcatDataset was given an array, not a dataset");
  const dataset = new TensorDataset(tensor([1, 2]));
  expect(() => randomSplit(dataset, 0.5 as never)).toThrow(
    "Lengths must be an array, not 0.5. Write [0.8, 0.2]",
  );
  expect(() => randomSplit(dataset, [0.5, 0.5], 7 as never)).toThrow("randomSplit was given 7");
  const days = ["2020-01-01", "2021-01-01"] as never;
  expect(() => timeSplit(days, [0.5, 0.5])).toThrow('The time of sample 0 is the text "2020-01-01"');
});
