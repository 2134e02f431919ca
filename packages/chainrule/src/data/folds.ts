/** Cross-validation: each sample is in the test part of exactly one fold. */
import { defaultGenerator, draws, type Generator } from "../tensor/index.ts";
import { ChainruleError } from "../util/errors.ts";
import { counted } from "../util/wording.ts";
import { checkLengths, classesOf, type Labels, sum } from "./split.ts";

/** One round of cross-validation: indices of samples, in increasing order. */
export interface Fold {
  /** The samples to train on. */
  readonly train: Int32Array;
  /** The samples to test on: the fold itself. */
  readonly test: Int32Array;
}

/** How samples get to folds. */
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
 * @param n - how many samples there are
 * @param k - how many folds, from 2 to n
 * @throws ChainruleError `argument` for another k, and for an n that is no whole number
 *
 * @example
 * const dataset = new TensorDataset(randn([10, 3]), randn([10, 1]));
 * const sizes = kFold(dataset.length, 4).map(({ train, test }) => {
 *   const training = new DataLoader(new Subset(dataset, train), { batchSize: 4, shuffle: true });
 *   const testing = new DataLoader(new Subset(dataset, test), { batchSize: 256 });
 *   return [training.dataset.length, testing.dataset.length];
 * });
 * sizes; // → [[7, 3], [7, 3], [8, 2], [8, 2]]
 * kFold(5, 2)[0].test; // → Int32Array(3) [0, 1, 2]
 */
export function kFold(n: number, k: number, options: FoldOptions = {}): Fold[] {
  checkFolds(n, k, "sample");
  const order = options.shuffle ? permutation(n, options) : Int32Array.from({ length: n }, (_, i) => i);
  const foldOf = new Int32Array(n);
  let at = 0;
  for (let fold = 0; fold < k; fold++) {
    const size = Math.floor(n / k) + (fold < n % k ? 1 : 0);
    for (const end = at + size; at < end; at++) foldOf[order[at]] = fold;
  }
  return foldsBy(foldOf, k);
}

/**
 * k folds in which each class has its share, to within one sample; so have the folds of all samples. As scikit-learn's
 * StratifiedKFold, but a class is dealt out one by one, where scikit-learn's folds are stretches of it.
 *
 * @param labels - the class of each sample
 * @param k - how many folds, from 2 to the number of samples
 * @throws ChainruleError `argument` for another k, `data` without labels, `shape` for labels that are not one for each sample
 *
 * @example
 * const labels = ["no", "no", "no", "no", "yes", "yes"];
 * stratifiedKFold(labels, 2)[0].test; // → Int32Array(3) [0, 2, 4]
 */
export function stratifiedKFold(labels: Labels, k: number, options: FoldOptions = {}): Fold[] {
  const classes = classesOf(labels);
  const n = classes.reduce((total, rows) => total + rows.length, 0);
  checkFolds(n, k, "sample");
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
 * as in scikit-learn's GroupKFold. Of groups of one size the one that comes first goes first, which scikit-learn leaves open.
 *
 * @param groups - the group of each sample
 * @param k - how many folds, from 2 to the number of groups
 * @throws ChainruleError `argument` for another k, `data` without groups, `shape` for groups that are not one for each sample
 *
 * @example
 * const patients = ["ann", "ann", "bob", "bob", "bob", "cem"];
 * groupKFold(patients, 2).map(({ test }) => [...test]); // → [[2, 3, 4], [0, 1, 5]]
 * groupKFold(patients, 4); // throws argument: 3 groups cannot be cut into 4 folds
 */
export function groupKFold(groups: Labels, k: number): Fold[] {
  const all = classesOf(groups, "groups").sort((a, b) => b.length - a.length);
  checkFolds(all.length, k, "group");
  const sizes = new Array<number>(k).fill(0);
  const foldOf = new Int32Array(all.reduce((total, rows) => total + rows.length, 0));
  for (const rows of all) {
    const fold = sizes.indexOf(Math.min(...sizes));
    sizes[fold] += rows.length;
    for (const row of rows) foldOf[row] = fold;
  }
  return foldsBy(foldOf, k);
}

/**
 * k folds that keep each group together and give each fold its share of each class, as nearly as the groups allow; as scikit-learn's
 * StratifiedGroupKFold. The groups whose classes are spread least evenly go first, each to the fold that leaves the shares of the
 * classes over the folds most even.
 *
 * @throws ChainruleError `argument` when labels and groups differ in number, or there are fewer groups than folds
 *
 * @example
 * const labels = [0, 0, 1, 1, 0, 1, 0, 1];
 * const patients = [1, 1, 2, 2, 3, 3, 4, 4];
 * const folds = stratifiedGroupKFold(labels, patients, 2);
 * folds.map(({ test }) => [...test]); // → [[0, 1, 4, 5], [2, 3, 6, 7]]
 */
export function stratifiedGroupKFold(
  labels: Labels,
  groups: Labels,
  k: number,
  options: FoldOptions = {},
): Fold[] {
  const classes = classesOf(labels);
  const all = classesOf(groups, "groups");
  const n = checkLengths(classes, all);
  checkFolds(all.length, k, "group");
  const classAt = new Int32Array(n);
  classes.forEach((rows, c) => {
    for (const row of rows) classAt[row] = c;
  });
  const members = all.map((rows) => ({ rows, counts: countsOf(rows, classAt, classes.length) }));
  const dealt = options.shuffle
    ? Array.from(permutation(members.length, options), (i) => members[i])
    : members;
  dealt.sort((a, b) => deviation(b.counts) - deviation(a.counts));
  const held = Array.from({ length: k }, () => new Array<number>(classes.length).fill(0));
  const foldOf = new Int32Array(n);
  for (const { rows, counts } of dealt) {
    const fold = fittest(held, counts, classes);
    counts.forEach((count, c) => {
      held[fold][c] += count;
    });
    for (const row of rows) foldOf[row] = fold;
  }
  return foldsBy(foldOf, k);
}

/** The fold that leaves the classes most even when it takes a group; of equal ones that with the fewest rows. */
function fittest(
  held: readonly (readonly number[])[],
  counts: readonly number[],
  classes: readonly number[][],
): number {
  let best = { fold: -1, spread: Number.POSITIVE_INFINITY, rows: Number.POSITIVE_INFINITY };
  for (let fold = 0; fold < held.length; fold++) {
    const spreads = classes.map(({ length }, c) =>
      deviation(held.map((folds, f) => (folds[c] + (f === fold ? counts[c] : 0)) / length)),
    );
    const spread = sum(spreads) / spreads.length;
    const rows = sum(held[fold]);
    const near = Math.abs(spread - best.spread) <= 1e-8 + 1e-5 * Math.abs(best.spread); // numpy.isclose
    if (spread < best.spread || (near && rows < best.rows)) best = { fold, spread, rows };
  }
  return best.fold;
}

function countsOf(rows: readonly number[], classAt: Int32Array, classes: number): number[] {
  const counts = new Array<number>(classes).fill(0);
  for (const row of rows) counts[classAt[row]]++;
  return counts;
}

/** The standard deviation, divided by the count. */
function deviation(numbers: readonly number[]): number {
  const mean = sum(numbers) / numbers.length;
  return Math.sqrt(sum(numbers.map((x) => (x - mean) ** 2)) / numbers.length);
}

/** Sizes of the folds of {@link timeSeriesSplit}. */
export interface TimeSeriesOptions {
  /** Samples of a test part. Default: n / (k + 1), rounded down. */
  testSize?: number;
  /** Most samples of a training part, the latest. Default: all before the test part. */
  maxTrainSize?: number;
  /** Samples left out between training and test part. Default 0. */
  gap?: number;
}

/**
 * k folds of n samples in the order of time: each tests on the samples after those that it trains on, and later ones train on more;
 * as scikit-learn's TimeSeriesSplit.
 *
 * @throws ChainruleError `argument` when there are too few samples
 *
 * @example
 * const folds = timeSeriesSplit(6, 3);
 * const shown = folds.map(({ train, test }) => `${train} | ${test}`);
 * shown; // → ['0,1,2 | 3', '0,1,2,3 | 4', '0,1,2,3,4 | 5']
 */
export function timeSeriesSplit(n: number, k: number, options: TimeSeriesOptions = {}): Fold[] {
  checkFolds(n - 1, k, "sample", " after the first");
  const { testSize = Math.floor(n / (k + 1)), maxTrainSize = n, gap = 0 } = options;
  const first = n - k * testSize;
  const whole = [testSize, maxTrainSize, gap].every((size) => Number.isInteger(size) && size >= 0);
  if (!whole || testSize < 1 || maxTrainSize < 1 || first - gap < 1) {
    throw new ChainruleError(
      "argument",
      `${k} tests of ${testSize} samples after a gap of ${gap} leave none of ${n} samples to train on first.`,
      "Give whole numbers with n > k · testSize + gap.",
    );
  }
  const between = (from: number, to: number): Int32Array =>
    Int32Array.from({ length: to - from }, (_, i) => from + i);
  return Array.from({ length: k }, (_, fold) => {
    const at = first + fold * testSize;
    return {
      train: between(Math.max(0, at - gap - maxTrainSize), at - gap),
      test: between(at, at + testSize),
    };
  });
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

function checkFolds(n: number, k: number, one: string, which = ""): void {
  if (Number.isInteger(n) && Number.isInteger(k) && k >= 2 && k <= n) return;
  throw new ChainruleError(
    "argument",
    `${counted(n, one)}${which} cannot be cut into ${String(k)} folds.`,
    !Number.isInteger(n)
      ? `Give a whole number of ${one}s.`
      : n < 2
        ? `There must be at least 2 ${one}s${which}.`
        : `Give a whole number from 2 to ${n}.`,
  );
}
