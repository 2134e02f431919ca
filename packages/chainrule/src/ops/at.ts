import { checkHistory, mutate } from "../core/inplace.ts";
import { interpreter } from "../core/interpreter.ts";
import { noGrad } from "../core/modes.ts";
import { apply, type Operand } from "../core/op.ts";
import { recording } from "../core/recording.ts";
import { resultType } from "../core/rules.ts";
import { defineMethods, Tensor } from "../core/tensor.ts";
import { broadcastShapes, numel, type Shape, sameShape, showShape } from "../shape/shape.ts";
import { ChainruleError } from "../util/errors.ts";
import { checkList } from "../util/options.ts";
import { counted, shown } from "../util/wording.ts";
import { positions, upTo } from "./constant.ts";
import { alongDim, checkIndexDType } from "./indexing.ts";
import { inMethod, placeOf } from "./places.ts";
import { select, slice } from "./slice.ts";

/**
 * What stands between the brackets of PyTorch's `x[…]`:
 * - a whole number picks one place, negative ones counting from the end, and the dimension disappears;
 * - `":"`, `"start:stop"`, `"start:stop:step"` keep a range, each part optional, negative ones counting from the end;
 * - `"..."` stands for as many `":"` as are missing;
 * - null inserts a dimension of size 1;
 * - an int32 tensor, or an array of numbers, picks the places it names; several of them broadcast together;
 * - a bool tensor picks the places where it is true, over as many dimensions as it has.
 */
export type Index = number | string | null | Tensor | readonly number[];

/** What is left of one dimension, or a new one: a range, one place, places by a tensor. */
type Part =
  | { readonly kind: "range"; readonly start: number; readonly size: number; readonly step: number }
  | { readonly kind: "place"; readonly start: number }
  | { readonly kind: "new"; readonly index?: Tensor }
  | { readonly kind: "places"; readonly index: Tensor };

const range = /^\s*([+-]?\d+)?\s*:\s*([+-]?\d+)?\s*(?::\s*([+-]?\d+)?\s*)?$/;

function parseRange(text: string, size: number): Part {
  const parsed = range.exec(text);
  if (!parsed) {
    throw new ChainruleError(
      "index",
      `"${text}" is no index.`,
      'Write ":", "start:stop", "start:stop:step" or "..." in quotes, and whole numbers without.',
    );
  }
  const [first, last, by] = parsed.slice(1).map((part) => (part === undefined ? null : Number(part)));
  const step = by ?? 1;
  if (step < 1) {
    throw new ChainruleError(
      "index",
      `The range "${text}" has the step ${step}, and views go forward only, as in PyTorch.`,
      step === 0 ? "Use a step of at least 1." : "Use flip(dims) to reverse the order.",
    );
  }
  const clamp = (place: number): number => Math.min(Math.max(place < 0 ? place + size : place, 0), size);
  const start = clamp(first ?? 0);
  const stop = clamp(last ?? size);
  return { kind: "range", start, size: Math.max(0, Math.ceil((stop - start) / step)), step };
}

/** The dimensions that one index uses up. */
const uses = (index: Index): number =>
  index === null || index === "..." ? 0 : index instanceof Tensor && index.dtype === "bool" ? index.ndim : 1;

/** The indices, as parts: one for each dimension of the shape, in order, and new ones in between. */
function plan(shape: Shape, indices: readonly Index[]): Part[] {
  let used = 0;
  for (const index of indices) used += uses(index);
  const dots = indices.filter((index) => index === "...").length;
  if (used > shape.length || dots > 1) {
    throw new ChainruleError(
      "index",
      dots > 1
        ? `"..." stands ${dots} times in one index.`
        : `${used} ${used === 1 ? "index is" : "indices are"} too many for a tensor of ${counted(shape.length, "dimension")}, of shape ${showShape(shape)}.`,
      dots > 1
        ? 'Write it once, and ":" for single dimensions.'
        : "Give at most one index for each dimension.",
    );
  }
  const parts: Part[] = [];
  let d = 0;
  const all = (count: number): void => {
    for (const end = d + count; d < end; d++)
      parts.push({ kind: "range", start: 0, size: shape[d], step: 1 });
  };
  for (const index of indices) {
    if (index === "...") all(shape.length - used);
    else if (index === null) parts.push({ kind: "new" });
    else if (typeof index === "number")
      parts.push({ kind: "place", start: placeOf("at", index, shape[d], d++) });
    else if (typeof index === "string") parts.push(parseRange(index, shape[d++]));
    else if (index instanceof Tensor && index.dtype === "bool") d += pushMask(parts, index, shape, d);
    else {
      const places = index instanceof Tensor ? index : listOf(index);
      checkIndexDType(places);
      // As in PyTorch, a tensor of one number counts as that number: it gives a view.
      if (places.ndim === 0) parts.push({ kind: "place", start: placeOf("at", places.item(), shape[d], d) });
      else parts.push({ kind: "places", index: places });
      d++;
    }
  }
  all(shape.length - d);
  return parts;
}

function listOf(index: unknown): Tensor {
  if (Array.isArray(index) && index.every((i) => i === (i | 0))) return positions(index);
  throw new ChainruleError(
    "index",
    `${Array.isArray(index) ? `[${index.join(", ")}]` : shown(index, "A")} is no index.`,
    "Use whole numbers, texts such as ':' or '1:5', null, int32 or bool tensors.",
  );
}

/** A mask counts as the positions of its true elements, one list for each of its dimensions. */
function pushMask(parts: Part[], mask: Tensor, shape: Shape, at: number): number {
  const seen = shape.slice(at, at + mask.ndim);
  if (!sameShape(seen, mask.shape)) {
    throw new ChainruleError(
      "shape",
      `A mask of shape ${showShape(mask.shape)} does not fit dimensions of sizes ${showShape(seen)}.`,
      "A mask needs the sizes of the dimensions that it chooses from.",
    );
  }
  if (mask.ndim === 0) {
    // One truth value chooses everything or nothing, along a new dimension.
    const found = interpreter.nonzero(mask.reshape([1]));
    parts.push({ kind: "new", index: found.reshape([found.shape[0]]) });
    return 0;
  }
  const found = interpreter.nonzero(mask);
  for (let k = 0; k < mask.ndim; k++) parts.push({ kind: "places", index: found.select(1, k) });
  return mask.ndim;
}

/** Places counted from the front: index + size where the index is negative. */
function wrapped(index: Tensor, size: number): Tensor {
  const negative = interpreter.binary("lt", index, 0, { shape: index.shape, dtype: "bool" });
  const fromEnd = interpreter.binary("add", index, size, index);
  return interpreter.where(negative, fromEnd, index, index, fromEnd);
}

/** Gives the place that does not exist as it was written, before it was counted from the front. */
function complain(error: unknown, x: Tensor, lookups: readonly (Tensor | undefined)[]): never {
  if (error instanceof ChainruleError && error.code === "index" && !recording) {
    lookups.forEach((index, d) => {
      for (const place of index?.data ?? []) placeOf("at", place, x.shape[d], d);
    });
  }
  throw error;
}

/** A view with all ranges, single places and new dimensions done, and what remains to be looked up, by dimension. */
interface Looked {
  x: Tensor;
  lookups: (Tensor | undefined)[];
}

function lookAt(x: Tensor, indices: readonly Index[]): Looked {
  const parts = plan(x.shape, indices);
  const starts: number[] = [];
  const sizes: number[] = [];
  const steps: number[] = [];
  const shape: number[] = []; // of the view in the end
  const lookups: (Tensor | undefined)[] = [];
  let single = -1; // the one dimension with a place of its own, if nothing else is asked for
  let asked = 0;
  for (const part of parts) {
    if (part.kind === "new") {
      if (part.index) lookups[shape.length] = part.index;
      shape.push(1);
      asked++;
      continue;
    }
    const d = sizes.length;
    starts.push(part.kind === "places" ? 0 : part.start);
    steps.push(part.kind === "range" ? part.step : 1);
    sizes.push(part.kind === "range" ? part.size : part.kind === "place" ? 1 : x.shape[d]);
    if (part.kind === "place") {
      single = d;
      asked++;
      continue;
    }
    if (sizes[d] !== x.shape[d]) asked++;
    if (part.kind === "places") lookups[shape.length] = part.index;
    shape.push(sizes[d]);
  }
  if (asked === 1 && single >= 0)
    return { x: apply(select, { x, dim: single, index: starts[single] }), lookups };
  const cut = sameShape(sizes, x.shape) ? x : apply(slice, { x, starts, sizes, steps });
  return { x: sameShape(cut.shape, shape) ? cut : cut.reshape(shape), lookups };
}

/** Several lookups as one: along dimension `dim` of `merged`, which is `x` (its dimensions in `order`) with those merged. */
interface Lookup {
  order: readonly number[] | null;
  /** Sizes before and after the dimensions that are looked up, in that order. */
  before: Shape;
  after: Shape;
  merged: Tensor;
  /** A vector of places in the merged dimension. */
  index: Tensor;
  /** The shape of the index tensors together, which takes the place of the dimensions looked up. */
  places: Shape;
}

function merge(x: Tensor, lookups: readonly (Tensor | undefined)[]): Lookup {
  const dims: number[] = [];
  let places: Shape = [];
  lookups.forEach((index, d) => {
    if (!index) return;
    dims.push(d);
    places = broadcastShapes(places, index.shape);
  });
  // PyTorch's rule: lookups in neighbouring dimensions give their places there; lookups that stand apart give them first.
  const together = dims.every((d, k) => d === dims[0] + k);
  const others = x.shape.map((_, d) => d).filter((d) => !dims.includes(d));
  const order = together ? null : [...dims, ...others];
  const moved = order ? x.permute(order) : x;
  const first = together ? dims[0] : 0;
  const before = moved.shape.slice(0, first);
  const after = moved.shape.slice(first + dims.length);
  if (dims.length === 1) {
    const index = wrapped(lookups[first] as Tensor, x.shape[first]);
    return { order, before, after, merged: moved, index: index.reshape([index.numel]), places };
  }
  let index: Tensor | null = null;
  for (const d of dims) {
    const named = checked(wrapped(lookups[d] as Tensor, x.shape[d]), x.shape[d]);
    index = index ? index.mul(x.shape[d]).add(named) : named;
  }
  const merged = moved.reshape([...before, numel(dims.map((d) => x.shape[d])), ...after]);
  return {
    order,
    before,
    after,
    merged,
    index: (index as Tensor).expand(places).reshape([numel(places)]),
    places,
  };
}

/** The index itself, once each place is sure to be in range: to be looked up in 0 … size − 1 changes nothing. */
const checked = (index: Tensor, size: number): Tensor =>
  upTo(size)
    .gather(0, index.reshape([index.numel]))
    .reshape(index.shape);

/** The elements that lookups lead to. */
function lookUp({ x, lookups }: Looked): Tensor {
  try {
    const { before, after, merged, index, places } = merge(x, lookups);
    const y = merged.indexSelect(before.length, index);
    return places.length === 1 ? y : y.reshape([...before, ...places, ...after]);
  } catch (error) {
    return complain(error, x, lookups);
  }
}

declare module "../core/tensor.ts" {
  interface Tensor {
    /**
     * What PyTorch writes as `x[…]`; see {@link Index}. A view, unless tensors or arrays name places: those are copied. Places
     * that tensors name in neighbouring dimensions come in the result where these dimensions were, those that stand apart come
     * first.
     *
     * @throws ChainruleError `index` when a place does not exist, a step is below 1, or there are too many indices, `shape`
     * for a mask of other sizes than the dimensions that it chooses from, `dtype` for an index tensor that is neither int32
     * nor bool
     *
     * @example
     * const x = tensor([[1, 2, 3], [4, 5, 6]]);
     * x.at(0); // → tensor([1., 2., 3.])
     * x.at(":", -1); // → tensor([3., 6.])
     * x.at("...", "::2"); // → tensor([[1., 3.], [4., 6.]])
     * x.at([1, 0], [2, 0]); // → tensor([6., 1.])
     * x.at(x.gt(4)); // → tensor([5., 6.])
     * x.at(null, ":", 1).shape; // → [1, 2]
     * x.at(2); // throws index: … Index 2 is out of range for dimension 0 of size 2
     */
    at(...indices: readonly Index[]): Tensor;
    /**
     * What PyTorch writes as `x[…] = value`: changes the places that {@link Tensor.at} would give, in place. The value
     * broadcasts to them. Of several values for one place one stays.
     *
     * @returns this tensor
     * @throws ChainruleError as {@link Tensor.at}; `in-place` while derivatives are recorded through it or the value, `shape`
     * when the value does not broadcast to the places, `dtype` for a value of a higher kind (bool < int32 < floating)
     *
     * @example
     * const x = zeros([2, 3]);
     * x.setAt_([0, ":"], 1);
     * x.setAt_([":", 2], tensor([7, 8]));
     * x; // → tensor([[1., 1., 7.], [0., 0., 8.]])
     */
    setAt_(indices: readonly Index[], value: Operand | boolean): this;
    /**
     * The elements at places of the flattened tensor, in the shape of the int32 `index`, as `torch.take`. Negative places
     * count from the end.
     *
     * @throws ChainruleError `index` when a place does not exist, `dtype` for an index that is not int32
     *
     * @example
     * const x = tensor([[1, 2], [3, 4]]);
     * x.take(tensor([[3, 0], [-2, 1]], { dtype: "int32" })); // → tensor([[4., 1.], [3., 2.]])
     */
    take(index: Tensor): Tensor;
  }
}

defineMethods({
  at(...indices) {
    const [only] = indices;
    if (indices.length === 1 && typeof only === "number" && this.ndim > 0) {
      return apply(select, { x: this, dim: 0, index: placeOf("at", only, this.shape[0], 0) });
    }
    return inMethod("at", () => {
      const looked = lookAt(this, indices);
      if (looked.lookups.length > 0) return lookUp(looked);
      return looked.x === this ? this.reshape(this.shape) : looked.x;
    });
  },
  setAt_(indices, value) {
    checkList("Indices must be an array", indices, "setAt_([0], 1)");
    inMethod("setAt_", () => checkHistory(this, typeof value === "boolean" ? [] : [value]));
    const dtype = typeof value === "boolean" ? "bool" : resultType(this, value);
    noGrad(() => {
      const { x, lookups } = inMethod("setAt_", () => lookAt(this, indices));
      const write = (): Tensor => (lookups.length === 0 ? put(x, value) : putAll({ x, lookups }, value));
      mutate("setAt_", x, [], write, dtype);
    });
    return this;
  },
  take(index) {
    return inMethod("take", () => this.reshape([this.numel]).at(index));
  },
});

/** A value seen in a shape; leading dimensions of size 1 that are too many do not count. */
function spread(value: Operand | boolean, shape: Shape): Operand {
  if (typeof value !== "object") return Number(value);
  const extra = value.ndim - shape.length;
  const superfluous = extra > 0 && value.shape.slice(0, extra).every((size) => size === 1);
  return (superfluous ? value.reshape(value.shape.slice(extra)) : value).expand(shape);
}

const put = (x: Tensor, value: Operand | boolean): Tensor => interpreter.copy(spread(value, x.shape), x, x);

/** Builds the new content of `x` and writes it back. */
function putAll({ x, lookups }: Looked, value: Operand | boolean): Tensor {
  try {
    const { order, before, after, merged, index, places } = merge(x, lookups);
    const rows = [...before, index.numel, ...after];
    const given = spread(value, [...before, ...places, ...after]);
    const source = typeof given === "number" ? given : given.to(x.dtype).reshape(rows);
    const dim = before.length;
    const y = interpreter.scatter("set", merged, dim, alongDim(index, dim, rows), source, merged);
    if (!order) return interpreter.copy(y.reshape(x.shape), x, x);
    const moved = y.reshape(order.map((d) => x.shape[d]));
    return interpreter.copy(moved.permute(order.map((_, d) => order.indexOf(d))), x, x);
  } catch (error) {
    return complain(error, x, lookups);
  }
}
