/** Every metric against scikit-learn. */

import { metrics, Tensor } from "chainrule";

import { expect, test } from "vitest";
import { expectClose, expectNumbers, fromGolden, type GoldenTensor, golden, toNumber } from "./golden.ts";

/** What a metric gives, as the file holds it; `{ $n }` is a number that JSON lacks. */
type Output = number | { $n: string } | GoldenTensor | readonly Output[] | { [name: string]: Output };

interface Case {
  name: string;
  metric: string;
  prediction: GoldenTensor;
  target: GoldenTensor;
  options: object;
  output: Output;
}

type Metric = (prediction: metrics.Scores, target: metrics.Scores, options: object) => unknown;

const byName: Record<string, Metric> = {
  accuracy: metrics.accuracy,
  balancedAccuracy: metrics.balancedAccuracy,
  brier: metrics.brier,
  calibrationCurve: metrics.calibrationCurve,
  classReport: metrics.classReport,
  cohenKappa: metrics.cohenKappa,
  confusionMatrix: metrics.confusionMatrix,
  explainedVariance: metrics.explainedVariance,
  f1: metrics.f1,
  logLoss: metrics.logLoss,
  mape: metrics.mape,
  matthewsCorrelation: metrics.matthewsCorrelation,
  maxError: metrics.maxError,
  meanAbsoluteError: metrics.mae,
  meanSquaredError: metrics.mse,
  medianAbsoluteError: metrics.medianAbsoluteError,
  pinball: metrics.pinball,
  prAuc: metrics.prAuc,
  precision: metrics.precision,
  precisionRecallCurve: metrics.precisionRecallCurve,
  quantile: (values, shares, options) =>
    metrics.quantile(
      values as metrics.Values,
      (shares instanceof Tensor ? shares.toArray() : shares) as number[],
      options,
    ),
  r2: metrics.r2,
  recall: metrics.recall,
  rocAuc: metrics.rocAuc,
  rocCurve: metrics.rocCurve,
  rootMeanSquaredError: metrics.rmse,
  topKAccuracy: metrics.topKAccuracy,
};

const isNumber = (x: Output): x is number | { $n: string } =>
  typeof x === "number" || (typeof x === "object" && "$n" in x);

function compare(found: unknown, wanted: Output, what = "value"): void {
  if (isNumber(wanted)) {
    expect(typeof found, what).toBe("number");
    const number = typeof wanted === "number" ? wanted : toNumber(wanted.$n);
    return expectNumbers([found as number], [number], 1e-12, 1e-12, what);
  }
  if (found instanceof Tensor) return expectClose(found, wanted as GoldenTensor, 1e-12);
  const parts = found as Record<string, unknown>;
  expect(Object.keys(parts), what).toEqual(Object.keys(wanted));
  for (const [name, part] of Object.entries(wanted)) compare(parts[name], part, `${what}.${name}`);
}

test.each(golden<Case[]>("metrics").map((c) => [c.name, c] as const))("%s", (_, c) => {
  const [prediction, target] = [fromGolden(c.prediction), fromGolden(c.target)];
  const metric = byName[c.metric];
  compare(metric(prediction, target, c.options), c.output);
  const asArrays = [prediction.toArray(), target.toArray()] as [number[], number[]];
  compare(metric(...asArrays, c.options), c.output);
});
