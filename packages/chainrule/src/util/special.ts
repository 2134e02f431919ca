/**
 * Special functions in float64, from the same plain operations as `deterministic.ts`, so that every engine gives the same
 * bits.
 *
 * The polynomials interpolate at Chebyshev nodes, computed with 60 digits; their own error is below 2⁻⁵⁶ of the result.
 * Where the leading coefficient matters to the last bit, it stands apart as a sum of two numbers.
 */
import { exp, expReduced, log, sincos } from "./deterministic.ts";

/** c₀ + c₁x + c₂x² + … */
function polynomial(c: readonly number[], x: number): number {
  let sum = 0;
  for (let i = c.length - 1; i >= 0; i--) sum = sum * x + c[i];
  return sum;
}

// erf x = x + x·P(x²) for |x| ≤ 1
const ERF = [
  0.1283791670955126, -0.37612638903183543, 0.11283791670945006, -0.02686617064323777, 0.0052239776071164225,
  -0.0008548325975389692, 0.00012055294904839707, -1.4924736907419654e-5, 1.6447424703317288e-6,
  -1.620848380187118e-7, 1.3720064546775592e-8, -7.795898826998504e-10,
];

// eˣ²·erfc x = A + B + d·P(d), d = x − m: P for the middles m of [½, 1], [1, 1½] and [1½, 2]
const SCALED_075 = [
  -0.3679726916557954, 0.23095813155129497, -0.12983606199488007, 0.06679054252841538, -0.031897262039946896,
  0.01428919858470859, -0.006051532271776434, 0.002437641069942269, -0.000938513222881505,
  0.00034666379283020214, -0.00012332717214560827, 4.337915907561481e-5, -1.440376961255891e-5,
];
const SCALED_125 = [
  -0.20882187596460985, 0.10679557149659845, -0.05021827439590747, 0.022011364250946238,
  -0.009081627632959959, 0.003553109894683297, -0.0013257829272368543, 0.0004739707006153454,
  -0.00016296012111131222, 5.404491508514403e-5, -1.7341459254977562e-5, 5.501701839828387e-6,
  -1.6610767030625112e-6,
];
const SCALED_175 = [
  -0.13097634551448517, 0.055763630087087256, -0.022259995241407905, 0.008404319207334107,
  -0.0030209746489200107, 0.001039204521771997, -0.0003435334907935854, 0.00010950532535839581,
  -3.375169827943583e-5, 1.0085700886432653e-5, -2.974613371329766e-6, 8.39673108255344e-7,
];
// x·eˣ²·erfc x as a polynomial in 1/x² for x in [2, 3], [3, 5] and [5, ∞)
const TAIL_2 = [
  0.5641895213963933, -0.28208874395101635, 0.42286414969196995, -1.0497911179034265, 3.535809278486632,
  -14.020638599831127, 57.72846524496398, -223.18054566022218, 753.7047947165065, -2109.5731534969127,
  4679.232431335653, -7833.527521616537, 9249.602306065099, -6842.955200851372, 2380.685712068241,
];
const TAIL_3 = [
  0.564189583416989, -0.28209476312694426, 0.4231392770104297, -1.0576731135667512, 3.694588665835418,
  -16.408670681116217, 85.44146346752699, -475.11972931729235, 2548.24786870592, -11976.578897816682,
  45196.1833936114, -124792.83758316153, 220531.7438921901, -185479.19265292352,
];
const TAIL_5 = [
  0.5641895835477563, -0.2820947917738721, 0.42314218765225087, -1.0578554643813989, 3.702492752634896,
  -16.660980863003374, 91.60920419075981, -593.5149853241949, 4352.467618402735, -33542.73137991154,
  237240.63685527167, -1252718.1963617918, 3438037.514087318,
];

/** eˣ²·erfc x for x ≥ ½. */
function scaledErfc(x: number): number {
  if (x < 1)
    return 0.5069376502931449 + ((x - 0.75) * polynomial(SCALED_075, x - 0.75) - 5.335681035462232e-17);
  if (x < 1.5)
    return 0.3678229164523611 + ((x - 1.25) * polynomial(SCALED_125, x - 1.25) + 1.387401093925035e-19);
  if (x < 2)
    return 0.2849722347374364 + ((x - 1.75) * polynomial(SCALED_175, x - 1.75) + 8.539813023973122e-18);
  return polynomial(x < 3 ? TAIL_2 : x < 5 ? TAIL_3 : TAIL_5, 1 / (x * x)) / x;
}

const SPLIT = 134217729; // 2²⁷ + 1: T. J. Dekker's constant for halving a significand

/** erfc x for x ≥ ½, as e^(−x²) times a factor of modest size; x² is taken exactly, in two parts. */
function upperErfc(x: number): number {
  if (x > 27.3) return 0;
  const square = x * x;
  const t = SPLIT * x;
  const high = t - (t - x);
  const low = x - high;
  const rest = high * high - square + 2 * high * low + low * low;
  if (square < 600) return expReduced(-square, -rest) * scaledErfc(x);
  // e^(−x²) may be subnormal: the factor e^(−200) comes last, so that only the result loses bits.
  return expReduced(200 - square, -rest) * scaledErfc(x) * 1.3838965267367376e-87;
}

/** The error function, 2/√π ∫₀ˣ e^(−t²) dt, to 1.3 ulp. */
export function erf(x: number): number {
  const a = Math.abs(x);
  if (a <= 1) return x + x * polynomial(ERF, x * x);
  if (a >= 6) return x > 0 ? 1 : -1;
  const y = 1 - upperErfc(a);
  return x < 0 ? -y : y;
}

/** 1 − erf x without cancellation, to 3 ulp (also where it is subnormal, up to x = 27.2). */
export function erfc(x: number): number {
  if (x < 0.5) return x < -1 ? 2 - upperErfc(Math.min(-x, 6)) : 1 - erf(x);
  return x === x ? upperErfc(x) : x;
}

// erf⁻¹(y)/y to 3·10⁻⁷: in w − 2.5 for w = −log(1 − y²) ≤ 5, in √w − 4 above
const INVERSE_CENTER = [
  1.501409351110792, 0.2466407662672499, -0.004177346517287056, -0.001253758884835318, 0.00021831297984101024,
  -4.38034671412375e-6, -3.454779514269784e-6, 3.4222470899345687e-7, 2.2605977741170975e-8,
];
const INVERSE_TAIL = [
  3.839784093308821, 1.009495265398048, 0.0012532303460692099, -0.0008808703901309544, 0.0003451469602300096,
  -9.969142239767584e-5, 2.3104590350514338e-5, -4.15512232474586e-5, 3.839344174523434e-5,
  -9.120582414419002e-6, -2.182619782892795e-6, 8.574622939624172e-7,
];

const TWO_OVER_ROOT_PI = 1.1283791670955126;
const HALF_ROOT_PI = 0.886226925452758;

/**
 * The inverse of {@link erf}, to 2 ulp: erfinv(±1) = ±∞, NaN outside [−1, 1].
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

// log Γ(1 + d) = d·P(d) for |d| ≤ ¼
const GAMMA_1 = [
  -0.5772156649015329, 0.8224670334241133, -0.4006856343865315, 0.27058080842771787, -0.20738555102861042,
  0.16955717701613895, -0.14404989678670604, 0.12550966713649744, -0.11133426359238932, 0.10009962210510019,
  -0.09095417407951806, 0.08334719848486703, -0.07692618365330123, 0.07159408341567752, -0.06682232999260808,
  0.06020201298139458, -0.05663245272474891, 0.07302784334409541, -0.06928380249485716,
];
// log Γ(1½ + d) = A + B + d·P(d) for |d| ≤ ¼
const GAMMA_15 = [
  0.03648997397857652, 0.46740110027234116, -0.1381327740390543, 0.05871212641625463, -0.02895208188857112,
  0.015435484235662433, -0.008622603970362077, 0.0049657246984027605, -0.0029209678778614225,
  0.001745175160365432, -0.0010550033177893206, 0.0006410880201159736, -0.00039413010206369275,
  0.00027012807002572525, -0.00016816792623728724,
];
// log Γ(2 + d) = d·P(d − ⅜) for d in [−¼, 1]
const GAMMA_2 = [
  0.5351958943398822, 0.27931853454499234, -0.04919488969906487, 0.01258805475972162, -0.003777725354638383,
  0.0012370686791229023, -0.0004275645617247619, 0.00015320083627731303, -5.630448968584421e-5,
  2.108198960933466e-5, -8.005872888558101e-6, 3.0734672367988385e-6, -1.1904585188517822e-6,
  4.6593767415731507e-7, -1.8286663545416566e-7, 6.857001140304676e-8, -2.714327803778231e-8,
  1.534173442672055e-8, -6.12959707211065e-9,
];
// x·(log Γ(x) − (x − ½)(log x − 1) − ½log 2π + ½) as a polynomial in 1/x² for x ≥ 8 (J. Stirling's series, fitted)
const STIRLING = [
  0.0833333333333333, -0.002777777777606244, 0.0007936506649488252, -0.0005952025951802712,
  0.0008372834512071336, -0.0016526004455595122,
];

/** log Γ(x) for x > 0. */
function lgammaPositive(x: number): number {
  if (x < 0.25) return x * polynomial(GAMMA_1, x) - log(x);
  if (x < 0.75) return nearOneAndHalf(x - 0.5) - log(x);
  if (x < 1.25) return (x - 1) * polynomial(GAMMA_1, x - 1) + 0; // + 0: log Γ(1) is 0, not −0
  if (x < 1.75) return nearOneAndHalf(x - 1.5);
  if (x < 3) return (x - 2) * polynomial(GAMMA_2, x - 2.375);
  if (x < 8) {
    // Γ(x) = (x − 1)(x − 2)…y·Γ(y) with y in [2, 3)
    let y = x - 1;
    let product = y;
    for (; y >= 3; product *= y) y -= 1;
    return log(product) + (y - 2) * polynomial(GAMMA_2, y - 2.375);
  }
  if (x > 2.6e305) return x * (log(x) - 1); // ∞ − ∞ must not arise; the rest vanishes here
  return (x - 0.5) * (log(x) - 1) + (0.4189385332046727 + polynomial(STIRLING, 1 / (x * x)) / x);
}

/** log Γ(1½ + d) for |d| ≤ ¼. */
function nearOneAndHalf(d: number): number {
  return -0.12078223763524522 + (d * polynomial(GAMMA_15, d) - 4.926934076085834e-18);
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

// ψ(x) = (x − x₀)·P(x − 1½) on [1, 2], where x₀ is its zero
const PSI = [
  0.9510558760318328, -0.4236274212814606, 0.24054248424078697, -0.14840492305388092, 0.09498872445289039,
  -0.06192213327548831, 0.040760833940846085, -0.026975796659787055, 0.017907248317313294,
  -0.011908220105959716, 0.007927021796868154, -0.005279937255532708, 0.003518106563802472,
  -0.0023454947397380833, 0.0015633696313653504, -0.0010364584817312839, 0.0006909255761282986,
  -0.00048595039220036254, 0.00032395945401345196, -0.00014480643368061614, 9.653646261410062e-5,
  -0.0001782188548855923, 0.00011881232908510335,
];
// B₂ₖ/2k: the asymptotic series of ψ
const PSI_SERIES = [1 / 12, -1 / 120, 1 / 252, -1 / 240, 1 / 132, -691 / 32760, 1 / 12, -3617 / 8160];

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
  return log(x) - (0.5 / x + z * polynomial(PSI_SERIES, z));
}

/** ψ on [1, 2]. */
function unitDigamma(x: number): number {
  return (x - 1.4616321449683622 - 9.549995429965697e-17) * polynomial(PSI, x - 1.5);
}

/** The nearest integer, halves to the even one, as `torch.round`; signs of zero and results stay. */
export function roundHalfEven(x: number): number {
  const a = Math.abs(x);
  if (!(a < 4503599627370496)) return x;
  // At 2⁵² the spacing of float64 is 1: the sum is rounded to an integer, ties to even.
  const y = a + 4503599627370496 - 4503599627370496;
  return x < 0 || Object.is(x, -0) ? -y : y;
}
