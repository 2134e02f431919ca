/** Getting a program's arguments to where its code reads them. */
import type { Buffer, Schedule } from "../../../core/schedule.ts";
import type { Storage } from "../../../core/storage.ts";
import { bytesPerElement, type DType } from "../../../shape/dtype.ts";
import { ChainruleError } from "../../../util/errors.ts";
import type { Block, Heap } from "../heap.ts";
import type { ProgramMemory } from "./memory.ts";
import type { Resources } from "./resources.ts";

/** Up to this many elements, a loop copies faster than the call that copies. */
export const fewElements = 32;

/** The argument at a position. */
export class Argument {
  readonly #index: number;
  readonly #dtype: DType;
  readonly #length: number;
  readonly #bytes: number;
  readonly #memory: ProgramMemory;
  readonly #resources: Resources;
  /** Where elements are copied to that do not lie in the heap. */
  #slot: Block | undefined;

  constructor(index: number, { dtype, length }: Buffer, memory: ProgramMemory, resources: Resources) {
    this.#index = index;
    this.#dtype = dtype;
    this.#length = length;
    this.#bytes = bytesPerElement(dtype);
    this.#memory = memory;
    this.#resources = resources;
  }

  /**
   * Points the program to the elements of a storage from `offset` on. A storage that comes for the second time moves into the
   * heap, unless its array is somebody else's or there is no room; others are copied.
   */
  set(storage: Storage, offset: number): void {
    const { heap } = this.#memory;
    const place = storage.place;
    if (place?.heap === heap) this.#memory.point(this.#index, place.address + offset * this.#bytes);
    else {
      const moves = storage.copied && !storage.borrowed;
      const address = moves ? adoptedBy(heap, storage) : undefined;
      storage.copied = true;
      if (address === undefined) this.#memory.point(this.#index, this.#copy(storage, offset));
      else this.#memory.point(this.#index, address + offset * this.#bytes);
    }
  }

  #copy(storage: Storage, offset: number): number {
    this.#slot ??= this.#resources.allocate(this.#length * this.#bytes);
    const { address } = this.#slot;
    const { elements } = storage;
    const all = this.#memory.heap.view(this.#dtype);
    const start = address / this.#bytes;
    if (this.#length <= fewElements) {
      for (let i = 0; i < this.#length; i++) all[start + i] = elements[offset + i];
    } else all.set(elements.subarray(offset, offset + this.#length), start);
    return address;
  }
}

/** Where the heap has taken a storage; undefined when it is full: that saves copies, and is not needed. */
function adoptedBy(heap: Heap, storage: Storage): number | undefined {
  try {
    return heap.adopt(storage);
  } catch (error) {
    if (error instanceof ChainruleError && error.code === "backend") return undefined;
    throw error;
  }
}

/** The arguments that a program reads, each with its position. */
export function argumentsOf(
  schedule: Schedule,
  memory: ProgramMemory,
  resources: Resources,
): readonly (readonly [position: number, argument: Argument])[] {
  return schedule.buffers.flatMap((buffer) =>
    buffer.home.kind === "argument"
      ? [[buffer.home.index, new Argument(buffer.home.index, buffer, memory, resources)] as const]
      : [],
  );
}
