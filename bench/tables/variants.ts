/** Ways to train that the benchmark compares: the defaults, and each of their parts taken away. */
import {
  columnNamed,
  type FeaturePreparation,
  type GivenSettings,
  type Plan,
  type PlanOptions,
  type Task,
} from "chainrule/tables";
import { mean } from "./results.ts";
import { crossFit, crossRefit, type Outcome, refit, type Work } from "./ways.ts";

export interface Variant {
  readonly name: string;
  /** What is different from the defaults. */
  readonly about: string;
  /** By the task and the number of training rows. */
  readonly settings: (task: Task, rows: number) => GivenSettings;
  readonly data?: Pick<PlanOptions, "targetTransform">;
  /** Changes what was decided of the data. */
  readonly plan?: (plan: Plan) => Plan;
  /** Uses the rows for learning in another way. Default: 15 % of them choose the epoch of one network. */
  readonly way?: (work: Work) => Promise<Outcome>;
}

const variant = (name: string, about: string, settings: GivenSettings): Variant => ({
  name,
  about,
  settings: () => settings,
});

/** A multilayer perceptron as one would write it without further thought: ReLU, AdamW, one cycle of the rate, early stopping. */
const plain: Variant = {
  name: "plain",
  about: "two layers of 128 ReLUs, PyTorch's initialization, AdamW with one cycle, early stopping by loss",
  settings: (_, rows) => ({
    hidden: [128, 128],
    activation: "relu",
    parametricActivation: false,
    numberEncoding: "plain",
    frontScale: false,
    weightInit: "standard",
    biasInit: "standard",
    parametrization: "standard",
    dropout: 0.1,
    dropoutSchedule: "constant",
    optimizer: "adamw",
    lr: 0.003,
    schedule: "one-cycle",
    beta2: 0.999,
    weightDecay: 0.01,
    weightDecaySchedule: "constant",
    labelSmoothing: 0.1,
    batchSize: 32,
    epochs: rows < 1000 ? 80 : 40,
    keepBest: "loss",
  }),
};

/** Other ways to use few rows. */
const ways: readonly Variant[] = [
  {
    name: "cross-fit",
    about: "the mean of five networks, each with another fifth of the rows held out",
    settings: () => ({}),
    way: crossFit,
  },
  {
    name: "refit",
    about: "ends after the wave of the rate that the held-out rows choose, trained anew on all rows",
    settings: () => ({}),
    way: refit,
  },
  {
    name: "cross-refit",
    about: "as `refit`, the wave chosen by five folds",
    settings: () => ({}),
    way: crossRefit,
  },
];

export const variants: readonly Variant[] = [
  variant("default", "nothing", {}),
  plain,
  {
    name: "standard-scaling",
    about: "numbers by mean and standard deviation in place of median and quartiles",
    settings: () => ({}),
    plan: (plan) => ({ ...plan, features: plan.features.map((feature) => standardized(feature, plan)) }),
  },
  variant("no-pbld", "numbers enter as they are, without periodic embeddings", { numberEncoding: "plain" }),
  variant("no-front-scale", "no learned factor for each input", { frontScale: false }),
  variant("no-ntk", "PyTorch's parametrization, initialization and rate of AdamW", {
    parametrization: "standard",
  }),
  variant("no-bias-init", "biases start as PyTorch's", { biasInit: "standard" }),
  variant("no-parametric-activation", "activations without a learned share", { parametricActivation: false }),
  variant("relu", "ReLU in place of SELU and Mish", { activation: "relu" }),
  variant("no-label-smoothing", "no label smoothing", { labelSmoothing: 0 }),
  variant("no-dropout", "no dropout", { dropout: 0 }),
  variant("no-weight-decay", "no weight decay", { weightDecay: 0 }),
  variant("beta2-0.999", "Adam's usual β₂ of 0.999", { beta2: 0.999 }),
  variant("cosine-schedule", "one fall of the rate along a cosine", { schedule: "cosine" }),
  variant("best-by-loss", "the epoch of the lowest validation loss", { keepBest: "loss" }),
  variant("last-epoch", "the last epoch", { keepBest: "last" }),
  variant("narrow", "three layers of 128 in place of 256", { hidden: [128, 128, 128] }),
  variant("ema", "weights averaged by a decay of 0.98", { average: "ema", averageDecay: 0.98 }),
  ...ways,
];

/** Scaled by the moments of the training rows. */
function standardized(feature: FeaturePreparation, { table, split }: Plan): FeaturePreparation {
  if (feature.type !== "number") return feature;
  const column = columnNamed(table, feature.name);
  if (column.type !== "number") return feature;
  const values = [...split.training].map((row) => column.values[row]).filter(Number.isFinite);
  if (values.length === 0) return feature;
  const center = mean(values);
  const scale = Math.sqrt(mean(values.map((value) => (value - center) ** 2)));
  return { ...feature, median: center, scale };
}

/** The variant of a name. */
export function variantNamed(name: string): Variant {
  const found = variants.find((one) => one.name === name);
  if (found) return found;
  throw new Error(`There is no variant "${name}": ${variants.map((one) => one.name).join(", ")}.`);
}
