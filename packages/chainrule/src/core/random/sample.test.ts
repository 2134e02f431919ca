import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Generator } from "./generator.ts";
import { multinomial, randperm, shuffleWide } from "./sample.ts";

describe("randperm", () => {
  test("is PyTorch's", () => {
    // torch.manual_seed(0); torch.randperm(12)
    expect([...randperm(12, new Generator(0))]).toEqual([8, 0, 5, 9, 7, 4, 2, 10, 3, 1, 11, 6]);
  });

  test("is a permutation, by n − 1 draws", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 700 }), fc.nat(), (n, seed) => {
        const generator = new Generator(seed);
        const sorted = randperm(n, generator).sort();
        expect(sorted).toEqual(Int32Array.from({ length: n }, (_, i) => i));
        const other = new Generator(seed);
        for (let i = 1; i < n; i++) other.next32();
        expect(generator.next32()).toBe(other.next32());
      }),
    );
  });

  test("of huge n shuffles inside out by 64-bit draws", () => {
    // The same written with a list that grows and bigint remainders.
    const generator = new Generator(9);
    const list: number[] = [];
    for (let i = 0; i < 100; i++) {
      const z = Number(generator.next64() % BigInt(i + 1));
      list.push(list[z] ?? i);
      list[z] = i;
    }
    expect([...shuffleWide(100, new Generator(9))]).toEqual(list);
    expect([...list].sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, i) => i));
  });

  test("wants an int32 length", () => {
    for (const n of [-1, 1.5, 2 ** 31])
      expect(() => randperm(n, new Generator(0))).toThrow("has no int32 indices");
  });
});

describe("multinomial", () => {
  const weights = [0.1, 0, 3, 0.4, 2];
  const w32 = Float32Array.from(weights);

  // w = torch.tensor([.1, 0, 3, .4, 2]); each after torch.manual_seed(0)
  test("is PyTorch's", () => {
    // torch.multinomial(w, 10, True)
    expect([...multinomial(w32, 10, true, new Generator(0))]).toEqual([4, 4, 2, 4, 4, 4, 2, 2, 3, 2]);
    // torch.multinomial(w, 4), torch.multinomial(w.double(), 4)
    expect([...multinomial(w32, 4, false, new Generator(0))]).toEqual([2, 4, 3, 0]);
    expect([...multinomial(Float64Array.from(weights), 4, false, new Generator(0))]).toEqual([2, 4, 3, 0]);
    // torch.multinomial(torch.stack([w, w.flip(0)]), 3)
    const generator = new Generator(0);
    expect([...multinomial(w32, 3, false, generator)]).toEqual([2, 4, 3]);
    expect([...multinomial(w32.slice().reverse(), 3, false, generator)]).toEqual([2, 1, 0]);
  });

  test("draws by weight, and never a zero one", () => {
    const counts = [0, 0, 0, 0, 0];
    for (const i of multinomial(w32, 20000, true, new Generator(1))) counts[i]++;
    expect(counts[1]).toBe(0);
    // four standard deviations of a binomial count
    weights.forEach((w, i) => {
      const p = w / 5.5;
      expect(Math.abs(counts[i] - 20000 * p)).toBeLessThanOrEqual(4 * Math.sqrt(20000 * p * (1 - p)));
    });
  });

  test("without replacement draws each once, by weight", () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0.001, max: 10, noNaN: true }), { minLength: 1, maxLength: 50 }),
        fc.nat(),
        (w, seed) => {
          const drawn = multinomial(Float64Array.from(w), w.length, false, new Generator(seed));
          expect(drawn.sort()).toEqual(Int32Array.from(w, (_, i) => i));
        },
      ),
    );
    let first = 0;
    const generator = new Generator(2);
    for (let i = 0; i < 4000; i++) first += multinomial(Float64Array.of(1, 3), 1, false, generator)[0];
    expect(Math.abs(first - 3000)).toBeLessThanOrEqual(4 * Math.sqrt(4000 * 0.25 * 0.75));
  });

  test("refuses what cannot be drawn", () => {
    const generator = new Generator(0);
    expect(() => multinomial(Float32Array.of(1, -1), 1, true, generator)).toThrow("-1 is not a weight");
    expect(() => multinomial(Float32Array.of(1, NaN), 1, true, generator)).toThrow("NaN is not a weight");
    expect(() => multinomial(Float32Array.of(0, 0), 1, true, generator)).toThrow(
      "All weights to draw by are zero",
    );
    expect(() => multinomial(w32, 6, false, generator)).toThrow(
      "Cannot draw 6 of 5 categories without replacement",
    );
    expect(() => multinomial(w32, 0, true, generator)).toThrow("Pass numSamples >= 1");
  });
});
