import { expect, test } from "vitest";
import { sparkline } from "./sparkline.ts";

test("draws a curve as letters", () => {
  expect(sparkline([8, 7, 6, 5, 4, 3, 2, 1], 8)).toBe("█▇▆▅▄▃▂▁");
  expect(sparkline([1, 3, 10], 8)).toBe("▁▃█");
  expect(sparkline([], 8)).toBe("");
  expect(sparkline([5, 5], 8)).toBe("▁▁");
  expect(sparkline([Number.NaN, 1, Number.POSITIVE_INFINITY, 2], 8)).toBe("▁█");
});

test("joins numbers where there are more than letters", () => {
  expect(sparkline([0, 2, 7, 9, 4, 4], 3)).toBe("▁█▄");
  expect(
    sparkline(
      Array.from({ length: 1000 }, (_, i) => i),
      8,
    ),
  ).toBe("▁▂▃▄▅▆▇█");
});
