/**
 * brain.js as a contestant, where it can be one: plain gradient descent on the squared error, for small networks. Its updates come after each row,
 * so that one step here is one pass over the batch's rows; its activation also follows the last layer.
 */
import { createRequire } from "node:module";
import { serve } from "../serve.ts";
import { xor } from "../workloads.ts";
import manifest from "./package.json" with { type: "json" };

const require = createRequire(import.meta.url);
const { NeuralNetwork } = require("brain.js");

function make({ task, widths, activation, batch, batches, optimizer, loss, lr, data }) {
  if (task !== "training" || batch > 4 || optimizer !== "SGD" || loss !== "MSE") {
    return null;
  }
  const net = new NeuralNetwork({ hiddenLayers: widths.slice(1, -1), activation: activation.toLowerCase() });
  net.updateTrainingOptions({ learningRate: lr });
  const random = (length) => Array.from({ length }, () => Math.random());
  const examples =
    data === "xor"
      ? xor.inputs.map((input, i) => ({ input, output: xor.targets[i] }))
      : Array.from({ length: batch * batches }, () => ({
          input: random(widths[0]),
          output: random(widths.at(-1)),
        }));
  const { data: rows } = net.prepTraining(examples, {});
  let first = 0;
  return () => {
    let sum = 0;
    for (let i = 0; i < batch; i++) sum += net.trainPattern(rows[first + i], true);
    first = (first + batch) % rows.length;
    return sum / batch;
  };
}

await serve({ name: "brain.js", version: manifest.dependencies["brain.js"], threads: 1 }, make);
