/** Operations that write into their tensor, as PyTorch's with a trailing underscore, for optimizers and initializers. */
import { mutate } from "../core/inplace.ts";
import { interpreter } from "../core/interpreter.ts";
import type { Operand } from "../core/op.ts";
import type { Binary, Draw, Unary } from "../core/primitives.ts";
import { defaultGenerator, type Generator } from "../core/random.ts";
import { requireDType, requireFloating, resultType } from "../core/rules.ts";
import { defineMethods, type Spec, type Tensor } from "../core/tensor.ts";
import { type DType, floatingOf } from "../shape/dtype.ts";
import { ChainruleError } from "../util/errors.ts";
import { alphaOf, checkFactor, negated, refuseBools } from "./arithmetic.ts";
import { inMethod } from "./places.ts";
import { factorOf, wholeQuotient } from "./select.ts";

/** Where random numbers come from. */
export interface FillOptions {
  /** The default generator when left out: see `manualSeed`. */
  generator?: Generator;
}

declare module "../core/tensor.ts" {
  interface Tensor {
    /**
     * `this ← this + alpha · other`, where alpha is a number or a tensor of no dimensions (1 when left out), as
     * `torch.Tensor.add_`. All in-place operations give this tensor back.
     *
     * @throws ChainruleError `in-place` while derivatives are recorded through this tensor or an operand, and for a view that
     * `expand()` made; `shape` when an operand does not broadcast to this shape; `dtype` when the result is of a higher kind
     * (bool < int32 < floating)
     *
     * @example
     * const w = tensor([1, 2], { requiresGrad: true });
     * noGrad(() => w.add_(tensor([10, 20]), { alpha: -0.05 })); // → tensor([0.5000, 1.0000], requiresGrad)
     * w.add_(1); // throws in-place: … A leaf that requires a gradient cannot be changed in place
     */
    add_(other: Operand, options?: { alpha?: Operand }): this;
    /**
     * `this ← this − alpha · other`, with alpha as in {@link Tensor.add_}, as `torch.Tensor.sub_`.
     *
     * @throws ChainruleError as {@link Tensor.add_}
     *
     * @example
     * const x = tensor([[1, 2], [3, 4]]);
     * x.sub_(tensor([1, 2])); // → tensor([[0., 0.], [2., 2.]])
     */
    sub_(other: Operand, options?: { alpha?: Operand }): this;
    /**
     * `this ← this · other`, as `torch.Tensor.mul_`.
     *
     * @throws ChainruleError as {@link Tensor.add_}
     *
     * @example
     * tensor([1, 2]).mul_(0.5); // → tensor([0.5000, 1.0000])
     * tensor([1, 2], { dtype: "int32" }).mul_(0.5); // throws dtype: … A float32 result does not fit
     */
    mul_(other: Operand): this;
    /**
     * `this ← this / other`; with `roundingMode`, rounded as in {@link Tensor.div}. As `torch.Tensor.div_`.
     *
     * @throws ChainruleError as {@link Tensor.add_}: `dtype` for int32 without `roundingMode`
     *
     * @example
     * const n = tensor([-7, 7], { dtype: "int32" });
     * n.div_(2, { roundingMode: "floor" }); // → tensor([-4, 3], dtype=int32)
     * n.div_(2); // throws dtype: … A float32 result does not fit
     */
    div_(other: Operand, options?: { roundingMode?: "floor" | "trunc" }): this;
    /**
     * `this ← this` to the power `exponent`, as `torch.Tensor.pow_`.
     *
     * @throws ChainruleError as {@link Tensor.add_} and {@link Tensor.pow}
     *
     * @example
     * tensor([2, 3]).pow_(tensor([3, -1])); // → tensor([8.0000, 0.3333])
     */
    pow_(exponent: Operand): this;
    /**
     * `this ← −this`, as `torch.Tensor.neg_`.
     *
     * @throws ChainruleError as {@link Tensor.add_}; `dtype` for bool
     *
     * @example
     * tensor([-1, 2]).neg_(); // → tensor([1., -2.])
     */
    neg_(): this;
    /**
     * `this ← |this|`, as `torch.Tensor.abs_`.
     *
     * @throws ChainruleError as {@link Tensor.add_}; `dtype` for bool
     *
     * @example
     * tensor([-1, 2]).abs_(); // → tensor([1., 2.])
     */
    abs_(): this;
    /**
     * `this ← √this`, as `torch.Tensor.sqrt_`. NaN below 0.
     *
     * @throws ChainruleError as {@link Tensor.add_}: `dtype` for int32 and bool
     *
     * @example
     * tensor([4, 9]).sqrt_(); // → tensor([2., 3.])
     */
    sqrt_(): this;
    /**
     * `this ← this²`, as `torch.Tensor.square_`.
     *
     * @throws ChainruleError as {@link Tensor.add_}; `dtype` for bool
     *
     * @example
     * const x = arange(6);
     * x.at("::2").square_(); // a view: x changes
     * x; // → tensor([0, 1, 4, 3, 16, 5], dtype=int32)
     */
    square_(): this;
    /**
     * `this ← 1 / this`, as `torch.Tensor.reciprocal_`. ∞ at 0.
     *
     * @throws ChainruleError as {@link Tensor.add_}: `dtype` for int32 and bool
     *
     * @example
     * tensor([0, 4]).reciprocal_(); // → tensor([inf, 0.2500])
     */
    reciprocal_(): this;
    /**
     * `this ← eᵗʰⁱˢ`, as `torch.Tensor.exp_`.
     *
     * @throws ChainruleError as {@link Tensor.add_}: `dtype` for int32 and bool
     *
     * @example
     * tensor([0, 1]).exp_(); // → tensor([1.0000, 2.7183])
     */
    exp_(): this;
    /**
     * `this ← erfinv this`, as `torch.Tensor.erfinv_`: ±∞ at ±1, NaN outside.
     *
     * @throws ChainruleError as {@link Tensor.add_}: `dtype` for int32 and bool
     *
     * @example
     * tensor([0, 0.5, 1]).erfinv_(); // → tensor([0.0000, 0.4769, inf])
     */
    erfinv_(): this;
    /**
     * `this ← max(this, 0)`, as `torch.relu_`.
     *
     * @throws ChainruleError as {@link Tensor.add_}
     *
     * @example
     * tensor([-1, 2]).relu_(); // → tensor([0., 2.])
     */
    relu_(): this;
    /**
     * `this ← clamp(this, min, max)`, as `torch.Tensor.clamp_`; null or left out means no limit.
     *
     * @throws ChainruleError as {@link Tensor.add_}; `argument` when both limits are left out
     *
     * @example
     * tensor([-3, 0.5, 3]).clamp_(-1, 1); // → tensor([-1.0000, 0.5000, 1.0000])
     */
    clamp_(min?: Operand | null, max?: Operand | null): this;
    /**
     * `clamp_(min, null)`, as `torch.clamp_min_`.
     *
     * @throws ChainruleError as {@link Tensor.add_}
     *
     * @example
     * tensor([-3, 0.5, 3]).clampMin_(0); // → tensor([0.0000, 0.5000, 3.0000])
     */
    clampMin_(min: Operand): this;
    /**
     * `clamp_(null, max)`, as `torch.clamp_max_`.
     *
     * @throws ChainruleError as {@link Tensor.add_}
     *
     * @example
     * tensor([-3, 0.5, 3]).clampMax_(1); // → tensor([-3.0000, 0.5000, 1.0000])
     */
    clampMax_(max: Operand): this;
    /**
     * `this ← this + weight · (end − this)`, as `torch.Tensor.lerp_`: a step of a moving average.
     *
     * @throws ChainruleError as {@link Tensor.add_} and {@link Tensor.lerp}
     *
     * @example
     * const average = zeros([2]);
     * average.lerp_(tensor([10, 20]), 0.1); // → tensor([1., 2.])
     */
    lerp_(end: Tensor, weight: Operand): this;
    /**
     * `this ← this + value · tensor1 · tensor2`, where value is a number or a tensor of no dimensions (1 when left out), as
     * `torch.Tensor.addcmul_`.
     *
     * @throws ChainruleError as {@link Tensor.add_}; `argument` for a value with dimensions
     *
     * @example
     * const squares = tensor([1, 1]);
     * const g = tensor([2, 3]);
     * squares.mul_(0.9).addcmul_(g, g, { value: 0.1 }); // → tensor([1.3000, 1.8000])
     */
    addcmul_(tensor1: Tensor, tensor2: Operand, options?: { value?: Operand }): this;
    /**
     * `this ← this + value · tensor1 / tensor2`, with value as in {@link Tensor.addcmul_}, as `torch.Tensor.addcdiv_`.
     *
     * @throws ChainruleError as {@link Tensor.add_}; `argument` for a value with dimensions, `dtype` for whole numbers alone
     *
     * @example
     * const w = tensor([1, 1]);
     * w.addcdiv_(tensor([3, 4]), tensor([2, 8]), { value: -0.1 }); // → tensor([0.8500, 0.9500])
     */
    addcdiv_(tensor1: Tensor, tensor2: Operand, options?: { value?: Operand }): this;
    /**
     * Sets every element to 0, as `torch.Tensor.zero_`.
     *
     * @throws ChainruleError `in-place` as {@link Tensor.add_}
     *
     * @example
     * const x = tensor([[1, 2], [3, 4]]);
     * x.select(1, 0).zero_(); // a view: x changes
     * x; // → tensor([[0., 2.], [0., 4.]])
     */
    zero_(): this;
    /**
     * Sets every element to one number, converted to this dtype, as `torch.Tensor.fill_`.
     *
     * @param value a number, a boolean, or a tensor of no dimensions
     * @throws ChainruleError `in-place` as {@link Tensor.add_}, `shape` for a tensor with dimensions
     *
     * @example
     * zeros([2]).fill_(7); // → tensor([7., 7.])
     * zeros([2]).fill_(tensor([1, 2])); // throws shape: fill_() sets one number
     */
    fill_(value: Operand | boolean): this;
    /**
     * Copies the elements of `source`, broadcast and converted to this tensor's dtype, as `torch.Tensor.copy_`.
     *
     * @throws ChainruleError `in-place` as {@link Tensor.add_}, `shape` when the source does not broadcast to this shape
     *
     * @example
     * zeros([2, 3]).copy_(tensor([1, 2, 3])); // → tensor([[1., 2., 3.], [1., 2., 3.]])
     * zeros([2], { dtype: "int32" }).copy_(tensor([-1.7, 2.9])); // → tensor([-1, 2], dtype=int32)
     */
    copy_(source: Operand): this;
    /**
     * Fills with uniform numbers in [low, high), [0, 1) when left out. Floating tensors only. The numbers of
     * `torch.Tensor.uniform_` from the same seed.
     *
     * @throws ChainruleError `argument` unless low ≤ high, both finite, `dtype` for int32 and bool, `in-place` as {@link Tensor.add_}
     *
     * @example
     * manualSeed(0);
     * zeros([3]).uniform_(-1, 1); // → tensor([-0.0075, 0.5364, -0.8230])
     */
    uniform_(low?: number, high?: number, options?: FillOptions): this;
    /**
     * Fills with normal numbers of the given mean and standard deviation, 0 and 1 when left out. Floating tensors only. The
     * numbers of `torch.Tensor.normal_` from the same seed.
     *
     * @throws ChainruleError `argument` unless std ≥ 0, `dtype` for int32 and bool, `in-place` as {@link Tensor.add_}
     *
     * @example
     * manualSeed(0);
     * zeros([2]).normal_(); // → tensor([1.5410, -0.2934])
     * zeros([2]).normal_(10, 0.1); // → tensor([9.7821, 10.0568])
     */
    normal_(mean?: number, std?: number, options?: FillOptions): this;
    /**
     * Fills with numbers of the density λ e^(−λx), x > 0 (λ is 1 when left out): their mean is 1/λ. Floating tensors only. As
     * `torch.Tensor.exponential_`.
     *
     * @throws ChainruleError `argument` unless λ > 0, `dtype` for int32 and bool, `in-place` as {@link Tensor.add_}
     *
     * @example
     * manualSeed(0);
     * zeros([1000]).exponential_(4).mean(); // → tensor(0.2557)
     */
    exponential_(lambd?: number, options?: FillOptions): this;
    /**
     * Fills with 1 by the probability `p` (½ when left out; a tensor broadcasts) and 0 otherwise. Any dtype. As
     * `torch.Tensor.bernoulli_`.
     *
     * @throws ChainruleError `argument` unless 0 ≤ p ≤ 1, `in-place` as {@link Tensor.add_}, `shape` when p does not broadcast
     * to this shape
     *
     * @example
     * manualSeed(0);
     * zeros([4], { dtype: "bool" }).bernoulli_(); // → tensor([false, false, true, false])
     * zeros([8]).bernoulli_(0.25); // → tensor([0., 0., 1., 0., 0., 0., 0., 1.])
     * zeros([3]).bernoulli_(tensor([0, 1, 0.5])); // → tensor([0., 1., 0.])
     */
    bernoulli_(p?: Operand, options?: FillOptions): this;
  }
}

const none: readonly Operand[] = [];

/** Functions of the tensor alone. `dtype` is that of the exact result, when it is not the tensor's own. */
const unary_ = <T extends Tensor>(name: string, primitive: Unary, x: T, dtype: DType = x.dtype): T =>
  mutate(name, x, none, (out) => interpreter.unary(primitive, x, out, x), dtype) as T;

const numeric = (method: string, x: Tensor, remedy: string): void =>
  inMethod(method, () => requireDType(x, ["int32", "float32", "float64"], remedy));

/** x ← x ∘ other. */
const binary_ = <T extends Tensor>(name: string, primitive: Binary, x: T, other: Operand, dtype?: DType): T =>
  mutate(name, x, [other], (out) => interpreter.binary(primitive, x, other, out, x), dtype) as T;

/** x ← x + alpha · other. */
const addScaled = <T extends Tensor>(name: string, x: T, other: Operand, alpha: Operand): T => {
  const write = (out: Spec): void => {
    checkFactor("alpha", alpha);
    interpreter.addScaled(x, other, alpha, out, x);
  };
  return mutate(name, x, [other, alpha], write) as T;
};

/** x ← x + value · (a ∘ b), in PyTorch's order of operations: value · a first. */
function addCombined<T extends Tensor>(
  name: string,
  primitive: "mul" | "div",
  x: T,
  a: Tensor,
  b: Operand,
  value: Operand,
): T {
  const write = (out: Spec): void => {
    checkFactor("value", value);
    const scaled =
      value === 1 ? a : interpreter.binary("mul", a, value, { shape: a.shape, dtype: out.dtype });
    const term = interpreter.binary(primitive, scaled, b, out);
    interpreter.binary("add", x, term, out, x);
  };
  return mutate(name, x, [a, b, value], write) as T;
}

function clamp_<T extends Tensor>(name: string, x: T, min: Operand | null, max: Operand | null): T {
  const limits = [min, max].filter((limit) => limit !== null);
  const write = (out: Spec): void => {
    if (limits.length === 0)
      throw new ChainruleError("argument", "There is no limit.", "Give min, max or both.");
    if (min !== null) interpreter.binary("max", x, min, out, x);
    if (max !== null) interpreter.binary("min", x, max, out, x);
  };
  return mutate(name, x, limits, write) as T;
}

/** x ← the result of the form without underscore. */
const assign = <T extends Tensor>(
  name: string,
  x: T,
  operands: readonly Operand[],
  form: () => Tensor,
  dtype?: DType,
): T => mutate(name, x, operands, (out) => interpreter.copy(form(), out, x), dtype) as T;

function fillRandom<T extends Tensor>(name: string, x: T, draw: Draw, options: FillOptions | undefined): T {
  const write = (out: Spec): void => {
    if (draw.kind !== "bernoulli") requireFloating(x);
    interpreter.random(draw, options?.generator ?? defaultGenerator, out, x);
  };
  return mutate(name, x, none, write, x.dtype) as T;
}

defineMethods({
  add_(other, options) {
    const alpha = options === undefined ? 1 : alphaOf("add_", options);
    if (alpha === 1) return binary_("add_", "add", this, other);
    return addScaled("add_", this, other, alpha);
  },
  sub_(other, options) {
    refuseBools({ x: this, other }, "sub_");
    const alpha = options === undefined ? 1 : alphaOf("sub_", options);
    if (alpha === 1) return binary_("sub_", "sub", this, other);
    return addScaled("sub_", this, other, negated(alpha));
  },
  mul_(other) {
    return binary_("mul_", "mul", this, other);
  },
  div_(other, options) {
    const mode = options?.roundingMode;
    if (mode) return assign("div_", this, [other], () => this.div(other, { roundingMode: mode }));
    return binary_("div_", "div", this, other, floatingOf(resultType(this, other)));
  },
  pow_(exponent) {
    return assign("pow_", this, [exponent], () => this.pow(exponent));
  },
  neg_() {
    numeric("neg_", this, "Use logicalNot() for bool tensors.");
    return unary_("neg_", "neg", this);
  },
  abs_() {
    numeric("abs_", this, 'Convert it by to("int32").');
    return unary_("abs_", "abs", this);
  },
  sqrt_() {
    return unary_("sqrt_", "sqrt", this, floatingOf(this.dtype));
  },
  square_() {
    return unary_("square_", "square", this, this.dtype === "bool" ? "int32" : this.dtype);
  },
  reciprocal_() {
    return unary_("reciprocal_", "reciprocal", this, floatingOf(this.dtype));
  },
  exp_() {
    return unary_("exp_", "exp", this, floatingOf(this.dtype));
  },
  erfinv_() {
    return unary_("erfinv_", "erfinv", this, floatingOf(this.dtype));
  },
  relu_() {
    return unary_("relu_", "relu", this);
  },
  clamp_(min = null, max = null) {
    return clamp_("clamp_", this, min, max);
  },
  clampMin_(min) {
    return clamp_("clampMin_", this, min, null);
  },
  clampMax_(max) {
    return clamp_("clampMax_", this, null, max);
  },
  lerp_(end, weight) {
    return assign("lerp_", this, [end, weight], () => this.lerp(end, weight));
  },
  addcmul_(tensor1, tensor2, options) {
    return addCombined("addcmul_", "mul", this, tensor1, tensor2, factorOf("addcmul_", options));
  },
  addcdiv_(tensor1, tensor2, options) {
    wholeQuotient(this, tensor1, tensor2);
    return addCombined("addcdiv_", "div", this, tensor1, tensor2, factorOf("addcdiv_", options));
  },
  zero_() {
    return mutate("zero_", this, none, (out) => interpreter.copy(0, out, this), this.dtype) as typeof this;
  },
  fill_(value) {
    const number = typeof value === "boolean" ? Number(value) : value;
    if (typeof number !== "number" && number.ndim > 0) {
      throw new ChainruleError(
        "shape",
        `fill_() sets one number, and was given a tensor of shape [${number.shape.join(", ")}].`,
        "Use copy_() to write a tensor.",
      );
    }
    return mutate(
      "fill_",
      this,
      [number],
      (out) => interpreter.copy(number, out, this),
      this.dtype,
    ) as typeof this;
  },
  copy_(source) {
    return mutate(
      "copy_",
      this,
      [source],
      (out) => interpreter.copy(source, out, this),
      this.dtype,
    ) as typeof this;
  },
  uniform_(low = 0, high = 1, options) {
    return fillRandom("uniform_", this, { kind: "uniform", low, high }, options);
  },
  normal_(mean = 0, std = 1, options) {
    return fillRandom("normal_", this, { kind: "normal", mean, std }, options);
  },
  exponential_(lambd = 1, options) {
    return fillRandom("exponential_", this, { kind: "exponential", rate: lambd }, options);
  },
  bernoulli_(p = 0.5, options) {
    // One float64 number draws what a plain number does; a float32 one takes fewer bits for each element.
    const isOne = typeof p === "number" || (p.ndim === 0 && p.dtype === "float64");
    return fillRandom(
      "bernoulli_",
      this,
      { kind: "bernoulli", p: isOne ? p : p.expand(this.shape) },
      options,
    );
  },
});
