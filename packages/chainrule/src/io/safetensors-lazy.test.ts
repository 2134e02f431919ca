import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { arange, type Tensor, tensor } from "../tensor/index.ts";
import { writeSafetensors } from "./safetensors.ts";
import { openSafetensors } from "./safetensors-lazy.ts";

const cube = arange(60).reshape([3, 4, 5]);
const bytes = writeSafetensors({ cube, "a b": tensor([1.5, -2]), none: tensor([]) }, { by: "me" });

/** A source that remembers what was read of it. */
function watched(whole: Uint8Array) {
  const reads: [number, number][] = [];
  const read = async (start: number, end: number) => {
    reads.push([start, end]);
    return whole.slice(start, end);
  };
  return { source: { size: whole.length, read }, reads };
}

describe("openSafetensors", () => {
  test("knows all tensors before it reads any", async () => {
    const { source, reads } = watched(bytes);
    const file = await openSafetensors(source);
    expect(file.metadata).toEqual({ by: "me" });
    expect(file.tensors).toEqual({
      cube: { shape: [3, 4, 5], kind: "int32", dtype: "int32" },
      "a b": { shape: [2], kind: "float32", dtype: "float32" },
      none: { shape: [0], kind: "float32", dtype: "float32" },
    });
    expect(reads).toHaveLength(2);
    expect((await file.read("a b")).toArray()).toEqual([1.5, -2]);
    expect(reads).toHaveLength(3);
    expect(reads[2][1] - reads[2][0]).toBe(8);
    expect((await file.read("none")).shape).toEqual([0]);
    expect(reads).toHaveLength(3);
  });

  test("reads bytes and blobs alike", async () => {
    for (const source of [bytes, new Blob([bytes.slice()])]) {
      const file = await openSafetensors(source);
      expect((await file.read("cube")).toArray()).toEqual(cube.toArray());
    }
  });

  test("reads any part, and no more than from its first row to its last", async () => {
    const range = (length: number) =>
      fc.option(
        fc.tuple(fc.nat(length), fc.nat(length)).map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const),
      );
    await fc.assert(
      fc.asyncProperty(range(3), range(4), range(5), fc.nat(3), async (a, b, c, count) => {
        const ranges = [a, b, c].slice(0, count);
        const { source, reads } = watched(bytes);
        const file = await openSafetensors(source);
        const part = await file.read("cube", ...ranges);
        let wanted: Tensor = cube;
        ranges.forEach((one, d) => {
          if (one !== null) wanted = wanted.narrow(d, one[0], one[1] - one[0]);
        });
        expect(part.shape).toEqual(wanted.shape);
        expect([...part.data]).toEqual([...wanted.contiguous().data]);
        const span = reads.slice(2).reduce((sum, [start, end]) => sum + end - start, 0);
        const rows = (a !== null && count > 0 ? a[1] - a[0] : 3) * 80;
        expect(span).toBeLessThanOrEqual(part.numel === 0 ? 0 : rows);
      }),
      { seed: 1, numRuns: 200 },
    );
  });

  test("refuses names and ranges that are not there", async () => {
    const file = await openSafetensors(bytes);
    await expect(file.read("cub")).rejects.toThrow(
      'There is no tensor "cub" in the file. It holds "cube", "a b", "none".',
    );
    await expect(file.read("cube", [0, 4])).rejects.toThrow("The range from 0 to 4 is outside dimension 0");
    await expect(file.read("cube", null, [2, 1])).rejects.toThrow(
      "The range from 2 to 1 is outside dimension 1",
    );
    await expect(file.read("a b", null, null)).rejects.toThrow("2 ranges are given");
  });

  test("refuses a source that gives less than was asked for, and one without a size", async () => {
    const short = { size: bytes.length, read: (start: number) => bytes.subarray(start, start + 4) };
    await expect(openSafetensors(short, "m")).rejects.toThrow(
      "m is no whole safetensors file: 4 bytes came where 8",
    );
    await expect(openSafetensors({ size: Number.NaN, read: () => bytes })).rejects.toThrow(
      "its size is given as NaN",
    );
  });
});
