/** Matt Mazur's step-by-step example of backpropagation, in float64. */
import { nn, noGrad, type Tensor, tensor } from "chainrule";
import type { TrainingConfig } from "../protocol.ts";
import { mlp, sameWidths } from "./mlp.ts";
import type { NetworkExample } from "./types.ts";

const given = {
  weights: [
    [
      [0.15, 0.2],
      [0.25, 0.3],
    ],
    [
      [0.4, 0.45],
      [0.5, 0.55],
    ],
  ],
  biases: [0.35, 0.6],
} as const;

const float64 = { dtype: "float64" } as const;

/** E = ½ Σ (t − o)². */
class HalfSquaredError extends nn.Module {
  static override readonly name: string = "HalfSquaredError";

  override forward(output: Tensor, target: Tensor): Tensor {
    return target.sub(output).square().sum().mul(0.5);
  }
}

/** With the post's own architecture, its weights; its biases stay as they are. Any other architecture draws its weights. */
function model(config: TrainingConfig): nn.Module {
  const network = mlp(2, config, 2, new nn.Sigmoid()).double();
  if (!sameWidths(config.hidden, [2]) || config.dropout > 0) return network;
  const linears = [...network].filter((layer) => layer instanceof nn.Linear);
  noGrad(() => {
    linears.forEach(({ weight, bias }, k) => {
      weight.copy_(tensor(given.weights[k] as unknown as number[][], float64));
      bias?.fill_(given.biases[k]).requiresGrad_(false);
    });
  });
  return network;
}

export const mazur: NetworkExample = {
  kind: "network",
  pace: 100,
  name: "mazur",
  title: "Mazur's step-by-step example",
  about:
    "Two inputs, two logistic units, two outputs, one row; weights as given, biases kept as they are (Matt Mazur, A Step by Step Backpropagation Example, 2015).",
  task: "regression",
  inputNames: ["i1", "i2"],
  outputNames: ["o1", "o2"],
  target: "o1, o2",
  picture: null,
  config: {
    hidden: [2],
    activation: "sigmoid",
    optimizer: "sgd",
    lr: 0.5,
    batchSize: 0,
    weightDecay: 0,
    dropout: 0,
    seed: 0,
  },
  curve: null,
  file: null,
  rows() {
    const x = tensor([[0.05, 0.1]], float64);
    const y = tensor([[0.01, 0.99]], float64);
    return { training: { x, y }, validation: null, test: null };
  },
  model,
  loss: () => new HalfSquaredError(),
};
