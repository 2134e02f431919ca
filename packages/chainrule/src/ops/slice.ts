import { interpreter } from "../core/interpreter.ts";
import { apply, defineOp, type Op } from "../core/op.ts";
import { defineMethods, type Tensor } from "../core/tensor.ts";
import { type Shape, showShape } from "../shape/shape.ts";
import { ChainruleError } from "../util/errors.ts";
import { counted } from "../util/wording.ts";
import { existingDim, placeOf } from "./places.ts";

/** Where a window begins in each dimension, and by what step it goes on. */
type Window = { readonly starts: readonly number[]; readonly steps: readonly number[] };

/** The elements of `x` at start + i · step, i < size: the same storage. */
function look(x: Tensor, { starts, steps }: Window, sizes: Shape): Tensor {
  let offset = x.offset;
  for (let d = 0; d < starts.length; d++) offset += starts[d] * x.strides[d];
  return interpreter.view(
    x,
    sizes,
    x.strides.map((stride, d) => stride * steps[d]),
    offset,
  );
}

type Slice = Window & { x: Tensor; sizes: Shape };

/** A view. Its arguments are not checked: see {@link Tensor.narrow} and `at`. */
export const slice: Op<Slice> = defineOp<Slice>({
  name: "slice",
  formula: "y_i = x_(start + i · step)",
  inputs: ["x"],
  linearIn: ["x"],
  about: ({ x, starts, sizes, steps }, read) => {
    const cut = x.shape.flatMap((size, d) => {
      if (sizes[d] === size) return [];
      const [first, last] = [starts[d] + 1, starts[d] + 1 + (sizes[d] - 1) * steps[d]];
      const [one, many] =
        x.ndim !== 2 ? ["element", "elements"] : d === 0 ? ["row", "rows"] : ["column", "columns"];
      const along = x.ndim > 2 ? ` of dimension ${d}` : "";
      if (sizes[d] === 1) return [`${one} ${first}${along}`];
      const by = steps[d] === 1 ? "" : `, each ${steps[d]}th,`;
      return [`${many} ${first}–${last}${by}${along}`];
    });
    return `takes ${cut.join(" and ") || "all"} of ${read}`;
  },
  result: ({ x, sizes }) => ({ shape: sizes, dtype: x.dtype }),
  lower: (args, out) => look(args.x, args, out.shape),
  vjp: {
    // ∂ℓ/∂x = ∂ℓ/∂y at the places that y shows, 0 elsewhere
    x: (dy, { starts, steps }, x) => apply(embed, { x: dy, shape: x.shape, starts, steps, value: 0 }),
  },
  samples: (s) => [
    { x: s.real([5]), starts: [1], sizes: [2], steps: [2] },
    { x: s.real([4, 3]), starts: [1, 0], sizes: [2, 3], steps: [1, 1] },
    { x: s.real([2, 3]), starts: [0, 3], sizes: [2, 0], steps: [1, 1] },
    { x: s.real([]), starts: [], sizes: [], steps: [] },
  ],
});

type Embed = Window & { x: Tensor; shape: Shape; value: number };

/** The inverse of slice: `x` at the window's places in a tensor of another shape that holds `value` everywhere else. */
export const embed: Op<Embed> = defineOp<Embed>({
  name: "embed",
  formula: "y_(start + i · step) = x_i, and value elsewhere",
  inputs: ["x"],
  linearIn: ["x"],
  result: ({ x, shape }) => ({ shape, dtype: x.dtype }),
  lower(args, out) {
    const y = interpreter.copy(args.value, out);
    interpreter.copy(args.x, args.x, look(y, args, args.x.shape));
    return y;
  },
  vjp: {
    // ∂ℓ/∂x = ∂ℓ/∂y at the places where x went
    x: (dy, { starts, steps }, x) => apply(slice, { x: dy, starts, sizes: x.shape, steps }),
  },
  samples: (s) => [
    { x: s.real([2]), shape: [5], starts: [1], steps: [2], value: 0 },
    { x: s.real([2, 3]), shape: [4, 3], starts: [1, 0], steps: [1, 1], value: 1.5 },
    { x: s.real([0]), shape: [2], starts: [2], steps: [1], value: 0 },
    { x: s.real([]), shape: [], starts: [], steps: [], value: 0 },
  ],
});

/** A view. */
export const select = defineOp<{ x: Tensor; dim: number; index: number }>({
  name: "select",
  formula: "y = x_index along dim",
  inputs: ["x"],
  linearIn: ["x"],
  result: ({ x, dim }) => ({ shape: without(x.shape, dim), dtype: x.dtype }),
  lower: ({ x, dim, index }, out) =>
    interpreter.view(x, out.shape, without(x.strides, dim), x.offset + index * x.strides[dim]),
  vjp: {
    // ∂ℓ/∂x = ∂ℓ/∂y at the index, 0 elsewhere
    x(dy, { dim, index }, x) {
      const starts = x.shape.map((_, d) => (d === dim ? index : 0));
      const steps = x.shape.map(() => 1);
      return apply(embed, { x: dy.unsqueeze(dim), shape: x.shape, starts, steps, value: 0 });
    },
  },
  samples: (s) => [
    { x: s.real([3]), dim: 0, index: 1 },
    { x: s.real([2, 3, 2]), dim: 1, index: 2 },
    { x: s.real([0, 2]), dim: 1, index: 0 },
  ],
});

function without(list: readonly number[], at: number): number[] {
  const rest = new Array<number>(list.length - 1);
  for (let d = 0; d < rest.length; d++) rest[d] = list[d < at ? d : d + 1];
  return rest;
}

declare module "../core/tensor.ts" {
  interface Tensor {
    /**
     * A view of `length` places of dimension `dim` from `start` on; a negative start counts from the end. As `torch.narrow`.
     *
     * @throws ChainruleError `index` when a place or the dimension does not exist
     *
     * @example
     * const x = tensor([[1, 2, 3], [4, 5, 6]]);
     * x.narrow(1, 1, 2); // → tensor([[2., 3.], [5., 6.]])
     * x.narrow(1, 2, 2); // throws index: … has no 2 places from 2 on
     */
    narrow(dim: number, start: number, length: number): Tensor;
    /**
     * A view of one place of dimension `dim`, which disappears; a negative index counts from the end. As `torch.select`.
     *
     * @throws ChainruleError `index` when the place or the dimension does not exist
     *
     * @example
     * const x = tensor([[1, 2, 3], [4, 5, 6]]);
     * x.select(0, 1); // → tensor([4., 5., 6.])
     * x.select(1, -1); // → tensor([3., 6.])
     */
    select(dim: number, index: number): Tensor;
    /**
     * Views of consecutive parts along `dim` (default 0): of `size` places each, the last one maybe smaller, or of the sizes
     * listed, which must add up. As `torch.split`.
     *
     * @throws ChainruleError `argument` when the size is not above 0 or the sizes do not add up, `index` when there is no such
     * dimension
     *
     * @example
     * const x = arange(5);
     * x.split(2); // → [tensor([0, 1], dtype=int32), tensor([2, 3], dtype=int32), tensor([4], dtype=int32)]
     * x.split([1, 4])[1]; // → tensor([1, 2, 3, 4], dtype=int32)
     */
    split(size: number | readonly number[], dim?: number): Tensor[];
    /**
     * Views of at most `count` parts along `dim` (default 0), of equal sizes but for the last, as `torch.chunk` cuts them.
     *
     * @throws ChainruleError `argument` unless `count` is a whole number above 0, `index` when there is no such dimension
     *
     * @example
     * arange(5).chunk(2); // → [tensor([0, 1, 2], dtype=int32), tensor([3, 4], dtype=int32)]
     * arange(5).chunk(4).length; // → 3
     */
    chunk(count: number, dim?: number): Tensor[];
    /**
     * Views of all places of dimension `dim` (default 0), one after the other, as `torch.unbind`.
     *
     * @throws ChainruleError `index` when there is no such dimension
     *
     * @example
     * const [first, second] = tensor([[1, 2], [3, 4]]).unbind(1);
     * first; // → tensor([1., 3.])
     * second; // → tensor([2., 4.])
     */
    unbind(dim?: number): Tensor[];
  }
}

function part(x: Tensor, dim: number, start: number, length: number): Tensor {
  const starts = x.shape.map((_, d) => (d === dim ? start : 0));
  const sizes = x.shape.map((size, d) => (d === dim ? length : size));
  return apply(slice, { x, starts, sizes, steps: x.shape.map(() => 1) });
}

defineMethods({
  narrow(dim, start, length) {
    const at = existingDim("narrow", dim, this);
    const size = this.shape[at];
    const from = start < 0 ? start + size : start;
    if (
      !(
        Number.isInteger(from) &&
        Number.isInteger(length) &&
        from >= 0 &&
        length >= 0 &&
        from + length <= size
      )
    ) {
      throw new ChainruleError(
        "index",
        `Dimension ${dim} of shape ${showShape(this.shape)} has no ${counted(length, "place")} from ${start} on.`,
        `start + length may be at most ${size}.`,
      ).within("narrow");
    }
    return part(this, at, from, length);
  },
  select(dim, index) {
    const at = existingDim("select", dim, this);
    return apply(select, { x: this, dim: at, index: placeOf("select", index, this.shape[at], at) });
  },
  split(size, dim = 0) {
    const at = existingDim("split", dim, this);
    const total = this.shape[at];
    const sizes = typeof size === "number" ? equalParts(size, total) : size;
    if (sizes.some((n) => !Number.isInteger(n) || n < 0) || sizes.reduce((a, b) => a + b, 0) !== total) {
      throw new ChainruleError(
        "argument",
        `Dimension ${dim} of shape ${showShape(this.shape)} cannot be split into ${typeof size === "number" ? `parts of ${size}` : showShape(size)}.`,
        typeof size === "number" ? "Give a whole size above 0." : `Give whole sizes that add up to ${total}.`,
      );
    }
    let start = 0;
    return sizes.map((length) => {
      start += length;
      return part(this, at, start - length, length);
    });
  },
  chunk(count, dim = 0) {
    if (!Number.isInteger(count) || count < 1) {
      throw new ChainruleError(
        "argument",
        `chunk() cannot make ${count} parts.`,
        "Give a whole number above 0.",
      );
    }
    const total = this.shape[existingDim("chunk", dim, this)];
    return this.split(total === 0 ? new Array<number>(count).fill(0) : Math.ceil(total / count), dim);
  },
  unbind(dim = 0) {
    const at = existingDim("unbind", dim, this);
    return Array.from({ length: this.shape[at] }, (_, index) => apply(select, { x: this, dim: at, index }));
  },
});

/** Sizes of `size` that make up `total`, the last one maybe smaller; as PyTorch, one empty part of nothing. */
function equalParts(size: number, total: number): number[] {
  if (total === 0 && size >= 0) return [0];
  if (!(size > 0)) return [];
  const sizes = new Array<number>(Math.ceil(total / size)).fill(size);
  sizes[sizes.length - 1] = total - size * (sizes.length - 1);
  return sizes;
}
