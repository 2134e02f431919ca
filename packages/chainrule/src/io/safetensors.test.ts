import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fromTypedArray, type Tensor, tensor } from "../tensor/index.ts";
import { ChainruleError } from "../util/errors.ts";
import { readSafetensors, writeSafetensors } from "./safetensors.ts";

/** A file by hand: header as text, elements as bytes. */
function file(header: unknown, elements: readonly number[] = [], length?: number): Uint8Array {
  const text = new TextEncoder().encode(typeof header === "string" ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + text.length + elements.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length ?? text.length), true);
  bytes.set(text, 8);
  bytes.set(elements, 8 + text.length);
  return bytes;
}
const F32 = (shape: number[], start: number, end: number) => ({
  dtype: "F32",
  shape,
  data_offsets: [start, end],
});

describe("safetensors", () => {
  test("writes the format to the byte", () => {
    const bytes = writeSafetensors({ w: tensor([[1, 2]]) }, { a: "b" });
    const header = '{"__metadata__":{"a":"b"},"w":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]}}';
    expect(new DataView(bytes.buffer).getBigUint64(0, true)).toBe(88n);
    expect(new TextDecoder().decode(bytes.subarray(8, 96))).toBe(header.padEnd(88));
    expect([...bytes.subarray(96)]).toEqual([0, 0, 128, 63, 0, 0, 0, 64]);
  });

  test("gives back every dtype, shape and name, from views too", () => {
    const given: Record<string, Tensor> = {
      b: tensor([true, false, true]),
      "0.weight": tensor([
        [1.5, -2],
        [Number.NaN, 4],
      ]).transpose(0, 1),
      n: tensor([7, -8], { dtype: "int32" }),
      d: tensor(Math.PI, { dtype: "float64" }),
      empty: fromTypedArray(new Float32Array(0), [0, 3]),
      __proto__x: tensor([1]),
    };
    const { tensors, metadata } = readSafetensors(writeSafetensors(given));
    expect(metadata).toEqual({});
    expect(Object.keys(tensors).toSorted()).toEqual(Object.keys(given).toSorted());
    for (const [name, { dtype, shape }] of Object.entries(given)) {
      expect(tensors[name]).toMatchObject({ dtype, shape });
      expect(tensors[name].toArray()).toEqual(given[name].toArray());
    }
  });

  test("copies: neither Node's buffers nor the bytes are kept", () => {
    const bytes = Buffer.from(writeSafetensors({ w: tensor([1, 2]) }));
    const { tensors } = readSafetensors(bytes);
    bytes.fill(0);
    expect(tensors.w.toArray()).toEqual([1, 2]);
  });

  test("keeps names that objects treat in their own way", () => {
    const header = '{"__proto__":{"dtype":"BOOL","shape":[1],"data_offsets":[0,1]}}';
    const { tensors } = readSafetensors(file(header, [1]));
    expect(Object.keys(tensors)).toEqual(["__proto__"]);
    expect(Object.getPrototypeOf(tensors)).toBe(Object.prototype);
  });

  test.each([
    ["too short a file", new Uint8Array(4), "it has 4 bytes"],
    ["a header longer than the file", file("{}", [], 100), "its header would be 100 bytes of 10"],
    ["an absurd header length", file("{}", [], Number.MAX_SAFE_INTEGER), "its header would be"],
    ["a header that is no JSON", file("{]"), "its header is no JSON"],
    ["a header that is no object", file("[]"), "its header is no JSON object"],
    ["a tensor that is no object", file({ w: 3 }), 'tensor "w" has the dtype undefined'],
    ["an unknown dtype", file({ w: { ...F32([1], 0, 4), dtype: "F8" } }, [0, 0, 0, 0]), 'has the dtype "F8"'],
    ["a negative size", file({ w: F32([-1, -1], 0, 4) }, [0, 0, 0, 0]), "has the shape [-1,-1]"],
    ["offsets beyond the end", file({ w: F32([2], 0, 8) }, [0, 0, 0, 0]), "would end at byte 8 of 4"],
    ["offsets backward", file({ w: F32([0], 4, 0) }, [0, 0, 0, 0]), "would end at byte 0"],
    [
      "a shape of another size",
      file({ w: F32([2], 0, 4) }, [0, 0, 0, 0]),
      "of shape [2] and dtype F32 has 4 bytes",
    ],
    ["a shape beyond all numbers", file({ w: F32([2 ** 40, 2 ** 40], 0, 0) }), "has 0 bytes"],
    ["a gap", file({ w: F32([1], 4, 8) }, [0, 0, 0, 0, 0, 0, 0, 0]), "starts at byte 4 and not at 0"],
    [
      "an overlap",
      file({ v: F32([1], 0, 4), w: F32([1], 0, 4) }, [0, 0, 0, 0]),
      "starts at byte 0 and not at 4",
    ],
    [
      "a rest",
      file({ w: F32([1], 0, 4) }, [0, 0, 0, 0, 0]),
      "5 bytes of elements are there where tensors take 4",
    ],
    [
      "a bool of 2",
      file({ w: { dtype: "BOOL", shape: [1], data_offsets: [0, 1] } }, [2]),
      "bytes other than 0 and 1",
    ],
    ["metadata of numbers", file({ __metadata__: { a: 1 } }), 'its metadata "a" is no text'],
  ])("refuses %s", (_, bytes, message) => {
    expect(() => readSafetensors(bytes, "m.safetensors")).toThrow(
      `m.safetensors is no whole safetensors file: `,
    );
    expect(() => readSafetensors(bytes)).toThrow(message);
  });

  test("reads or refuses any bytes, by a ChainruleError", () => {
    const whole = writeSafetensors(
      {
        w: tensor([
          [1, 2],
          [3, 4],
        ]),
        b: tensor([true]),
      },
      { a: "b" },
    );
    const mutation = fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), {
      minLength: 1,
      maxLength: 4,
    });
    const length = fc.nat(whole.length);
    fc.assert(
      fc.property(mutation, fc.option(length), (changes, cut) => {
        const bytes = whole.slice(0, cut ?? whole.length);
        for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
        try {
          readSafetensors(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(ChainruleError);
        }
      }),
      { numRuns: 1000 },
    );
  });

  test("refuses a reserved name", () => {
    expect(() => writeSafetensors({ __metadata__: tensor([1]) })).toThrow("can not be named");
  });
});
