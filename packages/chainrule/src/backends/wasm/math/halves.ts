/**
 * float32 functions computed in float64, two lanes at a time, where float32 cannot hold what is needed on the way. Results
 * are then rarely more than half a unit in the last place off. The parts here are as accurate as float32 results need.
 */
import { f32x4, f64x2, i8x16, i64x2 } from "../assembler/index.ts";
import type { Vector, VectorCode, VectorLocal } from "./code.ts";
import { clamp } from "./exponential.ts";
import { splitPositive } from "./logarithm.ts";

/** log₂((1 + s)/(1 − s)) = s·P(z), z = s² ≤ 0.0295: within 2⁻³⁷·⁸ of it (fit.py SHORT_LOG2). */
const LOG2 = [
  2.885390081790291, 0.9617966731353652, 0.5770836240636493, 0.4116703222451082, 0.34077571812642765,
];

/** 2ʳ = 1 + r·P(r), |r| ≤ ½: within 2⁻³⁴·³ of it (fit.py SHORT_EXP2). */
const EXP2 = [
  0.6931471807046372, 0.24022651066584466, 0.05550410366041558, 0.0096180381274907, 0.00133339349454921,
  0.00015466757878486868, 1.5196186547148026e-5,
];

/** What `compute` gives for both halves of float32 vectors, each as two float64, rounded to float32. */
export function inHalves(
  code: VectorCode,
  x: readonly VectorLocal[],
  compute: (double: VectorCode, ...wide: VectorLocal[]) => Vector,
): Vector {
  const double = code.as("float64");
  const upper = x.map((vector) => i8x16.shuffle([2, 3, 2, 3], vector, vector));
  const [low, high] = code.interleave(
    [x, upper].map((half) => () => {
      const wide = half.map((vector) => double.let(f64x2.promoteLowF32x4(vector)));
      return f32x4.demoteF64x2Zero(compute(double, ...wide));
    }),
  );
  return i8x16.shuffle([0, 1, 4, 5], low, high);
}

/** log₂ x for x above 0, also ∞; −∞ at 0. Not for subnormal float64 numbers; those of float32 are ordinary here. */
export function shortLog2(code: VectorCode, x: VectorLocal): Vector {
  const { eq, lt } = code.float;
  const { e, f } = splitPositive(code, x);
  const s = code.let(code.div(f, code.add(f, code.constant(2))));
  const z = code.let(code.mul(s, s));
  const y = code.madd(s, code.polynomial(z, LOG2), e);
  const infinity = Number.POSITIVE_INFINITY;
  const endless = code.andnot(x, lt(x, code.constant(infinity)));
  const atZero = code.and(eq(x, code.constant(0)), code.constant(-infinity));
  return code.add(y, code.or(endless, atZero));
}

/** 2ʷ; where float32 overflows or has only 0, something that does likewise. */
export function shortExp2(code: VectorCode, w: Vector): Vector {
  const { fraction, bias } = code.layout;
  const bounded = code.let(clamp(code, w, -200, 200));
  const magic = code.constant(1.5 * 2 ** fraction + bias);
  const counter = code.let(code.add(bounded, magic));
  const r = code.let(code.sub(bounded, code.sub(counter, magic)));
  const y = code.madd(r, code.polynomial(r, EXP2), code.constant(1));
  return code.mul(y, i64x2.shl(counter, fraction));
}
