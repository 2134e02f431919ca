import type { DType, TypedArray } from "../shape/dtype.ts";
import { contiguousStrides, isContiguous, numel, type Shape, showShape } from "../shape/shape.ts";
import { ChainruleError } from "../util/errors.ts";
import type { Node } from "./node.ts";
import { changes, recording } from "./recording.ts";
import { Storage } from "./storage.ts";

/** Shape and dtype of a result, known before it is computed. */
export interface Spec {
  readonly shape: Shape;
  readonly dtype: DType;
}

/** Nested arrays of equal lengths; bool tensors give booleans. */
export type NestedArray = number | boolean | NestedArray[];

/**
 * An array of numbers of any rank that can record how it was computed. Its methods are attached by the modules of
 * `src/ops` (one family of operations each) and `src/autograd`.
 */
export class Tensor implements Spec {
  readonly storage: Storage;
  readonly shape: Shape;
  /** Steps in elements of the storage, one a dimension; 0 repeats, as in an expanded view. */
  readonly strides: readonly number[];
  readonly offset: number;
  readonly dtype: DType;
  /** How it was computed, or where its gradient is collected; null when no gradient is required. */
  node: Node | null = null;
  /** undefined where there is a gradient that nobody kept. */
  #grad: Tensor | null | undefined = null;

  constructor(storage: Storage, shape: Shape, strides: readonly number[], offset: number) {
    this.storage = storage;
    this.shape = shape;
    this.strides = strides;
    this.offset = offset;
    this.dtype = storage.dtype;
  }

  /** A contiguous tensor over fresh elements, taken without a copy. */
  static over(elements: TypedArray, shape: Shape, dtype: DType): Tensor {
    return new Tensor(new Storage(dtype, elements), shape, contiguousStrides(shape), 0);
  }

  /**
   * The accumulated gradient of a leaf (or after `retainGrad()`), filled in by `backward()`.
   *
   * @throws ChainruleError `autograd` when a compiled function computed it and did not keep it
   */
  get grad(): Tensor | null {
    recording?.gradRead(this);
    if (this.#grad === undefined) {
      throw new ChainruleError(
        "autograd",
        "The gradient of this tensor was computed inside a compiled function and not kept.",
        "Compile it by compile(fn, { keepGrads: true }), or call zeroGrad() before the next backward pass.",
      );
    }
    return this.#grad;
  }

  set grad(gradient: Tensor | null) {
    this.#hold(gradient ?? null); // callers without types may say undefined
  }

  /** Where `grad` lies; null when there is none, undefined when it was dropped. Looking at it tells no recorder. */
  get gradStorage(): Storage | null | undefined {
    return this.#grad ? this.#grad.storage : this.#grad;
  }

  /** Notes that the gradient was computed and not kept: reading `grad` is an error until it is assigned. */
  dropGrad(): void {
    this.#hold(undefined);
  }

  #hold(gradient: Tensor | null | undefined): void {
    const before = this.#grad;
    this.#grad = gradient;
    if (recording) recording.gradChanged(this, before);
    else if (gradient !== before) changes.count++;
  }

  /** Number of dimensions. */
  get ndim(): number {
    return this.shape.length;
  }

  /** Number of elements. */
  get numel(): number {
    return numel(this.shape);
  }

  /** Where the elements live. */
  get device(): "cpu" {
    return this.storage.device;
  }

  /** Whether `backward()` reaches this tensor. */
  get requiresGrad(): boolean {
    return this.node !== null;
  }

  /** Whether it was made by the user rather than by an op that recorded its derivative. */
  get isLeaf(): boolean {
    return this.node === null || this.node.op === null;
  }

  /** Whether its elements lie in row-major order without gaps. */
  get isContiguous(): boolean {
    return isContiguous(this.shape, this.strides);
  }

  /**
   * The elements in row-major order: the live storage where the tensor covers it contiguously, else a copy. Treat it as
   * read-only: writes are not seen by version counters. What lies in the memory of compiled programs is copied: that memory is
   * used again when the tensor is gone.
   */
  get data(): TypedArray {
    const all = this.#readElements("data");
    const count = this.numel;
    if (this.isContiguous) {
      if (this.storage.place) return all.slice(this.offset, this.offset + count);
      return this.offset === 0 && all.length === count ? all : all.subarray(this.offset, this.offset + count);
    }
    const out = new (all.constructor as new (n: number) => TypedArray)(count);
    let i = 0;
    visit(this.shape, this.strides, this.offset, (at) => {
      out[i++] = all[at];
    });
    return out;
  }

  /** The one element, as a number (a bool gives 0 or 1). Throws when there is not exactly one. */
  item(): number {
    if (this.numel !== 1) {
      throw new ChainruleError(
        "shape",
        `item() reads one number, and this tensor of shape ${showShape(this.shape)} has ${this.numel}.`,
        "Reduce it first (mean(), sum(), at(i)), or read all of it by toArray().",
      );
    }
    return this.#readElements("item()")[this.offset];
  }

  /** Nested arrays of numbers (of booleans for a bool tensor); a bare number for a tensor without dimensions. */
  toArray(): NestedArray {
    const all = this.#readElements("toArray()");
    const build = (dim: number, at: number): NestedArray => {
      if (dim === this.shape.length) return this.dtype === "bool" ? all[at] !== 0 : all[at];
      return Array.from({ length: this.shape[dim] }, (_, i) => build(dim + 1, at + i * this.strides[dim]));
    };
    return build(0, this.offset);
  }

  /** The elements in row-major order, copied, on whatever device they are. */
  async read(): Promise<TypedArray> {
    return this.data.slice();
  }

  /** The elements of the storage, for the host: a recorder may know that they are going to be others. */
  #readElements(reader: string): TypedArray {
    recording?.valueRead(this, reader);
    return this.storage.elements;
  }

  /** The same elements under a new identity, without history. Shares storage, as `torch.Tensor.detach`. */
  detach(): Tensor {
    return new Tensor(this.storage, this.shape, this.strides, this.offset);
  }
}

/** Calls `at` with the storage index of each element, in row-major order. */
export function visit(
  shape: Shape,
  strides: readonly number[],
  offset: number,
  at: (index: number) => void,
): void {
  const walk = (dim: number, base: number): void => {
    if (dim === shape.length) return at(base);
    for (let i = 0; i < shape[dim]; i++) walk(dim + 1, base + i * strides[dim]);
  };
  walk(0, offset);
}

/** Attaches methods to every tensor. Each family declares its own by augmenting the interface `Tensor`. */
export function defineMethods(methods: Partial<Tensor> & ThisType<Tensor>): void {
  for (const [key, descriptor] of Object.entries(Object.getOwnPropertyDescriptors(methods))) {
    Object.defineProperty(Tensor.prototype, key, { ...descriptor, enumerable: false, configurable: true });
  }
}
