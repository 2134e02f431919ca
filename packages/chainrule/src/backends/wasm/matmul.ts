import type { Interpreter } from "../../core/primitives.ts";
import { Tensor } from "../../core/tensor.ts";
import { allocate, isFloating } from "../../shape/dtype.ts";
import { numel } from "../../shape/shape.ts";
import { gemm, gemmIsWorthIt } from "./gemm.ts";
import type { FloatArray } from "./workspace.ts";

/**
 * Products of floating matrices by generated kernels where they are faster, and by `otherwise` where they are not: small
 * ones, whole numbers, engines without WebAssembly SIMD.
 *
 * @param worthIt decides by the sizes m, n and k; tests give one that never says no
 */
export const matmulOr =
  (otherwise: Interpreter["matmul"], worthIt = gemmIsWorthIt): Interpreter["matmul"] =>
  (a, b, out) => {
    const [batches, m, n] = out.shape;
    const k = a.shape[2];
    const { dtype } = out;
    if (!isFloating(dtype) || !worthIt(m, n, k)) return otherwise(a, b, out);
    const y = allocate(dtype, numel(out.shape)) as FloatArray;
    const [ab, am, ak] = a.strides;
    const [bb, bk, bn] = b.strides;
    const left = a.storage.elements as FloatArray;
    const right = b.storage.elements as FloatArray;
    for (let i = 0; i < batches; i++) {
      const type = dtype as "float32" | "float64";
      gemm(type, m, n, k, left, a.offset + i * ab, am, ak, right, b.offset + i * bb, bk, bn, y, i * m * n);
    }
    return Tensor.over(y, out.shape, dtype);
  };
