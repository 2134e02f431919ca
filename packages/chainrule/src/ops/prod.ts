import { interpreter } from "../core/interpreter.ts";
import { defineOp } from "../core/op.ts";
import { defineMethods, type Tensor } from "../core/tensor.ts";
import { type DType, isFloating } from "../shape/dtype.ts";
import { reducedShape } from "../shape/shape.ts";
import { ChainruleError } from "../util/errors.ts";
import { flat, kept } from "./gradients.ts";
import { dtypeOptions, reduceBy } from "./places.ts";
import type { Reduced } from "./sum.ts";

export const prod = defineOp<Reduced>({
  name: "prod",
  formula: "y = Πᵢ xᵢ over dims",
  inputs: ["x"],
  result: ({ x, dims, keepdim }) => ({
    shape: reducedShape(x.shape, dims, keepdim),
    dtype: isFloating(x.dtype) ? x.dtype : "int32",
  }),
  lower: ({ x, dims }, out) => interpreter.reduce("prod", x, dims, out),
  saves: ["x", "y"],
  vjp: {
    // ∂ℓ/∂xᵢ = ∂ℓ/∂y · Π_{j ≠ i} xⱼ, without a division, so that zeros need no case of their own; NaN spoils all of a product
    x(dy, { x, y, dims, keepdim }) {
      if (x.numel === 0) return flat(x);
      const rest = x.shape.map((_, d) => d).filter((d) => !dims.includes(d));
      const order = [...rest, ...dims];
      const lined = x.permute(order);
      const count = x.numel / Math.max(y.numel, 1);
      const others = timesOthers(lined.reshape([y.numel, count]), dy.reshape([y.numel, 1]));
      const back = order.map((_, d) => order.indexOf(d));
      const known = kept(y.isnan().logicalNot(), dims, keepdim, x);
      return others.reshape(lined.shape).permute(back).where(known, Number.NaN);
    },
  },
  samples: (s) => [
    { x: s.real([2, 3], 0.5, 2), dims: [0, 1], keepdim: false },
    { x: s.real([2, 3, 2]), dims: [1], keepdim: true },
    { x: s.real([5, 2]), dims: [0], keepdim: false },
    { x: s.real([]), dims: [], keepdim: false },
    { x: s.real([0, 3]), dims: [1], keepdim: false },
    { x: s.real([2, 0]), dims: [1], keepdim: false },
  ],
  edges: [
    { inputs: { x: [2, 0, 3] }, attributes: { dims: [0], keepdim: false }, y: 0, grads: { x: [0, 6, 0] } },
    { inputs: { x: [2, 0, 0] }, attributes: { dims: [0], keepdim: false }, y: 0, grads: { x: [0, 0, 0] } },
  ],
});

/**
 * `start · Π_{j ≠ i} xⱼ` for each i of each row [rows, count]: the backward pass through a tree that multiplies each left
 * half of a row by its right half. Each factor on the way down is the product of the other half.
 */
function timesOthers(x: Tensor, start: Tensor): Tensor {
  const [rows, count] = x.shape;
  if (count === 1) return start;
  const half = Math.ceil(count / 2);
  const even = 2 * half === count ? x : x.pad([0, 1], { value: 1 });
  const halves = even.reshape([rows, 2, half]);
  const products = halves.select(1, 0).mul(halves.select(1, 1));
  const down = timesOthers(products, start).unsqueeze(1).mul(halves.flip(1));
  return down.reshape([rows, 2 * half]).narrow(1, 0, count);
}

declare module "../core/tensor.ts" {
  interface Tensor {
    /**
     * Product along `dim` (of all elements when left out), as `torch.prod`; 1 of nothing. Integers and bools give int32,
     * unless a dtype is named. `keepdim` (default false) leaves the dimension with size 1.
     *
     * @throws ChainruleError `argument` for several dimensions, `index` when there is no such dimension
     *
     * @example
     * const x = tensor([[1, 2], [3, 4]]);
     * x.prod(); // → tensor(24.)
     * x.prod(0); // → tensor([3., 8.])
     * zeros([0]).prod(); // → tensor(1.)
     */
    prod(dim?: number | null, options?: { keepdim?: boolean; dtype?: DType }): Tensor;
  }
}

defineMethods({
  prod(dim, options) {
    if (Array.isArray(dim)) {
      throw new ChainruleError(
        "argument",
        "prod() multiplies along one dimension.",
        "Call it once for each.",
      );
    }
    return reduceBy(prod, this, dim ?? null, options, dtypeOptions);
  },
});
