import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { crc32c } from "../io/index.ts";
import * as nn from "../nn/index.ts";
import * as optim from "../optim/index.ts";
import { fromTypedArray, Generator, manualSeed, Tensor, type TypedArray } from "../tensor/index.ts";
import { type Checkpoint, decodeCheckpoint, encodeCheckpoint, fit } from "./index.ts";
import { digits, loaderOf, weightsOf } from "./testing/problems.ts";

/** A checkpoint of the smallest training, with something else in its places. */
const checkpointWith = (parts: Partial<Record<keyof Checkpoint, unknown>> = {}): Checkpoint =>
  ({
    format: 1,
    epoch: 0,
    batch: 0,
    running: { loss: 0, rows: 0, seconds: 0 },
    generators: [],
    epochGenerators: null,
    model: {},
    optimizer: { state: {}, paramGroups: [] },
    schedule: null,
    history: [],
    best: null,
    waited: 0,
    bestModel: null,
    ...parts,
  }) as Checkpoint;

/** A value in which tensors are plain: what they are and what is in them, bit by bit. */
function plain(value: unknown): unknown {
  if (value instanceof Tensor) {
    const { buffer, byteOffset, byteLength } = value.contiguous().data;
    return [value.dtype, value.shape, [...new Uint8Array(buffer, byteOffset, byteLength)]];
  }
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return value;
  return Object.entries(value).map(([key, entry]) => [key, plain(entry)]);
}

const tensors = fc
  .tuple(fc.array(fc.nat(3), { maxLength: 3 }), fc.constantFrom("float32", "float64", "int32", "bool"))
  .chain(([shape, dtype]) => {
    const size = { minLength: shape.reduce((a, b) => a * b, 1), maxLength: shape.reduce((a, b) => a * b, 1) };
    const elements: Record<string, fc.Arbitrary<TypedArray>> = {
      float32: fc.float32Array(size),
      float64: fc.float64Array(size),
      int32: fc.int32Array(size),
      bool: fc.uint8Array({ ...size, max: 1 }),
    };
    return elements[dtype].map((array) => fromTypedArray(array as Float32Array, shape));
  });
const states = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.double(),
    fc.constantFrom<unknown>(null, true, false, -0, Number.NaN, Number.POSITIVE_INFINITY, "", "$x"),
    fc.string(),
    fc.uint8Array({ maxLength: 20 }),
    tensors,
    fc.array(tie("value"), { maxLength: 4 }),
    tie("record"),
  ),
  record: fc.dictionary(
    fc.oneof(fc.string(), fc.constantFrom("$", "$$", "$tensor", "$number", "0", "constructor")),
    tie("value"),
    { maxKeys: 4, noNullPrototype: true },
  ),
}));

test("gives back any state of training, bit by bit, and the same bytes for the same state", () => {
  fc.assert(
    fc.property(states.record, (schedule) => {
      const checkpoint = checkpointWith({ schedule });
      const bytes = encodeCheckpoint(checkpoint);
      expect(plain(decodeCheckpoint(bytes))).toEqual(plain(checkpoint));
      expect(encodeCheckpoint(checkpoint)).toEqual(bytes);
    }),
  );
});

test("a run goes on from the bytes with the same bits", async () => {
  const setting = () => {
    manualSeed(3);
    const model = new nn.Sequential(
      new nn.Linear(64, 8),
      new nn.BatchNorm1d(8),
      new nn.Dropout({ p: 0.2, generator: new Generator(4) }),
      new nn.Linear(8, 10),
    );
    const optimizer = new optim.Adam(model.parameters(), { lr: 0.01, amsgrad: true });
    return {
      model,
      options: {
        data: loaderOf(digits(40, 1), { shuffle: true }),
        validation: loaderOf(digits(20, 2)),
        loss: new nn.CrossEntropyLoss(),
        optimizer,
        epochs: 4,
        schedule: new optim.ReduceLROnPlateau(optimizer, { patience: 0 }),
        earlyStopping: { patience: 3 },
      },
    };
  };
  const whole = setting();
  const kept: Uint8Array[] = [];
  await fit(whole.model, {
    ...whole.options,
    checkpoint: { save: (checkpoint) => void kept.push(encodeCheckpoint(checkpoint)) },
  });
  expect(kept).toHaveLength(4);
  for (const bytes of kept) {
    const again = setting();
    await fit(again.model, { ...again.options, resume: decodeCheckpoint(bytes) });
    expect(weightsOf(again.model)).toEqual(weightsOf(whole.model));
  }
});

describe("bytes that are no whole checkpoint are refused", () => {
  const bytes = encodeCheckpoint(
    checkpointWith({ schedule: { a: [1, fromTypedArray(new Float32Array(5))] } }),
  );
  /** Bytes with a check sum that is right. */
  const signed = (content: Uint8Array): Uint8Array => {
    const at = 8 + '{"__metadata__":{"checksum":"'.length;
    const zeros = content.slice().fill(0x30, at, at + 8);
    zeros.set(new TextEncoder().encode(crc32c(zeros).toString(16).padStart(8, "0")), at);
    return zeros;
  };
  const replaced = (from: string, to: string): Uint8Array => {
    const letters = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
    expect(letters).toContain(from);
    expect(to).toHaveLength(from.length);
    return signed(Uint8Array.from(letters.replace(from, to), (letter) => letter.charCodeAt(0)));
  };

  test("cut short anywhere", () => {
    for (let length = 0; length < bytes.length; length++)
      expect(() => decodeCheckpoint(bytes.subarray(0, length))).toThrow("no whole checkpoint");
    expect(() => decodeCheckpoint("" as never)).toThrow('it is "", not bytes');
  });

  test("with any one byte altered", () => {
    for (let at = 0; at < bytes.length; at++) {
      const altered = bytes.slice();
      altered[at] ^= 0x10;
      expect(() => decodeCheckpoint(altered, "x/checkpoint")).toThrow(
        /^x\/checkpoint is no whole checkpoint/,
      );
    }
  });

  test.each<[string, string, string]>([
    ["its format is", "chainrule checkpoint 1", "chainrule checkpoint 9"],
    ['has "$tensor" where that means nothing', String.raw`$tensor\":\"0\"`, String.raw`$tensor\":\"7\"`],
    ["its history is not", String.raw`\"epoch\":0`, String.raw`\"epoch\":9`],
    ["its model is not", String.raw`\"model\":{}`, String.raw`\"model\":[]`],
    ["its batch is not", String.raw`\"batch\":0`, String.raw`\"botch\":0`],
    ["its generators is not", String.raw`\"generators\":[]`, String.raw`\"generators\":{}`],
    ["its model is not", String.raw`\"model\":`, String.raw`\"mxdel\":`],
  ])("with a state of which %s", (message, from, to) => {
    expect(() => decodeCheckpoint(replaced(from, to))).toThrow(message);
  });

  test("nested more deeply than a state is", () => {
    let deep: unknown = 1;
    for (let i = 0; i < 50; i++) deep = [deep];
    const nested = encodeCheckpoint(checkpointWith({ schedule: { deep } }));
    expect(() => decodeCheckpoint(nested)).toThrow("nested too deeply");
  });
});

test("what is no plain data is refused when it is written", () => {
  for (const value of [() => 1, new Map(), 1n, Symbol("x"), new Float32Array(2), new Date(0)])
    expect(() => encodeCheckpoint(checkpointWith({ schedule: { value } }))).toThrow("no plain data");
});
