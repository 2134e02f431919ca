import { expect, test } from "vitest";
import { histogramLine, progressBar, shareBar, sparkline } from "./blocks.ts";
import { isUnicode } from "./style.ts";

test("a histogram has a sign for each bin, its height by the largest", () => {
  expect(histogramLine([0, 1, 50, 100], true)).toBe(" ▁▄█");
  expect(histogramLine([8, 7, 6, 5, 4, 3, 2, 1], true)).toBe("█▇▆▅▄▃▂▁");
  expect(histogramLine([0, 1, 50, 100], false)).toBe(" _-#");
  expect(histogramLine([3], true)).toBe("█");
});

test("a bar is there for every share above 0", () => {
  expect([0, 0.001, 0.5, 1].map((share) => shareBar(share, 4, true))).toEqual(["", "█", "██", "████"]);
  expect(shareBar(0.5, 4, false)).toBe("##");
});

test("a curve is drawn as signs", () => {
  expect(sparkline([8, 7, 6, 5, 4, 3, 2, 1], 8, true)).toBe("█▇▆▅▄▃▂▁");
  expect(sparkline([1, 3, 10], 8, true)).toBe("▁▃█");
  expect(sparkline([], 8, true)).toBe("");
  expect(sparkline([8, 7, 6, 5, 4, 3, 2, 1], 8, false)).toBe("#*+=-:._");
  expect(sparkline([5, 5], 8, true)).toBe("▁▁");
  expect(sparkline([Number.NaN, 1, Number.POSITIVE_INFINITY, 2], 8, true)).toBe("▁█");
});

test("numbers of a curve are joined where there are more than signs", () => {
  expect(sparkline([0, 2, 7, 9, 4, 4], 3, true)).toBe("▁█▄");
  expect(
    sparkline(
      Array.from({ length: 1000 }, (_, i) => i),
      8,
      true,
    ),
  ).toBe("▁▂▃▄▅▆▇█");
});

test("progress is seen without colours where there is ASCII alone", () => {
  expect(progressBar(0.3, 10, false)).toEqual(["===", "-------"]);
  expect(progressBar(0.3, 10, true)).toEqual(["━━━", "━━━━━━━"]);
});

test.each([
  [{}, true],
  [{ LANG: "en_US.UTF-8" }, true],
  [{ LANG: "C" }, false],
  [{ LANG: "en_US.UTF-8", LC_ALL: "POSIX" }, false],
  [{ LC_CTYPE: "C.utf8" }, true],
])("the locale %j has signs beyond ASCII: %s", (env, unicode) => {
  expect(isUnicode(env)).toBe(unicode);
});
