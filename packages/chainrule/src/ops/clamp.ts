import { interpreter } from "../core/interpreter.ts";
import { apply, defineOp, type Op, type Operand } from "../core/op.ts";
import { onlyFloating, promoted, resultType, shapeOf } from "../core/rules.ts";
import { broadcastPairs } from "../core/samples.ts";
import { defineMethods, type Tensor } from "../core/tensor.ts";
import { broadcastShapes } from "../shape/shape.ts";
import { ChainruleError } from "../util/errors.ts";
import { where } from "./select.ts";

/** A limit; null where there is none. */
type Limit = Operand | null;

export const clamp = defineOp<{ x: Tensor; min: Limit; max: Limit }>({
  name: "clamp",
  formula: "y = min(max(x, min), max)",
  inputs: ["x", "min", "max"],
  derivative: { x: "1 where y = x, else 0", min: "1 where y = min, else 0", max: "1 where y = max, else 0" },
  result({ x, min, max }) {
    const limits = [min, max].filter((limit) => limit !== null);
    if (limits.length === 0) {
      throw new ChainruleError("argument", "clamp() was given no limit.", "Give min, max or both.");
    }
    let shape = x.shape;
    for (const limit of limits) shape = broadcastShapes(shape, shapeOf(limit));
    return { shape, dtype: resultType(x, ...limits) };
  },
  lower({ x, min, max }, out) {
    if (min === null) return interpreter.binary("min", x, max as Operand, out);
    const y = interpreter.binary("max", x, min, out);
    return max === null ? y : interpreter.binary("min", y, max, out, y);
  },
  saves: ["x", "min", "max"],
  vjp: {
    // ∂ℓ/∂x = ∂ℓ/∂y · [min ≤ x ≤ max]: the limits themselves count as inside, as in PyTorch
    x(dy, { x, min, max }) {
      const above = min === null ? null : x.ge(min);
      const below = max === null ? null : x.le(max);
      return dy.where(above && below ? above.logicalAnd(below) : ((above ?? below) as Tensor), 0);
    },
    // ∂ℓ/∂min = ∂ℓ/∂y · [x < min and min < max]
    min: (dy, { x, min, max }) => {
      const below = x.lt(min as Operand);
      return dy.where(max === null ? below : below.logicalAnd((min as Tensor).lt(max)), 0);
    },
    // ∂ℓ/∂max = ∂ℓ/∂y · [x > max or max < min]
    max: (dy, { x, min, max }) => {
      const above = x.gt(max as Operand);
      return dy.where(min === null ? above : above.logicalOr((max as Tensor).lt(min)), 0);
    },
  },
  samples: (s) => [
    { x: s.real([2, 3], -0.9, 0.9), min: -1, max: 1 },
    { x: s.real([3], 1.1, 2), min: -1, max: 1 },
    { x: s.real([], -2, -1.1), min: -1, max: null },
    { x: s.real([2, 1], -0.9, 0.9), min: null, max: s.real([3], 1, 2) },
    { x: s.real([2, 3], -2, -1), min: s.real([3], -0.9, 0), max: s.real([2, 1], 0.1, 1) },
    { x: s.real([2, 3], 2, 3), min: s.real([], -0.9, 0), max: s.real([3], 0.1, 1) },
    { x: s.real([0, 3]), min: -1, max: 1 },
  ],
  edges: [
    { inputs: { x: [-1, 1, 2] }, attributes: { min: -1, max: 1 }, y: [-1, 1, 1], grads: { x: [1, 1, 0] } },
    { inputs: { x: [0], min: [1], max: [-1] }, y: [-1], grads: { x: [0], min: [0], max: [1] } },
  ],
});

export const hardtanh = defineOp<{ x: Tensor; minVal: number; maxVal: number }>({
  name: "hardtanh",
  formula: "y = min(max(x, minVal), maxVal)",
  inputs: ["x"],
  derivative: { x: "1 where y = x, else 0" },
  result: onlyFloating,
  lower({ x, minVal, maxVal }, out) {
    const y = interpreter.binary("max", x, minVal, out);
    return interpreter.binary("min", y, maxVal, out, y);
  },
  saves: ["x"],
  // ∂ℓ/∂x = ∂ℓ/∂y · [minVal < x < maxVal]: other than for clamp, 0 at the limits themselves, as in PyTorch
  vjp: { x: (dy, { x, minVal, maxVal }) => where(x.le(minVal).logicalOr(x.ge(maxVal)), 0, dy) },
  samples: (s) => [
    { x: s.real([2, 3], -0.9, 0.9), minVal: -1, maxVal: 1 },
    { x: s.real([], -2, -1.1), minVal: -1, maxVal: 1 },
    { x: s.real([3], 6.1, 7), minVal: 0, maxVal: 6 },
    { x: s.real([0, 3]), minVal: -1, maxVal: 1 },
  ],
  edges: [
    {
      inputs: { x: [-2, -1, 0.5, 1, 2] },
      attributes: { minVal: -1, maxVal: 1 },
      y: [-1, -1, 0.5, 1, 1],
      grads: { x: [0, 0, 1, 0, 0] },
    },
  ],
});

type Pair = { x: Tensor; other: Operand };

/** The larger or the smaller of two; `loses` tells where x is not taken. */
const extreme = (
  name: "maximum" | "minimum",
  primitive: "max" | "min",
  loses: "lt" | "gt",
  wins: "gt" | "lt",
): Op<Pair> =>
  defineOp<Pair>({
    name,
    formula: `y = ${primitive}(x, other)`,
    inputs: ["x", "other"],
    derivative: {
      x: `1 where x ${wins === "gt" ? ">" : "<"} other, else 0`,
      other: `1 where x ${wins === "gt" ? "<" : ">"} other, else 0`,
    },
    result: promoted,
    lower: ({ x, other }, out) => interpreter.binary(primitive, x, other, out),
    saves: ["x", "other"],
    vjp: {
      // ∂ℓ/∂x = ∂ℓ/∂y where x is taken, ½ ∂ℓ/∂y at a tie, else 0
      x: (dy, { x, other }) => taken(dy, x, other, x[loses](other)),
      // ∂ℓ/∂other = ∂ℓ/∂y where other is taken, ½ ∂ℓ/∂y at a tie, else 0
      other: (dy, { x, other }) => taken(dy, x, other, x[wins](other)),
    },
    samples: (s) => [
      ...broadcastPairs.map(([a, b]) => ({ x: s.real(a, 0.1, 2), other: s.real(b, -2, -0.1) })),
      { x: s.real([3], -2, -0.1), other: 0.5 },
      { x: s.real([2, 3], 0.1, 2), other: s.real([2, 3], 2.1, 3) },
    ],
    edges: [[1, 1, 1, 0.5, 0.5], primitive === "max" ? [1, 2, 2, 0, 1] : [1, 2, 1, 1, 0]],
  });

/** ∂ℓ/∂y, halved at ties, 0 where this operand is not taken. */
const taken = (dy: Tensor, x: Tensor, other: Operand, lost: Tensor): Tensor =>
  dy.div(2).where(x.eq(other), dy).where(lost.logicalNot(), 0);

export const maximum = extreme("maximum", "max", "lt", "gt");
export const minimum = extreme("minimum", "min", "gt", "lt");

declare module "../core/tensor.ts" {
  interface Tensor {
    /**
     * Every element brought between `min` and `max`, numbers or tensors that broadcast; null or left out means no limit. Where
     * min > max, the result is max. NaN stays. As `torch.clamp`: the slope is 1 at the limits themselves, 0 outside.
     *
     * @throws ChainruleError `argument` when both limits are left out, `shape` when they do not broadcast
     *
     * @example
     * const x = tensor([-3, 0.5, 3]);
     * x.clamp(-1, 1); // → tensor([-1.0000, 0.5000, 1.0000])
     * x.clamp(null, tensor([0, 1, 2])); // → tensor([-3.0000, 0.5000, 2.0000])
     * x.clamp(); // throws argument: … clamp() was given no limit
     */
    clamp(min?: Operand | null, max?: Operand | null): Tensor;
    /**
     * `clamp(min, null)`, as `torch.clamp_min`.
     *
     * @example
     * tensor([-3, 0.5, 3]).clampMin(0); // → tensor([0.0000, 0.5000, 3.0000])
     */
    clampMin(min: Operand): Tensor;
    /**
     * `clamp(null, max)`, as `torch.clamp_max`.
     *
     * @example
     * tensor([-3, 0.5, 3]).clampMax(1); // → tensor([-3.0000, 0.5000, 1.0000])
     */
    clampMax(max: Operand): Tensor;
    /**
     * As clamp (limits −1 and 1 when left out), but without slope at the limits, as `torch.nn.functional.hardtanh`.
     *
     * @throws ChainruleError `dtype` unless it is float32 or float64
     *
     * @example
     * const x = tensor([-3, -1, 0.5], { requiresGrad: true });
     * x.hardtanh(); // → tensor([-1.0000, -1.0000, 0.5000], gradFn=<hardtanh>)
     * x.hardtanh().sum().backward();
     * x.grad; // → tensor([0., 0., 1.])
     */
    hardtanh(minVal?: number, maxVal?: number): Tensor;
    /**
     * min(max(x, 0), 6), as `torch.nn.functional.relu6`.
     *
     * @throws ChainruleError `dtype` unless it is float32 or float64
     *
     * @example
     * tensor([-1, 3, 8]).relu6(); // → tensor([0., 3., 6.])
     */
    relu6(): Tensor;
    /**
     * min(max(x + 3, 0), 6) / 6, as `torch.nn.functional.hardsigmoid`.
     *
     * @throws ChainruleError `dtype` unless it is float32 or float64
     *
     * @example
     * tensor([-4, 0, 1.5, 4]).hardsigmoid(); // → tensor([0.0000, 0.5000, 0.7500, 1.0000])
     */
    hardsigmoid(): Tensor;
    /**
     * x · hardsigmoid x, as `torch.nn.functional.hardswish`. Howard et al., ICCV 2019.
     *
     * @throws ChainruleError `dtype` unless it is float32 or float64
     *
     * @example
     * tensor([-4, -1.5, 1, 4]).hardswish(); // → tensor([-0.0000, -0.3750, 0.6667, 4.0000])
     */
    hardswish(): Tensor;
    /**
     * The larger of each two elements, NaN where either is, as `torch.maximum`. The shapes broadcast. At a tie each gets half
     * of the gradient.
     *
     * @throws ChainruleError `shape` when the shapes do not broadcast
     *
     * @example
     * const x = tensor([1, 2, NaN], { requiresGrad: true });
     * const y = x.maximum(tensor([3, 2, 0])); // → tensor([3., 2., nan], gradFn=<maximum>)
     * y.sum().backward();
     * x.grad; // → tensor([0.0000, 0.5000, 1.0000])
     */
    maximum(other: Operand): Tensor;
    /**
     * The smaller of each two elements, NaN where either is, as `torch.minimum`. The shapes broadcast. At a tie each gets half
     * of the gradient.
     *
     * @throws ChainruleError `shape` when the shapes do not broadcast
     *
     * @example
     * tensor([1, 5]).minimum(tensor([[3], [0]])); // → tensor([[1., 3.], [0., 0.]])
     */
    minimum(other: Operand): Tensor;
  }
}

defineMethods({
  clamp(min = null, max = null) {
    return apply(clamp, { x: this, min, max });
  },
  clampMin(min) {
    return apply(clamp, { x: this, min, max: null });
  },
  clampMax(max) {
    return apply(clamp, { x: this, min: null, max });
  },
  hardtanh(minVal = -1, maxVal = 1) {
    return apply(hardtanh, { x: this, minVal, maxVal });
  },
  relu6() {
    return apply(hardtanh, { x: this, minVal: 0, maxVal: 6 });
  },
  hardsigmoid() {
    return this.add(3).relu6().div(6);
  },
  hardswish() {
    return this.mul(this.hardsigmoid());
  },
  maximum(other) {
    return apply(maximum, { x: this, other });
  },
  minimum(other) {
    return apply(minimum, { x: this, other });
  },
});
