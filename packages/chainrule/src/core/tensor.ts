import type { DType, TypedArray } from "../shape/dtype.ts";
import { contiguousStrides, isContiguous, numel, type Shape, showShape } from "../shape/shape.ts";
import { attachMethods } from "../util/define.ts";
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
 * An array of numbers of any rank that can record how it was computed, as `torch.Tensor`. {@link tensor} makes one. Its methods
 * are attached by the modules of `src/ops` (one family of operations each) and `src/autograd`.
 *
 * @example
 * const x = tensor([[1, 2, 3], [4, 5, 6]], { requiresGrad: true });
 * x.shape; // → [2, 3]
 * x.square().sum().backward();
 * x.grad; // → tensor([[2., 4., 6.], [8., 10., 12.]])
 */
export class Tensor implements Spec {
  /** The block of elements that it looks at. Views of one tensor share it. */
  readonly storage: Storage;
  /** Sizes of the dimensions, outermost first; `[]` for a single number. */
  readonly shape: Shape;
  /** Steps in elements of the storage, one a dimension; 0 repeats, as in an expanded view. */
  readonly strides: readonly number[];
  /** The place of its first element in the storage. */
  readonly offset: number;
  /** The type of its elements, which is the storage's. */
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

  /**
   * A contiguous tensor over fresh elements, taken without a copy, for ops: nothing is checked. {@link fromTypedArray} is for arrays
   * of users.
   *
   * @example
   * const elements = Int32Array.of(1, 2, 3, 4);
   * const x = Tensor.over(elements, [2, 2], "int32");
   * x.data === elements; // → true
   */
  static over(elements: TypedArray, shape: Shape, dtype: DType): Tensor {
    return new Tensor(new Storage(dtype, elements), shape, contiguousStrides(shape), 0);
  }

  /**
   * The accumulated gradient of a leaf (or after `retainGrad()`), in its shape and dtype, filled in by `backward()`; null before that.
   * It can be assigned: null forgets it.
   *
   * @throws ChainruleError `autograd` when a compiled function computed it and did not keep it
   *
   * @example
   * const w = tensor([1, 2], { requiresGrad: true });
   * w.grad; // → null
   * w.sum().backward();
   * w.sum().backward();
   * w.grad; // → tensor([2., 2.])
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

  /**
   * Notes that the gradient was computed and not kept: reading `grad` is an error until it is assigned. Compiled functions do so.
   *
   * @example
   * const w = tensor(1, { requiresGrad: true });
   * w.dropGrad();
   * w.grad; // throws autograd: … computed inside a compiled function and not kept
   * w.grad = null; // from here on it can be read again
   */
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

  /**
   * Number of elements.
   *
   * @example
   * zeros([2, 3]).numel; // → 6
   * tensor(7).numel; // → 1
   */
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

  /**
   * Whether it was made by the user rather than by an op that recorded its derivative, as `torch.Tensor.is_leaf`.
   *
   * @example
   * const w = tensor([1, 2], { requiresGrad: true });
   * w.isLeaf; // → true
   * w.mul(2).isLeaf; // → false
   * w.mul(2).detach().isLeaf; // → true
   */
  get isLeaf(): boolean {
    return this.node === null || this.node.op === null;
  }

  /**
   * Whether its elements lie in row-major order without gaps, as `torch.Tensor.is_contiguous`.
   *
   * @example
   * const x = tensor([[1, 2], [3, 4]]);
   * x.t().isContiguous; // → false
   * x.t().contiguous().isContiguous; // → true
   */
  get isContiguous(): boolean {
    return isContiguous(this.shape, this.strides);
  }

  /**
   * The elements in row-major order: the live storage where the tensor covers it contiguously, else a copy. Treat it as
   * read-only: writes are not seen by version counters. What lies in the memory of compiled programs is copied: that memory is
   * used again when the tensor is gone.
   *
   * @example
   * const x = tensor([[1, 2], [3, 4]]);
   * x.data; // → Float32Array(4) [1, 2, 3, 4]
   * x.t().data; // → Float32Array(4) [1, 3, 2, 4]
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

  /**
   * The one element, as a number (a bool gives 0 or 1).
   *
   * @throws ChainruleError `shape` when there is not exactly one
   *
   * @example
   * tensor([[3]]).item(); // → 3
   * tensor(0.1).item(); // → 0.10000000149011612
   * tensor([1, 2]).item(); // throws shape: … this tensor of shape [2] has 2
   */
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

  /**
   * Nested arrays of numbers (of booleans for a bool tensor); a bare number for a tensor without dimensions.
   *
   * @example
   * tensor([[1, 2], [3, 4]]).toArray(); // → [[1, 2], [3, 4]]
   * tensor([1, 2]).gt(1).toArray(); // → [false, true]
   * tensor(7).toArray(); // → 7
   */
  toArray(): NestedArray {
    const all = this.#readElements("toArray()");
    const build = (dim: number, at: number): NestedArray => {
      if (dim === this.shape.length) return this.dtype === "bool" ? all[at] !== 0 : all[at];
      return Array.from({ length: this.shape[dim] }, (_, i) => build(dim + 1, at + i * this.strides[dim]));
    };
    return build(0, this.offset);
  }

  /**
   * What `JSON.stringify` writes of a tensor: {@link toArray}. JSON has no NaN and no infinity, and writes null for them.
   *
   * @example
   * JSON.stringify({ loss: tensor(0.5), y: tensor([[1, 2]]) }); // → '{"loss":0.5,"y":[[1,2]]}'
   */
  toJSON(): NestedArray {
    return this.toArray();
  }

  /**
   * A tensor in a text is its `toString()`.
   *
   * @throws ChainruleError `argument` where a number is wanted, as by `+x` and `x > y`: JavaScript would compare texts
   *
   * @example
   * `${tensor([1, 2])}`; // → 'tensor([1., 2.])'
   * tensor(10).gt(9).item(); // → 1
   */
  [Symbol.toPrimitive](hint: string): string {
    // With "default" it may be `"loss " + x`, which is harmless, or `x + y`, whose text shows the mistake.
    if (hint !== "number") return this.toString();
    throw new ChainruleError(
      "argument",
      "A tensor stands where JavaScript wants a number.",
      "Read it by item(), or compute by sub(), gt() and their kin.",
    );
  }

  /**
   * The elements in row-major order, copied, on whatever device they are.
   *
   * @example
   * await tensor([[1, 2], [3, 4]]).t().read(); // → Float32Array(4) [1, 3, 2, 4]
   */
  async read(): Promise<TypedArray> {
    return this.data.slice();
  }

  /** The elements of the storage, for the host: a recorder may know that they are going to be others. */
  #readElements(reader: string): TypedArray {
    recording?.valueRead(this, reader);
    return this.storage.elements;
  }

  /**
   * The same elements under a new identity, without history. Shares storage, as `torch.Tensor.detach`.
   *
   * @example
   * const w = tensor([1, 2], { requiresGrad: true });
   * const plain = w.mul(3).detach();
   * plain.requiresGrad; // → false
   * plain; // → tensor([3., 6.])
   */
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
  attachMethods(Tensor.prototype, methods);
}
