import type { Operand } from "../../core/op.ts";
import { type Spec, Tensor, visit } from "../../core/tensor.ts";
import { contiguousStrides, numel } from "../../shape/shape.ts";
import { ChainruleError } from "../../util/errors.ts";
import { copyInto, forEachRow, fresh, reader } from "./loops.ts";

/** Throws on the first index that is not in [0, size). */
function checkIndex(index: number, size: number, dim: number): void {
  if (index >= 0 && index < size) return;
  throw new ChainruleError(
    "index",
    `Index ${index} is out of range for dimension ${dim} of size ${size}.`,
    size === 0 ? "The dimension is empty." : `Indices run from 0 to ${size - 1}.`,
  );
}

export function gather(x: Tensor, dim: number, index: Tensor, out: Spec): Tensor {
  const y = fresh(out);
  const target = y.storage.elements;
  const source = x.storage.elements;
  const places = index.storage.elements;
  const size = x.shape[dim] ?? 1;
  const along = x.strides[dim] ?? 0;
  const others = index.shape.map((_, d) => (d === dim ? 0 : x.strides[d]));
  forEachRow(index.shape, [others, index.strides, y.strides], [x.offset, index.offset, 0], (at, by, n) => {
    let [i, j, o] = at;
    const [di, dj, dy] = by;
    for (let k = 0; k < n; k++, i += di, j += dj, o += dy) {
      const place = places[j];
      checkIndex(place, size, dim);
      target[o] = source[i + place * along];
    }
  });
  return y;
}

export function scatter(
  mode: "add" | "set",
  x: Tensor,
  dim: number,
  index: Tensor,
  source: Operand,
  out: Spec,
): Tensor {
  const y = fresh(out);
  copyInto(x, y);
  const target = y.storage.elements;
  const places = index.storage.elements;
  const size = y.shape[dim] ?? 1;
  const along = y.strides[dim] ?? 0;
  const others = index.shape.map((_, d) => (d === dim ? 0 : y.strides[d]));
  // The source may be larger than the index: then its leading corner is used.
  const from =
    typeof source === "number"
      ? reader(source, index.shape)
      : { elements: source.storage.elements, strides: source.strides, offset: source.offset };
  const adds = mode === "add";
  forEachRow(
    index.shape,
    [from.strides, index.strides, others],
    [from.offset, index.offset, 0],
    (at, by, n) => {
      let [i, j, o] = at;
      const [di, dj, dy] = by;
      for (let k = 0; k < n; k++, i += di, j += dj, o += dy) {
        const place = places[j];
        checkIndex(place, size, dim);
        const to = o + place * along;
        target[to] = adds ? target[to] + from.elements[i] : from.elements[i];
      }
    },
  );
  return y;
}

export function argsort(x: Tensor, dim: number, descending: boolean, out: Spec): Tensor {
  const y = fresh(out);
  if (numel(x.shape) === 0) return y;
  const target = y.storage.elements;
  const source = x.storage.elements;
  const size = x.shape[dim] ?? 1;
  const along = x.strides[dim] ?? 0;
  const toAlong = y.strides[dim] ?? 0;
  const outer = x.shape.map((s, d) => (d === dim ? 1 : s));
  const order = new Int32Array(size);
  forEachRow(outer, [x.strides, y.strides], [x.offset, 0], ([at, to], [dx, dy], n) => {
    for (let k = 0; k < n; k++) {
      const base = at + k * dx;
      for (let j = 0; j < size; j++) order[j] = j;
      order.sort((p, q) => {
        const a = source[base + p * along];
        const b = source[base + q * along];
        const rising = a === b ? 0 : a !== a ? (b !== b ? 0 : 1) : b !== b ? -1 : a < b ? -1 : 1;
        return (descending ? -rising : rising) || p - q;
      });
      for (let j = 0; j < size; j++) target[to + k * dy + j * toAlong] = order[j];
    }
  });
  return y;
}

export function nonzero(x: Tensor): Tensor {
  const found: number[] = [];
  const source = x.storage.elements;
  const strides = contiguousStrides(x.shape);
  let position = 0;
  visit(x.shape, x.strides, x.offset, (at) => {
    if (source[at] !== 0)
      for (let d = 0; d < strides.length; d++) found.push(Math.floor(position / strides[d]) % x.shape[d]);
    position++;
  });
  const rank = x.shape.length;
  const count = rank === 0 ? Number(source[x.offset] !== 0) : found.length / rank;
  return Tensor.over(Int32Array.from(found), [count, rank], "int32");
}
