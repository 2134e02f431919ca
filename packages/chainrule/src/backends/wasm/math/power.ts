/**
 * Powers, as 2^(y·log₂ x). The product is as large as 2¹⁰ (2⁷), so the logarithm needs as many bits more than the result has.
 * For float32 float64 has them; for float64 it is a sum of two numbers, the first of so few bits that products with it are exact,
 * as in Sun's fdlibm (e_pow.c, 1993).
 */
import { v128 } from "../assembler/index.ts";
import type { Vector, VectorCode, VectorLocal } from "./code.ts";
import { clamp, exp2Sum } from "./exponential.ts";
import { inHalves, shortExp2, shortLog2 } from "./halves.ts";
import { split } from "./logarithm.ts";

/** log((1 + s)/(1 − s)) = ⅔s·(3 + z + z²·P(z)), z = s² ≤ 0.0295: within 2⁻⁶⁶·² of it (fit.py POW). */
const POW = [
  0.6000000000000344, 0.428571428551214, 0.33333333785104774, 0.27272676075702207, 0.23080158643433538,
  0.19884682789102714, 0.19799682936876056,
];

/** 2/(3 ln 2), and the same as a number of 26 bits and the rest. */
const SCALE = 0.9617966939259756;
const SCALE_UPPER = 0.9617966860532761;
const SCALE_REST = 7.872699542894897e-9;

/** A number as the sum of two; `upper` has 26 bits. */
interface Pair {
  readonly upper: VectorLocal;
  readonly rest: VectorLocal;
}

/** The first 26 bits of float64 numbers. */
const upperBits = (code: VectorCode, x: Vector): VectorLocal =>
  code.let(v128.and(x, code.bits(-(1n << 27n))));

/** log₂ x for finite float64 numbers above 0. */
function log2Pair(code: VectorCode, x: VectorLocal): Pair {
  const { add, mul, sub } = code;
  const { e, f } = split(code, x);
  const two = code.constant(2);
  // s = f/(2 + f), with what the division by the upper bits leaves
  const d = code.let(add(two, f));
  const s = code.let(code.div(f, d));
  const sUpper = upperBits(code, s);
  const dUpper = upperBits(code, d);
  const dRest = add(sub(two, dUpper), f);
  const left = sub(sub(f, mul(sUpper, dUpper)), mul(sUpper, dRest));
  const sRest = code.let(code.div(left, d));
  // t = 3 + z + z²·P(z), z = s²
  const z = code.let(mul(s, s));
  const zUpper = code.let(mul(sUpper, sUpper));
  const zRest = mul(sRest, add(sUpper, s));
  const small = code.let(add(mul(mul(z, z), code.polynomial(z, POW)), zRest));
  const three = code.constant(3);
  const tUpper = upperBits(code, add(add(three, zUpper), small));
  const tRest = sub(small, sub(sub(tUpper, three), zUpper));
  // p = s·t
  const main = code.let(mul(sUpper, tUpper));
  const minor = code.let(add(mul(sRest, tUpper), mul(tRest, s)));
  const pUpper = upperBits(code, add(main, minor));
  const pRest = sub(minor, sub(pUpper, main));
  // e + p·2/(3 ln 2)
  const q = code.let(mul(pUpper, code.constant(SCALE_UPPER)));
  const qRest = code.let(add(mul(pUpper, code.constant(SCALE_REST)), mul(pRest, code.constant(SCALE))));
  const upper = upperBits(code, add(add(q, qRest), e));
  return { upper, rest: code.let(sub(qRest, sub(sub(upper, e), q))) };
}

/** `size` to the power y in float64, where neither is 1 and y is not 0. */
function doublePower(code: VectorCode, size: VectorLocal, y: VectorLocal): Vector {
  const { eq, lt, ne } = code.float;
  const zero = code.constant(0);
  const infinity = code.constant(Number.POSITIVE_INFINITY);
  const log = log2Pair(code, size);
  // Greater exponents change nothing, and could overflow on the way.
  const exponent = code.let(clamp(code, y, -(2 ** 80), 2 ** 80));
  const exponentUpper = upperBits(code, exponent);
  const exponentRest = code.sub(exponent, exponentUpper);
  const main = code.let(code.mul(exponentUpper, log.upper));
  const rest = code.add(code.mul(exponentRest, log.upper), code.mul(exponent, log.rest));
  // The rest is small unless the result is 0 or ∞ anyway.
  const power = exp2Sum(code, main, clamp(code, rest, -1, 1));
  // 0 and ∞ have no logarithm to multiply by.
  const large = code.let(eq(size, infinity));
  const atEnd = code.or(large, eq(size, zero));
  const end = code.and(infinity, code.xor(large, lt(y, zero)));
  const notNumbers = code.or(ne(size, size), ne(y, y));
  return code.or(code.select(atEnd, end, power), notNumbers);
}

/** `size` to the power y in float32, likewise. */
function singlePower(code: VectorCode, size: VectorLocal, y: VectorLocal): Vector {
  return inHalves(code, [size, y], (double, base, exponent) =>
    shortExp2(double, double.mul(exponent, shortLog2(double, base))),
  );
}

/** xʸ as C has it: 1 for y = 0 and for x = 1, even with NaN; NaN for a negative x and a y that is no integer. */
export function pow(code: VectorCode, x: VectorLocal, y: VectorLocal): Vector {
  const { abs, eq, gt, lt, ne, trunc } = code.float;
  const one = code.constant(1);
  const infinity = code.constant(Number.POSITIVE_INFINITY);
  const size = code.let(abs(x));
  const power = code.type === "float32" ? singlePower(code, size, y) : doublePower(code, size, y);

  const half = code.let(code.mul(y, code.constant(0.5)));
  const integer = code.let(eq(trunc(y), y));
  // An even number's half is an integer.
  const odd = code.and(integer, ne(trunc(half), half));
  const signed = code.or(power, code.and(code.and(x, code.signBit), odd));
  const finiteNegative = code.and(lt(x, code.constant(0)), gt(x, code.constant(Number.NEGATIVE_INFINITY)));
  // all bits set is a NaN
  const real = code.or(signed, code.andnot(finiteNegative, integer));

  const oneToInfinity = code.and(eq(size, one), eq(abs(y), infinity));
  const isOne = code.or(code.or(eq(y, code.constant(0)), eq(x, one)), oneToInfinity);
  return code.select(isOne, one, real);
}
