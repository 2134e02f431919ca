/** Tables: typed columns, what is in them, and their preparation for a network, which is saved with the model. */
export {
  type BooleanColumn,
  type Cell,
  type Column,
  type ColumnType,
  columnNamed,
  type DateColumn,
  isMissing,
  lengthOf,
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
export { type Coverage, type Evaluation, evaluatePlan } from "./evaluation/evaluate.ts";
export {
  type CalibrationFigures,
  type CalibrationReport,
  type FinishedModel,
  type FinishOptions,
  finishModel,
} from "./evaluation/finish.ts";
export {
  type Goodness,
  type Importance,
  type ImportanceOptions,
  permutationImportance,
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
export { chooseFeatures, type DroppedColumn, type DropReason, type FeatureChoice } from "./features.ts";
export {
  type ColumnInspection,
  type Histogram,
  type InspectTableOptions,
  inspectTable,
  type TableInspection,
  type TableWarning,
  type TargetInspection,
} from "./inspect.ts";
export { fitIntervals, intervalAround, intervalLevels, type PredictionIntervals } from "./intervals.ts";
export { findLeaks, type Leak } from "./leaks.ts";
export { type Predictions, type PredictOptions, TableModel } from "./model.ts";
export {
  type ActivationName,
  type Architecture,
  activationNames,
  type Normalization,
  type NumberEncoding,
  normalizations,
  numberEncodings,
  weightCount,
} from "./network/architecture.ts";
export { type BiasInit, biasInits, type WeightInit, weightInits } from "./network/initialize.ts";
export { TableNetwork } from "./network/network.ts";
export {
  type BooleanFeature,
  type Cycle,
  type DateFeature,
  type FeaturePreparation,
  fitFeatures,
  type InputLayout,
  inputNames,
  isEmbedded,
  layoutOf,
  MOST_LEVELS,
  type NumberFeature,
  type TextFeature,
} from "./preparation.ts";
export { type PreparedInputs, prepareInputs, type UnseenLevels } from "./preparation-inputs.ts";
export {
  type CrossValidation,
  type CrossValidationOptions,
  crossValidate,
  type FoldScores,
  type MeanAndDeviation,
} from "./procedure/cross-validation.ts";
export { followed, type LearnOptions, learn, makeModel, meritOf } from "./procedure/learn.ts";
export {
  type CurvePoint,
  type LearningCurve,
  type LearningCurveOptions,
  learningCurve,
} from "./procedure/learning-curve.ts";
export { type OptimizerName, optimizerNames } from "./procedure/optimizers.ts";
export { type Plan, type PlanOptions, planFor, type UnlearnedClass } from "./procedure/plan.ts";
export {
  type FadeName,
  fadeNames,
  type ScheduleName,
  scheduleNames,
} from "./procedure/schedules.ts";
export {
  type ClassScoreName,
  type ClassScores,
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
  chooseSettings,
  type GivenSettings,
  keepBests,
  type Parametrization,
  parametrizations,
  patienceFor,
  type Settings,
  sizes,
} from "./procedure/settings.ts";
export {
  checkEnoughRows,
  type Split,
  type SplitKind,
  type SplitSizes,
  splitRows,
  splitTable,
} from "./procedure/split.ts";
export { type TrainedTable, type TrainTableOptions, trainTable } from "./procedure/train-table.ts";
export { type ColumnProfile, profileColumn, type ValueRange } from "./profile.ts";
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
  tunableNames,
  type Value,
  withPoint,
} from "./search/space.ts";
export { checkSpec, type TableModelSpec } from "./spec.ts";
export {
  type ClassTarget,
  classNumbers,
  fitTarget,
  type NumberTarget,
  rowsWithValue,
  type TargetPreparation,
  type TargetTransform,
  targetNumbers,
  targetTransforms,
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
export { type RowSchema, rowSchema } from "./use/schema.ts";
export type { ModelSource } from "./use/source.ts";
export { typesModule } from "./use/types.ts";
export * as wording from "./wording.ts";
