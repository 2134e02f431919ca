import type { DType, TypedArray } from "../shape/dtype.ts";

/** A block of elements that one or more tensors look at. */
export class Storage {
  readonly dtype: DType;
  readonly device = "cpu";
  /** Counts in-place changes, so that a backward pass notices that a value it remembered is gone. */
  version = 0;
  #elements: TypedArray;

  constructor(dtype: DType, elements: TypedArray) {
    this.dtype = dtype;
    this.#elements = elements;
  }

  /**
   * The elements. Ask for them each time and keep no reference: a storage may move into the memory of compiled programs,
   * and memory that grows detaches every earlier view.
   */
  get elements(): TypedArray {
    return this.#elements;
  }

  /** Moves the storage: later readers see `elements` instead. */
  move(elements: TypedArray): void {
    this.#elements = elements;
  }
}
