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
export * as f32 from "./f32.ts";
export * as f32x4 from "./f32x4.ts";
export * as f64 from "./f64.ts";
export * as f64x2 from "./f64x2.ts";
export type { FunctionReference, Global, Local, Parameters, Signature } from "./function.ts";
export * as i8x16 from "./i8x16.ts";
export * as i16x8 from "./i16x8.ts";
export * as i32 from "./i32.ts";
export * as i32x4 from "./i32x4.ts";
export * as i64 from "./i64.ts";
export * as i64x2 from "./i64x2.ts";
export { type MemoryArgument, memory } from "./memory.ts";
export { type MemoryLimits, ModuleBuilder } from "./module.ts";
export * as v128 from "./v128.ts";
export { shuffle } from "./vector.ts";
