import { interpreter } from "../core/interpreter.ts";
import { apply, defineOp } from "../core/op.ts";
import { like } from "../core/rules.ts";
import { defineMethods, type Tensor } from "../core/tensor.ts";
import { type Shape, showShape } from "../shape/shape.ts";
import { ChainruleError } from "../util/errors.ts";
import { checkList } from "../util/options.ts";
import { dimOf } from "./places.ts";

export const flip = defineOp<{ x: Tensor; dims: readonly number[] }>({
  name: "flip",
  formula: "y = x with the order along dims reversed",
  inputs: ["x"],
  linearIn: ["x"],
  result: like,
  lower({ x, dims }, out) {
    // Read backwards: from the last place on, by steps of −stride.
    let offset = x.offset;
    for (const d of dims) offset += (x.shape[d] - 1) * x.strides[d];
    const strides = x.strides.map((stride, d) => (dims.includes(d) ? -stride : stride));
    return interpreter.copy(x.numel === 0 ? x : interpreter.view(x, x.shape, strides, offset), out);
  },
  vjp: { x: (dy, { dims }) => dy.flip(dims) }, // ∂ℓ/∂x = ∂ℓ/∂y, reversed back
  samples: (s) => [
    { x: s.real([4]), dims: [0] },
    { x: s.real([2, 3, 2]), dims: [0, 2] },
    { x: s.real([]), dims: [] },
    { x: s.real([0, 3]), dims: [0, 1] },
  ],
});

declare module "../core/tensor.ts" {
  interface Tensor {
    /**
     * A copy with the order along `dims` reversed, as `torch.flip`.
     *
     * @throws ChainruleError `index` when there is no such dimension, and for one that is named twice
     *
     * @example
     * const x = tensor([[1, 2], [3, 4]]);
     * x.flip(0); // → tensor([[3., 4.], [1., 2.]])
     * x.flip([0, 1]); // → tensor([[4., 3.], [2., 1.]])
     */
    flip(dims: number | readonly number[]): Tensor;
    /**
     * `sizes[d]` copies along each dimension; extra sizes in front make new dimensions. As `torch.Tensor.repeat`.
     *
     * @throws ChainruleError `argument` unless there is a whole number ≥ 0 for each dimension
     *
     * @example
     * tensor([1, 2]).repeat([2]); // → tensor([1., 2., 1., 2.])
     * tensor([1, 2]).repeat([2, 1]); // → tensor([[1., 2.], [1., 2.]])
     */
    repeat(sizes: Shape): Tensor;
    /**
     * As {@link Tensor.repeat}, but missing sizes in front count as 1. As `torch.tile`.
     *
     * @throws ChainruleError `argument` for sizes that are not whole numbers ≥ 0
     *
     * @example
     * tensor([[1, 2], [3, 4]]).tile([2]); // → tensor([[1., 2., 1., 2.], [3., 4., 3., 4.]])
     */
    tile(sizes: Shape): Tensor;
    /**
     * Each place of dimension `dim` `repeats` times in a row; of the flattened tensor without `dim`. As
     * `torch.repeat_interleave`.
     *
     * @throws ChainruleError `argument` unless `repeats` is a whole number ≥ 0, `index` when there is no such dimension
     *
     * @example
     * const x = tensor([[1, 2], [3, 4]]);
     * x.repeatInterleave(2); // → tensor([1., 1., 2., 2., 3., 3., 4., 4.])
     * x.repeatInterleave(2, 0); // → tensor([[1., 2.], [1., 2.], [3., 4.], [3., 4.]])
     */
    repeatInterleave(repeats: number, dim?: number): Tensor;
  }
}

/** A result in memory of its own: where nothing is repeated, or one element alone, reshaping gives a view. */
const apart = (y: Tensor, x: Tensor): Tensor => (y.storage === x.storage ? y.clone() : y);

defineMethods({
  flip(dims, ...more: readonly unknown[]) {
    const given = typeof dims === "number" && more.length === 0 ? [dims] : dims;
    checkList("Dimensions must be an array", given, "flip([0, 1])");
    const list = (given as readonly number[]).map((d) => dimOf("flip", d, this.ndim));
    if (new Set(list).size !== list.length) {
      throw new ChainruleError(
        "index",
        `flip() was given a dimension twice: [${list.join(", ")}].`,
        "Name each dimension once.",
      );
    }
    return apply(flip, { x: this, dims: list.filter((d) => d < this.ndim) });
  },
  repeat(sizes) {
    checkList("Repetitions must be an array", sizes, "repeat([2, 3])");
    const lead = sizes.length - this.ndim;
    if (lead < 0 || sizes.some((n) => !Number.isInteger(n) || n < 0)) {
      throw new ChainruleError(
        "argument",
        `A tensor of shape ${showShape(this.shape)} cannot be repeated ${showShape(sizes)} times.`,
        "Give one whole number ≥ 0 for each dimension, and more in front for new ones.",
      );
    }
    // [a, b] repeated m × n: seen as [m, a, n, b], then put together as [m·a, n·b].
    const shape = sizes.map((_, d) => (d < lead ? 1 : this.shape[d - lead]));
    const y = this.reshape(shape.flatMap((size) => [1, size])).expand(
      shape.flatMap((size, d) => [sizes[d], size]),
    );
    return apart(y.reshape(shape.map((size, d) => sizes[d] * size)), this);
  },
  tile(sizes) {
    checkList("Repetitions must be an array", sizes, "tile([2, 3])");
    return this.repeat([...new Array<number>(Math.max(0, this.ndim - sizes.length)).fill(1), ...sizes]);
  },
  repeatInterleave(repeats, dim) {
    if (!Number.isInteger(repeats) || repeats < 0) {
      throw new ChainruleError(
        "argument",
        `${repeats} repetitions are not possible.`,
        "Give a whole number ≥ 0.",
      );
    }
    const x = dim === undefined || this.ndim === 0 ? this.reshape([this.numel]) : this;
    const at = dim === undefined ? 0 : dimOf("repeatInterleave", dim, x.ndim);
    const { shape } = x;
    const [before, after] = [shape.slice(0, at + 1), shape.slice(at + 1)];
    const seen = x.unsqueeze(at + 1).expand([...before, repeats, ...after]);
    return apart(seen.reshape([...before.slice(0, at), shape[at] * repeats, ...after]), this);
  },
});
