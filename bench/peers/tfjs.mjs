/**
 * TensorFlow.js with its WebAssembly backend, as a contestant. Its threads need a browser: in Node it runs on one. Written with
 * its tensors and optimizers, which is faster than its layers' `trainOnBatch`.
 */
import { createRequire } from "node:module";
import { dirname } from "node:path";
import { serve } from "../serve.ts";
import { xor } from "../workloads.ts";
import manifest from "./package.json" with { type: "json" };

const require = createRequire(import.meta.url);
const tf = require("@tensorflow/tfjs");
const wasm = require("@tensorflow/tfjs-backend-wasm");

console.warn = () => {};
wasm.setWasmPaths(`${dirname(require.resolve("@tensorflow/tfjs-backend-wasm"))}/`);
await tf.setBackend("wasm");
await tf.ready();

const activations = { ReLU: (z) => tf.relu(z), tanh: (z) => tf.tanh(z) };

function network({ widths, activation }) {
  const activate = activations[activation];
  const layers = widths.slice(1).map((width, i) => {
    const bound = 1 / Math.sqrt(widths[i]);
    return {
      weight: tf.variable(tf.randomUniform([widths[i], width], -bound, bound)),
      bias: tf.variable(tf.randomUniform([width], -bound, bound)),
    };
  });
  return (x) =>
    layers.reduce((y, { weight, bias }, i) => {
      const z = tf.matMul(y, weight).add(bias);
      return i + 1 < layers.length ? activate(z) : z;
    }, x);
}

const optimizers = { SGD: tf.train.sgd, Adam: tf.train.adam };

function training(workload) {
  const { widths, batch, loss, data } = workload;
  const makeOptimizer = optimizers[workload.optimizer];
  if (!makeOptimizer || !activations[workload.activation]) return null;
  const model = network(workload);
  const optimizer = makeOptimizer(workload.lr);
  const outputs = widths.at(-1);
  const lossOf = {
    MSE: (y, target) => tf.losses.meanSquaredError(target, y),
    "cross-entropy": (y, target) => tf.losses.softmaxCrossEntropy(target, y),
  }[loss];
  const target = () =>
    loss === "MSE"
      ? tf.randomNormal([batch, outputs])
      : tf.oneHot(tf.randomUniform([batch], 0, outputs, "int32"), outputs).toFloat();
  const pool =
    data === "xor"
      ? [[tf.tensor(xor.inputs), tf.tensor(xor.targets)]]
      : Array.from({ length: workload.batches }, () => [tf.randomNormal([batch, widths[0]]), target()]);
  let turn = 0;
  return () => {
    const [x, y] = pool[turn];
    turn = (turn + 1) % pool.length;
    const value = optimizer.minimize(() => lossOf(model(x), y), true);
    const number = value.dataSync()[0];
    value.dispose();
    return number;
  };
}

function inference(workload) {
  const model = network(workload);
  const pool = Array.from({ length: workload.batches }, () =>
    tf.randomNormal([workload.batch, workload.widths[0]]),
  );
  let turn = 0;
  return () => {
    const x = pool[turn];
    turn = (turn + 1) % pool.length;
    tf.tidy(() => model(x).dataSync());
  };
}

const makers = { training, inference };
await serve(
  { name: "TensorFlow.js", version: manifest.dependencies["@tensorflow/tfjs"], threads: 1 },
  (workload) => makers[workload.task]?.(workload) ?? null,
);
