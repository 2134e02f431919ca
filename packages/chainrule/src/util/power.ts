/**
 * Powers of numbers that give the same bits on every engine: `**` differs in its last bits between engines, and between versions
 * of one. Learning rates and bias corrections are made of these.
 */
import { cos, exp, log } from "./deterministic.ts";

/** 2²⁷ + 1: T. J. Dekker's constant for halving a significand. */
const SPLIT = 134217729;

/** Above this the halves of a factor, and their product, could overflow. */
const HUGE = 2 ** 480;

/** What a·b lacks of the exact product, by Dekker; 0 where it could overflow. */
function lostInProduct(a: number, b: number, product: number): number {
  if (!(Math.abs(a) < HUGE && Math.abs(b) < HUGE)) return 0;
  const s = SPLIT * a;
  const t = SPLIT * b;
  const [aHigh, bHigh] = [s - (s - a), t - (t - b)];
  const [aLow, bLow] = [a - aHigh, b - bHigh];
  return aHigh * bHigh - product + aHigh * bLow + aLow * bHigh + aLow * bLow;
}

/** xⁿ for a whole n ≥ 0: by squares, each with the error of its rounding, so that the result is as if rounded once. */
function wholePower(x: number, n: number): number {
  let [square, squareError] = [x, 0];
  let [result, error] = [1, 0];
  for (let left = n; ; ) {
    if (left % 2 === 1) {
      const product = result * square;
      error = error * square + result * squareError + lostInProduct(result, square, product);
      result = product;
    }
    left = Math.floor(left / 2);
    if (left === 0) return Number.isFinite(error) ? result + error : result;
    const product = square * square;
    squareError = 2 * square * squareError + lostInProduct(square, square, product);
    square = product;
  }
}

/** The last two powers: an optimizer asks for the same two, of β₁ and β₂, for each of its parameters. */
const recent = [
  { x: Number.NaN, y: Number.NaN, power: Number.NaN },
  { x: Number.NaN, y: Number.NaN, power: Number.NaN },
];
let older = 0;

/** xʸ. For whole y it is within 1 ulp; for others, which x < 0 does not have, the error grows with |y log x|. */
export function powerOf(x: number, y: number): number {
  for (const known of recent) if (known.x === x && known.y === y) return known.power;
  const power = computed(x, y);
  recent[older] = { x, y, power };
  older = 1 - older;
  return power;
}

function computed(x: number, y: number): number {
  if (!Number.isInteger(y)) return exp(y * log(x));
  return y < 0 ? 1 / wholePower(x, -y) : wholePower(x, y);
}

/** cos(πx), for any x. */
export const cosOfHalfTurns = (x: number): number => cos(Math.PI * (x % 2));
