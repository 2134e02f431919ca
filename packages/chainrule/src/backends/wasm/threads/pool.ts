/** Workers that run programs together with the main thread. */
import type { Block, Heap } from "../heap.ts";
import { control, controlBytes, failures } from "./control.ts";
import { getNumThreads } from "./count.ts";
import { idleBinary } from "./idle.ts";
import { canSpawn, spawn, type WorkerHandle } from "./spawn.ts";

/** The functions of a program's module that run its segments: they give 0, or why they stopped (`stops` of segments.ts). */
export type Segment = (thread: number, threads: number, control: number) => number;

/** A fixed number of threads over one heap: the caller's, which is thread 0, and workers. */
export class Pool {
  /** Threads, the caller's included. */
  readonly threads: number;
  /** The address of the control block. */
  readonly at: number;
  /** The workers, for those who want to see one end. */
  readonly workers: readonly WorkerHandle[];
  readonly #words: Int32Array;
  readonly #heap: Heap;
  readonly #block: Block;
  #posted = 0;
  #programs = 0;
  #broken: string | undefined;
  #ended: Promise<void> | undefined;

  constructor(heap: Heap, threads: number) {
    this.#heap = heap;
    this.threads = threads;
    this.#block = heap.allocate(controlBytes, 128);
    this.at = this.#block.address;
    // Views of a shared memory outlive its growth.
    this.#words = heap.elements("int32", this.at, controlBytes / 4).fill(0);
    this.#words[control.restless / 4] = maySleep() ? 0 : 1;
    const workers: WorkerHandle[] = [];
    this.workers = workers;
    try {
      while (workers.length < threads - 1)
        workers.push(spawn(() => this.break("A worker of the compiled program ended.")));
      const idle = new WebAssembly.Module(idleBinary(heap.limits));
      this.#post((thread) => ({ memory: heap.memory, idle, at: this.at, thread, threads }));
    } catch (error) {
      this.break("The workers of the compiled program did not start.");
      throw error;
    }
  }

  /** Whether all workers have started, and hold all programs that they were given. */
  get settled(): boolean {
    return Atomics.load(this.#words, control.received / 4) === this.#posted * this.workers.length;
  }

  /** Whether all workers have started. */
  get started(): boolean {
    return Atomics.load(this.#words, control.received / 4) >= this.workers.length;
  }

  /** Why it cannot be used any more. */
  get broken(): string | undefined {
    return this.#broken;
  }

  /** Settles when the workers of a broken pool are gone. */
  get ended(): Promise<void> {
    return this.#ended ?? Promise.resolve();
  }

  /** Gives the workers a program; its number here. They instantiate it while the caller goes on. */
  load(module: WebAssembly.Module): number {
    const program = ++this.#programs;
    this.#post(() => ({ program, module }));
    return program;
  }

  /** Takes a program away from the workers. */
  unload(program: number): void {
    if (!this.#broken) this.#post(() => ({ program }));
  }

  /**
   * Runs a segment on all threads, which must be settled; `entry` is the caller's own instance of it. Gives what it gives, and
   * breaks the pool when a thread fails.
   */
  run(program: number, segment: number, entry: Segment): number {
    const words = this.#words;
    words[control.program / 4] = program;
    words[control.segment / 4] = segment;
    Atomics.add(words, control.job / 4, 1);
    this.#signal();
    let stop: number;
    try {
      stop = entry(0, this.threads, this.at);
    } catch (error) {
      Atomics.store(words, control.failed / 4, failures.exception);
      this.break(`The compiled program failed (${String(error)}).`);
      throw error;
    }
    const failed = words[control.failed / 4];
    if (failed !== 0) {
      this.break(
        failed === failures.missing
          ? "A worker of the compiled program did not answer for seconds."
          : "A worker of the compiled program failed.",
      );
    }
    return stop;
  }

  /** Ends the workers; a pool that is broken cannot be used again. */
  break(reason: string): void {
    if (this.#broken) return;
    this.#broken = reason;
    // Workers that are not gone yet may still look at the control block.
    this.#ended = Promise.all(this.workers.map((worker) => worker.end())).then(() =>
      this.#heap.free(this.#block),
    );
  }

  #post(message: (thread: number) => object): void {
    this.#posted++;
    Atomics.add(this.#words, control.posted / 4, 1);
    this.workers.forEach((worker, index) => {
      worker.post(message(index + 1));
    });
    this.#signal();
  }

  #signal(): void {
    Atomics.add(this.#words, control.signal / 4, 1);
    if (Atomics.load(this.#words, control.idle / 4) > 0) Atomics.notify(this.#words, control.signal / 4);
  }
}

/** Whether this thread may sleep until another one wakes it; that of a page may not. */
function maySleep(): boolean {
  try {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 1);
    return true;
  } catch {
    return false;
  }
}

const pools = new WeakMap<Heap, Pool>();

/** Heaps for which the engine would not start workers. */
const refused = new WeakSet<Heap>();

/** How many threads programs over a heap may have, as far as is known. */
export const threadsOf = (heap: Heap): number =>
  heap.shared && !refused.has(heap) && canSpawn() ? getNumThreads() : 1;

/**
 * The threads of a heap, as many as `getNumThreads()` says, made when they are first asked for. Undefined where programs run
 * on one thread.
 */
export function poolOf(heap: Heap): Pool | undefined {
  const threads = getNumThreads();
  const pool = pools.get(heap);
  if (pool?.threads === threads && !pool.broken) return pool;
  if (pool) {
    if (pool.broken && !pool.started) refused.add(heap);
    pool.break("The number of threads changed.");
    pools.delete(heap);
  }
  if (threadsOf(heap) === 1) return undefined;
  try {
    const made = new Pool(heap, threads);
    pools.set(heap, made);
    return made;
  } catch {
    // Such as a process that may not start threads: its programs run on one.
    refused.add(heap);
    return undefined;
  }
}
