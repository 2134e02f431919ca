/** What training and evaluation go through: batches, and what is in one. */
import { DataLoader } from "../data/index.ts";
import type { Module } from "../nn/index.ts";
import { type Generator, Tensor } from "../tensor/index.ts";
import { ChainruleError } from "../util/errors.ts";
import { withArticle } from "../util/wording.ts";

/** Tensors of one batch: the model's inputs, then the target. */
export type Batch = readonly Tensor[];

/** Batches, gone through anew each epoch: a DataLoader, an array of batches, anything iterable, also asynchronously. */
export type Batches<B extends Batch = Batch> = Iterable<B> | AsyncIterable<B>;

/** What a model gives. */
export type Output<M extends Module> = ReturnType<M["forward"]>;

/** The loss of a batch, one number: the mean over its rows, unless its `reduction` or the option says otherwise. */
export type LossFunction<M extends Module, B extends Batch> = (
  output: Output<M>,
  target: Tensor,
  batch: B,
) => Tensor;

/** A score of the whole data, from all outputs and all targets, such as `accuracy`. */
export type Metric<M extends Module> = (output: Output<M>, target: Tensor) => number;

/** How a batch is understood. */
export interface BatchOptions {
  /**
   * How many tensors of a batch, from the front, are the model's inputs; the target follows, and what comes after is only for the
   * loss, as its third argument. Default: all but the last one.
   */
  inputs?: number;
  /** How the loss combines the rows of a batch. Default: what a loss module's own `reduction` says, for other functions "mean". */
  reduction?: "mean" | "sum";
}

/** How the loss combines the rows of a batch; throws when it says otherwise than the option. */
export function reductionOf({ loss, reduction }: BatchOptions & { readonly loss?: unknown }): "mean" | "sum" {
  const { reduction: own } = (loss ?? {}) as { reduction?: unknown };
  const said = own === "sum" ? "sum" : own === "mean" || own === "batchmean" ? "mean" : undefined;
  if (said && reduction && said !== reduction) {
    throw new ChainruleError(
      "argument",
      `The loss has the reduction "${own}", and the option says "${reduction}".`,
      "Leave the option out.",
    );
  }
  return said ?? reduction ?? "mean";
}

/** A batch taken apart. */
export interface Parts {
  readonly inputs: readonly Tensor[];
  readonly target: Tensor;
  /** Number of rows. */
  readonly rows: number;
}

/** Takes a batch apart, or says what it should look like. */
export function partsOf(batch: Batch, { inputs }: BatchOptions): Parts {
  const count = inputs ?? (Array.isArray(batch) ? batch.length - 1 : 0);
  const target = Array.isArray(batch) ? batch[count] : undefined;
  if (count < 1 || !(target instanceof Tensor)) {
    const found =
      batch instanceof Tensor
        ? "a single tensor"
        : Array.isArray(batch)
          ? `an array of ${batch.length}`
          : batch === null
            ? "null"
            : withArticle(typeof batch);
    throw new ChainruleError(
      "data",
      `A batch is ${found} where ${inputs === undefined ? "[input, target]" : `${inputs} inputs and a target`} must be.`,
      "Pass a DataLoader over new TensorDataset(x, y), or an array of batches such as [[x, y]].",
    );
  }
  return { inputs: batch.slice(0, count), target, rows: batch[0].shape[0] ?? 1 };
}

/** Runs a model on the inputs of a batch. */
export const run = <M extends Module>(model: M, inputs: readonly Tensor[]): Output<M> =>
  (model as unknown as (...inputs: readonly Tensor[]) => Output<M>)(...inputs);

/** The loss of a batch, once it is sure that it is one number. */
export function lossOf<M extends Module, B extends Batch>(
  loss: LossFunction<M, B>,
  output: Output<M>,
  target: Tensor,
  batch: B,
): Tensor {
  const value = loss(output, target, batch);
  if (value instanceof Tensor && value.numel === 1) return value;
  throw new ChainruleError(
    "shape",
    value instanceof Tensor
      ? `The loss of a batch has shape [${value.shape.join(", ")}].`
      : `The loss of a batch is ${withArticle(typeof value)}, not a tensor.`,
    'Return one number for each batch, as losses with reduction "mean" do.',
  );
}

/** Throws unless `data` can be gone through. */
export function checkBatches(data: unknown, what: string): void {
  const iterable =
    data !== null && typeof data === "object" && (Symbol.iterator in data || Symbol.asyncIterator in data);
  if (iterable) return;
  const isDataset = data !== null && typeof data === "object" && "get" in data;
  throw new ChainruleError(
    "data",
    `${what} ${data === undefined || data === null ? "is missing" : "cannot be gone through batch by batch"}.`,
    isDataset ? "Wrap the dataset: new DataLoader(dataset, { batchSize: 64 })." : "Pass a DataLoader.",
  );
}

/** What a source of batches says when it has none. */
export const noBatches = (what: string, again: boolean): ChainruleError =>
  new ChainruleError(
    "data",
    `${what} gave no batches${again ? " this time" : ""}.`,
    again
      ? "Pass something that begins anew each time, such as a DataLoader or an array, not a generator that is used up."
      : "Check the data, and that dropLast does not drop the only batch.",
  );

/** The number of batches of an epoch, where it is known beforehand. */
export function countOf(data: Batches): number | undefined {
  if (data instanceof DataLoader || Array.isArray(data)) return data.length;
  return undefined;
}

/** The batches that hold each row of the data once: a loader's in the order of its dataset, without a draw. */
export const wholeOf = <B extends Batch>(data: Batches<B>): Batches<B> =>
  data instanceof DataLoader ? data.inOrder() : data;

/** The generators, beside the default one, that going through the data draws from. */
export const generatorsOf = (data: Batches | undefined): readonly Generator[] =>
  data instanceof DataLoader ? data.generators : [];

/**
 * Goes through batches without waiting where the source does not make us wait. `visit` may return a promise, and `false` stops.
 */
export async function forEachBatch<B extends Batch>(
  data: Batches<B>,
  visit: (batch: B) => boolean | undefined | Promise<void>,
): Promise<void> {
  const iterator =
    Symbol.asyncIterator in data ? data[Symbol.asyncIterator]() : (data as Iterable<B>)[Symbol.iterator]();
  let finished = false;
  try {
    for (;;) {
      const next = iterator.next();
      const { done, value } = next instanceof Promise ? await next : next;
      finished = done === true;
      if (done) return;
      const outcome = visit(value);
      if (outcome instanceof Promise) await outcome;
      else if (outcome === false) return;
    }
  } finally {
    if (!finished) await iterator.return?.();
  }
}
