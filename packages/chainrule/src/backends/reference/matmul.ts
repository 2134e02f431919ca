import type { Spec, Tensor } from "../../core/tensor.ts";
import type { TypedArray } from "../../shape/dtype.ts";
import { fresh } from "./loops.ts";

/** [b, m, k] · [b, k, n] → [b, m, n], as the textbook's three loops; sums in float64, rounded once. */
export function matmul(a: Tensor, b: Tensor, out: Spec): Tensor {
  const y = fresh(out);
  const [batches, m, n] = out.shape;
  const k = a.shape[2];
  const [ab, am, ak] = a.strides;
  const [bb, bk, bn] = b.strides;
  const integers = out.dtype === "int32";
  for (let batch = 0; batch < batches; batch++) {
    const left = a.offset + batch * ab;
    const right = b.offset + batch * bb;
    const product = integers ? integerProduct : realProduct;
    product(
      a.storage.elements,
      left,
      am,
      ak,
      b.storage.elements,
      right,
      bk,
      bn,
      y.storage.elements,
      batch * m * n,
      m,
      n,
      k,
    );
  }
  return y;
}

type Product = (
  a: TypedArray, aStart: number, am: number, ak: number,
  b: TypedArray, bStart: number, bk: number, bn: number,
  y: TypedArray, at: number, m: number, n: number, k: number,
) => void; // biome-ignore format: an operand a line

const realProduct: Product = (a, aStart, am, ak, b, bStart, bk, bn, y, at, m, n, k) => {
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let p = 0, u = aStart + i * am, v = bStart + j * bn; p < k; p++, u += ak, v += bk)
        sum += a[u] * b[v];
      y[at++] = sum;
    }
  }
};

const integerProduct: Product = (a, aStart, am, ak, b, bStart, bk, bn, y, at, m, n, k) => {
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let p = 0; p < k; p++)
        sum = (sum + Math.imul(a[aStart + i * am + p * ak], b[bStart + p * bk + j * bn])) | 0;
      y[at++] = sum;
    }
  }
};
