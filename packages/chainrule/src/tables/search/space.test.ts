import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ChainruleError } from "../../util/errors.ts";
import { chooseSettings } from "../procedure/settings.ts";
import { checkSpace, defaultSpace, drawPoint, pointOf, type Space, withPoint } from "./space.ts";

const space = checkSpace({
  lr: { log: [1e-3, 0.3] },
  hidden: [[64], [256, 256, 256]],
  dropout: { linear: [0.1, 0.5] },
  embeddingSize: { whole: [2, 4] },
  clipNorm: [null, 1],
  frontScale: [true, false],
});

const points = (seed: number, count: number): ReturnType<typeof drawPoint>[] =>
  Array.from({ length: count }, (_, trial) => drawPoint(space, seed, trial));

describe("drawing", () => {
  test("gives the same values for the same seed and trial, and others for others", () => {
    expect(points(3, 5)).toEqual(points(3, 5));
    expect(new Set([...points(3, 20), ...points(4, 20)].map((point) => JSON.stringify(point))).size).toBe(40);
  });

  test("every value is in its range, ends included", () => {
    const property = fc.property(fc.nat(), fc.nat(10_000), (seed, trial) => {
      const { lr, hidden, dropout, embeddingSize, clipNorm, frontScale } = drawPoint(space, seed, trial);
      expect(lr).toBeGreaterThanOrEqual(1e-3);
      expect(lr).toBeLessThanOrEqual(0.3);
      expect([[64], [256, 256, 256]]).toContainEqual(hidden);
      expect(dropout).toBeGreaterThanOrEqual(0.1);
      expect(dropout).toBeLessThanOrEqual(0.5);
      expect([2, 3, 4]).toContain(embeddingSize);
      expect([null, 1]).toContain(clipNorm);
      expect([true, false]).toContain(frontScale);
    });
    fc.assert(property);
  });

  test("a logarithmic range has as many values in each factor, a list each item equally often", () => {
    const drawn = points(0, 2000);
    const middle = Math.sqrt(1e-3 * 0.3);
    const low = drawn.filter(({ lr }) => (lr as number) < middle).length;
    const small = drawn.filter(({ hidden }) => (hidden as number[]).length === 1).length;
    const four = drawn.filter(({ embeddingSize }) => embeddingSize === 4).length;
    // Within four standard deviations of the binomial distribution.
    expect(Math.abs(low - 1000)).toBeLessThan(4 * Math.sqrt(500));
    expect(Math.abs(small - 1000)).toBeLessThan(4 * Math.sqrt(500));
    expect(Math.abs(four - 2000 / 3)).toBeLessThan(4 * Math.sqrt(4000 / 9));
  });
});

describe("settings of a trial", () => {
  const defaults = chooseSettings({}, 1000, "classification");

  test("width and depth make the hidden layers, one of them with the other of the defaults", () => {
    expect(withPoint({ seed: 1 }, { width: 64, depth: 2, lr: 0.01 }, defaults)).toEqual({
      seed: 1,
      hidden: [64, 64],
      lr: 0.01,
    });
    expect(withPoint({}, { width: 32 }, defaults).hidden).toEqual([32, 32, 32]);
    expect(withPoint({}, { depth: 1 }, defaults).hidden).toEqual([256]);
    expect(withPoint({ hidden: [7] }, { lr: 1 }, defaults)).toEqual({ hidden: [7], lr: 1 });
  });

  test("pointOf finds the values again", () => {
    const searched = defaultSpace(defaults, {}, "classification");
    expect(pointOf(defaults, searched)).toEqual({
      width: 256,
      depth: 3,
      activation: "selu",
      lr: 0.04,
      dropout: 0.15,
      weightDecay: 0.02,
    });
    const point = drawPoint(searched, 0, 5);
    const settings = chooseSettings(withPoint({}, point, defaults), 1000, "classification");
    expect(pointOf(settings, searched)).toEqual(point);
  });

  test("what the user has fixed is not searched, and every default space is a space", () => {
    const fixed = { hidden: [8], lr: 0.1 };
    const searched = defaultSpace(chooseSettings(fixed, 1000, "regression"), fixed, "regression");
    expect(Object.keys(searched)).toEqual(["activation", "dropout", "weightDecay"]);
    for (const optimizer of ["adamw", "sgd", "lbfgs"] as const) {
      const settings = chooseSettings({ optimizer }, 1000, "regression");
      const wide = defaultSpace(settings, { optimizer }, "regression") as Space & { lr: { log: number[] } };
      expect(checkSpace(JSON.parse(JSON.stringify(wide)))).toEqual(wide);
      expect(wide.lr.log[0]).toBeLessThan(settings.lr);
      expect(wide.lr.log[1]).toBeGreaterThan(settings.lr);
    }
  });
});

test.each([
  [[], "space is no object of ranges"],
  [{}, "nothing to search"],
  [{ lrr: [1] }, 'space has "lrr"', 'Did you mean "lr"?'],
  [{ seed: [1] }, 'space has "seed"'],
  [{ lr: 0.1 }, "space.lr is 0.1, which is no range"],
  [{ lr: [] }, "space.lr is [], which is no range"],
  [{ lr: { log: [0, 1] } }, "which is no range"],
  [{ lr: { log: [1, 0.1] } }, "which is no range"],
  [{ lr: { log: [0.1, 1], linear: [0, 1] } }, "which is no range"],
  [{ lr: {} }, "which is no range"],
  [{ depth: { whole: [1, 2.5] } }, "which is no range"],
  [{ dropout: { linear: [0, 1] } }, "space.dropout has 1", "numbers from 0 to 0.999"],
  [{ activation: ["relu", "rlu"] }, 'space.activation has "rlu"', "some of relu"],
  [{ hidden: [64, 128] }, "space.hidden has 64", "lists of units"],
  [{ hidden: [[64]], width: [32] }, "which say the same"],
])("%j is refused", (value, problem, remedy = "") => {
  try {
    checkSpace(value);
    expect.unreachable();
  } catch (error) {
    expect(error).toBeInstanceOf(ChainruleError);
    expect((error as ChainruleError).problem).toContain(problem);
    expect((error as ChainruleError).remedy).toContain(remedy);
  }
});
