import type { Generator } from "./generator.ts";

/**
 * x mod n for integers 0 ≤ x < 2⁵³ and n > 0, several times faster than `%` on numbers past 2³¹. It is exact: a quotient
 * that is no integer lies at least 1/n below the next one, and rounding moves it by at most (x/n)·2⁻⁵³, which is less.
 */
export function remainder(x: number, n: number): number {
  return x - Math.floor(x / n) * n;
}

/** A 64-bit draw modulo n, for integers 0 < n ≤ 2³²; 16 bits at a time, so that every step is exact. */
export function remainder64(generator: Generator, n: number): number {
  const high = remainder(generator.next32(), n);
  const low = generator.next32();
  const middle = remainder(high * 65536 + (low >>> 16), n);
  return remainder(middle * 65536 + (low & 0xffff), n);
}
