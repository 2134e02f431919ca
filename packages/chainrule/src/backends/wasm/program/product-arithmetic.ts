/** What products need to know of the types that they multiply. */
import { type Expression, f32x4, f64x2, i32x4, type Local, v128 } from "../assembler/index.ts";
import type { Lanes } from "./access.ts";

/** Types of matrices. */
export type ProductType = "float32" | "float64" | "int32";

export const isProductType = (dtype: string): dtype is ProductType =>
  dtype === "float32" || dtype === "float64" || dtype === "int32";

/** Vectors of one type. */
export interface Arithmetic {
  readonly bytes: number;
  readonly lanes: Lanes;
  /** The type that elements may pass for when they are only moved. */
  readonly moved: "float32" | "float64";
  readonly zero: Expression<"v128">;
  add(a: Expression<"v128">, b: Expression<"v128">): Expression<"v128">;
  /** a·b + c; one instruction that rounds once where the processor can, if `fused`. */
  multiplyAdd(a: Local<"v128">, b: Local<"v128">, c: Local<"v128">): Expression<"v128">;
  readonly loadSplat: typeof v128.load32Splat;
}

/** The instructions for a type. */
export function arithmeticOf(type: ProductType, fused: boolean): Arithmetic {
  const { add, mul } = { float32: f32x4, float64: f64x2, int32: i32x4 }[type];
  const madd = { float32: f32x4.relaxedMadd, float64: f64x2.relaxedMadd, int32: undefined }[type];
  return {
    bytes: type === "float64" ? 8 : 4,
    lanes: type === "float64" ? 2 : 4,
    moved: type === "float64" ? "float64" : "float32",
    zero: f64x2.const(0, 0), // the same bits in each type
    add,
    multiplyAdd: (a, b, c) => (fused && madd ? madd(a, b, c) : add(mul(a, b), c)),
    loadSplat: type === "float64" ? v128.load64Splat : v128.load32Splat,
  };
}
