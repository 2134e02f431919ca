import { type DType, isFloating, promoteTypes, type Tensor } from "../../tensor/index.ts";
import { float } from "./builder.ts";
import type { Exported } from "./step.ts";

/** How an op record of the library is written by operators of ONNX: gives the value that is its result. */
export type Write = (s: Exported) => string;

const unary =
  (op: string): Write =>
  (s) =>
    s.node(op, [s.in("x")]);
const binary =
  (op: string): Write =>
  (s) =>
    s.node(op, [s.in("x"), s.in("other")]);

/** Both operands in their common dtype; a number goes with the tensor. */
function operands(s: Exported): [string, string] {
  const [x, other] = [s.tensor("x"), s.tensor("other")];
  const dtype = x && other ? promoteTypes(x.dtype, other.dtype) : ((x ?? other) as Tensor).dtype;
  return [s.in("x", dtype), s.in("other", dtype)];
}

const comparison =
  (op: string): Write =>
  (s) =>
    s.node(op, comparable(s, operands(s)), {}, "bool");

/** Truth values are compared as numbers. */
const comparable = (s: Exported, pair: [string, string]): string[] =>
  pair.map((value) => (s.builder.dtypeOf(value) === "bool" ? s.builder.cast(value, "int32") : value));

const logical =
  (op: string): Write =>
  (s) =>
    s.node(op, [s.in("x", "bool"), s.in("other", "bool")]);

/** Extremes of truth values are taken as of numbers. */
const extreme =
  (op: string): Write =>
  (s) => {
    const { dtype } = s.out;
    const inner: DType = dtype === "bool" ? "int32" : dtype;
    return s.builder.cast(s.node(op, [s.in("x", inner), s.in("other", inner)], {}, inner), dtype);
  };

/** eˣ − 1 without cancellation around 0: tanh(x/2) · (eˣ + 1). */
function expm1(s: Exported, x: string): string {
  const half = s.node("Tanh", [s.node("Mul", [x, s.number(0.5)])]);
  return s.node("Mul", [half, s.node("Add", [s.node("Exp", [x]), s.number(1)])]);
}

/** log(1 + x); around 0, where that would cancel, 2 artanh(x / (2 + x)). */
function log1p(s: Exported, x: string): string {
  const near = s.node("Less", [s.node("Abs", [x]), s.number(0.5)], {}, "bool");
  const quotient = s.node("Div", [x, s.node("Add", [x, s.number(2)])]);
  const small = s.node("Mul", [s.node("Atanh", [quotient]), s.number(2)]);
  return s.node("Where", [near, small, s.node("Log", [s.node("Add", [x, s.number(1)])])]);
}

/** x without its fraction. */
const truncated = (s: Exported, x: string): string =>
  s.node("Mul", [s.node("Sign", [x]), s.node("Floor", [s.node("Abs", [x])])]);

/** x − ⌊x / y⌋ y. Mod of whole numbers is that. */
const remainder = (s: Exported, x: string, y: string): string =>
  isFloating(s.out.dtype)
    ? s.node("Sub", [x, s.node("Mul", [s.node("Floor", [s.node("Div", [x, y])]), y])])
    : s.node("Mod", [x, y]);

const softplus = (s: Exported, x: string): string => s.node("Softplus", [x]);

export const elementwiseRecords: Readonly<Record<string, Write>> = {
  abs: unary("Abs"),
  acos: unary("Acos"),
  acosh: unary("Acosh"),
  asin: unary("Asin"),
  asinh: unary("Asinh"),
  atan: unary("Atan"),
  ceil: unary("Ceil"),
  cos: unary("Cos"),
  cosh: unary("Cosh"),
  erf: unary("Erf"),
  exp: unary("Exp"),
  floor: unary("Floor"),
  log: unary("Log"),
  neg: unary("Neg"),
  reciprocal: unary("Reciprocal"),
  relu: unary("Relu"),
  round: unary("Round"),
  sigmoid: unary("Sigmoid"),
  sign: unary("Sign"),
  sin: unary("Sin"),
  sinh: unary("Sinh"),
  sqrt: unary("Sqrt"),
  tan: unary("Tan"),
  tanh: unary("Tanh"),
  isnan: (s) => s.node("IsNaN", [s.in("x", "own")]),
  isfinite(s) {
    const x = s.in("x", "own");
    return s.node("Not", [s.node("Or", [s.node("IsNaN", [x]), s.node("IsInf", [x])])]);
  },
  square(s) {
    const x = s.in("x");
    return s.node("Mul", [x, x]);
  },
  rsqrt: (s) => s.node("Reciprocal", [s.node("Sqrt", [s.in("x")])]),
  trunc: (s) => truncated(s, s.in("x")),
  expm1: (s) => expm1(s, s.in("x")),
  log1p: (s) => log1p(s, s.in("x")),
  log2: (s) => s.node("Mul", [s.node("Log", [s.in("x")]), s.number(Math.LOG2E)]),

  // activations
  leakyRelu: (s) => s.node("LeakyRelu", [s.in("x")], { alpha: float(s.attribute("negativeSlope")) }),
  prelu: (s) => s.node("PRelu", [s.in("x"), s.in("weight")]),
  elu(s) {
    const x = s.in("x");
    const [alpha, scale, inputScale] = ["alpha", "scale", "inputScale"].map((name) =>
      s.attribute<number>(name),
    );
    if (inputScale === 1) {
      if (scale === 1) return s.node("Elu", [x], { alpha: float(alpha) });
      return s.node("Selu", [x], { alpha: float(alpha), gamma: float(scale) });
    }
    const below = expm1(s, s.node("Mul", [s.node("Min", [x, s.number(0)]), s.number(inputScale)]));
    const above = s.node("Mul", [s.node("Relu", [x]), s.number(scale)]);
    return s.node("Add", [above, s.node("Mul", [below, s.number(alpha * scale)])]);
  },
  softplus(s) {
    const x = s.in("x");
    const [beta, threshold] = [s.attribute<number>("beta"), s.attribute<number>("threshold")];
    const scaled = beta === 1 ? x : s.node("Mul", [x, s.number(beta)]);
    const smooth = softplus(s, scaled);
    const y = beta === 1 ? smooth : s.node("Div", [smooth, s.number(beta)]);
    if (threshold >= 20) return y; // the difference is e⁻²⁰
    return s.node("Where", [s.node("Greater", [scaled, s.number(threshold)], {}, "bool"), x, y]);
  },
  logSigmoid: (s) => s.node("Neg", [softplus(s, s.node("Neg", [s.in("x")]))]),
  silu(s) {
    const x = s.in("x");
    return s.node("Mul", [x, s.node("Sigmoid", [x])]);
  },
  mish(s) {
    const x = s.in("x");
    return s.node("Mul", [x, s.node("Tanh", [softplus(s, x)])]);
  },
  gelu(s) {
    const x = s.in("x");
    const phi = s.node("Add", [s.node("Erf", [s.node("Mul", [x, s.number(Math.SQRT1_2)])]), s.number(1)]);
    return s.node("Mul", [s.node("Mul", [x, phi]), s.number(0.5)]);
  },
  geluTanh(s) {
    const x = s.in("x");
    const cubed = s.node("Mul", [s.node("Mul", [s.node("Mul", [x, x]), x]), s.number(0.044715)]);
    const inner = s.node("Mul", [s.node("Add", [x, cubed]), s.number(Math.sqrt(2 / Math.PI))]);
    const factor = s.node("Add", [s.node("Tanh", [inner]), s.number(1)]);
    return s.node("Mul", [s.node("Mul", [x, factor]), s.number(0.5)]);
  },
  hardtanh: (s) =>
    s.node("Clip", [s.in("x"), s.number(s.attribute("minVal")), s.number(s.attribute("maxVal"))]),
  clamp(s) {
    let y = s.in("x");
    if (s.has("min")) y = s.node("Max", [y, s.in("min")]);
    return s.has("max") ? s.node("Min", [y, s.in("max")]) : y;
  },
  maximum: extreme("Max"),
  minimum: extreme("Min"),

  // arithmetic
  add: binary("Add"),
  sub: binary("Sub"),
  mul: binary("Mul"),
  div: binary("Div"),
  addScaled: (s) => s.node("Add", [s.in("x"), s.node("Mul", [s.in("other"), s.in("alpha")])]),
  pow: binary("Pow"),
  remainder: (s) => remainder(s, s.in("x"), s.in("other")),
  floorDivide(s) {
    const [x, y] = [s.in("x"), s.in("other")];
    const quotient = s.node("Div", [s.node("Sub", [x, remainder(s, x, y)]), y]);
    return isFloating(s.out.dtype) ? s.node("Round", [quotient]) : quotient;
  },
  truncDivide(s) {
    const quotient = s.node("Div", [s.in("x"), s.in("other")]);
    return isFloating(s.out.dtype) ? truncated(s, quotient) : quotient;
  },
  atan2(s) {
    const [y, x] = [s.in("x"), s.in("other")];
    const zero = s.number(0);
    const angle = s.node("Atan", [s.node("Div", [y, x])]);
    const turn = s.node("Where", [
      s.node("Less", [y, zero], {}, "bool"),
      s.number(-Math.PI),
      s.number(Math.PI),
    ]);
    const left = s.node("Where", [
      s.node("Less", [x, zero], {}, "bool"),
      s.node("Add", [angle, turn]),
      angle,
    ]);
    const origin = s.node(
      "And",
      [s.node("Equal", [x, zero], {}, "bool"), s.node("Equal", [y, zero], {}, "bool")],
      {},
      "bool",
    );
    return s.node("Where", [origin, zero, left]);
  },
  lerp(s) {
    const [x, end] = [s.in("x"), s.in("end")];
    return s.node("Add", [x, s.node("Mul", [s.in("weight"), s.node("Sub", [end, x])])]);
  },
  xlogy(s) {
    const x = s.in("x");
    const product = s.node("Mul", [x, s.node("Log", [s.in("other")])]);
    return s.node("Where", [s.node("Equal", [x, s.number(0)], {}, "bool"), s.number(0), product]);
  },
  binaryCrossEntropy(s) {
    const [x, target] = [s.in("x"), s.in("target")];
    const lowest = s.number(-100);
    const yes = s.node("Max", [s.node("Log", [x]), lowest]);
    const no = s.node("Max", [log1p(s, s.node("Neg", [x])), lowest]);
    const right = s.node("Mul", [s.node("Sub", [target, s.number(1)]), no]);
    return s.node("Sub", [right, s.node("Mul", [target, yes])]);
  },

  // comparison and logic
  eq: comparison("Equal"),
  ne: (s) => s.node("Not", [s.node("Equal", comparable(s, operands(s)))]),
  gt: comparison("Greater"),
  ge: comparison("GreaterOrEqual"),
  lt: comparison("Less"),
  le: comparison("LessOrEqual"),
  logicalNot: (s) => s.node("Not", [s.in("x", "bool")]),
  logicalAnd: logical("And"),
  logicalOr: logical("Or"),
  logicalXor: logical("Xor"),
  where: (s) => s.node("Where", [s.in("condition", "bool"), s.in("x"), s.in("other")]),
  maskedFill: (s) => s.node("Where", [s.in("mask", "bool"), s.in("value"), s.in("x")]),

  to: (s) => s.in("x"),
  clone: (s) => s.in("x"),
};
