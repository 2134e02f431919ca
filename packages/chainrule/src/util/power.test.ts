import fc from "fast-check";
import { expect, test } from "vitest";
import { cosOfHalfTurns, powerOf } from "./power.ts";

/** xⁿ exactly rounded, for x = m / 2⁵³: by whole numbers of any size. */
function exactPower(x: number, n: number): number {
  const numerator = BigInt(x * 2 ** 53) ** BigInt(n);
  // 200 bits below the leading one are kept, and rounded once by Number.
  const bits = numerator.toString(2).length;
  const dropped = BigInt(Math.max(0, bits - 200));
  return Number(numerator >> dropped) * 2 ** (Number(dropped) - 53 * n);
}

test("bias corrections are as if rounded once, nearly always", () => {
  let apart = 0;
  for (const beta of [0.9, 0.99, 0.999, 0.5, 0.95]) {
    for (let step = 0; step <= 15; step++) {
      const exact = exactPower(beta, step);
      const found = powerOf(beta, step);
      if (found !== exact) apart++;
      expect(Math.abs(found - exact)).toBeLessThanOrEqual(2 ** -53 * exact);
    }
  }
  expect(apart).toBe(0);
});

test("agrees with the engine to rounding", () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0.01, max: 1.2, noNaN: true }),
      fc.integer({ min: -300, max: 300 }),
      (x, n) => {
        const engine = x ** n;
        // Below the normal numbers bits are missing anyway.
        if (engine < 1e-290 || engine > 1e290) return;
        expect(Math.abs(powerOf(x, n) - engine)).toBeLessThan(1e-15 * engine);
      },
    ),
  );
  for (const [x, y] of [
    [0.96, 0.004],
    [0.96, 40.5],
    [1.3, 0.75],
    [0.2, -1.5],
  ]) {
    expect(Math.abs(powerOf(x, y) / x ** y - 1)).toBeLessThan(1e-15);
  }
});

test("edges", () => {
  expect([
    powerOf(0, 0),
    powerOf(0, 3),
    powerOf(1, 1e9),
    powerOf(-2, 3),
    powerOf(2, -2),
    powerOf(0, 0.5),
  ]).toEqual([1, 0, 1, -8, 0.25, 0]);
  expect(powerOf(0.5, 1e6)).toBe(0);
  expect(powerOf(0.999, 1e7)).toBe(0);
  expect(powerOf(10, 308)).toBe(1e308);
  expect(powerOf(10, 400)).toBe(Number.POSITIVE_INFINITY);
  expect(powerOf(1.5, Number.NaN)).toBeNaN();
});

test("cosines of half turns", () => {
  expect([0, 1, 2, 1e9, 1e9 + 1].map(cosOfHalfTurns)).toEqual([1, -1, 1, 1, -1]);
  expect(Math.abs(cosOfHalfTurns(0.3) - Math.cos(0.3 * Math.PI))).toBeLessThan(1e-15);
});
