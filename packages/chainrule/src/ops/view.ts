import { interpreter } from "../core/interpreter.ts";
import { apply, defineOp } from "../core/op.ts";
import { defineMethods, type Tensor } from "../core/tensor.ts";
import {
  broadcastShapes, broadcastStrides, contiguousStrides, inferShape, isContiguous, numel, requireSizes, type Shape, showShape,
} from "../shape/shape.ts"; // biome-ignore format: one line of names
import { ChainruleError } from "../util/errors.ts";
import { checkList } from "../util/options.ts";
import { counted } from "../util/wording.ts";
import { dimOf, existingDim, inMethod, newDim } from "./places.ts";

export const reshape = defineOp<{ x: Tensor; shape: Shape }>({
  name: "reshape",
  formula: "y = the elements of x, in order, in another shape",
  inputs: ["x"],
  linearIn: ["x"],
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
  if (isContiguous(x.shape, x.strides) || x.numel === 0) return contiguousStrides(shape);
  const strides = new Array<number>(shape.length);
  let k = shape.length - 1;
  let d = x.shape.length - 1;
  while (d >= 0) {
    // The longest run of dimensions, from the last one on, that is evenly spaced in memory
    let step = x.strides[d];
    let count = x.shape[d--];
    while (d >= 0 && (x.shape[d] === 1 || count === 1 || x.strides[d] === count * step)) {
      if (count === 1) step = x.strides[d];
      count *= x.shape[d--];
    }
    // must be made of whole dimensions of the new shape.
    while (k >= 0 && count % shape[k] === 0 && (count > 1 || shape[k] === 1)) {
      strides[k] = step;
      step *= shape[k];
      count /= shape[k--];
    }
    if (count !== 1) return null;
  }
  return strides;
}

export const permute = defineOp<{ x: Tensor; dims: readonly number[] }>({
  name: "permute",
  formula: "y = x with its dimensions in another order",
  inputs: ["x"],
  linearIn: ["x"],
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
  linearIn: ["x"],
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
    /**
     * The same elements, in row-major order, in another shape; one size may be −1: what is left for it. A view where strides
     * allow it, else a copy. As `torch.reshape`.
     *
     * @throws ChainruleError `shape` when the number of elements differs
     *
     * @example
     * const x = arange(6);
     * x.reshape([2, -1]); // → tensor([[0, 1, 2], [3, 4, 5]], dtype=int32)
     * x.reshape([4, -1]); // throws shape: … has 6 elements and cannot be viewed as [4, -1]
     */
    reshape(shape: Shape): Tensor;
    /**
     * As {@link Tensor.reshape}, but never a copy: throws where strides do not allow a view. As `torch.Tensor.view`.
     *
     * @throws ChainruleError `shape` when the number of elements differs, and where strides do not allow a view
     *
     * @example
     * const x = zeros([2, 2]);
     * x.view([4]).fill_(7);
     * x; // → tensor([[7., 7.], [7., 7.]])
     * x.t().view([4]); // throws shape: … has no view of shape [4]
     */
    view(shape: Shape): Tensor;
    /**
     * `view(other.shape)`, as `torch.Tensor.view_as`.
     *
     * @throws ChainruleError as {@link Tensor.view}
     *
     * @example
     * arange(4).viewAs(zeros([2, 2])); // → tensor([[0, 1], [2, 3]], dtype=int32)
     */
    viewAs(other: Tensor): Tensor;
    /**
     * A view with the dimensions in another order: its dimension i is `dims[i]` of this tensor. As `torch.permute`.
     *
     * @throws ChainruleError `index` unless every dimension is named once
     *
     * @example
     * zeros([2, 3, 4]).permute([2, 0, 1]).shape; // → [4, 2, 3]
     * zeros([2, 3]).permute([0]); // throws index: … [0] is no order of the 2 dimensions
     */
    permute(dims: readonly number[]): Tensor;
    /**
     * A view with two dimensions exchanged, as `torch.transpose`.
     *
     * @throws ChainruleError `index` when there is no such dimension
     *
     * @example
     * zeros([2, 3, 4]).transpose(0, -1).shape; // → [4, 3, 2]
     */
    transpose(dim0: number, dim1: number): Tensor;
    /**
     * A view of a matrix with its rows as columns; a vector or a single number stays as it is. As `torch.t`.
     *
     * @throws ChainruleError `shape` for more than two dimensions
     *
     * @example
     * tensor([[1, 2, 3], [4, 5, 6]]).t(); // → tensor([[1., 4.], [2., 5.], [3., 6.]])
     */
    t(): Tensor;
    /**
     * A view with all dimensions in reverse order: the transposed matrix. As `torch.Tensor.T`.
     *
     * @example
     * tensor([[1, 2, 3], [4, 5, 6]]).T; // → tensor([[1., 4.], [2., 5.], [3., 6.]])
     */
    readonly T: Tensor;
    /**
     * A view with the last two dimensions exchanged: each matrix of a batch transposed. As `torch.Tensor.mT`.
     *
     * @throws ChainruleError `shape` for fewer than two dimensions
     *
     * @example
     * zeros([5, 2, 3]).mT.shape; // → [5, 3, 2]
     */
    readonly mT: Tensor;
    /**
     * A view with the dimension(s) `source` moved to the place(s) `destination`; the others keep their order. As
     * `torch.movedim`.
     *
     * @throws ChainruleError `index` when there is no such dimension, and for one that is named twice, `argument` for other
     * than one place for each
     *
     * @example
     * zeros([2, 3, 4]).movedim(0, -1).shape; // → [3, 4, 2]
     * zeros([2, 3, 4]).movedim([0, 1], [-1, -2]).shape; // → [4, 3, 2]
     */
    movedim(source: number | readonly number[], destination: number | readonly number[]): Tensor;
    /**
     * A view that repeats dimensions of size 1, without copies; −1 keeps a size, and new dimensions come first. As
     * `torch.Tensor.expand`. It cannot be changed in place.
     *
     * @throws ChainruleError `shape` when another size than 1 would change
     *
     * @example
     * const x = tensor([[1], [2]]);
     * x.expand([-1, 3]); // → tensor([[1., 1., 1.], [2., 2., 2.]])
     * x.expand([3, 3]); // throws shape: … Only sizes of 1 stretch
     */
    expand(shape: Shape): Tensor;
    /**
     * `expand(other.shape)`, as `torch.Tensor.expand_as`.
     *
     * @throws ChainruleError as {@link Tensor.expand}
     *
     * @example
     * tensor([1, 2]).expandAs(zeros([2, 2])); // → tensor([[1., 2.], [1., 2.]])
     */
    expandAs(other: Tensor): Tensor;
    /**
     * `expand(shape)`, by the name that arrays in NumPy have for it, as `torch.broadcast_to`.
     *
     * @throws ChainruleError as {@link Tensor.expand}
     *
     * @example
     * tensor(7).broadcastTo([2, 2]); // → tensor([[7., 7.], [7., 7.]])
     */
    broadcastTo(shape: Shape): Tensor;
    /**
     * A view with a new dimension of size 1 at `dim`, as `torch.unsqueeze`; −1 is after the last.
     *
     * @throws ChainruleError `index` when there is no such place
     *
     * @example
     * const x = tensor([1, 2, 3]);
     * x.unsqueeze(0).shape; // → [1, 3]
     * x.unsqueeze(-1).shape; // → [3, 1]
     * x.sub(x.unsqueeze(1)); // → tensor([[0., 1., 2.], [-1., 0., 1.], [-2., -1., 0.]])
     */
    unsqueeze(dim: number): Tensor;
    /**
     * A view without dimension(s) `dim` where their size is 1; without all dimensions of size 1 when left out. As
     * `torch.squeeze`.
     *
     * @throws ChainruleError `index` when there is no such dimension
     *
     * @example
     * const x = zeros([1, 2, 1]);
     * x.squeeze().shape; // → [2]
     * x.squeeze(-1).shape; // → [1, 2]
     * x.squeeze(1).shape; // → [1, 2, 1]
     */
    squeeze(dim?: number | readonly number[]): Tensor;
    /**
     * The dimensions from `startDim` (default 0) to `endDim` (default −1), both included, merged into one; a single number
     * becomes a vector. A view where strides allow it. As `torch.flatten`.
     *
     * @throws ChainruleError `index` when there is no such dimension or the first comes after the last
     *
     * @example
     * zeros([2, 3, 4]).flatten().shape; // → [24]
     * zeros([2, 3, 4]).flatten(1).shape; // → [2, 12]
     */
    flatten(startDim?: number, endDim?: number): Tensor;
    /**
     * A view with dimension `dim` split into dimensions of the given sizes, one of which may be −1. As `torch.unflatten`.
     *
     * @throws ChainruleError `shape` when the sizes do not make up that of the dimension, `index` when there is no such
     * dimension
     *
     * @example
     * zeros([5, 12]).unflatten(1, [3, -1]).shape; // → [5, 3, 4]
     */
    unflatten(dim: number, sizes: Shape): Tensor;
  }
}

const swapped: readonly number[] = [1, 0];
const reversed = (rank: number): number[] => Array.from({ length: rank }, (_, d) => rank - 1 - d);

/** The order of all dimensions with two of them exchanged. */
const exchanged = (rank: number, a: number, b: number): number[] =>
  Array.from({ length: rank }, (_, d) => (d === a ? b : d === b ? a : d));

/** `dims` from the front, each at most once. */
function distinctDims(method: string, dims: readonly number[], x: Tensor): number[] {
  const order = dims.map((d) => dimOf(method, d, x.ndim));
  if (new Set(order).size !== order.length) {
    throw new ChainruleError(
      "index",
      `[${dims.join(", ")}] names a dimension of shape ${showShape(x.shape)} twice.`,
      "Name each dimension once.",
    ).within(method);
  }
  return order;
}

defineMethods({
  reshape(shape) {
    return apply(reshape, { x: this, shape });
  },
  view(shape) {
    const sizes = inMethod("view", () => inferShape(shape, this.numel, this.shape));
    if (!viewStrides(this, sizes)) {
      throw new ChainruleError(
        "shape",
        `A tensor of shape ${showShape(this.shape)} and strides ${showShape(this.strides)} has no view of shape ${showShape(shape)}.`,
        "Use reshape(), which copies where it must.",
      ).within("view");
    }
    return apply(reshape, { x: this, shape });
  },
  viewAs(other) {
    return this.view(other.shape);
  },
  permute(dims) {
    checkList("The order of dimensions must be an array", dims, "permute([1, 0])");
    const order = distinctDims("permute", dims, this);
    if (order.length !== this.ndim) {
      throw new ChainruleError(
        "index",
        `[${dims.join(", ")}] is no order of the ${counted(this.ndim, "dimension")} of shape ${showShape(this.shape)}.`,
        "Name every dimension exactly once.",
      ).within("permute");
    }
    return apply(permute, { x: this, dims: order });
  },
  transpose(dim0, dim1) {
    const a = dimOf("transpose", dim0, this.ndim);
    const b = dimOf("transpose", dim1, this.ndim);
    return apply(permute, { x: this, dims: exchanged(this.ndim, a, b) });
  },
  t() {
    if (this.ndim > 2) {
      throw new ChainruleError(
        "shape",
        `t() transposes a matrix, and this tensor has the shape ${showShape(this.shape)}.`,
        "Use mT for each matrix of a batch, or transpose(dim0, dim1).",
      );
    }
    return this.T;
  },
  get T() {
    return apply(permute, { x: this, dims: this.ndim === 2 ? swapped : reversed(this.ndim) });
  },
  get mT() {
    if (this.ndim < 2) {
      throw new ChainruleError(
        "shape",
        `mT transposes matrices, and this tensor has the shape ${showShape(this.shape)}.`,
        "Make it a row or a column first, by unsqueeze().",
      );
    }
    return this.ndim === 2 ? apply(permute, { x: this, dims: swapped }) : this.transpose(-2, -1);
  },
  movedim(source, destination) {
    const from = distinctDims("movedim", typeof source === "number" ? [source] : source, this);
    const to = distinctDims("movedim", typeof destination === "number" ? [destination] : destination, this);
    if (from.length !== to.length) {
      throw new ChainruleError(
        "argument",
        `movedim() was given ${counted(from.length, "dimension")} and ${counted(to.length, "place")}.`,
        "Give as many places as dimensions.",
      );
    }
    const others = this.shape.map((_, d) => d).filter((d) => !from.includes(d));
    const order = this.shape.map((_, place) => {
      const moved = to.indexOf(place);
      return moved >= 0 ? from[moved] : (others.shift() as number);
    });
    return apply(permute, { x: this, dims: order });
  },
  expand(shape) {
    requireSizes(shape, "expand([2, 3])");
    const lead = shape.length - this.ndim;
    const target = shape.map((size, d) => (size === -1 && d >= lead ? this.shape[d - lead] : size));
    const fits =
      lead >= 0 &&
      target.every(
        (size, d) =>
          Number.isInteger(size) &&
          size >= 0 &&
          (d < lead || this.shape[d - lead] === 1 || this.shape[d - lead] === size),
      );
    if (!fits) {
      throw new ChainruleError(
        "shape",
        `A tensor of shape ${showShape(this.shape)} cannot be expanded to ${showShape(shape)}.`,
        "Only sizes of 1 stretch, and new dimensions come first.",
      ).within("expand");
    }
    return apply(expand, { x: this, shape: target });
  },
  expandAs(other) {
    return this.expand(other.shape);
  },
  broadcastTo(shape) {
    return this.expand(shape);
  },
  unsqueeze(dim) {
    const at = newDim("unsqueeze", dim, this.ndim);
    return this.reshape([...this.shape.slice(0, at), 1, ...this.shape.slice(at)]);
  },
  squeeze(dim) {
    const rank = this.ndim;
    const chosen =
      dim === undefined ? null : (Array.isArray(dim) ? dim : [dim]).map((d) => dimOf("squeeze", d, rank));
    return this.reshape(
      this.shape.filter((size, d) => size !== 1 || (chosen !== null && !chosen.includes(d))),
    );
  },
  flatten(startDim = 0, endDim = -1) {
    const start = dimOf("flatten", startDim, this.ndim);
    const end = dimOf("flatten", endDim, this.ndim);
    if (start > end) {
      throw new ChainruleError(
        "index",
        `flatten() cannot merge dimensions ${startDim} to ${endDim} of shape ${showShape(this.shape)}: the first comes after the last.`,
        "Give the outermost dimension first.",
      );
    }
    const { shape } = this;
    return this.reshape([
      ...shape.slice(0, start),
      numel(shape.slice(start, end + 1)),
      ...shape.slice(end + 1),
    ]);
  },
  unflatten(dim, sizes) {
    const at = existingDim("unflatten", dim, this);
    const { shape } = this;
    const parts = inMethod("unflatten", () => inferShape(sizes, shape[at], [shape[at]]));
    return this.reshape([...shape.slice(0, at), ...parts, ...shape.slice(at + 1)]);
  },
});

/**
 * The tensors, expanded to their common shape, as `torch.broadcast_tensors`: views, without copies.
 *
 * @throws ChainruleError `shape` when they do not broadcast
 *
 * @example
 * const [a, b] = broadcastTensors(tensor([1, 2]), tensor([[10], [20]]));
 * a; // → tensor([[1., 2.], [1., 2.]])
 * b; // → tensor([[10., 10.], [20., 20.]])
 */
export function broadcastTensors(...tensors: readonly Tensor[]): Tensor[] {
  let shape: Shape = [];
  for (const x of tensors) shape = broadcastShapes(shape, x.shape);
  return tensors.map((x) => x.expand(shape));
}
