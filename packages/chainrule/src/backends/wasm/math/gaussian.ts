/** Functions of the normal distribution, for float32: gelu and the inverse of the error function. */
import type { Vector, VectorCode, VectorLocal } from "./code.ts";
import { withSignOf } from "./exponential.ts";
import { inHalves, shortExp2, shortLog2 } from "./halves.ts";

/** Φ(−s) = e^(−s²/2)·t·P(t), t = 1/(1 + s/4), 0 ≤ s ≤ 15: within 2⁻²⁶·⁷ of it (fit.py GELU). */
const TAIL = [
  0.0997445108041232, 0.09955531747504867, 0.09501763048697155, 0.07422765391161457, 0.08045570798357797,
  0.02386449437238162, 0.015450019875533981, 0.06110971685058711, -0.06670859971914296, 0.017283552484447323,
];

/** erf⁻¹(y)/y = P(w − 2½), w = −log(1 − y²) ≤ 5: within 2⁻³¹·¹ of it (fit.py ERFINV). */
const INVERSE_CENTER = [
  1.5014093517109883, 0.2466402758322861, -0.004177324807194077, -0.001252705067510924,
  0.00021826381606089657, -4.998547013216417e-6, -3.426145584326801e-6, 4.796053479130187e-7,
  1.6484780010380218e-8, -1.1005734091037376e-8, 4.3506871687700107e-10, 1.3169562249417524e-10,
];

/** erf⁻¹(y)/y = P(√w − 3.2), 5 ≤ w ≤ 16.8: within 2⁻³⁰·³ of it (fit.py ERFINV_TAIL). */
const INVERSE_TAIL = [
  3.033636573303626, 1.0046924668721229, 0.005973269263313748, -0.004294833745908047, 0.002949385256738696,
  -0.001987926077255961, 0.0010859208350302984, -0.0003741357242491289, -2.9603273869618137e-5,
  0.00011861339096445498, -3.556797830493599e-5, -8.068132536156722e-6,
];

/**
 * x·Φ(x), Φ the normal distribution function: max(x, 0) − |x|·Φ(−|x|), so that the small values left of 0 keep all their
 * digits, which ½x(1 + erf(x/√2)) would lose.
 */
export function gelu(code: VectorCode, x: VectorLocal): Vector {
  return inHalves(code, [x], (double, wide) => {
    const { abs, pmax, pmin } = double.float;
    const one = double.constant(1);
    // Φ(−15) is far below the smallest float32 number
    const s = double.let(pmin(abs(wide), double.constant(15)));
    const t = double.let(double.div(one, double.madd(s, double.constant(0.25), one)));
    const power = shortExp2(double, double.mul(double.mul(s, s), double.constant(-0.5 * Math.LOG2E)));
    const tail = double.mul(double.mul(power, double.mul(s, t)), double.polynomial(t, TAIL));
    return double.sub(pmax(wide, double.constant(0)), tail);
  });
}

/** The inverse of the error function: ±∞ at ±1, NaN outside [−1, 1]. */
export function erfinv(code: VectorCode, y: VectorLocal): Vector {
  const root = inHalves(code, [y], (double, wide) => {
    const { abs, lt, sqrt } = double.float;
    const one = double.constant(1);
    const size = double.let(abs(wide));
    const room = double.let(double.mul(double.sub(one, size), double.add(one, size)));
    const w = double.let(double.mul(shortLog2(double, room), double.constant(-Math.LN2)));
    const center = double.let(double.sub(w, double.constant(2.5)));
    const out = double.let(double.sub(sqrt(w), double.constant(3.2)));
    const factor = double.select(
      lt(w, double.constant(5)),
      double.polynomial(center, INVERSE_CENTER),
      double.polynomial(out, INVERSE_TAIL),
    );
    return double.mul(wide, factor);
  });
  const size = code.let(code.float.abs(y));
  const one = code.constant(1);
  const atOne = code.select(code.float.eq(size, one), code.constant(Number.POSITIVE_INFINITY), root);
  return withSignOf(code, code.or(atOne, code.float.gt(size, one)), y);
}
