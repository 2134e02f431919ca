import { describe, expect, test } from "vitest";
import type { Buffer, Expr, Schedule } from "../../core/schedule.ts";
import { Storage } from "../../core/storage.ts";
import { wasmBackend } from "./backend.ts";
import { theHeap } from "./heap.ts";

const x: Buffer = { id: 0, dtype: "float32", length: 5, home: { kind: "argument", index: 0 } };
const y: Buffer = { id: 1, dtype: "float32", length: 5, home: { kind: "arena", at: 0 } };
const load: Expr = { kind: "load", dtype: "float32", access: { buffer: x, offset: 0, strides: [1] } };

/** y = eˣ + c, with a live c. */
const schedule = (strict: boolean): Schedule => ({
  kernels: [
    {
      kind: "loop",
      label: "exp",
      shape: [5],
      stores: [
        {
          to: { buffer: y, offset: 0, strides: [1] },
          value: {
            kind: "binary",
            dtype: "float32",
            op: "add",
            a: { kind: "unary", dtype: "float32", op: "exp", x: load },
            b: { kind: "live", dtype: "float32", cell: 0 },
          },
        },
      ],
    },
  ],
  buffers: [x, y],
  results: [{ buffer: y, shape: [5] }],
  arena: 64,
  cells: 1,
  arguments: 1,
  strict,
});

test("this engine can run it", () => {
  expect(wasmBackend.missing).toBeUndefined();
});

describe.each([true, false])("a program, strict: %s", (strict) => {
  test("computes, in the tier that it may use", () => {
    const program = wasmBackend.compile(schedule(strict));
    const numbers = [-1, 0, 1, 2, 10];
    program.cells[0] = 0.5;
    const [found] = program.run([new Storage("float32", Float32Array.from(numbers))], [0]);
    numbers.forEach((number, i) => {
      expect(found[i] / (Math.exp(number) + 0.5)).toBeCloseTo(1, 6);
    });
    const { tier, code, kernels } = program.describe();
    if (strict) expect(tier).toBe("simd");
    expect(code).toBeGreaterThan(0);
    expect(kernels.length).toBe(1);
    program.dispose();
  });

  test("gives its memory back", () => {
    wasmBackend.compile(schedule(strict)).dispose();
    const before = theHeap().used;
    wasmBackend.compile(schedule(strict)).dispose();
    expect(theHeap().used).toBe(before);
  });
});
