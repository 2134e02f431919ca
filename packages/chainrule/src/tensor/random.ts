import { interpreter } from "../core/interpreter.ts";
import type { Draw } from "../core/primitives.ts";
import {
  defaultGenerator,
  multinomial as drawByWeight,
  type FloatArray,
  type Generator,
} from "../core/random.ts";
import { requireFloating } from "../core/rules.ts";
import { Tensor } from "../core/tensor.ts";
import { broadcastShapes, checkShape, type Shape, showShape } from "../shape/shape.ts";
import { ChainruleError } from "../util/errors.ts";
import { checkOptions, type OptionNames } from "../util/options.ts";
import { type CreationOptions, chosenDType, finish, noTruths } from "./create.ts";

/** Where random numbers come from. */
export interface GeneratorOptions {
  /** Where the numbers come from; default {@link defaultGenerator}, which `manualSeed` restarts. */
  generator?: Generator;
}

/** What functions that make random tensors can be told. */
export interface RandomOptions extends CreationOptions, GeneratorOptions {}

const randomNames: OptionNames<RandomOptions> = { dtype: 0, requiresGrad: 0, generator: 0 };

function draw(what: Draw, shape: Shape, options: RandomOptions | undefined): Tensor {
  const spec = { shape: checkShape(shape), dtype: chosenDType(options, "float32", randomNames) };
  return finish(interpreter.random(what, options?.generator ?? defaultGenerator, spec), options);
}

/** Options that take their dtype from another tensor unless they name one. */
const likeThat = (x: Tensor, options: RandomOptions | undefined): RandomOptions => ({
  ...options,
  dtype: chosenDType(options, x.dtype, randomNames),
});

function floating(dtype: unknown, name: string): void {
  if (dtype === undefined || dtype === "float32" || dtype === "float64") return;
  throw new ChainruleError(
    "dtype",
    `${name}() cannot make ${String(dtype)} numbers: they are not whole.`,
    'Use "float32" or "float64", or randint().',
  );
}

/**
 * Uniform numbers in [0, 1), float32 unless float64 is named, as `torch.rand`: the same numbers from the same seed.
 *
 * @throws ChainruleError `dtype` for int32 and bool
 *
 * @example
 * manualSeed(0);
 * rand([2]); // → tensor([0.4963, 0.7682])
 */
export function rand(shape: Shape, options?: RandomOptions): Tensor {
  floating(options?.dtype, "rand");
  return draw({ kind: "uniform", low: 0, high: 1 }, shape, options);
}

/**
 * Standard normal numbers, float32 unless float64 is named, as `torch.randn`: the same numbers from the same seed.
 *
 * @throws ChainruleError `dtype` for int32 and bool
 *
 * @example
 * manualSeed(0);
 * randn([3]); // → tensor([1.5410, -0.2934, -2.1788])
 */
export function randn(shape: Shape, options?: RandomOptions): Tensor {
  floating(options?.dtype, "randn");
  return draw({ kind: "normal", mean: 0, std: 1 }, shape, options);
}

/**
 * Whole numbers from `low` (default 0) to `high` − 1, each as likely; int32 unless another dtype is named. As `torch.randint`.
 *
 * @throws ChainruleError `argument` when there is no whole number in [low, high), or one that the dtype does not hold
 *
 * @example
 * manualSeed(0);
 * randint(10, [5]); // → tensor([4, 9, 3, 0, 3], dtype=int32)
 * randint(1, 7, [2, 3]).shape; // → [2, 3]
 */
export function randint(high: number, shape: Shape, options?: RandomOptions): Tensor;
export function randint(low: number, high: number, shape: Shape, options?: RandomOptions): Tensor;
export function randint(...given: (number | Shape | RandomOptions | undefined)[]): Tensor {
  const numbers = given.filter((x) => typeof x === "number");
  const [low, high] = numbers.length === 1 ? [0, numbers[0]] : numbers;
  const [shape, options] = given.slice(numbers.length) as [Shape, RandomOptions | undefined];
  const dtype = chosenDType(options, "int32", randomNames);
  return draw({ kind: "randint", low, high }, shape, { ...options, dtype });
}

/**
 * The numbers 0 … n − 1 in random order, [n]; int32 unless another dtype is named. As `torch.randperm`.
 *
 * @throws ChainruleError `shape` when n is no whole number ≥ 0, `dtype` for bool
 *
 * @example
 * manualSeed(0);
 * randperm(4); // → tensor([0, 1, 3, 2], dtype=int32)
 */
export function randperm(n: number, options?: RandomOptions): Tensor {
  const dtype = chosenDType(options, "int32", randomNames);
  noTruths("randperm", dtype);
  return draw({ kind: "randperm" }, [n], { ...options, dtype });
}

/**
 * Uniform numbers in [0, 1), in the shape and (unless another is named) dtype of another tensor, as `torch.rand_like`.
 *
 * @throws ChainruleError `dtype` for int32 and bool
 *
 * @example
 * manualSeed(0);
 * randLike(zeros([2, 2])); // → tensor([[0.4963, 0.7682], [0.0885, 0.1320]])
 */
export const randLike = (x: Tensor, options?: RandomOptions): Tensor => rand(x.shape, likeThat(x, options));

/**
 * Standard normal numbers, in the shape and (unless another is named) dtype of another tensor, as `torch.randn_like`.
 *
 * @throws ChainruleError `dtype` for int32 and bool
 *
 * @example
 * const x = zeros([4], { dtype: "float64" });
 * x.add(randnLike(x).mul(0.1)).dtype; // → 'float64'
 */
export const randnLike = (x: Tensor, options?: RandomOptions): Tensor => randn(x.shape, likeThat(x, options));

/**
 * Whole numbers as {@link randint} makes them, in the shape and (unless another is named) dtype of another tensor, as
 * `torch.randint_like`.
 *
 * @throws ChainruleError as {@link randint}
 *
 * @example
 * manualSeed(0);
 * randintLike(zeros([3]), 10); // → tensor([4., 9., 3.])
 */
export function randintLike(x: Tensor, high: number, options?: RandomOptions): Tensor;
export function randintLike(x: Tensor, low: number, high: number, options?: RandomOptions): Tensor;
export function randintLike(x: Tensor, ...given: (number | RandomOptions | undefined)[]): Tensor {
  const numbers = given.filter((n) => typeof n === "number");
  const options = given.find((o) => typeof o !== "number" && o !== undefined) as RandomOptions | undefined;
  const [low, high] = numbers.length === 1 ? [0, numbers[0]] : numbers;
  return randint(low, high, x.shape, likeThat(x, options));
}

/**
 * Ones and zeros, each 1 with its own probability: `p` holds them, and gives shape and dtype (floating). As `torch.bernoulli`.
 *
 * @throws ChainruleError `argument` when a probability lies outside [0, 1], `dtype` when they are not floating
 *
 * @example
 * bernoulli(tensor([0, 1, 1])); // → tensor([0., 1., 1.])
 * manualSeed(0);
 * bernoulli(full([1000], 0.3)).mean(); // → tensor(0.3)
 */
export function bernoulli(p: Tensor, options?: GeneratorOptions): Tensor {
  requireFloating(p);
  const spec = { shape: p.shape, dtype: p.dtype };
  return interpreter.random({ kind: "bernoulli", p }, options?.generator ?? defaultGenerator, spec);
}

/**
 * Normal numbers with the given mean and standard deviation. Two numbers need a shape; tensors (floating) give one number
 * for each of their elements, broadcast. As `torch.normal`.
 *
 * @throws ChainruleError `argument` for a standard deviation below 0, `dtype` for whole numbers, `shape` when tensors do not broadcast
 *
 * @example
 * manualSeed(0);
 * normal(0, 0.02, [2]); // → tensor([0.0308, -0.0059])
 * normal(tensor([0, 100]), 0.1).shape; // → [2]
 */
export function normal(mean: number, std: number, shape: Shape, options?: RandomOptions): Tensor;
export function normal(mean: Tensor, std: Tensor | number, options?: GeneratorOptions): Tensor;
export function normal(mean: number, std: Tensor, options?: GeneratorOptions): Tensor;
export function normal(mean: Tensor | number, std: Tensor | number, ...rest: unknown[]): Tensor {
  if (typeof mean === "number" && typeof std === "number") {
    const [shape, options] = rest as [Shape, RandomOptions | undefined];
    floating(options?.dtype, "normal");
    return draw({ kind: "normal", mean, std }, shape, options);
  }
  const [options] = rest as [GeneratorOptions | undefined];
  const tensors = [mean, std].filter((x) => x instanceof Tensor);
  tensors.forEach(requireFloating);
  let shape: Shape = [];
  for (const x of tensors) shape = broadcastShapes(shape, x.shape);
  const given: RandomOptions = { generator: options?.generator, dtype: tensors[0].dtype };
  // One mean for each, but one width: drawn with it. Else standard normal numbers are stretched.
  if (typeof std === "number") return draw({ kind: "normal", mean: 0, std }, shape, given).add(mean);
  if (std.data.some((x) => !(x >= 0))) {
    throw new ChainruleError(
      "argument",
      "A standard deviation is negative or NaN.",
      "Give standard deviations ≥ 0.",
    );
  }
  return draw({ kind: "normal", mean: 0, std: 1 }, shape, given).mul(std).add(mean);
}

/**
 * Indices drawn by weight: `numSamples` of each row of `weights`, [n] or [rows, n], floating, which need not sum to 1. As
 * `torch.multinomial`. Without replacement, those of weight 0 come when no others are left.
 *
 * @param options `replacement`: whether an index may come more than once (default false)
 * @returns int32 [numSamples] or [rows, numSamples]
 * @throws ChainruleError `argument` for weights that are negative or all zero, or for more samples than categories; `shape` for weights
 * of other dimensions, `dtype` for whole numbers
 *
 * @example
 * manualSeed(0);
 * multinomial(tensor([0, 3, 1]), 2).sort().values; // → tensor([1, 2], dtype=int32)
 * multinomial(tensor([0, 3, 1]), 6, { replacement: true }); // → tensor([2, 1, 2, 1, 1, 1], dtype=int32)
 * multinomial(tensor([0, 3, 1]), 4); // throws argument: Cannot draw 4 of 3 categories
 */
export function multinomial(
  weights: Tensor,
  numSamples: number,
  options?: GeneratorOptions & { replacement?: boolean },
): Tensor {
  requireFloating(weights);
  checkOptions("multinomial", options, { generator: 0, replacement: 0 });
  if (weights.ndim < 1 || weights.ndim > 2) {
    throw new ChainruleError(
      "shape",
      `Weights of shape ${showShape(weights.shape)} are neither a list nor rows of lists.`,
      "Give them as [n] or [rows, n].",
    );
  }
  if (!Number.isInteger(numSamples) || numSamples < 1) {
    throw new ChainruleError(
      "argument",
      `multinomial cannot draw ${numSamples} samples.`,
      "Give a whole number above 0.",
    );
  }
  const generator = options?.generator ?? defaultGenerator;
  const categories = weights.shape[weights.ndim - 1];
  const rows = weights.ndim === 2 ? weights.shape[0] : 1;
  const data = weights.data as FloatArray;
  const drawn = Array.from({ length: rows }, (_, r) =>
    drawByWeight(
      data.subarray(r * categories, (r + 1) * categories),
      numSamples,
      options?.replacement ?? false,
      generator,
    ),
  );
  const out = new Int32Array(rows * numSamples);
  drawn.forEach((row, r) => {
    out.set(row, r * numSamples);
  });
  return Tensor.over(out, weights.ndim === 2 ? [rows, numSamples] : [numSamples], "int32");
}
