/** Training: `fit`, what it reports, evaluation, checkpoints. */
export type { Batch, Batches, BatchOptions, LossFunction, Metric, Output } from "./batches.ts";
export type { Checkpoint, CheckpointEvent, CheckpointOptions } from "./checkpoint.ts";
export {
  type EvaluateOptions,
  type Evaluation,
  evaluate,
  type GradientNormOptions,
  gradientNorm,
} from "./evaluate.ts";
export { fit } from "./fit.ts";
export type {
  BatchReport,
  Callback,
  FitOptions,
  FitResult,
  StopAt,
  StopReason,
  Training,
  TrainingSchedule,
} from "./options.ts";
export type { EarlyStopping, EpochReport, Monitor } from "./report.ts";
export type { TrainingOptimizer } from "./state.ts";
