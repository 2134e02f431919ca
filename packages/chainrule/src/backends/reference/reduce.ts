import type { Reduction, Scan } from "../../core/primitives.ts";
import type { Spec, Tensor } from "../../core/tensor.ts";
import { isFloating } from "../../shape/dtype.ts";
import { contiguousStrides, numel } from "../../shape/shape.ts";
import { forEachRow, fresh } from "./loops.ts";
import { folds } from "./scalars.ts";
import { sum } from "./sum.ts";

/**
 * Sums of floating numbers keep PyTorch's order (sum.ts); other folds are made in float64, and rounded once at the end. The
 * order of the elements depends on nothing but shape and layout.
 */
export function reduce(op: Reduction, x: Tensor, dims: readonly number[], out: Spec): Tensor {
  if (op === "argmax" || op === "argmin") return argument(op, x, dims, out);
  if (op === "sum" && isFloating(out.dtype)) return sum(x, dims, out);
  const y = fresh(out);
  const target = y.storage.elements;
  const source = x.storage.elements;
  const { start, step } = folds[op];
  const count = y.numel;
  const sums = new Float64Array(count).fill(start);
  // The result seen in the shape of x: reduced dimensions have stride 0, so that all their elements meet at one place.
  const kept = x.shape.map((size, d) => (dims.includes(d) ? 1 : size));
  const strides = contiguousStrides(kept).map((s, d) => (dims.includes(d) ? 0 : s));
  const isInt = op === "prod" && out.dtype === "int32";
  forEachRow(x.shape, [x.strides, strides], [x.offset, 0], ([at, to], [dx, dy], n) => {
    let i = at;
    if (dy === 0) {
      let total = sums[to];
      if (isInt) for (let k = 0; k < n; k++, i += dx) total = Math.imul(total, source[i]);
      else for (let k = 0; k < n; k++, i += dx) total = step(total, source[i]);
      sums[to] = total;
      return;
    }
    let o = to;
    if (isInt) for (let k = 0; k < n; k++, i += dx, o += dy) sums[o] = Math.imul(sums[o], source[i]);
    else for (let k = 0; k < n; k++, i += dx, o += dy) sums[o] = step(sums[o], source[i]);
  });
  if (out.dtype === "bool") for (let i = 0; i < count; i++) target[i] = sums[i] !== 0 ? 1 : 0;
  else target.set(sums);
  return y;
}

/** First position of the extreme along the one dimension `dims[0]`; NaN counts as the extreme, as in PyTorch. */
function argument(op: "argmax" | "argmin", x: Tensor, dims: readonly number[], out: Spec): Tensor {
  const y = fresh(out);
  const target = y.storage.elements;
  const source = x.storage.elements;
  const sign = op === "argmax" ? 1 : -1;
  const dim = dims[0];
  const size = x.shape[dim];
  const along = x.strides[dim];
  const outer = x.shape.map((s, d) => (d === dim ? 1 : s));
  forEachRow(outer, [x.strides, contiguousStrides(outer)], [x.offset, 0], ([at, to], [dx, dy], n) => {
    for (let k = 0; k < n; k++) {
      const base = at + k * dx;
      let best = 0;
      let extreme = source[base];
      for (let j = 1; j < size && extreme === extreme; j++) {
        const value = source[base + j * along];
        if (sign * value > sign * extreme || value !== value) {
          best = j;
          extreme = value;
        }
      }
      target[to + k * dy] = best;
    }
  });
  return y;
}

export function scan(op: Scan, x: Tensor, dim: number, out: Spec): Tensor {
  const y = fresh(out);
  if (numel(x.shape) === 0) return y;
  const target = y.storage.elements;
  const source = x.storage.elements;
  const size = x.shape[dim] ?? 1;
  const along = x.strides[dim] ?? 0;
  const toAlong = y.strides[dim] ?? 0;
  const { start, step } = folds[op];
  const outer = x.shape.map((s, d) => (d === dim ? 1 : s));
  forEachRow(outer, [x.strides, y.strides], [x.offset, 0], ([at, to], [dx, dy], n) => {
    for (let k = 0; k < n; k++) {
      let total = start;
      for (let j = 0; j < size; j++) {
        total = step(total, source[at + k * dx + j * along]);
        target[to + k * dy + j * toAlong] = total;
      }
    }
  });
  return y;
}
