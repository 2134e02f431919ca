import { enableGrad } from "../core/modes.ts";
import { fillUniform, Generator } from "../core/random.ts";
import { Tensor } from "../core/tensor.ts";
import { showShape, unravelIndex } from "../shape/shape.ts";
import { ChainruleError } from "../util/errors.ts";
import { culprit } from "./blame.ts";
import {
  compare,
  type Differentiable,
  derivativeOf,
  type Findings,
  flat,
  type Mismatch,
  outputsOf,
  type Tolerances,
  weightedGradient,
} from "./differences.ts";

/** What {@link gradcheck} can be told. */
export interface GradcheckOptions {
  /** How far inputs are moved to either side. Default 1e-6. */
  eps?: number;
  /** Absolute tolerance. Default 1e-5. */
  atol?: number;
  /** Tolerance relative to the numeric derivative. Default 1e-3. */
  rtol?: number;
  /** How far two runs with the same inputs may differ. Default 0: not at all. */
  nondetTol?: number;
  /**
   * Compare along random directions, in a few evaluations, instead of element by element. Default: only when inputs and
   * outputs together have more than 256 elements.
   */
  fast?: boolean;
  /** Number of random directions. Default 3. */
  directions?: number;
  /** What to do where the function has a kink: an error, or leave the element out and count it. Default "error". */
  kinks?: "error" | "skip";
}

/** What {@link gradcheck} and {@link gradgradcheck} found, where all derivatives are right. */
export interface GradcheckReport {
  /** Number of derivatives compared. */
  checks: number;
  /** Number of derivatives left out at kinks. */
  kinks: number;
  /** The largest |analytic − numeric| / max(|analytic|, |numeric|) seen. */
  relativeError: number;
}

/**
 * Compares the derivatives of a function with centred differences of its values, in float64, as
 * `torch.autograd.gradcheck`. Throws a {@link ChainruleError} that names the input, the element and, where one op is to
 * blame, the op, when they differ; also when the function gives different results for the same inputs, and when the point
 * lies at a kink that makes them differ (that of |x| does not: both are 0 there). Inputs that require a gradient are
 * checked; they are moved in place and put back, so that `fn` may also close over them, as over a model's parameters.
 *
 * @param inputs float64 where they require a gradient
 * @throws ChainruleError `autograd` for a derivative that is wrong, a kink, results that differ from run to run, or inputs of which
 * none requires a gradient; `dtype` for an input of other than float64, `argument` for an expanded view
 *
 * @example
 * const x = tensor([0.5, -1], { dtype: "float64", requiresGrad: true });
 * gradcheck((x) => x.tanh().sum(), [x]).checks; // → 2
 * gradcheck((x) => x.mul(x.detach()).sum(), [x]); // throws autograd: … 0.50000000 by backward …
 */
export function gradcheck(
  fn: Differentiable,
  inputs: Tensor | readonly Tensor[],
  options: GradcheckOptions = {},
): GradcheckReport {
  return enableGrad(() => run(fn, inputs instanceof Tensor ? [inputs] : inputs, options));
}

/** What {@link gradgradcheck} can be told. */
export interface GradgradcheckOptions extends GradcheckOptions {
  /** ∂ℓ/∂output for each floating output, float64; random numbers when left out. */
  gradOutputs?: Tensor | readonly Tensor[];
}

/**
 * Compares the second derivatives of a function with centred differences of its first ones, as
 * `torch.autograd.gradgradcheck`. The first derivatives are taken as right: check them by {@link gradcheck}.
 *
 * @throws ChainruleError as {@link gradcheck}
 *
 * @example
 * const x = tensor([0.5, -1], { dtype: "float64", requiresGrad: true });
 * gradgradcheck((x) => x.tanh().sum(), [x]).kinks; // → 0
 */
export function gradgradcheck(
  fn: Differentiable,
  inputs: Tensor | readonly Tensor[],
  options: GradgradcheckOptions = {},
): GradcheckReport {
  const xs = inputs instanceof Tensor ? [inputs] : inputs;
  return enableGrad(() => {
    const given = options.gradOutputs instanceof Tensor ? [options.gradOutputs] : options.gradOutputs;
    const gradOutputs = (given ?? randomLike(outputsOf(fn, xs))).map((g) =>
      g.requiresGrad ? g : g.detach().requiresGrad_(),
    );
    return run(derivativeOf(fn, xs.length), [...xs, ...gradOutputs], options, xs.length);
  });
}

function randomLike(outputs: readonly Tensor[]): Tensor[] {
  const generator = new Generator(1);
  return outputs.map((y) => {
    const values = new Float64Array(y.numel);
    fillUniform(values, generator, -1, 1);
    return Tensor.over(values, y.shape, "float64");
  });
}

/** Compares; `before` is given for a function of gradients, and says how many of the inputs are not `gradOutputs`. */
function run(
  fn: Differentiable,
  inputs: readonly Tensor[],
  options: GradcheckOptions,
  before?: number,
): GradcheckReport {
  const checked = inputs.flatMap((x, k) => (x.requiresGrad ? [k] : []));
  checkInputs(inputs, checked);
  const outputs = outputsOf(fn, inputs);
  checkRepeatable(fn, inputs, checked, outputs, options.nondetTol ?? 0);
  const size = flat(outputs).length + checked.reduce((n, k) => n + inputs[k].numel, 0);
  const directions = options.directions ?? 3;
  const tolerances: Tolerances = {
    eps: options.eps ?? 1e-6,
    atol: options.atol ?? 1e-5,
    rtol: options.rtol ?? 1e-3,
    directions: (options.fast ?? size > 256) ? directions : 0,
    skipKinks: options.kinks === "skip",
  };
  let findings = compare(fn, inputs, checked, tolerances);
  if (findings.mismatch && tolerances.directions > 0) {
    // Element by element, to name the place; only the input that differs.
    const closer = compare(fn, inputs, [findings.mismatch.input], { ...tolerances, directions: 0 });
    if (closer.mismatch) findings = closer;
  }
  if (findings.mismatch) throw failure(findings.mismatch, fn, inputs, outputs, tolerances, before);
  return report(findings);
}

const report = ({ checks, kinks, relativeError }: Findings): GradcheckReport => ({
  checks,
  kinks,
  relativeError,
});

function checkInputs(inputs: readonly Tensor[], checked: readonly number[]): void {
  if (checked.length === 0) {
    throw new ChainruleError(
      "autograd",
      "None of the inputs requires a gradient, so that there is nothing to check.",
      "Call requiresGrad_() on the inputs to check.",
    );
  }
  for (const k of checked) {
    const x = inputs[k];
    if (x.dtype !== "float64") {
      throw new ChainruleError(
        "dtype",
        `Input ${k} is ${x.dtype}: differences of so few digits tell nothing about a derivative.`,
        'Use float64 inputs, and convert a model by to("float64").',
      );
    }
    if (x.shape.some((size, d) => size > 1 && x.strides[d] === 0)) {
      throw new ChainruleError(
        "argument",
        `Input ${k} is an expanded view of shape ${showShape(x.shape)}: its elements cannot be moved one by one.`,
        "Take a clone() of it.",
      );
    }
  }
}

/** Refuses functions that draw random numbers or keep state. */
function checkRepeatable(
  fn: Differentiable,
  inputs: readonly Tensor[],
  checked: readonly number[],
  outputs: readonly Tensor[],
  tolerance: number,
): void {
  const again = outputsOf(fn, inputs);
  const xs = checked.map((k) => inputs[k]);
  const differ = (a: Float64Array, b: Float64Array): boolean =>
    a.length !== b.length || a.some((x, i) => !Object.is(x, b[i]) && !(Math.abs(x - b[i]) <= tolerance));
  const ones = new Float64Array(flat(outputs).length).fill(1);
  const unequal =
    differ(flat(outputs), flat(again)) ||
    weightedGradient(outputs, xs, ones).some((g, k) => differ(g, weightedGradient(again, xs, ones)[k]));
  if (unequal) {
    throw new ChainruleError(
      "autograd",
      "The function gave different results for the same inputs, so that differences tell nothing about it.",
      "Switch dropout off (eval()), or seed its generator inside the function.",
    );
  }
}

function failure(
  { input, element, outputElement, analytic, numeric, kink }: Mismatch,
  fn: Differentiable,
  inputs: readonly Tensor[],
  outputs: readonly Tensor[],
  tolerances: Tolerances,
  before: number | undefined,
): ChainruleError {
  const order = before === undefined ? 1 : 2;
  const own = before ?? inputs.length;
  const which =
    input < own ? numbered("input", input, own) : numbered("gradOutput", input - own, inputs.length - own);
  const place = nameOf(element, inputs[input], which);
  const target = outputElement === null ? "" : ` of ${locate(outputElement, outputs, order)}`;
  if (kink) {
    const [left, right] = kink.map((x) => x.toPrecision(6));
    return new ChainruleError(
      "autograd",
      `The function has a kink within ${tolerances.eps} of ${place}: the slope${target} is ${left} on one side and ${right} on the other, and backward gives ${analytic.toPrecision(6)}.`,
      'Check at another point, or leave kinks out by { kinks: "skip" }.',
    );
  }
  const op = culprit(fn, inputs, tolerances, order);
  const what = `${target} with respect to ${place}`;
  return new ChainruleError(
    "autograd",
    `The ${order === 1 ? `derivative${what}` : `second derivative (${what.trim()})`} is ${analytic.toPrecision(8)} by backward and ${numeric.toPrecision(8)} by differences.${op ? ` The derivative of ${op} is wrong.` : ""}`,
    op
      ? "Compare that derivative with the op's formula."
      : "Check the functions that it is made of one by one, and that none of them detaches.",
  );
}

/** One of several by its number: `input 1`; the only one: `the input`. */
const numbered = (noun: string, k: number, count: number): string =>
  count === 1 ? `the ${noun}` : `${noun} ${k}`;

/** An element of a tensor by its flat position: `element [1, 2] of input 0`; for null or a single number the tensor itself. */
const nameOf = (position: number | null, { shape }: Tensor, tensor: string): string =>
  position === null || shape.length === 0
    ? tensor
    : `element ${showShape(unravelIndex(position, shape))} of ${tensor}`;

/** Which element of which output a position in the row of all outputs is: those of a derivative are gradients. */
function locate(position: number, outputs: readonly Tensor[], order: 1 | 2): string {
  let k = 0;
  let rest = position;
  while (rest >= outputs[k].numel) rest -= outputs[k++].numel;
  return nameOf(rest, outputs[k], numbered(order === 1 ? "output" : "gradient", k, outputs.length));
}
