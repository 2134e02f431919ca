import { defaultGenerator, draws, type Generator, Tensor } from "../tensor/index.ts";
import { ChainruleError } from "../util/errors.ts";
import { type Dataset, Subset } from "./dataset.ts";

export interface SplitOptions {
  /** Where to draw from. Default: the default generator. */
  generator?: Generator | null;
}

/** One part for each length: `[0.8, 0.2]` gives a pair, so that both halves are known to be there. */
export type Parts<L extends readonly number[], P> = { -readonly [K in keyof L]: P };

/** Class labels of samples: numbers or names. */
export type Labels = Tensor | ArrayLike<number | string | boolean>;

/**
 * Cuts a dataset into random parts, as `torch.utils.data.random_split`, with the same draws.
 *
 * @param lengths - sizes that add up to the dataset's length, or fractions that add up to 1. Fractions are rounded down, and what
 * remains goes to the parts in turn.
 * @throws ChainruleError `argument` when they add up to something else
 *
 * @example
 * const [training, validation] = randomSplit(dataset, [0.8, 0.2]);
 */
export function randomSplit<T, const L extends readonly number[]>(
  dataset: Dataset<T>,
  lengths: L,
  { generator }: SplitOptions = {},
): Parts<L, Subset<T>> {
  const sizes = sizesOf(lengths, dataset.length);
  const order = draws.randperm(dataset.length, generator ?? defaultGenerator);
  let end = 0;
  const parts = sizes.map((size) => {
    end += size;
    return new Subset(dataset, order.subarray(end - size, end));
  });
  return parts as Parts<L, Subset<T>>;
}

function sizesOf(lengths: readonly number[], total: number): readonly number[] {
  if (isFractions(lengths)) {
    const sizes = lengths.map((f) => Math.floor(total * f));
    const remainder = total - sum(sizes);
    for (let i = 0; i < remainder; i++) sizes[i % sizes.length]++;
    return sizes;
  }
  if (sum(lengths) !== total || lengths.some((n) => !Number.isInteger(n) || n < 0)) {
    throw new ChainruleError(
      "argument",
      `Lengths ${lengths.join(", ")} do not make up a dataset of ${total}.`,
      `Give whole numbers that add up to ${total}, or fractions that add up to 1.`,
    );
  }
  return lengths;
}

/** Fractions in [0, 1] that add up to 1, up to rounding but never above, as PyTorch tells them from lengths. */
function isFractions(lengths: readonly number[]): boolean {
  const total = sum(lengths);
  return lengths.every((f) => f >= 0 && f <= 1) && total <= 1 && total > 1 - 1e-9;
}

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);

/**
 * Cuts samples into random parts that each have the classes in the same proportions as the whole. The parts have the sizes that
 * their fractions ask for, to within one sample.
 *
 * @param labels - the class of each sample
 * @param fractions - add up to 1
 * @returns the indices of each part, in increasing order: wrap them by `new Subset(dataset, part)`
 *
 * @example
 * const [training, test] = stratifiedSplit(y, [0.8, 0.2], { generator: new Generator(0) });
 */
export function stratifiedSplit<const L extends readonly number[]>(
  labels: Labels,
  fractions: L,
  { generator }: SplitOptions = {},
): Parts<L, Int32Array> {
  const total = sum(fractions);
  if (fractions.some((f) => !(f >= 0)) || Math.abs(total - 1) > 1e-9) {
    throw new ChainruleError(
      "argument",
      `Fractions ${fractions.join(", ")} add up to ${total}.`,
      "Give fractions that add up to 1.",
    );
  }
  const parts: number[][] = fractions.map(() => []);
  let dealt = 0;
  for (const rows of classesOf(labels)) {
    for (const k of draws.randperm(rows.length, generator ?? defaultGenerator)) {
      dealt++;
      // To the part that lags most behind its share: then parts are right over every class and over the whole.
      let next = 0;
      let most = Number.NEGATIVE_INFINITY;
      for (let p = 0; p < parts.length; p++) {
        const lag = fractions[p] * dealt - parts[p].length;
        if (lag > most) [most, next] = [lag, p];
      }
      parts[next].push(rows[k]);
    }
  }
  return parts.map((part) => Int32Array.from(part).sort()) as Parts<L, Int32Array>;
}

/** The row numbers of each class, classes in the order of their first row. */
export function classesOf(labels: Labels): number[][] {
  const values: ArrayLike<unknown> = labels instanceof Tensor ? labels.data : labels;
  if (labels instanceof Tensor && labels.numel !== labels.shape[0]) {
    throw new ChainruleError(
      "shape",
      `Labels of shape [${labels.shape.join(", ")}] are not one for each sample.`,
      "Give a tensor of one dimension; argmax(1) makes labels of scores.",
    );
  }
  const classes = new Map<unknown, number[]>();
  for (let i = 0; i < values.length; i++) {
    const rows = classes.get(values[i]);
    if (rows) rows.push(i);
    else classes.set(values[i], [i]);
  }
  if (classes.size === 0) {
    throw new ChainruleError("data", "There are no labels to split.", "Give one label for each sample.");
  }
  return [...classes.values()];
}
