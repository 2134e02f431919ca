import "./tensor/wiring.ts";
import "./ops/index.ts";

export { grad } from "./autograd/grad.ts";
export { enableGrad, isGradEnabled, noGrad } from "./core/modes.ts";
export { type NestedArray, type Spec, Tensor } from "./core/tensor.ts";
export * from "./tensor/create.ts";
export { ChainruleError, type ErrorCode } from "./util/errors.ts";
