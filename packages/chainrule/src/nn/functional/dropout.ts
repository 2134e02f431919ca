import { type Generator, type Tensor, zerosLike } from "../../tensor/index.ts";
import { ChainruleError } from "../../util/errors.ts";

export interface DropoutOptions {
  /** The probability that an element is dropped. Default 0.5. */
  p?: number;
  /** Default true; otherwise x itself is given back. */
  training?: boolean;
  /** Where to draw from, instead of the default generator. */
  generator?: Generator;
}

/** Refuses what is no probability. */
export function checkProbability(p: number): number {
  if (p >= 0 && p <= 1) return p;
  throw new ChainruleError("argument", `The dropout probability is ${String(p)}.`, "Give p from 0 to 1.");
}

/** 1 with probability 1 − p, else 0; drawn as PyTorch does, a 53-bit number for each element in row-major order. */
const kept = (x: Tensor, p: number, generator: Generator | undefined): Tensor =>
  zerosLike(x).bernoulli_(1 - p, { generator });

/**
 * Zeros each element with probability `p` and multiplies the others by 1 / (1 − p), so that the expected value stays.
 * Srivastava et al., JMLR 2014.
 */
export function dropout(x: Tensor, options: DropoutOptions = {}): Tensor {
  const { p = 0.5, training = true, generator } = options;
  checkProbability(p);
  if (p === 0 || !training || x.numel === 0) return x;
  return p === 1 ? x.mul(0) : x.mul(kept(x, p, generator).div_(1 - p));
}

/** −λα of SELU: its limit at −∞, to which dropped elements are set. */
const SELU_LIMIT = -1.7580993408473766;

/**
 * Dropout for networks of {@link selu}: sets elements to SELU's negative limit, then scales and shifts all so that mean and
 * variance stay. Klambauer et al., NIPS 2017.
 */
export function alphaDropout(x: Tensor, options: DropoutOptions = {}): Tensor {
  const { p = 0.5, training = true, generator } = options;
  checkProbability(p);
  if (p === 0 || !training || x.numel === 0) return x;
  if (p === 1) return x.mul(0);
  const a = 1 / Math.sqrt((SELU_LIMIT * SELU_LIMIT * p + 1) * (1 - p));
  const keep = kept(x, p, generator);
  // y = a (x · keep + limit · (1 − keep)) − a · limit · p
  const shift = keep
    .sub(1)
    .mul_(-SELU_LIMIT * a)
    .add_(-SELU_LIMIT * a * p);
  return x.mul(keep.mul_(a)).add(shift);
}
