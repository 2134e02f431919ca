import {
  type DType,
  type Generator,
  isFloating,
  type Operand,
  type Tensor,
  zerosLike,
} from "../../tensor/index.ts";
import { ChainruleError } from "../../util/errors.ts";
import { checkOptions, type OptionNames } from "../../util/options.ts";
import { withArticle } from "../../util/wording.ts";

/** Options of {@link dropout} and {@link alphaDropout}. */
export interface DropoutOptions {
  /** The probability that an element is dropped. Default 0.5. */
  p?: number;
  /** Whether elements are dropped; with false x itself is given back. Default true. */
  training?: boolean;
  /** Where to draw from. Without it the default generator, which `manualSeed` sets. */
  generator?: Generator;
}

const names: OptionNames<DropoutOptions> = { p: 0, training: 0, generator: 0 };

/** Refuses what is no probability. */
export function checkProbability(p: number): number {
  if (p >= 0 && p <= 1) return p;
  throw new ChainruleError("argument", `The dropout probability is ${String(p)}.`, "Give p from 0 to 1.");
}

/** A kind of dropout: the numbers that it takes from p, 0 < p < 1, for tensors of a dtype, and what it does with them. */
export interface Dropping<N extends string = string> {
  numbers(p: number, dtype: DType): Record<N, number>;
  drop(x: Tensor, numbers: Readonly<Record<N, Operand>>, generator: Generator | undefined): Tensor;
}

/** Which of the cases of {@link dropBy} a probability is: code depends on nothing else of it. */
export const caseOf = (p: number): "none" | "some" | "all" => (p === 0 ? "none" : p === 1 ? "all" : "some");

/** Applies a kind of dropout. `numbersOf` may give the numbers as inputs of a compiled step. */
export function dropBy<N extends string>(
  kind: Dropping<N>,
  x: Tensor,
  options: DropoutOptions,
  numbersOf: (p: number, dtype: DType) => Readonly<Record<N, Operand>> = kind.numbers,
): Tensor {
  const { p = 0.5, training = true, generator } = options;
  checkProbability(p);
  if (!training || x.numel === 0 || caseOf(p) === "none") return x;
  if (caseOf(p) === "all") return x.mul(0);
  if (!isFloating(x.dtype)) {
    throw new ChainruleError(
      "dtype",
      `Dropout of ${withArticle(x.dtype)} tensor: what is kept is scaled, and is no whole number any more.`,
      'Convert it by to("float32").',
    );
  }
  return kind.drop(x, numbersOf(p, x.dtype), generator);
}

const { fround } = Math;

/** 1 with probability `keep`, else 0; drawn as PyTorch does, a 53-bit number for each element in row-major order. */
const kept = (x: Tensor, keep: Operand, generator: Generator | undefined): Tensor =>
  zerosLike(x).bernoulli_(keep, { generator });

export const inverted: Dropping<"keep" | "scale"> = {
  // The bits of the quotient of the mask, 0 or 1, and 1 − p in the dtype, which PyTorch takes.
  numbers: (p, dtype) => ({
    keep: 1 - p,
    scale: dtype === "float32" ? fround(1 / fround(1 - p)) : 1 / (1 - p),
  }),
  drop: (x, { keep, scale }, generator) => x.mul(kept(x, keep, generator).mul_(scale)),
};

/** −λα of SELU: its limit at −∞, to which dropped elements are set. */
const SELU_LIMIT = -1.7580993408473766;

export const alpha: Dropping<"keep" | "scale" | "slope" | "shift"> = {
  numbers(p) {
    const scale = 1 / Math.sqrt((SELU_LIMIT * SELU_LIMIT * p + 1) * (1 - p));
    return { keep: 1 - p, scale, slope: -SELU_LIMIT * scale, shift: -SELU_LIMIT * scale * p };
  },
  // y = a (x · keep + limit · (1 − keep)) − a · limit · p
  drop(x, { keep, scale, slope, shift }, generator) {
    const mask = kept(x, keep, generator);
    const added = mask.sub(1).mul_(slope).add_(shift);
    return x.mul(mask.mul_(scale)).add(added);
  },
};

/**
 * Zeros each element with probability `p` and multiplies the others by 1 / (1 − p), so that the expected value stays. With p = 1
 * all are 0. As `torch.nn.functional.dropout`, with its draws. Srivastava et al., JMLR 2014.
 *
 * @param x any shape, float32 or float64; the result has both
 * @throws ChainruleError `argument` when p is not from 0 to 1, `dtype` for whole numbers or bools unless p is 0 or 1
 *
 * @example
 * const x = ones([6]);
 * nn.functional.dropout(x, { p: 0.25 }); // → tensor([0.0000, 1.3333, 1.3333, 0.0000, 1.3333, 0.0000])
 * nn.functional.dropout(x, { training: false }) === x; // → true
 */
export function dropout(x: Tensor, options: DropoutOptions = {}): Tensor {
  checkOptions("dropout", options, names);
  return dropBy(inverted, x, options);
}

/**
 * Dropout for networks of {@link selu}: sets elements to SELU's negative limit, then scales and shifts all so that mean 0 and
 * variance 1 stay. As `torch.nn.functional.alpha_dropout`, with its draws. Klambauer et al., NIPS 2017.
 *
 * @param x any shape, float32 or float64; the result has both
 * @throws ChainruleError `argument` when p is not from 0 to 1, `dtype` for whole numbers or bools unless p is 0 or 1
 *
 * @example
 * const x = randn([10000]);
 * const y = nn.functional.alphaDropout(x, { p: 0.2 });
 * y.mean(); // → tensor(-0.0208)
 * y.std(); // → tensor(1.0025)
 */
export function alphaDropout(x: Tensor, options: DropoutOptions = {}): Tensor {
  checkOptions("alphaDropout", options, names);
  return dropBy(alpha, x, options);
}
