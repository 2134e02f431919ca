/**
 * Reduction of angles: x = k·π/2 + r + tail with |r| ≤ π/4, r the sum rounded.
 *
 * Up to 2²⁰, π/2 in parts of few bits does it (W. J. Cody and W. Waite): their products with k are exact. Larger angles, which
 * hardly ever occur, go lane by lane through `reduceLarge`.
 */
import {
  type FunctionReference,
  f32,
  f32x4,
  f64,
  f64x2,
  i8x16,
  i32x4,
  i64x2,
  v128,
  when,
} from "../assembler/index.ts";
import type { Vector, VectorCode, VectorLocal } from "./code.ts";
import { withSignOf } from "./exponential.ts";
import { defineReduceLarge } from "./payneHanek.ts";

/** A reduced angle. */
export interface Angle {
  readonly r: VectorLocal;
  /** What r lacks, where that was asked for. */
  readonly tail?: VectorLocal;
  /** k as integers, whose last two bits matter. */
  readonly quarter: VectorLocal;
}

const LIMIT = 2 ** 20;
const TWO_OVER_PI = 0.6366197723675814;
/** π/2 in parts of 33, 33 and 53 bits. */
const HALF_PI = [1.5707963267341256, 6.077100506303966e-11, 2.0222662487959506e-21] as const;
/** What is left of π/2 after the first. */
const HALF_PI_REST = 6.077100506506192e-11;

/** Where floats are spaced by 1, so that adding this rounds to integers and leaves them in the last bits. */
const MAGIC = 1.5 * 2 ** 52;

/** Reduces any angle. In float32 the tail, less than half a unit in the last place of r, is computed only on request. */
export function reduceAngle(code: VectorCode, x: VectorLocal, { tail = false } = {}): Angle {
  const angle = code.type === "float32" ? reduceSingle(code, x, tail) : reduceDouble(code, x);
  const large = code.let(code.float.ge(code.float.abs(x), code.constant(LIMIT)));
  code.write(when(v128.anyTrue(large), replaceLarge(code, x, large, angle)));
  return angle;
}

/** float32 is reduced in float64, two lanes at a time. */
function reduceSingle(code: VectorCode, x: VectorLocal, withTail: boolean): Angle {
  const double = code.as("float64");
  const halves = [x, i8x16.shuffle([2, 3, 2, 3], x, x)].map((half) => {
    const wide = code.let(f64x2.promoteLowF32x4(half));
    const { counter, k } = quarters(double, wide);
    const first = double.nmadd(k, double.constant(HALF_PI[0]), wide);
    const exact = double.nmadd(k, double.constant(HALF_PI_REST), first);
    if (!withTail) return { counter, r: f32x4.demoteF64x2Zero(exact) };
    const whole = double.let(exact);
    const r = code.let(f32x4.demoteF64x2Zero(whole));
    return { counter, r, tail: f32x4.demoteF64x2Zero(double.sub(whole, f64x2.promoteLowF32x4(r))) };
  });
  const [low, high] = halves;
  const joined = (a: Vector, b: Vector) => code.let(i8x16.shuffle([0, 1, 4, 5], a, b));
  return {
    r: joined(low.r, high.r),
    tail: low.tail && high.tail && joined(low.tail, high.tail),
    quarter: code.let(i8x16.shuffle([0, 2, 4, 6], low.counter, high.counter)),
  };
}

function quarters(code: VectorCode, x: VectorLocal): { counter: VectorLocal; k: VectorLocal } {
  const magic = code.constant(MAGIC);
  const counter = code.let(code.madd(x, code.constant(TWO_OVER_PI), magic));
  return { counter, k: code.let(code.sub(counter, magic)) };
}

function reduceDouble(code: VectorCode, x: VectorLocal): Angle {
  const { counter, k } = quarters(code, x);
  const [first, second, third] = HALF_PI.map((part) => code.constant(part));
  // t is exact; t − w is rounded, so what it lost goes into the tail.
  const t = code.let(code.nmadd(k, first, x));
  const w = code.let(code.mul(k, second));
  const y = code.let(code.sub(t, w));
  const lost = code.sub(code.sub(t, y), w);
  const low = code.let(code.nmadd(k, third, lost));
  const r = code.let(withSignOf(code, code.add(y, low), y));
  return { r, tail: code.let(code.add(code.sub(y, r), low)), quarter: counter };
}

/** Statements that overwrite the lanes of an angle that are set in `large`. */
function replaceLarge(code: VectorCode, x: VectorLocal, large: VectorLocal, { r, tail, quarter }: Angle) {
  const reduce: FunctionReference<{ x: "f64" }, "v128"> = code.helpers.get("reduceLarge", defineReduceLarge);
  const packed = code.temporary();
  return Array.from({ length: code.layout.lanes }, (_, lane) => {
    if (code.type === "float32") {
      const exact = f64x2.extractLane(0, packed);
      const rest = f64.sub(exact, f64.promoteF32(f32x4.extractLane(lane, r)));
      return when(i32x4.extractLane(lane, large), [
        packed.set(reduce.call({ x: f64.promoteF32(f32x4.extractLane(lane, x)) })),
        r.set(f32x4.replaceLane(lane, r, f32.demoteF64(exact))),
        tail ? tail.set(f32x4.replaceLane(lane, tail, f32.demoteF64(rest))) : [],
        quarter.set(i32x4.replaceLane(lane, quarter, i32x4.extractLane(2, packed))),
      ]);
    }
    return when(i32x4.extractLane(2 * lane, large), [
      packed.set(reduce.call({ x: f64x2.extractLane(lane, x) })),
      r.set(f64x2.replaceLane(lane, r, f64x2.extractLane(0, packed))),
      tail ? tail.set(f64x2.replaceLane(lane, tail, f64x2.extractLane(1, packed))) : [],
      quarter.set(i64x2.replaceLane(lane, quarter, i64x2.extractLane(1, packed))),
    ]);
  });
}
