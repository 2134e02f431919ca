/** What folds do with each vector of values, and how they begin. */
import type { Reduction } from "../../../core/primitives.ts";
import type { DType } from "../../../shape/dtype.ts";
import { i8x16, i32x4 } from "../assembler/index.ts";
import type { Vector, VectorCode, VectorLocal } from "../math/code.ts";
import type { Lanes } from "./access.ts";
import { binaryEmitter } from "./expression-functions.ts";

/** Folds that give a value. */
export type ValueReduction = Exclude<Reduction, "argmax" | "argmin">;

export const isArgument = (op: Reduction): op is "argmax" | "argmin" => op === "argmax" || op === "argmin";

const steps = { sum: "add", prod: "mul", max: "max", min: "min" } as const;

/** a and b folded into one. */
export function combine(
  code: VectorCode,
  op: ValueReduction,
  dtype: DType,
  a: VectorLocal,
  b: VectorLocal,
): Vector {
  const emit = binaryEmitter(steps[op], dtype);
  if (!emit) throw new TypeError(`There is no code for the ${op} of ${dtype}.`);
  return emit(dtype === "float64" ? code.as("float64") : code.as("float32"), a, b);
}

/** What an empty fold gives. */
export function startOf(op: Reduction, dtype: DType): number {
  const [low, high] = {
    bool: [0, 1],
    int32: [-(2 ** 31), 2 ** 31 - 1],
    float32: [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
    float64: [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
  }[dtype];
  return { sum: 0, prod: 1, max: low, min: high, argmax: 0, argmin: 0 }[op];
}

/** A number in all lanes. */
export function filled(code: VectorCode, dtype: DType, value: number): VectorLocal {
  if (dtype === "float32" || dtype === "float64") return code.as(dtype).constant(value);
  return code.as("float32").bits(dtype === "int32" ? BigInt(value) : value !== 0 ? -1n : 0n);
}

/** Ones in the first `count` lanes. */
export function firstLanes(lanes: Lanes, dtype: DType, count: number): Vector {
  const width = isWide(dtype, lanes) ? 2 : 1;
  const ones = Array.from({ length: 4 }, (_, i) => (Math.floor(i / width) < count ? -1 : 0));
  return i32x4.const(...ones);
}

/** The lanes of a vector folded into its first one: halves, then quarters. */
export function combineLanes(
  code: VectorCode,
  op: ValueReduction,
  dtype: DType,
  lanes: Lanes,
  x: VectorLocal,
): VectorLocal {
  const fold = (a: VectorLocal, moved: readonly number[]): VectorLocal =>
    code.let(combine(code, op, dtype, a, code.let(i8x16.shuffle(moved, a, a))));
  if (isWide(dtype, lanes)) return fold(x, [1, 1]);
  return fold(lanes === 4 ? fold(x, [2, 3, 2, 3]) : x, [1, 1, 1, 1]);
}

/** Whether a lane has 64 bits. */
const isWide = (dtype: DType, lanes: Lanes): boolean =>
  dtype === "float64" || (dtype === "bool" && lanes === 2);
