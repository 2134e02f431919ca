/** Functions that take an instruction or two. */
import type { Vector, VectorCode, VectorLocal } from "./code.ts";

/** 1/x. */
export function reciprocal(code: VectorCode, x: VectorLocal): Vector {
  return code.div(code.constant(1), x);
}

/** 1/√x. */
export function rsqrt(code: VectorCode, x: VectorLocal): Vector {
  return code.div(code.constant(1), code.float.sqrt(x));
}

/** The nearest integer, halves to the even one. */
export function round(code: VectorCode, x: VectorLocal): Vector {
  return code.float.nearest(x);
}

/** 1, −1, or 0 for ±0 and, as PyTorch has it, NaN. */
export function sign(code: VectorCode, x: VectorLocal): Vector {
  const { gt, lt } = code.float;
  const zero = code.constant(0);
  const positive = code.and(gt(x, zero), code.constant(1));
  return code.or(positive, code.and(lt(x, zero), code.constant(-1)));
}
