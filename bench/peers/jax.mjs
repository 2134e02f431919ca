/** jax-js with its WebAssembly backend, as a contestant: the whole step, Adam included, is one jitted function. */
import { defaultDevice, init, jit, nn, numpy as np, random, tree, valueAndGrad } from "@jax-js/jax";
import { serve } from "../serve.ts";
import { xor } from "../workloads.ts";
import manifest from "./package.json" with { type: "json" };

await init("wasm");
defaultDevice("wasm");

const activations = { ReLU: nn.relu, tanh: np.tanh, GELU: (x) => nn.gelu(x, { approximate: false }) };

let seed = 0;
const normal = (shape) => random.normal(random.key(seed++), shape);
const uniform = (shape, bound) =>
  random.uniform(random.key(seed++), shape, { minval: -bound, maxval: bound });

const initialize = ({ widths }) =>
  widths.slice(1).map((width, i) => {
    const bound = 1 / Math.sqrt(widths[i]);
    return { weight: uniform([widths[i], width], bound), bias: uniform([width], bound) };
  });

function network({ activation }) {
  const activate = activations[activation];
  return (parameters, x) =>
    parameters.reduce((y, { weight, bias }, i) => {
      const z = np.matmul(y, weight).add(bias);
      return i + 1 < parameters.length ? activate(z) : z;
    }, x);
}

const losses = {
  MSE: (y, target) => np.mean(np.square(y.sub(target))),
  "cross-entropy": (y, target) => np.mean(np.sum(nn.logSoftmax(y, -1).mul(target), -1)).mul(-1),
};

/** Adam; AdamW where `decay` is not 0, which then shrinks the parameters before each update. */
const adam = (decay) => ({
  start: (parameters) => {
    const zeros = () => tree.map((p) => np.zeros(p.shape), parameters);
    return { m: zeros(), v: zeros(), t: np.array(0) };
  },
  update(parameters, gradients, state, lr) {
    const t = state.t.add(1);
    const m = tree.map((m, g) => m.mul(0.9).add(g.mul(0.1)), state.m, tree.ref(gradients));
    const v = tree.map((v, g) => v.mul(0.999).add(np.square(g).mul(0.001)), state.v, gradients);
    const unbiased = (beta) => np.array(1).div(np.array(1).sub(np.exp(t.ref.mul(Math.log(beta)))));
    const [mScale, vScale] = [unbiased(0.9), unbiased(0.999)];
    const moved = tree.map(
      (p, m, v) => {
        const change = m
          .mul(mScale.ref)
          .mul(lr)
          .div(np.sqrt(v.mul(vScale.ref)).add(1e-8));
        return (decay ? p.mul(1 - lr * decay) : p).sub(change);
      },
      parameters,
      tree.ref(m),
      tree.ref(v),
    );
    mScale.dispose();
    vScale.dispose();
    return [moved, { m, v, t }];
  },
});

const optimizers = {
  SGD: {
    start: () => [],
    update: (parameters, gradients, state, lr) => [
      tree.map((p, g) => p.sub(g.mul(lr)), parameters, gradients),
      state,
    ],
  },
  Adam: adam(0),
  AdamW: adam(0.01),
};

function training(workload) {
  const { widths, batch, loss, lr, data } = workload;
  const optimizer = optimizers[workload.optimizer];
  const model = network(workload);
  const outputs = widths.at(-1);
  const target = () =>
    loss === "MSE"
      ? normal([batch, outputs])
      : nn.oneHot(
          random.randint(random.key(seed++), { shape: [batch], minval: 0, maxval: outputs }),
          outputs,
        );
  const pool =
    data === "xor"
      ? [[np.array(xor.inputs), np.array(xor.targets)]]
      : Array.from({ length: workload.batches }, () => [normal([batch, widths[0]]), target()]);
  let parameters = initialize(workload);
  let state = optimizer.start(parameters);
  const lossAndGradients = valueAndGrad((parameters, x, y) => losses[loss](model(parameters, x), y));
  const step = jit((parameters, state, x, y) => {
    const [value, gradients] = lossAndGradients(tree.ref(parameters), x, y);
    return [value, ...optimizer.update(parameters, gradients, state, lr)];
  });
  let turn = 0;
  return () => {
    const [x, y] = pool[turn];
    turn = (turn + 1) % pool.length;
    const [value, moved, next] = step(parameters, state, x.ref, y.ref);
    parameters = moved;
    state = next;
    return value.item();
  };
}

function inference(workload) {
  const parameters = initialize(workload);
  const forward = jit(network(workload));
  const pool = Array.from({ length: workload.batches }, () => normal([workload.batch, workload.widths[0]]));
  let turn = 0;
  return () => {
    const x = pool[turn];
    turn = (turn + 1) % pool.length;
    forward(tree.ref(parameters), x.ref).dataSync();
  };
}

const makers = { training, inference };
await serve(
  { name: "jax-js", version: manifest.dependencies["@jax-js/jax"], threads: 1 },
  (workload) => makers[workload.task]?.(workload) ?? null,
);
