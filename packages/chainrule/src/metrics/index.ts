/** How good predictions are: numbers from tensors or arrays, with scikit-learn's definitions. */
export { cohenKappa, type KappaOptions, matthewsCorrelation } from "./agreement.ts";
export { type BootstrapOptions, bootstrap, type Interval } from "./bootstrap.ts";
export {
  type CalibrationCurve,
  type CalibrationCurveOptions,
  type CalibrationErrorOptions,
  calibrationCurve,
  calibrationError,
} from "./calibration.ts";
export {
  accuracy,
  balancedAccuracy,
  type ConfusionOptions,
  confusionMatrix,
  type TopKOptions,
  topKAccuracy,
} from "./classes.ts";
export type { PredictionOptions } from "./pairs.ts";
export { type Average, type ByClassOptions, f1, precision, recall } from "./precision.ts";
export { brier, type LogLossOptions, logLoss } from "./probabilities.ts";
export { type QuantileOptions, quantile } from "./quantile.ts";
export {
  type AreaOptions,
  type PrecisionRecallCurve,
  prAuc,
  precisionRecallCurve,
  type RocCurve,
  type RocCurveOptions,
  rocAuc,
  rocCurve,
} from "./ranking.ts";
export type { Scores, Values, WeightOptions } from "./read.ts";
export {
  explainedVariance,
  mae,
  mape,
  maxError,
  medianAbsoluteError,
  mse,
  type PinballOptions,
  pinball,
  r2,
  rmse,
} from "./regression.ts";
export { type ClassFigures, type ClassReport, type ClassReportOptions, classReport } from "./report.ts";
export { type BestThreshold, type BestThresholdOptions, bestThreshold, type Costs } from "./threshold.ts";
