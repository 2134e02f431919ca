import { afterEach, describe, expect, test, vi } from "vitest";
import type { Buffer } from "../../../core/schedule.ts";
import { Storage } from "../../../core/storage.ts";
import { Heap } from "../heap.ts";
import type { WasmProgram } from "../program/program.ts";
import { arena, checked, programOf, shifted, trapping } from "../program/testing/machine.ts";
import { control, reachedStride } from "./control.ts";
import { getNumThreads, setNumThreads } from "./count.ts";
import { type Pool, poolOf } from "./pool.ts";

const before = getNumThreads();
let heap: Heap | undefined;

/** A heap whose workers end with the test. */
function newHeap(): Heap {
  heap = new Heap(true, 1024);
  return heap;
}

afterEach(async () => {
  const pool = heap && poolOf(heap);
  pool?.break("The test is over.");
  await pool?.ended;
  heap = undefined;
  setNumThreads(before);
});

/** Waits until the workers have started and hold all programs. */
async function settled(pool: Pool | undefined): Promise<Pool> {
  if (!pool) throw new Error("There is no pool.");
  while (!pool.settled) await new Promise((resolve) => setTimeout(resolve, 1));
  return pool;
}

const length = 1000;

/** 40 phases that each read what the others wrote, then a serial one: any missing barrier shows. */
function chain(on: Heap): WasmProgram {
  const storage = new Storage("int32", new Int32Array(length));
  const state: Buffer = { id: 0, dtype: "int32", length, home: { kind: "state", storage } };
  const [a, b] = [arena(1, length, 0), arena(2, length, 8192)];
  const kernels = [shifted(state, a, 1, 1)];
  for (let i = 0; i < 20; i++) {
    const nanoseconds = i === 10 ? 1 : 1e6; // one of them on the main thread alone
    kernels.push(shifted(a, b, 611, i, { nanoseconds }), shifted(b, a, 389, 1));
  }
  kernels.push(shifted(a, state, 0, 0, { nanoseconds: 1 }));
  return programOf({ kernels, buffers: [state, a, b], results: [{ buffer: state, shape: [length] }] }, on);
}

describe.each([2, 3])("%i threads", (threads) => {
  test("give what one thread gives, thousands of barriers in a row", async () => {
    setNumThreads(1);
    const alone = chain(new Heap(true, 64));
    setNumThreads(threads);
    const on = newHeap();
    const together = chain(on);
    expect(together.describe().threads).toBe(threads);
    const pool = await settled(poolOf(on));
    let expected = alone.run([], [])[0];
    let found = together.run([], [])[0];
    for (let run = 0; run < 300; run++) {
      expected = alone.run([], [])[0];
      found = together.run([], [])[0];
      if (run % 50 === 0) await new Promise((resolve) => setTimeout(resolve, 2)); // long enough to fall asleep
    }
    expect(found).toEqual(expected);
    expect(pool.broken).toBeUndefined();
  });

  test("agree on a fault, and report the first", async () => {
    setNumThreads(threads);
    const on = newHeap();
    const x: Buffer = { id: 0, dtype: "int32", length, home: { kind: "argument", index: 0 } };
    const y = arena(1, length, 0);
    const program = programOf(
      {
        kernels: [
          shifted(x, y, 0, 0),
          checked(y, length, { nanoseconds: 1e6 }),
          shifted(y, y, 0, 1),
          checked(y, length + 1, { nanoseconds: 1 }),
          shifted(y, y, 0, 1),
        ],
        buffers: [x, y],
        results: [{ buffer: y, shape: [length] }],
        arguments: 1,
      },
      on,
    );
    await settled(poolOf(on));
    const numbers = Int32Array.from({ length }, (_, i) => i);
    for (let run = 0; run < 200; run++) {
      const wrong = numbers.slice();
      const at = (run * 37) % length;
      wrong[length - 1] = -5;
      wrong[at] = 5000;
      expect(() => program.run([new Storage("int32", wrong)], [0])).toThrow(/Index 5000 is out of range/);
      const right = program.run([new Storage("int32", numbers)], [0])[0];
      expect(right[length - 1]).toBe(length + 1);
    }
  });
});

test("a worker that looks late takes no note of the next run for its own", async () => {
  setNumThreads(2);
  const on = newHeap();
  const length = 1000;
  const x: Buffer = { id: 0, dtype: "int32", length, home: { kind: "argument", index: 0 } };
  // Its only step is its last one, and may fault.
  const program = programOf(
    {
      kernels: [checked(x, length, { nanoseconds: 1e6 })],
      buffers: [x],
      results: [{ buffer: x, shape: [length] }],
      arguments: 1,
    },
    on,
  );
  const pool = poolOf(on) as Pool;
  await settled(pool);
  const numbers = Int32Array.from({ length }, (_, i) => i);
  const right = new Storage("int32", numbers);
  const wrong = new Storage("int32", numbers.slice().fill(5000, 0, 1));
  for (let run = 0; run < 3000; run++) {
    program.run([right], [0]);
    expect(() => program.run([wrong], [0])).toThrow(/Index 5000/);
  }
  const reached = on.elements("int32", pool.at + control.reached, (2 * reachedStride) / 4);
  expect(reached[0]).toBe(reached[reachedStride / 4]);
});

test("workers that are not there yet are not waited for", () => {
  setNumThreads(2);
  const program = chain(newHeap());
  const [found] = program.run([], []);
  setNumThreads(1);
  expect(found).toEqual(chain(new Heap(true, 64)).run([], [])[0]);
});

test("the number of threads can change between runs", async () => {
  setNumThreads(1);
  const alone = chain(new Heap(true, 64));
  const on = newHeap();
  const program = chain(on);
  for (const threads of [2, 3, 1, 2]) {
    setNumThreads(threads);
    program.run([], []);
    alone.run([], []);
    if (threads > 1) await settled(poolOf(on));
    else expect(poolOf(on)).toBeUndefined();
    expect(program.run([], [])[0]).toEqual(alone.run([], [])[0]);
  }
});

describe("a worker that dies", () => {
  test("by an exception makes the run an error, and the program unusable", async () => {
    setNumThreads(2);
    const on = newHeap();
    const program = programOf({ kernels: [trapping(10, 7)] }, on);
    await settled(poolOf(on));
    // By its code, a caller knows that going on without the program would go on with what is half done.
    expect(() => program.run([], [])).toThrow(expect.objectContaining({ code: "broken" }));
    expect(() => program.run([], [])).toThrow(/worker.*failed.*compile again; setNumThreads\(1\)/);
    // Others go on with new workers.
    const other = chain(on);
    await settled(poolOf(on));
    expect(other.run([], [])[0].length).toBe(length);
  });

  test("on the main thread does not leave the workers waiting", async () => {
    setNumThreads(2);
    const on = newHeap();
    const program = programOf({ kernels: [trapping(10, 0)] }, on);
    const pool = await settled(poolOf(on));
    expect(() => program.run([], [])).toThrow(/A compiled program failed/);
    await pool.ended;
  });

  test("from outside is an error within seconds, not a hang", async () => {
    setNumThreads(2);
    const on = newHeap();
    const program = chain(on);
    const pool = await settled(poolOf(on));
    // The worker stops at once, and this thread has no chance to hear of it before it runs the program.
    void pool.workers[0].end();
    while (performance.now() % 1000 < 500);
    const start = performance.now();
    expect(() => program.run([], [])).toThrow(/did not answer for seconds/);
    expect(performance.now() - start).toBeLessThan(15_000);
    program.dispose();
  });

  test("between two runs is replaced", async () => {
    setNumThreads(2);
    const on = newHeap();
    const program = chain(on);
    const pool = await settled(poolOf(on));
    await pool.workers[0].end();
    pool.break("A worker ended.");
    expect(program.run([], [])[0].length).toBe(length);
    expect(await settled(poolOf(on))).not.toBe(pool);
    expect(program.run([], [])[0].length).toBe(length);
  });
});

test("workers that started before one could not are ended", async () => {
  setNumThreads(3);
  const on = newHeap();
  const used = on.used;
  const modules = process.getBuiltinModule("node:worker_threads");
  const started: Promise<unknown>[] = [];
  class SecondFails extends modules.Worker {
    constructor(...args: ConstructorParameters<typeof modules.Worker>) {
      if (started.length === 1) throw new Error("No thread is left.");
      super(...args);
      started.push(new Promise((resolve) => this.once("exit", resolve)));
    }
  }
  const spy = vi
    .spyOn(process, "getBuiltinModule")
    .mockImplementation(() => ({ ...modules, Worker: SecondFails }) as never);
  try {
    expect(poolOf(on)).toBeUndefined();
  } finally {
    spy.mockRestore();
  }
  expect(started.length).toBe(1);
  await Promise.all(started);
  await Promise.resolve();
  expect(on.used).toBe(used);
  expect(chain(on).run([], [])[0].length).toBe(length);
});

test("without shared memory there are no workers", () => {
  setNumThreads(2);
  const on = new Heap(false, 64);
  const program = chain(on);
  expect(poolOf(on)).toBeUndefined();
  expect(program.describe().threads).toBe(1);
  expect(program.run([], [])[0].length).toBe(length);
});

test("programs that are disposed of leave the workers", async () => {
  setNumThreads(2);
  const on = newHeap();
  const used = on.used;
  for (let i = 0; i < 20; i++) {
    const program = programOf(
      { kernels: [shifted(arena(0, 100, 0), arena(1, 100, 1024), 1, 1)], arena: 2048 },
      on,
    );
    program.run([], []);
    program.dispose();
  }
  const pool = await settled(poolOf(on));
  pool.break("The test is over.");
  await pool.ended;
  expect(on.used).toBe(used);
});
