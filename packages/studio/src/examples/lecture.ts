/** The lecture's network of two inputs, three hidden units and one output, which learns sin(πx) from x and x². */
import { linspace, nn, stack } from "chainrule";
import { mlp } from "./mlp.ts";
import type { NetworkExample } from "./types.ts";

export const lecture: NetworkExample = {
  kind: "network",
  pace: 100,
  name: "lecture",
  title: "The lecture's network",
  about:
    "sin(πx) from x and x² at 200 points of [−1, 1], by 2–3–1 units: the program of the lecture on backpropagation.",
  task: "regression",
  inputNames: ["x", "x²"],
  outputNames: ["sin(πx)"],
  target: "sin(πx)",
  picture: null,
  config: {
    hidden: [3],
    activation: "relu",
    optimizer: "sgd",
    lr: 1e-3,
    batchSize: 0,
    weightDecay: 0,
    dropout: 0,
    seed: 0,
  },
  curve: { inputs: (x) => [x, x * x], truth: (x) => Math.sin(Math.PI * x) },
  file: null,
  rows() {
    const x = linspace(-1, 1, 200);
    const y = x.mul(Math.PI).sin();
    return { training: { x: stack([x, x.mul(x)], -1), y }, validation: null, test: null };
  },
  model: (config) => mlp(2, config, 1, new nn.Flatten(0, 1)),
  loss: () => new nn.MSELoss({ reduction: "sum" }),
};
