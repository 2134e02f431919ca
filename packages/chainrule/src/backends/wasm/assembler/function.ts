/** Functions and what belongs to them: typed parameters, locals, calls. */
import {
  type AnyOperand,
  type Body,
  type Expression,
  type FunctionSlot,
  type GlobalSlot,
  instruction,
  type LocalSlot,
  type Operand,
  type ResultType,
  type Statement,
  type ValueType,
} from "./expression.ts";

/** A local or parameter. Where a value is expected it reads itself. */
export interface Local<T extends ValueType> extends Expression<T> {
  /** Assigns. */
  set(value: Operand<T>): Statement;
  /** Assigns, and gives the assigned value. */
  tee(value: Operand<T>): Expression<T>;
}

/** A global variable. Where a value is expected it reads itself; setting an immutable one does not validate. */
export interface Global<T extends ValueType> extends Expression<T> {
  readonly slot: GlobalSlot;
  set(value: Operand<T>): Statement;
}

/** Parameter names with their types, in order. */
export type Parameters = Readonly<Record<string, ValueType>>;

/** Parameters and result of a function. */
export interface Signature<P extends Parameters = Parameters, R extends ResultType = ResultType> {
  readonly params: P;
  readonly result?: R;
}

/** A function that code can call, imported or defined. */
export interface FunctionReference<P extends Parameters = Parameters, R extends ResultType = ResultType>
  extends FunctionSlot {
  readonly signature: { readonly params: readonly ValueType[]; readonly result: R };
  /** A call, with arguments by parameter name; they are evaluated in the order of the parameters. */
  call(args: { readonly [K in keyof P]: Operand<P[K]> }): Expression<R>;
}

/** A function's body: statements, and at the end its result if it has one. */
export type FunctionBody<R extends ResultType> = R extends "void"
  ? Body
  : readonly [...(Statement | Body)[], Expression<R>];

/** Adds a local to the function being written; it starts at zero. */
export type Declare = <T extends ValueType>(type: T, name?: string) => Local<T>;

/** The parameters of a function as locals, by name. */
export type LocalsOf<P extends Parameters> = { readonly [K in keyof P]: Local<P[K]> };

/** Writes a function's body from its parameters; `local` declares further locals. */
export type Define<P extends Parameters, R extends ResultType> = (
  params: LocalsOf<P>,
  local: Declare,
) => FunctionBody<R>;

/** A local at position `index`, parameters first. */
export function makeLocal<T extends ValueType>(type: T, name: string, index: number): Local<T> {
  const slot: LocalSlot = { name, index };
  const immediate = { kind: "local", local: slot } as const;
  return {
    ...instruction("local.get", 0x20, [], type, [], immediate),
    set: (value) => instruction("local.set", 0x21, [type], "void", [value as AnyOperand], immediate),
    tee: (value) => instruction("local.tee", 0x22, [type], type, [value as AnyOperand], immediate),
  };
}

/** A global variable named `name`. */
export function makeGlobal<T extends ValueType>(type: T, name: string): Global<T> {
  const slot: GlobalSlot = { name };
  const immediate = { kind: "global", global: slot } as const;
  return {
    ...instruction("global.get", 0x23, [], type, [], immediate),
    slot,
    set: (value) => instruction("global.set", 0x24, [type], "void", [value as AnyOperand], immediate),
  };
}

/** The callable side of a function. */
export function makeReference<P extends Parameters, R extends ResultType>(
  name: string,
  { params, result }: Signature<P, R>,
): FunctionReference<P, R> {
  const names = Object.keys(params);
  const types = Object.values(params);
  const resultType = (result ?? "void") as R;
  const reference: FunctionReference<P, R> = {
    name,
    signature: { params: types, result: resultType },
    call: (args) => {
      const operands = names.map((key) => args[key] as AnyOperand);
      return instruction("call", 0x10, types, resultType, operands, { kind: "function", callee: reference });
    },
  };
  return reference;
}
