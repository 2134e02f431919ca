/** The fully connected network of some settings. */
import { nn } from "chainrule";
import type { ActivationName, TrainingConfig } from "../protocol.ts";

export const activations: Readonly<Record<ActivationName, () => nn.Layer>> = {
  identity: () => new nn.Identity(),
  sigmoid: () => new nn.Sigmoid(),
  tanh: () => new nn.Tanh(),
  relu: () => new nn.ReLU(),
  leakyRelu: () => new nn.LeakyReLU(),
  elu: () => new nn.ELU(),
  selu: () => new nn.SELU(),
  gelu: () => new nn.GELU(),
  silu: () => new nn.SiLU(),
  mish: () => new nn.Mish(),
};

/** Linear, activation, [Dropout], …, Linear. Weights are drawn from the default generator, layer by layer. */
export function mlp(
  inputs: number,
  config: TrainingConfig,
  outputs: number,
  ...last: nn.Layer[]
): nn.Sequential {
  const layers: nn.Sequential = new nn.Sequential();
  let width = inputs;
  for (const units of config.hidden) {
    layers.append(new nn.Linear(width, units));
    layers.append(activations[config.activation]());
    if (config.dropout > 0) layers.append(new nn.Dropout(config.dropout));
    width = units;
  }
  layers.append(new nn.Linear(width, outputs));
  for (const layer of last) layers.append(layer);
  return layers;
}

/** Whether two lists of hidden widths are the same. */
export const sameWidths = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((width, i) => width === b[i]);
