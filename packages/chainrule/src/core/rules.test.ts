import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { allocate, type DType, dtypes } from "../shape/dtype.ts";
import { numel, type Shape } from "../shape/shape.ts";
import { ChainruleError } from "../util/errors.ts";
import type { Operand } from "./op.ts";
import { compared, promoted, promotedFloat, requireFloating, resultType, resultType2 } from "./rules.ts";
import { Tensor } from "./tensor.ts";

const zeros = (shape: Shape, dtype: DType): Tensor =>
  Tensor.over(allocate(dtype, numel(shape)), shape, dtype);

/** `torch.result_type` of a tensor of the dtype at the left and an operand of the dtype above, int64 read as int32. */
const table: Record<DType, Record<DType, DType>> = {
  bool: { bool: "bool", int32: "int32", float32: "float32", float64: "float64" },
  int32: { bool: "int32", int32: "int32", float32: "float32", float64: "float64" },
  float32: { bool: "float32", int32: "float32", float32: "float32", float64: "float64" },
  float64: { bool: "float64", int32: "float64", float32: "float64", float64: "float64" },
};
/** The same where the other tensor has no dimensions: it lifts to a higher category, and no further. */
const withoutDimensions: Record<DType, Record<DType, DType>> = {
  ...table,
  float32: { ...table.float32, float64: "float32" },
};
/** And with a number, whole or not. */
const withNumber: Record<DType, [whole: DType, other: DType]> = {
  bool: ["int32", "float32"],
  int32: ["int32", "float32"],
  float32: ["float32", "float32"],
  float64: ["float64", "float64"],
};

const operand: fc.Arbitrary<Operand> = fc.oneof(
  fc.constantFrom(2, -1, 2.5, 0),
  fc
    .record({ shape: fc.constantFrom<Shape>([2], [], [1, 2]), dtype: fc.constantFrom(...dtypes) })
    .map((spec) => zeros(spec.shape, spec.dtype)),
);

describe("result dtypes are PyTorch's", () => {
  test.each(dtypes.flatMap((a) => dtypes.map((b) => [a, b] as const)))("%s and %s", (a, b) => {
    const [x, y] = [zeros([2], a), zeros([2], b)];
    expect(resultType(x, y)).toBe(table[a][b]);
    expect(resultType(x, zeros([], b))).toBe(withoutDimensions[a][b]);
    expect(resultType(zeros([], a), zeros([], b))).toBe(table[a][b]);
  });
  test.each(dtypes)("%s and a number", (a) => {
    for (const shape of [[2], []]) {
      expect(resultType(zeros(shape, a), 2)).toBe(withNumber[a][0]);
      expect(resultType(zeros(shape, a), 2.5)).toBe(withNumber[a][1]);
      // What int32 does not hold counts as real.
      expect(resultType(zeros(shape, a), 2 ** 31)).toBe(withNumber[a][1]);
      expect(resultType(zeros(shape, a), Number.NaN)).toBe(withNumber[a][1]);
    }
  });
  test("order does not matter, and the short way for two agrees", () => {
    fc.assert(
      fc.property(operand, operand, operand, (a, b, c) => {
        expect(resultType(b, a)).toBe(resultType(a, b));
        expect(resultType2(a, b)).toBe(resultType(a, b));
        expect(resultType(c, b, a)).toBe(resultType(a, b, c));
      }),
    );
  });
  test("rules of pairs", () => {
    const pair = { x: zeros([2, 1], "int32"), other: zeros([3], "bool") };
    expect(promoted(pair)).toEqual({ shape: [2, 3], dtype: "int32" });
    expect(promotedFloat(pair)).toEqual({ shape: [2, 3], dtype: "float32" });
    expect(compared(pair)).toEqual({ shape: [2, 3], dtype: "bool" });
    expect(promoted({ x: 1, other: zeros([], "float64") })).toEqual({ shape: [], dtype: "float64" });
  });
  test("a dtype that is refused is named, with what to do", () => {
    expect(() => requireFloating(zeros([1], "int32"))).toThrow(ChainruleError);
    expect(() => requireFloating(zeros([1], "int32"))).toThrow(
      /int32 tensor.*float32 or float64.*to\("float32"\)/,
    );
  });
});
