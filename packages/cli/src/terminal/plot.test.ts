import { expect, test } from "vitest";
import { widthOfText } from "./format.ts";
import { plotLines } from "./plot.ts";

const ascii = { width: 16, height: 5, unicode: false, labelX: String, labelY: String };

test("a line goes from corner to corner, with its axes", () => {
  expect(plotLines([{ x: [0, 10], y: [0, 4] }], { ...ascii, width: 13 })).toEqual([
    "4 |        **",
    "  |      **",
    "2 |    **",
    "  |  **",
    "0 |**",
    "  +----------",
    "   0       10",
  ]);
});

test("points are not joined, and each series has its sign", () => {
  const series = [
    { x: [0, 4], y: [0, 4], points: true },
    { x: [2], y: [2], points: true },
  ];
  const lines = plotLines(series, { ...ascii, width: 12 });
  const signs = lines.slice(0, 5).join("").replace(/[^*o]/g, "");
  expect(signs).toBe("*o*");
});

test("on a logarithmic axis equal factors are equally far apart", () => {
  const lines = plotLines([{ x: [0.01, 0.1, 1], y: [1, 1, 1], points: true }], {
    ...ascii,
    width: 14,
    logX: true,
  });
  const row = lines.find((line) => line.includes("*")) ?? "";
  const at = [...row].flatMap((sign, i) => (sign === "*" ? [i] : []));
  expect(at.length).toBe(3);
  expect(Math.abs(at[2] - at[1] - (at[1] - at[0]))).toBeLessThanOrEqual(1);
  expect(lines.at(-1)?.trim()).toMatch(/^0.01 +1$/);
});

test("Braille has eight dots to a sign, and no line is wider than it may be", () => {
  const x = Array.from({ length: 200 }, (_, i) => i);
  const lines = plotLines([{ x, y: x.map((t) => Math.sin(t / 20)) }], {
    width: 60,
    height: 8,
    unicode: true,
  });
  expect(lines.length).toBe(10);
  expect(lines.join("")).toMatch(/[\u2801-\u28ff]/);
  expect(
    plotLines([{ x: [1], y: [1], points: true }], { width: 60, height: 3, unicode: true }).join(""),
  ).toContain("•");
  for (const line of lines) expect(widthOfText(line)).toBeLessThanOrEqual(60);
});

test("what is not finite leaves a gap, and no points no plot", () => {
  expect(plotLines([{ x: [1, 2], y: [Number.NaN, Number.POSITIVE_INFINITY] }], ascii)).toEqual([]);
  expect(plotLines([{ x: [0], y: [1] }], { ...ascii, logX: true })).toEqual([]);
  const lines = plotLines([{ x: [0, 1, 2], y: [1, Number.NaN, 1] }], { ...ascii, range: [0, 2] });
  expect(lines.join("").replace(/[^*]/g, "")).toBe("**");
});
