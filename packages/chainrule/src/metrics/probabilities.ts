/** Scores of predicted probabilities, with scikit-learn's definitions. */
import { finfo, Tensor } from "../tensor/index.ts";
import { ChainruleError } from "../util/errors.ts";
import { checkClass, checkCounts, column, numbersOf, type Scores, scoredClasses } from "./read.ts";

export interface RocAucOptions {
  /** For more than two classes: the mean over the classes, or their mean by true frequency. Default "macro". */
  average?: "macro" | "weighted";
}

/**
 * The area under the curve of true against false positives: the chance that a positive sample scores above a negative one, ties
 * counting half.
 *
 * @param scores - for two classes the score of class 1, [N] or [N, 1], on any scale; for more, probabilities [N, classes]: each
 * class is told from the rest, and the areas are averaged
 * @param target - true classes [N]; each class must occur, and not alone
 *
 * @example
 * rocAuc(model(x).softmax(1), y);
 */
export function rocAuc(scores: Scores, target: Scores, { average = "macro" }: RocAucOptions = {}): number {
  if (average !== "macro" && average !== "weighted") {
    throw new ChainruleError(
      "argument",
      `There is no average "${String(average)}".`,
      'Use "macro" or "weighted".',
    );
  }
  const { data, shape } = numbersOf(scores, "scores");
  if (shape.length === 1 || shape[1] === 1) {
    const truth = column(target, "targets");
    checkCounts(data.length, truth.length);
    for (let i = 0; i < truth.length; i++) checkClass(truth[i], i, "targets", 2);
    return areaOf(data, (i) => truth[i] === 1, 1);
  }
  const { classes, target: truth } = scoredClasses(scores, target);
  checkRows(data, classes, toleranceOf(scores));
  const columnOf = (c: number): Float64Array => Float64Array.from(truth, (_, i) => data[i * classes + c]);
  if (classes === 2) return areaOf(columnOf(1), (i) => truth[i] === 1, 1);
  let sum = 0;
  let total = 0;
  for (let c = 0; c < classes; c++) {
    const isClass = (i: number): boolean => truth[i] === c;
    const area = areaOf(columnOf(c), isClass, c);
    const weight = average === "macro" ? 1 : Array.from(truth, (_, i) => isClass(i)).filter(Boolean).length;
    sum += weight * area;
    total += weight;
  }
  return sum / total;
}

/** (Σ ranks of the positives − P(P+1)/2) / (P·N), ties ranked by their mean: Mann and Whitney (1947). */
function areaOf(scores: ArrayLike<number>, isPositive: (i: number) => boolean, positive: number): number {
  const order = Array.from({ length: scores.length }, (_, i) => i).sort((a, b) => scores[a] - scores[b]);
  let ranks = 0;
  let positives = 0;
  for (let from = 0; from < order.length; ) {
    if (Number.isNaN(scores[order[from]])) throw notNumber(order[from]);
    let to = from;
    let tied = 0;
    for (; to < order.length && scores[order[to]] === scores[order[from]]; to++) {
      if (isPositive(order[to])) tied++;
    }
    ranks += (tied * (from + 1 + to)) / 2;
    positives += tied;
    from = to;
  }
  const negatives = order.length - positives;
  if (positives === 0 || negatives === 0) {
    throw new ChainruleError(
      "data",
      `The ROC curve of class ${positive} needs samples of it and others, and there are ${positives} and ${negatives}.`,
      "Score more data, or split it so that each part has all classes (stratifiedSplit).",
    );
  }
  return (ranks - (positives * (positives + 1)) / 2) / (positives * negatives);
}

export interface LogLossOptions {
  /** The predictions are logits, before softmax (or sigmoid). Default false: probabilities. */
  fromLogits?: boolean;
}

/**
 * −1/N · Σ log p(true class), the cross-entropy in nats. Probabilities are kept from 0 and 1 by the dtype's ε, as in scikit-learn, so
 * that one certain mistake costs much and not everything.
 *
 * @param prediction - probabilities [N, classes], or those of class 1, [N] or [N, 1]; with `fromLogits`, logits
 * @param target - true classes [N]
 */
export function logLoss(
  prediction: Scores,
  target: Scores,
  { fromLogits = false }: LogLossOptions = {},
): number {
  const { data, shape } = numbersOf(prediction, "predictions");
  const single = shape.length === 1 || shape[1] === 1;
  const truth = column(target, "targets");
  checkCounts(shape[0], truth.length);
  const classes = single ? 2 : shape[1];
  for (let i = 0; i < truth.length; i++) checkClass(truth[i], i, "targets", classes);
  if (!single) scoredClasses(prediction, target);
  const eps = epsilonOf(prediction);
  if (!fromLogits) checkProbabilities(data);
  if (!fromLogits && !single) checkRows(data, classes, toleranceOf(prediction));
  let sum = 0;
  for (let i = 0; i < truth.length; i++) {
    if (single) {
      // log σ(z) for class 1 and log σ(−z) for class 0
      const sign = truth[i] === 1 ? 1 : -1;
      sum += fromLogits
        ? logSigmoid(sign * data[i])
        : Math.log(clip(truth[i] === 1 ? data[i] : 1 - data[i], eps));
    } else {
      const from = i * classes;
      sum += fromLogits
        ? data[from + truth[i]] - logSumExp(data, from, classes)
        : Math.log(clip(data[from + truth[i]], eps));
    }
  }
  return -sum / truth.length;
}

const clip = (p: number, eps: number): number => Math.min(Math.max(p, eps), 1 - eps);

const logSigmoid = (z: number): number => Math.min(z, 0) - Math.log1p(Math.exp(-Math.abs(z)));

function logSumExp(data: ArrayLike<number>, from: number, count: number): number {
  let largest = data[from];
  for (let k = 1; k < count; k++) largest = Math.max(largest, data[from + k]);
  let sum = 0;
  for (let k = 0; k < count; k++) sum += Math.exp(data[from + k] - largest);
  return largest + Math.log(sum);
}

const epsilonOf = (x: Scores): number =>
  (x instanceof Tensor && x.dtype === "float32") || x instanceof Float32Array
    ? finfo("float32").eps
    : finfo("float64").eps;

/** How far the sum of a row of probabilities may be from 1. */
const toleranceOf = (x: Scores): number => Math.sqrt(epsilonOf(x));

function checkProbabilities(data: ArrayLike<number>): void {
  for (let i = 0; i < data.length; i++) {
    if (data[i] >= 0 && data[i] <= 1 + 1e-6) continue;
    throw new ChainruleError(
      "data",
      `The predictions hold ${data[i]} at ${i}, which is no probability.`,
      "Apply softmax or sigmoid first, or pass { fromLogits: true }.",
    );
  }
}

function checkRows(data: ArrayLike<number>, classes: number, tolerance: number): void {
  for (let from = 0; from < data.length; from += classes) {
    let sum = 0;
    for (let k = 0; k < classes; k++) sum += data[from + k];
    if (Math.abs(sum - 1) <= tolerance) continue;
    throw new ChainruleError(
      "data",
      `The probabilities of sample ${from / classes} add up to ${sum}.`,
      "Apply softmax(1) to logits first.",
    );
  }
}

const notNumber = (at: number): ChainruleError =>
  new ChainruleError(
    "non-finite",
    `The score of sample ${at} is NaN and has no rank.`,
    "Look for the NaN in the model's input or weights.",
  );
