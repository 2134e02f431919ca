import * as data from "../../data/index.ts";
import * as metrics from "../../metrics/index.ts";
import * as nn from "../../nn/index.ts";
import { fromTypedArray, manualSeed, type Tensor, tensor } from "../../tensor/index.ts";
import {
  type Average,
  type BatchTransform,
  type Callback,
  compose,
  type EarlyStopping,
  type EpochReport,
  type FitOptions,
  type FitResult,
  fit,
  type LossFunction,
  mixup,
  noise,
  type TrainingOptimizer,
  weighted,
} from "../../train/index.ts";
import { columnNamed, type Table } from "../column.ts";
import { TableModel } from "../model.ts";
import { initialize } from "../network/initialize.ts";
import type { TableNetwork } from "../network/network.ts";
import { layoutOf } from "../preparation.ts";
import { rowWeights } from "../row-weights.ts";
import { classNumbers, targetNumbers, toLearned } from "../target.ts";
import { groupsOf } from "./groups.ts";
import { optimizers } from "./optimizers.ts";
import type { Plan } from "./plan.ts";
import { courseOf, plateau } from "./schedules.ts";
import type { Settings } from "./settings.ts";
import { everyNth } from "./split.ts";

/**
 * The metric that is followed beside the loss: "accuracy" for classes, "r2" for numbers.
 *
 * @example
 * followed("regression"); // → 'r2'
 */
export const followed = (task: Plan["task"]): "accuracy" | "r2" =>
  task === "classification" ? "accuracy" : "r2";

/** So many training rows tell how weights should start. */
const INITIAL_ROWS = 2048;

/**
 * The model of a plan, with weights drawn by the seed of its settings, which the default generator is set to. Up to 2,048 of the training
 * rows tell how weights start, see {@link weightInits} and {@link biasInits}.
 *
 * @example
 * const ages = Array.from({ length: 80 }, (_, i) => 20 + ((7 * i) % 60));
 * const rows = ages.map((age) => ({ age, buys: age > 60 }));
 * const plan = planFor(tableFromRows(rows), { target: "buys" });
 * const settings = chooseSettings({ hidden: [8, 8] }, plan.split.training.length, plan.task);
 * const { network } = makeModel(plan, settings).spec;
 * [network.inputs, ...network.hidden, network.outputs]; // → [1, 8, 8, 2]
 */
export function makeModel(plan: Plan, settings: Settings): TableModel {
  manualSeed(settings.seed);
  const { target, features } = plan;
  const { hidden, activation, parametricActivation, numberEncoding, embeddingSize } = settings;
  const { frontScale, normalization, dropout } = settings;
  const model = new TableModel({
    version: 2,
    features,
    target,
    network: {
      ...layoutOf(features),
      numberEncoding,
      embeddingSize,
      frontScale,
      hidden,
      activation,
      parametricActivation,
      normalization,
      dropout,
      outputs: target.task === "classification" ? target.classes.length : 1,
    },
  });
  const rows = everyNth(plan.split.training, INITIAL_ROWS);
  const [x, codes] = inputTensors(model, plan.table, rows);
  initialize(model.network, settings, x, codes);
  return model;
}

/** What can be said of a training beside its settings, as `fit` takes it. */
export type LearnOptions = Pick<
  FitOptions<TableNetwork, readonly Tensor[]>,
  "checkpoint" | "resume" | "guard" | "compile"
>;

/** What the steps of a training are made of: its batches, loss, optimizer, and limits of the gradient. */
export function partsOf(
  model: TableModel,
  plan: Plan,
  settings: Settings,
): Pick<
  FitOptions<TableNetwork, readonly Tensor[]>,
  "data" | "inputs" | "loss" | "optimizer" | "clipNorm" | "l1"
> {
  const { batchSize, clipNorm, l1, normalization } = settings;
  const { training } = plan.split;
  return {
    data: new data.DataLoader(dataset(model, plan, training), {
      batchSize,
      shuffle: true,
      // A single row has no spread to be normalized by.
      dropLast: normalization === "batch" && training.length % batchSize === 1,
    }),
    inputs: model.spec.network.levels.length > 0 ? 2 : 1,
    loss: lossOf(plan, settings),
    optimizer: makeOptimizer(model.network, settings),
    ...(clipNorm === null ? {} : { clipNorm }),
    ...(l1 === 0 ? {} : { l1 }),
  };
}

/**
 * Trains by the plan and the settings: cross-entropy, or the squared error of the standardized target; afterwards the model has the
 * weights of the best epoch. {@link trainTable} does this, and what comes before and after it.
 *
 * @param model of this plan, made by {@link makeModel}
 * @param settings all of them, by {@link chooseSettings}
 * @param callback is told of the epochs
 * @param signal aborting it stops training after the step at hand; the best weights so far are kept
 * @returns the epochs of training
 * @throws ChainruleError as {@link fit} does
 *
 * @example
 * const ages = Array.from({ length: 80 }, (_, i) => 20 + ((7 * i) % 60));
 * const rows = ages.map((age) => ({ age, buys: age > 60 }));
 * const plan = planFor(tableFromRows(rows), { target: "buys" });
 * const settings = chooseSettings({ hidden: [8], epochs: 20 }, plan.split.training.length, plan.task);
 * const model = makeModel(plan, settings);
 * const { epochs, history } = await learn(model, plan, settings);
 * epochs; // → 20
 * history[19].metrics.accuracy > 0.7; // → true
 */
export function learn(
  model: TableModel,
  plan: Plan,
  settings: Settings,
  callback?: Callback | readonly Callback[],
  signal?: AbortSignal,
  more: LearnOptions = {},
): Promise<FitResult> {
  const { network } = model;
  const { epochs, schedule } = settings;
  const parts = partsOf(model, plan, settings);
  const { validation: rows } = plan.split;
  // In the order of the loader, which goes through the rows in theirs.
  const by = { weights: rowWeights(plan.table, plan.weights, rows)?.values };
  const validation = new data.DataLoader(dataset(model, plan, rows), { batchSize: 1024 });
  return fit(network, {
    ...more,
    ...parts,
    validation,
    epochs,
    anneal: courseOf(parts.optimizer, network, settings),
    metrics:
      plan.task === "classification"
        ? { accuracy: (y: Tensor, t: Tensor) => metrics.accuracy(y, t, by) }
        : { r2: (y: Tensor, t: Tensor) => metrics.r2(y, t, by) },
    earlyStopping: stopping(plan.task, settings),
    transform: transformOf(plan, settings),
    average: averageOf(settings),
    ...(schedule === "plateau" ? { schedule: plateau(parts.optimizer, epochs) } : {}),
    callbacks: callback === undefined ? [] : Array.isArray(callback) ? callback : [callback as Callback],
    signal,
  });
}

/**
 * How good an epoch is; the best one's weights are kept. By "score" it is the score, and of epochs with the same one the one with the
 * lowest loss is better: few rows have few different scores. By "loss" it is −loss, and by "last" the epoch's number.
 *
 * @param score the name of the metric, see {@link followed}
 * @returns higher is better
 *
 * @example
 * const report = { epoch: 3, loss: 0.2, validationLoss: 0.25, metrics: {}, lr: 0.01, seconds: 1 };
 * meritOf(report, "loss", "accuracy"); // → -0.25
 * meritOf(report, "last", "accuracy"); // → 3
 */
export function meritOf(
  { epoch, metrics, validationLoss = 0 }: EpochReport,
  keepBest: Settings["keepBest"],
  score: string,
): number {
  switch (keepBest) {
    case "loss":
      return -validationLoss;
    case "score":
      return metrics[score] - 1e-6 * validationLoss;
    case "last":
      return epoch;
  }
}

/**
 * The report of the best epoch by {@link meritOf}, the first of several; undefined where there is none.
 *
 * @example
 * const report = (epoch: number, accuracy: number, validationLoss: number) => ({
 *   ...{ epoch, loss: 0.2, validationLoss, metrics: { accuracy }, lr: 0.01, seconds: 1 },
 * });
 * const history = [report(1, 0.9, 0.3), report(2, 0.9, 0.25), report(3, 0.8, 0.2)];
 * bestEpoch(history, "score", "classification")?.epoch; // → 2
 * bestEpoch(history, "loss", "classification")?.epoch; // → 3
 */
export function bestEpoch(
  history: readonly EpochReport[],
  keepBest: Settings["keepBest"],
  task: Plan["task"],
): EpochReport | undefined {
  const merit = (report: EpochReport): number => meritOf(report, keepBest, followed(task));
  let best: EpochReport | undefined;
  for (const report of history) if (best === undefined || merit(report) > merit(best)) best = report;
  return best;
}

const stopping = (task: Plan["task"], { keepBest, patience }: Settings): EarlyStopping =>
  keepBest === "loss"
    ? { patience }
    : { patience, monitor: (report) => meritOf(report, keepBest, followed(task)), mode: "max" };

function transformOf({ target }: Plan, settings: Settings): BatchTransform | undefined {
  const classes = target.task === "classification" ? target.classes.length : undefined;
  const transforms = [
    ...(settings.mixup > 0 ? [mixup({ alpha: settings.mixup, classes })] : []),
    ...(settings.noise > 0 ? [noise({ std: settings.noise })] : []),
  ];
  return transforms.length > 0 ? compose(...transforms) : undefined;
}

function averageOf({ average, averageDecay, averageStart }: Settings): Average | undefined {
  if (average === "ema") return { kind: "ema", decay: averageDecay };
  return average === "swa" ? { kind: "swa", start: averageStart } : undefined;
}

const makeOptimizer = (network: TableNetwork, settings: Settings): TrainingOptimizer =>
  optimizers[settings.optimizer].make(groupsOf(network, settings), settings);

/** Cross-entropy or squared error; weighted row by row where the plan says so. */
function lossOf(plan: Plan, settings: Settings): LossFunction<TableNetwork, readonly Tensor[]> {
  const reduction = plan.weights === null ? "mean" : "none";
  const loss =
    plan.task === "regression"
      ? new nn.MSELoss({ reduction })
      : new nn.CrossEntropyLoss({
          labelSmoothing: settings.labelSmoothing,
          reduction,
          weight: settings.classWeights === "balanced" ? balancedWeights(plan) : null,
        });
  const apply = (output: Tensor, target: Tensor): Tensor => loss(output, target);
  return plan.weights === null ? apply : weighted(apply);
}

/** N / (classes · N_c) for class c, over the training rows. */
function balancedWeights({ target, table, split }: Plan): Tensor | null {
  if (target.task !== "classification") return null;
  const counts = new Float64Array(target.classes.length);
  for (const c of classNumbers(target, columnNamed(table, target.name), split.training, table.source))
    counts[c]++;
  return tensor(
    Array.from(counts, (count) => (count > 0 ? split.training.length / (counts.length * count) : 0)),
  );
}

/** x [N, inputs], and codes [N, columns] where the network takes them. */
function inputTensors(model: TableModel, table: Table, rows: Int32Array): [x: Tensor, codes?: Tensor] {
  const { data: numbers, codes, inputs, embedded } = model.inputs(table, rows);
  const x = fromTypedArray(numbers, [rows.length, inputs]);
  return embedded > 0 ? [x, fromTypedArray(codes, [rows.length, embedded])] : [x];
}

/** Inputs, targets and weights of some rows: class numbers [N], or numbers [N, 1] as they are learned; weights [N] if there are. */
function dataset(
  model: TableModel,
  { table, weights }: Plan,
  rows: Int32Array,
): data.Dataset<readonly Tensor[]> {
  const { target } = model.spec;
  const column = columnNamed(table, target.name);
  const y =
    target.task === "classification"
      ? tensor(classNumbers(target, column, rows, table.source))
      : fromTypedArray(toLearned(target, targetNumbers(column, rows, table.source)), [rows.length, 1]);
  const counts = rowWeights(table, weights, rows);
  return new data.TensorDataset<readonly Tensor[]>(
    ...(inputTensors(model, table, rows) as Tensor[]),
    y,
    ...(counts === null ? [] : [fromTypedArray(Float32Array.from(counts.values), [rows.length])]),
  );
}
