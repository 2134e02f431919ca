import * as data from "../../data/index.ts";
import * as metrics from "../../metrics/index.ts";
import * as nn from "../../nn/index.ts";
import * as optim from "../../optim/index.ts";
import { fromTypedArray, manualSeed, type Tensor, tensor } from "../../tensor/index.ts";
import { type Callback, type FitResult, fit, type TrainingOptimizer } from "../../train/index.ts";
import { columnNamed, type Table } from "../column.ts";
import { TableModel } from "../model.ts";
import { inputCount } from "../preparation.ts";
import { classNumbers, targetNumbers } from "../target.ts";
import type { Plan } from "./plan.ts";
import type { Settings } from "./settings.ts";

/** The metric that is followed beside the loss. */
export const followed = (task: Plan["task"]): "accuracy" | "r2" =>
  task === "classification" ? "accuracy" : "r2";

/** The model of a plan, with weights drawn by the seed. */
export function makeModel(plan: Plan, settings: Settings): TableModel {
  manualSeed(settings.seed);
  const { target, features } = plan;
  return new TableModel({
    version: 1,
    features,
    target,
    network: {
      inputs: features.reduce((sum, feature) => sum + inputCount(feature), 0),
      hidden: settings.hidden,
      activation: settings.activation,
      dropout: settings.dropout,
      outputs: target.task === "classification" ? target.classes.length : 1,
    },
  });
}

/**
 * Trains by the plan: cross-entropy or squared error, one cycle of the learning rate, and the weights of the epoch with the lowest
 * validation loss.
 */
export function learn(
  model: TableModel,
  plan: Plan,
  settings: Settings,
  callback: Callback,
  signal: AbortSignal,
): Promise<FitResult> {
  const { network } = model;
  const { split, table, task } = plan;
  const classes = task === "classification";
  const training = new data.DataLoader(dataset(model, table, split.training), {
    batchSize: settings.batchSize,
    shuffle: true,
  });
  const validation = new data.DataLoader(dataset(model, table, split.validation), { batchSize: 1024 });
  const optimizer = makeOptimizer(network, settings);
  const steps = training.length * settings.epochs;
  return fit(network, {
    data: training,
    validation,
    loss: classes ? new nn.CrossEntropyLoss({ labelSmoothing: settings.labelSmoothing }) : new nn.MSELoss(),
    optimizer,
    epochs: settings.epochs,
    schedule: new optim.LambdaLR(optimizer, (step) => oneCycle(step / steps)),
    scheduleEvery: "batch",
    metrics: classes ? { accuracy: metrics.accuracy } : { r2: (y: Tensor, t: Tensor) => metrics.r2(y, t) },
    earlyStopping: { patience: settings.patience },
    callbacks: [callback],
    signal,
  });
}

/** The share of the highest learning rate at a moment from 0 to 1: up along a line, then down along a cosine. */
function oneCycle(moment: number): number {
  const peak = 0.1;
  // Not from zero: the first step should do something.
  if (moment < peak) return 0.1 + (0.9 * moment) / peak;
  return 0.5 * (1 + Math.cos((Math.PI * Math.min(1, moment - peak)) / (1 - peak)));
}

function makeOptimizer(network: nn.Module, settings: Settings): TrainingOptimizer {
  const { lr, weightDecay } = settings;
  const parameters = network.parameters();
  switch (settings.optimizer) {
    case "adamw":
      return new optim.AdamW(parameters, { lr, weightDecay });
    case "adam":
      return new optim.Adam(parameters, { lr, weightDecay });
    case "sgd":
      return new optim.SGD(parameters, { lr, weightDecay, momentum: 0.9, nesterov: true });
    case "rmsprop":
      return new optim.RMSprop(parameters, { lr, weightDecay });
  }
}

/** Inputs and targets of some rows: class numbers [N], or standardized numbers [N, 1]. */
function dataset(model: TableModel, table: Table, rows: Int32Array): data.TensorDataset<[Tensor, Tensor]> {
  const { target } = model.spec;
  const column = columnNamed(table, target.name);
  const { data: inputs, inputs: width } = model.inputs(table, rows);
  const x = fromTypedArray(inputs, [rows.length, width]);
  if (target.task === "classification") {
    return new data.TensorDataset(x, tensor(classNumbers(target, column, rows, table.source)));
  }
  const numbers = targetNumbers(column, rows, table.source);
  const y = Float32Array.from(numbers, (value) => (value - target.mean) / target.scale);
  return new data.TensorDataset(x, fromTypedArray(y, [rows.length, 1]));
}
