/** Why training came to values that are not finite: the most likely cause, in words. */
import { isFloating, type Tensor } from "../tensor/index.ts";
import type { Batch } from "./batches.ts";

/** What is known about a step that failed. */
export interface Evidence {
  readonly batch: Batch;
  /** What anomaly detection found: "The op log made …"; empty where it found nothing. */
  readonly problem: string;
  /** Where that was, outermost first; the op last. */
  readonly where: readonly string[];
  /** The losses of the steps before, oldest first. */
  readonly losses: readonly number[];
  /** The largest absolute value of a parameter: some steps ago, and before the step. */
  readonly weights: { readonly before: number; readonly now: number };
  /** The learning rate of the step. */
  readonly lr: number;
}

/** Numbers of data above this are taken for unscaled: networks expect numbers about 1. */
const LARGE = 1e6;
/** Growth by this factor is taken for divergence. */
const GROWTH = 100;

/** Ops that have no finite value, or derivative, at the edge of their domain; what happens there, and what helps. */
const domains: Readonly<Record<string, readonly [what: string, remedy: string]>> = {
  log: [
    "the logarithm of zero or of a negative number",
    "Add a small ε, use logSoftmax or logSigmoid, or clamp().",
  ],
  division: ["a division by zero", "Add a small ε to the divisor."],
  root: ["the root of a negative number, or its derivative at zero", "Add a small ε under the root."],
  overflow: ["an exponential that overflows", "Use logSoftmax or logsumexp, or losses that take logits."],
};

const domainOf: Readonly<Record<string, keyof typeof domains>> = {
  log: "log",
  log2: "log",
  log1p: "log",
  xlogy: "log",
  div: "division",
  reciprocal: "division",
  rsqrt: "division",
  sqrt: "root",
  norm: "root",
  std: "root",
  pow: "root",
  exp: "overflow",
  expm1: "overflow",
  sinh: "overflow",
  cosh: "overflow",
};

/**
 * The most likely cause, and what to do about it; null where nothing points anywhere. Looked for in this order: values of the data that
 * are not finite, or very large; a loss or weights that grew, or an update that overflowed (the learning rate); an op at the edge of its
 * domain.
 */
export function diagnose(evidence: Evidence): string | null {
  return ofData(evidence) ?? ofRate(evidence) ?? ofOp(evidence);
}

function ofData({ batch }: Evidence): string | null {
  const extremes = batch.map(extremeOf);
  const broken = extremes.findIndex((x) => !Number.isFinite(x));
  if (broken >= 0) {
    return `Tensor ${broken} of the batch has ${shown(extremes[broken])}: look at the data, and fill in or leave out such rows.`;
  }
  const large = extremes.findIndex((x) => Math.abs(x) > LARGE);
  if (large < 0) return null;
  return `Tensor ${large} of the batch has numbers as large as ${shown(extremes[large])}: standardize the data, so that they are about 1.`;
}

/** The first number that is not finite, or else the one of largest absolute value; 0 for labels and codes. */
function extremeOf(x: Tensor): number {
  if (!isFloating(x.dtype)) return 0;
  let largest = 0;
  for (const value of x.data) {
    if (!Number.isFinite(value)) return value;
    if (Math.abs(value) > Math.abs(largest)) largest = value;
  }
  return largest;
}

function ofRate({ losses, weights, where, lr }: Evidence): string | null {
  const remedy = `The learning rate ${shown(lr)} is too high: lower it, begin with a warm-up, or set clipNorm.`;
  const least = Math.min(...losses);
  const last = losses[losses.length - 1];
  if (losses.length > 1 && last > GROWTH * Math.max(Math.abs(least), Number.MIN_VALUE) && last > 1) {
    return `The loss grew from ${shown(least)} to ${shown(last)} over the last ${losses.length} steps. ${remedy}`;
  }
  if (weights.now > GROWTH * weights.before && weights.now > GROWTH) {
    return `The largest weight grew from ${shown(weights.before)} to ${shown(weights.now)}. ${remedy}`;
  }
  // Outside of layers, only the optimizer writes in place.
  return where.length === 1 && where[0].endsWith("_") ? `The step itself was too large. ${remedy}` : null;
}

function ofOp({ problem, where }: Evidence): string | null {
  const op = where[where.length - 1] ?? "";
  const inBackward = /^The derivative of (?:op )?(\w+)/.exec(problem)?.[1];
  const domain = domainOf[inBackward ?? op];
  if (domain === undefined) return null;
  const [what, remedy] = domains[domain];
  return `It looks like ${what}. ${remedy}`;
}

function shown(x: number): string {
  if (!Number.isFinite(x)) return String(x);
  const short = Number(x.toPrecision(3));
  return Math.abs(short) < 1e6 ? String(short) : short.toExponential();
}
