/** Cross-validation: each sample is in the test part of exactly one fold. */
import { defaultGenerator, draws, type Generator } from "../tensor/index.ts";
import { ChainruleError } from "../util/errors.ts";
import { classesOf, type Labels } from "./split.ts";

/** One round of cross-validation: indices of samples, in increasing order. */
export interface Fold {
  readonly train: Int32Array;
  readonly test: Int32Array;
}

export interface FoldOptions {
  /** Assign samples to folds at random. Default false: in their order. */
  shuffle?: boolean;
  /** Where to draw from, with `shuffle`. Default: the default generator. */
  generator?: Generator | null;
}

/**
 * k folds of n samples, of sizes that differ by one at most; without shuffling they are stretches of neighbours, as
 * scikit-learn's KFold.
 *
 * @example
 * for (const { train, test } of kFold(dataset.length, 5, { shuffle: true })) {
 *   const training = new DataLoader(new Subset(dataset, train), { batchSize: 32, shuffle: true });
 *   const testing = new DataLoader(new Subset(dataset, test), { batchSize: 256 });
 * }
 */
export function kFold(n: number, k: number, options: FoldOptions = {}): Fold[] {
  checkFolds(n, k, "samples");
  const order = options.shuffle ? permutation(n, options) : Int32Array.from({ length: n }, (_, i) => i);
  const foldOf = new Int32Array(n);
  let at = 0;
  for (let fold = 0; fold < k; fold++) {
    const size = Math.floor(n / k) + (fold < n % k ? 1 : 0);
    for (const end = at + size; at < end; at++) foldOf[order[at]] = fold;
  }
  return foldsBy(foldOf, k);
}

/** k folds in which each class has its share, to within one sample; so have the folds of all samples. */
export function stratifiedKFold(labels: Labels, k: number, options: FoldOptions = {}): Fold[] {
  const classes = classesOf(labels);
  const n = classes.reduce((total, rows) => total + rows.length, 0);
  checkFolds(n, k, "samples");
  const foldOf = new Int32Array(n);
  let dealt = 0;
  for (const rows of classes) {
    const order = options.shuffle ? permutation(rows.length, options) : rows.keys();
    for (const i of order) foldOf[rows[i]] = dealt++ % k;
  }
  return foldsBy(foldOf, k);
}

/**
 * k folds that keep each group together, such as all rows of one patient: a large group at a time goes to the smallest fold,
 * as in scikit-learn's GroupKFold.
 */
export function groupKFold(groups: Labels, k: number): Fold[] {
  const all = classesOf(groups).sort((a, b) => b.length - a.length);
  checkFolds(all.length, k, "groups");
  const sizes = new Array<number>(k).fill(0);
  const foldOf = new Int32Array(all.reduce((total, rows) => total + rows.length, 0));
  for (const rows of all) {
    const fold = sizes.indexOf(Math.min(...sizes));
    sizes[fold] += rows.length;
    for (const row of rows) foldOf[row] = fold;
  }
  return foldsBy(foldOf, k);
}

const permutation = (n: number, { generator }: FoldOptions): Int32Array =>
  draws.randperm(n, generator ?? defaultGenerator);

function foldsBy(foldOf: Int32Array, k: number): Fold[] {
  const rows = (keep: (fold: number) => boolean): Int32Array => {
    const found: number[] = [];
    for (let i = 0; i < foldOf.length; i++) if (keep(foldOf[i])) found.push(i);
    return Int32Array.from(found);
  };
  return Array.from({ length: k }, (_, fold) => ({
    train: rows((f) => f !== fold),
    test: rows((f) => f === fold),
  }));
}

function checkFolds(n: number, k: number, what: string): void {
  if (Number.isInteger(k) && k >= 2 && k <= n) return;
  throw new ChainruleError(
    "argument",
    `${n} ${what} cannot be cut into ${String(k)} folds.`,
    n < 2 ? `There must be at least 2 ${what}.` : `Give a whole number from 2 to ${n}.`,
  );
}
