/** Loaders, samplers and splits draw what PyTorch draws. */
import { Generator, manualSeed, rand, type Tensor } from "chainrule";
import { DataLoader, type Dataset, randomSplit, WeightedRandomSampler } from "chainrule/data";
import { describe, expect, test } from "vitest";
import { expectNumbers, golden } from "./golden.ts";
import reference from "./torch_reference.json" with { type: "json" };

interface SamplerCase {
  weights: number[];
  numSamples: number;
  options: { replacement?: boolean; generatorSeed?: number };
}

interface LoaderOptions {
  batchSize?: number;
  shuffle?: boolean;
  dropLast?: boolean;
  generatorSeed?: number;
}

type Case = { name: string; seed: number } & (
  | {
      kind: "DataLoader";
      datasetLength: number;
      options: LoaderOptions;
      sampler?: SamplerCase;
      batches?: number;
      epochs: number[][][];
      after: number[];
    }
  | ({ kind: "WeightedRandomSampler"; epochs: number[][] } & SamplerCase)
  | {
      kind: "randomSplit";
      length: number;
      lengths: number[];
      options: { generatorSeed?: number };
      indices: number[][];
    }
);

/** Row numbers as samples. */
const rows = (length: number): Dataset<number> => ({ length, get: (i) => i });

function withGenerator<T extends { generatorSeed?: number }>({ generatorSeed, ...options }: T) {
  return { ...options, generator: generatorSeed === undefined ? null : new Generator(generatorSeed) };
}

const makeSampler = ({ weights, numSamples, options }: SamplerCase): WeightedRandomSampler =>
  new WeightedRandomSampler(weights, numSamples, withGenerator(options));

const epochOf = (loader: Iterable<Tensor>): unknown[] => [...loader].map((batch) => batch.toArray());

describe("PyTorch's draws", () => {
  test.each(golden<Case[]>("data").map((c) => [c.name, c] as const))("%s", (_, c) => {
    manualSeed(c.seed);
    if (c.kind === "randomSplit") {
      const parts = randomSplit(rows(c.length), c.lengths, withGenerator(c.options));
      expect(parts.map((part) => [...part.indices])).toEqual(c.indices);
    } else if (c.kind === "WeightedRandomSampler") {
      const sampler = makeSampler(c);
      expect(sampler.length).toBe(c.numSamples);
      for (const wanted of c.epochs) expect([...sampler]).toEqual(wanted);
    } else {
      const loader = new DataLoader(rows(c.datasetLength), {
        ...withGenerator(c.options),
        ...(c.sampler && { sampler: makeSampler(c.sampler) }),
      });
      if (c.batches !== undefined) expect(loader.length).toBe(c.batches);
      for (const wanted of c.epochs) expect(epochOf(loader)).toEqual(wanted);
      expectNumbers(rand([3], { dtype: "float64" }).data, c.after, 0, 0, "the default generator afterwards");
    }
  });

  test("two epochs of a shuffling loader", () => {
    manualSeed(0);
    const loader = new DataLoader(rows(10), { batchSize: 4, shuffle: true });
    for (const wanted of reference.dataloader_seed0_two_epochs_of_10_by_4) {
      expect(epochOf(loader)).toEqual(wanted);
    }
  });
});
