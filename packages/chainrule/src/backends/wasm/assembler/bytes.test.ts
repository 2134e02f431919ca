import fc from "fast-check";
import { expect, test } from "vitest";
import { ByteWriter } from "./bytes.ts";

/** Reads LEB128 by its definition: seven bits a byte, lowest first, sign-extended if asked for. */
function readLeb(bytes: Uint8Array, signed: boolean): bigint {
  let value = 0n;
  bytes.forEach((byte, i) => {
    value |= BigInt(byte & 0x7f) << BigInt(7 * i);
  });
  return signed ? BigInt.asIntN(7 * bytes.length, value) : value;
}

const wellFormed = (bytes: Uint8Array, longest: number): boolean =>
  bytes.length <= longest && bytes.every((byte, i) => byte >= 0x80 === i < bytes.length - 1);

test("unsigned integers come back", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 32 - 1 }), (value) => {
      const bytes = new ByteWriter().u32(value).finish();
      return wellFormed(bytes, 5) && readLeb(bytes, false) === BigInt(value);
    }),
  );
});

test("signed integers come back", () => {
  fc.assert(
    fc.property(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), (value) => {
      const bytes = new ByteWriter().i32(value).finish();
      return wellFormed(bytes, 5) && readLeb(bytes, true) === BigInt(value);
    }),
  );
  fc.assert(
    fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (value) => {
      const bytes = new ByteWriter().i64(value).finish();
      return wellFormed(bytes, 10) && readLeb(bytes, true) === value;
    }),
  );
});

test("an i32 may be given unsigned", () => {
  expect(new ByteWriter().i32(2 ** 32 - 1).finish()).toEqual(new ByteWriter().i32(-1).finish());
});

test("the specification's examples", () => {
  expect([...new ByteWriter().u32(624485).finish()]).toEqual([0xe5, 0x8e, 0x26]);
  expect([...new ByteWriter().i32(-123456).finish()]).toEqual([0xc0, 0xbb, 0x78]);
  expect([...new ByteWriter().i32(64).finish()]).toEqual([0xc0, 0x00]);
  expect([...new ByteWriter().i32(-64).finish()]).toEqual([0x40]);
});

test("floating point numbers are little-endian", () => {
  expect([...new ByteWriter().f32(1).f64(-2).finish()]).toEqual([
    0, 0, 0x80, 0x3f, 0, 0, 0, 0, 0, 0, 0, 0xc0,
  ]);
});

test("sizes and names come in front of their bytes", () => {
  const bytes = new ByteWriter().sized((inner) => inner.name("µ").byte(7)).finish();
  expect([...bytes]).toEqual([4, 2, 0xc2, 0xb5, 7]);
});
