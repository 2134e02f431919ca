/** A model for tests that reads columns of every type, and predicts what a target says. */
import { manualSeed } from "../../../tensor/index.ts";
import { TableModel } from "../../model.ts";
import type { Architecture } from "../../network/architecture.ts";
import { type FeaturePreparation, layoutOf } from "../../preparation.ts";
import type { ClassTarget, NumberTarget, TargetPreparation } from "../../target.ts";

export const features: readonly FeaturePreparation[] = [
  { type: "text", name: "plan", missing: true, encoding: "one-hot", levels: ["basic", "pro", "7"] },
  { type: "number", name: "age", missing: true, median: 41, scale: 12.5 },
  { type: "boolean", name: "paid", missing: true },
  { type: "date", name: "since", missing: true, median: 1.6e12, scale: 4e10, cycles: ["year", "day"] },
  { type: "text", name: "city", missing: false, encoding: "embedding", levels: ["Bonn", "Ulm", "Köln"] },
  { type: "number", name: "constructor", missing: false, median: 0, scale: 1 },
];

export const classTarget: ClassTarget = {
  task: "classification",
  name: "kind",
  type: "text",
  classes: ["a", "b", "__proto__"],
};

export const numberTarget: NumberTarget = {
  task: "regression",
  name: "price",
  type: "number",
  transform: "none",
  center: 200,
  scale: 50,
  mean: 200,
  range: [100, 300],
};

/** A model whose weights are drawn with seed 1. */
export function sampleModel(
  target: TargetPreparation = classTarget,
  network: Partial<Architecture> = {},
): TableModel {
  manualSeed(1);
  return new TableModel({
    version: 2,
    features,
    target,
    network: {
      ...layoutOf(features),
      numberEncoding: "pbld",
      embeddingSize: 4,
      frontScale: true,
      hidden: [16, 8],
      activation: "selu",
      parametricActivation: true,
      normalization: "none",
      dropout: 0.1,
      outputs: target.task === "classification" ? target.classes.length : 1,
      ...network,
    },
  });
}
