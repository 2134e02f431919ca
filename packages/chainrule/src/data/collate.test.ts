import { expect, expectTypeOf, test } from "vitest";
import { type Tensor, tensor, zeros } from "../tensor/index.ts";
import { defaultCollate } from "./collate.ts";

test("numbers and booleans become tensors", () => {
  const x = defaultCollate([1.5, 2]);
  expect([x.dtype, x.toArray()]).toEqual(["float32", [1.5, 2]]);
  expect(defaultCollate([true, false]).dtype).toBe("bool");
});

test("tensors are stacked and keep their dtype", () => {
  const y = defaultCollate([tensor([1, 2], { dtype: "int32" }), tensor([3, 4], { dtype: "int32" })]);
  expect([y.dtype, y.toArray()]).toEqual(["int32", [[1, 2], [3, 4]]]); // biome-ignore format: rows
});

test("tuples and records keep their form and their types", () => {
  const samples: { x: Tensor; y: [number, string] }[] = [
    { x: zeros([2]), y: [1, "a"] },
    { x: zeros([2]), y: [2, "b"] },
  ];
  const batch = defaultCollate(samples);
  expectTypeOf(batch).toEqualTypeOf<{ x: Tensor; y: [Tensor, string[]] }>();
  expect(batch.x.shape).toEqual([2, 2]);
  expect(batch.y[0].toArray()).toEqual([1, 2]);
  expect(batch.y[1]).toEqual(["a", "b"]);
});

test("a stacked batch has no history", () => {
  expect(defaultCollate([zeros([1], { requiresGrad: true })]).requiresGrad).toBe(false);
});

test("samples that do not fit together say where", () => {
  expect(() => defaultCollate([{ x: zeros([2]) }, { x: zeros([3]) }])).toThrow(
    /shapes \[2\] and \[3\] at \.x/,
  );
  expect(() => defaultCollate<unknown[]>([[1, 2], [1]])).toThrow(
    /Sample 1 .* an array of 1 after an array of 2/,
  );
  expect(() => defaultCollate<unknown>([1, "one"])).toThrow(/a string after a number/);
  expect(() => defaultCollate<unknown>([{ a: 1 }, { b: 1 }])).toThrow(
    /an object with b after an object with a/,
  );
  expect(() => defaultCollate([])).toThrow(/no samples/);
});
