/**
 * The one WebAssembly memory of a process that compiled programs live in, with the storages that they share with eager code.
 * It is shared between threads where the engine allows threads at all. Otherwise growth detaches every view of it, so
 * views are made when they are asked for.
 */
import type { Storage } from "../../core/storage.ts";
import { bytesPerElement, type DType, type TypedArray, type TypedArrays } from "../../shape/dtype.ts";
import { ChainruleError } from "../../util/errors.ts";
import { roundUp } from "../../util/rounding.ts";
import type { MemoryLimits } from "./assembler/index.ts";
import { FreeList } from "./free-list.ts";

const page = 1 << 16;
const initialPages = 16;
/** Growth comes in steps of at least this many pages, so that many small blocks do not grow the memory each time. */
const growthPages = 64;

/** The largest heap: with one page less than 2 GiB, addresses and ends of blocks are positive as signed integers too. */
const mostPages = 2 ** 15 - 1;

/** Sizes to ask for, largest first: a shared memory reserves all of its address space at once, which engines may refuse. */
const maximums = [mostPages, 2 ** 14, 2 ** 13, 2 ** 12];

/** Blocks are whole cache lines, so that threads that write to neighbours do not meet. */
const lineBytes = 64;

/** A part of the heap that is in use. */
export interface Block {
  readonly address: number;
  readonly bytes: number;
}

/** A storage in the heap: where, and how many programs count on it to stay. */
interface Tenancy {
  readonly block: Block;
  programs: number;
}

/** Bytes for people. */
export const showBytes = (bytes: number): string =>
  bytes < 10 * 2 ** 20 ? `${Math.ceil(bytes / 1024)} KiB` : `${Math.ceil(bytes / 2 ** 20)} MiB`;

/** Arrays over the whole memory, one of each dtype. */
type Views = { readonly [D in DType]: TypedArrays[D] };

/** Memory for programs and storages. */
export class Heap {
  readonly memory: WebAssembly.Memory;
  /** Whether threads can share it. */
  readonly shared: boolean;
  /** Bytes that it may grow to. */
  readonly limit: number;
  readonly #free = new FreeList();
  /** Bytes of the block at each address that is in use. */
  readonly #used = new Map<number, number>();
  #size: number;
  #views: Views;
  readonly #tenancies = new WeakMap<Storage, Tenancy>();
  readonly #collected = new FinalizationRegistry<Block>((block) => this.free(block));

  /**
   * @param pages pages of 64 KiB that it may grow to; less where the engine refuses so much
   * @throws ChainruleError `backend` when the engine gives no memory at all
   */
  constructor(shared: boolean, pages: number = mostPages) {
    this.shared = shared;
    [this.memory, this.limit] = createMemory(shared, pages);
    this.#size = this.memory.buffer.byteLength;
    this.#views = makeViews(this.memory.buffer);
    // Nothing is at address 0, which so can stand for nothing.
    this.#free.give(lineBytes, this.#size);
  }

  /** What a module has to say of the memory that it imports. */
  get limits(): MemoryLimits {
    return { initial: 1, maximum: this.limit / page, shared: this.shared };
  }

  /** Bytes in use. */
  get used(): number {
    return this.#size - lineBytes - this.#free.bytes;
  }

  /** Bytes that the memory has now. */
  get size(): number {
    return this.#size;
  }

  /**
   * Takes at least `bytes` bytes at a multiple of `align`, a power of two. What they hold is left from earlier.
   *
   * @throws ChainruleError `backend` when the memory cannot grow so far
   */
  allocate(bytes: number, align: number = lineBytes): Block {
    const whole = roundUp(Math.max(bytes, 1), lineBytes);
    const alignment = Math.max(align, lineBytes);
    let address = this.#free.take(whole, alignment);
    if (address === undefined) {
      this.#grow(whole + alignment - lineBytes);
      address = this.#free.take(whole, alignment)!;
    }
    this.#used.set(address, whole);
    return { address, bytes: whole };
  }

  /** Gives a block back. */
  free({ address, bytes }: Block): void {
    if (this.#used.get(address) !== bytes) {
      throw new ChainruleError(
        "backend",
        `There is no block of ${bytes} bytes at ${address}.`,
        "Free each block once.",
      );
    }
    this.#used.delete(address);
    this.#free.give(address, address + bytes);
  }

  /** The whole memory as an array, as it is now: the next allocation may detach it. */
  view<D extends DType>(dtype: D): TypedArrays[D] {
    return this.#views[dtype];
  }

  /** `length` elements from an address on, which is a multiple of their size: an array that growth may detach. */
  elements<D extends DType>(dtype: D, address: number, length: number): TypedArrays[D] {
    const start = address / bytesPerElement(dtype);
    return this.#views[dtype].subarray(start, start + length) as TypedArrays[D];
  }

  /** Whether a storage lies here already. */
  has(storage: Storage): boolean {
    return storage.place?.heap === this;
  }

  /**
   * Moves a storage here, unless it is here already, and gives its address. Eager code sees its elements here from now on;
   * the block is freed when the last program that {@link hold}s it lets it go, or when the storage is collected.
   *
   * @throws ChainruleError `backend` when there is no room
   */
  adopt(storage: Storage): number {
    const { place, dtype, length } = storage;
    if (place?.heap === this) return place.address;
    const block = this.allocate(length * bytesPerElement(dtype));
    const { address } = block;
    const view = (): TypedArray => this.elements(dtype, address, length);
    const elements = view();
    elements.set(storage.elements);
    storage.move(elements, { heap: this, address, view });
    this.#tenancies.set(storage, { block, programs: 0 });
    this.#collected.register(storage, block, storage);
    return address;
  }

  /**
   * As {@link adopt}, for a program that knows the address: the storage stays until the program {@link release}s it.
   *
   * @throws ChainruleError `backend` when there is no room
   */
  hold(storage: Storage): number {
    const address = this.adopt(storage);
    this.#tenancies.get(storage)!.programs++;
    return address;
  }

  /** A program holds a storage no more. After the last one it moves out, into an array of its own, and its block is free. */
  release(storage: Storage): void {
    const tenancy = this.#tenancies.get(storage);
    if (!tenancy || --tenancy.programs > 0) return;
    storage.move(storage.elements.slice());
    this.#tenancies.delete(storage);
    this.#collected.unregister(storage);
    this.free(tenancy.block);
  }

  /** Sees to a free range of at least `bytes` at the end of the memory. */
  #grow(bytes: number): void {
    const missing = Math.ceil((bytes - this.#free.tail(this.#size)) / page);
    const possible = (this.limit - this.#size) / page;
    // Half as much again, or at least a step; if that is refused, exactly what is missing.
    const wish = Math.min(possible, Math.max(missing, growthPages, Math.ceil(this.#size / page / 2)));
    for (const pages of missing <= possible ? [wish, missing] : []) {
      try {
        this.memory.grow(pages);
      } catch {
        continue; // Refused: the next size is smaller.
      }
      const before = this.#size;
      const { buffer } = this.memory;
      this.#size = buffer.byteLength;
      this.#views = makeViews(buffer);
      this.#free.give(before, this.#size);
      return;
    }
    throw new ChainruleError(
      "backend",
      `There is no room for ${showBytes(bytes)} in the memory of compiled programs: ${showBytes(this.used)} are in use, and the engine gives ${showBytes(this.limit)} at most.`,
      "Use smaller batches, or dispose() of programs that are no longer needed.",
    );
  }
}

function createMemory(shared: boolean, pages: number): [memory: WebAssembly.Memory, limit: number] {
  let cause: unknown;
  for (const maximum of [pages, ...maximums.filter((smaller) => smaller < pages)]) {
    try {
      const initial = Math.min(initialPages, maximum);
      return [new WebAssembly.Memory({ initial, maximum, shared }), maximum * page];
    } catch (error) {
      cause = error; // Refused: the next size is smaller.
    }
  }
  throw new ChainruleError(
    "backend",
    "The engine gives compiled programs no memory.",
    "Close other pages or programs, or run eagerly.",
    { cause },
  );
}

const makeViews = (buffer: ArrayBuffer): Views => ({
  float32: new Float32Array(buffer),
  float64: new Float64Array(buffer),
  int32: new Int32Array(buffer),
  bool: new Uint8Array(buffer),
});

/** Whether the engine shares memory between threads: Node does, browsers in pages that are cross-origin isolated. */
export function canShareMemory(): boolean {
  if (typeof SharedArrayBuffer !== "function") return false;
  if ((globalThis as { crossOriginIsolated?: boolean }).crossOriginIsolated === false) return false;
  try {
    // An engine whose WebAssembly has no threads refuses this, or overlooks the word.
    const { buffer } = new WebAssembly.Memory({ initial: 0, maximum: 1, shared: true });
    return (buffer as ArrayBufferLike) instanceof SharedArrayBuffer;
  } catch {
    return false;
  }
}

/** Shared memory reserves its address space at once. Where that is refused, programs run on one thread. */
function makeHeap(): Heap {
  if (canShareMemory()) {
    try {
      return new Heap(true);
    } catch {
      // Memory that is not shared may do with less.
    }
  }
  return new Heap(false);
}

let heap: Heap | undefined;

/** The heap of the process, made when it is first asked for. */
export function theHeap(): Heap {
  heap ??= makeHeap();
  return heap;
}
