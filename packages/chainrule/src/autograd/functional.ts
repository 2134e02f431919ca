import { enableGrad } from "../core/modes.ts";
import { Tensor } from "../core/tensor.ts";
import { stack } from "../ops/join.ts";
import { allocate, isFloating } from "../shape/dtype.ts";
import { sameShape, showShape } from "../shape/shape.ts";
import { ChainruleError } from "../util/errors.ts";
import { withArticle } from "../util/wording.ts";
import { grad } from "./grad.ts";

/** What {@link jacobian}, {@link hessian}, {@link vjp} and {@link jvp} can be told. */
export interface FunctionalOptions {
  /** Record the computation, so that its result can be differentiated again. Default false. */
  createGraph?: boolean;
}

/** A function of one tensor or, called with several, of several. */
type Function1 = (x: Tensor) => Tensor;
type FunctionN = (...inputs: Tensor[]) => Tensor;

/**
 * All derivatives of the elements of y = fn(x), as `torch.autograd.functional.jacobian`: a tensor of the shape
 * [...shape of y, ...shape of x], or for a list of inputs a list of such tensors. Zero where y does not depend on x. One reverse pass
 * for each element of y.
 *
 * @throws ChainruleError `dtype` for inputs that are not floating, `argument` when fn returns no tensor
 *
 * @example
 * jacobian((x) => x.square(), tensor([1, 2])); // → tensor([[2., 0.], [0., 4.]])
 * jacobian((x, w) => x.mul(w), [tensor([1, 2]), tensor(3)])[1]; // → tensor([1., 2.])
 */
export function jacobian(fn: Function1, inputs: Tensor, options?: FunctionalOptions): Tensor;
export function jacobian(fn: FunctionN, inputs: readonly Tensor[], options?: FunctionalOptions): Tensor[];
export function jacobian(
  fn: FunctionN,
  inputs: Tensor | readonly Tensor[],
  options: FunctionalOptions = {},
): Tensor | Tensor[] {
  const found = enableGrad(() => {
    const xs = freshInputs(inputs, options);
    return rows(result(fn, xs), xs, options.createGraph ?? false);
  });
  return inputs instanceof Tensor ? found[0] : found;
}

/**
 * The second derivatives of a function with one number as result, as `torch.autograd.functional.hessian`: a tensor of the
 * shape [...shape of x, ...shape of x]; for a list of inputs, `hessian(…)[i][j]` holds ∂²y/∂xᵢ∂xⱼ.
 *
 * @throws ChainruleError `shape` when the result has more than one number, `dtype` for inputs that are not floating, `argument` when
 * fn returns no tensor
 *
 * @example
 * hessian((x) => x.pow(3).sum(), tensor([1, 2])); // → tensor([[6., 0.], [0., 12.]])
 * hessian((x) => x.square(), tensor([1, 2])); // throws shape: … one number as result
 */
export function hessian(fn: Function1, inputs: Tensor, options?: FunctionalOptions): Tensor;
export function hessian(fn: FunctionN, inputs: readonly Tensor[], options?: FunctionalOptions): Tensor[][];
export function hessian(
  fn: FunctionN,
  inputs: Tensor | readonly Tensor[],
  options: FunctionalOptions = {},
): Tensor | Tensor[][] {
  const found = enableGrad(() => {
    const xs = freshInputs(inputs, options);
    const y = result(fn, xs);
    if (y.numel !== 1) {
      throw new ChainruleError(
        "shape",
        `A Hessian belongs to a function with one number as result, and this one gave the shape ${showShape(y.shape)}.`,
        "Reduce the result (sum(), mean()), or use jacobian().",
      );
    }
    const slopes = gradientOrZero(y, xs, onesLike(y), true);
    return slopes.map((slope) => rows(slope, xs, options.createGraph ?? false));
  });
  return inputs instanceof Tensor ? found[0][0] : found;
}

/**
 * y = fn(x) and vᵀJ, the vector–Jacobian product that reverse mode computes in one pass, as `torch.autograd.functional.vjp`.
 *
 * @param v in the shape of y; may be left out when y has one element
 * @returns [y, vᵀJ], the product in the shape of x, or for a list of inputs a list of products
 * @throws ChainruleError `shape` for a v of another shape, `argument` where it is missing or fn returns no tensor, `dtype` for inputs
 * that are not floating
 *
 * @example
 * const [y, product] = vjp((x) => x.square(), tensor([1, 2, 3]), tensor([1, 0, 10]));
 * y; // → tensor([1., 4., 9.])
 * product; // → tensor([2., 0., 60.])
 */
export function vjp(fn: Function1, inputs: Tensor, v?: Tensor, options?: FunctionalOptions): [Tensor, Tensor];
export function vjp(
  fn: FunctionN,
  inputs: readonly Tensor[],
  v?: Tensor,
  options?: FunctionalOptions,
): [Tensor, Tensor[]];
export function vjp(
  fn: FunctionN,
  inputs: Tensor | readonly Tensor[],
  v?: Tensor,
  options: FunctionalOptions = {},
): [Tensor, Tensor | Tensor[]] {
  return enableGrad(() => {
    const { createGraph = false } = options;
    const xs = freshInputs(inputs, options);
    const y = result(fn, xs);
    const start = v ?? (y.numel === 1 ? onesLike(y) : missing("v", y));
    checkFits("v", start, y);
    const products = gradientOrZero(y, xs, start, createGraph);
    return [createGraph ? y : y.detach(), inputs instanceof Tensor ? products[0] : products];
  });
}

/**
 * y = fn(x) and Jv, the Jacobian–vector product: the slope of y when x moves along v. As `torch.autograd.functional.jvp` it
 * takes two reverse passes: vᵀJ is linear in v, and its derivative in that direction is Jv.
 *
 * @param v in the shape of the input, or one such tensor for each input; may be left out for one input of one element
 * @returns [y, Jv], the product in the shape of y
 * @throws ChainruleError `shape` for a v of another shape, `argument` where it is missing or fn returns no tensor, `dtype` for inputs
 * that are not floating
 *
 * @example
 * const [y, slope] = jvp((x) => x.square().sum(), tensor([1, 2, 3]), tensor([1, 0, 0]));
 * y; // → tensor(14.)
 * slope; // → tensor(2.)
 */
export function jvp(fn: Function1, inputs: Tensor, v?: Tensor, options?: FunctionalOptions): [Tensor, Tensor];
export function jvp(
  fn: FunctionN,
  inputs: readonly Tensor[],
  v: readonly Tensor[],
  options?: FunctionalOptions,
): [Tensor, Tensor];
export function jvp(
  fn: FunctionN,
  inputs: Tensor | readonly Tensor[],
  v?: Tensor | readonly Tensor[],
  options: FunctionalOptions = {},
): [Tensor, Tensor] {
  return enableGrad(() => {
    const { createGraph = false } = options;
    const xs = freshInputs(inputs, options);
    const y = result(fn, xs);
    const given = v instanceof Tensor ? [v] : v;
    const directions = xs.map((x, i) => {
      const direction = given ? given[i] : xs.length === 1 && x.numel === 1 ? onesLike(x) : undefined;
      if (!direction) return missing(xs.length === 1 ? "v" : `v[${i}]`, x);
      checkFits(xs.length === 1 ? "v" : `v[${i}]`, direction, x);
      return direction;
    });
    const u = zerosLike(y).requiresGrad_();
    const products = gradientOrZero(y, xs, u, true);
    const linear = products.flatMap((p, i) => (p.requiresGrad ? [{ p, direction: directions[i] }] : []));
    const [found] =
      linear.length === 0
        ? [null]
        : grad(
            linear.map(({ p }) => p),
            [u],
            { gradOutputs: linear.map(({ direction }) => direction), createGraph, allowUnused: true },
          );
    return [createGraph ? y : y.detach(), found ?? zerosLike(y)];
  });
}

/** Inputs that no other graph knows; with createGraph, those with a history stay part of it. */
function freshInputs(inputs: Tensor | readonly Tensor[], options: FunctionalOptions): Tensor[] {
  return (inputs instanceof Tensor ? [inputs] : inputs).map((x, i) => {
    if (!(x instanceof Tensor) || !isFloating(x.dtype)) {
      throw new ChainruleError(
        "dtype",
        `Input ${i} is ${x instanceof Tensor ? `${withArticle(x.dtype)} tensor` : "no tensor"}, which has no derivative.`,
        'Give tensors of real numbers, by to("float32") for instance.',
      );
    }
    return options.createGraph && x.requiresGrad ? x.reshape(x.shape) : x.detach().requiresGrad_();
  });
}

function result(fn: FunctionN, xs: readonly Tensor[]): Tensor {
  const y = fn(...xs);
  if (y instanceof Tensor) return y;
  throw new ChainruleError(
    "argument",
    "The function to differentiate returned something that is no tensor.",
    "Return one tensor; stack() joins several.",
  );
}

/** ∂(v · y)/∂x for each x; zeros where y does not depend on it. */
function gradientOrZero(y: Tensor, xs: readonly Tensor[], v: Tensor, createGraph: boolean): Tensor[] {
  if (!y.requiresGrad) return xs.map(zerosLike);
  const found = grad(y, xs, { gradOutputs: [v], retainGraph: true, createGraph, allowUnused: true });
  return found.map((g, i) => g ?? zerosLike(xs[i]));
}

/** The Jacobian of y, one reverse pass for each of its elements. */
function rows(y: Tensor, xs: readonly Tensor[], createGraph: boolean): Tensor[] {
  const passes = Array.from({ length: y.numel }, (_, i) => {
    const direction = allocate(y.dtype, y.numel);
    direction[i] = 1;
    return gradientOrZero(y, xs, Tensor.over(direction, y.shape, y.dtype), createGraph);
  });
  return xs.map((x, k) => {
    const shape = [...y.shape, ...x.shape];
    return passes.length === 0
      ? Tensor.over(allocate(x.dtype, 0), shape, x.dtype)
      : stack(passes.map((pass) => pass[k])).reshape(shape);
  });
}

const zerosLike = (x: Tensor): Tensor => Tensor.over(allocate(x.dtype, x.numel), x.shape, x.dtype);
const onesLike = (x: Tensor): Tensor => Tensor.over(allocate(x.dtype, x.numel).fill(1), x.shape, x.dtype);

function missing(name: string, like: Tensor): never {
  throw new ChainruleError(
    "argument",
    `The vector ${name} is missing, and the tensor that it belongs to has the shape ${showShape(like.shape)}.`,
    "Give a tensor of that shape; only for one element is it 1 by default.",
  );
}

function checkFits(name: string, given: Tensor, like: Tensor): void {
  if (sameShape(given.shape, like.shape)) return;
  throw new ChainruleError(
    "shape",
    `The vector ${name} has the shape ${showShape(given.shape)}, and the tensor that it belongs to ${showShape(like.shape)}.`,
    "Give one number for each of its elements.",
  );
}
