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
export { chooseFeatures, type DroppedColumn, type DropReason, type FeatureChoice } from "./features.ts";
export { type Predictions, TableModel } from "./model.ts";
export {
  type ActivationName,
  type Architecture,
  activationNames,
  buildNetwork,
} from "./network.ts";
export {
  type BooleanFeature,
  type Cycle,
  type DateFeature,
  type FeaturePreparation,
  fitFeatures,
  inputCount,
  inputNames,
  type NumberFeature,
  type PreparedInputs,
  prepareInputs,
  type TextFeature,
  type UnseenLevels,
} from "./preparation.ts";
export { followed, learn, makeModel } from "./procedure/learn.ts";
export { type Plan, type PlanOptions, planFor } from "./procedure/plan.ts";
export {
  type ClassScores,
  headline,
  type NumberScores,
  type Scores,
  scoresOf,
} from "./procedure/scores.ts";
export {
  chooseSettings,
  type GivenSettings,
  type OptimizerName,
  optimizerNames,
  patienceFor,
  type Settings,
  sizes,
} from "./procedure/settings.ts";
export { checkEnoughRows, type Split, type SplitSizes, splitRows } from "./procedure/split.ts";
export { type ColumnProfile, profileColumn } from "./profile.ts";
export { checkSpec, type TableModelSpec } from "./spec.ts";
export { classNumbers, fitTarget, rowsWithValue, type TargetPreparation, targetNumbers } from "./target.ts";
export { detectTask, type Task } from "./task.ts";
export { missingWords, type RefineOptions, refineText } from "./texts.ts";
export * as wording from "./wording.ts";
