import { isFloating, promoteTypes, type Tensor, where } from "../../tensor/index.ts";
import type { Call, Operator } from "./call.ts";
import { elementType } from "./tensors.ts";

/** Operators that work element by element. https://onnx.ai/onnx/operators/ */

const unary = (f: (x: Tensor, call: Call) => Tensor, ...attributes: string[]): Operator => ({
  attributes: [...attributes, "consumed_inputs"],
  run: (call) => f(call.x(), call),
});

/** Two operands that broadcast; either may be weights. */
const binary = (f: (a: Tensor, b: Tensor) => Tensor): Operator => ({
  inputs: [2, 2],
  weights: "all",
  run: (call) => f(...pair(call)),
});

/** Two operands in their wider dtype: a constant without dimensions does not decide alone. */
function pair(call: Call): [Tensor, Tensor] {
  const [a, b] = [call.x(0), call.x(1)];
  if (a.dtype === b.dtype) return [a, b];
  const dtype = promoteTypes(a.dtype, b.dtype);
  return [a.to(dtype), b.to(dtype)];
}

const MOST = Number.MAX_SAFE_INTEGER;

/** Any number of operands, taken two by two. */
const variadic = (
  f: (a: Tensor, b: Tensor) => Tensor,
  finish = (y: Tensor, _count: number) => y,
): Operator => ({
  inputs: [1, MOST],
  weights: "all",
  attributes: ["consumed_inputs"],
  run(call) {
    const all = call.all();
    return finish(all.reduce(f), all.length);
  },
});

const logical = (f: (a: Tensor, b: Tensor) => Tensor): Operator => ({
  inputs: [2, 2],
  since: 7,
  run: (call) => f(call.x(0), call.x(1)),
});

const comparison = (f: (a: Tensor, b: Tensor) => Tensor): Operator => ({
  inputs: [2, 2],
  since: 7,
  run: (call) => f(...pair(call)),
});

/** a − trunc(a / b) · b, with the sign of a, without rounding. */
const withSignOfFirst = (a: Tensor, b: Tensor): Tensor => {
  const rest = a.abs().remainder(b.abs());
  return where(a.lt(0), rest.neg(), rest);
};

/** The element types of integers narrower than int32: how many values they have, and the least. */
const narrow: Readonly<Record<number, readonly [count: number, least: number]>> = {
  [elementType.uint8]: [2 ** 8, 0],
  [elementType.int8]: [2 ** 8, -(2 ** 7)],
  [elementType.uint16]: [2 ** 16, 0],
  [elementType.int16]: [2 ** 16, -(2 ** 15)],
};

export const elementwise: Readonly<Record<string, Operator>> = {
  Abs: unary((x) => x.abs()),
  Acos: unary((x) => x.acos()),
  Acosh: unary((x) => x.acosh()),
  Asin: unary((x) => x.asin()),
  Asinh: unary((x) => x.asinh()),
  Atan: unary((x) => x.atan()),
  Atanh: unary((x) => x.atanh()),
  Ceil: unary((x) => x.ceil()),
  Cos: unary((x) => x.cos()),
  Cosh: unary((x) => x.cosh()),
  Erf: unary((x) => x.erf()),
  Exp: unary((x) => x.exp()),
  Floor: unary((x) => x.floor()),
  Identity: unary((x) => x),
  IsNaN: unary((x) => x.isnan()),
  Log: unary((x) => x.log()),
  Neg: unary((x) => x.neg()),
  Not: unary((x) => x.logicalNot()),
  Reciprocal: unary((x) => x.reciprocal()),
  Round: unary((x) => x.round()),
  Sign: unary((x) => x.sign()),
  Sin: unary((x) => x.sin()),
  Sinh: unary((x) => x.sinh()),
  Sqrt: unary((x) => x.sqrt()),
  Tan: unary((x) => x.tan()),
  IsInf: {
    attributes: ["detect_negative", "detect_positive"],
    run(call) {
      const x = call.x();
      const positive = x.eq(Number.POSITIVE_INFINITY).logicalAnd(call.number("detect_positive", 1));
      return positive.logicalOr(x.eq(Number.NEGATIVE_INFINITY).logicalAnd(call.number("detect_negative", 1)));
    },
  },

  // activations
  Relu: unary((x) => x.relu()),
  Sigmoid: unary((x) => x.sigmoid()),
  Tanh: unary((x) => x.tanh()),
  Softplus: unary((x) => x.softplus()),
  Softsign: unary((x) => x.softsign()),
  Mish: unary((x) => x.mish()),
  HardSwish: unary((x) => x.hardswish()),
  Elu: unary((x, call) => x.elu(call.number("alpha", 1)), "alpha"),
  Celu: unary((x, call) => x.celu(call.number("alpha", 1)), "alpha"),
  Selu: unary(
    (x, call) => {
      const [alpha, gamma] = [call.number("alpha", SELU_ALPHA), call.number("gamma", SELU_GAMMA)];
      if (Math.fround(alpha) === Math.fround(SELU_ALPHA) && Math.fround(gamma) === Math.fround(SELU_GAMMA))
        return x.selu();
      return x.elu(alpha).mul(gamma);
    },
    "alpha",
    "gamma",
  ),
  LeakyRelu: unary((x, call) => x.leakyRelu(call.number("alpha", 0.01)), "alpha"),
  ThresholdedRelu: unary((x, call) => where(x.gt(call.number("alpha", 1)), x, 0), "alpha"),
  HardSigmoid: unary(
    (x, call) => x.mul(call.number("alpha", 0.2)).add(call.number("beta", 0.5)).clamp(0, 1),
    "alpha",
    "beta",
  ),
  Shrink: unary(
    (x, call) => {
      const [bias, lambd] = [call.number("bias", 0), call.number("lambd", 0.5)];
      return where(x.lt(-lambd), x.add(bias), where(x.gt(lambd), x.sub(bias), 0)).to(x.dtype);
    },
    "bias",
    "lambd",
  ),
  Gelu: unary((x, call) => x.gelu({ approximate: call.text("approximate", "none", "tanh") }), "approximate"),
  Swish: unary((x, call) => {
    const alpha = call.number("alpha", 1);
    return alpha === 1 ? x.silu() : x.mul(x.mul(alpha).sigmoid());
  }, "alpha"),
  PRelu: {
    inputs: [2, 2],
    weights: [1],
    run: (call) => where(call.x(0).lt(0), call.x(0).mul(call.x(1)), call.x(0)),
  },
  Clip: {
    inputs: [1, 3],
    attributes: ["min", "max", "consumed_inputs"],
    run(call) {
      const [x, low, high] = call.inputs;
      const min = call.opset < 11 ? limit(call, "min") : (low ?? null);
      const max = call.opset < 11 ? limit(call, "max") : (high ?? null);
      return min === null && max === null ? (x as Tensor) : call.x().clamp(min, max);
    },
  },

  // arithmetic
  Add: binary((a, b) => a.add(b)),
  Sub: binary((a, b) => a.sub(b)),
  Mul: binary((a, b) => a.mul(b)),
  Div: binary((a, b) => (isFloating(a.dtype) ? a.div(b) : a.div(b, { roundingMode: "trunc" }))),
  Pow: {
    inputs: [2, 2],
    weights: [0],
    run(call) {
      const [x, exponent] = [call.x(0), call.x(1)];
      return x.pow(exponent).to(x.dtype);
    },
  },
  Mod: {
    inputs: [2, 2],
    attributes: ["fmod"],
    run(call) {
      const [a, b] = pair(call);
      return call.flag("fmod", false) ? withSignOfFirst(a, b) : a.remainder(b);
    },
  },
  Max: variadic((a, b) => a.maximum(b)),
  Min: variadic((a, b) => a.minimum(b)),
  Sum: variadic((a, b) => a.add(b)),
  Mean: variadic(
    (a, b) => a.add(b),
    (y, count) => y.div(count),
  ),

  // comparison and logic
  Equal: comparison((a, b) => a.eq(b)),
  Greater: comparison((a, b) => a.gt(b)),
  GreaterOrEqual: comparison((a, b) => a.ge(b)),
  Less: comparison((a, b) => a.lt(b)),
  LessOrEqual: comparison((a, b) => a.le(b)),
  And: logical((a, b) => a.logicalAnd(b)),
  Or: logical((a, b) => a.logicalOr(b)),
  Xor: logical((a, b) => a.logicalXor(b)),
  Where: {
    inputs: [3, 3],
    weights: [1, 2],
    run: (call) => where(call.x(0), call.x(1), call.x(2)),
  },

  // dtypes
  Cast: {
    attributes: ["to", "saturate", "round_mode"],
    since: 6,
    run: (call) => cast(call, call.x()),
  },
  CastLike: {
    inputs: [2, 2],
    attributes: ["saturate", "round_mode"],
    run: (call) => call.x(0).to(call.x(1).dtype),
  },
};

const SELU_ALPHA = 1.6732632423543772;
const SELU_GAMMA = 1.0507009873554805;

const limit = (call: Call, name: string): number | null => (call.has(name) ? call.number(name, 0) : null);

/** Half precision is not rounded to: it stays float32. Integers narrower than int32 wrap around. */
function cast(call: Call, x: Tensor): Tensor {
  const dtype = call.dtype("to", elementType.float);
  const range = narrow[call.number("to", elementType.float)];
  if (!range) return x.dtype === dtype ? x : x.to(dtype);
  const [count, least] = range;
  return x.to("int32").sub(least).remainder(count).add(least);
}
