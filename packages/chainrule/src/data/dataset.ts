import { noGrad, showShape, Tensor, tensor } from "../tensor/index.ts";
import { ChainruleError } from "../util/errors.ts";
import type { Collated } from "./collate.ts";

/**
 * Samples by number: anything with a `length` and a `get`. A plain object will do.
 *
 * @example
 * const squares: Dataset<[number, number]> = { length: 100, get: (i) => [i, i * i] };
 */
export interface Dataset<T> {
  /** How many samples there are. */
  readonly length: number;
  /** Sample `index`, 0 ≤ index < length. */
  get(index: number): T;
  /**
   * Several samples at once, as the default collate would join them. Where it is there, a loader without a collate of its own
   * uses it in place of `get`, because it is faster.
   */
  readonly getBatch?: (indices: Int32Array) => Collated<T>;
}

/** Throws unless `index` names one of `length` samples. */
export function checkIndex(index: number, length: number, what: string): void {
  if (Number.isInteger(index) && index >= 0 && index < length) return;
  throw new ChainruleError(
    "index",
    `${what} names sample ${index} of a dataset of ${length}.`,
    length === 0 ? "The dataset is empty." : `Samples are numbered from 0 to ${length - 1}.`,
  );
}

/**
 * Tensors side by side: sample i holds the i-th slice of each along its first dimension, as `torch.utils.data.TensorDataset`.
 *
 * @param tensors all with the same first size; the dataset shares them
 * @throws ChainruleError `data` when there are none or their first sizes differ
 *
 * @example
 * const dataset = new TensorDataset(x, y);
 * const [xi, yi] = dataset.get(3);
 */
export class TensorDataset<T extends readonly Tensor[]> implements Dataset<T> {
  readonly tensors: T;
  readonly length: number;
  readonly getBatch: (indices: Int32Array) => Collated<T>;

  constructor(...tensors: T) {
    const bad = tensors.findIndex((t) => !(t instanceof Tensor) || t.ndim === 0);
    if (tensors.length === 0 || bad >= 0) {
      throw new ChainruleError(
        "data",
        tensors.length === 0
          ? "A TensorDataset was given no tensors."
          : `Argument ${bad} of a TensorDataset is ${tensors[bad] instanceof Tensor ? "a tensor without dimensions" : "not a tensor"}.`,
        "Pass tensors whose first dimension counts the samples, such as new TensorDataset(x, y).",
      );
    }
    this.length = tensors[0].shape[0];
    if (tensors.some((t) => t.shape[0] !== this.length)) {
      throw new ChainruleError(
        "data",
        `The tensors of shapes ${tensors.map((t) => showShape(t.shape)).join(", ")} differ in their number of samples.`,
        "Give tensors with the same first size.",
      );
    }
    this.tensors = tensors;
    this.getBatch = (indices) =>
      noGrad(() => {
        const rows = tensor(indices);
        return tensors.map((t) => t.indexSelect(0, rows));
      }) as Collated<T>;
  }

  get(index: number): T {
    checkIndex(index, this.length, "get()");
    return this.tensors.map((t) => t.select(0, index)) as readonly Tensor[] as T;
  }
}

/**
 * Some samples of another dataset, in the order given, as `torch.utils.data.Subset`.
 *
 * @throws ChainruleError `index` for a number that the dataset does not have
 */
export class Subset<T> implements Dataset<T> {
  readonly dataset: Dataset<T>;
  readonly indices: Int32Array;
  readonly getBatch?: (indices: Int32Array) => Collated<T>;

  constructor(dataset: Dataset<T>, indices: ArrayLike<number>) {
    for (let i = 0; i < indices.length; i++) checkIndex(indices[i], dataset.length, `Entry ${i} of a Subset`);
    this.dataset = dataset;
    this.indices = Int32Array.from(indices);
    const { getBatch } = dataset;
    if (getBatch) this.getBatch = (chosen) => getBatch(chosen.map((i) => this.indices[i]));
  }

  get length(): number {
    return this.indices.length;
  }

  get(index: number): T {
    checkIndex(index, this.length, "get()");
    return this.dataset.get(this.indices[index]);
  }
}

/** Datasets one after another, as `torch.utils.data.ConcatDataset`. */
export class ConcatDataset<T> implements Dataset<T> {
  readonly datasets: readonly Dataset<T>[];
  readonly length: number;
  /** The number of samples up to the end of each dataset. */
  readonly #ends: readonly number[];

  constructor(datasets: Iterable<Dataset<T>>) {
    this.datasets = [...datasets];
    if (this.datasets.length === 0) {
      throw new ChainruleError("data", "A ConcatDataset was given no datasets.", "Give at least one.");
    }
    let end = 0;
    this.#ends = this.datasets.map((d) => {
      end += d.length;
      return end;
    });
    this.length = end;
  }

  get(index: number): T {
    checkIndex(index, this.length, "get()");
    const which = this.#ends.findIndex((end) => index < end);
    return this.datasets[which].get(index - (which === 0 ? 0 : this.#ends[which - 1]));
  }
}

/** What every consumer says of a dataset without samples. */
export const emptyDataset = (): ChainruleError =>
  new ChainruleError(
    "data",
    "The dataset has no samples.",
    "Check the file, or the filter or split that made it.",
  );
