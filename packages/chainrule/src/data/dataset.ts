import { noGrad, showShape, Tensor, tensor } from "../tensor/index.ts";
import { ChainruleError } from "../util/errors.ts";
import { shown } from "../util/wording.ts";
import type { Collated } from "./collate.ts";

/**
 * Samples by number: anything with a `length` and a `get`. A plain object will do.
 *
 * @example
 * import type { Dataset } from "chainrule/data";
 * const squares: Dataset<[number, number]> = { length: 100, get: (i) => [i, i * i] };
 * const [first] = new DataLoader(squares, { batchSize: 4 });
 * first; // → [tensor([0., 1., 2., 3.]), tensor([0., 1., 4., 9.])]
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

/** Throws for what is no dataset. */
export function checkDataset<T>(where: string, dataset: Dataset<T>): void {
  if (typeof dataset?.get === "function" && Number.isInteger(dataset.length)) return;
  throw new ChainruleError(
    "argument",
    `${where} was given ${shown(dataset)}, not a dataset.`,
    `Give an object with length and get(index), such as new TensorDataset(x, y).`,
  );
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
 * @throws ChainruleError `data` when there are none or their first sizes differ
 *
 * @example
 * const dataset = new TensorDataset(tensor([[1, 2], [3, 4]]), tensor([0, 1], { dtype: "int32" }));
 * dataset.length; // → 2
 * dataset.get(1); // → [tensor([3., 4.]), tensor(1, dtype=int32)]
 * dataset.get(2); // throws index: get() names sample 2 of a dataset of 2
 */
export class TensorDataset<T extends readonly Tensor[]> implements Dataset<T> {
  /** The tensors, as they were given. */
  readonly tensors: T;
  readonly length: number;
  readonly getBatch: (indices: Int32Array) => Collated<T>;

  /** @param tensors - all with the same first size; the dataset shares them */
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
 * Some samples of another dataset, in the order given, as `torch.utils.data.Subset`. A number may come more than once.
 *
 * @throws ChainruleError `index` for a number that the dataset does not have
 *
 * @example
 * const letters = { length: 3, get: (i: number) => "abc"[i] };
 * const subset = new Subset(letters, [2, 0]);
 * subset.length; // → 2
 * subset.get(0); // → 'c'
 */
export class Subset<T> implements Dataset<T> {
  /** The dataset that the samples are of. */
  readonly dataset: Dataset<T>;
  /** The numbers of the samples there, [length]. */
  readonly indices: Int32Array;
  readonly getBatch?: (indices: Int32Array) => Collated<T>;

  constructor(dataset: Dataset<T>, indices: ArrayLike<number>) {
    checkDataset("Subset", dataset);
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

/**
 * Datasets one after another, as `torch.utils.data.ConcatDataset`.
 *
 * @throws ChainruleError `data` without datasets
 *
 * @example
 * const letters = { length: 3, get: (i: number) => "abc"[i] };
 * const more = { length: 2, get: (i: number) => "xy"[i] };
 * const all = new ConcatDataset([letters, more]);
 * all.length; // → 5
 * all.get(3); // → 'x'
 */
export class ConcatDataset<T> implements Dataset<T> {
  /** The datasets, in the order in which their samples are numbered. */
  readonly datasets: readonly Dataset<T>[];
  readonly length: number;
  /** The number of samples up to the end of each dataset. */
  readonly #ends: readonly number[];

  constructor(datasets: Iterable<Dataset<T>>) {
    this.datasets = [...datasets];
    if (this.datasets.length === 0) {
      throw new ChainruleError("data", "A ConcatDataset was given no datasets.", "Give at least one.");
    }
    for (const dataset of this.datasets) checkDataset("ConcatDataset", dataset);
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
