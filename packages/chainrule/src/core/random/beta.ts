/** Gamma and beta numbers by acceptance and rejection. Every engine gives the same bits. */
import { exp, log } from "../../util/deterministic.ts";
import { ChainruleError } from "../../util/errors.ts";
import { fillNormal } from "./fill.ts";
import type { Generator } from "./generator.ts";

const one = new Float64Array(1);

/** Uniform in (0, 1]: its logarithm is finite. */
const positive = (generator: Generator): number => 1 - generator.uniform53();

/** The logarithm of a gamma number of shape a ≥ 1 and scale 1: G. Marsaglia and W. W. Tsang, ACM Trans. Math. Softw. 26 (2000). */
function logGamma(generator: Generator, a: number): number {
  const d = a - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    fillNormal(one, generator);
    const [x] = one;
    const root = 1 + c * x;
    if (root <= 0) continue;
    const v = root * root * root;
    if (log(positive(generator)) < 0.5 * x * x + d - d * v + d * log(v)) return log(d) + log(v);
  }
}

/**
 * A number of the density x^(a−1) (1−x)^(b−1) / B(a, b) on [0, 1]. Where a and b are at most 1 by M. D. Jöhnk, Metrika 8 (1964), with
 * logarithms, which hold powers too small for a number; else as X/(X + Y) of two gamma numbers.
 *
 * @throws ChainruleError `argument` unless a and b are positive and finite
 */
export function beta(generator: Generator, a: number, b: number): number {
  if (!(a > 0 && b > 0 && a < Number.POSITIVE_INFINITY && b < Number.POSITIVE_INFINITY)) {
    throw new ChainruleError(
      "argument",
      `A beta distribution with a = ${a} and b = ${b} does not exist.`,
      "Pass positive numbers.",
    );
  }
  if (a > 1 || b > 1) return share(gammaOf(generator, a), gammaOf(generator, b));
  for (;;) {
    const [x, y] = [log(positive(generator)) / a, log(positive(generator)) / b];
    const larger = Math.max(x, y);
    // X + Y ≤ 1, in logarithms
    if (larger + log(exp(x - larger) + exp(y - larger)) <= 0) return share(x, y);
  }
}

/** The logarithm of a gamma number of any shape: below 1, that of shape a + 1 times U^(1/a). */
const gammaOf = (generator: Generator, a: number): number =>
  a >= 1 ? logGamma(generator, a) : logGamma(generator, a + 1) + log(positive(generator)) / a;

/** X/(X + Y) of the logarithms of X and Y. */
const share = (x: number, y: number): number => 1 / (1 + exp(y - x));
