import { interpreter } from "../core/interpreter.ts";
import { apply, defineOp, type Op } from "../core/op.ts";
import type { Samples } from "../core/samples.ts";
import { defineMethods, Tensor } from "../core/tensor.ts";
import { reducedShape, showShape } from "../shape/shape.ts";
import { ChainruleError } from "../util/errors.ts";
import { checkOptions } from "../util/options.ts";
import { kept } from "./gradients.ts";
import { dimOf, keepdimOption, reduceBy } from "./places.ts";
import type { Dims, Reduced } from "./sum.ts";

/** Refuses the extreme of nothing. */
export function requireElements(x: Tensor, dims: readonly number[]): void {
  if (dims.every((d) => x.shape[d] > 0)) return;
  throw new ChainruleError(
    "shape",
    `A tensor of shape ${showShape(x.shape)} has no elements to take the largest or smallest of${dims.length < x.ndim ? ` along dimension ${dims.join(", ")}` : ""}.`,
    "Reduce other dimensions, or treat the empty case first.",
  );
}

/** The largest or smallest along dimensions. All places where it stands share the gradient. */
const along = (name: "amax" | "amin", reduction: "max" | "min"): Op<Reduced> =>
  defineOp<Reduced>({
    name,
    formula: `y = ${reduction} x over dims`,
    inputs: ["x"],
    result({ x, dims, keepdim }) {
      requireElements(x, dims);
      return { shape: reducedShape(x.shape, dims, keepdim), dtype: x.dtype };
    },
    lower: ({ x, dims }, out) => interpreter.reduce(reduction, x, dims, out),
    saves: ["x", "y"],
    vjp: {
      // ∂ℓ/∂xᵢ = ∂ℓ/∂y · [xᵢ = y] / (number of such i)
      x(dy, { x, y, dims, keepdim }) {
        const here = x.eq(kept(y, dims, keepdim, x));
        return kept(dy, dims, keepdim, x)
          .mul(here)
          .div(here.sum(dims, { keepdim: true }));
      },
    },
    samples: (s) => [
      { x: s.distinct([2, 3]), dims: [0, 1], keepdim: false },
      { x: s.distinct([2, 3, 2]), dims: [1], keepdim: true },
      { x: s.distinct([2, 3, 2]), dims: [0, 2], keepdim: false },
      { x: s.distinct([]), dims: [], keepdim: false },
      { x: s.distinct([0, 3]), dims: [1], keepdim: false },
    ],
    edges: [
      {
        inputs: { x: [[1, 1], [2, 2]] },
        attributes: { dims: [0, 1], keepdim: false },
        y: reduction === "max" ? 2 : 1,
        grads: { x: reduction === "max" ? [[0, 0], [0.5, 0.5]] : [[0.5, 0.5], [0, 0]] },
      },
    ], // biome-ignore format: matrices by rows
  });

export const amax = along("amax", "max");
export const amin = along("amin", "min");

/** The largest or smallest of all. Other than amax and amin, a NaN gets the gradient where it is the result. */
const ofAll = (name: "max" | "min"): Op<{ x: Tensor }> =>
  defineOp<{ x: Tensor }>({
    name,
    formula: `y = ${name} x`,
    inputs: ["x"],
    result({ x }) {
      requireElements(x, everyDim(x));
      return { shape: [], dtype: x.dtype };
    },
    lower: ({ x }, out) => interpreter.reduce(name, x, everyDim(x), out),
    saves: ["x", "y"],
    vjp: {
      // ∂ℓ/∂xᵢ = ∂ℓ/∂y · [xᵢ = y] / (number of such i)
      x(dy, { x, y }) {
        const here = x.eq(y).logicalOr(x.isnan());
        return dy.div(here.sum()).where(here, 0);
      },
    },
    samples: (s) => [{ x: s.distinct([2, 3]) }, { x: s.distinct([]) }, { x: s.distinct([2, 1, 3]) }],
    edges: [
      { inputs: { x: [1, 1] }, y: 1, grads: { x: [0.5, 0.5] } },
      { inputs: { x: [1, Number.NaN, 3] }, y: Number.NaN, grads: { x: [0, 1, 0] } },
    ],
  });

const everyDim = (x: Tensor): number[] => x.shape.map((_, d) => d);

export const max = ofAll("max");
export const min = ofAll("min");

type Position = { x: Tensor; dim: number | null; keepdim: boolean };

/** The first position of the extreme along a dimension, or in row-major order. No derivative: positions jump. */
const position = (name: "argmax" | "argmin"): Op<Position> =>
  defineOp<Position>({
    name,
    formula: `y = the first position of the ${name === "argmax" ? "largest" : "smallest"} x along dim`,
    inputs: ["x"],
    result({ x, dim, keepdim }) {
      const dims = dim === null || x.ndim === 0 ? everyDim(x) : [dim];
      requireElements(x, dims);
      return { shape: reducedShape(x.shape, dims, keepdim), dtype: "int32" };
    },
    lower({ x, dim }, out) {
      if (dim !== null && x.ndim > 0) return interpreter.reduce(name, x, [dim], out);
      const y = interpreter.reduce(name, x.reshape([x.numel]), [0], { shape: [], dtype: out.dtype });
      return interpreter.view(y, out.shape, out.shape.map(() => 1), 0); // biome-ignore format: one element
    },
    samples: (s: Samples) => [
      { x: s.distinct([2, 3]), dim: null, keepdim: false },
      { x: s.distinct([2, 3]), dim: null, keepdim: true },
      { x: s.distinct([2, 3, 2]), dim: 1, keepdim: false },
      { x: s.distinct([2, 3]), dim: 0, keepdim: true },
      { x: s.distinct([]), dim: 0, keepdim: false },
      { x: s.distinct([0, 3]), dim: 1, keepdim: false },
    ],
    edges: [
      { inputs: { x: [2, 5, 5, 2] }, attributes: { dim: 0, keepdim: false }, y: name === "argmax" ? 1 : 0 },
      { inputs: { x: [1, Number.NaN, 3] }, attributes: { dim: 0, keepdim: false }, y: 1 },
    ],
  });

export const argmax = position("argmax");
export const argmin = position("argmin");

/** The extremes along a dimension, and their positions (int32). */
export interface Extremes {
  /** The extremes: the shape without the dimension, or with size 1 there (`keepdim`). */
  values: Tensor;
  /** The first place of each along the dimension, int32, in the same shape. */
  indices: Tensor;
}

type KeepDim = { keepdim?: boolean };

declare module "../core/tensor.ts" {
  interface Tensor {
    /**
     * The largest element, as `torch.max`; NaN when there is one. Equal ones share the gradient.
     *
     * @throws ChainruleError `shape` when there are no elements
     *
     * @example
     * tensor([[1, 5], [3, 2]]).max(); // → tensor(5.)
     * zeros([0]).max(); // throws shape: … has no elements to take the largest or smallest of
     */
    max(): Tensor;
    /**
     * The larger of each two elements: {@link Tensor.maximum}.
     *
     * @throws ChainruleError `shape` when the shapes do not broadcast
     *
     * @example
     * tensor([1, 4]).max(tensor([3, 2])); // → tensor([3., 4.])
     */
    max(other: Tensor): Tensor;
    /**
     * The largest elements along `dim` and their first positions, which alone get the gradient. `keepdim` (default false)
     * leaves the dimension with size 1.
     *
     * @throws ChainruleError `index` when there is no such dimension, `shape` when it has no elements
     *
     * @example
     * tensor([[1, 5], [3, 2]]).max(1).indices; // → tensor([1, 0], dtype=int32)
     * tensor([[1, 5], [3, 2]]).max(0, { keepdim: true }).values; // → tensor([[3., 5.]])
     */
    max(dim: number, options?: KeepDim): Extremes;
    /**
     * The smallest element, as `torch.min`; NaN when there is one. Equal ones share the gradient.
     *
     * @throws ChainruleError `shape` when there are no elements
     *
     * @example
     * const x = tensor([2, 1, 1], { requiresGrad: true });
     * x.min().backward();
     * x.grad; // → tensor([0.0000, 0.5000, 0.5000])
     */
    min(): Tensor;
    /**
     * The smaller of each two elements: {@link Tensor.minimum}.
     *
     * @throws ChainruleError `shape` when the shapes do not broadcast
     *
     * @example
     * tensor([1, 4]).min(tensor([3, 2])); // → tensor([1., 2.])
     */
    min(other: Tensor): Tensor;
    /**
     * The smallest elements along `dim` and their first positions, which alone get the gradient. `keepdim` (default false)
     * leaves the dimension with size 1.
     *
     * @throws ChainruleError `index` when there is no such dimension, `shape` when it has no elements
     *
     * @example
     * const { values, indices } = tensor([[2, 1, 1], [0, 3, 4]]).min(1);
     * values; // → tensor([1., 0.])
     * indices; // → tensor([1, 0], dtype=int32)
     */
    min(dim: number, options?: KeepDim): Extremes;
    /**
     * The largest elements over `dim` (all dimensions when left out), as `torch.amax`. Equal ones share the gradient.
     * `keepdim` (default false) leaves the dimensions with size 1.
     *
     * @throws ChainruleError `index` when there is no such dimension, `shape` when there are no elements along it
     *
     * @example
     * const x = tensor([[1, 5], [3, 2]]);
     * x.amax(0); // → tensor([3., 5.])
     * x.amax(1, { keepdim: true }); // → tensor([[5.], [3.]])
     * x.amax([0, 1]); // → tensor(5.)
     */
    amax(dim?: Dims, options?: KeepDim): Tensor;
    /**
     * The smallest elements over `dim` (all dimensions when left out), as `torch.amin`. Equal ones share the gradient.
     * `keepdim` (default false) leaves the dimensions with size 1.
     *
     * @throws ChainruleError `index` when there is no such dimension, `shape` when there are no elements along it
     *
     * @example
     * tensor([[1, 5], [3, 2]]).amin(-1); // → tensor([1., 2.])
     */
    amin(dim?: Dims, options?: KeepDim): Tensor;
    /**
     * First position of the largest element along `dim`, as int32; in row-major order when `dim` is left out or null. NaN
     * counts as largest. `keepdim` (default false) leaves the dimension with size 1. As `torch.argmax`; without gradient.
     *
     * @throws ChainruleError `index` when there is no such dimension, `shape` when there are no elements along it
     *
     * @example
     * const scores = tensor([[0.1, 0.7, 0.2], [0.5, 0.5, 0]]);
     * scores.argmax(1); // → tensor([1, 0], dtype=int32)
     * scores.argmax(); // → tensor(1, dtype=int32)
     * tensor([1, NaN, 3]).argmax(); // → tensor(1, dtype=int32)
     */
    argmax(dim?: number | null, options?: KeepDim): Tensor;
    /**
     * First position of the smallest element along `dim`, as int32; in row-major order when `dim` is left out or null. NaN
     * counts as smallest. `keepdim` (default false) leaves the dimension with size 1. As `torch.argmin`; without gradient.
     *
     * @throws ChainruleError `index` when there is no such dimension, `shape` when there are no elements along it
     *
     * @example
     * tensor([[3, 1], [0, 2]]).argmin(0); // → tensor([1, 0], dtype=int32)
     * tensor([[3, 1], [0, 2]]).argmin(); // → tensor(2, dtype=int32)
     */
    argmin(dim?: number | null, options?: KeepDim): Tensor;
  }
}

/** Values by the positions of the extremes, so that the gradient goes to these places. */
function extremes(
  method: string,
  x: Tensor,
  op: Op<Position>,
  dim: number,
  options: KeepDim | undefined,
): Extremes {
  checkOptions(method, options, keepdimOption);
  const at = dimOf(method, dim, x.ndim);
  const lined = x.ndim === 0 ? x.reshape([1]) : x;
  const places = apply(op, { x: lined, dim: at, keepdim: true }, method);
  const values = lined.gather(at, places);
  const shape = reducedShape(x.shape, [at], options?.keepdim ?? false);
  return { values: values.reshape(shape), indices: places.reshape(shape) };
}

// Each overload has a result type of its own: the three cases are told apart by the first argument.
defineMethods({
  max(dim?: number | Tensor, options?: KeepDim) {
    if (dim instanceof Tensor) return this.maximum(dim) as never;
    if (dim === undefined || dim === null) return apply(max, { x: this }) as never;
    return extremes("max", this, argmax, dim, options) as never;
  },
  min(dim?: number | Tensor, options?: KeepDim) {
    if (dim instanceof Tensor) return this.minimum(dim) as never;
    if (dim === undefined || dim === null) return apply(min, { x: this }) as never;
    return extremes("min", this, argmin, dim, options) as never;
  },
  amax(dim, options) {
    return reduceBy(amax, this, dim, options);
  },
  amin(dim, options) {
    return reduceBy(amin, this, dim, options);
  },
  argmax(dim, options) {
    checkOptions("argmax", options, keepdimOption);
    return apply(argmax, { x: this, dim: chosen("argmax", this, dim), keepdim: options?.keepdim ?? false });
  },
  argmin(dim, options) {
    checkOptions("argmin", options, keepdimOption);
    return apply(argmin, { x: this, dim: chosen("argmin", this, dim), keepdim: options?.keepdim ?? false });
  },
});

const chosen = (method: string, x: Tensor, dim: number | null | undefined): number | null =>
  dim === undefined || dim === null ? null : dimOf(method, dim, x.ndim);
