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
import { checkFactor, negated } from "./arithmetic.ts";
import { wholeQuotient } from "./select.ts";

/** Where random numbers come from. */
export interface FillOptions {
  /** The default generator when left out: see `manualSeed`. */
  generator?: Generator;
}

declare module "../core/tensor.ts" {
  interface Tensor {
    /** `this ← this + alpha · other`, where alpha is a number or a tensor of no dimensions (1 when left out). */
    add_(other: Operand, options?: { alpha?: Operand }): this;
    /** `this ← this − alpha · other`, with alpha as in {@link Tensor.add_}. */
    sub_(other: Operand, options?: { alpha?: Operand }): this;
    /** `this ← this · other`. */
    mul_(other: Operand): this;
    /** `this ← this / other`; with `roundingMode`, rounded as in {@link Tensor.div}. */
    div_(other: Operand, options?: { roundingMode?: "floor" | "trunc" }): this;
    /** `this ← this` to the power `exponent`. */
    pow_(exponent: Operand): this;
    /** `this ← −this`. */
    neg_(): this;
    /** `this ← |this|`. */
    abs_(): this;
    /** `this ← √this`. */
    sqrt_(): this;
    /** `this ← this²`. */
    square_(): this;
    /** `this ← 1 / this`. */
    reciprocal_(): this;
    /** `this ← eᵗʰⁱˢ`. */
    exp_(): this;
    /** `this ← erfinv this`. */
    erfinv_(): this;
    /** `this ← max(this, 0)`. */
    relu_(): this;
    /** `this ← clamp(this, min, max)`. */
    clamp_(min?: Operand | null, max?: Operand | null): this;
    /** `clamp_(min, null)`. */
    clampMin_(min: Operand): this;
    /** `clamp_(null, max)`. */
    clampMax_(max: Operand): this;
    /** `this ← this + weight · (end − this)`. */
    lerp_(end: Tensor, weight: Operand): this;
    /** `this ← this + value · tensor1 · tensor2`, where value is a number or a tensor of no dimensions (1 when left out). */
    addcmul_(tensor1: Tensor, tensor2: Operand, options?: { value?: Operand }): this;
    /** `this ← this + value · tensor1 / tensor2`, with value as in {@link Tensor.addcmul_}. */
    addcdiv_(tensor1: Tensor, tensor2: Operand, options?: { value?: Operand }): this;
    /** Sets every element to 0. */
    zero_(): this;
    /** Sets every element to one number. */
    fill_(value: Operand | boolean): this;
    /** Copies the elements of `source`, broadcast and converted to this tensor's dtype. */
    copy_(source: Operand): this;
    /** Fills with uniform numbers in [low, high), [0, 1) when left out. Floating tensors only. */
    uniform_(low?: number, high?: number, options?: FillOptions): this;
    /** Fills with normal numbers of the given mean and standard deviation, 0 and 1 when left out. Floating tensors only. */
    normal_(mean?: number, std?: number, options?: FillOptions): this;
    /** Fills with numbers of the density λ e^(−λx), x > 0 (λ is 1 when left out). Floating tensors only. */
    exponential_(lambd?: number, options?: FillOptions): this;
    /** Fills with 1 by the probability `p` (½ when left out; a tensor broadcasts) and 0 otherwise. */
    bernoulli_(p?: Operand, options?: FillOptions): this;
  }
}

const none: readonly Operand[] = [];

/** Functions of the tensor alone. `dtype` is that of the exact result, when it is not the tensor's own. */
const unary_ = <T extends Tensor>(name: string, primitive: Unary, x: T, dtype: DType = x.dtype): T =>
  mutate(name, x, none, (out) => interpreter.unary(primitive, x, out, x), dtype) as T;

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
    if (options?.alpha === undefined || options.alpha === 1) return binary_("add_", "add", this, other);
    return addScaled("add_", this, other, options.alpha);
  },
  sub_(other, options) {
    if (options?.alpha === undefined || options.alpha === 1) return binary_("sub_", "sub", this, other);
    return addScaled("sub_", this, other, negated(options.alpha));
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
    requireDType(this, ["int32", "float32", "float64"], "Use logicalNot() for bool tensors.");
    return unary_("neg_", "neg", this);
  },
  abs_() {
    return unary_("abs_", "abs", this);
  },
  sqrt_() {
    return unary_("sqrt_", "sqrt", this, floatingOf(this.dtype));
  },
  square_() {
    return unary_("square_", "square", this);
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
    return addCombined("addcmul_", "mul", this, tensor1, tensor2, options?.value ?? 1);
  },
  addcdiv_(tensor1, tensor2, options) {
    wholeQuotient(this, tensor1, tensor2);
    return addCombined("addcdiv_", "div", this, tensor1, tensor2, options?.value ?? 1);
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
