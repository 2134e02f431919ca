import type { Operand } from "../../core/op.ts";
import { type Spec, Tensor } from "../../core/tensor.ts";
import type { TypedArray } from "../../shape/dtype.ts";
import { numel } from "../../shape/shape.ts";
import { ChainruleError } from "../../util/errors.ts";
import { copyInto, forEachRow, fresh, reader } from "./loops.ts";

/** From this many neighbours on, a block copy is quicker than a loop. */
const BLOCK = 48;

/** n elements from one place to another, by steps. */
function copyRow(
  x: TypedArray,
  i: number,
  di: number,
  y: TypedArray,
  o: number,
  dy: number,
  n: number,
): void {
  if (n >= BLOCK && di === 1 && dy === 1) y.set(x.subarray(i, i + n), o);
  else for (let k = 0; k < n; k++, i += di, o += dy) y[o] = x[i];
}

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
    if (dj === 0) {
      // One place for the whole row: indexSelect, the lookup of an embedding.
      const place = places[j];
      checkIndex(place, size, dim);
      copyRow(source, i + place * along, di, target, o, dy, n);
      return;
    }
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
  if (mode === "add" && out.dtype === "bool") {
    // Bytes would overflow: count first.
    copyInto(scatter(mode, x, dim, index, source, { shape: out.shape, dtype: "int32" }), y);
    return y;
  }
  copyBase(x, y);
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
      if (dj === 0) {
        const place = places[j];
        checkIndex(place, size, dim);
        o += place * along;
        if (!adds) copyRow(from.elements, i, di, target, o, dy, n);
        else for (let k = 0; k < n; k++, i += di, o += dy) target[o] += from.elements[i];
        return;
      }
      for (let k = 0; k < n; k++, i += di, j += dj, o += dy) {
        const place = places[j];
        checkIndex(place, size, dim);
        const to = o + place * along;
        target[to] = adds ? target[to] + from.elements[i] : from.elements[i];
      }
    },
  );
  if (out.dtype === "bool") for (let k = 0; k < target.length; k++) target[k] = target[k] === 0 ? 0 : 1;
  return y;
}

/** What the scattering starts from; often one number for all places, as in derivatives. */
function copyBase(x: Tensor, y: Tensor): void {
  const one = x.numel > 0 && x.strides.every((stride, d) => stride === 0 || x.shape[d] === 1);
  if (!one) copyInto(x, y);
  else if (x.storage.elements[x.offset] !== 0) copyInto(x.storage.elements[x.offset], y);
}

/** Stable; NaN counts as the largest. */
export function argsort(x: Tensor, dim: number, descending: boolean, out: Spec): Tensor {
  const y = fresh(out);
  if (numel(x.shape) === 0) return y;
  const target = y.storage.elements;
  const source = x.storage.elements;
  const size = x.shape[dim] ?? 1;
  const along = x.strides[dim] ?? 0;
  const toAlong = y.strides[dim] ?? 0;
  const outer = x.shape.map((s, d) => (d === dim ? 1 : s));
  const sorter = new Sorter(size);
  const sign = descending ? -1 : 1;
  forEachRow(outer, [x.strides, y.strides], [x.offset, 0], ([at, to], [dx, dy], n) => {
    for (let k = 0; k < n; k++, at += dx, to += dy) {
      for (let j = 0; j < size; j++) sorter.keys[j] = sign * source[at + j * along];
      const order = sorter.sort(descending);
      for (let j = 0; j < size; j++) target[to + j * toAlong] = order[j];
    }
  });
  return y;
}

/** Sorts the places of keys by merging, with its memory used again for row after row. */
class Sorter {
  readonly keys: Float64Array;
  #from: Int32Array;
  #to: Int32Array;

  constructor(size: number) {
    this.keys = new Float64Array(size);
    this.#from = new Int32Array(size);
    this.#to = new Int32Array(size);
  }

  /** Places of the keys in ascending order; those of NaN at one end. */
  sort(nanFirst: boolean): Int32Array {
    const { keys } = this;
    const size = keys.length;
    let from = this.#from;
    let to = this.#to;
    let nans = 0;
    for (let j = 0; j < size; j++) if (Number.isNaN(keys[j])) nans++;
    const start = nanFirst ? nans : 0;
    const end = start + size - nans;
    for (let j = 0, o = start, q = nanFirst ? 0 : end; j < size; j++)
      from[Number.isNaN(keys[j]) ? q++ : o++] = j;
    to.set(from);
    // Short runs by insertion, then twice as long ones by merging until there is one.
    const RUN = 8;
    for (let a = start; a < end; a += RUN) insertionSort(keys, from, a, Math.min(a + RUN, end));
    for (let run = RUN; run < end - start; run *= 2) {
      for (let a = start; a < end; a += 2 * run) {
        merge(keys, from, to, a, Math.min(a + run, end), Math.min(a + 2 * run, end));
      }
      [from, to] = [to, from];
    }
    [this.#from, this.#to] = [from, to];
    return from;
  }
}

function insertionSort(keys: Float64Array, order: Int32Array, start: number, end: number): void {
  for (let a = start + 1; a < end; a++) {
    const place = order[a];
    const key = keys[place];
    let b = a - 1;
    for (; b >= start && keys[order[b]] > key; b--) order[b + 1] = order[b];
    order[b + 1] = place;
  }
}

/** Merges the sorted runs [a, middle) and [middle, end). */
function merge(
  keys: Float64Array,
  from: Int32Array,
  to: Int32Array,
  a: number,
  middle: number,
  end: number,
): void {
  let b = middle;
  for (let o = a, i = a; o < end; o++) {
    if (i < middle && (b >= end || keys[from[i]] <= keys[from[b]])) to[o] = from[i++];
    else to[o] = from[b++];
  }
}

export function nonzero(x: Tensor): Tensor {
  const source = x.storage.elements;
  const rank = x.shape.length;
  let count = 0;
  forEachRow(x.shape, [x.strides], [x.offset], ([at], [step], n) => {
    for (let k = 0, i = at; k < n; k++, i += step) if (source[i] !== 0) count++;
  });
  const found = new Int32Array(count * rank);
  const place = new Array<number>(rank).fill(0);
  let o = 0;
  const walk = (dim: number, at: number): void => {
    const size = x.shape[dim];
    const step = x.strides[dim];
    if (dim < rank - 1) {
      for (let i = 0; i < size; i++) {
        place[dim] = i;
        walk(dim + 1, at + i * step);
      }
      return;
    }
    for (let i = 0; i < size; i++, at += step) {
      if (source[at] === 0) continue;
      for (let d = 0; d < dim; d++) found[o++] = place[d];
      found[o++] = i;
    }
  };
  if (rank > 0 && count > 0) walk(0, x.offset);
  return Tensor.over(found, [count, rank], "int32");
}
