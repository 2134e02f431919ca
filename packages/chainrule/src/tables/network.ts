import * as nn from "../nn/index.ts";

/** The hidden layers' functions that a table's network can have, by the name in its description. */
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

export type ActivationName = keyof typeof activations;
export const activationNames = Object.keys(activations) as ActivationName[];

/** A fully connected network. Plain data. */
export interface Architecture {
  readonly inputs: number;
  /** Units of each hidden layer; none makes a linear model. */
  readonly hidden: readonly number[];
  readonly activation: ActivationName;
  /** Probability of each hidden unit to be left out in a training step: 0 ≤ dropout < 1. */
  readonly dropout: number;
  /** One for each class, or one for a number. */
  readonly outputs: number;
}

/** Builds the network of a description: Linear, activation, [Dropout], …, Linear. Weights are drawn from the default generator. */
export function buildNetwork({ inputs, hidden, activation, dropout, outputs }: Architecture): nn.Sequential {
  const model: nn.Sequential = new nn.Sequential();
  let width = inputs;
  for (const units of hidden) {
    model.append(new nn.Linear(width, units)).append(activations[activation]());
    if (dropout > 0) model.append(new nn.Dropout(dropout));
    width = units;
  }
  return model.append(new nn.Linear(width, outputs));
}
