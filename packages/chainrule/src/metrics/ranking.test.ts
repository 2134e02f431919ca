import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { tensor } from "../tensor/index.ts";
import { prAuc, precisionRecallCurve, rocAuc, rocCurve } from "./ranking.ts";

describe("rocAuc", () => {
  test("is the share of pairs in the right order", () => {
    const scores = [3, 1, 4, 1, 5, 9, 2, 6];
    const target = [0, 0, 1, 1, 0, 1, 0, 1];
    let right = 0;
    for (let i = 0; i < 8; i++)
      for (let j = 0; j < 8; j++)
        if (target[i] === 1 && target[j] === 0)
          right += scores[i] > scores[j] ? 1 : scores[i] === scores[j] ? 0.5 : 0;
    expect(rocAuc(scores, target)).toBe(right / 16);
  });

  test("takes logits of one class, and both columns of two", () => {
    expect(rocAuc(tensor([[-2], [3], [0]]), [0, 1, 0])).toBe(1);
    expect(rocAuc([[0.9, 0.1], [0.2, 0.8]], [0, 1])).toBe(1); // biome-ignore format: rows
  });

  test("says why there is no curve", () => {
    expect(() => rocAuc([0.1, 0.2], [1, 1])).toThrow(
      /class 1 needs samples of it and others, and there are 2 and 0/,
    );
    expect(() => rocAuc([0.1, Number.NaN], [0, 1])).toThrow(/score of sample 1 is NaN/);
    expect(() => rocAuc([[2, 1, 0], [0, 1, 2]], [0, 1])).toThrow(/sample 0 add up to 3.*softmax/); // biome-ignore format: rows
    expect(() => rocAuc([0.5, 0.5], [0, 2])).toThrow(/no class of 2/);
    expect(() => rocAuc([0.5, 0.5], [0, 1], { average: "micro" as "macro" })).toThrow(/no average "micro"/);
  });
});

describe("prAuc", () => {
  test("is the mean of the precisions at the positives, without ties", () => {
    // by falling score: 1 0 1 1 0, where the positives find precisions of 1/1, 2/3 and 3/4
    expect(prAuc([9, 8, 7, 6, 5], [1, 0, 1, 1, 0])).toBeCloseTo((1 + 2 / 3 + 3 / 4) / 3, 15);
  });

  test("needs positives, and no others", () => {
    expect(prAuc([0.1, 0.2], [1, 1])).toBe(1);
    expect(() => prAuc([0.1, 0.2], [0, 0])).toThrow(/class 1 need samples of it, and there are none/);
    expect(() => precisionRecallCurve([0.1, 0.2], [0, 0])).toThrow(/there are none/);
    expect(() => prAuc([0.1, Number.NaN], [0, 1])).toThrow(/score of sample 1 is NaN/);
    expect(() => prAuc([], [])).toThrow(/nothing to score/);
    expect(() => prAuc([0.1, 0.2], [0, 1], { weights: [1, 0] })).toThrow(/there are none/);
  });
});

describe("curves", () => {
  test("a threshold is what a score must reach", () => {
    const roc = rocCurve([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1]);
    expect([...roc.thresholds]).toEqual([Number.POSITIVE_INFINITY, 0.8, 0.4, 0.35, 0.1]);
    expect([...roc.tpr]).toEqual([0, 0.5, 0.5, 1, 1]);
    expect([...roc.fpr]).toEqual([0, 0, 0.5, 0.5, 1]);
  });

  test("tell one class from the rest", () => {
    const rows = [[0.2, 0.3, 0.5], [0.6, 0.3, 0.1]]; // biome-ignore format: rows
    expect(() => rocCurve(rows, [2, 0])).toThrow(/scores have 3 columns.*scores of one class/);
    const two = [[0.9, 0.1], [0.2, 0.8]]; // biome-ignore format: rows
    expect([...precisionRecallCurve(two, [0, 1]).thresholds]).toEqual([0.1, 0.8]);
    expect(() => rocCurve([0.1, 0.2], [0, 0])).toThrow(/there are 0 and 2/);
  });

  test("the area under the drawn ROC curve is rocAuc", () => {
    fc.assert(
      fc.property(ranked, ({ scores, target }) => {
        for (const dropIntermediate of [true, false]) {
          const { fpr, tpr } = rocCurve(scores, target, { dropIntermediate });
          let area = 0;
          for (let k = 1; k < fpr.length; k++) area += ((fpr[k] - fpr[k - 1]) * (tpr[k] + tpr[k - 1])) / 2;
          expect(area).toBeCloseTo(rocAuc(scores, target), 12);
        }
      }),
    );
  });
});

/** Scores with many ties, and targets of both classes. */
const ranked = fc
  .array(fc.record({ score: fc.integer({ min: -6, max: 6 }), label: fc.integer({ min: 0, max: 1 }) }), {
    minLength: 2,
    maxLength: 60,
  })
  .map((rows) => ({ scores: rows.map((r) => r.score / 4), target: rows.map((r) => r.label) }))
  .filter(({ target }) => target.includes(0) && target.includes(1));

describe("properties of both areas", () => {
  test("they lie between 0 and 1, and the order of the samples is of no matter", () => {
    fc.assert(
      fc.property(ranked, fc.func(fc.nat()), ({ scores, target }, key) => {
        const order = scores.map((_, i) => i).sort((a, b) => key(a) - key(b));
        for (const area of [rocAuc, prAuc]) {
          const found = area(scores, target);
          expect(found).toBeGreaterThanOrEqual(0);
          expect(found).toBeLessThanOrEqual(1);
          const again = area(
            order.map((i) => scores[i]),
            order.map((i) => target[i]),
          );
          expect(again).toBeCloseTo(found, 12);
        }
      }),
    );
  });

  test("they depend on the order of the scores alone; rocAuc of −scores, or of the other class, is 1 − rocAuc", () => {
    fc.assert(
      fc.property(ranked, ({ scores, target }) => {
        const bent = scores.map((s) => Math.exp(3 * s) - 7);
        expect(rocAuc(bent, target)).toBe(rocAuc(scores, target));
        expect(prAuc(bent, target)).toBe(prAuc(scores, target));
        const found = rocAuc(scores, target);
        const negative = scores.map((s) => -s);
        expect(rocAuc(negative, target)).toBeCloseTo(1 - found, 12);
        const others = target.map((y) => 1 - y);
        expect(rocAuc(scores, others)).toBeCloseTo(1 - found, 12);
      }),
    );
  });

  test("a whole weight is that many samples", () => {
    const weighted = fc.array(
      fc.record({ score: fc.integer({ min: 0, max: 4 }), label: fc.boolean(), weight: fc.nat(3) }),
      { minLength: 1, maxLength: 30 },
    );
    fc.assert(
      fc.property(weighted, (drawn) => {
        const rows = [...drawn, { score: 2, label: true, weight: 1 }, { score: 2, label: false, weight: 2 }];
        const repeated = rows.flatMap((row) => new Array<typeof row>(row.weight).fill(row));
        const weights = rows.map(({ weight }) => weight);
        for (const area of [rocAuc, prAuc]) {
          const of = (list: typeof rows, options = {}): number =>
            area(
              list.map(({ score }) => score),
              list.map(({ label }) => label),
              options,
            );
          expect(of(rows, { weights })).toBeCloseTo(of(repeated), 12);
        }
      }),
    );
  });
});
