import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Buffer, HostKernel } from "../../../core/schedule.ts";
import { Storage } from "../../../core/storage.ts";
import type { TypedArray } from "../../../shape/dtype.ts";
import { f64, i32 } from "../assembler/index.ts";
import { Heap } from "../heap.ts";
import { getNumThreads, setNumThreads } from "../threads/count.ts";
import { sharedPhase } from "./phase.ts";
import { arena, checked, kernel, programOf, shifted } from "./testing/machine.ts";

const before = getNumThreads();
beforeEach(() => setNumThreads(1));
afterEach(() => setNumThreads(before));

const length = 40;
const argument = (id: number, index: number, count = length): Buffer => ({
  id,
  dtype: "int32",
  length: count,
  home: { kind: "argument", index },
});
const result = (buffer: Buffer) => ({ buffer, shape: [buffer.length] });
const numbers = (count: number): Int32Array => Int32Array.from({ length: count }, (_, i) => i);

describe("arguments", () => {
  const x = argument(0, 0);
  const y = arena(1, length, 0);
  const make = (heap = new Heap(true, 64)) =>
    programOf({ kernels: [shifted(x, y, 0, 1)], buffers: [x, y], results: [result(y)], arguments: 1 }, heap);
  const plusOne = (array: TypedArray, from = 0): number[] =>
    [...array.subarray(from, from + length)].map((n) => n + 1);

  test("are copied the first time, and moved into the heap the second time", () => {
    const heap = new Heap(true, 64);
    const program = make(heap);
    const storage = new Storage("int32", numbers(length));
    expect([...program.run([storage], [0])[0]]).toEqual(plusOne(storage.elements));
    expect(storage.place).toBeUndefined();
    program.run([storage], [0]);
    expect(storage.place?.heap).toBe(heap);
    storage.elements[3] = 100;
    expect([...program.run([storage], [0])[0]]).toEqual(plusOne(storage.elements));
  });

  test("stay where they are if their array is somebody else's", () => {
    const program = make();
    const array = numbers(length);
    const storage = new Storage("int32", array);
    storage.borrowed = true;
    for (let i = 0; i < 3; i++) {
      array[i] = 50 + i;
      expect([...program.run([storage], [0])[0]]).toEqual(plusOne(array));
    }
    expect(storage.elements).toBe(array);
  });

  test("are read from their offset", () => {
    const program = make();
    const storage = new Storage("int32", numbers(length + 9));
    for (const offset of [9, 0, 4, 9]) {
      expect([...program.run([storage], [offset])[0]]).toEqual(plusOne(storage.elements, offset));
    }
  });
});

test("results are copies: a later run does not change them", () => {
  for (const count of [1, 100]) {
    const x = argument(0, 0, count);
    const y = arena(1, count, 0);
    const program = programOf({
      kernels: [shifted(x, y, 0, 1)],
      buffers: [x, y],
      results: [result(y), result(x)],
      arguments: 1,
    });
    const [first, input] = program.run([new Storage("int32", new Int32Array(count).fill(3))], [0]);
    program.run([new Storage("int32", new Int32Array(count).fill(9))], [0]);
    expect(first).toEqual(new Int32Array(count).fill(4));
    expect(input).toEqual(new Int32Array(count).fill(3));
    expect(first.buffer).toBeInstanceOf(ArrayBuffer);
  }
});

describe.each([true, false])("memory, shared: %s", (shared) => {
  test("states are seen by eager code and by the program, also after growth", () => {
    const heap = new Heap(shared, 1024);
    const storage = new Storage("int32", numbers(length));
    const state: Buffer = { id: 0, dtype: "int32", length, home: { kind: "state", storage } };
    const program = programOf({ kernels: [shifted(state, state, 0, 1)], buffers: [state] }, heap);
    program.run([], []);
    expect(storage.elements[7]).toBe(8);
    heap.allocate(1 << 24);
    storage.elements[7] = 100;
    program.run([], []);
    expect([storage.elements[6], storage.elements[7]]).toEqual([8, 101]);
  });

  test("live numbers are read at each run, constants keep their values", () => {
    const heap = new Heap(shared, 1024);
    const constant: Buffer = {
      id: 0,
      dtype: "int32",
      length: 3,
      home: { kind: "constant", elements: Int32Array.of(10, 20, 30) },
    };
    const y = arena(1, 3, 64);
    const z: Buffer = { id: 2, dtype: "float64", length: 1, home: { kind: "arena", at: 0 } };
    const twice = kernel("twice", (context) => [
      sharedPhase(context, { name: "twice", units: 1, nanoseconds: 1, faults: false }, () => [
        f64.store(context.address(z), f64.mul(f64.load(i32.const(context.cell(1))), 2)),
      ]),
    ]);
    const program = programOf(
      {
        kernels: [shifted(constant, y, 1, 1), twice],
        buffers: [constant, y, z],
        results: [y, z].map(result),
        cells: 2,
      },
      heap,
    );
    program.cells[1] = 2.5;
    expect(program.run([], []).map((array) => [...array])).toEqual([[21, 31, 11], [5]]);
    heap.allocate(1 << 24);
    program.cells[1] = -1;
    expect(program.run([], []).map((array) => [...array])).toEqual([[21, 31, 11], [-2]]);
  });
});

describe("host kernels", () => {
  test("run between segments, in order", () => {
    const [a, b, c] = [arena(0, 4, 0), arena(1, 4, 64), arena(2, 4, 128)];
    let draws = 0;
    const draw: HostKernel = {
      kind: "host",
      label: "draw",
      reads: [],
      writes: [a],
      run: (elements) => void elements(a).fill(++draws),
    };
    const reverse: HostKernel = {
      kind: "host",
      label: "reverse",
      reads: [b],
      writes: [c],
      run: (elements) => elements(c).set(elements(b).slice().reverse()),
    };
    const program = programOf({
      kernels: [draw, shifted(a, b, 0, 1), kernel("nothing", () => []), reverse, shifted(c, c, 0, 10)],
      buffers: [a, b, c],
      results: [result(c)],
    });
    expect([...program.run([], [])[0]]).toEqual([12, 12, 12, 12]);
    expect([...program.run([], [])[0]]).toEqual([13, 13, 13, 13]);
    expect(program.describe().kernels.length).toBe(5);
  });
});

describe("faults", () => {
  const x = argument(0, 0);
  const y = arena(1, length, 0);
  const seen = new Storage("int32", new Int32Array(length));
  const state: Buffer = { id: 2, dtype: "int32", length, home: { kind: "state", storage: seen } };

  test("name the first index, stop what comes after, and leave a program that can run again", () => {
    const program = programOf({
      kernels: [shifted(x, y, 0, 0), checked(y, 100), shifted(y, state, 0, 0)],
      buffers: [x, y, state],
      arguments: 1,
    });
    expect(program.faults).toBe(true);
    const wrong = numbers(length);
    wrong[5] = 100;
    wrong[30] = -1;
    expect(() => program.run([new Storage("int32", wrong)], [0])).toThrow(
      /^checked: Index 100 is out of range for a dimension of size 100. Indices run from 0 to 99.$/,
    );
    expect(seen.elements[5]).toBe(0);
    program.run([new Storage("int32", numbers(length))], [0]);
    expect(seen.elements[5]).toBe(5);
  });

  test("do not exist in a program that has none", () => {
    expect(programOf({ kernels: [shifted(y, y, 0, 1)], buffers: [y] }).faults).toBe(false);
  });
});

test("a program that was disposed of says so, and gave its memory back", () => {
  const heap = new Heap(true, 64);
  const y = arena(0, length, 0);
  const program = programOf(
    {
      kernels: [
        kernel("scratch", (context) => {
          const blocks = [context.scratch(1000), context.scratch(5000)];
          expect(blocks[0]).not.toBe(blocks[1]);
          expect(blocks.map((address) => address % 64)).toEqual([0, 0]);
          return [];
        }),
        shifted(y, y, 0, 1),
      ],
      buffers: [y],
    },
    heap,
  );
  expect(program.describe().bytes).toBe(heap.used);
  expect(heap.used).toBeGreaterThan(6000);
  program.dispose();
  expect(heap.used).toBe(0);
  program.dispose();
  expect(() => program.run([], [])).toThrow(/disposed of/);
});

test("a program that can never fit is refused before anything is allocated", () => {
  const heap = new Heap(true, 64);
  const huge = { ...arena(0, 1, 0), length: 2 ** 29 };
  expect(() => programOf({ buffers: [huge], arena: 2 ** 31 }, heap)).toThrow(
    /needs 2049 MiB of memory, and the engine gives 4096 KiB at most/,
  );
  expect(heap.used).toBe(0);
  expect(heap.size).toBe(1 << 20);
});

test("a kernel that cannot be written leaves no memory behind", () => {
  const heap = new Heap(true, 64);
  const broken = kernel("broken", () => {
    throw new Error("no such kernel");
  });
  expect(() => programOf({ kernels: [broken], arena: 5000 }, heap)).toThrow(/no such kernel/);
  expect(heap.used).toBe(0);
});
