import { interpreter } from "../core/interpreter.ts";
import { apply, defineOp } from "../core/op.ts";
import { resultType } from "../core/rules.ts";
import { defineMethods, Tensor } from "../core/tensor.ts";
import { sameShape, showShape } from "../shape/shape.ts";
import { ChainruleError } from "../util/errors.ts";
import { checkChoice, checkOptions } from "../util/options.ts";
import { shown } from "../util/wording.ts";
import { dimOf, inMethod, newDim } from "./places.ts";

/** `sizes` are those of the tensors along `dim`: all that the derivative must remember of them. */
type Joined = { tensors: readonly Tensor[]; dim: number; sizes: readonly number[] };

/** An empty vector joins anything, as in PyTorch: it is what `tensor([])` makes before the first row is there. */
const isNothing = (x: Tensor): boolean => x.ndim === 1 && x.shape[0] === 0;

const joined = (tensors: readonly Tensor[], dim: number): Joined => ({
  tensors,
  dim,
  sizes: tensors.map((x) => (isNothing(x) ? 0 : x.shape[dim])),
});

export const catOp = defineOp<Joined>({
  name: "cat",
  formula: "y = the tensors one after the other along dim",
  inputs: ["tensors"],
  linearIn: ["tensors"],
  about: ({ dim }, read) => `joins ${read} ${dim === 0 ? "one after the other" : "side by side"}`,
  result({ tensors, dim, sizes }) {
    const first = tensors.find((x) => !isNothing(x)) ?? tensors[0];
    tensors.forEach((x, i) => {
      const fits =
        isNothing(x) ||
        (x.ndim === first.ndim && x.shape.every((size, d) => d === dim || size === first.shape[d]));
      if (fits) return;
      throw new ChainruleError(
        "shape",
        `Tensor ${i} of shape ${showShape(x.shape)} does not continue one of shape ${showShape(first.shape)} along dimension ${dim}.`,
        "All sizes but that of the joined dimension must be equal.",
      );
    });
    let total = 0;
    for (const size of sizes) total += size;
    return { shape: first.shape.map((size, d) => (d === dim ? total : size)), dtype: resultType(...tensors) };
  },
  lower({ tensors, dim, sizes }, out) {
    const y = interpreter.copy(0, out);
    let offset = 0;
    tensors.forEach((x, i) => {
      const shape = out.shape.map((size, d) => (d === dim ? sizes[i] : size));
      if (!isNothing(x)) {
        interpreter.copy(x, { shape, dtype: out.dtype }, interpreter.view(y, shape, y.strides, offset));
      }
      offset += sizes[i] * y.strides[dim];
    });
    return y;
  },
  vjp: {
    // ∂ℓ/∂tensorᵢ = its part of ∂ℓ/∂y
    tensors(dy, { dim, sizes }, x, index) {
      let start = 0;
      for (let i = 0; i < index; i++) start += sizes[i];
      return dy.narrow(dim, start, sizes[index]).reshape(x.shape);
    },
  },
  samples: (s) => [
    joined([s.real([2, 3]), s.real([1, 3])], 0),
    joined([s.real([2, 1]), s.real([2, 0]), s.real([2, 2])], 1),
    joined([s.real([3])], 0),
  ],
});

export const stackOp = defineOp<{ tensors: readonly Tensor[]; dim: number }>({
  name: "stack",
  formula: "y = the tensors side by side along a new dimension dim",
  inputs: ["tensors"],
  linearIn: ["tensors"],
  result({ tensors, dim }) {
    const { shape } = tensors[0];
    tensors.forEach((x, i) => {
      if (sameShape(x.shape, shape)) return;
      throw new ChainruleError(
        "shape",
        `Tensor ${i} has the shape ${showShape(x.shape)} and the first one ${showShape(shape)}.`,
        "Tensors of one shape can be stacked; use cat() to join different sizes.",
      );
    });
    return {
      shape: [...shape.slice(0, dim), tensors.length, ...shape.slice(dim)],
      dtype: resultType(...tensors),
    };
  },
  lower({ tensors, dim }, out) {
    const y = interpreter.copy(0, out);
    const { shape } = tensors[0];
    const strides = y.strides.filter((_, d) => d !== dim);
    tensors.forEach((x, i) => {
      interpreter.copy(
        x,
        { shape, dtype: out.dtype },
        interpreter.view(y, shape, strides, i * y.strides[dim]),
      );
    });
    return y;
  },
  vjp: { tensors: (dy, { dim }, _, index) => dy.select(dim, index) }, // ∂ℓ/∂tensorᵢ = ∂ℓ/∂y at i
  samples: (s) => [
    { tensors: [s.real([3]), s.real([3])], dim: 0 },
    { tensors: [s.real([2, 3]), s.real([2, 3]), s.real([2, 3])], dim: 2 },
    { tensors: [s.real([])], dim: 0 },
    { tensors: [s.real([0, 2]), s.real([0, 2])], dim: 1 },
  ],
});

function checkTensors(tensors: readonly Tensor[]): void {
  const odd = Array.isArray(tensors) ? tensors.findIndex((x) => !(x instanceof Tensor)) : -1;
  if (odd >= 0) {
    throw new ChainruleError(
      "argument",
      `Entry ${odd} of the tensors to join is ${shown(tensors[odd])}.`,
      "Make a tensor of it by tensor().",
    );
  }
  if (Array.isArray(tensors) && tensors.length > 0) return;
  throw new ChainruleError(
    "argument",
    Array.isArray(tensors) ? "The list of tensors to join is empty." : "The tensors to join are no list.",
    "Give an array of at least one tensor: cat([a, b], dim).",
  );
}

/**
 * The tensors one after the other along dimension `dim`, as `torch.cat`: all other sizes must be equal. Different dtypes are
 * promoted. Empty vectors join anything.
 *
 * @throws ChainruleError `shape` when the sizes do not fit or a tensor has no dimensions, `argument` for an empty list,
 * `index` when there is no such dimension
 *
 * @example
 * cat([tensor([[1, 2]]), tensor([[3, 4], [5, 6]])]); // → tensor([[1., 2.], [3., 4.], [5., 6.]])
 * cat([tensor([[1, 2]]), tensor([[3]])], 1); // → tensor([[1., 2., 3.]])
 * cat([ones([2, 3]), ones([2, 4])]); // throws shape: … Tensor 1 of shape [2, 4] does not continue one of shape [2, 3]
 */
export function cat(tensors: readonly Tensor[], dim = 0): Tensor {
  checkTensors(tensors);
  const zero = tensors.findIndex((x) => x.ndim === 0);
  if (zero >= 0) {
    throw new ChainruleError(
      "shape",
      `Tensor ${zero} has no dimension to be joined along.`,
      "Use stack(), which adds a dimension.",
    );
  }
  const first = tensors.find((x) => !isNothing(x)) ?? tensors[0];
  return apply(catOp, joined([...tensors], dimOf("cat", dim, first.ndim)));
}

/**
 * The tensors, all of one shape, side by side along a new dimension `dim`, as `torch.stack`. Different dtypes are promoted.
 *
 * @throws ChainruleError `shape` when their shapes differ, `argument` for an empty list, `index` when there is no such place
 *
 * @example
 * const x = tensor([1, 2, 3]);
 * stack([x, x.square()]); // → tensor([[1., 2., 3.], [1., 4., 9.]])
 * stack([x, x.square()], -1); // → tensor([[1., 1.], [2., 4.], [3., 9.]])
 */
export function stack(tensors: readonly Tensor[], dim = 0): Tensor {
  checkTensors(tensors);
  return apply(stackOp, { tensors: [...tensors], dim: newDim("stack", dim, tensors[0].ndim) });
}

/**
 * The tensors on top of each other, as `torch.vstack`: vectors count as rows.
 *
 * @throws ChainruleError `shape` when the other sizes differ, `argument` for an empty list
 *
 * @example
 * vstack([tensor([1, 2]), tensor([[3, 4], [5, 6]])]); // → tensor([[1., 2.], [3., 4.], [5., 6.]])
 */
export function vstack(tensors: readonly Tensor[]): Tensor {
  checkTensors(tensors);
  const rows = tensors.map((x) => (x.ndim < 2 ? x.reshape([1, x.numel]) : x));
  return inMethod("vstack", () => cat(rows));
}

/**
 * The tensors next to each other, as `torch.hstack`: vectors end to end, matrices by their columns.
 *
 * @throws ChainruleError `shape` when the other sizes differ, `argument` for an empty list
 *
 * @example
 * hstack([tensor([1, 2]), tensor([3])]); // → tensor([1., 2., 3.])
 * hstack([tensor([[1], [2]]), tensor([[3], [4]])]); // → tensor([[1., 3.], [2., 4.]])
 */
export function hstack(tensors: readonly Tensor[]): Tensor {
  checkTensors(tensors);
  const lists = tensors.map((x) => (x.ndim === 0 ? x.reshape([1]) : x));
  return inMethod("hstack", () => cat(lists, lists[0].ndim === 1 ? 0 : 1));
}

/**
 * The coordinates of a grid, as `torch.meshgrid`: for vectors of sizes [n], [m], … one tensor [n, m, …] each, a view that
 * repeats its vector. With `indexing: "xy"` the first two dimensions are exchanged (default "ij").
 *
 * @throws ChainruleError `shape` for a tensor of more than one dimension, `argument` for an empty list and another indexing
 *
 * @example
 * const [x, y] = meshgrid([tensor([0, 1]), tensor([5, 6, 7])]);
 * x; // → tensor([[0., 0., 0.], [1., 1., 1.]])
 * y; // → tensor([[5., 6., 7.], [5., 6., 7.]])
 */
export function meshgrid(tensors: readonly Tensor[], options?: { indexing?: "ij" | "xy" }): Tensor[] {
  checkTensors(tensors);
  checkOptions("meshgrid", options, { indexing: 0 });
  checkChoice("indexing", options?.indexing, ["ij", "xy"]);
  const swap = options?.indexing === "xy" && tensors.length > 1;
  const shape = tensors.map((x) => {
    if (x.ndim < 2) return x.numel;
    throw new ChainruleError(
      "shape",
      `meshgrid() takes vectors, and was given a tensor of shape ${showShape(x.shape)}.`,
      "Flatten it first.",
    );
  });
  return tensors.map((x, i) => {
    const grid = x.reshape(shape.map((size, d) => (d === i ? size : 1))).expand(shape);
    return swap ? grid.transpose(0, 1) : grid;
  });
}

declare module "../core/tensor.ts" {
  interface Tensor {
    /**
     * The elements moved by `shifts` places along `dims`, those that fall off coming in again at the other end. Without
     * `dims`, all elements move in row-major order. A copy, as `torch.roll`.
     *
     * @throws ChainruleError `argument` unless there is one whole shift for each dimension, `index` when there is no such
     * dimension
     *
     * @example
     * const x = tensor([[1, 2, 3], [4, 5, 6]]);
     * x.roll(1); // → tensor([[6., 1., 2.], [3., 4., 5.]])
     * x.roll([1, -1], [0, 1]); // → tensor([[5., 6., 4.], [2., 3., 1.]])
     */
    roll(shifts: number | readonly number[], dims?: number | readonly number[]): Tensor;
  }
}

defineMethods({
  roll(shifts, dims) {
    const by = typeof shifts === "number" ? [shifts] : shifts;
    const along = dims === undefined ? [] : typeof dims === "number" ? [dims] : dims;
    if (along.length === 0 && by.length === 1)
      return this.reshape([this.numel]).roll(by, 0).reshape(this.shape);
    if (by.length !== along.length || by.some((n) => !Number.isInteger(n))) {
      throw new ChainruleError(
        "argument",
        `roll() was given the shifts [${by.join(", ")}] and the dimensions [${along.join(", ")}].`,
        "Give one whole shift for each dimension.",
      );
    }
    let y: Tensor = this;
    along.forEach((dim, i) => {
      const at = dimOf("roll", dim, this.ndim);
      const size = this.shape[at];
      if (size === 0) return;
      const shift = ((by[i] % size) + size) % size;
      y = cat([y.narrow(at, size - shift, shift), y.narrow(at, 0, size - shift)], at);
    });
    return y === this ? this.clone() : y;
  },
});
