/** What the namespaces of vector instructions are made of. */
import {
  type AnyOperand,
  constant,
  type Expression,
  instruction,
  type Operand,
  prefix,
  prefixed,
  signature,
  type ValueType,
} from "./expression.ts";

/** As `signature`, for opcodes behind the vector prefix. */
export const vector = <const P extends readonly ValueType[], R extends ValueType | "void">(
  namespace: string,
  params: P,
  result: R,
) => signature(namespace, params, result, prefix.vector);

/** A constant vector from `write`, which sets its lanes in the byte order of memory. */
export function vectorConstant(write: (lanes: DataView) => void): Expression<"v128"> {
  const bytes = new Uint8Array(16);
  write(new DataView(bytes.buffer));
  return constant("v128", bytes);
}

/** Makes the constructor of an instruction that reads a lane of a vector. */
export const laneReader =
  <T extends ValueType>(name: string, type: T, opcode: number) =>
  (lane: number, from: Operand<"v128">): Expression<T> =>
    instruction(name, prefixed(prefix.vector, opcode), ["v128"], type, [from], {
      kind: "bytes",
      bytes: [lane],
    });

/** Makes the constructor of an instruction that gives a copy of a vector with one lane replaced. */
export const laneWriter =
  <T extends ValueType>(shape: string, type: T, opcode: number) =>
  (lane: number, from: Operand<"v128">, value: Operand<T>): Expression<"v128"> =>
    instruction(
      `${shape}.replace_lane`,
      prefixed(prefix.vector, opcode),
      ["v128", type],
      "v128",
      [from, value as AnyOperand],
      { kind: "bytes", bytes: [lane] },
    );

/**
 * `i8x16.shuffle` of whole lanes of `lane.length` to a vector: lanes of `a` count from 0, those of `b` follow. Four numbers
 * move 32-bit lanes, two move 64-bit ones, sixteen move bytes.
 */
export function shuffle(
  lanes: readonly number[],
  a: Operand<"v128">,
  b: Operand<"v128">,
): Expression<"v128"> {
  const size = 16 / lanes.length;
  const bytes = lanes.flatMap((lane) => Array.from({ length: size }, (_, i) => lane * size + i));
  return instruction("i8x16.shuffle", prefixed(prefix.vector, 0x0d), ["v128", "v128"], "v128", [a, b], {
    kind: "bytes",
    bytes,
  });
}
