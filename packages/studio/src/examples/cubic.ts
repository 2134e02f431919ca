/** PyTorch's tutorial: sin(x) by a polynomial of third degree, in float64. */
import { linspace, nn, noGrad, stack } from "chainrule";
import { mlp } from "./mlp.ts";
import type { NetworkExample } from "./types.ts";

export const cubic: NetworkExample = {
  kind: "network",
  pace: 1000,
  name: "cubic",
  title: "sin(x) by a cubic",
  about:
    "a + bx + cx² + dx³ at 2,000 points of [−π, π], from zero weights; rates above 3.56e-6 diverge (PyTorch, Learning PyTorch with Examples).",
  task: "regression",
  inputNames: ["x", "x²", "x³"],
  outputNames: ["sin(x)"],
  target: "sin(x)",
  picture: null,
  config: {
    hidden: [],
    activation: "identity",
    optimizer: "sgd",
    lr: 1e-6,
    batchSize: 0,
    weightDecay: 0,
    dropout: 0,
    seed: 0,
  },
  curve: { inputs: (x) => [x, x * x, x ** 3], truth: Math.sin },
  file: null,
  rows() {
    const x = linspace(-Math.PI, Math.PI, 2000, { dtype: "float64" });
    const powers = stack([x, x.square(), x.pow(3)], -1);
    return { training: { x: powers, y: x.sin() }, validation: null, test: null };
  },
  model(config) {
    const network = mlp(3, config, 1, new nn.Flatten(0, 1)).double();
    // Without hidden layers the loss has one minimum, and everyone's numbers are those from zero weights.
    if (config.hidden.length === 0) noGrad(() => network.parameters().forEach((w) => void w.zero_()));
    return network;
  },
  loss: () => new nn.MSELoss({ reduction: "sum" }),
};
