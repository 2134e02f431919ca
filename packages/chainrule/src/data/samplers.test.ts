import { expect, test } from "vitest";
import { Generator, manualSeed } from "../tensor/index.ts";
import {
  BatchSampler,
  RandomSampler,
  SequentialSampler,
  SubsetRandomSampler,
  WeightedRandomSampler,
} from "./samplers.ts";

const ten = { length: 10 };

test("a sequential sampler follows a dataset that grows", () => {
  const source = { length: 2 };
  const sampler = new SequentialSampler(source);
  source.length = 3;
  expect([...sampler]).toEqual([0, 1, 2]);
});

// Numbers: torch.manual_seed(0), then list(torch.utils.data.RandomSampler(range(10))) and so on.
test("random orders are PyTorch's", () => {
  const drawn = (sampler: Iterable<number>): number[] => {
    manualSeed(0);
    return [...sampler];
  };
  // biome-ignore-start format: one line of numbers each
  expect(drawn(new RandomSampler(ten))).toEqual([6, 9, 0, 7, 3, 5, 4, 2, 1, 8]);
  expect(drawn(new RandomSampler(ten, { numSamples: 13 }))).toEqual([6, 9, 0, 7, 3, 5, 4, 2, 1, 8, 1, 8, 5]);
  expect(drawn(new RandomSampler(ten, { replacement: true, numSamples: 35 }))).toEqual([
    6, 0, 4, 3, 9, 5, 7, 8, 9, 1, 8, 5, 6, 9, 0, 0, 8, 3, 0, 0, 1, 9, 0, 7, 8, 3, 9, 7, 2, 2, 2, 9, 4, 6, 8,
  ]);
  expect(drawn(new SubsetRandomSampler([3, 5, 7, 9]))).toEqual([3, 5, 9, 7]);
  expect(drawn(new RandomSampler(ten, { generator: new Generator(7) }))).toEqual([
    5, 0, 3, 4, 1, 7, 9, 6, 8, 2,
  ]);
  // biome-ignore-end format: one line of numbers each
});

test("a random sampler draws the next permutation only when it is asked to go on", () => {
  const generator = new Generator(3);
  const order = new RandomSampler(ten, { generator })[Symbol.iterator]();
  const before = generator.clone();
  order.next();
  const after = generator.clone();
  for (let i = 0; i < 9; i++) order.next();
  expect(generator.getState()).toEqual(after.getState());
  expect(generator.getState()).not.toEqual(before.getState());
});

test("weights of zero are never drawn", () => {
  const sampler = new WeightedRandomSampler([0, 1, 0, 3], 400, { generator: new Generator(1) });
  const counts = [0, 0, 0, 0];
  for (const i of sampler) counts[i]++;
  expect(counts[0] + counts[2]).toBe(0);
  expect(counts[3]).toBeGreaterThan(2 * counts[1]);
});

test("batches are cut, and the last one is kept or not", () => {
  const batches = (n: number, size: number, dropLast: boolean): number[][] =>
    Array.from(new BatchSampler(new SequentialSampler({ length: n }), size, dropLast), (b) => [...b]);
  expect(batches(5, 2, false)).toEqual([[0, 1], [2, 3], [4]]);
  expect(batches(5, 2, true)).toEqual([[0, 1], [2, 3]]); // biome-ignore format: rows
  expect(batches(4, 2, false)).toEqual([[0, 1], [2, 3]]); // biome-ignore format: rows
  expect(new BatchSampler(new SequentialSampler(ten), 3, true).length).toBe(3);
  expect(new BatchSampler(new SequentialSampler(ten), 3).length).toBe(4);
});

test("bad counts and sizes are refused", () => {
  expect(() => new BatchSampler(new SequentialSampler(ten), 0)).toThrow(/batchSize is 0/);
  expect(() => new BatchSampler(new SequentialSampler(ten), 1.5)).toThrow(/batchSize is 1.5/);
  expect(() => new RandomSampler(ten, { numSamples: 0 })).toThrow(/numSamples is 0/);
  expect(() => new WeightedRandomSampler([1], -1)).toThrow(/numSamples is -1/);
  expect(() => [...new WeightedRandomSampler([-1, 1], 1)]).toThrow(/-1 is not a weight/);
  expect(() => [...new WeightedRandomSampler([1, 1], 3, { replacement: false })]).toThrow(
    /Cannot draw 3 of 2/,
  );
});
