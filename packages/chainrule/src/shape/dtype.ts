import { ChainruleError } from "../util/errors.ts";

/** Element types. `float32` is the default; indices and integer sums are `int32`; there is no int64. */
export type DType = "float32" | "float64" | "int32" | "bool";

/** The typed array that holds elements of each dtype; a bool is a byte, 0 or 1. */
export interface TypedArrays {
  float32: Float32Array;
  float64: Float64Array;
  int32: Int32Array;
  bool: Uint8Array;
}
/** An array of elements of some dtype: Float32Array, Float64Array, Int32Array, or Uint8Array for bool. */
export type TypedArray = TypedArrays[DType];

const constructors = {
  float32: Float32Array,
  float64: Float64Array,
  int32: Int32Array,
  bool: Uint8Array,
} as const;

/** All dtypes, from the narrowest category to the widest. */
export const dtypes: readonly DType[] = ["bool", "int32", "float32", "float64"];

/** A typed array of `length` zeros. */
export function allocate(dtype: DType, length: number): TypedArray {
  try {
    return new constructors[dtype](length);
  } catch (cause) {
    throw new ChainruleError(
      "backend",
      `There is no memory for ${length} elements of ${dtype}.`,
      "Use smaller batches or fewer rows at a time.",
      { cause },
    );
  }
}

/** The dtype whose elements a typed array holds; byte arrays are taken as bool. */
export function dtypeOf(array: TypedArray): DType {
  if (array instanceof Float32Array) return "float32";
  if (array instanceof Float64Array) return "float64";
  if (array instanceof Int32Array) return "int32";
  if (array instanceof Uint8Array) return "bool";
  throw new ChainruleError(
    "dtype",
    `A ${Object.prototype.toString.call(array).slice(8, -1)} holds no dtype of chainrule.`,
    "Convert it to Float32Array, Float64Array, Int32Array or Uint8Array (bool).",
  );
}

export const isFloating = (dtype: DType): boolean => dtype === "float32" || dtype === "float64";

/** The value, when it is a dtype; anything else is an error. */
export function checkDType(value: unknown): DType {
  if (dtypes.includes(value as DType)) return value as DType;
  throw new ChainruleError(
    "dtype",
    `"${String(value)}" is no dtype.`,
    'Use "float32", "float64", "int32" or "bool".',
  );
}

export const bytesPerElement = (dtype: DType): number => constructors[dtype].BYTES_PER_ELEMENT;

/** The wider of two dtypes of equal standing: bool < int32 < float32 < float64. */
export function promoteTypes(a: DType, b: DType): DType {
  return dtypes.indexOf(a) >= dtypes.indexOf(b) ? a : b;
}

/** bool 0, integer 1, floating 2: numbers and 0-dim tensors only widen a dtype of a lower category. */
export const category = (dtype: DType): number => (dtype === "bool" ? 0 : dtype === "int32" ? 1 : 2);

/** The dtype in which a function of real numbers is computed: floating types stay, the others become float32. */
export const floatingOf = (dtype: DType): DType => (isFloating(dtype) ? dtype : "float32");

/**
 * The limits of a floating dtype, as `torch.finfo`: `eps`, the step from 1 to the next number; `tiny`, the smallest positive normal
 * number; `max` and `min`, the largest finite number and its negative.
 *
 * @throws ChainruleError `dtype` for another dtype
 *
 * @example
 * finfo("float32").eps; // → 1.1920928955078125e-7
 * finfo("float64").tiny; // → 2.2250738585072014e-308
 */
export function finfo(dtype: "float32" | "float64"): { eps: number; tiny: number; max: number; min: number } {
  if (!isFloating(checkDType(dtype))) {
    throw new ChainruleError(
      "dtype",
      `finfo is of floating numbers, not ${dtype}.`,
      'Use "float32" or "float64".',
    );
  }
  return dtype === "float32"
    ? { eps: 2 ** -23, tiny: 2 ** -126, max: (2 - 2 ** -23) * 2 ** 127, min: -(2 - 2 ** -23) * 2 ** 127 }
    : { eps: 2 ** -52, tiny: 2 ** -1022, max: Number.MAX_VALUE, min: -Number.MAX_VALUE };
}
