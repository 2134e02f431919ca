/** All vector functions by name, and functions of a module made of them. */
import type { FunctionReference } from "../assembler/index.ts";
import { type BinaryEmitter, type FloatType, type UnaryEmitter, VectorCode } from "./code.ts";
import { erf } from "./error.ts";
import { exp, exp2, expm1 } from "./exponential.ts";
import { erfinv, gelu } from "./gaussian.ts";
import type { Helpers } from "./helpers.ts";
import { cosh, sinh, tanh } from "./hyperbolic.ts";
import { acos, asin, atan, atan2 } from "./inverseTrigonometric.ts";
import { log, log1p, log2 } from "./logarithm.ts";
import { pow } from "./power.ts";
import { reciprocal, round, rsqrt, sign } from "./rounding.ts";
import { logSigmoid, sigmoid, softplus } from "./sigmoid.ts";
import { cos, sin, tan } from "./trigonometric.ts";

/** Functions of one number, for both types. */
export const unaryFunctions = {
  acos,
  asin,
  atan,
  cos,
  cosh,
  erf,
  exp,
  exp2,
  expm1,
  log,
  log1p,
  log2,
  logSigmoid,
  reciprocal,
  round,
  rsqrt,
  sigmoid,
  sign,
  sin,
  sinh,
  softplus,
  tan,
  tanh,
} satisfies Record<string, UnaryEmitter>;

/** Functions of one number for float32 only. */
export const singleFunctions = { erfinv, gelu } satisfies Record<string, UnaryEmitter>;

/** Functions of two numbers, for both types. */
export const binaryFunctions = { atan2, pow } satisfies Record<string, BinaryEmitter>;

export type UnaryName = keyof typeof unaryFunctions | keyof typeof singleFunctions;
export type BinaryName = keyof typeof binaryFunctions;

/** The emitter of a function for lanes of a type; undefined where there is none. */
export function unaryEmitter(name: UnaryName, type: FloatType): UnaryEmitter | undefined {
  if (name in unaryFunctions) return unaryFunctions[name as keyof typeof unaryFunctions];
  return type === "float32" ? singleFunctions[name as keyof typeof singleFunctions] : undefined;
}

/** What a function is written for. */
export interface Variant {
  readonly type: FloatType;
  /** See `VectorCodeOptions`. */
  readonly fused: boolean;
}

/**
 * The function as one of the module's own, to be called where it is not worth writing out. It is defined when it is first
 * asked for.
 */
export function unaryFunction(
  name: UnaryName,
  { type, fused }: Variant,
  helpers: Helpers,
): FunctionReference<{ x: "v128" }, "v128"> | undefined {
  const emitter = unaryEmitter(name, type);
  if (!emitter) return undefined;
  const full = `${name} ${type}${fused ? " fused" : ""}`;
  return helpers.get(full, (module) =>
    module.func(full, { params: { x: "v128" }, result: "v128" }, ({ x }, local) => {
      const code = new VectorCode({ type, fused, local, helpers });
      const y = code.inline(emitter, x);
      return [code.constants, code.take(), y];
    }),
  );
}
