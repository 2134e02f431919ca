/** Optimizers and learning-rate schedules, with PyTorch's names, defaults and arithmetic. */
export { Adam, type AdamOptions, AdamW } from "./adam.ts";
export {
  Adamax,
  type AdamaxOptions,
  NAdam,
  type NAdamOptions,
  RAdam,
  type RAdamOptions,
} from "./adam-variants.ts";
export {
  Adadelta,
  type AdadeltaOptions,
  Adagrad,
  type AdagradOptions,
  RMSprop,
  type RMSpropOptions,
} from "./adaptive.ts";
export { ASGD, type ASGDOptions } from "./asgd.ts";
export {
  type Averageable,
  AveragedModel,
  type Averaging,
} from "./averaging.ts";
export { LBFGS, type LBFGSOptions } from "./lbfgs.ts";
export {
  type Coefficients,
  type CommonOptions,
  type LiveCoefficients,
  Optimizer,
  type OptimizerStateDict,
  type ParamGroup,
  type ParamState,
  type Params,
} from "./optimizer.ts";
export { Rprop, type RpropOptions } from "./rprop.ts";
export * from "./schedules/index.ts";
export { SGD, type SGDOptions } from "./sgd.ts";
