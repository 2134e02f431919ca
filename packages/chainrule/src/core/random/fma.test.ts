import fc from "fast-check";
import { expect, test } from "vitest";
import { fma32, fma64 } from "./fma.ts";

/** The float with `bits` significant bits nearest to n·2^(−scale), ties to even, by integer arithmetic. */
function nearest(n: bigint, scale: number, bits: number): number {
  const size = n < 0n ? -n : n;
  const excess = BigInt(Math.max(0, size.toString(2).length - bits));
  const kept = size >> excess;
  const rest = size - (kept << excess);
  const half = excess > 0n ? 1n << (excess - 1n) : 0n;
  const up = excess > 0n && (rest > half || (rest === half && (kept & 1n) === 1n)) ? 1n : 0n;
  const rounded = Number(kept + up) * 2 ** Number(excess) * 2 ** -scale;
  return n < 0n ? -rounded : rounded;
}

const integer = (bits: number) =>
  fc.bigInt({ min: -(1n << BigInt(bits)) + 1n, max: (1n << BigInt(bits)) - 1n });

test("fma64 rounds a·b + c once", () => {
  fc.assert(
    fc.property(integer(53), integer(53), integer(53), fc.integer({ min: 0, max: 110 }), (a, b, c, shift) => {
      // a·2⁻⁵³, b·2⁻⁵³ and c·2^(shift − 106)
      const exact = a * b + (c << BigInt(shift));
      const got = fma64(Number(a) * 2 ** -53, Number(b) * 2 ** -53, Number(c) * 2 ** (shift - 106));
      expect(got).toBe(nearest(exact, 106, 53) + 0);
    }),
    { numRuns: 2000 },
  );
});

test("fma32 rounds a·b + c once", () => {
  fc.assert(
    fc.property(integer(24), integer(24), integer(24), fc.integer({ min: 0, max: 50 }), (a, b, c, shift) => {
      const exact = a * b + (c << BigInt(shift));
      const got = fma32(Number(a) * 2 ** -24, Number(b) * 2 ** -24, Number(c) * 2 ** (shift - 48));
      expect(got).toBe(nearest(exact, 48, 24) + 0);
    }),
    { numRuns: 2000 },
  );
});

test("a first rounding that lands on a tie of the second does not decide it", () => {
  // 1 + 2⁻²⁴ is a float32 tie; 2⁻⁶⁰ above or below it decides, and is lost in float64.
  const tiny = 2 ** -30;
  expect(fma32(tiny, tiny, 0)).toBe(2 ** -60);
  const a = 1 + 2 ** -23;
  const b = 1 - 2 ** -23; // ab = 1 − 2⁻⁴⁶
  expect(fma32(a, b, 2 ** 24 + 4)).toBe(2 ** 24 + 4); // just below the tie: naive rounding gives 2²⁴ + 6 or + 4 by parity
  expect(fma32(a, b, 2 ** 24 + 6)).toBe(2 ** 24 + 6);
  expect(fma32(-a, b, 2 ** 24 + 6)).toBe(2 ** 24 + 6); // just above the tie between 2²⁴ + 4 and + 6
  expect(fma32(-a, b, 2 ** 24 + 4)).toBe(2 ** 24 + 4);
});

test("values beyond the reach of the splitting are still a·b + c", () => {
  expect(fma64(0.5, 2 ** 1023, 1)).toBe(2 ** 1022);
  expect(fma64(2, Infinity, 1)).toBe(Infinity);
  expect(fma64(2, NaN, 1)).toBeNaN();
  expect(fma64(2 ** -600, 2 ** -600, 3)).toBe(3);
});
