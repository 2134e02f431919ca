/**
 * The one WebAssembly memory that matrix products work in. It starts small, grows to what the largest product so far
 * needed, and never beyond `workspaceLimit`: larger products go through it in blocks.
 */
import type { FloatType } from "./microkernels.ts";

const page = 1 << 16;
const initialPages = 16;
const maximumPages = 1024;

/** Bytes of workspace at most, unless it is told less. */
const workspaceLimit = maximumPages * page;

/** What a module says of the memory that it imports. */
export const memoryLimits = { initial: initialPages, maximum: maximumPages };

/** An array over the workspace. */
export type FloatArray = Float32Array | Float64Array;

/** The memory with its views. */
export class Workspace {
  readonly memory: WebAssembly.Memory;
  /** Bytes that it may grow to. */
  readonly limit: number;
  #views: Readonly<Record<FloatType, FloatArray>>;

  /** `limit` is a multiple of 64 KiB, at least 1 MiB and at most 64 MiB. */
  constructor(limit: number = workspaceLimit) {
    this.limit = limit;
    this.memory = new WebAssembly.Memory({ initial: initialPages, maximum: limit / page });
    this.#views = this.#makeViews();
  }

  /** The size in bytes. */
  get size(): number {
    return this.memory.buffer.byteLength;
  }

  /** The whole memory as an array of `type`; a copy that is kept must be renewed after `reserve`. */
  view(type: FloatType): FloatArray {
    return this.#views[type];
  }

  /** Sees to at least `bytes` bytes; false if the engine refuses to grow that far. */
  reserve(bytes: number): boolean {
    if (bytes <= this.size) return true;
    if (bytes > this.limit) return false;
    // Half as much again, so that slowly growing products do not grow the memory each time; if that is refused, exactly.
    for (const wanted of [Math.min(1.5 * bytes, this.limit), bytes]) {
      try {
        this.memory.grow(Math.ceil((wanted - this.size) / page));
        // Growing detached the old views.
        this.#views = this.#makeViews();
        return true;
      } catch {
        // Refused: the next size is smaller.
      }
    }
    return false;
  }

  #makeViews(): Readonly<Record<FloatType, FloatArray>> {
    const { buffer } = this.memory;
    return { float32: new Float32Array(buffer), float64: new Float64Array(buffer) };
  }
}
