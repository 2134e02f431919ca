import type { Spec, Tensor } from "../../core/tensor.ts";
import type { TypedArray } from "../../shape/dtype.ts";
import { fresh } from "./loops.ts";

/**
 * [b, m, k] · [b, k, n] → [b, m, n], as the textbook's three loops. A sum grows term by term in its dtype, product and sum
 * rounded once (a fused multiply–add), as in the libraries under PyTorch: float32 gives the same bits for short sums.
 */
export function matmul(a: Tensor, b: Tensor, out: Spec): Tensor {
  const y = fresh(out);
  const [batches, m, n] = out.shape;
  const k = a.shape[2];
  const [ab, am, ak] = a.strides;
  const [bb, bk, bn] = b.strides;
  const product = out.dtype === "int32" ? integerProduct : out.dtype === "float32" ? product32 : product64;
  for (let batch = 0; batch < batches; batch++) {
    const left = a.offset + batch * ab;
    const right = b.offset + batch * bb;
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

const product32: Product = (a, aStart, am, ak, b, bStart, bk, bn, y, at, m, n, k) => {
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      let sum = 0;
      // The product of two float32 numbers is exact in float64.
      for (let p = 0, u = aStart + i * am, v = bStart + j * bn; p < k; p++, u += ak, v += bk)
        sum = Math.fround(a[u] * b[v] + sum);
      y[at++] = sum;
    }
  }
};

const product64: Product = (a, aStart, am, ak, b, bStart, bk, bn, y, at, m, n, k) => {
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
