import { describe, expect, test } from "vitest";
import { ones, type Tensor, tensor } from "../../tensor/index.ts";
import { refusal } from "../refuse.ts";
import { storedBytes, zipEntries, zipOf } from "../zip.ts";
import { readTorch, readTorchValue, type TorchValue } from "./read.ts";
import { writeTorch } from "./write.ts";

const refuse = refusal("it", "is no zip");
const filesIn = (whole: Uint8Array): Record<string, Uint8Array> =>
  Object.fromEntries(
    zipEntries(whole, refuse).map((entry) => [entry.name, storedBytes(whole, entry, refuse)]),
  );
const text = (letters: string): number[] => [...new TextEncoder().encode(letters)];
/** A text in a pickle: BINUNICODE, its length, its bytes. */
const unicode = (letters: string): number[] => [0x58, letters.length, 0, 0, 0, ...text(letters)];
/** A number: BININT. */
const whole = (n: number): number[] => [0x4a, n, 0, 0, 0];
const MARK = 0x28;
const TUPLE = 0x74;

describe("writeTorch", () => {
  test("writes the operations of protocol 2 that torch.save writes, byte by byte", () => {
    const files = filesIn(writeTorch({ w: tensor([[1, 2]]) }));
    expect(Object.keys(files)).toEqual([
      "archive/data.pkl",
      "archive/byteorder",
      "archive/data/0",
      "archive/version",
    ]);
    expect([...files["archive/data/0"]]).toEqual([0, 0, 128, 63, 0, 0, 0, 64]);
    expect([...files["archive/version"]]).toEqual(text("3\n"));
    expect([...files["archive/data.pkl"]]).toEqual([
      ...[0x80, 2, 0x7d, MARK], // protocol 2, a dict
      ...unicode("w"),
      ...text("ctorch._utils\n_rebuild_tensor_v2\n"),
      ...[MARK, MARK, ...unicode("storage"), ...text("ctorch\nFloatStorage\n"), ...unicode("0")],
      ...[...unicode("cpu"), ...whole(2), TUPLE, 0x51], // the storage, by its persistent id
      ...whole(0), // offset
      ...[MARK, ...whole(1), ...whole(2), TUPLE], // size
      ...[MARK, ...whole(2), ...whole(1), TUPLE], // strides
      0x89, // requires no gradient
      ...text("ccollections\nOrderedDict\n"),
      ...[0x29, 0x52], // no hooks
      ...[TUPLE, 0x52],
      ...[0x75, 0x2e], // the items of the dict; the end
    ]);
  });

  test("gives back what was written", () => {
    const state = {
      view: tensor([[1, 2, 3], [4, 5, 6]]).transpose(0, 1),
      n: tensor([7, -8], { dtype: "int32" }),
      b: tensor([true, false]),
      d: tensor(Math.PI, { dtype: "float64" }),
      none: tensor([]),
    }; // biome-ignore format: matrices
    const found = readTorch(writeTorch(state));
    for (const [name, { dtype, shape }] of Object.entries(state))
      expect(found[name]).toMatchObject({ dtype, shape });
    expect(Object.values(found).map((t) => t.toArray())).toEqual(
      Object.values(state).map((t) => t.toArray()),
    );
    const plain: TorchValue = {
      whole: [0, -1, 255, 2 ** 31, -(2 ** 40), 2 ** 53 - 1],
      real: [0.5, -0, 1e300, Number.POSITIVE_INFINITY, Number.NaN],
      nested: { "é\n": [], t: true, f: false, none: null, __proto__x: {} },
    };
    expect(readTorchValue(writeTorch(plain))).toEqual(plain);
  });

  test("writes a tensor that occurs twice once, and reads it as one storage", () => {
    const w = ones([100]);
    const bytes = writeTorch({ a: w, b: w, part: w.narrow(0, 0, 50) });
    expect(Object.keys(filesIn(bytes)).filter((name) => name.includes("/data/"))).toHaveLength(2);
    const { a, b, part } = readTorch(bytes);
    expect(a.storage).toBe(b.storage);
    expect(part.storage).not.toBe(a.storage);
  });

  test("writes half precision", () => {
    const bytes = writeTorch(
      { w: tensor([1, 1 / 3]), n: tensor([1], { dtype: "int32" }) },
      { dtype: "float16" },
    );
    expect([...filesIn(bytes)["archive/data/0"]]).toEqual([0x00, 0x3c, 0x55, 0x35]);
    expect(readTorch(bytes).w.dtype).toBe("float32");
    expect(() => writeTorch({ a: { w: tensor([1e6]) } }, { dtype: "float16" })).toThrow(
      '"a.w" holds 1000000',
    );
  });

  test("refuses what is no plain data", () => {
    const cycle: { again?: TorchValue } = {};
    cycle.again = cycle as TorchValue;
    expect(() => writeTorch(cycle as TorchValue)).toThrow("again holds itself");
    expect(() => writeTorch({ when: new Date(0) as unknown as TorchValue })).toThrow("when is Date");
    expect(() => writeTorch({ f: undefined as unknown as TorchValue })).toThrow("f is Undefined");
  });
});

describe("readTorchValue", () => {
  /** A file of torch.save with a pickle and a storage of two elements. */
  const withPickle = (...pickle: (number | number[])[]): Uint8Array =>
    zipOf([
      ["archive/data.pkl", Uint8Array.from(pickle.flat())],
      ["archive/data/0", Uint8Array.from([0, 0, 128, 63, 0, 0, 0, 64])],
    ]);

  const tensorOf = (key: string, offset: number, size: number[], stride: number[]): number[] => [
    ...text("ctorch._utils\n_rebuild_tensor_v2\n"),
    ...[MARK, MARK, ...unicode("storage"), ...text("ctorch\nFloatStorage\n"), ...unicode(key), TUPLE, 0x51],
    ...[
      ...whole(offset),
      MARK,
      ...size.flatMap(whole),
      TUPLE,
      MARK,
      ...stride.flatMap(whole),
      TUPLE,
      0x89,
      0x4e,
    ],
    ...[TUPLE, 0x52, 0x2e],
  ];

  test("reads strides, offsets and repeated elements", () => {
    const found = readTorchValue(withPickle(0x80, 2, tensorOf("0", 1, [3], [0])));
    expect((found as Tensor).toArray()).toEqual([2, 2, 2]);
  });

  test.each<[string, number[], string]>([
    [
      "a tensor beyond its storage",
      tensorOf("0", 1, [2], [1]),
      "of shape [2] would end at element 3 of the 2",
    ],
    [
      "a storage that is not there",
      tensorOf("1", 0, [2], [1]),
      'needs the storage "1", which is not in the file',
    ],
    [
      "elements repeated without end",
      tensorOf("0", 0, [255, 255, 255], [0, 0, 0]),
      "more elements than the file has bytes",
    ],
    ["strides for other dimensions", tensorOf("0", 0, [2], [1, 1]), "2 strides for 1 dimension"],
    ["an operation that is none", [0x00], "it has an operation 0x00"],
    ["protocol 0", [0x80, 0], "its pickle is of protocol 0"],
    ["values that are not there", [0x75], "its pickle has no mark"],
    ["a value that nothing gave", [0x85], "its pickle takes what nothing gave"],
    ["a call of a text", [...unicode("f"), 0x29, 0x52], "it calls what can not be called"],
    ["attributes of a text", [...unicode("f"), ...unicode("f"), 0x62], "it sets attributes of what has none"],
    ["a list that is a dict", [0x7d, 0x4e, 0x61], "it appends to what is no list"],
    ["what was never remembered", [0x68, 9], "its pickle remembers nothing as 9"],
    [
      "a dict with a list for a key",
      [0x7d, 0x5d, 0x4e, 0x73, 0x2e],
      "a key that is neither a text nor a number",
    ],
    [
      "a number and its text as keys",
      [0x7d, ...whole(1), 0x4e, 0x73, ...unicode("1"), 0x4e, 0x73, 0x2e],
      "both the number and the text 1",
    ],
    ["an integer of 200 bytes", [0x8a, 200], "it has an integer of 200 bytes"],
  ])("refuses %s", (_, pickle, says) => {
    expect(() => readTorchValue(withPickle(0x80, 2, pickle))).toThrow(says);
  });

  test("refuses nesting without end, and keeps a list that holds itself", () => {
    const deep = [...new Array<number>(110).fill(0x5d), ...new Array<number>(109).fill(0x61), 0x2e];
    expect(() => readTorchValue(withPickle(0x80, 2, deep))).toThrow("nested more than 100 deep");
    const own = readTorchValue(withPickle(0x80, 2, [0x5d, 0x71, 0, 0x68, 0, 0x61, 0x2e])) as TorchValue[];
    expect(own[0]).toBe(own);
  });

  test("refuses dicts of pairs that are made again and again", () => {
    const count = 2000;
    const pairs = Array.from({ length: count }, (_, i) => [0x4d, i & 255, i >> 8, 0x4e, 0x86]).flat();
    const calls = new Array<number[]>(count).fill([0x68, 1, 0x68, 0, 0x85, 0x52]).flat();
    const named = text("ccollections\nOrderedDict\n");
    const pickle = [0x5d, 0x71, 0, MARK, ...pairs, 0x65, ...named, 0x71, 1, 0x5d, MARK, ...calls, 0x65, 0x2e];
    expect(() => readTorchValue(withPickle(0x80, 2, pickle))).toThrow("more than 1000000 lists, dicts");
  });

  test("copies bytes out of Node's buffers", () => {
    const file = Buffer.from(withPickle(0x80, 3, 0x43, 2, 7, 8, 0x2e));
    const found = readTorchValue(file);
    file.fill(0);
    expect(found).toEqual(Uint8Array.of(7, 8));
  });

  test.each([
    ["nothing", new Uint8Array(0), "it is empty"],
    ["text", new TextEncoder().encode("hello"), "it does not begin as a zip file"],
    ["another zip file", zipOf([["x", new Uint8Array(3)]]), "its zip file has no data.pkl"],
  ])("refuses %s", (_, bytes, says) => {
    expect(() => readTorchValue(bytes)).toThrow(says);
  });
});
