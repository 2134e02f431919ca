import { expect, test } from "vitest";
import { bfloat16Bits, bfloat16Value, float16Bits, float16Value, LARGEST } from "./half.ts";

const every16 = Array.from({ length: 65536 }, (_, bits) => bits);
const isNaN16 = (bits: number, mask: number): boolean =>
  (bits & mask) === mask && (bits & ~mask & 0x7fff) !== 0;

test("float16: known values of IEEE 754", () => {
  const known: [number, number][] = [
    [0x0000, 0],
    [0x0001, 2 ** -24],
    [0x03ff, 2 ** -14 - 2 ** -24],
    [0x0400, 2 ** -14],
    [0x3555, 0.333251953125],
    [0x3c00, 1],
    [0x3c01, 1 + 2 ** -10],
    [0xc000, -2],
    [0x7bff, LARGEST.float16],
    [0x7c00, Number.POSITIVE_INFINITY],
    [0xfc00, Number.NEGATIVE_INFINITY],
    [0x8000, -0],
  ];
  for (const [bits, value] of known) {
    expect(float16Value(bits)).toBe(value);
    expect(float16Bits(value)).toBe(bits);
  }
  expect(float16Value(0x7e00)).toBeNaN();
});

test("every float16 and bfloat16 comes back as it was", () => {
  for (const bits of every16) {
    if (!isNaN16(bits, 0x7c00) && float16Bits(float16Value(bits)) !== bits) expect(bits).toBe("float16");
    if (!isNaN16(bits, 0x7f80) && bfloat16Bits(bfloat16Value(bits)) !== bits) expect(bits).toBe("bfloat16");
  }
  expect(float16Bits(Number.NaN)).toBe(0x7e00);
  expect(bfloat16Bits(Number.NaN)).toBe(0x7fc0);
});

/** Halfway between neighbours, and a little to both sides. */
test.each([
  ["float16", float16Bits, float16Value, 0x7bff, 2 ** -40],
  ["bfloat16", bfloat16Bits, bfloat16Value, 0x7f7f, 2 ** -22],
] as const)("%s: the nearest, and between two the even one", (_, bitsOf, toNumber, last, little) => {
  for (let bits = 0; bits < last; bits += 37) {
    const [low, high] = [toNumber(bits), toNumber(bits + 1)];
    const middle = low + (high - low) / 2;
    const even = bits % 2 === 0 ? bits : bits + 1;
    if (middle > 1e-38) {
      expect(bitsOf(middle)).toBe(even);
      expect(bitsOf(-middle)).toBe(even | 0x8000);
      expect(bitsOf(middle * (1 + little))).toBe(bits + 1);
      expect(bitsOf(middle * (1 - little))).toBe(bits);
    }
  }
});

test("what is too large becomes infinite, as in PyTorch", () => {
  expect(float16Bits(65519)).toBe(0x7bff);
  expect(float16Bits(65520)).toBe(0x7c00);
  expect(float16Bits(-1e300)).toBe(0xfc00);
  expect(bfloat16Bits(3.4e38)).toBe(0x7f80);
});
