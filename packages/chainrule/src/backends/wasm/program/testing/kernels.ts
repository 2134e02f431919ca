/** Building blocks of kernels for tests. */
import type { Access, Buffer, Expr, LoopKernel, Store } from "../../../../core/schedule.ts";
import type { DType, TypedArray } from "../../../../shape/dtype.ts";
import { contiguousStrides, type Shape } from "../../../../shape/shape.ts";

let buffers = 0;

/** A buffer of its own; `home` says whether it is an argument. */
export const buffer = (dtype: DType, length: number, home: "arena" | "argument" = "arena"): Buffer => ({
  id: buffers++,
  dtype,
  length,
  home: home === "arena" ? { kind: "arena", at: 0 } : { kind: "argument", index: 0 },
});

/** The elements of a buffer in row-major order of a shape. */
export const dense = (of: Buffer, shape: Shape): Access => ({
  buffer: of,
  offset: 0,
  strides: contiguousStrides(shape),
});

export const load = (access: Access): Expr => ({ kind: "load", dtype: access.buffer.dtype, access });

export const number = (value: number, dtype: DType = "float32"): Expr => ({ kind: "number", dtype, value });

export const loopKernel = (shape: Shape, stores: readonly Store[]): LoopKernel => ({
  kind: "loop",
  label: "loop",
  shape,
  stores,
});

/** Elements for buffers, zeros unless they are given. */
export class Elements {
  readonly map = new Map<Buffer, TypedArray>();

  add(dtype: DType, elements: ArrayLike<number>, home?: "argument"): Buffer {
    const constructors = {
      float32: Float32Array,
      float64: Float64Array,
      int32: Int32Array,
      bool: Uint8Array,
    };
    const added = buffer(dtype, elements.length, home);
    this.map.set(added, constructors[dtype].from(elements));
    return added;
  }

  zeros(dtype: DType, length: number): Buffer {
    return this.add(dtype, new Array<number>(length).fill(0));
  }

  /** The same elements in arrays of their own. */
  copy(): Map<Buffer, TypedArray> {
    return new Map([...this.map].map(([key, elements]) => [key, elements.slice()]));
  }
}
