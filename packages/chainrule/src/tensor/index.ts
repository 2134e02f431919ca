/**
 * The surface of tensors on which everything above is built: networks, optimizers, data. What users see of it is named again
 * in `src/index.ts`.
 */
import "./wiring.ts";
import "../ops/index.ts";

export { type GradOptions, grad } from "../autograd/grad.ts";
export { live } from "../core/live.ts";
export { enableGrad, isGradEnabled, noGrad } from "../core/modes.ts";
export type { TensorHook } from "../core/node.ts";
export { allOps, apply, defineOp, type Op, type OpDefinition, type Operand } from "../core/op.ts";
export { currentScope, inScope, type ScopeOwner } from "../core/scope.ts";
export { defineMethods, type NestedArray, type Spec, Tensor } from "../core/tensor.ts";
export { type DType, finfo, isFloating, promoteTypes, type TypedArray } from "../shape/dtype.ts";
export { numel, type Shape, sameShape, showShape } from "../shape/shape.ts";
export * from "./create.ts";
