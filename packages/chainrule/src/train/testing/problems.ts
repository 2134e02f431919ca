/** Small problems that tests train on. */
import { DataLoader, TensorDataset } from "../../data/index.ts";
import * as nn from "../../nn/index.ts";
import { Generator, linspace, randint, randn, type Tensor, tensor } from "../../tensor/index.ts";

/** Ten blurred 8×8 prototypes with noise, as hand-written digits are: features [n, 64], labels [n]. */
export function digits(n: number, seed: number): [x: Tensor, y: Tensor] {
  const prototypes = randn([10, 64], { generator: new Generator(99) });
  const generator = new Generator(seed);
  const y = randint(0, 10, [n], { generator });
  const noise = randn([n, 64], { generator }).mul(0.8);
  return [prototypes.indexSelect(0, y).add(noise), y];
}

/** y = sin πx on [−1, 1], as columns. */
export function sine(n: number): [x: Tensor, y: Tensor] {
  const x = linspace(-1, 1, n).reshape([n, 1]);
  return [x, x.mul(Math.PI).sin()];
}

export const loaderOf = (
  [x, y]: [Tensor, Tensor],
  options: { batchSize?: number; shuffle?: boolean; generator?: Generator } = {},
): DataLoader<[Tensor, Tensor]> => new DataLoader(new TensorDataset(x, y), { batchSize: 8, ...options });

export const mlp = (inputs: number, hidden: number, outputs: number): nn.Sequential =>
  new nn.Sequential(new nn.Linear(inputs, hidden), new nn.ReLU(), new nn.Linear(hidden, outputs));

/** All parameters and buffers as plain numbers. */
export const weightsOf = (model: nn.Module): Record<string, number[]> =>
  Object.fromEntries(Object.entries(model.stateDict()).map(([name, t]) => [name, [...t.data]]));

/** A model with one weight: y = w·x. */
export function slope(w: number): nn.Linear {
  const model = new nn.Linear(1, 1, { bias: false });
  model.loadStateDict({ weight: tensor([[w]]) });
  return model;
}
