import { defaultGenerator, draws, Generator, Tensor } from "../tensor/index.ts";
import { ChainruleError } from "../util/errors.ts";
import { checkOptions, withDefaults } from "../util/options.ts";
import type { Dataset } from "./dataset.ts";

/**
 * An order in which to visit samples: gives indices, and is asked anew each epoch. The draws are PyTorch's, and like PyTorch's
 * they happen as the indices are asked for.
 */
export interface Sampler {
  /** How many indices one pass gives. */
  readonly length: number;
  /** Where the sampler draws from, when that is not the default generator: checkpoints keep its state. */
  readonly generator?: Generator | null;
  /** Begins a pass over the indices, counted from 0. */
  [Symbol.iterator](): Iterator<number>;
}

/** An order in which to visit batches of samples: gives a list of indices for each batch, and is asked anew each epoch. */
export interface BatchedSampler {
  /** How many batches one pass gives. */
  readonly length: number;
  /** Where it draws from, when that is not the default generator: checkpoints keep its state. */
  readonly generator?: Generator | null;
  /** Begins a pass over the batches. */
  [Symbol.iterator](): Iterator<ArrayLike<number>>;
}

/** Anything that counts its samples: a dataset, an array, `{ length: 4 }`. */
export type Counted = Pick<Dataset<unknown>, "length">;

/**
 * All samples in order, as `torch.utils.data.SequentialSampler`.
 *
 * @example
 * [...new SequentialSampler({ length: 4 })]; // → [0, 1, 2, 3]
 */
export class SequentialSampler implements Sampler {
  /** What counts the samples, such as a dataset. */
  readonly source: Counted;

  constructor(source: Counted) {
    this.source = source;
  }

  get length(): number {
    return this.source.length;
  }

  *[Symbol.iterator](): globalThis.Generator<number, void> {
    for (let i = 0; i < this.source.length; i++) yield i;
  }
}

/** How a {@link RandomSampler} draws. */
export interface RandomSamplerOptions {
  /** Draw each index independently of the others. Default false: a permutation. */
  replacement?: boolean;
  /** How many indices one pass gives. Default: as many as there are samples. */
  numSamples?: number;
  /** Where to draw from. By default each pass seeds a generator of its own from the default one. */
  generator?: Generator | null;
}

/**
 * Samples in random order, as `torch.utils.data.RandomSampler`. With more indices than samples, one permutation follows another.
 *
 * @throws ChainruleError `argument` for a `numSamples` that is no whole number above 0
 *
 * @example
 * [...new RandomSampler({ length: 5 })]; // → [1, 3, 4, 2, 0]
 * const again = { replacement: true, numSamples: 8 };
 * [...new RandomSampler({ length: 5 }, again)]; // → [1, 3, 2, 0, 2, 1, 2, 4]
 */
export class RandomSampler implements Sampler {
  /** What counts the samples, such as a dataset. */
  readonly source: Counted;
  /** Whether an index may come more than once in a pass. */
  readonly replacement: boolean;
  readonly generator: Generator | null;
  readonly #numSamples: number | undefined;

  constructor(source: Counted, options: RandomSamplerOptions = {}) {
    checkOptions("RandomSampler", options, { replacement: 0, numSamples: 0, generator: 0 });
    const { replacement = false, numSamples, generator = null } = options;
    if (numSamples !== undefined) checkCount(numSamples);
    this.source = source;
    this.replacement = replacement;
    this.generator = generator;
    this.#numSamples = numSamples;
  }

  get length(): number {
    return this.#numSamples ?? this.source.length;
  }

  *[Symbol.iterator](): globalThis.Generator<number, void> {
    const n = this.source.length;
    const generator = this.generator ?? new Generator(defaultGenerator.nextInt63());
    if (n === 0) return;
    if (this.replacement) {
      // PyTorch draws 32 at a time, so that breaking off leaves the generator at the same place.
      for (let left = this.length; left > 0; left -= 32) {
        const chosen = new Int32Array(Math.min(left, 32));
        draws.fillRandint(chosen, generator, 0, n);
        yield* chosen;
      }
      return;
    }
    const rounds = Math.floor(this.length / n);
    for (let round = 0; round < rounds; round++) yield* draws.randperm(n, generator);
    // The last permutation is drawn even if none of it is used, as PyTorch does.
    yield* draws.randperm(n, generator).subarray(0, this.length % n);
  }
}

/**
 * The given indices in random order, as `torch.utils.data.SubsetRandomSampler`.
 *
 * @example
 * const loader = new DataLoader([10, 20, 30, 40], { sampler: new SubsetRandomSampler([0, 3]) });
 * [...loader].map((batch) => batch.item()); // → [40, 10]
 */
export class SubsetRandomSampler implements Sampler {
  /** The indices. */
  readonly indices: readonly number[];
  readonly generator: Generator | null;

  constructor(indices: Iterable<number>, options: { generator?: Generator | null } = {}) {
    const { generator } = withDefaults("SubsetRandomSampler", options, { generator: null });
    this.indices = [...indices];
    this.generator = generator;
  }

  get length(): number {
    return this.indices.length;
  }

  *[Symbol.iterator](): globalThis.Generator<number, void> {
    const order = draws.randperm(this.indices.length, this.generator ?? defaultGenerator);
    for (const i of order) yield this.indices[i];
  }
}

/** How a {@link WeightedRandomSampler} draws. */
export interface WeightedRandomSamplerOptions {
  /** Whether an index may come more than once. Default true. */
  replacement?: boolean;
  /** Where to draw from. Default: the default generator. */
  generator?: Generator | null;
}

/**
 * Indices in proportion to weights, as `torch.utils.data.WeightedRandomSampler`: for classes of unequal size, weight each
 * sample by 1 / (size of its class).
 *
 * @throws ChainruleError `argument` for a `numSamples` that is no whole number above 0; in a pass for weights that are negative or all
 * zero, and without replacement for more indices than weights
 *
 * @example
 * // Three samples of class 0 and one of class 1: the classes come equally often.
 * const weights = [1 / 3, 1 / 3, 1 / 3, 1];
 * const drawn = [...new WeightedRandomSampler(weights, 1000)];
 * drawn.filter((i) => i === 3).length; // → 500
 */
export class WeightedRandomSampler implements Sampler {
  /** The weight of each sample, [N]. */
  readonly weights: Float64Array;
  readonly length: number;
  /** Whether an index may come more than once in a pass. */
  readonly replacement: boolean;
  readonly generator: Generator | null;

  /**
   * @param weights - one for each sample, non-negative; they need not sum to 1
   * @param numSamples - how many indices one pass gives
   * @param options - by default with replacement, from the default generator
   */
  constructor(
    weights: ArrayLike<number> | Tensor,
    numSamples: number,
    options: WeightedRandomSamplerOptions = {},
  ) {
    const all = { replacement: true, generator: null };
    const { replacement, generator } = withDefaults("WeightedRandomSampler", options, all);
    checkCount(numSamples);
    this.weights = Float64Array.from(weights instanceof Tensor ? weights.data : weights);
    this.length = numSamples;
    this.replacement = replacement;
    this.generator = generator;
  }

  *[Symbol.iterator](): globalThis.Generator<number, void> {
    const generator = this.generator ?? defaultGenerator;
    yield* draws.multinomial(this.weights, this.length, this.replacement, generator);
  }
}

/**
 * Batches of another sampler's indices, as `torch.utils.data.BatchSampler`. `dropLast` (default false) leaves out the last batch
 * when it is not full.
 *
 * @throws ChainruleError `argument` for a `batchSize` that is no whole number above 0
 *
 * @example
 * const order = new SequentialSampler({ length: 5 });
 * Array.from(new BatchSampler(order, 2), (batch) => [...batch]); // → [[0, 1], [2, 3], [4]]
 * new BatchSampler(order, 2, true).length; // → 2
 */
export class BatchSampler implements BatchedSampler {
  /** What gives the indices. */
  readonly sampler: Sampler;
  /** Indices in a batch. */
  readonly batchSize: number;
  /** Whether the last batch is left out when it is not full. */
  readonly dropLast: boolean;

  constructor(sampler: Sampler, batchSize: number, dropLast = false) {
    if (!Number.isInteger(batchSize) || batchSize < 1) {
      throw new ChainruleError(
        "argument",
        `batchSize is ${String(batchSize)}.`,
        "Give a whole number of samples ≥ 1.",
      );
    }
    this.sampler = sampler;
    this.batchSize = batchSize;
    this.dropLast = dropLast;
  }

  get length(): number {
    const batches = this.sampler.length / this.batchSize;
    return this.dropLast ? Math.floor(batches) : Math.ceil(batches);
  }

  get generator(): Generator | null {
    return this.sampler.generator ?? null;
  }

  *[Symbol.iterator](): globalThis.Generator<Int32Array, void> {
    let batch = new Int32Array(this.batchSize);
    let count = 0;
    for (const index of this.sampler) {
      batch[count++] = index;
      if (count < this.batchSize) continue;
      yield batch;
      batch = new Int32Array(this.batchSize);
      count = 0;
    }
    if (count > 0 && !this.dropLast) yield batch.subarray(0, count);
  }
}

function checkCount(numSamples: number): void {
  if (Number.isInteger(numSamples) && numSamples > 0) return;
  throw new ChainruleError("argument", `numSamples is ${String(numSamples)}.`, "Give a whole number ≥ 1.");
}
