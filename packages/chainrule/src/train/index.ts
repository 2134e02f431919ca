/** Training: `fit`, what it reports, evaluation, checkpoints. */
export type { Average, SavedAverages } from "./averages.ts";
export { updateBatchNorm } from "./batch-norm.ts";
export type { Batch, Batches, BatchOptions, LossFunction, Metric, Output } from "./batches.ts";
export type { Checkpoint, CheckpointEvent, CheckpointOptions } from "./checkpoint.ts";
export { decodeCheckpoint, encodeCheckpoint } from "./checkpoint-bytes.ts";
export {
  type EvaluateOptions,
  type Evaluation,
  evaluate,
  type GradientNormOptions,
  gradientNorm,
} from "./evaluate.ts";
export { type FindLrOptions, findLr, type RateTest } from "./find-lr.ts";
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
export type { EarlyStopping, EpochReport, Figure, Monitor } from "./report.ts";
export type { TrainingOptimizer } from "./state.ts";
export type { Lasso } from "./step.ts";
export {
  type BatchTransform,
  compose,
  type MixupOptions,
  mixup,
  type NoiseOptions,
  noise,
} from "./transforms.ts";
export { type WeightedLoss, weighted } from "./weighted.ts";
