import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { contiguousStrides, numel, unravelIndex } from "../shape/shape.ts";
import { type Affine, compose, coordinates, inverse, isBijection, mergeDims, rowMajor } from "./views.ts";

const valueAt = ({ offset, strides }: Affine, point: readonly number[]): number =>
  strides.reduce((sum, stride, d) => sum + stride * point[d], offset);

const points = (shape: readonly number[]): number[][] =>
  Array.from({ length: numel(shape) }, (_, i) => unravelIndex(i, shape));

const shapes = fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 3 });

describe("coordinates", () => {
  test("of a part, turned and stretched", () => {
    // Columns 1 and 2 of [4, 3], as rows, each twice
    expect(coordinates({ offset: 1, strides: [1, 0, 3] }, [2, 2, 4], [4, 3])).toEqual([
      { offset: 0, strides: [0, 0, 1] },
      { offset: 1, strides: [1, 0, 0] },
    ]);
  });

  test("none where a row runs on into the next one", () => {
    expect(coordinates({ offset: 0, strides: [1] }, [6], [2, 3])).toBeNull();
    expect(coordinates({ offset: 2, strides: [1] }, [2], [2, 3])).toBeNull();
  });

  test("lead to the position that they come from", () => {
    const cases = fc.tuple(shapes, shapes, fc.array(fc.nat(6), { minLength: 3, maxLength: 3 }), fc.nat(6));
    fc.assert(
      fc.property(cases, ([space, shape, strides, offset]) => {
        const position = { offset, strides: strides.slice(0, space.length) };
        const place = coordinates(position, space, shape);
        if (!place) return;
        for (const point of points(space)) {
          const index = place.map((coordinate) => valueAt(coordinate, point));
          expect(index.every((i, d) => i >= 0 && i < shape[d])).toBe(true);
          expect(valueAt(rowMajor(shape), index)).toBe(valueAt(position, point));
        }
      }),
    );
  });
});

describe("inverse", () => {
  test("undoes permutations of dimensions", () => {
    fc.assert(
      fc.property(shapes, fc.nat(5), (shape, turn) => {
        const order = shape.map((_, d) => (d + turn) % shape.length);
        const space = order.map((d) => shape[d]);
        const position = { offset: 0, strides: order.map((d) => contiguousStrides(shape)[d]) };
        expect(isBijection(position, space, numel(shape))).toBe(true);
        const back = inverse(position, space, shape) as Affine[];
        for (const index of points(shape)) {
          const point = back.map((coordinate) => valueAt(coordinate, index));
          expect(valueAt(position, point)).toBe(valueAt(rowMajor(shape), index));
        }
      }),
    );
  });

  test("does not exist for what repeats", () => {
    expect(isBijection({ offset: 0, strides: [0, 1] }, [2, 3], 6)).toBe(false);
    expect(isBijection({ offset: 0, strides: [1] }, [3], 6)).toBe(false);
  });
});

test("mergeDims makes one dimension of those that all functions run through evenly", () => {
  const dense = rowMajor([2, 3, 4]);
  const row = { offset: 0, strides: [0, 0, 1] };
  expect(mergeDims([2, 3, 4], [dense]).shape).toEqual([24]);
  expect(mergeDims([2, 3, 4], [dense, row])).toEqual({
    shape: [6, 4],
    functions: [
      { offset: 0, strides: [4, 1] },
      { offset: 0, strides: [0, 1] },
    ],
  });
});

test("compose is one function after another", () => {
  const outer = { offset: 5, strides: [10, 1] };
  const inner = [
    { offset: 1, strides: [2] },
    { offset: 0, strides: [3] },
  ];
  expect(compose(outer, inner, 1)).toEqual({ offset: 15, strides: [23] });
});
