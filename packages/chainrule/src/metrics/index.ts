/** How good predictions are: numbers from tensors or arrays, with scikit-learn's definitions. */
export {
  accuracy,
  balancedAccuracy,
  type ConfusionOptions,
  confusionMatrix,
  type PredictionOptions,
  topKAccuracy,
} from "./classes.ts";
export { type Average, type ByClassOptions, f1, precision, recall } from "./precision.ts";
export { type LogLossOptions, logLoss, type RocAucOptions, rocAuc } from "./probabilities.ts";
export type { Scores, Values } from "./read.ts";
export { mae, mse, r2, rmse } from "./regression.ts";
