import { describe, expect, test } from "vitest";
import { tensor } from "../tensor/index.ts";
import { accuracy, balancedAccuracy, confusionMatrix, topKAccuracy } from "./classes.ts";
import { f1, precision, recall } from "./precision.ts";
import { mse } from "./regression.ts";
import { bestThreshold } from "./threshold.ts";

const target = [0, 1, 2, 2, 1, 0, 2, 1, 0, 2];
const predicted = [0, 2, 2, 2, 1, 1, 2, 0, 0, 1];

describe("what counts as a prediction", () => {
  test("classes, scores, and one score with a threshold", () => {
    expect(accuracy(predicted, target)).toBe(0.6);
    expect(accuracy(Float32Array.from(predicted), tensor(target, { dtype: "int32" }))).toBe(0.6);
    expect(accuracy([[0.1, 2], [3, -1], [0, 0]], [1, 1, 0])).toBeCloseTo(2 / 3, 15); // biome-ignore format: rows
    expect(accuracy([-1, 0.3, 0, 2], [0, 1, 1, 1], { threshold: 0 })).toBe(0.75);
    expect(accuracy(tensor([[0.6], [0.4]]), tensor([[1], [0]]), { threshold: 0.5 })).toBe(1);
    expect(accuracy([true, false], [1, 1])).toBe(0.5);
  });

  test("of equal scores the first wins, and NaN wins over numbers, as in argmax", () => {
    expect(accuracy([[1, 1, 0]], [0])).toBe(1);
    expect(accuracy([[5, Number.NaN, 9]], [1])).toBe(1);
    expect(accuracy([[Number.NaN, 7]], [0])).toBe(1);
  });

  test("what cannot be scored says where", () => {
    expect(() => accuracy([0.2, 0.9], [0, 1])).toThrow(/predictions hold 0.2 at 0.*threshold/);
    expect(() => accuracy([0, 1], [0, 1, 1])).toThrow(/2 predictions were given for 3 targets/);
    expect(() => accuracy([], [])).toThrow(/nothing to score/);
    expect(() => accuracy([[1, 2, 3]], [3])).toThrow(/targets hold 3 at 0, which is no class of 3/);
    expect(() => accuracy([0, 1], [0, -1])).toThrow(/targets hold -1 at 1/);
    expect(() => accuracy([0, 1], [0, 2], { threshold: 0.5 })).toThrow(/no class of 2/);
    expect(() => accuracy([[1, 2], [3]], [0, 1])).toThrow(/Row 1 of the predictions/);
    expect(() => accuracy([0, 1], [[1, 0], [0, 1]])).toThrow(/targets of shape \[2, 2\]/); // biome-ignore format: rows
    expect(() => confusionMatrix([1, 250_000], [0, 1])).toThrow(/largest class is 250000/);
  });
});

// Numbers of this file: scikit-learn 1.2, beside those of tests/golden/metrics.test.ts.
test("of equal scores the later class ranks higher in topKAccuracy", () => {
  const scores = [[1, 1, 0], [0, 1, 1], [1, 1, 1]]; // biome-ignore format: rows
  expect(topKAccuracy(scores, [0, 1, 2], { k: 1 })).toBeCloseTo(1 / 3, 15);
  expect(topKAccuracy(scores, [0, 1, 2])).toBe(1);
  expect(() => topKAccuracy(scores, [0, 1, 2], { k: 0 })).toThrow(/k is 0/);
  expect(() => topKAccuracy([1, 2], [0, 1])).toThrow(/do not have a column for each class/);
});

test("balancedAccuracy leaves out classes that do not occur", () => {
  expect(balancedAccuracy([0, 0, 3, 3], [0, 0, 3, 0])).toBeCloseTo((2 / 3 + 1) / 2, 15);
});

test("confusionMatrix divides by rows, columns or all", () => {
  const shares = (normalize: "true" | "predicted" | "all"): unknown =>
    confusionMatrix(predicted, target, { normalize }).toArray();
  const third = 1 / 3;
  // biome-ignore-start format: rows
  expect(shares("true")).toEqual([
    [2 / 3, third, 0],
    [third, third, third],
    [0, 0.25, 0.75],
  ]);
  expect(shares("predicted")).toEqual([
    [2 / 3, third, 0],
    [third, third, 0.25],
    [0, third, 0.75],
  ]);
  expect(shares("all")).toEqual([
    [0.2, 0.1, 0],
    [0.1, 0.1, 0.1],
    [0, 0.1, 0.3],
  ]);
  expect(confusionMatrix([0, 0], [0, 0], { numClasses: 2, normalize: "true" }).toArray()).toEqual([
    [1, 0],
    [0, 0],
  ]);
  // biome-ignore-end format: rows
});

describe("figures by class", () => {
  // class 3 is never predicted, class 2 never true
  const y = [0, 1, 3, 3, 1, 0, 0, 1];
  const p = [0, 1, 2, 0, 1, 2, 0, 0];

  test("0/0 is what zeroDivision says", () => {
    expect(precision(p, y, { average: "macro" })).toBeCloseTo(0.375, 15);
    expect(precision(p, y, { average: "macro", zeroDivision: 1 })).toBeCloseTo(0.625, 15);
    expect(precision(p, y, { average: "none", zeroDivision: 1 })).toEqual([0.5, 1, 0, 1]);
    expect(recall(p, y, { average: "macro", zeroDivision: 1 })).toBeCloseTo(0.5833333333333333, 15);
    expect(f1(p, y, { average: "macro", zeroDivision: 1 })).toBeCloseTo(0.34285714285714286, 15);
  });

  test("without numClasses only classes that occur count in macro", () => {
    expect(recall([0, 5], [0, 5], { average: "macro" })).toBe(1);
    expect(recall([0, 5], [0, 5], { average: "macro", numClasses: 6 })).toBeCloseTo(1 / 3, 15);
  });

  test("either class of two can be the positive one", () => {
    expect(recall([0, 1, 0], [0, 1, 1])).toBe(0.5);
    expect(recall([0, 1, 0], [0, 1, 1], { positive: 0 })).toBe(1);
    expect(precision([0.9, 0.2], [1, 0], { threshold: 0.5 })).toBe(1);
  });

  test("bad options are refused", () => {
    expect(() => precision(p, y)).toThrow(/"binary" needs two classes, and there are 4/);
    expect(() => precision(p, y, { average: "mean" as "macro" })).toThrow(/no average "mean"/);
    expect(() => precision([0, 1], [0, 1], { positive: 2 })).toThrow(/positive class is 2/);
  });
});

test("a whole weight is that many samples", () => {
  const weights = [1, 2, 0, 3, 1, 1, 0, 2, 1, 4];
  const repeat = (of: readonly number[]): number[] =>
    of.flatMap((c, i) => new Array<number>(weights[i]).fill(c));
  const [p, y] = [repeat(predicted), repeat(target)];
  expect(accuracy(predicted, target, { weights })).toBe(accuracy(p, y));
  expect(balancedAccuracy(predicted, target, { weights })).toBeCloseTo(balancedAccuracy(p, y), 15);
  expect(f1(predicted, target, { weights, average: "macro" })).toBeCloseTo(
    f1(p, y, { average: "macro" }),
    15,
  );
  const matrix = confusionMatrix(predicted, target, { weights });
  expect(matrix.dtype).toBe("float64");
  expect(matrix.toArray()).toEqual(confusionMatrix(p, y).toArray());
});

test("what callers without types write is refused", () => {
  const normalize = "pred" as never;
  expect(() => confusionMatrix([0, 1], [0, 1], { normalize })).toThrow('Use "true", "predicted" or "all"');
  expect(() => mse("ab" as never, "cd" as never)).toThrow('The predictions are "ab". Give a tensor');
  expect(() => bestThreshold([0.1, 0.2], [0, 1], undefined as never)).toThrow('Say { for: "f1" }');
});
