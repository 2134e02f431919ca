import type { Storage } from "../../../core/storage.ts";
import type { Block, Heap } from "../heap.ts";
import type { Pool } from "../threads/pool.ts";

/** What a program holds outside of itself, to be given back once: by `dispose()`, or when the program is forgotten. */
export class Resources {
  readonly heap: Heap;
  readonly #blocks = new Set<Block>();
  /** Storages that eager code shares, which lie in the heap. */
  readonly #shared = new Set<Storage>();
  #pool: Pool | undefined;
  #number = 0;

  constructor(heap: Heap) {
    this.heap = heap;
  }

  /** Bytes of the heap. */
  get bytes(): number {
    let sum = 0;
    for (const block of this.#blocks) sum += block.bytes;
    return sum;
  }

  /** Takes memory. */
  allocate(bytes: number): Block {
    const block = this.heap.allocate(bytes);
    this.#blocks.add(block);
    return block;
  }

  /** Moves a storage into the heap, to stay there for the program; its address. */
  share(storage: Storage): number {
    if (this.#shared.has(storage)) return this.heap.adopt(storage);
    const address = this.heap.hold(storage);
    this.#shared.add(storage);
    return address;
  }

  /** Gives a block back before the rest. */
  free(block: Block): void {
    if (this.#blocks.delete(block)) this.heap.free(block);
  }

  /** Gives the workers of a pool the module, unless they have it; its number there. */
  numberIn(pool: Pool, module: WebAssembly.Module): number {
    if (pool !== this.#pool) {
      this.#pool = pool;
      this.#number = pool.load(module);
    }
    return this.#number;
  }

  /** Gives everything back. */
  release(): void {
    const pool = this.#pool;
    this.#pool = undefined;
    const blocks = [...this.#blocks];
    const shared = [...this.#shared];
    this.#blocks.clear();
    this.#shared.clear();
    const free = (): void => {
      for (const block of blocks) this.heap.free(block);
      for (const storage of shared) this.heap.release(storage);
    };
    // Threads of a broken pool may still write to the program's memory until they have ended.
    if (pool?.broken) void pool.ended.then(free);
    else free();
    pool?.unload(this.#number);
  }
}
