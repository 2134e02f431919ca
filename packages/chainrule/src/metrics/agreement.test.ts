import fc from "fast-check";
import { expect, test } from "vitest";
import { cohenKappa, matthewsCorrelation } from "./agreement.ts";
import { accuracy, balancedAccuracy } from "./classes.ts";
import { classReport } from "./report.ts";

const classes = fc
  .array(fc.record({ y: fc.nat(3), p: fc.nat(3) }), { minLength: 1, maxLength: 40 })
  .map((rows) => ({
    y: rows.map((row) => row.y),
    p: rows.map((row) => row.p),
  }));

test("a worked example", () => {
  // TP = 3, TN = 2, FP = 1, FN = 2
  const y = [1, 1, 1, 1, 1, 0, 0, 0];
  const p = [1, 1, 1, 0, 0, 0, 0, 1];
  expect(matthewsCorrelation(p, y)).toBeCloseTo((3 * 2 - 1 * 2) / Math.sqrt(4 * 5 * 3 * 4), 15);
  // 5 of 8 agree, and (5·4 + 3·4)/64 would by chance
  expect(cohenKappa(p, y)).toBeCloseTo((5 / 8 - 0.5) / (1 - 0.5), 15);
});

test("Matthews' correlation is the same for both ways round, within −1 and 1, and 1 where all is right", () => {
  fc.assert(
    fc.property(classes, ({ y, p }) => {
      const found = matthewsCorrelation(p, y);
      expect(Math.abs(found)).toBeLessThanOrEqual(1 + 1e-12);
      expect(matthewsCorrelation(y, p)).toBeCloseTo(found, 12);
      expect(matthewsCorrelation(y, y)).toBeCloseTo(new Set(y).size > 1 ? 1 : 0, 12);
    }),
  );
});

test("kappa is the same for both ways round, and at most 1", () => {
  fc.assert(
    fc.property(
      classes.filter(({ y, p }) => new Set([...y, ...p]).size > 1),
      fc.constantFrom("none", "linear", "quadratic"),
      ({ y, p }, penalty) => {
        const found = cohenKappa(p, y, { penalty });
        expect(found).toBeLessThanOrEqual(1);
        expect(cohenKappa(y, p, { penalty })).toBeCloseTo(found, 12);
      },
    ),
  );
  expect(() => cohenKappa([2, 2], [2, 2])).toThrow(/of class 2, and kappa is 0\/0/);
  expect(() => cohenKappa([0, 1], [0, 1], { penalty: "cubic" as "linear" })).toThrow(/no penalty "cubic"/);
  expect(() => cohenKappa([], [])).toThrow(/nothing to score/);
});

test("the report agrees with the single scores", () => {
  fc.assert(
    fc.property(classes, ({ y, p }) => {
      const report = classReport(p, y);
      expect(report.accuracy).toBe(accuracy(p, y));
      expect(report.weighted.recall).toBeCloseTo(report.accuracy, 12);
      const true_ = report.classes.filter(({ support }) => support > 0);
      const recall = true_.reduce((sum, row) => sum + row.recall, 0) / true_.length;
      expect(recall).toBeCloseTo(balancedAccuracy(p, y), 12);
      expect(report.macro.support).toBe(y.length);
      expect(report.classes.map((row) => row.class)).toEqual([...new Set([...y, ...p])].sort());
    }),
  );
});

test("the report has a row for each class that is asked for", () => {
  const report = classReport([0, 2], [0, 2], { numClasses: 3 });
  expect(report.classes[1]).toEqual({ class: 1, precision: 0, recall: 0, f1: 0, support: 0 });
  expect(report.macro.f1).toBeCloseTo(2 / 3, 15);
  expect(report.weighted.f1).toBe(1);
  expect(classReport([0.9, 0.2], [1, 0], { threshold: 0.5 }).accuracy).toBe(1);
});
