/** What the benchmark measures: networks with their batches and optimizers, and how much faster than others they have to be. */

export type Activation = "ReLU" | "tanh" | "GELU";
export type OptimizerName = "SGD" | "Adam" | "AdamW";
export type LossName = "MSE" | "cross-entropy";

/** A whole training step: forward pass, loss, backward pass, update, and the loss read back as a number. */
export interface Training {
  readonly task: "training";
  /** Features in, hidden widths, features out. The activation stands between them, and not after the last. */
  readonly widths: readonly number[];
  readonly activation: Activation;
  readonly batch: number;
  readonly optimizer: OptimizerName;
  readonly loss: LossName;
  readonly lr: number;
  /** The four rows of exclusive or, or random batches that take turns, as they would come from a loader. */
  readonly data: "random" | "xor";
  readonly batches: number;
}

/** A forward pass without gradients, on one row. */
export interface Inference {
  readonly task: "inference";
  readonly widths: readonly number[];
  readonly activation: Activation;
  readonly batch: number;
  readonly batches: number;
}

/** A product of two square matrices. */
export interface Product {
  readonly task: "product";
  readonly n: number;
}

export type Workload = Training | Inference | Product;

/** Exclusive or: all its rows. */
export const xor = {
  inputs: [
    [0, 0],
    [0, 1],
    [1, 0],
    [1, 1],
  ],
  targets: [[0], [1], [1], [0]],
};

/** How many random batches take turns. */
const batches = 8;

/** Learning rates that let every network here go on training for as long as it is measured. */
const learningRates: Readonly<Record<OptimizerName, number>> = { SGD: 1e-2, Adam: 1e-3, AdamW: 1e-3 };

/** A claim that the benchmark checks: this many times the speed of another contestant. */
export interface Bar {
  readonly than: string;
  readonly factor: number;
}

export interface Row {
  readonly workload: Workload;
  /** Bars for the compiled step. */
  readonly bars: readonly Bar[];
  /** Bars for the eager step, which answers one call after the other. */
  readonly eagerBars?: readonly Bar[];
}

const than = (name: string, factor: number): Bar => ({ than: name, factor });

type Details = [optimizer: OptimizerName, loss: LossName, activation?: Activation, data?: Training["data"]];

const training = (widths: readonly number[], batch: number, ...details: Details): Training => {
  const [optimizer, loss, activation = "ReLU", data = "random"] = details;
  const lr = learningRates[optimizer];
  return { task: "training", widths, activation, batch, optimizer, loss, lr, data, batches };
};

const inference = (widths: readonly number[]): Inference => ({
  task: "inference",
  widths,
  activation: "ReLU",
  batch: 1,
  batches,
});

export const rows: readonly Row[] = [
  {
    workload: training([2, 3, 1], 1, "SGD", "MSE"),
    bars: [than("PyTorch", 60)],
    eagerBars: [than("PyTorch", 1)],
  },
  {
    workload: training([2, 8, 1], 4, "SGD", "MSE", "tanh", "xor"),
    bars: [than("PyTorch", 60), than("brain.js", 1)],
  },
  { workload: training([30, 64, 64, 1], 32, "Adam", "MSE"), bars: [than("PyTorch", 12)] },
  {
    workload: training([784, 128, 10], 64, "SGD", "cross-entropy"),
    bars: [than("PyTorch", 2.5), than("tfjs", 20)],
  },
  {
    workload: training([784, 128, 10], 64, "Adam", "cross-entropy"),
    bars: [than("PyTorch", 3), than("jax-js", 5)],
  },
  {
    workload: training([784, 256, 128, 10], 128, "Adam", "cross-entropy"),
    bars: [than("PyTorch", 2.3), than("tfjs", 20)],
  },
  { workload: training([784, 512, 512, 10], 128, "SGD", "cross-entropy"), bars: [than("PyTorch", 1.4)] },
  { workload: training([784, 512, 512, 10], 128, "Adam", "cross-entropy"), bars: [than("PyTorch", 1.8)] },
  {
    workload: training([512, 1024, 1024, 512], 256, "AdamW", "MSE", "GELU"),
    bars: [than("PyTorch", 1.3)],
  },
  { workload: training([1024, 2048, 2048, 1024], 512, "SGD", "MSE"), bars: [than("PyTorch", 1.15)] },
  { workload: inference([2, 3, 1]), bars: [than("PyTorch", 20)] },
  { workload: inference([784, 128, 10]), bars: [than("PyTorch", 2)] },
  { workload: inference([784, 512, 512, 10]), bars: [than("PyTorch", 1)] },
  ...[256, 512, 1024, 2048].map((n): Row => ({ workload: { task: "product", n }, bars: [] })),
];

/** `784–128–10`, with the activation where it is not the usual ReLU, or `1024×1024`. */
export function networkName(workload: Workload): string {
  if (workload.task === "product") return `${workload.n}×${workload.n}`;
  const widths = workload.widths.join("–");
  return workload.activation === "ReLU" ? widths : `${widths} ${workload.activation}`;
}

/** The whole workload in one line, as `--only` searches it. */
export function describe(workload: Workload): string {
  const name = networkName(workload);
  if (workload.task === "product") return `product ${name}`;
  if (workload.task === "inference") return `inference ${name} batch ${workload.batch}`;
  return `training ${name} batch ${workload.batch} ${workload.optimizer} ${workload.loss}`;
}
