import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { crc32c } from "./crc32.ts";
import { eventFileName, eventFileStart, histogramsEvent, restartEvent, scalarsEvent } from "./tensorboard.ts";

// A reader of its own, from the descriptions of the formats: fields by their numbers, in the order of the file.

type Fields = Map<number, (number | Uint8Array)[]>;

function fieldsOf(bytes: Uint8Array): Fields {
  const fields: Fields = new Map();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  const varint = (): number => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes[at++];
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return Number(value);
    }
  };
  while (at < bytes.length) {
    const key = varint();
    let value: number | Uint8Array;
    if (key % 8 === 0) value = varint();
    else if (key % 8 === 1) {
      value = view.getFloat64(at, true);
      at += 8;
    } else if (key % 8 === 5) {
      value = view.getFloat32(at, true);
      at += 4;
    } else {
      expect(key % 8).toBe(2);
      const length = varint();
      value = bytes.subarray(at, at + length);
      at += length;
    }
    fields.set(key >> 3, [...(fields.get(key >> 3) ?? []), value]);
  }
  expect(at).toBe(bytes.length);
  return fields;
}

/** The messages in the records of a file, with their check sums checked. */
function messagesOf(file: Uint8Array): Fields[] {
  const unmasked = (sum: number): number => {
    const turned = (sum - 0xa282ead8) >>> 0;
    return ((turned >>> 17) | (turned << 15)) >>> 0;
  };
  const view = new DataView(file.buffer, file.byteOffset);
  const found: Fields[] = [];
  for (let at = 0; at < file.length; ) {
    const length = Number(view.getBigUint64(at, true));
    expect(unmasked(view.getUint32(at + 8, true))).toBe(crc32c(file.subarray(at, at + 8)));
    const content = file.subarray(at + 12, at + 12 + length);
    expect(unmasked(view.getUint32(at + 12 + length, true))).toBe(crc32c(content));
    found.push(fieldsOf(content));
    at += 16 + length;
  }
  return found;
}

const bytesIn = (fields: Fields, number: number): Uint8Array[] => (fields.get(number) ?? []) as Uint8Array[];
const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const doublesOf = (bytes: Uint8Array): number[] => [...new Float64Array(bytes.slice().buffer)];
/** Tag and value fields of a summary. */
const valuesOf = (event: Fields): [string, Fields][] =>
  bytesIn(fieldsOf(bytesIn(event, 5)[0]), 1).map((bytes) => {
    const value = fieldsOf(bytes);
    return [textOf(bytesIn(value, 1)[0]), value];
  });

const NOW = 1_700_000_000_250;

test("a file begins as TensorBoard expects it, byte by byte", () => {
  // The first record of a file of torch.utils.tensorboard, at another time: length 24, version "brain.Event:2".
  const bytes = eventFileStart(NOW);
  expect(Array.from(bytes.subarray(0, 12), (byte) => byte.toString(16).padStart(2, "0")).join("")).toBe(
    "1800000000000000a37f4b22",
  );
  const [event] = messagesOf(bytes);
  expect(event.get(1)).toEqual([1_700_000_000.25]);
  expect(textOf(bytesIn(event, 3)[0])).toBe("brain.Event:2");
  expect(eventFileName(NOW, "here.1")).toBe("events.out.tfevents.1700000000.here.1");
});

test("scalars, of any names and values", () => {
  fc.assert(
    fc.property(
      fc.dictionary(fc.string({ unit: "binary" }), fc.float(), { maxKeys: 5 }),
      fc.maxSafeNat(),
      (values, step) => {
        const [event, restart] = messagesOf(
          Uint8Array.from([...scalarsEvent(step, values, NOW), ...restartEvent(step, NOW)]),
        );
        expect(event.get(2)).toEqual([step]);
        const found = valuesOf(event).map(([tag, value]) => [tag, value.get(2)?.[0]]);
        expect(found).toEqual(Object.entries(values));
        expect(restart.get(2)).toEqual([step]);
        expect(fieldsOf(bytesIn(restart, 7)[0]).get(1)).toEqual([1]);
      },
    ),
  );
});

describe("histograms", () => {
  const histogram = (array: ArrayLike<number>) => {
    const [[tag, value]] = valuesOf(messagesOf(histogramsEvent(3, { "0.weight": array }, NOW))[0]);
    const fields = fieldsOf(bytesIn(value, 5)[0]);
    const [min, max, count, sum, squares] = [1, 2, 3, 4, 5].map((n) => fields.get(n)?.[0] as number);
    const [limits, counts] = [6, 7].map((n) => doublesOf(bytesIn(fields, n)[0]));
    return { tag, min, max, count, sum, squares, limits, counts };
  };

  test("of numbers", () => {
    const { limits, counts, ...rest } = histogram([1, -1, 2, 2, Number.NaN, Number.POSITIVE_INFINITY]);
    expect(rest).toEqual({ tag: "0.weight", min: -1, max: 2, count: 4, sum: 4, squares: 10 });
    expect(limits).toHaveLength(50);
    expect(limits.at(-1)).toBe(2);
    expect([counts[0], counts[33], counts[49]]).toEqual([1, 1, 2]);
  });

  test("of equal numbers, and of none", () => {
    expect(histogram([3, 3])).toMatchObject({ min: 3, max: 3, count: 2, limits: [3], counts: [2] });
    expect(histogram([])).toMatchObject({ min: 0, max: 0, count: 0, limits: [0], counts: [0] });
  });

  test("count every element once, below the upper end of its bin", () => {
    fc.assert(
      fc.property(
        fc.float64Array({ minLength: 1, noNaN: true, noDefaultInfinity: true, min: -1e100, max: 1e100 }),
        (array) => {
          const { limits, counts, count } = histogram(array);
          expect(count).toBe(array.length);
          expect(counts.reduce((a, b) => a + b)).toBe(array.length);
          expect(limits.every((limit, i) => i === 0 || limit >= limits[i - 1])).toBe(true);
          expect(limits.at(-1)).toBe(Math.max(...array));
        },
      ),
    );
  });
});

test("a step is a whole number", () => {
  for (const step of [-1, 0.5, Number.NaN]) expect(() => scalarsEvent(step, {})).toThrow("The step is");
});
