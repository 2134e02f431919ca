/** asin, acos, atan and atan2. */
import type { Coefficients, FloatType, Vector, VectorCode, VectorLocal } from "./code.ts";
import { withSignOf } from "./exponential.ts";

/** asin x = x + x·z·P(z), z = x² ≤ ¼: within 2⁻²⁷·⁶ of it for float32, 2⁻⁵⁵·⁸ for float64 (fit.py ASIN). */
const ASIN: Coefficients = {
  float32: [0.16666752, 0.07495309, 0.045469273, 0.024184125, 0.042159434],
  float64: [
    0.16666666666665408, 0.07500000000337205, 0.044642856828129296, 0.030381959146503983,
    0.022371757797141383, 0.01735970887387631, 0.013885192531696625, 0.012169506542215389,
    0.0065266500540896374, 0.019532016480133255, -0.016230322445363925, 0.03191655008647244,
  ],
};

/** atan x = x + x·z·P(z), z = x² ≤ 1: within 2⁻²⁸·⁵ and 2⁻⁵⁷·⁵ of it (fit.py ATAN). */
const ATAN: Coefficients = {
  float32: [
    -0.333333, 0.1999853, -0.14264019, 0.10950927, -0.08399555, 0.05788767, -0.03110513, 0.010873959,
    -0.0017841738,
  ],
  float64: [
    -0.3333333333333307, 0.19999999999951748, -0.1428571428258794, 0.11111111007337648, -0.09090907007740172,
    0.0769227988856664, -0.0666640442376454, 0.05880529832075261, -0.05253526991061666, 0.047223494472767275,
    -0.04219247449465134, 0.036643260585227495, -0.029905942173812716, 0.02198736063982996,
    -0.013902884406284887, 0.007198129581684986, -0.0028857486623154885, 0.0008316133941483908,
    -0.0001522238021666452, 1.3231368582198588e-5,
  ],
};

/** π/2 rounded, and what is missing. */
const HALF_PI: Readonly<Record<FloatType, readonly [high: number, low: number]>> = {
  float32: [1.5707963705062866, -4.371139000186241e-8],
  float64: [1.5707963267948966, 6.123233995736766e-17],
};

/** n·π/2 − p for n = 1 or 2. */
function quarterTurnsLess(code: VectorCode, n: 1 | 2, p: Vector): Vector {
  const [high, low] = HALF_PI[code.type];
  return code.sub(code.constant(n * high), code.sub(p, code.constant(n * low)));
}

interface HalfAngle {
  /** asin |x| is s + bent, or π/2 less twice that where `far`. */
  readonly s: VectorLocal;
  readonly bent: VectorLocal;
  readonly far: VectorLocal;
}

/** asin |x| for |x| ≤ ½; beyond, asin √((1 − |x|)/2), which is half of acos |x|. NaN for |x| > 1. */
function halfAngle(code: VectorCode, x: VectorLocal): HalfAngle {
  const half = code.constant(0.5);
  const size = code.let(code.float.abs(x));
  const far = code.let(code.float.gt(size, half));
  const z = code.let(code.select(far, code.nmadd(size, half, half), code.mul(x, x)));
  const s = code.let(code.select(far, code.float.sqrt(z), size));
  return { s, bent: code.let(code.mul(code.mul(s, z), code.polynomial(z, ASIN[code.type]))), far };
}

/** The inverse of sin on [−1, 1]; NaN outside. */
export function asin(code: VectorCode, x: VectorLocal): Vector {
  const { s, bent, far } = halfAngle(code, x);
  // π/2 − 2s − 2·bent, with what the first difference loses put back
  const [high, low] = HALF_PI[code.type].map((part) => code.constant(part));
  const twice = code.let(code.add(s, s));
  const difference = code.let(code.sub(high, twice));
  const lost = code.add(code.sub(code.sub(high, difference), twice), low);
  const beyond = code.add(difference, code.sub(lost, code.add(bent, bent)));
  return withSignOf(code, code.select(far, beyond, code.add(s, bent)), x);
}

/** The inverse of cos on [−1, 1]; NaN outside. */
export function acos(code: VectorCode, x: VectorLocal): Vector {
  const { s, bent, far } = halfAngle(code, x);
  const p = code.let(code.add(s, bent));
  const twice = code.let(code.add(p, p));
  const negative = code.float.lt(x, code.constant(0));
  const beyond = code.select(negative, quarterTurnsLess(code, 2, twice), twice);
  const near = quarterTurnsLess(code, 1, code.or(p, code.and(x, code.signBit)));
  return code.select(far, beyond, near);
}

/** atan a for a from 0 to 1, or π/2 less that where `steep`. */
function quadrant(code: VectorCode, a: VectorLocal, steep: Vector): VectorLocal {
  const z = code.let(code.mul(a, a));
  const p = code.let(code.madd(code.mul(a, z), code.polynomial(z, ATAN[code.type]), a));
  return code.let(code.select(steep, quarterTurnsLess(code, 1, p), p));
}

/** The inverse of tan, in [−π/2, π/2]. */
export function atan(code: VectorCode, x: VectorLocal): Vector {
  const { abs, gt, pmin, pmax } = code.float;
  const one = code.constant(1);
  const size = code.let(abs(x));
  const a = code.let(code.div(pmin(size, one), pmax(size, one)));
  return withSignOf(code, quadrant(code, a, gt(size, one)), x);
}

/** The angle of the point (x, y), in [−π, π]; signs of zero count as in C. */
export function atan2(code: VectorCode, y: VectorLocal, x: VectorLocal): Vector {
  const { abs, eq, gt, min, max } = code.float;
  const height = code.let(abs(y));
  const width = code.let(abs(x));
  const short = code.let(min(height, width));
  const long = code.let(max(height, width));
  // 0/0 counts as 0 and ∞/∞ as 1
  const ratio = code.andnot(code.div(short, long), eq(long, code.constant(0)));
  const endless = eq(short, code.constant(Number.POSITIVE_INFINITY));
  const a = code.let(code.select(endless, code.constant(1), ratio));
  const p = quadrant(code, a, gt(height, width));
  const left = code.int.ltS(x, code.bits(0n));
  return withSignOf(code, code.select(left, quarterTurnsLess(code, 2, p), p), y);
}
