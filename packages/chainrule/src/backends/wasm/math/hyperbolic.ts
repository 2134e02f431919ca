/**
 * tanh, sinh and cosh: odd polynomials near 0, where e^|x| and e^−|x| would cancel, and those two farther out. Both are
 * computed for every lane.
 */
import type { Coefficients, Vector, VectorCode, VectorLocal } from "./code.ts";
import { EXP_RANGE, power2, reduceByLn2, reducedExpm1, scale, withSignOf } from "./exponential.ts";

/** tanh x = x + x·z·P(z), z = x² ≤ ⅝²: within 2⁻²⁷·⁷ of it for float32, 2⁻⁶¹·² for float64 (fit.py TANH). */
const TANH: Coefficients = {
  float32: [-0.3333328, 0.13331406, -0.05373652, 0.020628199, -0.0056923553],
  float64: [
    -0.33333333333333315, 0.13333333333329958, -0.05396825396614724, 0.0218694884706284,
    -0.008863234337526196, 0.003592114209505225, -0.0014557271224081604, 0.0005894562314187799,
    -0.00023702286819485014, 9.1576274129546e-5, -3.0203762314560454e-5, 6.049199066147262e-6,
  ],
};

/** sinh x = x + x·z·P(z), z = x² ≤ 1: within 2⁻³¹·⁶ and 2⁻⁶²·⁹ of it (fit.py SINH). */
const SINH: Coefficients = {
  float32: [0.16666667, 0.0083333105, 0.00019842894, 2.7822311e-6],
  float64: [
    0.16666666666666666, 0.008333333333333573, 0.00019841269841061154, 2.7557319310098167e-6,
    2.505208940993089e-8, 1.6061339632244232e-10, 7.503230018564087e-13, 6.476370999526133e-15,
  ],
};

/** x + x·z·P(z), z = x². */
export function oddPolynomial(code: VectorCode, x: VectorLocal, c: Coefficients): Vector {
  const z = code.let(code.mul(x, x));
  return code.madd(code.mul(x, z), code.polynomial(z, c[code.type]), x);
}

/** The hyperbolic tangent. */
export function tanh(code: VectorCode, x: VectorLocal): Vector {
  const { abs, lt, pmin } = code.float;
  const one = code.constant(1);
  const size = code.let(abs(x));
  const near = oddPolynomial(code, x, TANH);
  // 1 − 2/(e^(2|x|) + 1), which is 1 from the clamp on; with e^(2|x|) = 2ᵏ(1 + m), 2ᵏ + 1 and 2ᵏm are exact
  const twice = code.let(pmin(code.add(size, size), code.constant(2 * code.layout.fraction)));
  const { r, counter } = reduceByLn2(code, twice);
  const power = code.let(power2(code, counter));
  const denominator = code.madd(reducedExpm1(code, r), power, code.add(power, one));
  const far = code.sub(one, code.div(code.constant(2), denominator));
  return withSignOf(code, code.select(lt(size, code.constant(0.625)), near, far), x);
}

/** e^|x|/2, which overflows only where sinh and cosh do. */
function halfExp(code: VectorCode, size: VectorLocal): VectorLocal {
  const { infinity } = EXP_RANGE[code.type];
  const { r, counter } = reduceByLn2(code, code.let(code.float.pmin(size, code.constant(infinity + 1))));
  const y = code.add(reducedExpm1(code, r), code.constant(1));
  return code.let(scale(code, y, code.let(code.int.sub(counter, code.bits(1n)))));
}

/** The hyperbolic sine. */
export function sinh(code: VectorCode, x: VectorLocal): Vector {
  const size = code.let(code.float.abs(x));
  const near = oddPolynomial(code, x, SINH);
  const half = halfExp(code, size);
  const far = code.sub(half, code.div(code.constant(0.25), half));
  return withSignOf(code, code.select(code.float.lt(size, code.constant(1)), near, far), x);
}

/** The hyperbolic cosine. */
export function cosh(code: VectorCode, x: VectorLocal): Vector {
  const half = halfExp(code, code.let(code.float.abs(x)));
  return code.add(half, code.div(code.constant(0.25), half));
}
