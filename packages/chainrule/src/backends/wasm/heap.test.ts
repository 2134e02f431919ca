import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Storage } from "../../core/storage.ts";
import { ChainruleError } from "../../util/errors.ts";
import { type Block, Heap } from "./heap.ts";

describe.each([true, false])("a heap, shared: %s", (shared) => {
  test("gives out blocks that never overlap, and has all of it back in the end", () => {
    const heap = new Heap(shared, 256);
    const step = fc.record({
      bytes: fc.nat(200_000),
      align: fc.constantFrom(64, 128, 4096),
      which: fc.nat(),
      frees: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const blocks: Block[] = [];
        for (const { bytes, align, which, frees } of steps) {
          if (frees && blocks.length > 0) heap.free(blocks.splice(which % blocks.length, 1)[0]);
          else {
            const block = heap.allocate(bytes, align);
            expect(block.bytes).toBeGreaterThanOrEqual(bytes);
            expect(block.address % align).toBe(0);
            expect(block.address + block.bytes).toBeLessThanOrEqual(heap.size);
            for (const other of blocks) {
              expect(
                block.address >= other.address + other.bytes || other.address >= block.address + block.bytes,
              ).toBe(true);
            }
            blocks.push(block);
          }
          expect(heap.used).toBe(blocks.reduce((sum, block) => sum + block.bytes, 0));
        }
        for (const block of blocks) heap.free(block);
        expect(heap.used).toBe(0);
      }),
      { numRuns: 50 },
    );
    // What was freed has become one range again.
    heap.free(heap.allocate(heap.size - 64));
  });

  test("moves a storage once, whose elements survive growth", () => {
    const heap = new Heap(shared, 256);
    const storage = new Storage("float32", Float32Array.of(1, 2, 3));
    const address = heap.adopt(storage);
    expect(heap.adopt(storage)).toBe(address);
    expect(storage.place?.heap).toBe(heap);
    const before = storage.elements;
    heap.allocate(1 << 23);
    expect([...storage.elements]).toEqual([1, 2, 3]);
    expect(storage.elements === before).toBe(shared); // an unshared memory that grows detaches its views
    storage.elements[1] = 7;
    expect(heap.view("float32")[address / 4 + 1]).toBe(7);
    heap.view("float32")[address / 4] = 8;
    expect([...storage.elements]).toEqual([8, 7, 3]);
  });

  test("moves a storage without elements", () => {
    const heap = new Heap(shared, 256);
    const storage = new Storage("int32", new Int32Array(0));
    expect(heap.adopt(storage)).toBeGreaterThan(0);
    expect(storage.elements.length).toBe(0);
  });

  test("keeps a storage while a program holds it, then moves it out", () => {
    const heap = new Heap(shared, 256);
    const storage = new Storage("float32", Float32Array.of(1, 2, 3));
    const before = heap.used;
    const address = heap.hold(storage);
    expect(heap.hold(storage)).toBe(address);
    heap.view("float32")[address / 4] = 5;
    heap.release(storage);
    expect(storage.place?.address).toBe(address);
    heap.release(storage);
    expect([storage.place, heap.used]).toEqual([undefined, before]);
    expect([...storage.elements]).toEqual([5, 2, 3]);
    heap.view("float32")[address / 4] = 9; // no longer its
    expect(storage.elements[0]).toBe(5);
    heap.hold(storage);
    expect(storage.place?.heap).toBe(heap);
  });

  test("refuses what the engine cannot give, and goes on", () => {
    const heap = new Heap(shared, 32);
    expect(() => heap.allocate(1 << 22)).toThrow(ChainruleError);
    expect(() => heap.allocate(1 << 22)).toThrow(/There is no room for 4096 KiB.* 2048 KiB at most/);
    expect(heap.allocate(1 << 20).bytes).toBe(1 << 20);
  });

  test("refuses to free what is not in use", () => {
    const heap = new Heap(shared, 32);
    const block = heap.allocate(64);
    heap.free(block);
    expect(() => heap.free(block)).toThrow(/no block of 64 bytes/);
  });
});

test("addresses stay positive as signed integers", () => {
  expect(new Heap(true).limit).toBeLessThan(2 ** 31);
});
