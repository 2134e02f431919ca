import * as nn from "../../nn/index.ts";
import * as optim from "../../optim/index.ts";
import { enableGrad, fromTypedArray, noGrad, type Tensor, tensor } from "../../tensor/index.ts";
import { columnNamed } from "../column.ts";
import { TableModel } from "../model.ts";
import { linearArchitecture } from "../network/architecture.ts";
import type { FeaturePreparation } from "../preparation.ts";
import { layoutOf } from "../preparation.ts";
import type { Plan } from "../procedure/plan.ts";
import { everyNth } from "../procedure/split.ts";
import { rowWeights, sharesOf } from "../row-weights.ts";
import { classNumbers, targetNumbers, toLearned } from "../target.ts";

/** What {@link fitLinear} gives. */
export interface LinearModel {
  /** A network without hidden layers. Its probabilities are not calibrated, and it has no intervals. */
  readonly model: TableModel;
  /** The strength λ of ‖W‖² that told the validation rows best: 50, 5, 0.5 or 0.05, divided by `rows`. */
  readonly strength: number;
  /** Training rows that it was fitted on: at most 20,000, and fewer (but at least 2,000 of those there are) of wide inputs. */
  readonly rows: number;
}

/** Strengths by the number of rows n: λ = s / n. scikit-learn's multinomial logistic regression has s = 1/2 at C = 1. */
const strengths = [50, 5, 0.5, 0.05] as const;

/** So many rows tell a linear model all that it can know, nearly; of wide inputs fewer are taken, to be quick. */
const MOST_ROWS = 20_000;
const FEWEST_ROWS = 2000;
const MOST_WEIGHINGS = 4_000_000;
const MOST_ITERATIONS = 60;
const FEWEST_ITERATIONS = 15;
/** Of one strength, for all iterations: a second's work or so. The softmax of an output costs like so many inputs. */
const MOST_WORK = 1_000_000_000;
const SOFTMAX = 30;
/** Text columns have an input for each level, while there are so few of these in all. */
const MOST_INPUTS = 1000;

/**
 * A linear model of a plan on the inputs that the network gets: multinomial logistic regression for classes, ridge regression for numbers.
 * It minimizes mean loss (by the plan's column of weights, where it has one) + λ‖W‖² by LBFGS, without a penalty on the biases, for
 * strengths from strong to weak, as long as the validation loss falls; that with the least validation loss is kept. Learned vectors of
 * levels become one input for each level. The same plan gives the same bits.
 *
 * @example
 * const areas = Array.from({ length: 80 }, (_, i) => 30 + ((7 * i) % 60));
 * const rows = areas.map((area) => ({ area, rent: 100 + 10 * area }));
 * const plan = planFor(tableFromRows(rows), { target: "rent" });
 * const { model, rows: fitted } = fitLinear(plan);
 * fitted; // → 54
 * const predictions = model.predict(tableFromRows([{ area: 50 }])); // the truth is 600
 * predictions.task === "regression" && predictions.values; // → Float64Array(1) [598.2]
 */
export function fitLinear(plan: Plan): LinearModel {
  const features = withoutVectors(plan.features);
  const { target, split } = plan;
  const model = new TableModel({
    version: 2,
    features,
    target,
    network: linearArchitecture(
      layoutOf(features),
      target.task === "classification" ? target.classes.length : 1,
    ),
  });
  const { network } = model;
  noGrad(() => {
    for (const p of network.parameters()) p.zero_();
  });
  const { inputs, outputs } = model.spec.network;
  const affordable = Math.floor(MOST_WEIGHINGS / (inputs * outputs));
  const training = everyNth(split.training, Math.max(FEWEST_ROWS, Math.min(MOST_ROWS, affordable)));
  const loss = lossOver(model, plan, training);
  const validation = lossOver(model, plan, everyNth(split.validation, MOST_ROWS));
  const work = training.length * (inputs + SOFTMAX) * outputs;
  const iterations = Math.max(FEWEST_ITERATIONS, Math.min(MOST_ITERATIONS, Math.floor(MOST_WORK / work)));
  let best = { value: Number.POSITIVE_INFINITY, strength: 0, weights: network.stateDict() };
  for (const strength of strengths) {
    const lambda = strength / training.length;
    minimize(network, () => loss().add(penalty(network, lambda)), iterations);
    const value = noGrad(() => validation().item());
    // From strong to weak: once less is worse, still less is worse too.
    if (best.strength > 0 && !(value < best.value)) break;
    best = { value, strength: lambda, weights: copies(network) };
  }
  network.loadStateDict(best.weights);
  return { model, strength: best.strength, rows: training.length };
}

/** Text columns with an input for each level in place of learned vectors, those with the fewest levels first. */
function withoutVectors(features: readonly FeaturePreparation[]): FeaturePreparation[] {
  let left = MOST_INPUTS;
  const byLevels = features
    .filter((feature) => feature.type === "text")
    .toSorted((a, b) => a.levels.length - b.levels.length);
  const levels = new Map(
    byLevels.map(({ name, levels }) => {
      const kept = levels.slice(0, left);
      left -= kept.length;
      return [name, kept];
    }),
  );
  return features.map((feature) =>
    feature.type === "text"
      ? { ...feature, encoding: "one-hot", levels: levels.get(feature.name) ?? [] }
      : feature,
  );
}

function lossOver(model: TableModel, { table, target, weights }: Plan, rows: Int32Array): () => Tensor {
  const { data, inputs } = model.inputs(table, rows);
  const x = fromTypedArray(data, [rows.length, inputs]);
  const column = columnNamed(table, target.name, "target");
  const counts = rowWeights(table, weights, rows);
  const shares = counts === null ? null : fromTypedArray(Float32Array.from(sharesOf(counts)), [rows.length]);
  const reduction = shares === null ? "mean" : "none";
  const mean = (loss: Tensor): Tensor => (shares === null ? loss : loss.reshape([-1]).mul(shares).sum());
  if (target.task === "classification") {
    const y = tensor(classNumbers(target, column, rows, table.source));
    const loss = new nn.CrossEntropyLoss({ reduction });
    return () => mean(loss(model.network(x), y));
  }
  const y = fromTypedArray(toLearned(target, targetNumbers(column, rows, table.source)), [rows.length, 1]);
  const loss = new nn.MSELoss({ reduction });
  return () => mean(loss(model.network(x), y));
}

/** λ Σ W², biases left out. */
const penalty = (network: TableModel["network"], lambda: number): Tensor =>
  network
    .parameters()
    .filter(({ ndim }) => ndim > 1)
    .map((w) => w.square().sum().mul(lambda))
    .reduce((sum, part) => sum.add(part));

function minimize(network: TableModel["network"], loss: () => Tensor, maxIter: number): void {
  const optimizer = new optim.LBFGS(network.parameters(), {
    maxIter,
    historySize: 10,
    toleranceGrad: 1e-5,
    toleranceChange: 1e-8,
    lineSearchFn: "strongWolfe",
  });
  enableGrad(() =>
    optimizer.step(() => {
      optimizer.zeroGrad();
      const value = loss();
      value.backward();
      return value;
    }),
  );
}

const copies = (network: TableModel["network"]): Record<string, Tensor> =>
  Object.fromEntries(Object.entries(network.stateDict()).map(([name, t]) => [name, t.clone()]));
