/**
 * log, log2 and log1p.
 *
 * x = 2ᵉ(1 + f) with 1 + f in [√½, √2). With s = f/(2 + f), log(1 + f) = 2 artanh s = f − (f²/2 − s(f²/2 + s²·P(s²))):
 * the leading term f is exact, and what is subtracted from it is small.
 */
import type { Coefficients, Vector, VectorCode, VectorLocal } from "./code.ts";
import { LN2, withSignOf } from "./exponential.ts";

/** 2 artanh s = 2s + s·z·P(z), z = s² ≤ 0.04: within 2⁻²⁸·³ of it for float32, 2⁻⁵⁵·⁷ for float64 (fit.py LOG). */
const LOG: Coefficients = {
  float32: [0.66666955, 0.39956984, 0.30379823],
  float64: [
    0.6666666666667324, 0.39999999995873947, 0.28571429447037033, 0.22222134274358796, 0.18186528986464612,
    0.15246735872823636, 0.15394976364949664,
  ],
};

const INFINITY = Number.POSITIVE_INFINITY;

/** Bits of 1 and √½. */
function landmarks({ layout }: VectorCode): { one: bigint; rootHalf: bigint } {
  return layout.bits === 32
    ? { one: 0x3f800000n, rootHalf: 0x3f3504f3n }
    : { one: 0x3ff0000000000000n, rootHalf: 0x3fe6a09e667f3bcdn };
}

/** A positive ordinary number's bits, moved so that those of [√½, √2) have the exponent of 1. */
function centered(code: VectorCode, x: Vector): VectorLocal {
  const { one, rootHalf } = landmarks(code);
  return code.let(code.int.add(x, code.bits(one - rootHalf)));
}

/** The exponent in moved bits, as a float. */
function exponent(code: VectorCode, moved: VectorLocal): Vector {
  const { fraction, bias } = code.layout;
  // An integer in the last bits of 2²³ (2⁵²) is that much more than it.
  const magic = 2 ** fraction;
  return code.sub(code.or(code.int.shrU(moved, fraction), code.constant(magic)), code.constant(magic + bias));
}

/** f²/2 − s(f²/2 + s²P(s²)) − rest, so that log(1 + f) + rest is f minus that. */
export function logTail(code: VectorCode, f: VectorLocal, rest?: Vector): Vector {
  const s = code.let(code.div(f, code.add(f, code.constant(2))));
  const z = code.let(code.mul(s, s));
  const half = code.let(code.mul(code.mul(f, code.constant(0.5)), f));
  const bent = code.madd(z, code.polynomial(z, LOG[code.type]), half);
  return code.sub(half, rest ? code.madd(s, bent, rest) : code.mul(s, bent));
}

/** e·ln 2 + log(1 + f). */
function combine(code: VectorCode, e: VectorLocal, f: VectorLocal): Vector {
  const [high, low] = LN2[code.type];
  const tail = logTail(code, f, code.mul(e, code.constant(low)));
  return code.madd(e, code.constant(high), code.sub(f, tail));
}

/** y with −∞ where x = pole, NaN where x is less or NaN, and ∞ where it is ∞. */
function atLimits(code: VectorCode, y: Vector, x: VectorLocal, pole: VectorLocal): Vector {
  const { eq, lt } = code.float;
  // ∞ and NaN in x come into y by addition.
  const endless = code.andnot(x, lt(x, code.constant(INFINITY)));
  const atPole = code.and(eq(x, pole), code.constant(-INFINITY));
  // all bits set is a NaN
  return code.or(code.add(y, code.or(endless, atPole)), lt(x, pole));
}

/** Splits a positive ordinary number into 2ᵉ(1 + f). */
export function splitPositive(code: VectorCode, x: Vector): { e: Vector; f: VectorLocal } {
  const { fraction } = code.layout;
  const moved = centered(code, x);
  const { rootHalf } = landmarks(code);
  const m = code.int.add(code.and(moved, code.bits(2n ** BigInt(fraction) - 1n)), code.bits(rootHalf));
  return { e: exponent(code, moved), f: code.let(code.sub(m, code.constant(1))) };
}

/** Splits a positive number, subnormal ones too. */
export function split(code: VectorCode, x: VectorLocal): { e: VectorLocal; f: VectorLocal } {
  const { fraction, bias } = code.layout;
  const lift = fraction + 1;
  const small = code.let(code.float.lt(x, code.constant(2 ** (1 - bias))));
  const lifted = code.and(code.mul(x, code.constant(2 ** lift)), small);
  const { e, f } = splitPositive(code, code.float.pmax(x, lifted));
  return { e: code.let(code.sub(e, code.and(small, code.constant(lift)))), f };
}

/** The natural logarithm: −∞ at 0, NaN below. */
export function log(code: VectorCode, x: VectorLocal): Vector {
  const { e, f } = split(code, x);
  return atLimits(code, combine(code, e, f), x, code.constant(0));
}

/** The logarithm to base 2. */
export function log2(code: VectorCode, x: VectorLocal): Vector {
  const { e, f } = split(code, x);
  const natural = code.sub(f, logTail(code, f));
  return atLimits(code, code.madd(natural, code.constant(Math.LOG2E), e), x, code.constant(0));
}

/** log(1 + x), accurate near 0 too: −∞ at −1, NaN below. */
export function log1p(code: VectorCode, x: VectorLocal): Vector {
  const { fraction, bias, bits } = code.layout;
  const one = code.constant(1);
  const moved = centered(code, code.add(x, one));
  const e = code.let(exponent(code, moved));
  const exponentBits = (1n << BigInt(bits - 1)) - (1n << BigInt(fraction));
  // 1 + x = 2ᵉ(1 + f), so f = 2⁻ᵉx + (2⁻ᵉ − 1): x itself if e = 0
  const biased = code.let(code.and(moved, code.bits(exponentBits)));
  const scaled = code.int.sub(x, code.int.sub(biased, code.bits(BigInt(bias) << BigInt(fraction))));
  // The difference is negative as an integer, hence as a float, where 2⁻ᵉ would be subnormal.
  const inverse = code.float.pmax(
    code.int.sub(code.bits(BigInt(2 * bias) << BigInt(fraction)), biased),
    code.constant(0),
  );
  const f = code.let(code.add(scaled, code.sub(inverse, one)));
  return withSignOf(code, atLimits(code, combine(code, e, f), x, code.constant(-1)), x);
}
