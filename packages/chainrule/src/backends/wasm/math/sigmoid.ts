/** The logistic function, its integral and its logarithm, none of which overflows on the way. */
import type { Vector, VectorCode, VectorLocal } from "./code.ts";
import { clamp, EXP_RANGE, reduceByLn2, reducedExpm1, scale } from "./exponential.ts";
import { logTail } from "./logarithm.ts";

/** e^−|x|. */
function expOfNegativeSize(code: VectorCode, x: VectorLocal): VectorLocal {
  const negative = code.or(x, code.signBit);
  const bounded = code.float.pmax(negative, code.constant(EXP_RANGE[code.type].zero));
  const { r, counter } = reduceByLn2(code, code.let(bounded));
  return code.let(scale(code, code.add(reducedExpm1(code, r), code.constant(1)), counter));
}

/**
 * 1/(1 + e⁻ˣ). With e⁻ˣ = 2ᵏ(1 + m) and k = i + j that is 2⁻ⁱ/((2⁻ⁱ + 2ʲ) + 2ʲm), where hardly more than the last sum
 * and the division round: 2⁻ⁱ + 2ʲ is exact up to |k| = 23, and then what it lost is put back. Halving k keeps small results
 * accurate to the last subnormal one.
 */
export function sigmoid(code: VectorCode, x: VectorLocal): Vector {
  const { fraction, bias } = code.layout;
  const { zero } = EXP_RANGE[code.type];
  const negative = code.let(code.float.neg(clamp(code, x, zero, -zero)));
  const { r, counter } = reduceByLn2(code, negative);
  const half = code.let(code.int.shrU(counter, 1));
  const first = code.let(code.int.shl(code.int.sub(code.bits(BigInt(2 * bias)), half), fraction));
  const second = code.let(code.int.shl(code.int.sub(counter, half), fraction));
  const sum = code.let(code.add(first, second));
  const lost = code.sub(first, code.sub(sum, second));
  return code.div(first, code.add(sum, code.madd(reducedExpm1(code, r), second, lost)));
}

/** log(1 + eˣ) = max(x, 0) + log(1 + e^−|x|). */
export function softplus(code: VectorCode, x: VectorLocal): Vector {
  const e = expOfNegativeSize(code, x);
  // 1 + e = 1 + f up to 1½, and 2(1 + f) above
  const upper = code.let(code.float.gt(e, code.constant(0.5)));
  const half = code.mul(e, code.constant(0.5));
  const f = code.let(code.select(upper, code.sub(half, code.constant(0.5)), e));
  const smooth = code.add(code.sub(f, logTail(code, f)), code.and(upper, code.constant(Math.LN2)));
  return code.add(smooth, code.float.pmax(x, code.constant(0)));
}

/** log σ(x) = −log(1 + e⁻ˣ). */
export function logSigmoid(code: VectorCode, x: VectorLocal): Vector {
  return code.float.neg(softplus(code, code.let(code.float.neg(x))));
}
