import { expect, test } from "vitest";
import { histogramLine, shareBar } from "./histogram.ts";
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

test.each([
  [{}, true],
  [{ LANG: "en_US.UTF-8" }, true],
  [{ LANG: "C" }, false],
  [{ LANG: "en_US.UTF-8", LC_ALL: "POSIX" }, false],
  [{ LC_CTYPE: "C.utf8" }, true],
])("the locale %j has signs beyond ASCII: %s", (env, unicode) => {
  expect(isUnicode(env)).toBe(unicode);
});
