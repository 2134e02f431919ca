/**
 * A small assembler for WebAssembly: programs are trees of typed instructions that read nearly like the text format,
 * a `ModuleBuilder` turns them into a binary.
 */
export { i32Atomic, i64Atomic, memoryAtomic } from "./atomic.ts";
export {
  block,
  br,
  brIf,
  brTable,
  drop,
  loop,
  range,
  repeat,
  ret,
  select,
  unreachable,
  when,
} from "./control.ts";
export type { Body, Expression, Label, Operand, ResultType, Statement, ValueType } from "./expression.ts";
export { f32, f64 } from "./float.ts";
export type { FunctionReference, Global, Local, Parameters, Signature } from "./function.ts";
export { i32, i64 } from "./integer.ts";
export { type MemoryArgument, memory } from "./memory.ts";
export { type MemoryLimits, ModuleBuilder } from "./module.ts";
export { shuffle, v128 } from "./vector.ts";
export { f32x4, f64x2 } from "./vectorFloat.ts";
export { i8x16, i16x8, i32x4, i64x2 } from "./vectorInteger.ts";
