import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fromTypedArray, ones, type Tensor, tensor } from "../tensor/index.ts";
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
    ["a header that is no object", file("[]"), 'its header does not begin with "{"'],
    ["a tensor that is no object", file({ w: 3 }), 'tensor "w" has the dtype none'],
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

  /** Elements as the format has them, by hand, and what they are here. */
  test.each<[string, number[], string, number[]]>([
    ["F64", [0, 0, 0, 0, 0, 0, 0xf8, 0xbf], "float64", [-1.5]],
    ["F32", [0, 0, 0xc0, 0xbf], "float32", [-1.5]],
    ["F16", [0x00, 0xbe, 0x01, 0x00], "float32", [-1.5, 2 ** -24]],
    ["BF16", [0xc0, 0xbf], "float32", [-1.5]],
    ["I64", [0xfe, 255, 255, 255, 255, 255, 255, 255], "int32", [-2]],
    ["U64", [0xff, 255, 255, 0x7f, 0, 0, 0, 0], "int32", [2 ** 31 - 1]],
    ["I32", [0, 0, 0, 0x80], "int32", [-(2 ** 31)]],
    ["U32", [1, 0, 0, 0x70], "int32", [0x70000001]],
    ["I16", [0xfe, 255], "int32", [-2]],
    ["U16", [0xfe, 255], "int32", [65534]],
    ["I8", [0xfe, 2], "int32", [-2, 2]],
    ["U8", [0xfe, 2], "int32", [254, 2]],
    ["BOOL", [1, 0], "bool", [1, 0]],
  ])("reads %s", (format, elements, dtype, values) => {
    const entry = { dtype: format, shape: [values.length], data_offsets: [0, elements.length] };
    const { tensors } = readSafetensors(file({ x: entry }, elements));
    expect(tensors.x.dtype).toBe(dtype);
    expect([...tensors.x.data]).toEqual(values);
  });

  test.each([
    ["I64", [0, 0, 0, 0x80, 0, 0, 0, 0]],
    ["U64", [255, 255, 255, 255, 255, 255, 255, 255]],
    ["U32", [0, 0, 0, 0x80]],
  ])("refuses %s beyond int32", (format, elements) => {
    const entry = { dtype: format, shape: [1], data_offsets: [0, elements.length] };
    expect(() => readSafetensors(file({ x: entry }, elements))).toThrow("does not fit int32 (at byte ");
  });

  test("writes every tensor to a multiple of its element's size, whatever the order and the names", () => {
    const given = fc.dictionary(fc.string(), fc.constantFrom("bool", "int32", "float32", "float64"), {
      maxKeys: 6,
    });
    fc.assert(
      fc.property(given, fc.constantFrom(undefined, "float16" as const), (dtypes, dtype) => {
        const tensors = Object.entries(dtypes).map(([name, own], i) => [name, ones([i + 1], { dtype: own })]);
        const bytes = writeSafetensors(Object.fromEntries(tensors), {}, { dtype });
        const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
        expect(length % 8).toBe(0);
        const header: Record<string, { dtype: string; data_offsets: [number, number] }> = JSON.parse(
          new TextDecoder().decode(bytes.subarray(8, 8 + length)),
        );
        const sizes: Record<string, number> = { BOOL: 1, I32: 4, F32: 4, F64: 8, F16: 2 };
        for (const { dtype: format, data_offsets } of Object.values(header))
          expect(data_offsets[0] % sizes[format]).toBe(0);
      }),
      { seed: 1 },
    );
  });

  test("refuses names that come twice, and metadata that does", () => {
    const entry = JSON.stringify(F32([1], 0, 4));
    const twice = `{"w":${entry},"w":${entry}}`;
    expect(() => readSafetensors(file(twice, [0, 0, 0, 0]))).toThrow('has the name "w" twice');
    const texts = '{"__metadata__":{"a":"1","a":"2"}}';
    expect(() => readSafetensors(file(texts))).toThrow('has the name "a" twice');
  });

  test("takes tensors in any order of the header, as other writers put them", () => {
    const header = { b: F32([1], 4, 8), a: F32([1], 0, 4) };
    const { tensors } = readSafetensors(file(header, [0, 0, 128, 63, 0, 0, 0, 64]));
    expect([tensors.a.item(), tensors.b.item()]).toEqual([1, 2]);
  });

  test.each([
    ["float16", "F16", [0x00, 0x3c, 0x55, 0x35]],
    ["bfloat16", "BF16", [0x80, 0x3f, 0xab, 0x3e]],
  ] as const)("writes %s, rounded to the nearest", (dtype, format, elements) => {
    const given = { x: tensor([1, 1 / 3]), n: tensor([5], { dtype: "int32" }) };
    const bytes = writeSafetensors(given, {}, { dtype });
    const header = `{"n":{"dtype":"I32","shape":[1],"data_offsets":[0,4]},"x":{"dtype":"${format}","shape":[2],"data_offsets":[4,8]}}`;
    expect(new TextDecoder().decode(bytes.subarray(8, -8)).trimEnd()).toBe(header);
    expect([...bytes.subarray(-8)]).toEqual([5, 0, 0, 0, ...elements]);
    const back = readSafetensors(bytes).tensors;
    expect(back.n.item()).toBe(5);
    expect(back.x.data[1]).toBeCloseTo(1 / 3, dtype === "float16" ? 3 : 2);
  });

  test("refuses to make a number infinite, and leaves those that are", () => {
    const infinite = tensor([Number.POSITIVE_INFINITY, Number.NaN]);
    const { tensors } = readSafetensors(writeSafetensors({ infinite }, {}, { dtype: "float16" }));
    expect([...tensors.infinite.data]).toEqual([Number.POSITIVE_INFINITY, Number.NaN]);
    for (const [dtype, value] of [
      ["float16", 65520],
      ["bfloat16", 3.4e38],
      ["float32", 1e39],
    ] as const) {
      const w = tensor([value], { dtype: "float64" });
      expect(() => writeSafetensors({ w }, {}, { dtype })).toThrow(`"w" holds ${value}, which is larger`);
    }
  });

  test("refuses a reserved name", () => {
    expect(() => writeSafetensors({ __metadata__: tensor([1]) })).toThrow("can not be named");
  });
});
