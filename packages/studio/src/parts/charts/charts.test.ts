import { h } from "preact";
import { renderToString } from "preact-render-to-string";
import { expect, test } from "vitest";
import { axisOf, spanOf, ticksOf } from "./axes.ts";
import { Bars, Confusion, DataTable, Figure, Histogram, Ridges, Scatter, tableOfCurves } from "./index.ts";

test("bars go to both sides of zero", () => {
  const bars = [
    { label: "up", value: 1 },
    { label: "down", value: -1 },
  ];
  const picture = renderToString(h(Bars, { bars, title: "t" }));
  expect(picture).toContain('<rect x="263" y="8" width="93"');
  expect(picture).toContain('<rect x="170" y="28" width="93"');
  expect(picture).toContain(">−1<");
});

test("axes have round numbers, and a span for a single number", () => {
  expect(ticksOf(axisOf([0, 0.3], [0, 1]))).toEqual([0, 0.1, 0.2, 0.3]);
  expect(ticksOf(axisOf([1e-8, 1], [0, 1], true))).toEqual([1e-8, 1e-6, 1e-4, 1e-2, 1]);
  expect(ticksOf(axisOf([3, 30], [0, 1], true))).toEqual([5, 10, 20]);
  expect(spanOf([5])).toEqual([2.5, 7.5]);
  expect(spanOf([Number.NaN])).toEqual([0, 1]);
  expect(spanOf([0, 4], true)).toEqual([2, 8]);
});

test("a histogram's bars are as high as their counts", () => {
  const picture = renderToString(h(Histogram, { bins: { edges: [0, 1, 2], counts: [1, 2] }, title: "t" }));
  expect(picture).toContain('d="M8 66V42.0H110V66ZM110 66V18.0H212V66Z"');
  expect(picture).toContain('aria-label="t: 3 numbers"');
});

test("ridges have a line for each step", () => {
  const over = [10, 20].map((step) => ({ step, bins: { edges: [0, 1, 2], counts: [1, step] } }));
  const picture = renderToString(h(Ridges, { over, title: "weights" }));
  expect(picture).toContain(">10<");
  expect(picture).toContain(">20<");
});

test("many points are counted in squares, and none is lost", () => {
  const truth = Float64Array.from({ length: 1000 }, (_, i) => i);
  const picture = renderToString(h(Scatter, { truth, predicted: truth, name: "y" }));
  const counts = [...picture.matchAll(/<title>(\d+) rows/g)].map(([, count]) => Number(count));
  expect(counts.length).toBeGreaterThanOrEqual(40);
  expect(counts.reduce((a, b) => a + b)).toBe(1000);
  const few = renderToString(h(Scatter, { truth: [0, Number.NaN, 1], predicted: [0, 1, 1], name: "y" }));
  expect(few.match(/<circle/g)).toHaveLength(2);
});

test("a confusion matrix is a table whose headers name rows and columns", () => {
  const table = renderToString(
    h(Confusion, {
      labels: ["a", "b"],
      counts: [
        [3, 0],
        [1, 2],
      ],
    }),
  );
  expect(table.match(/scope="row"/g)).toHaveLength(2);
  expect(table.match(/scope="col"/g)).toHaveLength(3);
  expect(table).toMatch(/class="n hit"[^>]*>3</);
  expect(table).toMatch(/class="n"[^>]*>1</);
});

test("a table puts numbers at the right, and what is not known as a dash", () => {
  const table = renderToString(
    h(DataTable, {
      name: "n",
      head: ["a", "b"],
      rows: [
        ["x", 1.5],
        ["y", null],
      ],
    }),
  );
  expect(table).toContain('<td class="n">1.5</td>');
  expect(table).toContain('<td class="n">–</td>');
  expect(table).toContain('<th scope="row">x</th>');
});

test("the table behind curves joins them over x, and thins out what is long", () => {
  const curves = [
    { label: "a", x: [1, 2], y: [10, 20] },
    { label: "b", x: [2, 3], y: [5, 6] },
  ];
  expect(tableOfCurves("x", curves)).toEqual({
    head: ["x", "a", "b"],
    rows: [
      [1, 10, null],
      [2, 20, 5],
      [3, null, 6],
    ],
  });
  expect(tableOfCurves("x", [{ label: "a", x: [1, 1], y: [2, 3] }]).rows).toEqual([
    ["a", 1, 2],
    ["a", 1, 3],
  ]);
  const rows = Array.from({ length: 1000 }, (_, i) => [i]);
  const figure = renderToString(h(Figure, { title: "t", table: { head: ["x"], rows }, children: "p" }));
  expect(figure).toContain("one row of 5");
  expect(figure.match(/<tr>/g)).toHaveLength(201);
});
