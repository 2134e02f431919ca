import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { planArena } from "./arena.ts";

describe("planArena", () => {
  test("uses memory again", () => {
    const lifetimes = [
      { bytes: 1000, from: 0, to: 1 },
      { bytes: 100, from: 1, to: 2 },
      { bytes: 900, from: 2, to: 3 },
    ];
    expect(planArena(lifetimes)).toEqual({ offsets: [0, 1024, 0], bytes: 1152 });
  });

  test("takes the smallest gap that is large enough", () => {
    const lifetimes = [
      { bytes: 640, from: 0, to: 1 },
      { bytes: 512, from: 0, to: 9 },
      { bytes: 256, from: 0, to: 1 },
      { bytes: 192, from: 0, to: 9 },
      { bytes: 128, from: 2, to: 3 },
    ];
    expect(planArena(lifetimes).offsets).toEqual([0, 640, 1152, 1408, 1152]);
  });

  test("lets blocks that live together never overlap, and starts all at lines of the cache", () => {
    const lifetime = fc
      .tuple(fc.nat(5000), fc.nat(20), fc.nat(20))
      .map(([bytes, a, b]) => ({ bytes, from: Math.min(a, b), to: Math.max(a, b) }));
    fc.assert(
      fc.property(fc.array(lifetime, { maxLength: 30 }), (lifetimes) => {
        const { offsets, bytes } = planArena(lifetimes);
        lifetimes.forEach((a, i) => {
          expect(offsets[i] % 64).toBe(0);
          expect(offsets[i] + a.bytes).toBeLessThanOrEqual(bytes);
          lifetimes.slice(0, i).forEach((b, j) => {
            const together = a.from <= b.to && b.from <= a.to;
            const apart = offsets[i] + a.bytes <= offsets[j] || offsets[j] + b.bytes <= offsets[i];
            expect(!together || apart || a.bytes === 0 || b.bytes === 0).toBe(true);
          });
        });
      }),
    );
  });
});
