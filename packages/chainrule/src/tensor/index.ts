/**
 * The surface of tensors on which everything above is built: networks, optimizers, data. What users see of it is named again
 * in `src/index.ts`.
 */
import "./wiring.ts";
import "../ops/index.ts";

export { type AnomalyOptions, detectAnomaly } from "../autograd/anomaly.ts";
export { type CustomFunction, customFunction, type Remembering } from "../autograd/custom.ts";
export { type FunctionalOptions, hessian, jacobian, jvp, vjp } from "../autograd/functional.ts";
export { type BackwardOptions, type GradOptions, grad, zeroGradients } from "../autograd/grad.ts";
export {
  type GradcheckOptions,
  type GradcheckReport,
  type GradgradcheckOptions,
  gradcheck,
  gradgradcheck,
} from "../autograd/gradcheck.ts";
export { getNumThreads, setNumThreads } from "../backends/wasm/threads/count.ts";
export { live } from "../core/live.ts";
export { enableGrad, isGradEnabled, noGrad, withMode } from "../core/modes.ts";
export type { TensorHook } from "../core/node.ts";
export { allOps, apply, defineOp, type Op, type OpDefinition, type Operand } from "../core/op.ts";
export * as draws from "../core/random.ts";
export { defaultGenerator, Generator, manualSeed } from "../core/random.ts";
export { changes, outside, recording } from "../core/recording.ts";
export type { Samples } from "../core/samples.ts";
export { currentScope, inScope, type Scope, type ScopeOwner } from "../core/scope.ts";
export { defineMethods, type NestedArray, type Spec, Tensor } from "../core/tensor.ts";
export type { Index } from "../ops/at.ts";
export { einsum } from "../ops/einsum.ts";
export type { Extremes } from "../ops/extremes.ts";
export { indexSelect } from "../ops/indexing.ts";
export type { FillOptions } from "../ops/inplace.ts";
export { cat, hstack, meshgrid, stack, vstack } from "../ops/join.ts";
export type { Closeness } from "../ops/logical.ts";
export { linear } from "../ops/matmul.ts";
export type { PadOptions } from "../ops/pad.ts";
export { pow } from "../ops/power.ts";
export { bilinear } from "../ops/products.ts";
export { where } from "../ops/select.ts";
export type { Ordered, SortOptions, TopkOptions } from "../ops/sort.ts";
export type { MomentOptions } from "../ops/statistics.ts";
export type { Dims } from "../ops/sum.ts";
export { broadcastTensors } from "../ops/view.ts";
export {
  allocate,
  bytesPerElement,
  type DType,
  finfo,
  isFloating,
  promoteTypes,
  type TypedArray,
} from "../shape/dtype.ts";
export { broadcastShapes, numel, type Shape, sameShape, showShape, unravelIndex } from "../shape/shape.ts";
export { type Compilable, type Compiled, type CompileOptions, compile } from "./compile.ts";
export * from "./create.ts";
export { type EngineReport, engineReport } from "./engine.ts";
export { type PrintOptions, setPrintOptions } from "./print.ts";
export * from "./random.ts";
