/**
 * Special functions in float64, from the same plain operations as `deterministic.ts`, so that every engine gives the same
 * bits. Where a function has a series or a sum of known terms, the coefficients are computed from their definition; the
 * other polynomials interpolate at Chebyshev nodes.
 */
import { exp, expReduced, log, sincos } from "./deterministic.ts";

/** c₀ + c₁x + c₂x² + … */
function polynomial(c: readonly number[], x: number): number {
  let sum = 0;
  for (let i = c.length - 1; i >= 0; i--) sum = sum * x + c[i];
  return sum;
}

/** `count` numbers from a formula. */
const series = (count: number, term: (k: number) => number): number[] =>
  Array.from({ length: count }, (_, k) => term(k));

// e^(−t²) at t = ½, 1, … 5½
const GAUSSIAN = /* @__PURE__ */ series(11, (k) => exp(-((k + 1) ** 2) / 4));

const SPLIT = 134217729; // 2²⁷ + 1: T. J. Dekker's constant for halving a significand

/**
 * erfc x = (2x/π) e^(−x²) ∫₀^∞ e^(−t²)/(t² + x²) dt for x ≥ ½, by the trapezoidal rule with step h = ½. Its error is that of
 * the pole at t = ix, which is known and subtracted, and e^(−π²/h²) < 10⁻¹⁷ (D. B. Hunter and T. Regan, Math. Comp. 26
 * (1972)). The exponent x² is taken exactly, in two parts.
 */
function upperErfc(x: number): number {
  if (x > 27.3) return 0;
  const square = x * x;
  const t = SPLIT * x;
  const high = t - (t - x);
  const low = x - high;
  const rest = high * high - square + 2 * high * low + low * low;
  let sum = 0.5 / square;
  for (let k = 10; k >= 0; k--) sum += GAUSSIAN[k] / ((k + 1) * (k + 1) * 0.25 + square);
  const integral = (x * sum) / Math.PI;
  // e^(−x²) may be subnormal: the factor e^(−200) comes last, so that only the result loses bits.
  if (square > 600) return expReduced(200 - square, -rest) * integral * 1.3838965267367376e-87;
  const y = expReduced(-square, -rest) * integral;
  return x < 6 ? y - 2 / (exp(4 * Math.PI * x) - 1) : y;
}

const TWO_OVER_ROOT_PI = 1.1283791670955126;

// erf x = x + x·P(x²) for |x| ≤ 1, computed with 60 digits: the error of P is below 2⁻⁵⁶ of the result
const ERF = [
  0.1283791670955126, -0.37612638903183543, 0.11283791670945006, -0.02686617064323777, 0.0052239776071164225,
  -0.0008548325975389692, 0.00012055294904839707, -1.4924736907419654e-5, 1.6447424703317288e-6,
  -1.620848380187118e-7, 1.3720064546775592e-8, -7.795898826998504e-10,
];

const ERF_AROUND: number[][] = [];

/** erf(m + d) for |d| ≤ ¼ by powers of d, m = 1¼ + k/2: the derivative of erf is 2/√π e^(−x²). */
function erfAround(k: number): number[] {
  const m = k / 2 + 1.25;
  let before = 0;
  let term = TWO_OVER_ROOT_PI * exp(-m * m);
  return series(17, (n) => {
    if (n === 0) return 1 - upperErfc(m);
    const c = term / n;
    [before, term] = [term, (-2 * (m * term + before)) / n];
    return c;
  });
}

/** The error function, 2/√π ∫₀ˣ e^(−t²) dt, to 1.1 ulp. */
export function erf(x: number): number {
  const a = Math.abs(x);
  if (a <= 1) return x + x * polynomial(ERF, x * x);
  if (a >= 6) return x > 0 ? 1 : -1;
  if (x !== x) return x;
  const k = Math.floor(a * 2) - 2;
  ERF_AROUND[k] ??= erfAround(k);
  const y = polynomial(ERF_AROUND[k], a - k / 2 - 1.25);
  return x < 0 ? -y : y;
}

/** 1 − erf x without cancellation, to 4 ulp (also where it is subnormal, up to x = 27.2). */
export function erfc(x: number): number {
  if (x < 0.5) return x < -1 ? 2 - upperErfc(Math.min(-x, 6)) : 1 - erf(x);
  return x === x ? upperErfc(x) : x;
}

// erf⁻¹(y)/y to 3·10⁻⁷: in w − 2.5 for w = −log(1 − y²) ≤ 5, in √w − 4 above
const INVERSE_CENTER = [
  1.50140935, 0.246640766, -0.00417734652, -0.00125375888, 0.00021831298, -4.38034671e-6, -3.45477951e-6,
  3.42224709e-7, 2.26059777e-8,
];
const INVERSE_TAIL = [
  3.83978409, 1.00949527, 0.00125323035, -0.00088087039, 0.00034514696, -9.96914224e-5, 2.31045904e-5,
  -4.15512232e-5, 3.83934417e-5, -9.12058241e-6, -2.18261978e-6, 8.57462294e-7,
];

const HALF_ROOT_PI = 0.886226925452758;

/**
 * The inverse of {@link erf}, to 3 ulp: erfinv(±1) = ±∞, NaN outside [−1, 1].
 *
 * A polynomial gives 6 digits; one step of E. Halley's iteration, x ← x − u/(1 + xu) with u = (erf x − y)/erf′(x), triples
 * them. Above ½ the step works on erfc and 1 − y, where nothing cancels.
 */
export function erfinv(y: number): number {
  const a = Math.abs(y);
  if (!(a < 1)) return a === 1 ? y * Number.POSITIVE_INFINITY : Number.NaN;
  if (a < 1e-8) return y * HALF_ROOT_PI;
  const w = -log((1 - a) * (1 + a));
  const x = a * (w < 5 ? polynomial(INVERSE_CENTER, w - 2.5) : polynomial(INVERSE_TAIL, Math.sqrt(w) - 4));
  const excess = a < 0.5 ? erf(x) - a : 1 - a - erfc(x);
  const u = excess / (TWO_OVER_ROOT_PI * exp(-x * x));
  const root = x - u / (1 + x * u);
  return y < 0 ? -root : root;
}

// B₂ⱼ/2j for j = 1 … 8, with the Bernoulli numbers B₂ⱼ
const BERNOULLI = [1 / 12, -1 / 120, 1 / 252, -1 / 240, 1 / 132, -691 / 32760, 1 / 12, -3617 / 8160];

/** x⁻ⁿ. */
function inversePower(x: number, n: number): number {
  let y = 1;
  for (let i = 0; i < n; i++) y /= x;
  return y;
}

/** A. Hurwitz' ζ(s, a) = Σ 1/(a + n)ˢ for s ≥ 2: ten terms, and the rest by L. Euler's and C. Maclaurin's formula. */
function zeta(s: number, a: number): number {
  const b = a + 10;
  let ratio = s / b; // s(s + 1)…(s + 2j − 2) / ((2j − 1)! b^(2j − 1))
  let rest = 0.5 + b / (s - 1);
  BERNOULLI.forEach((bernoulli, i) => {
    rest += bernoulli * ratio;
    const j = 2 * i + 2;
    ratio *= ((s + j - 1) * (s + j)) / (j * (j + 1) * b * b);
  });
  let sum = rest * inversePower(b, s);
  for (let n = 9; n >= 0; n--) sum += inversePower(a + n, s);
  return sum;
}

/** log Γ(a + d) = log Γ(a) + d·P(d): P₀ = ψ(a), Pₖ = (−1)ᵏ⁺¹ ζ(k + 1, a)/(k + 1). */
const logGammaSeries = (a: number, digamma: number, count: number): number[] =>
  series(count, (k) => (k === 0 ? digamma : (((k & 1) * 2 - 1) * zeta(k + 1, a)) / (k + 1)));

/** A table that is computed when it is first asked for. */
function lazy(make: () => number[]): () => number[] {
  let made: number[] | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

const EULER = 0.5772156649015329; // γ = −ψ(1)
const gamma1 = /* @__PURE__ */ lazy(() => logGammaSeries(1, -EULER, 26)); // |d| ≤ ¼
const gamma15 = /* @__PURE__ */ lazy(() => logGammaSeries(1.5, 0.03648997397857652, 20)); // |d| ≤ ¼
const gamma2 = /* @__PURE__ */ lazy(() => logGammaSeries(2, 1 - EULER, 26)); // −¼ ≤ d ≤ ½

// B₂ⱼ/(2j (2j − 1))
const STIRLING = /* @__PURE__ */ BERNOULLI.map((b, i) => b / (2 * i + 1));

/** log Γ(1½ + d) for |d| ≤ ¼. */
const nearOneAndHalf = (d: number): number =>
  -0.12078223763524522 + (d * polynomial(gamma15(), d) - 4.926934076085834e-18);

/** log Γ(x) for x > 0. */
function lgammaPositive(x: number): number {
  if (x < 0.25) return x * polynomial(gamma1(), x) - log(x);
  if (x < 0.75) return nearOneAndHalf(x - 0.5) - log(x);
  if (x < 1.25) return (x - 1) * polynomial(gamma1(), x - 1) + 0; // + 0: log Γ(1) is 0, not −0
  if (x < 1.75) return nearOneAndHalf(x - 1.5);
  if (x < 2.5) return (x - 2) * polynomial(gamma2(), x - 2);
  if (x < 8) {
    // Γ(x) = (x − 1)(x − 2)…y·Γ(y) with y in [1½, 2½)
    let y = x - 1;
    let product = y;
    for (; y >= 2.5; product *= y) y -= 1;
    return log(product) + lgammaPositive(y);
  }
  if (x > 2.6e305) return x * (log(x) - 1); // ∞ − ∞ must not arise; the rest vanishes here
  // J. Stirling's series, with ½ log 2π − ½
  return (x - 0.5) * (log(x) - 1) + (0.4189385332046727 + polynomial(STIRLING, 1 / (x * x)) / x);
}

const turn = new Float64Array(2);

/** x minus the nearest integer, exactly; half an integer gives +½. */
function fraction(x: number): number {
  return x - Math.ceil(x - 0.5);
}

/**
 * log |Γ(x)|, to 2 ulp for x > 0; +∞ at 0, at the negative integers and at ±∞. For negative x the error is 10⁻¹⁵ of the
 * larger of the result, 1 and log Γ(|x|), so that digits are lost near the zeros between the poles.
 */
export function lgamma(x: number): number {
  if (x > 0) return x < Number.POSITIVE_INFINITY ? lgammaPositive(x) : x;
  if (Number.isNaN(x)) return x;
  if (x === Math.floor(x)) return Number.POSITIVE_INFINITY;
  if (x > -1e-17) return -log(-x);
  // Γ(x)Γ(−x) = −π/(x sin πx)
  sincos(Math.PI * fraction(x), turn);
  return log(Math.PI / Math.abs(x * turn[0])) - lgammaPositive(-x);
}

const PSI_ROOT = 1.4616321449683622; // and 9.5·10⁻¹⁷ more: the zero x₀ of ψ between 1 and 2
// ψ(x₀ + d) = d·P(d): Pₖ = (−1)ᵏ ζ(k + 2, x₀)
const psi = /* @__PURE__ */ lazy(() => series(40, (k) => (1 - (k & 1) * 2) * zeta(k + 2, PSI_ROOT)));

/**
 * The derivative of log Γ, ψ(x) = Γ′(x)/Γ(x), to 3 ulp for x > 0 and, for negative x, to 2·10⁻¹⁵ of the largest of the
 * result, 1 and log |x|. As in PyTorch: digamma(±0) = ∓∞, NaN at the negative integers.
 */
export function digamma(x: number): number {
  if (x === 0) return 1 / -x;
  if (x < 0) {
    if (x === Math.floor(x)) return Number.NaN;
    // ψ(x) = ψ(1 − x) − π cot πx
    sincos(Math.PI * fraction(x), turn);
    return digamma(1 - x) - (Math.PI * turn[1]) / turn[0];
  }
  if (x < 1) return unitDigamma(x + 1) - 1 / x;
  if (x < 10) {
    // ψ(x) = ψ(y) + 1/y + … + 1/(x − 1) with y in [1, 2)
    let y = x;
    let sum = 0;
    while (y >= 2) {
      y -= 1;
      sum += 1 / y;
    }
    return sum + unitDigamma(y);
  }
  if (x === Number.POSITIVE_INFINITY) return x;
  const z = 1 / (x * x);
  return log(x) - (0.5 / x + z * polynomial(BERNOULLI, z));
}

/** ψ on [1, 2]. */
function unitDigamma(x: number): number {
  const d = x - PSI_ROOT;
  return (d - 9.549995429965697e-17) * polynomial(psi(), d);
}

/** The nearest integer, halves to the even one, as `torch.round`; signs of zero and results stay. */
export function roundHalfEven(x: number): number {
  const a = Math.abs(x);
  if (!(a < 4503599627370496)) return x;
  // At 2⁵² the spacing of float64 is 1: the sum is rounded to an integer, ties to even.
  const y = a + 4503599627370496 - 4503599627370496;
  return x < 0 || Object.is(x, -0) ? -y : y;
}
