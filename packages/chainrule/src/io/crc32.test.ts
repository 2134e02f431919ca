import fc from "fast-check";
import { expect, test } from "vitest";
import { crc32, crc32c } from "./crc32.ts";

const text = (letters: string): Uint8Array => new TextEncoder().encode(letters);

// RFC 3720, appendix B.4; the digits are the usual check value.
test.each<[string, Uint8Array, number]>([
  ["nothing", new Uint8Array(0), 0],
  ["32 zeros", new Uint8Array(32), 0x8a9136aa],
  ["32 bytes of ones", new Uint8Array(32).fill(0xff), 0x62a8ab43],
  ["32 ascending bytes", Uint8Array.from({ length: 32 }, (_, i) => i), 0x46dd794e],
  ["32 descending bytes", Uint8Array.from({ length: 32 }, (_, i) => 31 - i), 0x113fdb5c],
  ["the digits", text("123456789"), 0xe3069283],
])("knows the sum of %s", (_, bytes, sum) => {
  expect(crc32c(bytes)).toBe(sum);
});

test("knows the usual check value of zip", () => {
  expect(crc32(text("123456789"))).toBe(0xcbf43926);
});

test.each([
  ["CRC-32C", crc32c, 0x82f63b78],
  ["CRC-32", crc32, 0xedb88320],
] as const)("%s is the remainder bit by bit, for any bytes anywhere in a buffer", (_, sum, polynomial) => {
  const slowly = (bytes: Uint8Array): number => {
    let crc = 0xffffffff;
    for (const byte of bytes) {
      crc ^= byte;
      for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ polynomial : crc >>> 1;
    }
    return ~crc >>> 0;
  };
  const cut = fc.tuple(fc.uint8Array({ maxLength: 50 }), fc.nat(5));
  fc.assert(
    fc.property(cut, ([bytes, start]) => {
      expect(sum(bytes.subarray(start))).toBe(slowly(bytes.slice(start)));
    }),
  );
});
