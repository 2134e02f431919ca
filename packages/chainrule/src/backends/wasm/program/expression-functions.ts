/**
 * What the scalar primitives are in vector instructions, for each kind of lane. A missing entry means that programs leave the
 * op to the host.
 */
import type { Binary, Unary } from "../../../core/primitives.ts";
import type { DType } from "../../../shape/dtype.ts";
import { f32, f32x4, f64, f64x2, i32x4, v128 } from "../assembler/index.ts";
import type { BinaryEmitter, UnaryEmitter, Vector, VectorCode } from "../math/code.ts";
import {
  singleFunctions,
  binaryFunctions as vectorBinary,
  unaryFunctions as vectorUnary,
} from "../math/functions.ts";
import { zeros } from "./access.ts";
import { remainder } from "./remainder.ts";

/** Emitters of functions of one number; `null` where there is none. */
type UnaryTable = { readonly [P in Unary]: UnaryEmitter | null };

/** Emitters of functions of two numbers. */
type BinaryTable = { readonly [P in Binary]: BinaryEmitter | null };

const same: UnaryEmitter = (_, x) => x;
const never: UnaryEmitter = () => zeros();
const always: UnaryEmitter = () => v128.not(zeros());

/** On float lanes; isfinite, isnan and not give masks. */
const floatUnary: UnaryTable = {
  ...vectorUnary,
  abs: (code, x) => code.float.abs(x),
  ceil: (code, x) => code.float.ceil(x),
  digamma: null,
  erfinv: (code, x) => singleFunctions.erfinv(code, x),
  floor: (code, x) => code.float.floor(x),
  isfinite: (code, x) => code.float.lt(code.float.abs(x), code.constant(Number.POSITIVE_INFINITY)),
  isnan: (code, x) => code.float.ne(x, x),
  lgamma: null,
  neg: (code, x) => code.float.neg(x),
  not: (code, x) => code.float.eq(x, code.constant(0)),
  // 0 for −0 and NaN for NaN, which pmax would not give both
  relu: (code, x) => code.andnot(x, code.float.le(x, code.constant(0))),
  sqrt: (code, x) => code.float.sqrt(x),
  square: (code, x) => code.mul(x, x),
  trunc: (code, x) => code.float.trunc(x),
};

const intUnary: UnaryTable = {
  abs: (_, x) => i32x4.abs(x),
  acos: null,
  asin: null,
  atan: null,
  ceil: same,
  cos: null,
  cosh: null,
  digamma: null,
  erf: null,
  erfinv: null,
  exp: null,
  expm1: null,
  floor: same,
  isfinite: always,
  isnan: never,
  lgamma: null,
  log: null,
  log1p: null,
  log2: null,
  neg: (_, x) => i32x4.neg(x),
  not: (_, x) => i32x4.eq(x, zeros()),
  reciprocal: null,
  relu: (_, x) => i32x4.maxS(x, zeros()),
  round: same,
  rsqrt: null,
  sigmoid: null,
  sign: (code, x) => i32x4.maxS(i32x4.minS(x, code.bits(1n)), code.bits(-1n)),
  sin: null,
  sinh: null,
  softplus: null,
  sqrt: null,
  square: (_, x) => i32x4.mul(x, x),
  tan: null,
  tanh: null,
  trunc: same,
};

/** On masks, which stand for 0 and 1. */
const boolUnary: UnaryTable = {
  ...intUnary,
  abs: same,
  neg: null,
  not: (_, x) => v128.not(x),
  relu: same,
  sign: same,
  square: same,
};

/** The greater or the less number, NaN if either is. */
const extreme =
  (pick: "pmax" | "pmin"): BinaryEmitter =>
  (code, a, b) =>
    // pmax and pmin give a when it is NaN; a mask's ones are a NaN too.
    code.or(code.float[pick](a, b), code.float.ne(b, b));

/** Lane by lane; both numbers pass through float64, which holds the remainder of float32 numbers exactly. */
const floatRemainder: BinaryEmitter = (code, a, b) => {
  const f = remainder(code.helpers);
  const single = code.type === "float32";
  return Array.from({ length: code.layout.lanes }, (_, lane) => lane).reduce<Vector>((others, lane) => {
    if (!single) {
      const [x, y] = [a, b].map((vector) => f64x2.extractLane(lane, vector));
      return f64x2.replaceLane(lane, others, f.call({ x, y }));
    }
    const [x, y] = [a, b].map((vector) => f64.promoteF32(f32x4.extractLane(lane, vector)));
    return f32x4.replaceLane(lane, others, f32.demoteF64(f.call({ x, y })));
  }, a);
};

/** On float lanes; comparisons and logic give masks. */
const floatBinary: BinaryTable = {
  ...vectorBinary,
  add: (code, a, b) => code.add(a, b),
  and: (code, a, b) => code.and(isTrue(code, a), isTrue(code, b)),
  div: (code, a, b) => code.div(a, b),
  eq: (code, a, b) => code.float.eq(a, b),
  ge: (code, a, b) => code.float.ge(a, b),
  gt: (code, a, b) => code.float.gt(a, b),
  le: (code, a, b) => code.float.le(a, b),
  lt: (code, a, b) => code.float.lt(a, b),
  max: extreme("pmax"),
  min: extreme("pmin"),
  mul: (code, a, b) => code.mul(a, b),
  ne: (code, a, b) => code.float.ne(a, b),
  or: (code, a, b) => code.or(isTrue(code, a), isTrue(code, b)),
  remainder: floatRemainder,
  sub: (code, a, b) => code.sub(a, b),
  xor: (code, a, b) => code.xor(isTrue(code, a), isTrue(code, b)),
};

const isTrue = (code: VectorCode, x: Vector): Vector => code.float.ne(x, code.constant(0));
const intIsTrue = (x: Vector): Vector => i32x4.ne(x, zeros());

/** div and remainder stand in expression.ts, as they can end in a fault. */
const intBinary: BinaryTable = {
  add: (_, a, b) => i32x4.add(a, b),
  and: (_, a, b) => v128.and(intIsTrue(a), intIsTrue(b)),
  atan2: null,
  div: null,
  eq: (_, a, b) => i32x4.eq(a, b),
  ge: (_, a, b) => i32x4.geS(a, b),
  gt: (_, a, b) => i32x4.gtS(a, b),
  le: (_, a, b) => i32x4.leS(a, b),
  lt: (_, a, b) => i32x4.ltS(a, b),
  max: (_, a, b) => i32x4.maxS(a, b),
  min: (_, a, b) => i32x4.minS(a, b),
  mul: (_, a, b) => i32x4.mul(a, b),
  ne: (_, a, b) => i32x4.ne(a, b),
  or: (_, a, b) => v128.or(intIsTrue(a), intIsTrue(b)),
  pow: null,
  remainder: null,
  sub: (_, a, b) => i32x4.sub(a, b),
  xor: (_, a, b) => v128.xor(intIsTrue(a), intIsTrue(b)),
};

/** On masks, which stand for 0 and 1; what is not 0 is 1 again. */
const boolBinary: BinaryTable = {
  add: (_, a, b) => v128.or(a, b),
  and: (_, a, b) => v128.and(a, b),
  atan2: null,
  div: null,
  eq: (_, a, b) => v128.not(v128.xor(a, b)),
  ge: (_, a, b) => v128.or(a, v128.not(b)),
  gt: (_, a, b) => v128.andnot(a, b),
  le: (_, a, b) => v128.or(b, v128.not(a)),
  lt: (_, a, b) => v128.andnot(b, a),
  max: (_, a, b) => v128.or(a, b),
  min: (_, a, b) => v128.and(a, b),
  mul: (_, a, b) => v128.and(a, b),
  ne: (_, a, b) => v128.xor(a, b),
  or: (_, a, b) => v128.or(a, b),
  pow: (_, a, b) => v128.or(a, v128.not(b)),
  remainder: null,
  sub: (_, a, b) => v128.xor(a, b),
  xor: (_, a, b) => v128.xor(a, b),
};

const unaryTables: Readonly<Record<DType, UnaryTable>> = {
  float32: floatUnary,
  float64: { ...floatUnary, erfinv: null },
  int32: intUnary,
  bool: boolUnary,
};

const binaryTables: Readonly<Record<DType, BinaryTable>> = {
  float32: floatBinary,
  float64: floatBinary,
  int32: intBinary,
  bool: boolBinary,
};

/** What an op is on lanes of a dtype. */
export const unaryEmitter = (op: Unary, dtype: DType): UnaryEmitter | null => unaryTables[dtype][op];

/** Likewise; without the int32 functions that can fault. */
export const binaryEmitter = (op: Binary, dtype: DType): BinaryEmitter | null => binaryTables[dtype][op];

/** Whether a function of whole numbers refuses a divisor of 0. */
export const divides = (op: Binary, dtype: DType): boolean =>
  dtype === "int32" && (op === "div" || op === "remainder");

/** Whether programs can compute a function of numbers of a dtype. */
export const supportsUnary = (op: Unary, dtype: DType): boolean => unaryEmitter(op, dtype) !== null;

/** Whether programs can compute a function of two numbers of a dtype. */
export const supportsBinary = (op: Binary, dtype: DType): boolean =>
  divides(op, dtype) || binaryEmitter(op, dtype) !== null;
