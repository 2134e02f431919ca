/**
 * Functions in single precision, where the engine's Math, rounded, would not be what PyTorch gives. The method is that of
 * SLEEF's `sinf` with an error below 1 ulp: N. Shibata and F. Petrogalli, SLEEF: A Portable Vectorized Library of C Standard
 * Mathematical Functions, IEEE TPDS 2020, with its published coefficients.
 */
const round = Math.fround;

const ONE_OVER_PI = round(1 / Math.PI);
// π in three parts, so that the multiples of each are exact
const PI_A = 3.1414794921875;
const PI_B = round(0.0001131594181060791);
const PI_C = round(1.984187258941006e-9);
const LIMIT = 125;
const C3 = round(-0.16666659712791443);
const C5 = round(0.00833307858556509);
const C7 = round(-0.00019810690719168633);
const C9 = round(2.6083159809786594e-6);

/** sin x of a float32 number, as float32. */
export function sin32(x: number): number {
  if (!(Math.abs(x) < LIMIT)) return round(Math.sin(x));
  const q = nearest(round(x * ONE_OVER_PI));
  // t = x − qπ, in more than single precision: float64 here, a pair of float32 there
  const t = round(x - q * PI_A) - round(q * PI_B) - round(q * PI_C);
  const square = t * t;
  const s = round(square);
  const p = round(round(round(C9 * s + C7) * s + C5) * s);
  const y = round(t * (1 + (C3 + p) * square));
  return q % 2 === 0 ? y : -y;
}

/** The nearest whole number, halves to even; for |x| below 2²². */
const nearest = (x: number): number => {
  const shift = 1.5 * 2 ** 23;
  return round(round(x + shift) - shift);
};
