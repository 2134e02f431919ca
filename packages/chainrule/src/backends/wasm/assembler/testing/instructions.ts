/** Every instruction of the assembler, each applied to operands of the right types: for tests. */
import {
  type Expression,
  f32,
  f32x4,
  f64,
  f64x2,
  i8x16,
  i16x8,
  i32,
  i32Atomic,
  i32x4,
  i64,
  i64Atomic,
  i64x2,
  memory,
  memoryAtomic,
  type ValueType,
  v128,
} from "../index.ts";

const namespaces: Readonly<Record<string, object>> = {
  i32,
  i64,
  f32,
  f64,
  v128,
  i8x16,
  i16x8,
  i32x4,
  i64x2,
  f32x4,
  f64x2,
  memory,
  i32Atomic,
  i64Atomic,
  memoryAtomic,
};

const zeros: Readonly<Record<ValueType, Expression>> = {
  i32: i32.const(0),
  i64: i64.const(0n),
  f32: f32.const(0),
  f64: f64.const(0),
  v128: i32x4.const(0, 0, 0, 0),
};
const laneType: Readonly<Record<string, ValueType>> = {
  i8x16: "i32",
  i16x8: "i32",
  i32x4: "i32",
  i64x2: "i64",
  f32x4: "f32",
  f64x2: "f64",
};

type Constructor = (...operands: unknown[]) => Expression;

/** One instruction under the name that the assembler gives it, "i32.divS". */
export interface Sample {
  readonly name: string;
  readonly node: Expression;
}

/** A sample of each instruction that code can be written with. */
export function samples(): Sample[] {
  return Object.entries(namespaces).flatMap(([namespace, table]) =>
    Object.entries(table as Record<string, Constructor>).map(([key, make]) => ({
      name: `${namespace}.${key}`,
      node: sample(namespace, key, make),
    })),
  );
}

function sample(namespace: string, key: string, make: Constructor): Expression {
  if (key === "const") {
    const lane = namespace.startsWith("i64") ? 1n : 1;
    return make(...Array.from({ length: 16 }, () => lane));
  }
  if (key === "shuffle") return make([0, 4, 1, 5], zeros.v128, zeros.v128);
  if (key.startsWith("extractLane")) return make(1, zeros.v128);
  if (key === "replaceLane") return make(1, zeros.v128, zeros[laneType[namespace]]);
  if (key.endsWith("Lane")) return make(1, zeros.i32, zeros.v128, { offset: 16 });
  return make(...operandTypes(make).map((type) => zeros[type]));
}

/** An instruction keeps its parameter types to itself, but bare numbers become constants of those types. */
function operandTypes(make: Constructor): ValueType[] {
  return make(0, 0, 0).operands.map(({ type }) => type as ValueType);
}
