/** Tables: typed columns, what is in them, and their preparation for a network, which is saved with the model. */
export {
  type BooleanColumn,
  type Cell,
  type Column,
  type ColumnType,
  columnNamed,
  type DateColumn,
  isMissing,
  type NumberColumn,
  type Table,
  type TextColumn,
  tableFromRows,
  tableOf,
  takeRows,
  textAt,
  textColumn,
} from "./column.ts";
export { type Baseline, baselinesOf } from "./evaluation/baselines.ts";
export { type Coverage, evaluatePlan, type PlanEvaluation } from "./evaluation/evaluate.ts";
export {
  type CalibrationFigures,
  type CalibrationReport,
  checkThreshold,
  type FinishedModel,
  type FinishOptions,
  finishModel,
} from "./evaluation/finish.ts";
export {
  type Goodness,
  type Importance,
  type ImportanceOptions,
  permutationImportance,
  sensitiveColumns,
} from "./evaluation/importance.ts";
export { fitLinear, type LinearModel } from "./evaluation/linear.ts";
export {
  type DependenceCurve,
  type PartialDependence,
  type PartialDependenceOptions,
  partialDependence,
} from "./evaluation/partial-dependence.ts";
export { type PartRisk, type Risk, riskOf } from "./evaluation/risk.ts";
export { fitTemperature } from "./evaluation/temperature.ts";
export type { DroppedColumn, DropReason, FeatureChoice } from "./features.ts";
export {
  type ColumnInspection,
  type Histogram,
  type InspectTableOptions,
  inspectTable,
  type TableInspection,
  type TableWarning,
  type TargetInspection,
} from "./inspect.ts";
export { fitIntervals, intervalAround, type PredictionIntervals } from "./intervals.ts";
export { findLeaks, type Leak } from "./leaks.ts";
export { type Look, lookOf } from "./looks.ts";
export { type Predictions, type PredictOptions, TableModel } from "./model.ts";
export {
  type ActivationName,
  type Architecture,
  activationNames,
  type Normalization,
  type NumberEncoding,
  normalizations,
  numberEncodings,
} from "./network/architecture.ts";
export { type BiasInit, biasInits, type WeightInit, weightInits } from "./network/initialize.ts";
export { TableNetwork } from "./network/network.ts";
export {
  type BooleanFeature,
  type Cycle,
  type DateFeature,
  type FeaturePreparation,
  type InputLayout,
  inputNames,
  layoutOf,
  MOST_LEVELS,
  type NumberFeature,
  type TextFeature,
} from "./preparation.ts";
export type { PreparedInputs, UnseenLevels } from "./preparation-inputs.ts";
export {
  type CrossValidation,
  type CrossValidationOptions,
  crossValidate,
  type FoldScores,
  type MeanAndDeviation,
} from "./procedure/cross-validation.ts";
export { bestEpoch, followed, type LearnOptions, learn, makeModel, meritOf } from "./procedure/learn.ts";
export {
  type CurvePoint,
  type LearningCurve,
  type LearningCurveOptions,
  learningCurve,
} from "./procedure/learning-curve.ts";
export { type OptimizerName, optimizerNames } from "./procedure/optimizers.ts";
export {
  infiniteIn,
  type Plan,
  type PlanOptions,
  planFor,
  planOptionsIn,
  type UnlearnedClass,
} from "./procedure/plan.ts";
export {
  type FadeName,
  fadeNames,
  type ScheduleName,
  scheduleNames,
} from "./procedure/schedules.ts";
export {
  type ClassScoreName,
  type ClassScores,
  type Headline,
  headline,
  type NumberScoreName,
  type NumberScores,
  type Resampling,
  type ResidualBin,
  type ScoreOptions,
  type Scores,
  scoresOf,
} from "./procedure/scores.ts";
export {
  averages,
  checkSettings,
  classWeightings,
  keepBests,
  parametrizations,
  settingsIn,
} from "./procedure/setting-checks.ts";
export {
  chooseSettings,
  type GivenSettings,
  type Parametrization,
  patienceFor,
  type Settings,
  sizes,
} from "./procedure/settings.ts";
export {
  everyNth,
  type Split,
  type SplitKind,
  type SplitSizes,
  splitRows,
  splitTable,
  strataOf,
} from "./procedure/split.ts";
export { type TrainedTable, type TrainTableOptions, trainTable } from "./procedure/train-table.ts";
export type { ColumnProfile, ValueRange } from "./profile.ts";
export { toPyTorchTable } from "./pytorch/code.ts";
export { type RowWeights, rowWeights } from "./row-weights.ts";
export { Asha, type AshaOptions, type RungResult, rungsFor, type TrialJob } from "./search/asha.ts";
export { type FindRateOptions, findRate } from "./search/find-rate.ts";
export { importanceOf, type SettingImportance, type ValueGroup } from "./search/importance.ts";
export {
  checkSpace,
  defaultSpace,
  drawPoint,
  type Point,
  pointOf,
  type Range,
  type Space,
  type TunableName,
  type Value,
  withPoint,
} from "./search/space.ts";
export { checkSpec, type TableModelSpec } from "./spec.ts";
export {
  type ClassTarget,
  classNumbers,
  type NumberTarget,
  rowsWithValue,
  type TargetPreparation,
  type TargetTransform,
  targetNumbers,
  targetTransforms,
  toLearned,
} from "./target.ts";
export { detectTask, type Task } from "./task.ts";
export { columnAs, missingWords, type RefineOptions, refineText } from "./texts.ts";
export { RowError } from "./use/cells.ts";
export { modelBytes, modelFromBytes } from "./use/file.ts";
export {
  type AnyRow,
  type ClassPrediction,
  defaultLevel,
  LoadedModel,
  type LoadOptions,
  load,
  type NumberPrediction,
  type RowPrediction,
} from "./use/loaded.ts";
export { type ToOnnxTableOptions, toOnnxTable } from "./use/onnx.ts";
export { type RowSchema, rowSchema } from "./use/schema.ts";
export type { ModelSource } from "./use/source.ts";
export { type TraceTableOptions, traceTable } from "./use/trace-rows.ts";
export { typesModule } from "./use/types.ts";
export * as wording from "./wording.ts";
