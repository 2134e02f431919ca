import * as nn from "../../nn/index.ts";

/** The hidden layers' functions that a table's network can have, by the name in its description: layers of `nn`, with their defaults. */
export const activations = {
  relu: () => new nn.ReLU(),
  "leaky-relu": () => new nn.LeakyReLU(),
  elu: () => new nn.ELU(),
  selu: () => new nn.SELU(),
  gelu: () => new nn.GELU(),
  silu: () => new nn.SiLU(),
  mish: () => new nn.Mish(),
  tanh: () => new nn.Tanh(),
  sigmoid: () => new nn.Sigmoid(),
} as const;

/** The name of an activation of a table's network: one of {@link activationNames}. */
export type ActivationName = keyof typeof activations;
/** The activations that a table's network can have: relu, leaky-relu, elu, selu, gelu, silu, mish, tanh and sigmoid. */
export const activationNames = Object.keys(activations) as ActivationName[];

/**
 * How numbers enter: "plain" as they are, "pbld" with three learned combinations of 16 periodic features cos(2π w x + b) beside each.
 * Gorishniy, Rubachev and Babenko 2022 (arXiv 2203.05556), in the form of RealMLP (arXiv 2407.04491).
 */
export const numberEncodings = ["plain", "pbld"] as const;
/** One of {@link numberEncodings}. */
export type NumberEncoding = (typeof numberEncodings)[number];

/** What normalizes hidden layers: nothing, `nn.BatchNorm1d`, or `nn.LayerNorm`. */
export const normalizations = ["none", "batch", "layer"] as const;
/** One of {@link normalizations}. */
export type Normalization = (typeof normalizations)[number];

/** A fully connected network behind learned encodings of its inputs. Plain data. */
export interface Architecture {
  /** Columns of x. */
  readonly inputs: number;
  /** How many of them, from the first, are numbers that `numberEncoding` is for. */
  readonly numbers: number;
  /** How these numbers enter. */
  readonly numberEncoding: NumberEncoding;
  /** How many learned vectors each column of codes chooses from. */
  readonly levels: readonly number[];
  /** Length of the learned vectors. */
  readonly embeddingSize: number;
  /** Whether a learned factor for each encoded input comes before the first layer. */
  readonly frontScale: boolean;
  /** Units of each hidden layer; none makes a linear model. */
  readonly hidden: readonly number[];
  /** What follows each hidden layer. */
  readonly activation: ActivationName;
  /** Whether each unit learns how much of the activation it has: x + α (f(x) − x). */
  readonly parametricActivation: boolean;
  /** What comes between a hidden layer's linear part and its activation. */
  readonly normalization: Normalization;
  /** Probability of each hidden unit to be left out in a training step: 0 ≤ dropout < 1. */
  readonly dropout: number;
  /** One for each class, or one for a number. */
  readonly outputs: number;
}

/** Periodic features of each number. */
export const FREQUENCIES = 16;
/** Learned combinations of them; the number itself follows as one more. */
export const COMBINATIONS = 3;

/** The width of what the first layer gets. */
export function encodedWidth(architecture: Architecture): number {
  const { inputs, numbers, numberEncoding, levels, embeddingSize } = architecture;
  const more = numberEncoding === "pbld" ? numbers * COMBINATIONS : 0;
  return inputs + more + levels.length * embeddingSize;
}

/**
 * How many numbers the weights of a network have, buffers among them: those of its state dictionary. Nothing is allocated for it,
 * so that a description from a stranger can be held against the size of its file of weights first.
 */
export function weightCount(architecture: Architecture): number {
  const { numbers, numberEncoding, levels, embeddingSize, frontScale, hidden, outputs } = architecture;
  const { parametricActivation, normalization } = architecture;
  const periodic = numberEncoding === "pbld" ? 2 * FREQUENCIES + (FREQUENCIES + 1) * COMBINATIONS : 0;
  const vectors = levels.reduce((sum, count) => sum + count, 0) * embeddingSize;
  const width = encodedWidth(architecture);
  const widths = [width, ...hidden, outputs];
  const linear = widths.slice(1).reduce((sum, units, i) => sum + units * (widths[i] + 1), 0);
  const units = hidden.reduce((sum, count) => sum + count, 0);
  const factors = parametricActivation ? units : 0;
  // Batch normalization: weight, bias, both running moments, and a counter for each layer.
  const normal = { none: 0, layer: 2 * units, batch: 4 * units + hidden.length }[normalization];
  return numbers * periodic + vectors + (frontScale ? width : 0) + linear + factors + normal;
}

/** A linear model of the inputs as they are prepared. */
export const linearArchitecture = (
  layout: Pick<Architecture, "inputs" | "numbers" | "levels">,
  outputs: number,
): Architecture => ({
  ...layout,
  numberEncoding: "plain",
  embeddingSize: 1,
  frontScale: false,
  hidden: [],
  activation: "relu",
  parametricActivation: false,
  normalization: "none",
  dropout: 0,
  outputs,
});
