/** sin, cos and tan, from polynomials on [−π/4, π/4]. */
import type { Coefficients, Vector, VectorCode, VectorLocal } from "./code.ts";
import { withSignOf } from "./exponential.ts";
import { type Angle, reduceAngle } from "./reduction.ts";

/** sin r = r + r·z·P(z), z = r², |r| ≤ π/4: within 2⁻²⁷·⁹ of it for float32, 2⁻⁵⁷·⁹ for float64 (fit.py SIN). */
const SIN: Coefficients = {
  float32: [-0.16666655, 0.008332188, -0.00019518074],
  float64: [
    -0.1666666666666663, 0.008333333333321842, -0.0001984126982936419, 2.755731354288562e-6,
    -2.5050735546934937e-8, 1.5895529994996148e-10,
  ],
};

/** cos r = 1 − z/2 + z²·P(z), likewise: within 2⁻³³ and 2⁻⁶³·⁹ of it (fit.py COS). */
const COS: Coefficients = {
  float32: [0.041666646, -0.001388731, 2.4432327e-5],
  float64: [
    0.041666666666666595, -0.0013888888888873314, 2.4801587288971888e-5, -2.75573142055183e-7,
    2.087570352129288e-9, -1.1358638701852957e-11,
  ],
};

/** tan r = r + r·z·P(z), likewise: within 2⁻²⁹·⁵ and 2⁻⁵⁹·⁷ of it (fit.py TAN). */
const TAN: Coefficients = {
  float32: [0.3333335, 0.13332674, 0.054059196, 0.021284314, 0.010833234, 8.9983165e-5, 0.0043771653],
  float64: [
    0.3333333333333338, 0.13333333333325342, 0.05396825397290284, 0.021869488399340945, 0.008863237921663523,
    0.00359210089236106, 0.0014560454454894175, 0.0005888651291889608, 0.00024374931722735262,
    8.356246788279917e-5, 6.721754304886846e-5, -2.563117104745164e-5, 4.8636309936346004e-5,
    -2.427543627436321e-5, 9.799683500857846e-6,
  ],
};

/** The sine of an angle advanced by `advance` quarter turns. */
function sineOf(code: VectorCode, { r, tail, quarter }: Angle, advance: 0 | 1): Vector {
  const { int, layout } = code;
  const one = code.constant(1);
  const z = code.let(code.mul(r, r));
  const half = code.let(code.mul(z, code.constant(0.5)));
  const rest = code.let(code.sub(one, half));
  // sin(r + tail) = r + (r·z·P(z) + tail·(1 − z/2))
  const bent = code.mul(code.mul(r, z), code.polynomial(z, SIN[code.type]));
  const sine = withSignOf(code, code.add(r, tail ? code.madd(tail, rest, bent) : bent), r);
  // cos(r + tail) = 1 − z/2 + (z²·P(z) − r·tail), with the rounding of 1 − z/2 put back
  const lost = code.sub(code.sub(one, rest), half);
  const tilt = tail ? code.nmadd(r, tail, lost) : lost;
  const cosine = code.add(rest, code.madd(code.mul(z, z), code.polynomial(z, COS[code.type]), tilt));

  const k = advance === 0 ? quarter : code.let(int.add(quarter, code.bits(BigInt(advance))));
  const odd = int.eq(code.and(k, code.bits(1n)), code.bits(1n));
  const sign = int.shl(code.and(k, code.bits(2n)), layout.bits - 2);
  return code.xor(code.select(odd, cosine, sine), sign);
}

/** The sine. NaN at ±∞. */
export function sin(code: VectorCode, x: VectorLocal): Vector {
  return sineOf(code, reduceAngle(code, x), 0);
}

/** The cosine. NaN at ±∞. */
export function cos(code: VectorCode, x: VectorLocal): Vector {
  return sineOf(code, reduceAngle(code, x), 1);
}

/** The tangent. NaN at ±∞. */
export function tan(code: VectorCode, x: VectorLocal): Vector {
  const { r, tail, quarter } = reduceAngle(code, x, { tail: true });
  const one = code.constant(1);
  const z = code.let(code.mul(r, r));
  const bent = code.mul(code.mul(r, z), code.polynomial(z, TAN[code.type]));
  // tan(r + tail) = tan r + tail·(1 + tan² r)
  const t = code.let(withSignOf(code, code.add(r, tail ? code.madd(tail, code.add(one, z), bent) : bent), r));
  // −1/t after an odd number of quarter turns
  const odd = code.let(code.int.eq(code.and(quarter, code.bits(1n)), code.bits(1n)));
  return code.div(code.select(odd, code.constant(-1), t), code.select(odd, t, one));
}
