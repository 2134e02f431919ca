import type { DType, TypedArray } from "../shape/dtype.ts";

/** Where a storage lies that compiled programs share with eager code. */
export interface Place {
  /** The memory that it lies in; programs over another one do not reach it. */
  readonly heap: object;
  /** Bytes from the start of that memory. */
  readonly address: number;
  /** The elements there, as an array over the memory as it is now. */
  view(): TypedArray;
}

let made = 0;

/** How many storages have been made: the serial number of the next one. */
export const storagesMade = (): number => made;

/** A block of elements that one or more tensors look at. */
export class Storage {
  readonly dtype: DType;
  readonly device = "cpu";
  /** Number of elements. */
  readonly length: number;
  /** Storages are numbered in the order in which they are made. */
  readonly serial: number = made++;
  /** Counts in-place changes, so that a backward pass notices that a value it remembered is gone. */
  version = 0;
  /** Whether the elements are an array that its owner writes to: they stay where they are, as he would lose sight of them. */
  borrowed = false;
  /** Whether a compiled program has read it before, by a copy. */
  copied = false;
  #elements: TypedArray;
  #place: Place | undefined;

  constructor(dtype: DType, elements: TypedArray, length = elements.length) {
    this.dtype = dtype;
    this.length = length;
    this.#elements = elements;
  }

  /**
   * The elements. Ask for them each time and keep no reference: a storage may move into the memory of compiled programs,
   * and memory that grows detaches every earlier view.
   */
  get elements(): TypedArray {
    const place = this.#place;
    // A detached array has no length.
    if (place !== undefined && this.#elements.length !== this.length) this.#elements = place.view();
    return this.#elements;
  }

  /** Where it lies in the memory of compiled programs; undefined while its elements are an array of their own. */
  get place(): Place | undefined {
    return this.#place;
  }

  /** Moves the storage: later readers see `elements` instead, which are those at `place` if one is given. */
  move(elements: TypedArray, place?: Place): void {
    this.#elements = elements;
    this.#place = place;
  }
}
