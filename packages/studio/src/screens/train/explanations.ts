import type { ActivationName, OptimizerName } from "../../protocol.ts";

/** What each choice does, in a line. */
export const activationLines: Readonly<Record<ActivationName, string>> = {
  identity: "y = z: without bends, layers together can only draw a straight line",
  sigmoid: "y = 1 / (1 + e⁻ᶻ): between 0 and 1, flat at both ends",
  tanh: "y = tanh z: between −1 and 1, flat at both ends",
  relu: "y = max(0, z): zero below, straight above; a unit that is always below is dead",
  leakyRelu: "y = z above, 0.01 z below: like ReLU, but never dead",
  elu: "y = z above, eᶻ − 1 below: smooth, and never quite dead",
  selu: "a scaled ELU, which keeps means near 0 and variances near 1 from layer to layer",
  gelu: "y = z Φ(z): a smooth ReLU",
  silu: "y = z σ(z): a smooth ReLU",
  mish: "y = z tanh(softplus z): a smooth ReLU",
};

export const optimizerNamesShown: Readonly<Record<OptimizerName, string>> = {
  sgd: "SGD",
  momentum: "SGD with momentum",
  adam: "Adam",
  adamw: "AdamW",
  rmsprop: "RMSprop",
};

export const optimizerLines: Readonly<Record<OptimizerName, string>> = {
  sgd: "w ← w − η ∂L/∂w: straight down the slope",
  momentum: "goes on in the direction of former steps, 0.9 of the last one",
  adam: "a step size for each weight, by how large its gradients were",
  adamw: "Adam, with the weight decay apart from the gradient",
  rmsprop: "divides each gradient by its recent size",
};

export const settingLines = {
  lr: "η, how far each step goes. Too small: slow. Too large: the loss jumps or grows",
  batchSize: "rows that a step looks at; 0 for all. Fewer: faster steps, noisier gradients",
  weightDecay: "pulls weights towards 0 at each step, against overfitting",
  dropout: "share of hidden units switched off at random in each step, against overfitting",
  seed: "of the random numbers: the same seed gives the same initial weights, batches and losses",
} as const;
