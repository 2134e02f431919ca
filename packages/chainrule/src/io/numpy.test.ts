import { describe, expect, test } from "vitest";
import { tensor } from "../tensor/index.ts";
import { readIdx } from "./idx.ts";
import { readNpy, readNpz, writeNpy, writeNpz } from "./numpy.ts";

/** A .npy file by hand, version 1. */
function npy(header: string, elements: readonly number[] = [], length = header.length): Uint8Array {
  const bytes = [0x93, ...new TextEncoder().encode("NUMPY"), 1, 0, length & 255, length >> 8];
  return Uint8Array.from([...bytes, ...new TextEncoder().encode(header), ...elements]);
}

describe(".npy", () => {
  test("is written to the byte as numpy.save does it", () => {
    const bytes = writeNpy(tensor([[1, 2]]));
    const header = "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2), }";
    expect(bytes).toEqual(npy(`${header.padEnd(117)}\n`, [0, 0, 128, 63, 0, 0, 0, 64]));
    expect(new TextDecoder().decode(writeNpy(tensor([true])).subarray(10, 68))).toContain(
      "'|b1', 'fortran_order': False, 'shape': (1,), }",
    );
  });

  test.each([
    tensor(2.5, { dtype: "float64" }),
    tensor([], { dtype: "int32" }),
    tensor([[true, false]]),
    tensor([[1, 2], [3, 4], [5, 6]]).transpose(0, 1),
  ])("comes back as it was: %s", (given) => {
    const found = readNpy(writeNpy(given));
    expect(found.dtype).toBe(given.dtype);
    expect(found.toArray()).toEqual(given.toArray());
  }); // biome-ignore format: matrices

  test("is read whatever the order of keys and blanks", () => {
    const header = "{'shape' : ( 2L , ) ,'fortran_order':False,'descr':'<i2'}";
    expect(readNpy(npy(header, [1, 0, 255, 255])).toArray()).toEqual([1, -1]);
  });

  const good = "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }";
  test.each([
    ["text", new TextEncoder().encode("a,b\n1,2\n"), "it does not begin as one"],
    ["a later version", npy(good).with(6, 4), "it is of version 4"],
    ["a header that ends behind the file", npy(good, [], 5000), "its header would end at byte 5010"],
    ["no dict", npy("[1, 2]"), "its header is no dict"],
    ["a missing key", npy("{'descr': '<f4', 'shape': (1,), }", [0, 0, 0, 0]), "its header is no dict"],
    ["a call", npy(good.replace("(1,)", "f(1)"), [0, 0, 0, 0]), "its shape is f"],
    ["a negative size", npy(good.replace("(1,)", "(-1, -1)"), [0, 0, 0, 0]), "its shape is (-1, -1)"],
    [
      "an order that is none",
      npy(good.replace("False", "Maybe"), [0, 0, 0, 0]),
      "its fortran_order is Maybe",
    ],
    [
      "a rest",
      npy(good, [0, 0, 0, 0, 0]),
      "5 bytes of elements are there where shape (1) of float32 takes 4",
    ],
  ])("refuses %s", (_, bytes, says) => {
    expect(() => readNpy(bytes)).toThrow(says);
  });
});

describe(".npz", () => {
  test("comes back as it was, with names that objects treat in their own way", async () => {
    const given = { "layer.0": tensor([1, 2]), ["__proto__"]: tensor([3]) };
    const found = await readNpz(writeNpz(given));
    expect(Object.keys(found)).toEqual(["layer.0", "__proto__"]);
    expect(found["layer.0"].toArray()).toEqual([1, 2]);
  });

  test("names the array at fault", async () => {
    const bytes = writeNpz({ x: tensor([1]) });
    await expect(readNpz(bytes.subarray(0, 50))).rejects.toThrow("no directory");
  });
});

describe("IDX", () => {
  const bytes = (...content: number[]) => Uint8Array.from(content);
  test("reads what the format's page describes", async () => {
    const found = await readIdx(bytes(0, 0, 8, 2, 0, 0, 0, 1, 0, 0, 0, 3, 7, 8, 255));
    expect(found.dtype).toBe("int32");
    expect(found.toArray()).toEqual([[7, 8, 255]]);
  });

  test.each([
    ["text", bytes(0x61, 0x2c), "it does not begin with two zeros"],
    ["an unknown kind", bytes(0, 0, 10, 0), "its kind of elements is 10"],
    [
      "sizes that are not there",
      bytes(0, 0, 8, 2, 0, 0, 0, 1),
      "the sizes of its 2 dimensions are not there",
    ],
    [
      "too few elements",
      bytes(0, 0, 8, 1, 0, 0, 0, 3, 1, 2),
      "2 bytes of elements are there where shape [3] of uint8 takes 3",
    ],
    ["a damaged gzip", bytes(0x1f, 0x8b, 8, 0, 0), "its compressed bytes are damaged"],
  ])("refuses %s", async (_, given, says) => {
    await expect(readIdx(given)).rejects.toThrow(says);
  });
});
