/**
 * How the elements of a buffer become lanes of a vector, and lanes elements again. A form has as many lanes as the widest of
 * its dtypes leaves room for: four, or two where float64 takes part. What is narrower then fills the lower half:
 *
 * | dtype   | in memory  | four lanes    | two lanes                  |
 * |---------|------------|---------------|----------------------------|
 * | float32 | 4 bytes    | f32x4         | f32x4, the first two count |
 * | float64 | 8 bytes    |               | f64x2                      |
 * | int32   | 4 bytes    | i32x4         | i32x4, the first two count |
 * | bool    | byte, 0, 1 | masks, 32-bit | masks, 64-bit              |
 */
import { bytesPerElement, type DType } from "../../../shape/dtype.ts";
import {
  type Expression,
  i8x16,
  i32,
  i32x4,
  i64x2,
  type Local,
  type Operand,
  type Statement,
  v128,
} from "../assembler/index.ts";
import { list } from "../list.ts";

/** How many lanes a vector has. */
export type Lanes = 2 | 4;

/** Where an element lies: a constant number of bytes, at least 0, behind an address. */
export interface Place {
  readonly address: Operand<"i32">;
  readonly offset: number;
}

/** Elements for the lanes of one vector: the first `active` of them exist. */
export interface Row {
  readonly dtype: DType;
  readonly lanes: Lanes;
  readonly place: Place;
  /** Elements from one lane to the next. */
  readonly step: number;
  readonly active: number;
}

type Vector = Expression<"v128">;

/** The place `bytes` farther on. */
export function shifted({ address, offset }: Place, bytes: number): Place {
  const sum = offset + bytes;
  return sum >= 0 ? { address, offset: sum } : { address: i32.add(address, sum), offset: 0 };
}

/** A number of bytes that is known at run time. */
export interface Shift {
  readonly bytes: Operand<"i32">;
  /** Whether it may be negative. */
  readonly back: boolean;
}

/** The place farther on, or back. What a constant is added to counts without sign, and must not be behind zero. */
export function moved({ address, offset }: Place, { bytes, back }: Shift): Place {
  const sum = i32.add(address, bytes);
  return back ? { address: i32.add(sum, offset), offset: 0 } : { address: sum, offset };
}

/** No bits set. */
export const zeros = (): Vector => i32x4.const(0, 0, 0, 0);

/** The same bytes of the vector again and again: byte `first + i·apart`, each `times` times. */
const spread = (vector: Vector, times: number, apart: number): Vector =>
  i8x16.shuffle(
    list(16, (i) => (Math.floor(i / times) * apart) % 16),
    vector,
    vector,
  );

/** Masks from bytes that stand at the beginning of a vector. */
export const masksOfBytes = (bytes: Vector, lanes: Lanes): Vector =>
  lanes === 4 ? i32x4.ne(spread(bytes, 4, 1), zeros()) : i64x2.ne(spread(bytes, 8, 1), zeros());

/** Bytes 0 or 1 at the beginning of a vector, from masks. */
export const bytesOfMasks = (masks: Vector, lanes: Lanes): Vector =>
  i8x16.neg(spread(masks, 1, lanes === 4 ? 4 : 8));

/** A mask in every lane, from a condition. */
export const splatMask = (condition: Operand<"i32">): Vector => i32x4.splat(i32.sub(0, i32.ne(condition, 0)));

/** 64-bit masks from 32-bit ones in the lower half. */
export const widenMasks = (masks: Vector): Vector => i8x16.shuffle([0, 0, 1, 1], masks, masks);

/** 32-bit masks in the lower half from 64-bit ones. */
export const narrowMasks = (masks: Vector): Vector => i8x16.shuffle([0, 2, 0, 2], masks, masks);

/** A vector with `lane` loaded from a place, the other lanes as in `others`. */
export function loadLane(bytes: number, lane: number, { address, offset }: Place, others: Vector): Vector {
  if (lane === 0 && bytes === 4) return v128.load32Zero(address, { offset });
  if (lane === 0 && bytes === 8) return v128.load64Zero(address, { offset });
  const load = { 1: v128.load8Lane, 4: v128.load32Lane, 8: v128.load64Lane }[bytes];
  if (!load) throw new RangeError(`No lane has ${bytes} bytes.`);
  return load(lane, address, others, { offset });
}

/** Loads the lanes of a vector; those that are not active are 0. A step of 0 fills every lane. */
export function loadRow({ dtype, lanes, place, step, active }: Row): Vector {
  const bytes = bytesPerElement(dtype);
  const { address, offset } = place;
  if (step === 0) {
    if (dtype === "bool") return splatMask(i32.load8U(address, { offset }));
    return bytes === 8 ? v128.load64Splat(address, { offset }) : v128.load32Splat(address, { offset });
  }
  const raw = step === 1 ? loadNeighbours(bytes, place, active) : undefined;
  const vector =
    raw ??
    list(active, (lane) => lane).reduce(
      (others, lane) => loadLane(bytes, lane, shifted(place, lane * step * bytes), others),
      zeros(),
    );
  return dtype === "bool" ? masksOfBytes(vector, lanes) : vector;
}

/** `count` neighbouring elements at the beginning of a vector. */
function loadNeighbours(bytes: number, { address, offset }: Place, count: number): Vector {
  if (bytes === 1) {
    if (count === 4) return v128.load32Zero(address, { offset, align: 1 });
    if (count === 1) return v128.load8Lane(0, address, zeros(), { offset });
    const two = v128.load16Lane(0, address, zeros(), { offset, align: 1 });
    return count === 2 ? two : v128.load8Lane(2, address, two, { offset: offset + 2 });
  }
  if (bytes === 8) {
    return count === 2 ? v128.load(address, { offset, align: 8 }) : v128.load64Zero(address, { offset });
  }
  if (count === 4) return v128.load(address, { offset, align: 4 });
  if (count === 1) return v128.load32Zero(address, { offset });
  const two = v128.load64Zero(address, { offset, align: 4 });
  return count === 2 ? two : v128.load32Lane(2, address, two, { offset: offset + 8 });
}

/** Stores the active lanes of a vector; bools are given as bytes, see `bytesOfMasks`. */
export function storeRow({ dtype, place, step, active }: Row, vector: Local<"v128">): Statement[] {
  const bytes = bytesPerElement(dtype);
  const storeLane = { 1: v128.store8Lane, 4: v128.store32Lane, 8: v128.store64Lane }[bytes];
  if (!storeLane) throw new RangeError(`No lane has ${bytes} bytes.`);
  if (step !== 1) {
    return list(active, (lane) => {
      const { address, offset } = shifted(place, lane * step * bytes);
      return storeLane(lane, address, vector, { offset });
    });
  }
  const { address, offset } = place;
  if (active * bytes === 16) return [v128.store(address, vector, { offset, align: bytes })];
  const storePair = { 1: v128.store16Lane, 4: v128.store64Lane }[bytes];
  if (active === 1 || !storePair) return [storeLane(0, address, vector, { offset })];
  if (active === 4) return [v128.store32Lane(0, address, vector, { offset, align: 1 })];
  const pair = storePair(0, address, vector, { offset, align: bytes });
  return active === 2 ? [pair] : [pair, storeLane(2, address, vector, { offset: offset + 2 * bytes })];
}
