/** Every metric against scikit-learn. */

import { metrics, Tensor } from "chainrule";

import { expect, test } from "vitest";
import { expectClose, expectNumbers, fromGolden, type GoldenTensor, golden } from "./golden.ts";

interface Case {
  name: string;
  metric: string;
  prediction: GoldenTensor;
  target: GoldenTensor;
  options: object;
  output: number | number[] | GoldenTensor;
}

type Metric = (
  prediction: metrics.Scores,
  target: metrics.Scores,
  options: object,
) => number | number[] | Tensor;

const byName: Record<string, Metric> = {
  accuracy: metrics.accuracy,
  balancedAccuracy: metrics.balancedAccuracy,
  confusionMatrix: metrics.confusionMatrix,
  f1: metrics.f1,
  logLoss: metrics.logLoss,
  meanAbsoluteError: metrics.mae,
  meanSquaredError: metrics.mse,
  precision: metrics.precision,
  r2: metrics.r2,
  recall: metrics.recall,
  rocAuc: metrics.rocAuc,
  rootMeanSquaredError: metrics.rmse,
  topKAccuracy: metrics.topKAccuracy,
};

const compare = (found: number | number[] | Tensor, wanted: Case["output"]): void => {
  if (found instanceof Tensor) return expectClose(found, wanted as GoldenTensor, 1e-12);
  expect(Array.isArray(found)).toBe(Array.isArray(wanted));
  expectNumbers([found].flat(), [wanted as number | number[]].flat(), 1e-12);
};

test.each(golden<Case[]>("metrics").map((c) => [c.name, c] as const))("%s", (_, c) => {
  const [prediction, target] = [fromGolden(c.prediction), fromGolden(c.target)];
  const metric = byName[c.metric];
  compare(metric(prediction, target, c.options), c.output);
  const asArrays = [prediction.toArray(), target.toArray()] as [number[], number[]];
  compare(metric(...asArrays, c.options), c.output);
});
