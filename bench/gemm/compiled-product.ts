/** A product as compiled programs run it, over a memory of its own, on one thread or two. */
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { ModuleBuilder, unreachable } from "../../packages/chainrule/src/backends/wasm/assembler/index.ts";
import { Helpers } from "../../packages/chainrule/src/backends/wasm/math/helpers.ts";
import type { KernelContext } from "../../packages/chainrule/src/backends/wasm/program/context.ts";
import { emitProduct } from "../../packages/chainrule/src/backends/wasm/program/product.ts";
import {
  programFlags,
  type TierDescription,
  warmUpCalls,
  withFlags,
} from "../../packages/chainrule/src/backends/wasm/tiers.ts";
import type { Access, Buffer, Expr, ProductKernel } from "../../packages/chainrule/src/core/schedule.ts";

/** What is done with the sums: stored; the forward pass of a layer; its backward pass; plain SGD. */
export type Epilogue = "store" | "bias+relu" | "relu'" | "sgd";

/** m × n × k, and which factors are views of a transposed array ("nt": the second). */
export interface Shape {
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly layout: "nn" | "nt" | "tn" | "tt";
  readonly epilogue: Epilogue;
}

type RunPhase = (thread: number, threads: number) => void;

const dtype = "float32";
const page = 65536;
/** Where the first matrix lies; live number 0 lies before. */
const firstMatrix = 4096;

/** Words that threads meet at: the number of the phase to run, and of the last one that the other thread finished. */
const words = { go: 0, done: 1 } as const;

/** A compiled product. Its results are numbers like any, so it can be run again and again. */
export class CompiledProduct {
  readonly flops: number;
  readonly #phases: readonly RunPhase[];
  readonly #words: Int32Array;
  readonly #worker: Worker;
  #round = 0;

  constructor(shape: Shape, tier: TierDescription) {
    const { m, n, k } = shape;
    this.flops = 2 * m * n * k;
    let top = firstMatrix;
    const addresses = new Map<Buffer, number>();
    const place = (length: number): Buffer => {
      const buffer: Buffer = { id: addresses.size, dtype, length, home: { kind: "arena", at: top } };
      addresses.set(buffer, top);
      top = Math.ceil((top + 4 * length) / 64) * 64 + 192;
      return buffer;
    };
    const kernel = kernelOf(shape, place);
    const filled = top;
    const module = new ModuleBuilder();
    const context: KernelContext = {
      module,
      helpers: new Helpers(module),
      tier,
      address: (buffer) => addresses.get(buffer) ?? 0,
      cell: (index) => 64 + 8 * index,
      scratch: (bytes) => {
        top = filled + bytes;
        return filled;
      },
      fault: () => unreachable(),
    };
    const phases = emitProduct(kernel, context);
    phases.forEach(({ run }, p) => {
      const params = { thread: "i32", threads: "i32" } as const;
      module.func(`phase${p}`, { params }, (locals) => [run.call(locals)], { export: true });
    });
    const pages = Math.ceil(top / page) + 1;
    const limits = { initial: pages, maximum: pages, shared: true };
    module.importMemory("env", "memory", limits);
    const memory = new WebAssembly.Memory(limits);
    const code = new WebAssembly.Module(module.encode());
    this.#phases = withFlags(programFlags(tier), () => {
      const made = instantiate(code, memory, phases.length);
      for (let i = 0; i < warmUpCalls; i++) for (const run of made) run(0, 0);
      return made;
    });
    const numbers = new Float32Array(memory.buffer, firstMatrix, (filled - firstMatrix) / 4);
    for (let i = 0; i < numbers.length; i++) numbers[i] = Math.random() - 0.5;
    new Float64Array(memory.buffer)[8] = -1e-3;
    const meeting = new SharedArrayBuffer(64);
    this.#words = new Int32Array(meeting);
    this.#worker = new Worker(new URL(import.meta.url), {
      workerData: { code, memory, phases: phases.length, meeting },
    });
    this.#worker.unref();
  }

  /** Until the other thread listens. */
  async ready(): Promise<void> {
    await new Promise((resolve) => this.#worker.once("message", resolve));
  }

  /** Runs the product on this thread alone. */
  alone(): void {
    for (const run of this.#phases) run(0, 1);
  }

  /** Runs it on two threads; the other one spins until there is work. */
  together(): void {
    for (const run of this.#phases) {
      this.#round++;
      Atomics.store(this.#words, words.go, this.#round);
      run(0, 2);
      while (Atomics.load(this.#words, words.done) !== this.#round);
    }
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }
}

function kernelOf({ m, n, k, layout, epilogue }: Shape, place: (length: number) => Buffer): ProductKernel {
  const load = (access: Access): Expr => ({ kind: "load", dtype, access });
  const matrix = (rows: number, columns: number, transposed: boolean): Expr =>
    load({ buffer: place(rows * columns), offset: 0, strides: transposed ? [0, 1, rows] : [0, columns, 1] });
  const a = matrix(m, k, layout[0] === "t");
  const b = matrix(k, n, layout[1] === "t");
  const to: Access = { buffer: place(m * n), offset: 0, strides: [0, n, 1] };
  const sum: Expr = { kind: "accumulated", dtype };
  const zero: Expr = { kind: "number", dtype, value: 0 };
  const value = ((): Expr => {
    switch (epilogue) {
      case "store":
        return sum;
      case "bias+relu": {
        const bias = load({ buffer: place(n), offset: 0, strides: [0, 0, 1] });
        return { kind: "unary", dtype, op: "relu", x: { kind: "binary", dtype, op: "add", a: sum, b: bias } };
      }
      case "relu'": {
        const y = load({ ...to, buffer: place(m * n) });
        const condition: Expr = { kind: "binary", dtype: "bool", op: "gt", a: y, b: zero };
        return { kind: "where", dtype, condition, a: sum, b: zero };
      }
      case "sgd": {
        const rate: Expr = { kind: "live", dtype, cell: 0 };
        return { kind: "addScaled", dtype, x: load(to), other: sum, alpha: rate };
      }
    }
  })();
  return { kind: "product", label: "product", dtype, batch: 1, m, n, k, a, b, stores: [{ to, value }] };
}

function instantiate(code: WebAssembly.Module, memory: WebAssembly.Memory, phases: number): RunPhase[] {
  const { exports } = new WebAssembly.Instance(code, { env: { memory } });
  return Array.from({ length: phases }, (_, p) => exports[`phase${p}`] as RunPhase);
}

/** The other thread. */
function listen(): void {
  const { code, memory, phases, meeting } = workerData as {
    code: WebAssembly.Module;
    memory: WebAssembly.Memory;
    phases: number;
    meeting: SharedArrayBuffer;
  };
  const runs = instantiate(code, memory, phases);
  const meet = new Int32Array(meeting);
  parentPort?.postMessage("ready");
  for (let round = 1; ; round++) {
    // Spins while a series of runs goes on, and sleeps between them.
    for (let turns = 0; Atomics.load(meet, words.go) < round; turns++) {
      if (turns > 1e6) Atomics.wait(meet, words.go, round - 1, 10);
    }
    runs[(round - 1) % phases](1, 2);
    Atomics.store(meet, words.done, round);
  }
}

if (!isMainThread) listen();
