/**
 * Sums of floating numbers in the order in which PyTorch adds them, so that float32 gives the same bits: pairwise in blocks
 * (a cascade of four levels), over vectors of 256 bits, four of them side by side where there is but one result. As exact as
 * pairwise summation. N. Higham, The accuracy of floating point summation, SIAM J. Sci. Comput. 1993.
 */
import type { Spec, Tensor } from "../../core/tensor.ts";
import type { TypedArray } from "../../shape/dtype.ts";
import { contiguousStrides } from "../../shape/shape.ts";
import { fresh } from "./loops.ts";

type Reals = Float32Array | Float64Array;

const LEVELS = 4;
/** Rows that are added side by side where a result has a row of its own. */
const SIDE_BY_SIDE = 4;

/** A dimension, or several that lie evenly: steps of the operand and of the result (0 where it is summed). */
interface Axis {
  size: number;
  step: number;
  outStep: number;
  summed: boolean;
}

/** The dimensions from the smallest step to the largest, neighbours merged where they lie evenly. */
function axesOf(x: Tensor, dims: readonly number[]): Axis[] {
  const kept = x.shape.map((size, d) => (dims.includes(d) ? 1 : size));
  const outStrides = contiguousStrides(kept);
  const axes: Axis[] = [];
  for (let d = x.shape.length - 1; d >= 0; d--) {
    if (x.shape[d] === 1) continue;
    const summed = dims.includes(d);
    axes.push({ size: x.shape[d], step: x.strides[d], outStep: summed ? 0 : outStrides[d], summed });
  }
  axes.sort((a, b) => a.step - b.step);
  const merged: Axis[] = [];
  for (const axis of axes) {
    const last = merged[merged.length - 1];
    const even =
      last?.summed === axis.summed &&
      axis.step === last.step * last.size &&
      axis.outStep === last.outStep * last.size;
    if (even) last.size *= axis.size;
    else merged.push(axis);
  }
  return merged;
}

/** Adds many rows of `width` numbers at once; lane w of a row lies at `offsets[w]`. */
class Cascade {
  readonly sums: Reals;
  readonly width: number;
  readonly offsets: Int32Array;

  constructor(like: TypedArray, width: number, offset: (lane: number) => number) {
    this.width = width;
    this.offsets = Int32Array.from({ length: width }, (_, lane) => offset(lane));
    const length = LEVELS * width;
    this.sums = like instanceof Float32Array ? new Float32Array(length) : new Float64Array(length);
  }

  /** Leaves the sums of `count` rows in the first `width` places of `sums`. Each store rounds to the dtype. */
  run(x: TypedArray, start: number, step: number, count: number): void {
    const { sums, width, offsets } = this;
    sums.fill(0);
    const power = Math.max(4, Math.ceil(Math.log2(count)) >> 2);
    const block = 2 ** power;
    let at = start;
    let done = 0;
    while (done + block <= count) {
      for (let i = 0; i < block; i++, at += step) {
        for (let w = 0; w < width; w++) sums[w] += x[at + offsets[w]];
      }
      done += block;
      this.#carry(done, power);
    }
    for (; done < count; done++, at += step) {
      for (let w = 0; w < width; w++) sums[w] += x[at + offsets[w]];
    }
    for (let level = 1; level < LEVELS; level++) {
      for (let w = 0; w < width; w++) sums[w] += sums[level * width + w];
    }
  }

  /** Moves full sums up, level by level, as long as the level below is full. */
  #carry(done: number, power: number): void {
    const { sums, width } = this;
    for (let level = 1; level < LEVELS; level++) {
      const to = level * width;
      for (let w = to; w < to + width; w++) {
        sums[w] += sums[w - width];
        sums[w - width] = 0;
      }
      if (Math.floor(done / 2 ** (level * power)) % 2 ** power !== 0) return;
    }
  }
}

/** Sums rows of `lanes` numbers, four rows side by side; the sums are in the first `lanes` places of the cascade's. */
function sideBySide(
  cascade: Cascade,
  lanes: number,
  x: TypedArray,
  start: number,
  step: number,
  count: number,
): Reals {
  const { sums } = cascade;
  const groups = Math.floor(count / SIDE_BY_SIDE);
  cascade.run(x, start, step * SIDE_BY_SIDE, groups);
  for (let i = groups * SIDE_BY_SIDE; i < count; i++) {
    for (let w = 0; w < lanes; w++) sums[w] += x[start + i * step + cascade.offsets[w]];
  }
  for (let k = 1; k < SIDE_BY_SIDE; k++) {
    for (let w = 0; w < lanes; w++) sums[w] += sums[k * lanes + w];
  }
  return sums;
}

const none: Axis = { size: 1, step: 0, outStep: 0, summed: false };

/** Calls `at` with the places in operand and result for every position along the remaining axes. */
function forEachPlace(axes: readonly Axis[], offset: number, at: (from: number, to: number) => void): void {
  const walk = (i: number, from: number, to: number): void => {
    if (i < 0) return at(from, to);
    const { size, step, outStep } = axes[i];
    for (let k = 0; k < size; k++) walk(i - 1, from + k * step, to + k * outStep);
  };
  walk(axes.length - 1, offset, 0);
}

/** Σ over the dimensions `dims` of a floating tensor, into a fresh tensor. */
export function sum(x: Tensor, dims: readonly number[], out: Spec): Tensor {
  const y = fresh(out);
  if (x.shape.includes(0)) return y;
  const axes = axesOf(x, dims);
  const run = axes.find((axis) => axis.summed) ?? { ...none, summed: true };
  const columns = axes.find((axis) => !axis.summed) ?? none;
  const others = axes.filter((axis) => axis !== run && axis !== columns);
  const add = columnSums(x.storage.elements, y.storage.elements as Reals, run, columns);
  forEachPlace(others, x.offset, add);
  return y;
}

/** Adds the sums along `run` to the places of `columns`, for one position of everything else. */
function columnSums(x: TypedArray, y: Reals, run: Axis, columns: Axis): (from: number, to: number) => void {
  if (run.size < SIDE_BY_SIDE) {
    // Too short for any grouping
    return (from, to) => {
      for (let j = 0; j < columns.size; j++) {
        const at = from + j * columns.step;
        for (let i = 0; i < run.size; i++) y[to + j * columns.outStep] += x[at + i * run.step];
      }
    };
  }
  const vector = x instanceof Float32Array ? 8 : 4;
  const single = new Cascade(x, SIDE_BY_SIDE, (k) => k * run.step);
  const alone = (from: number, to: number): void => {
    y[to] += sideBySide(single, 1, x, from, run.step, run.size)[0];
  };
  if (run.step === 1 && run.size >= vector) {
    const cascade = new Cascade(x, SIDE_BY_SIDE * vector, (w) => w);
    return (from, to) => {
      for (let j = 0; j < columns.size; j++) {
        y[to + j * columns.outStep] += alongRun(cascade, vector, x, from + j * columns.step, run.size);
      }
    };
  }
  const dense = columns.step === 1 && columns.size >= vector;
  if (!dense && run.step < columns.step) {
    return (from, to) => {
      for (let j = 0; j < columns.size; j++) alone(from + j * columns.step, to + j * columns.outStep);
    };
  }
  // Columns in groups: four vectors (or four numbers) wide, then single vectors, then single numbers.
  const group = SIDE_BY_SIDE * (dense ? vector : 1);
  const wide = new Cascade(x, group, (w) => w * columns.step);
  const narrow = dense
    ? new Cascade(x, group, (w) => Math.floor(w / vector) * run.step + (w % vector))
    : null;
  return (from, to) => {
    let j = 0;
    const put = (sums: Reals, width: number): void => {
      for (let w = 0; w < width; w++) y[to + (j + w) * columns.outStep] += sums[w];
      j += width;
    };
    while (j + group <= columns.size) {
      wide.run(x, from + j * columns.step, run.step, run.size);
      put(wide.sums, group);
    }
    while (narrow && j + vector <= columns.size) {
      put(sideBySide(narrow, vector, x, from + j, run.step, run.size), vector);
    }
    for (; j < columns.size; j++) alone(from + j * columns.step, to + j * columns.outStep);
  };
}

/** The sum of `count` neighbours: whole vectors first, then what is left over before the lanes. */
function alongRun(cascade: Cascade, vector: number, x: TypedArray, start: number, count: number): number {
  const vectors = Math.floor(count / vector);
  const lanes = sideBySide(cascade, vector, x, start, vector, vectors);
  const round = x instanceof Float32Array ? Math.fround : (v: number): number => v;
  let total = 0;
  for (let i = start + vectors * vector; i < start + count; i++) total = round(total + x[i]);
  for (let w = 0; w < vector; w++) total = round(total + lanes[w]);
  return total;
}
