/**
 * The trees that programs are written in. Each instruction is a plain record that holds its operands, as in the folded
 * text form of WebAssembly: `(i32.add (local.get $a) (i32.const 1))` is `i32.add(a, 1)`. Types are checked twice: an
 * operand of the wrong type is a TypeScript error, and the engine validates the finished module.
 */

/** The types of values on WebAssembly's stack. */
export type ValueType = "i32" | "i64" | "f32" | "f64" | "v128";

/** What an instruction leaves behind: a value, or nothing. */
export type ResultType = ValueType | "void";

/** What follows an instruction's opcode in the binary. */
export type Immediate =
  | { readonly kind: "constant"; readonly value: number | bigint | Uint8Array }
  | { readonly kind: "local"; readonly local: LocalSlot }
  | { readonly kind: "global"; readonly global: GlobalSlot }
  | { readonly kind: "function"; readonly callee: FunctionSlot }
  | { readonly kind: "memory"; readonly offset: number; readonly alignLog2: number; readonly lane?: number }
  | { readonly kind: "bytes"; readonly bytes: readonly number[] }
  | { readonly kind: "branch"; readonly targets: readonly Label[] }
  | { readonly kind: "blocks"; readonly label: Label; readonly bodies: readonly Body[] };

/** A local of one function; the module numbers it. */
export interface LocalSlot {
  readonly name: string;
  readonly index: number;
}

/** A global variable; the module numbers it. */
export interface GlobalSlot {
  readonly name: string;
}

/** A function, imported or defined; the module numbers it when it is encoded, as imports come first. */
export interface FunctionSlot {
  readonly name: string;
}

/** The target of branches: the end of a block, or the start of a loop. */
export interface Label {
  readonly name: string;
}

/** One instruction with its operands; it leaves a value of type `T`. Written twice, it runs twice. */
export interface Expression<T extends ResultType = ResultType> {
  readonly type: T;
  /** Its name in the text format, "f32x4.add". */
  readonly name: string;
  /** One byte, or prefix · 2¹² + sub-opcode. */
  readonly opcode: number;
  readonly operands: readonly Expression[];
  readonly immediate: Immediate | undefined;
}

/** An instruction that leaves nothing on the stack. */
export type Statement = Expression<"void">;

/** Statements in order; lists may nest, so that generated code needs no flattening. */
export type Body = readonly (Statement | Body)[];

/** What may stand where a value of type `T` is expected: an expression, or a JavaScript number as a constant. */
export type Operand<T extends ValueType> =
  | Expression<T>
  | (T extends "i64" ? bigint : T extends "v128" ? never : number);

/** The operands of an instruction with parameter types `P`. */
export type Operands<P extends readonly ValueType[]> = { readonly [I in keyof P]: Operand<P[I]> };

/** A constructor of an instruction. */
export type Instruction<P extends readonly ValueType[], R extends ResultType> = (
  ...operands: Operands<P>
) => Expression<R>;

/** Prefix bytes of the opcodes that take two parts. */
export const prefix = { bulk: 0xfc, vector: 0xfd, atomic: 0xfe } as const;

/** One number for a prefixed opcode. */
export const prefixed = (byte: number, sub: number): number => byte * 0x1000 + sub;

const constantOpcode = { i32: 0x41, i64: 0x42, f32: 0x43, f64: 0x44, v128: prefixed(prefix.vector, 0x0c) };

/** A constant of type `type`; v128 takes its 16 bytes, lowest first. */
export function constant<T extends ValueType>(type: T, value: number | bigint | Uint8Array): Expression<T> {
  return {
    type,
    name: `${type}.const`,
    opcode: constantOpcode[type],
    operands: [],
    immediate: { kind: "constant", value },
  };
}

/** The expression behind an operand: numbers become constants of type `type`. */
export function expression<T extends ValueType>(type: T, operand: Operand<T>): Expression<T> {
  return typeof operand === "object" ? operand : constant(type, operand);
}

/** Any operand with its type known only at run time, as in a list of mixed types. */
export type AnyOperand = Expression | number | bigint;

/** The record of an instruction whose operands have the types `params`. */
export function instruction<R extends ResultType>(
  name: string,
  opcode: number,
  params: readonly ValueType[],
  result: R,
  operands: readonly AnyOperand[],
  immediate?: Immediate,
): Expression<R> {
  const filled: Expression[] = [];
  for (let i = 0; i < params.length; i++) {
    const operand = operands[i] as AnyOperand;
    filled.push(typeof operand === "object" ? operand : constant(params[i], operand));
  }
  return { type: result, name, opcode, operands: filled, immediate };
}

/**
 * Makes the constructors of the instructions of one signature, from the name in the text format (after `namespace.`) and
 * the opcode, which may stand behind a prefix byte.
 */
export const signature =
  <const P extends readonly ValueType[], R extends ResultType>(
    namespace: string,
    params: P,
    result: R,
    prefixByte = 0,
  ) =>
  (name: string, opcode: number): Instruction<P, R> =>
  (...operands) =>
    instruction(
      `${namespace}.${name}`,
      prefixed(prefixByte, opcode),
      params,
      result,
      operands as readonly AnyOperand[],
    );
