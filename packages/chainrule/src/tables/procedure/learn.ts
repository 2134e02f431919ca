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
import { type Column, columnNamed, type Table } from "../column.ts";
import { TableModel } from "../model.ts";
import { initialize } from "../network/initialize.ts";
import type { TableNetwork } from "../network/network.ts";
import { layoutOf } from "../preparation.ts";
import { classNumbers, targetNumbers, toLearned } from "../target.ts";
import { groupsOf } from "./groups.ts";
import { optimizers } from "./optimizers.ts";
import type { Plan } from "./plan.ts";
import { courseOf, plateau } from "./schedules.ts";
import type { Settings } from "./settings.ts";
import { everyNth } from "./split.ts";

/** The metric that is followed beside the loss. */
export const followed = (task: Plan["task"]): "accuracy" | "r2" =>
  task === "classification" ? "accuracy" : "r2";

/** So many training rows tell how weights should start. */
const INITIAL_ROWS = 2048;

/** The model of a plan, with weights drawn by the seed. */
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
 * weights of the best epoch.
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
  const validation = new data.DataLoader(dataset(model, plan, plan.split.validation), { batchSize: 1024 });
  return fit(network, {
    ...more,
    ...parts,
    validation,
    epochs,
    anneal: courseOf(parts.optimizer, network, settings),
    metrics:
      plan.task === "classification"
        ? { accuracy: metrics.accuracy }
        : { r2: (y: Tensor, t: Tensor) => metrics.r2(y, t) },
    earlyStopping: stopping(plan.task, settings),
    transform: transformOf(plan, settings),
    average: averageOf(settings),
    ...(schedule === "plateau" ? { schedule: plateau(parts.optimizer, epochs) } : {}),
    callbacks: callback === undefined ? [] : Array.isArray(callback) ? callback : [callback as Callback],
    signal,
  });
}

/**
 * How good an epoch is; the best one's weights are kept. Of epochs with the same score it is the one with the lowest loss: few rows
 * have few different scores.
 *
 * @param score the name of the metric, see {@link followed}
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

/** The report of the best epoch by {@link meritOf}, the first of several; undefined where there is none. */
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
  const counts = weights === null ? [] : [weightTensor(columnNamed(table, weights), rows, table)];
  return new data.TensorDataset<readonly Tensor[]>(
    ...(inputTensors(model, table, rows) as Tensor[]),
    y,
    ...counts,
  );
}

const weightTensor = (column: Column, rows: Int32Array, { source }: Table): Tensor =>
  fromTypedArray(Float32Array.from(targetNumbers(column, rows, source)), [rows.length]);
