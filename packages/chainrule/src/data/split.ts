import { defaultGenerator, draws, type Generator, Tensor } from "../tensor/index.ts";
import { ChainruleError } from "../util/errors.ts";
import { checkList, withDefaults } from "../util/options.ts";
import { counted } from "../util/wording.ts";
import { checkDataset, type Dataset, Subset } from "./dataset.ts";

/** How samples are drawn for the parts. */
export interface SplitOptions {
  /** Where to draw from. Default: the default generator. */
  generator?: Generator | null;
}

const splitDefaults = { generator: null };

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
 * const dataset = new TensorDataset(randn([10, 3]), randn([10, 1]));
 * const [training, validation] = randomSplit(dataset, [0.75, 0.25], { generator: new Generator(0) });
 * training.indices; // → Int32Array(8) [4, 1, 7, 5, 3, 9, 0, 8]
 * validation.indices; // → Int32Array(2) [6, 2]
 * randomSplit(dataset, [8, 3]); // throws argument: Lengths 8, 3 do not make up a dataset of 10
 */
export function randomSplit<T, const L extends readonly number[]>(
  dataset: Dataset<T>,
  lengths: L,
  options: SplitOptions = {},
): Parts<L, Subset<T>> {
  const { generator } = withDefaults("randomSplit", options, splitDefaults);
  checkDataset("randomSplit", dataset);
  checkList("Lengths must be an array", lengths, "[0.8, 0.2]");
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

/** The sum of some numbers. */
export const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);

/**
 * Cuts samples into random parts that each have the classes in the same proportions as the whole. The parts have the sizes that
 * their fractions ask for, to within one sample.
 *
 * @param labels - the class of each sample
 * @param fractions - add up to 1
 * @returns the indices of each part, in increasing order: wrap them by `new Subset(dataset, part)`
 * @throws ChainruleError `argument` when fractions do not add up to 1, and for a dataset in place of labels, `data` without labels,
 * `shape` for labels that are not one for each sample
 *
 * @example
 * const labels = ["no", "no", "no", "no", "no", "no", "yes", "yes"];
 * const [training, test] = stratifiedSplit(labels, [0.5, 0.5], { generator: new Generator(0) });
 * test; // → Int32Array(4) [0, 4, 5, 6]
 * Array.from(test, (row) => labels[row]); // → ['no', 'no', 'no', 'yes']
 */
export function stratifiedSplit<const L extends readonly number[]>(
  labels: Labels,
  fractions: L,
  options: SplitOptions = {},
): Parts<L, Int32Array> {
  const classes = classesOf(labels);
  checkFractions(fractions);
  const { generator } = withDefaults("stratifiedSplit", options, splitDefaults);
  const parts: number[][] = fractions.map(() => []);
  let dealt = 0;
  for (const rows of classes) {
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

/** Throws unless there is one value for each sample, as a tensor or a list: a dataset, which {@link randomSplit} takes, is neither. */
function checkValues(values: unknown, what: string): void {
  if (values instanceof Tensor) return;
  const isObject = typeof values === "object" && values !== null;
  const isDataset = isObject && "get" in values;
  if (isObject && "length" in values && !isDataset) return;
  throw new ChainruleError(
    "argument",
    `The ${what} are ${isDataset ? "a dataset" : values === null ? "null" : `of type ${typeof values}`}, not one value for each sample.`,
    `Give the ${what} as an array or a tensor, and wrap the indices that come back: new Subset(dataset, part).`,
  );
}

function checkFractions(fractions: readonly number[]): void {
  if (!Array.isArray(fractions)) {
    throw new ChainruleError(
      "argument",
      "The fractions of the parts are no array.",
      "Give numbers that add up to 1 after the values of the samples, such as stratifiedSplit(labels, [0.8, 0.2]).",
    );
  }
  const total = sum(fractions);
  if (fractions.every((f) => f >= 0) && Math.abs(total - 1) <= 1e-9) return;
  throw new ChainruleError(
    "argument",
    `Fractions ${fractions.join(", ")} add up to ${total}.`,
    "Give fractions that add up to 1.",
  );
}

/**
 * Cuts samples into random parts that keep each group together, such as all rows of one patient, and have the classes in the
 * proportions of the whole, as nearly as the groups allow. Groups go in random order, large ones first, each to the part that lags most
 * behind its share of all rows and of the group's classes. Every part of a fraction above 0 gets a group, while there are any.
 *
 * @param labels - the class of each sample; null where there are none, as in regression
 * @param groups - the group of each sample
 * @param fractions - add up to 1
 * @returns the indices of each part, in increasing order
 * @throws ChainruleError `argument` when labels and groups differ in number, there are fewer groups than parts, or fractions do not
 * add up to 1
 *
 * @example
 * const labels = [0, 0, 1, 1, 0, 1, 0, 1];
 * const patients = [1, 1, 2, 2, 3, 3, 4, 4];
 * const [training, test] = groupSplit(labels, patients, [0.75, 0.25], { generator: new Generator(0) });
 * training; // → Int32Array(6) [0, 1, 2, 3, 6, 7]
 * test; // → Int32Array(2) [4, 5]
 */
export function groupSplit<const L extends readonly number[]>(
  labels: Labels | null,
  groups: Labels,
  fractions: L,
  options: SplitOptions = {},
): Parts<L, Int32Array> {
  const labelled = labels === null ? null : classesOf(labels);
  const all = classesOf(groups, "groups");
  const classes = labelled ?? [all.flat()];
  checkFractions(fractions);
  const { generator } = withDefaults("groupSplit", options, splitDefaults);
  const n = checkLengths(classes, all);
  const wanted = fractions.filter((f) => f > 0).length;
  if (all.length < wanted) {
    throw new ChainruleError(
      "argument",
      `${counted(all.length, "group")} cannot be cut into ${wanted} parts.`,
      "Give fewer parts, or split by another column.",
    );
  }
  const classAt = new Int32Array(n);
  classes.forEach((rows, c) => {
    for (const row of rows) classAt[row] = c;
  });
  const order = Array.from(draws.randperm(all.length, generator ?? defaultGenerator), (i) => all[i]);
  order.sort((a, b) => b.length - a.length);
  const parts: number[][] = fractions.map(() => []);
  const held = fractions.map(() => new Array<number>(classes.length).fill(0));
  order.forEach((rows, dealt) => {
    const empty = parts.filter((part, p) => fractions[p] > 0 && part.length === 0).length;
    // When as many groups are left as parts are empty, these get them.
    const mustFill = empty > 0 && order.length - dealt <= empty;
    let next = -1;
    let most = Number.NEGATIVE_INFINITY;
    for (let p = 0; p < parts.length; p++) {
      if (fractions[p] === 0 || (mustFill && parts[p].length > 0)) continue;
      // Of its rows, and of their classes.
      const lag = fractions[p] - parts[p].length / n + lagOf(rows, classAt, classes, held[p], fractions[p]);
      if (lag > most) [most, next] = [lag, p];
    }
    for (const row of rows) {
      parts[next].push(row);
      held[next][classAt[row]]++;
    }
  });
  return parts.map((part) => Int32Array.from(part).sort()) as Parts<L, Int32Array>;
}

/** How much a part lacks of its share of the classes of some rows: the mean over them, in shares of the whole class. */
function lagOf(
  rows: readonly number[],
  classAt: Int32Array,
  classes: readonly number[][],
  held: readonly number[],
  fraction: number,
): number {
  let lag = 0;
  for (const row of rows) lag += fraction - held[classAt[row]] / classes[classAt[row]].length;
  return lag / rows.length;
}

/**
 * Cuts samples by time: the oldest to the first part, the newest to the last. Samples of one time stay together, in the part where the
 * middle one of them belongs.
 *
 * @param times - any numbers that grow with time, one for each sample
 * @param fractions - add up to 1
 * @returns the indices of each part, in increasing order
 * @throws ChainruleError `data` for a time that is NaN, `argument` for times too few to give each part one, and for fractions that do
 * not add up to 1
 *
 * @example
 * const years = [2021, 2019, 2020, 2022, 2020, 2023];
 * const [training, validation, test] = timeSplit(years, [0.5, 0.25, 0.25]);
 * training; // → Int32Array(3) [1, 2, 4]
 * validation; // → Int32Array(2) [0, 3]
 * test; // → Int32Array(1) [5]
 */
export function timeSplit<const L extends readonly number[]>(
  times: Tensor | ArrayLike<number>,
  fractions: L,
): Parts<L, Int32Array> {
  checkValues(times, "times");
  checkFractions(fractions);
  const values = Float64Array.from(times instanceof Tensor ? times.data : times);
  const unknown = values.findIndex(Number.isNaN);
  if (unknown >= 0) {
    const given: unknown = times instanceof Tensor ? Number.NaN : times[unknown];
    const isText = typeof given === "string";
    throw new ChainruleError(
      "data",
      `The time of sample ${unknown} is ${isText ? `the text "${given}"` : "missing"}.`,
      isText ? "Give numbers, such as Date.parse(text)." : "Leave such samples out.",
    );
  }
  const latest = latestTimes(values.slice().sort(), fractions);
  const parts: number[][] = fractions.map(() => []);
  values.forEach((time, row) => {
    parts[latest.findIndex((last) => time <= last)].push(row);
  });
  if (parts.some((part, p) => fractions[p] > 0 && part.length === 0)) {
    throw new ChainruleError(
      "argument",
      `The times of ${values.length} samples are too few, or too often the same, for ${fractions.length} parts.`,
      "Give fewer parts, or finer times.",
    );
  }
  return parts.map((part) => Int32Array.from(part)) as Parts<L, Int32Array>;
}

/** The last time of each part, of times in order; NaN for a part without any. */
function latestTimes(times: Float64Array, fractions: readonly number[]): number[] {
  const ends = fractions.map((_, p) => sum(fractions.slice(0, p + 1)) * times.length);
  const latest = fractions.map(() => Number.NaN);
  const final = fractions.findLastIndex((f) => f > 0);
  for (let from = 0; from < times.length; ) {
    let to = from + 1;
    while (to < times.length && times[to] === times[from]) to++;
    const middle = (from + to) / 2;
    const part = ends.findIndex((end, p) => fractions[p] > 0 && middle <= end + 1e-9);
    latest[part < 0 ? final : part] = times[from];
    from = to;
  }
  return latest;
}

/** The number of samples, where labels and groups have one for each. */
export function checkLengths(classes: readonly number[][], groups: readonly number[][]): number {
  const [labels, n] = [classes, groups].map((lists) => sum(lists.map((rows) => rows.length)));
  if (labels === n) return n;
  throw new ChainruleError(
    "argument",
    `The samples have ${counted(labels, "label")} and ${counted(n, "group")}.`,
    "Give one of each for each sample.",
  );
}

/** The row numbers of each class, classes in the order of their first row. */
export function classesOf(labels: Labels, what = "labels"): number[][] {
  checkValues(labels, what);
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
    throw new ChainruleError("data", `There are no ${what} to split.`, "Give one for each sample.");
  }
  return [...classes.values()];
}
