/** What has no vector instruction, lane by lane. */
import { bytesPerElement, type DType } from "../../../shape/dtype.ts";
import type { Declare } from "../assembler/function.ts";
import { type Body, i32, i32x4, type Local, type Statement, select } from "../assembler/index.ts";
import type { VectorCode, VectorLocal } from "../math/code.ts";
import { type Lanes, loadLane, masksOfBytes, moved, type Place, zeros } from "./access.ts";

interface Pick {
  readonly code: VectorCode;
  readonly dtype: DType;
  readonly lanes: Lanes;
  readonly index: VectorLocal;
  readonly active: number;
  /** For the index of a lane. */
  readonly at: Local<"i32">;
  /** From one index to the next. */
  readonly bytes: number;
  readonly check: (index: Local<"i32">) => Statement;
  /** Where the element of index 0 lies. */
  readonly place: (lane: number) => Place;
}

/** Elements that the lanes of an index name; lanes that are not active are 0. */
export function pickedLanes({
  code,
  dtype,
  lanes,
  index,
  active,
  at,
  bytes,
  check,
  place,
}: Pick): VectorLocal {
  const vector = code.let(zeros());
  for (let lane = 0; lane < active; lane++) {
    const picked = moved(place(lane), { bytes: i32.mul(at, bytes), back: bytes < 0 });
    code.write(
      at.set(i32x4.extractLane(lane, index)),
      check(at),
      vector.set(loadLane(bytesPerElement(dtype), lane, picked, vector)),
    );
  }
  return dtype === "bool" ? code.let(masksOfBytes(vector, lanes)) : vector;
}

interface Division {
  readonly code: VectorCode;
  readonly local: Declare;
  readonly a: VectorLocal;
  readonly b: VectorLocal;
  readonly active: number;
  readonly check: (divisor: Local<"i32">) => Statement | Body;
}

/** Quotients of whole numbers, cut off; or remainders with the sign of the divisor. */
export function integerQuotients(
  part: "quotient" | "remainder",
  { code, local, a, b, active, check }: Division,
): VectorLocal {
  const vector = code.let(zeros());
  const [x, y, rest] = ["x", "y", "rest"].map((name) => local("i32", name));
  for (let lane = 0; lane < active; lane++) {
    code.write(x.set(i32x4.extractLane(lane, a)), y.set(i32x4.extractLane(lane, b)), check(y));
    if (part === "quotient") {
      // −2³¹ / −1 wraps around, where the instruction would trap.
      const quotient = i32.divS(x, select(i32.const(1), y, i32.eq(y, -1)));
      const value = select(i32.sub(0, x), quotient, i32.eq(y, -1));
      code.write(vector.set(i32x4.replaceLane(lane, vector, value)));
    } else {
      const isOff = i32.and(i32.ne(rest, 0), i32.ltS(i32.xor(rest, y), 0));
      const value = select(i32.add(rest, y), rest, isOff);
      code.write(rest.set(i32.remS(x, y)), vector.set(i32x4.replaceLane(lane, vector, value)));
    }
  }
  return vector;
}
