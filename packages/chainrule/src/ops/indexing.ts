import { interpreter } from "../core/interpreter.ts";
import { apply, defineOp, type Operand } from "../core/op.ts";
import { requireDType } from "../core/rules.ts";
import { defineMethods, type Spec, type Tensor } from "../core/tensor.ts";
import { sameShape, showShape } from "../shape/shape.ts";
import { ChainruleError } from "../util/errors.ts";
import { withArticle } from "../util/wording.ts";
import { repeated } from "./constant.ts";
import { dimOf } from "./places.ts";

/** Refuses what cannot count places. */
export function checkIndexDType(index: Tensor): void {
  requireDType(index, ["int32"], 'Convert the indices by to("int32").');
}

/**
 * Refuses an index that names places where `x` has none, or, for scattering, more places than the source fills. Along `dim`
 * the index itself tells the place.
 */
function checkIndexShape(x: Spec, dim: number, index: Tensor, source?: Operand): void {
  checkIndexDType(index);
  const fits =
    index.shape.length === x.shape.length && index.shape.every((size, d) => d === dim || size <= x.shape[d]);
  if (!fits) {
    throw new ChainruleError(
      "shape",
      `An index of shape ${showShape(index.shape)} does not fit a tensor of shape ${showShape(x.shape)} along dimension ${dim}.`,
      "It needs as many dimensions, and may be larger in the indexed one alone.",
    );
  }
  if (source === undefined || typeof source === "number") return;
  const filled =
    source.shape.length === index.shape.length && index.shape.every((size, d) => size <= source.shape[d]);
  if (!filled) {
    throw new ChainruleError(
      "shape",
      `A source of shape ${showShape(source.shape)} does not fill an index of shape ${showShape(index.shape)}.`,
      "The source needs a value for each place of the index.",
    );
  }
}

function checkSourceDType(x: Tensor, source: Operand): void {
  if (typeof source === "number" || source.dtype === x.dtype) return;
  throw new ChainruleError(
    "dtype",
    `${withArticle(source.dtype, "A")} source was given for ${withArticle(x.dtype)} tensor.`,
    `Convert the source by to("${x.dtype}").`,
  );
}

/** ∂ℓ/∂source for a source that may be larger than the index: what was not used gets 0. */
function sentToSource(dy: Tensor, dim: number, index: Tensor, source: Spec): Tensor {
  const used = dy.gather(dim, index);
  if (sameShape(used.shape, source.shape)) return used;
  const pads = source.shape.flatMap((size, d) => [size - used.shape[d], 0]).reverse();
  return used.pad(pads);
}

type Gather = { x: Tensor; dim: number; index: Tensor };

export const gather = defineOp<Gather>({
  name: "gather",
  formula: "y_(…i…) = x_(…index_(…i…)…) along dim",
  inputs: ["x", "index"],
  linearIn: ["x"],
  result({ x, dim, index }) {
    checkIndexShape(x, dim, index);
    return { shape: index.shape, dtype: x.dtype };
  },
  lower: ({ x, dim, index }, out) => interpreter.gather(x, dim, index, out),
  saves: ["index"],
  vjp: {
    // ∂ℓ/∂x = Σ ∂ℓ/∂y over the places that read x
    x: (dy, { dim, index }, x) => repeated(0, x).scatterAdd(dim, index, dy),
  },
  samples: (s) => [
    { x: s.real([3, 4]), dim: 1, index: s.int([2, 3], 0, 4) },
    { x: s.real([3, 4]), dim: 0, index: s.int([5, 2], 0, 3) },
    { x: s.real([4]), dim: 0, index: s.int([0], 0, 4) },
    { x: s.real([2, 2, 3]), dim: 1, index: s.int([2, 1, 3], 0, 2) },
  ],
});

type Scatter = Gather & { source: Operand };

export const scatterAdd = defineOp<Scatter>({
  name: "scatterAdd",
  formula: "y = x, and y_(…index_(…i…)…) += source_(…i…) along dim",
  inputs: ["x", "index", "source"],
  linearIn: ["x", "source"],
  result({ x, dim, index, source }) {
    checkIndexShape(x, dim, index, source);
    checkSourceDType(x, source);
    return x;
  },
  lower: ({ x, dim, index, source }, out) => interpreter.scatter("add", x, dim, index, source, out),
  saves: { source: ["index"] },
  vjp: {
    x: (dy) => dy, // ∂ℓ/∂x = ∂ℓ/∂y
    // ∂ℓ/∂source = ∂ℓ/∂y at the place where it was added
    source: (dy, { dim, index }, source) => sentToSource(dy, dim, index, source),
  },
  samples: (s) => [
    { x: s.real([3, 4]), dim: 1, index: s.int([2, 3], 0, 4), source: s.real([2, 3]) },
    { x: s.real([3]), dim: 0, index: s.int([4], 0, 3), source: s.real([5]) },
    { x: s.real([3]), dim: 0, index: s.int([0], 0, 3), source: s.real([0]) },
  ],
});

export const scatter = defineOp<Scatter>({
  name: "scatter",
  formula: "y = x, but y_(…index_(…i…)…) = source_(…i…) along dim",
  inputs: ["x", "index", "source"],
  linearIn: ["x", "source"],
  result({ x, dim, index, source }) {
    checkIndexShape(x, dim, index, source);
    checkSourceDType(x, source);
    return x;
  },
  lower: ({ x, dim, index, source }, out) => interpreter.scatter("set", x, dim, index, source, out),
  saves: ["index"],
  vjp: {
    // ∂ℓ/∂x = ∂ℓ/∂y where x stayed, 0 where it was replaced
    x: (dy, { dim, index }) => dy.scatter(dim, index, 0),
    // ∂ℓ/∂source = ∂ℓ/∂y at the place where it was put (indices that name one place twice have no derivative there)
    source: (dy, { dim, index }, source) => sentToSource(dy, dim, index, source),
  },
  samples: (s) => [
    { x: s.real([1, 3]), dim: 0, index: s.int([1, 2], 0, 1), source: s.real([1, 2]) },
    { x: s.real([2, 3]), dim: 1, index: s.int([2, 1], 0, 3), source: s.real([2, 2]) },
    { x: s.real([3]), dim: 0, index: s.int([0], 0, 3), source: s.real([0]) },
  ],
});

/** The index vector seen as an index of a whole shape: the same place for all elements of a row. */
export function alongDim(index: Tensor, dim: number, shape: readonly number[]): Tensor {
  const step = index.strides[0];
  return interpreter.view(
    index,
    shape,
    shape.map((_, d) => (d === dim ? step : 0)),
    index.offset,
  );
}

function checkIndexVector(index: Tensor): void {
  checkIndexDType(index);
  if (index.ndim !== 1) {
    throw new ChainruleError(
      "shape",
      `The index has the shape ${showShape(index.shape)} where a vector is needed.`,
      "Flatten it, or use at() or gather().",
    );
  }
}

const resized = (x: Spec, dim: number, size: number): number[] =>
  x.shape.map((s, d) => (d === dim ? size : s));

export const indexSelect = defineOp<Gather>({
  name: "indexSelect",
  formula: "y_i = x_(index_i) along dim",
  inputs: ["x", "index"],
  linearIn: ["x"],
  result({ x, dim, index }) {
    checkIndexVector(index);
    return { shape: resized(x, dim, index.shape[0]), dtype: x.dtype };
  },
  lower: ({ x, dim, index }, out) => interpreter.gather(x, dim, alongDim(index, dim, out.shape), out),
  saves: ["index"],
  vjp: {
    // ∂ℓ/∂x = Σ ∂ℓ/∂y over the rows that read x
    x: (dy, { dim, index }, x) => repeated(0, x).indexAdd(dim, index, dy),
  },
  samples: (s) => [
    { x: s.real([3, 4]), dim: 0, index: s.int([5], 0, 3) },
    { x: s.real([2, 3, 2]), dim: 1, index: s.int([2], 0, 3) },
    { x: s.real([3]), dim: 0, index: s.int([0], 0, 3) },
  ],
});

export const indexAdd = defineOp<Gather & { source: Tensor }>({
  name: "indexAdd",
  formula: "y = x, and y_(index_i) += source_i along dim",
  inputs: ["x", "index", "source"],
  linearIn: ["x", "source"],
  result({ x, dim, index, source }) {
    checkIndexVector(index);
    checkSourceDType(x, source);
    if (sameShape(source.shape, resized(x, dim, index.shape[0]))) return x;
    throw new ChainruleError(
      "shape",
      `A source of shape ${showShape(source.shape)} cannot be added at ${index.shape[0]} places along dimension ${dim} of shape ${showShape(x.shape)}.`,
      `It must have the shape ${showShape(resized(x, dim, index.shape[0]))}.`,
    );
  },
  lower: ({ x, dim, index, source }, out) =>
    interpreter.scatter("add", x, dim, alongDim(index, dim, source.shape), source, out),
  saves: { source: ["index"] },
  vjp: {
    x: (dy) => dy, // ∂ℓ/∂x = ∂ℓ/∂y
    source: (dy, { dim, index }) => dy.indexSelect(dim, index), // ∂ℓ/∂source = ∂ℓ/∂y at the place where it was added
  },
  samples: (s) => [
    { x: s.real([3, 4]), dim: 0, index: s.int([5], 0, 3), source: s.real([5, 4]) },
    { x: s.real([2, 3]), dim: 1, index: s.int([2], 0, 3), source: s.real([2, 2]) },
    { x: s.real([3]), dim: 0, index: s.int([0], 0, 3), source: s.real([0]) },
  ],
});

declare module "../core/tensor.ts" {
  interface Tensor {
    /**
     * Picks along `dim`: y_(…i…) = this_(…index_(…i…)…), as `torch.gather`. `index` (int32) has as many dimensions as this
     * tensor, and may be larger along `dim` alone; the result has its shape. Places run from 0; see `at` for negative ones.
     *
     * @throws ChainruleError `index` when a place or the dimension does not exist, `shape` when the index does not fit,
     * `dtype` when it is not int32
     *
     * @example
     * const logProbs = tensor([[-0.1, -2.4], [-1.2, -0.4]]);
     * const labels = tensor([[0], [1]], { dtype: "int32" });
     * logProbs.gather(1, labels); // → tensor([[-0.1000], [-0.4000]])
     */
    gather(dim: number, index: Tensor): Tensor;
    /**
     * A copy with `source` put at the places that `index` names along `dim`; of several for one place the last stays. As
     * `torch.scatter`.
     *
     * @param index int32, as many dimensions as this tensor, and no larger but along `dim`
     * @param source a number, or a tensor of this dtype with a value for each place of the index
     * @throws ChainruleError `index` when a place or the dimension does not exist, `shape` when the sizes do not fit, `dtype`
     * for another dtype
     *
     * @example
     * const index = tensor([[2], [0]], { dtype: "int32" });
     * zeros([2, 3]).scatter(1, index, 1); // → tensor([[0., 0., 1.], [1., 0., 0.]])
     * zeros([2, 3]).scatter(1, index, tensor([[5], [7]])); // → tensor([[0., 0., 5.], [7., 0., 0.]])
     */
    scatter(dim: number, index: Tensor, source: Operand): Tensor;
    /**
     * A copy with `source` added at the places that `index` names along `dim`, as `torch.scatter_add`. Values for one place
     * add up.
     *
     * @param index int32, as many dimensions as this tensor, and no larger but along `dim`
     * @param source of this dtype, with a value for each place of the index
     * @throws ChainruleError `index` when a place or the dimension does not exist, `shape` when the sizes do not fit, `dtype`
     * for another dtype
     *
     * @example
     * const bins = tensor([0, 2, 2, 2], { dtype: "int32" });
     * zeros([3]).scatterAdd(0, bins, ones([4])); // → tensor([1., 0., 3.])
     */
    scatterAdd(dim: number, index: Tensor, source: Tensor): Tensor;
    /**
     * The places of dimension `dim` that the int32 vector `index` names, in its order: the lookup of an embedding. A copy, as
     * `torch.index_select`.
     *
     * @throws ChainruleError `index` when a place or the dimension does not exist, `shape` when the index is no vector,
     * `dtype` when it is not int32
     *
     * @example
     * const table = tensor([[1, 2], [3, 4], [5, 6]]);
     * table.indexSelect(0, tensor([2, 0, 2], { dtype: "int32" })); // → tensor([[5., 6.], [1., 2.], [5., 6.]])
     */
    indexSelect(dim: number, index: Tensor): Tensor;
    /**
     * A copy with `alpha · source` (default alpha 1) added at the places of dimension `dim` that the vector `index` names, as
     * `torch.index_add`. Values for one place add up.
     *
     * @param index int32 [n]
     * @param source of this dtype, in this shape but for n places along `dim`
     * @throws ChainruleError `index` when a place or the dimension does not exist, `shape` when the sizes do not fit, `dtype`
     * for another dtype
     *
     * @example
     * const index = tensor([1, 1], { dtype: "int32" });
     * const rows = tensor([[1, 2], [3, 4]]);
     * zeros([3, 2]).indexAdd(0, index, rows); // → tensor([[0., 0.], [4., 6.], [0., 0.]])
     * zeros([3, 2]).indexAdd(0, index, rows, { alpha: -1 }); // → tensor([[0., 0.], [-4., -6.], [0., 0.]])
     */
    indexAdd(dim: number, index: Tensor, source: Tensor, options?: { alpha?: number }): Tensor;
  }
}

/** Runs an op of tensors with dimensions on ones that may have none: a number counts as a vector of one. */
const atLeast1d = <T extends Operand>(x: T): T | Tensor =>
  typeof x !== "number" && x.ndim === 0 ? x.reshape([1]) : x;

defineMethods({
  gather(dim, index) {
    const at = dimOf("gather", dim, this.ndim);
    const y = apply(gather, { x: atLeast1d(this), dim: at, index: atLeast1d(index) });
    return index.ndim === 0 ? y.reshape([]) : y;
  },
  scatter(dim, index, source) {
    const at = dimOf("scatter", dim, this.ndim);
    const args = { x: atLeast1d(this), dim: at, index: atLeast1d(index), source: atLeast1d(source) };
    const y = apply(scatter, args);
    return this.ndim === 0 ? y.reshape([]) : y;
  },
  scatterAdd(dim, index, source) {
    const at = dimOf("scatterAdd", dim, this.ndim);
    const args = { x: atLeast1d(this), dim: at, index: atLeast1d(index), source: atLeast1d(source) };
    const y = apply(scatterAdd, args);
    return this.ndim === 0 ? y.reshape([]) : y;
  },
  indexSelect(dim, index) {
    const at = dimOf("indexSelect", dim, this.ndim);
    const y = apply(indexSelect, { x: atLeast1d(this), dim: at, index: atLeast1d(index) });
    return this.ndim === 0 ? y.reshape([]) : y;
  },
  indexAdd(dim, index, source, options) {
    const at = dimOf("indexAdd", dim, this.ndim);
    const alpha = options?.alpha ?? 1;
    const added = atLeast1d(alpha === 1 ? source : source.mul(alpha));
    const y = apply(indexAdd, { x: atLeast1d(this), dim: at, index: atLeast1d(index), source: added });
    return this.ndim === 0 ? y.reshape([]) : y;
  },
});
