import fc from "fast-check";
import { expect, test } from "vitest";
import { blockOfK, outerBlocks, splitColumns, splitRows } from "./blocking.ts";

const size = fc.integer({ min: 1, max: 5000 });

test("tiles cover all rows, tallest first, and differ by one row at most", () => {
  fc.assert(
    fc.property(size, fc.integer({ min: 1, max: 6 }), (rows, tallest) => {
      const tiles = splitRows(rows, tallest);
      const heights = tiles.map(({ width }) => width);
      expect(tiles.reduce((sum, { width, count }) => sum + width * count, 0)).toBe(rows);
      expect(Math.max(...heights)).toBeLessThanOrEqual(tallest);
      expect(Math.max(...heights) - Math.min(...heights)).toBeLessThanOrEqual(1);
      expect(Math.min(...heights)).toBeGreaterThan(0);
    }),
  );
  expect(splitRows(13, 6)).toEqual([
    { width: 5, count: 1, room: 5 },
    { width: 4, count: 2, room: 4 },
  ]);
});

test("panels cover all columns, the last one partly", () => {
  expect(splitColumns(35, 16)).toEqual([
    { width: 16, count: 2, room: 16 },
    { width: 3, count: 1, room: 16 },
  ]);
  expect(splitColumns(5, 16)).toEqual([{ width: 5, count: 1, room: 16 }]);
  expect(splitColumns(32, 16)).toEqual([{ width: 16, count: 2, room: 16 }]);
});

test("runs of k are at most 320 long, and none is much shorter than another", () => {
  fc.assert(
    fc.property(size, (k) => {
      const run = blockOfK(k);
      expect(run).toBeLessThanOrEqual(320);
      expect(Math.ceil(k / run)).toBe(Math.ceil(k / 320));
    }),
  );
  expect([1, 320, 321, 784, 1024].map(blockOfK)).toEqual([1, 320, 161, 262, 256]);
});

test("outer blocks fit, and cover the product", () => {
  fc.assert(
    fc.property(size, size, size, fc.constantFrom(4, 8, 16), (m, n, k, width) => {
      const elements = 200_000;
      const blocks = outerBlocks(m, n, k, width, elements);
      expect(blocks.m * blocks.k + blocks.n * blocks.k + blocks.m * blocks.n).toBeLessThanOrEqual(elements);
      expect(blocks.n % width).toBe(0);
      expect(blocks.k === k || blocks.k % blockOfK(k) === 0).toBe(true);
      expect(Math.min(blocks.m, blocks.n, blocks.k)).toBeGreaterThan(0);
    }),
  );
});
