import { interpreter } from "../core/interpreter.ts";
import { apply, defineOp } from "../core/op.ts";
import { defineMethods, type Tensor } from "../core/tensor.ts";
import {
  broadcastShapes, broadcastStrides, contiguousStrides, inferShape, isContiguous, normalizeDim, type Shape, sameShape, showShape,
} from "../shape/shape.ts"; // biome-ignore format: one line of names
import { ChainruleError } from "../util/errors.ts";

export const reshape = defineOp<{ x: Tensor; shape: Shape }>({
  name: "reshape",
  formula: "y = the elements of x, in order, in another shape",
  inputs: ["x"],
  result: ({ x, shape }) => ({ shape: inferShape(shape, x.numel, x.shape), dtype: x.dtype }),
  lower({ x }, out) {
    const strides = viewStrides(x, out.shape);
    if (strides) return interpreter.view(x, out.shape, strides, x.offset);
    const dense = interpreter.copy(x, x);
    return interpreter.view(dense, out.shape, contiguousStrides(out.shape), 0);
  },
  vjp: { x: (dy, _, x) => dy.reshape(x.shape) }, // ∂ℓ/∂x = ∂ℓ/∂y, in the shape of x
  samples: (s) => [
    { x: s.real([2, 6]), shape: [3, -1] },
    { x: s.real([4]), shape: [2, 1, 2] },
    { x: s.real([]), shape: [1, 1] },
    { x: s.real([0, 3]), shape: [3, 0] },
  ],
});

/** Strides that show the elements of `x` in another shape without moving them, or null when there are none. */
export function viewStrides(x: Tensor, shape: Shape): readonly number[] | null {
  if (isContiguous(x.shape, x.strides)) return contiguousStrides(shape);
  const strides = new Array<number>(shape.length).fill(0);
  // Both shapes are cut into the smallest groups of equal size; within a group, x must be evenly spaced.
  const from = x.shape.map((size, d) => [size, x.strides[d]] as const).filter(([size]) => size !== 1);
  let i = from.length - 1;
  let d = shape.length - 1;
  while (i >= 0) {
    let count = from[i][0];
    const base = from[i][1];
    let target = 1;
    const first = d;
    while (d >= 0 && target < count) target *= shape[d--];
    while (target > count || (d >= 0 && target < count)) {
      if (target > count) {
        if (i === 0 || from[i - 1][1] !== from[i][0] * from[i][1]) return null;
        count *= from[--i][0];
      } else target *= shape[d--];
    }
    let step = base;
    for (let k = first; k > d; k--) {
      strides[k] = step;
      step *= shape[k];
    }
    i--;
  }
  return strides;
}

export const permute = defineOp<{ x: Tensor; dims: readonly number[] }>({
  name: "permute",
  formula: "y = x with its dimensions in another order",
  inputs: ["x"],
  result: ({ x, dims }) => ({ shape: dims.map((d) => x.shape[d]), dtype: x.dtype }),
  lower: ({ x, dims }, out) =>
    interpreter.view(
      x,
      out.shape,
      dims.map((d) => x.strides[d]),
      x.offset,
    ),
  vjp: {
    // ∂ℓ/∂x = ∂ℓ/∂y with the order undone
    x(dy, { dims }) {
      const inverse = new Array<number>(dims.length);
      for (let i = 0; i < dims.length; i++) inverse[dims[i]] = i;
      return dy.permute(inverse);
    },
  },
  samples: (s) => [
    { x: s.real([2, 3, 4]), dims: [2, 0, 1] },
    { x: s.real([]), dims: [] },
    { x: s.real([0, 2]), dims: [1, 0] },
  ],
});

export const expand = defineOp<{ x: Tensor; shape: Shape }>({
  name: "expand",
  formula: "y = x, repeated along dimensions of size 1",
  inputs: ["x"],
  result: ({ x, shape }) => ({ shape, dtype: x.dtype }),
  lower: ({ x }, out) =>
    interpreter.view(x, out.shape, broadcastStrides(x.shape, x.strides, out.shape), x.offset),
  vjp: { x: (dy, _, x) => dy.sumTo(x.shape) }, // ∂ℓ/∂x = Σ ∂ℓ/∂y over the repetitions
  samples: (s) => [
    { x: s.real([3, 1]), shape: [2, 3, 4] },
    { x: s.real([]), shape: [2, 2] },
    { x: s.real([1, 3]), shape: [0, 3] },
  ],
});

declare module "../core/tensor.ts" {
  interface Tensor {
    /** The same elements in another shape; one size may be −1. A view where strides allow it, else a copy. */
    reshape(shape: Shape): Tensor;
    /** As {@link Tensor.reshape}, but never a copy: throws where strides do not allow a view. */
    view(shape: Shape): Tensor;
    /** A view with the dimensions in another order. */
    permute(dims: readonly number[]): Tensor;
    /** A view with two dimensions exchanged. */
    transpose(dim0: number, dim1: number): Tensor;
    /** Transposed matrix: a view with the last two dimensions exchanged (a vector is its own transpose). */
    t(): Tensor;
    /** A view that repeats dimensions of size 1, without copies; −1 keeps a size. */
    expand(shape: Shape): Tensor;
    /** A view with a new dimension of size 1 at `dim`. */
    unsqueeze(dim: number): Tensor;
    /** A view without dimension(s) `dim` where their size is 1; without all dimensions of size 1 when left out. */
    squeeze(dim?: number | readonly number[]): Tensor;
  }
}

defineMethods({
  reshape(shape) {
    return apply(reshape, { x: this, shape });
  },
  view(shape) {
    if (!viewStrides(this, inferShape(shape, this.numel, this.shape))) {
      throw new ChainruleError(
        "shape",
        `A tensor of shape ${showShape(this.shape)} and strides ${showShape(this.strides)} has no view of shape ${showShape(shape)}.`,
        "Use reshape(), which copies where it must.",
      );
    }
    return apply(reshape, { x: this, shape });
  },
  permute(dims) {
    const order = dims.map((d) => normalizeDim(d, this.ndim));
    if (order.length !== this.ndim || new Set(order).size !== order.length) {
      throw new ChainruleError(
        "index",
        `[${dims.join(", ")}] is no order of the ${this.ndim} dimensions of shape ${showShape(this.shape)}.`,
        "Name every dimension exactly once.",
      );
    }
    return apply(permute, { x: this, dims: order });
  },
  transpose(dim0, dim1) {
    const order = this.shape.map((_, d) => d);
    if (this.ndim > 0) {
      const [a, b] = [normalizeDim(dim0, this.ndim), normalizeDim(dim1, this.ndim)];
      order[a] = b;
      order[b] = a;
    }
    return apply(permute, { x: this, dims: order });
  },
  t() {
    return this.ndim < 2
      ? apply(permute, { x: this, dims: this.shape.map((_, d) => d) })
      : this.transpose(-2, -1);
  },
  expand(shape) {
    const lead = shape.length - this.ndim;
    const target = shape.map((size, d) => (size === -1 && d >= lead ? this.shape[d - lead] : size));
    const fits =
      lead >= 0 &&
      target.every(
        (size, d) => size >= 0 && (d < lead || this.shape[d - lead] === 1 || this.shape[d - lead] === size),
      );
    if (!fits || !sameShape(broadcastShapes(this.shape, target), target)) {
      throw new ChainruleError(
        "shape",
        `A tensor of shape ${showShape(this.shape)} cannot be expanded to ${showShape(shape)}.`,
        "Only sizes of 1 stretch, and new dimensions come first.",
      );
    }
    return apply(expand, { x: this, shape: target });
  },
  unsqueeze(dim) {
    const at = normalizeDim(dim, this.ndim + 1);
    return this.reshape([...this.shape.slice(0, at), 1, ...this.shape.slice(at)]);
  },
  squeeze(dim) {
    const rank = this.ndim;
    const chosen =
      dim === undefined ? null : (typeof dim === "number" ? [dim] : dim).map((d) => normalizeDim(d, rank));
    return this.reshape(
      this.shape.filter((size, d) => size !== 1 || (chosen !== null && !chosen.includes(d))),
    );
  },
});
