import { expect, test } from "vitest";
import { beta } from "./beta.ts";
import { Generator } from "./generator.ts";

const points = [0.1, 0.3, 0.5, 0.9];

// scipy.stats.beta(a, b).cdf([0.1, 0.3, 0.5, 0.9])
test.each([
  [0.2, 0.2, [0.33668977843, 0.433204184376, 0.5, 0.66331022157]],
  [1, 1, [0.1, 0.3, 0.5, 0.9]],
  [0.4, 2, [0.541425751953, 0.790785088726, 0.909429939906, 0.997080776135]],
  [3, 5, [0.0256915, 0.3529305, 0.7734375, 0.9998235]],
  [1e-3, 1e-3, [0.498903305426, 0.49957696214, 0.5, 0.501096694574]],
])("beta(%d, %d) has its distribution", (a, b, cdf) => {
  const generator = new Generator(11);
  const n = 20000;
  const drawn = Array.from({ length: n }, () => beta(generator, a, b));
  expect(drawn.every((x) => x >= 0 && x <= 1)).toBe(true);
  points.forEach((point, i) => {
    const share = drawn.filter((x) => x <= point).length / n;
    // Within four standard errors.
    expect(Math.abs(share - cdf[i])).toBeLessThan(4 * Math.sqrt((cdf[i] * (1 - cdf[i])) / n) + 1e-12);
  });
});

test("one seed gives the same numbers, and what is no distribution is refused", () => {
  const drawn = (seed: number): number[] => {
    const generator = new Generator(seed);
    return Array.from({ length: 5 }, () => beta(generator, 2, 0.5));
  };
  expect(drawn(1)).toEqual(drawn(1));
  expect(drawn(1)).not.toEqual(drawn(2));
  expect(() => beta(new Generator(0), 0, 1)).toThrow("a = 0 and b = 1 does not exist");
  expect(() => beta(new Generator(0), 1, Number.POSITIVE_INFINITY)).toThrow("does not exist");
});
