/** Expressions of courses and libraries whose derivatives are published, in float64. */
import { nn, noGrad, type Tensor, tensor } from "chainrule";
import type { CircuitExample } from "./types.ts";

type Numbers = number | number[] | number[][];

const float64 = (value: Numbers): Tensor => tensor(value, { dtype: "float64" });

const leaves = (values: Readonly<Record<string, Numbers>>): CircuitExample["inputs"] =>
  Object.entries(values).map(([name, value]) => ({ name, value: float64(value) }));

type Told = Omit<CircuitExample, "kind" | "outputNames"> & { outputNames?: readonly string[] };

const circuit = (told: Told): CircuitExample => ({ kind: "circuit", outputNames: ["result"], ...told });

/** A function of tensors, whose inputs TypeScript then knows. */
const expression = (f: (...inputs: Tensor[]) => Tensor) => () => f;

const cs231n = "Stanford CS231n, notes on backpropagation";

export const product = circuit({
  name: "cs231n-product",
  title: "(x + y) z",
  about: `A sum and a product at (−2, 5, −4): the result is −12, its derivatives −4, −4 and 3 (${cs231n}).`,
  inputs: leaves({ x: -2, y: 5, z: -4 }),
  compute: expression((x, y, z) => x.add(y).mul(z)),
});

export const neuron = circuit({
  name: "cs231n-neuron",
  title: "A logistic unit",
  about: `σ(w₀x₀ + w₁x₁ + w₂) for w = (2, −3, −3) and x = (−1, −2): the result is 0.7311 (${cs231n}).`,
  inputs: leaves({ w0: 2, w1: -3, w2: -3, x0: -1, x1: -2 }),
  compute: expression((w0, w1, w2, x0, x1) => w0.mul(x0).add(w1.mul(x1)).add(w2).sigmoid()),
});

export const max = circuit({
  name: "cs231n-max",
  title: "2 (xy + max(z, w))",
  about: `At (3, −4, 2, −1): the result is −20; max passes its derivative to the larger input alone (${cs231n}).`,
  inputs: leaves({ x: 3, y: -4, z: 2, w: -1 }),
  compute: expression((x, y, z, w) => x.mul(y).add(z.maximum(w)).mul(2)),
});

export const quotient = circuit({
  name: "cs231n-quotient",
  title: "(x + σ(y)) / (σ(x) + (x + y)²)",
  about: `At (3, −4): the result is 1.5456, its derivatives 2.0596 and 1.5922 (${cs231n}).`,
  inputs: leaves({ x: 3, y: -4 }),
  compute: expression((x, y) => x.add(y.sigmoid()).div(x.sigmoid().add(x.add(y).square()))),
});

export const softmaxLoss = circuit({
  name: "cs231n-softmax",
  title: "Softmax and cross-entropy",
  about: `Logits whose softmax is (0.2, 0.3, 0.5), and the second class is the true one: ∂ℓ/∂z = p − t = (0.2, −0.7, 0.5) (${cs231n}).`,
  inputs: leaves({ z: [[0.2, 0.3, 0.5].map(Math.log)] }),
  compute: () => new nn.Identity(),
  loss: () => new nn.CrossEntropyLoss(),
  target: tensor([1], { dtype: "int32" }),
  outputNames: ["first", "second", "third"],
});

/** The expression of the README, line by line. */
function readme(a: Tensor, b: Tensor): Tensor {
  let c = a.add(b);
  let d = a.mul(b).add(b.pow(3));
  c = c.add(c.add(1));
  c = c.add(c.add(1).add(a.neg()));
  d = d.add(d.mul(2).add(b.add(a).relu()));
  d = d.add(d.mul(3).add(b.sub(a).relu()));
  const f = c.sub(d).square();
  return f.div(2).add(f.reciprocal().mul(10));
}

export const micrograd = circuit({
  name: "micrograd",
  title: "micrograd's expression",
  about:
    "The expression of micrograd's README at a = −4, b = 2: g = 24.7041, ∂g/∂a = 138.8338, ∂g/∂b = 645.5773 (Andrej Karpathy).",
  inputs: leaves({ a: -4, b: 2 }),
  compute: expression(readme),
});

export const microgradSanity = circuit({
  name: "micrograd-sanity",
  title: "micrograd's sanity test",
  about:
    "An expression that uses its input five times, at x = −4: y = −20, ∂y/∂x = 46 (Andrej Karpathy, micrograd).",
  inputs: leaves({ x: -4 }),
  compute: expression((x) => {
    const z = x.mul(2).add(2).add(x);
    const q = z.relu().add(z.mul(x));
    return z.mul(z).relu().add(q).add(q.mul(x));
  }),
});

const cmu = "CMU 11-785, homework 1 part 1";

function linear(): nn.Module {
  const layer = new nn.Linear(2, 3).double();
  noGrad(() => {
    layer.weight.copy_(
      float64([
        [-2, -1],
        [0, 1],
        [2, 3],
      ]),
    );
    layer.bias?.copy_(float64([-1, 0, 1]));
  });
  return layer;
}

export const cmuLinear = circuit({
  name: "cmu-linear",
  title: "A linear layer, backwards",
  about: `Z = A Wᵀ + b of four rows, and ∂ℓ/∂Z given: what follows for A, W and b (${cmu}).`,
  inputs: leaves({
    A: [
      [-4, -3],
      [-2, -1],
      [0, 1],
      [2, 3],
    ],
  }),
  compute: linear,
  gradient: float64([
    [-4, -3, -2],
    [-1, 0, 1],
    [2, 3, 4],
    [5, 6, 7],
  ]),
  outputNames: ["Z1", "Z2", "Z3"],
});

export const cmuSoftmax = circuit({
  name: "cmu-softmax",
  title: "Softmax, backwards",
  about: `The softmax of five numbers, and ∂ℓ/∂A given: what follows for Z, through the whole Jacobian (${cmu}).`,
  inputs: leaves({ Z: [[-2, -0.5, 0, 0.5, 2]] }),
  compute: () => new nn.Softmax(1),
  gradient: float64([[1, 1, 3, 1, -1]]),
  outputNames: ["A1", "A2", "A3", "A4", "A5"],
});

export const circuits: readonly CircuitExample[] = [
  product,
  neuron,
  max,
  quotient,
  softmaxLoss,
  micrograd,
  microgradSanity,
  cmuLinear,
  cmuSoftmax,
];
