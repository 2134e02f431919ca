/** Conversions between dtypes, in the forms of access.ts. */
import type { DType } from "../../../shape/dtype.ts";
import { f32, f32x4, f64, f64x2, i32, i32x4, v128 } from "../assembler/index.ts";
import type { Vector, VectorCode, VectorLocal } from "../math/code.ts";
import { type Lanes, narrowMasks, splatMask, widenMasks, zeros } from "./access.ts";

/** Converts a vector, with code for the lanes of the dtypes that it comes from and goes to. */
type Conversion = (from: VectorCode, to: VectorCode, x: VectorLocal) => Vector;

/** How a vector of one dtype becomes one of another. */
export function convertLanes(from: DType, to: DType, lanes: Lanes): Conversion {
  if (from === to) return (_, __, x) => x;
  if (to === "bool") return (code, _, x) => masks(code, from, lanes, x);
  if (from === "bool") {
    const narrow = lanes === 2 && to !== "float64";
    const one = (code: VectorCode) => (to === "int32" ? code.bits(1n) : code.constant(1));
    return (_, code, x) => v128.and(narrow ? narrowMasks(x) : x, one(code));
  }
  if (to === "int32") return (code, _, x) => wholeNumbers(code, x);
  if (from === "int32") {
    return (_, __, x) => (to === "float32" ? f32x4.convertI32x4S(x) : f64x2.convertLowI32x4S(x));
  }
  return (_, __, x) => (to === "float32" ? f32x4.demoteF64x2Zero(x) : f64x2.promoteLowF32x4(x));
}

function masks(code: VectorCode, from: DType, lanes: Lanes, x: VectorLocal): Vector {
  const mask = from === "int32" ? i32x4.ne(x, zeros()) : code.float.ne(x, code.constant(0));
  return lanes === 2 && from !== "float64" ? widenMasks(mask) : mask;
}

/** Without the fraction, modulo 2³², 0 for what is not finite: as ECMAScript's ToInt32. All steps but the last are exact. */
function wholeNumbers(code: VectorCode, x: VectorLocal): Vector {
  const { abs, floor, lt } = code.float;
  const size = code.let(abs(x));
  const turns = floor(code.mul(size, code.constant(2 ** -32)));
  const rest = code.sub(size, code.mul(turns, code.constant(2 ** 32)));
  const truncate = code.type === "float32" ? i32x4.truncSatF32x4U : i32x4.truncSatF64x2UZero;
  const negative = code.let(lt(x, code.constant(0)));
  const sign = code.let(code.type === "float32" ? negative : narrowMasks(negative));
  // −u = ¬u + 1 = (u ⊕ −1) − (−1)
  return i32x4.sub(v128.xor(truncate(rest), sign), sign);
}

/** The float64 number at an address, converted, in all lanes. */
export function liveLanes(at: number, dtype: DType): Vector {
  const value = f64.load(0, { offset: at });
  switch (dtype) {
    case "float32":
      return f32x4.splat(f32.demoteF64(value));
    case "float64":
      return v128.load64Splat(0, { offset: at });
    case "int32":
      return i32x4.splat(i32.truncSatF64S(value));
    case "bool":
      return splatMask(f64.ne(value, 0));
  }
}
