import { interpreter } from "../core/interpreter.ts";
import { apply, defineOp } from "../core/op.ts";
import { requireFloating } from "../core/rules.ts";
import { defineMethods, type Spec, type Tensor } from "../core/tensor.ts";
import { reducedShape } from "../shape/shape.ts";
import { ChainruleError } from "../util/errors.ts";
import { checkOptions } from "../util/options.ts";
import { requireElements } from "./extremes.ts";
import { flat, kept } from "./gradients.ts";
import { dimsOf, keepdimOption } from "./places.ts";
import type { Dims, Reduced } from "./sum.ts";

type Norm = Reduced & { p: number };

export const norm = defineOp<Norm>({
  name: "norm",
  formula: "y = (Σᵢ |xᵢ|^p)^(1/p)",
  inputs: ["x"],
  derivative: { x: "sign(xᵢ) · (|xᵢ| / y)^(p − 1)" },
  result({ x, p, dims, keepdim }) {
    requireFloating(x);
    if (Number.isNaN(p)) {
      throw new ChainruleError("argument", "There is no norm of order NaN.", "Give a number, or Infinity.");
    }
    if (Math.abs(p) === Number.POSITIVE_INFINITY) requireElements(x, dims);
    return { shape: reducedShape(x.shape, dims, keepdim), dtype: x.dtype };
  },
  lower({ x, p, dims }, out) {
    if (p === 2)
      return root(interpreter.reduce("sum", interpreter.unary("square", x, x), dims, out), 0.5, out);
    if (p === 0)
      return interpreter.reduce(
        "sum",
        interpreter.binary("ne", x, 0, { shape: x.shape, dtype: "bool" }),
        dims,
        out,
      );
    const size = interpreter.unary("abs", x, x);
    if (p === Number.POSITIVE_INFINITY) return interpreter.reduce("max", size, dims, out);
    if (p === Number.NEGATIVE_INFINITY) return interpreter.reduce("min", size, dims, out);
    if (p === 1) return interpreter.reduce("sum", size, dims, out);
    return root(
      interpreter.reduce("sum", interpreter.binary("pow", size, p, x, size), dims, out),
      1 / p,
      out,
    );
  },
  saves: ["x", "y"],
  vjp: {
    // ∂ℓ/∂x = ∂ℓ/∂y · sign x · (|x| / y)^(p − 1); at zeros the slopes that PyTorch gives
    x(dy, { x, y, p, dims, keepdim }) {
      if (p === 0 || x.numel === 0) return flat(x);
      const dv = kept(dy, dims, keepdim, x);
      if (p === 1) return dv.mul(x.sign());
      const v = kept(y, dims, keepdim, x);
      if (p === 2) return dv.div(v).where(v.ne(0), 0).mul(x);
      if (Math.abs(p) === Number.POSITIVE_INFINITY) {
        const here = x.abs().eq(v).logicalOr(x.isnan());
        return dv
          .div(here.sum(dims, { keepdim: true }))
          .mul(here)
          .mul(x.sign());
      }
      // Powers of 0 with an exponent below 0 are infinite, and would spoil the derivatives of their neighbours.
      const size = x.abs().where(x.ne(0), 1);
      if (p < 1)
        return dv
          .mul(v.pow(1 - p))
          .mul(size.pow(p - 1))
          .mul(x.sign());
      const scale = v.where(v.ne(0), Number.POSITIVE_INFINITY);
      return dv.mul(size.div(scale).pow(p - 1)).mul(x.sign());
    },
  },
  samples: (s) => [
    ...[2, 1, 3, 0.5, 1.5, 0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY].map((p) => ({
      x: s.distinct([2, 3]),
      p,
      dims: [1],
      keepdim: false,
    })),
    { x: s.distinct([2, 3, 2]), p: 2, dims: [0, 2], keepdim: true },
    { x: s.distinct([]), p: 3, dims: [], keepdim: false },
    { x: s.distinct([0, 3]), p: 2, dims: [0, 1], keepdim: false },
  ],
  edges: [
    {
      inputs: { x: [3, -4] },
      attributes: { p: 2, dims: [0], keepdim: false },
      y: 5,
      grads: { x: [0.6, -0.8] },
    },
    { inputs: { x: [0, 0] }, attributes: { p: 2, dims: [0], keepdim: false }, y: 0, grads: { x: [0, 0] } },
    { inputs: { x: [0, 0] }, attributes: { p: 3, dims: [0], keepdim: false }, y: 0, grads: { x: [0, 0] } },
    { inputs: { x: [0, 2] }, attributes: { p: 1, dims: [0], keepdim: false }, y: 2, grads: { x: [0, 1] } },
    {
      inputs: { x: [3, -3, 1] },
      attributes: { p: Number.POSITIVE_INFINITY, dims: [0], keepdim: false },
      y: 3,
      grads: { x: [0.5, -0.5, 0] },
    },
  ],
});

const root = (sum: Tensor, power: number, out: Spec): Tensor =>
  power === 0.5 ? interpreter.unary("sqrt", sum, out, sum) : interpreter.binary("pow", sum, power, out, sum);

declare module "../core/tensor.ts" {
  interface Tensor {
    /**
     * The p-norm (Σ |x|^p)^(1/p) over `dim` (all dimensions when left out), as `torch.norm`. `p` is 2 by default, which
     * `"fro"` also means; Infinity gives the largest |x|, −Infinity the smallest, 0 the number of x ≠ 0. `keepdim` (default
     * false) leaves the dimensions with size 1.
     *
     * @throws ChainruleError `argument` for NaN or another name, `dtype` unless it is float32 or float64, `index` when there
     * is no such dimension, `shape` for an infinite order of nothing
     *
     * @example
     * const x = tensor([[3, -4], [6, 8]]);
     * x.norm(2, 1); // → tensor([5., 10.])
     * x.norm(1); // → tensor(21.)
     * x.norm(Infinity, 0, { keepdim: true }); // → tensor([[6., 8.]])
     */
    norm(p?: number | "fro", dim?: Dims, options?: { keepdim?: boolean }): Tensor;
  }
}

defineMethods({
  norm(p = 2, dim, options) {
    checkOptions("norm", options, keepdimOption);
    if (typeof p !== "number" && p !== "fro") {
      throw new ChainruleError(
        "argument",
        `There is no norm named "${String(p)}".`,
        'Give a number or "fro".',
      );
    }
    return apply(norm, {
      x: this,
      p: p === "fro" ? 2 : p,
      dims: dimsOf("norm", dim, this.ndim),
      keepdim: options?.keepdim ?? false,
    });
  },
});
