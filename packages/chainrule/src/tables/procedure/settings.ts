import type { ActivationName } from "../network.ts";

export const optimizerNames = ["adamw", "adam", "sgd", "rmsprop"] as const;
export type OptimizerName = (typeof optimizerNames)[number];

/** How the network is made and trained, all decided. */
export interface Settings {
  readonly hidden: readonly number[];
  readonly activation: ActivationName;
  readonly dropout: number;
  readonly optimizer: OptimizerName;
  /** The highest rate; it rises to it over the first tenth of training and falls to nothing along a cosine. */
  readonly lr: number;
  readonly weightDecay: number;
  readonly labelSmoothing: number;
  readonly batchSize: number;
  readonly epochs: number;
  /** Epochs without a better validation loss after which training ends. */
  readonly patience: number;
  readonly seed: number;
}

/** What the user said; the rest follows from the size of the data. */
export type GivenSettings = { readonly [K in keyof Settings]?: Settings[K] | undefined };

/** Defaults by the number of training rows. Measured on the bundled tables; larger ones follow the same numbers of steps. */
export const sizes = [
  { below: 1_000, hidden: [128, 128], batchSize: 32, epochs: 80 },
  { below: 10_000, hidden: [128, 128], batchSize: 32, epochs: 40 },
  { below: 100_000, hidden: [128, 128], batchSize: 128, epochs: 30 },
  { below: Number.POSITIVE_INFINITY, hidden: [256, 256], batchSize: 512, epochs: 10 },
] as const;

/** Epochs without improvement after which training ends, if nothing else was said: a third of all. */
export const patienceFor = (epochs: number): number => Math.max(5, Math.ceil(epochs / 3));

/** Settings where nothing was said, by the number of training rows. */
export function chooseSettings(given: GivenSettings, rows: number): Settings {
  const bySize = sizes.find(({ below }) => rows < below) ?? sizes[sizes.length - 1];
  const optimizer = given.optimizer ?? "adamw";
  const epochs = given.epochs ?? bySize.epochs;
  return {
    hidden: given.hidden ?? bySize.hidden,
    activation: given.activation ?? "relu",
    dropout: given.dropout ?? 0.1,
    optimizer,
    lr: given.lr ?? (optimizer === "sgd" ? 0.05 : 0.003),
    weightDecay: given.weightDecay ?? 0.01,
    labelSmoothing: given.labelSmoothing ?? 0.1,
    batchSize: given.batchSize ?? bySize.batchSize,
    epochs,
    patience: given.patience ?? patienceFor(epochs),
    seed: given.seed ?? 0,
  };
}
