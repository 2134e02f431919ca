/** The error function. */
import type { Coefficients, Vector, VectorCode, VectorLocal } from "./code.ts";
import { power2, reduceByLn2, reducedExpm1, withSignOf } from "./exponential.ts";

/** erf x = x + x·P(z), z = x² ≤ 1: within 2⁻²⁹·⁴ of it for float32, 2⁻⁵⁶·³ for float64 (fit.py ERF). */
const ERF: Coefficients = {
  float32: [0.12837917, -0.37612626, 0.11283579, -0.026853347, 0.005187162, -0.00079978525, 7.8068944e-5],
  float64: [
    0.1283791670955126, -0.37612638903184087, 0.11283791670970303, -0.02686617064784203, 0.005223977650517252,
    -0.0008548328393587638, 0.00012055380444069806, -1.4926731174833239e-5, 1.6478473624950918e-6,
    -1.6528070728316214e-7, 1.580788744787609e-8, -1.5637152950159322e-9, 1.2893042500075185e-10,
  ],
};

/**
 * erfc a = e^(−a²)·t·P(t) with t = 2/(2 + a), for a from 1 to where erf is 1: within 2⁻²⁹·³ of erf a for float32, 2⁻⁶⁷·⁵ for
 * float64 (fit.py ERFC and ERFC64).
 */
const ERFC: Coefficients = {
  float32: [0.2754649, 0.3424554, 0.0288931, 0.55676854, -0.20352742],
  float64: [
    0.28209117571131503, 0.2822012734911314, 0.2453764076301805, 0.1885711632083729, 0.012830822471373177,
    0.2931831599697154, -0.9885787360173693, 2.147592808428038, -3.911609250638011, 5.162424255439308,
    -4.6711114797846855, 2.8544976879270645, -1.1377766850010942, 0.2691123138196776, -0.028804876093034282,
  ],
};

/** From here on erf rounds to 1. */
const ERF_IS_ONE = { float32: 4, float64: 6 } as const;

/** The error function, 2/√π ∫₀ˣ e^(−t²) dt. */
export function erf(code: VectorCode, x: VectorLocal): Vector {
  const { abs, lt, neg, pmin } = code.float;
  const one = code.constant(1);
  const size = code.let(abs(x));
  const square = code.let(code.mul(x, x));
  const near = code.madd(x, code.polynomial(square, ERF[code.type]), x);

  const a = code.let(pmin(size, code.constant(ERF_IS_ONE[code.type])));
  const two = code.constant(2);
  const t = code.let(code.div(two, code.add(two, a)));
  const { r, counter } = reduceByLn2(code, code.let(neg(code.mul(a, a))));
  const power = code.mul(code.add(reducedExpm1(code, r), one), power2(code, counter));
  const complement = code.mul(code.mul(power, t), code.polynomial(t, ERFC[code.type]));
  return withSignOf(code, code.select(lt(size, one), near, code.sub(one, complement)), x);
}
