import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ChainruleError } from "../../util/errors.ts";
import { readMessage, type Schemas, writeMessage } from "./protobuf.ts";

const schemas: Schemas = {
  Test: {
    1: ["a", "int"],
    2: ["b", "text"],
    3: ["c", "Test"],
    4: ["d", "int", "many"],
    5: ["e", "float", "many"],
    6: ["f", "double"],
    7: ["g", "bytes"],
    8: ["h", "Test", "many"],
  },
};
const read = (...bytes: number[]) =>
  readMessage(
    schemas,
    "Test",
    Uint8Array.from(bytes),
    (problem, at) => new ChainruleError("file", `${at}: ${problem}.`, "-"),
  );

describe("protobuf", () => {
  test("reads the examples of its own documentation", () => {
    expect(read(0x08, 0x96, 0x01)).toMatchObject({ a: 150 });
    expect(read(0x12, 7, ...new TextEncoder().encode("testing"))).toMatchObject({ b: "testing" });
    expect(read(0x1a, 3, 0x08, 0x96, 0x01)).toMatchObject({ c: { a: 150 } });
    expect(read(0x22, 6, 0x03, 0x8e, 0x02, 0x9e, 0xa7, 0x05)).toMatchObject({ d: [3, 270, 86942] });
  });

  test("reads lists packed and one by one, and what is missing as empty", () => {
    expect(read(0x20, 1, 0x20, 2, 0x22, 1, 3)).toMatchObject({ d: [1, 2, 3], e: [], h: [], a: undefined });
    expect(read(0x2d, 0, 0, 128, 63, 0x2a, 4, 0, 0, 0, 64)).toMatchObject({ e: [1, 2] });
  });

  test("skips fields that it does not know, of every wire type", () => {
    const unknown = [0x78, 0xff, 0x01, 0x79, 1, 2, 3, 4, 5, 6, 7, 8, 0x7a, 2, 9, 9, 0x7d, 1, 2, 3, 4];
    expect(read(...unknown, 0x08, 5)).toMatchObject({ a: 5 });
  });

  test("whole numbers of 64 bits, negative ones in two's complement", () => {
    const minus = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];
    expect(read(0x08, ...minus, 0x01)).toMatchObject({ a: -1 });
    expect(read(0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f)).toMatchObject({ a: 2 ** 63 });
  });

  test.each([
    ["a number is cut off", [0x08, 0x96], "1: a number is cut off."],
    ["a number goes on and on", [0x08, ...Array(11).fill(0x80)], "1: a number is longer than it may be."],
    [
      "a number has more than 64 bits",
      [0x08, ...Array(9).fill(0xff), 0x02],
      "1: a number is longer than it may be.",
    ],
    ["a length reaches beyond the end", [0x12, 5, 1], "1: 5 bytes are announced where 1 are left."],
    [
      "a length reaches beyond its message",
      [0x1a, 2, 0x12, 9, 1, 1, 1],
      "3: 9 bytes are announced where 0 are left.",
    ],
    ["a length of 2⁶⁰", [0x12, ...Array(8).fill(0x80), 0x10], "1: a number is longer than it may be."],
    ["a float is cut off", [0x31, 1, 2], "1: a number is cut off."],
    [
      "a wire type that a field has not",
      [0x09, 1, 2, 3, 4, 5, 6, 7, 8],
      '1: the field "a" is of wire type 1.',
    ],
    ["groups", [0x7b], "1: there is no wire type 3."],
    ["field 0", [0x00, 1], "0: 0 begins no field."],
  ])("refuses a file where %s", (_, bytes, message) => {
    expect(() => read(...bytes)).toThrow(message);
  });

  test("refuses messages that lie too deep, and more of them than such a file has", () => {
    let deep: object = {};
    for (let i = 0; i < 70; i++) deep = { c: deep };
    expect(() => read(...writeMessage(schemas, "Test", deep))).toThrow("64 deep");
    expect(() => read(...Array(4000).fill([0x42, 0]).flat())).toThrow("messages in 8000 bytes");
  });

  test("writes what it reads", () => {
    const message = (inside: fc.Arbitrary<unknown>): fc.Arbitrary<object> =>
      fc.record({
        a: fc.option(fc.integer({ min: -(2 ** 52), max: 2 ** 52 }), { nil: undefined }),
        b: fc.option(fc.string({ unit: "binary" }), { nil: undefined }),
        c: fc.option(inside, { nil: undefined }),
        d: fc.array(fc.integer()),
        e: fc.array(fc.float({ noNaN: true })),
        f: fc.option(fc.double({ noNaN: true }), { nil: undefined }),
        g: fc.option(fc.uint8Array({ maxLength: 400 }), { nil: undefined }),
        h: fc.array(inside, { maxLength: 2 }),
      });
    const leaf = message(fc.constant(undefined)).map((one) => ({ ...one, h: [] }));
    fc.assert(
      fc.property(message(leaf), (given) => {
        expect(read(...writeMessage(schemas, "Test", given))).toEqual(given);
      }),
      { seed: 6, numRuns: 20 },
    );
  });
});
