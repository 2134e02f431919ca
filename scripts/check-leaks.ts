/**
 * `npm run check:leaks [cycles]`: compiles, runs and disposes of a small program 10,000 times in a row, and fails if the heap of
 * compiled programs is not as it was, or the process keeps growing.
 */
import { wasmBackend } from "../packages/chainrule/src/backends/wasm/backend.ts";
import { theHeap } from "../packages/chainrule/src/backends/wasm/heap.ts";
import type { Access, Buffer, Expr, Schedule } from "../packages/chainrule/src/core/schedule.ts";
import { Storage } from "../packages/chainrule/src/core/storage.ts";

const cycles = Number(process.argv[2] ?? 10_000);

/** How much the process may grow over the second half of the cycles: garbage that is not collected yet. */
const growthBytes = 64 << 20;

const weight = new Storage("float32", Float32Array.of(1, 2, 3, 4, 5, 6));
const x: Buffer = { id: 0, dtype: "float32", length: 4, home: { kind: "argument", index: 0 } };
const w: Buffer = { id: 1, dtype: "float32", length: 6, home: { kind: "state", storage: weight } };
const y: Buffer = { id: 2, dtype: "float32", length: 6, home: { kind: "arena", at: 0 } };

const at = (buffer: Buffer, strides: readonly number[]): Access => ({ buffer, offset: 0, strides });
const load = (buffer: Buffer, strides: readonly number[]): Expr => ({
  kind: "load",
  dtype: "float32",
  access: at(buffer, strides),
});

/**
 * y = x · w for x [2, 2] and w [2, 3], then w ← w + rate · y. The rate is a number of the code, as engines keep one copy of
 * modules that are alike.
 */
const scheduleWith = (rate: number): Schedule => ({
  kernels: [
    {
      kind: "product",
      label: "product",
      dtype: "float32",
      batch: 1,
      m: 2,
      n: 3,
      k: 2,
      a: load(x, [0, 2, 1]),
      b: load(w, [0, 3, 1]),
      stores: [{ to: at(y, [0, 3, 1]), value: { kind: "accumulated", dtype: "float32" } }],
    },
    {
      kind: "loop",
      label: "update",
      shape: [6],
      stores: [
        {
          to: at(w, [1]),
          value: {
            kind: "addScaled",
            dtype: "float32",
            x: load(w, [1]),
            other: load(y, [1]),
            alpha: { kind: "number", dtype: "float32", value: rate },
          },
        },
      ],
    },
  ],
  buffers: [x, w, y],
  results: [{ buffer: y, shape: [2, 3] }],
  arena: 64,
  cells: 0,
  arguments: 1,
  strict: false,
});

let made = 0;

function cycle(): void {
  const program = wasmBackend.compile(scheduleWith(++made * 1e-6));
  program.run([new Storage("float32", new Float32Array(4))], [0]);
  program.dispose();
}

/** Bytes of the process, after a pause in which garbage may be collected. */
async function residentBytes(): Promise<number> {
  await new Promise((resolve) => setTimeout(resolve, 100));
  return process.memoryUsage.rss();
}

const start = performance.now();
cycle();
const { used, size } = theHeap();
for (let i = 0; i < cycles / 2; i++) cycle();
const half = await residentBytes();
for (let i = 0; i < cycles / 2; i++) cycle();
const growth = (await residentBytes()) - half;

const heap = theHeap();
const milliseconds = (performance.now() - start) / cycles;
console.log(`${cycles} cycles of ${milliseconds.toFixed(2)} ms`);
console.log(`heap in use: ${used} bytes at first, ${heap.used} at the end, of ${size} and ${heap.size}`);
console.log(`the process grew by ${(growth / 2 ** 20).toFixed(1)} MiB over the second half`);
if (heap.used !== used || heap.size !== size || growth > growthBytes) {
  console.error("Memory is lost.");
  process.exitCode = 1;
}
