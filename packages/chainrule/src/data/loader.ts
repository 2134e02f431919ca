import { defaultGenerator, type Generator } from "../tensor/index.ts";
import { ChainruleError } from "../util/errors.ts";
import { checkOptions, type OptionNames } from "../util/options.ts";
import { type Collated, defaultCollate } from "./collate.ts";
import { checkDataset, checkIndex, type Dataset, emptyDataset } from "./dataset.ts";
import {
  type BatchedSampler,
  BatchSampler,
  RandomSampler,
  type Sampler,
  SequentialSampler,
} from "./samplers.ts";

/** How a {@link DataLoader} makes batches. */
export interface DataLoaderOptions<T, B = Collated<T>> {
  /** Samples in a batch. Default 1. */
  batchSize?: number;
  /** Visit the samples in a new random order each epoch. Default false. */
  shuffle?: boolean;
  /** Leave out the last batch when it is not full. Default false. */
  dropLast?: boolean;
  /** The order of samples, in place of `shuffle`. Without it, `shuffle` says the order. */
  sampler?: Sampler;
  /** The batches of indices, in place of `batchSize`, `shuffle`, `sampler` and `dropLast`. Without it, these make the batches. */
  batchSampler?: BatchedSampler;
  /** Where the order is drawn from. Default: the default generator. */
  generator?: Generator | null;
  /** Joins samples into a batch. Default {@link defaultCollate}. */
  collate?: (samples: T[]) => B;
}

/**
 * Batches of a dataset, as `torch.utils.data.DataLoader`: go through it by `for … of` once each epoch. The random draws are
 * exactly PyTorch's: each pass draws a base seed, shuffled or not; a shuffled one then seeds a generator of its own, or draws
 * from `generator` where one is given.
 *
 * @throws ChainruleError `argument` for options that contradict each other, `data` for an empty dataset, and while iterating
 * `index` when a sampler names a sample that is not there
 *
 * @example
 * const x = randn([10, 3]);
 * const y = randint(0, 2, [10]);
 * const loader = new DataLoader(new TensorDataset(x, y), { batchSize: 4, shuffle: true });
 * loader.length; // → 3
 * const sizes: number[] = [];
 * for (const [xb, yb] of loader) sizes.push(yb.numel); // a training step with xb and yb
 * sizes; // → [4, 4, 2]
 */
export class DataLoader<T, B = Collated<T>> implements Iterable<B> {
  /** The samples. */
  readonly dataset: Dataset<T>;
  /** What chooses the batches: that of the options, or one made of them. */
  readonly batchSampler: BatchedSampler;
  /** Samples in a batch; undefined where the options gave a batchSampler. */
  readonly batchSize: number | undefined;
  /** Where the order is drawn from; null for the default generator. */
  readonly generator: Generator | null;
  readonly #batch: (indices: Int32Array) => B;

  /** @param samples - a dataset, or an array of samples */
  constructor(samples: Dataset<T> | readonly T[], options: DataLoaderOptions<T, B> = {}) {
    const { batchSize = 1, shuffle = false, dropLast = false, generator = null, collate } = options;
    const dataset = Array.isArray(samples) ? arrayDataset(samples as readonly T[]) : (samples as Dataset<T>);
    checkDataset("DataLoader", dataset);
    if (dataset.length === 0) throw emptyDataset();
    checkOptions("DataLoader", options, names);
    checkChoices(options);
    this.dataset = dataset;
    this.generator = generator;
    this.batchSize = options.batchSampler ? undefined : batchSize;
    const order =
      options.sampler ??
      (shuffle ? new RandomSampler(dataset, { generator }) : new SequentialSampler(dataset));
    this.batchSampler = options.batchSampler ?? new BatchSampler(order, batchSize, dropLast);
    this.#batch = batchMaker(dataset, collate);
  }

  /** The number of batches of one epoch. */
  get length(): number {
    return this.batchSampler.length;
  }

  /** The generators, beside the default one, that a pass draws from: a checkpoint keeps their states. */
  get generators(): readonly Generator[] {
    const own = [this.generator, this.batchSampler.generator].filter((g) => g !== null && g !== undefined);
    return [...new Set(own)];
  }

  /** Begins a pass over the batches: an epoch. */
  [Symbol.iterator](): Iterator<B, void> & Iterable<B> {
    // The base seed is for PyTorch's workers. Here it only keeps the streams equal.
    (this.generator ?? defaultGenerator).nextInt63();
    return this.#batches(this.batchSampler);
  }

  /**
   * Every sample once, in the order of the dataset, without any draw: for scores and for the gradient of the whole risk.
   *
   * @param batchSize - by default the loader's, or 256 when its batches come from a batchSampler
   */
  inOrder(batchSize: number = this.batchSize ?? 256): Iterable<B> {
    return this.#batches(new BatchSampler(new SequentialSampler(this.dataset), batchSize));
  }

  *#batches(sampler: BatchedSampler): globalThis.Generator<B, void> {
    const { length } = this.dataset;
    for (const indices of sampler) {
      for (let i = 0; i < indices.length; i++) checkIndex(indices[i], length, "The sampler");
      yield this.#batch(indices instanceof Int32Array ? indices : Int32Array.from(indices));
    }
  }
}

/** How the samples of some indices become a batch: by the dataset's fast path where nothing else is asked for. */
function batchMaker<T, B>(
  dataset: Dataset<T>,
  collate: ((samples: T[]) => B) | undefined,
): (indices: Int32Array) => B {
  const { getBatch } = dataset;
  // Without a collate, B is Collated<T> by the type of the options.
  if (!collate && getBatch) return (indices) => getBatch(indices) as B;
  const join = collate ?? (defaultCollate as unknown as (samples: T[]) => B);
  return (indices) => join(Array.from(indices, (i) => dataset.get(i)));
}

const arrayDataset = <T>(samples: readonly T[]): Dataset<T> => ({
  length: samples.length,
  get: (index) => samples[index],
});

const names: OptionNames<DataLoaderOptions<unknown>> = {
  batchSize: 0,
  shuffle: 0,
  dropLast: 0,
  sampler: 0,
  batchSampler: 0,
  generator: 0,
  collate: 0,
};

function checkChoices<T, B>(options: DataLoaderOptions<T, B>): void {
  const { batchSampler, sampler, shuffle, dropLast, batchSize } = options;
  const clash =
    sampler && shuffle
      ? "A sampler and shuffle: true both set the order."
      : batchSampler && (sampler || shuffle || dropLast || batchSize !== undefined)
        ? "A batchSampler was given beside batchSize, shuffle, sampler or dropLast, which it replaces."
        : null;
  if (clash) throw new ChainruleError("argument", clash, "Give one of them.");
}
