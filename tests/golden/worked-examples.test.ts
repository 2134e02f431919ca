/** Worked examples of backpropagation with published numbers, by tensors and autograd alone. */
import { grad, gradcheck, linspace, noGrad, stack, type Tensor, tensor } from "chainrule";
import { describe, expect, test } from "vitest";
import { expectNumbers, golden } from "./golden.ts";

type Numbers = number | number[] | number[][];

interface Examples {
  mazur: {
    x: number[];
    target: number[];
    lr: number;
    W1: number[][];
    b1: number;
    W2: number[][];
    b2: number;
    trainedBias: { b1AfterOne: number[]; b2AfterOne: number[]; EAfterOne: number };
    EAfterOne: number;
    EAfter10000: number;
    EAfterOneWithUpdatedOutputWeights: number;
    y2After10000: number[];
  } & Record<"z1" | "y1" | "z2" | "y2" | "EByOutput" | "dy1" | "dz1" | "dy2" | "dz2" | "dx", number[]> &
    Record<"dW1" | "dW2" | "W1AfterOne" | "W2AfterOne", number[][]> & { E: number };
  circuits: {
    name: string;
    inputs?: number[];
    value?: number;
    grads: number[];
    probabilities?: number[];
    label?: number;
  }[];
  micrograd: [
    { a: number; b: number; g: [number, number]; dgda: [number, number]; dgdb: [number, number] },
    { x: number; y: number; dx: number },
  ];
  cmu: {
    linear: Record<"A" | "W" | "Z" | "dZ" | "dA" | "dW", number[][]> & Record<"b" | "db", number[]>;
    softmax: Record<"z" | "dA" | "dz", number[]>;
    losses: { A: number[][]; Y: number[][]; meanCrossEntropy: number; meanSquaredError: number };
    momentum: { lr: number; momentum: number; gradient: number; weight: number; after: number[] };
  };
  cubic: {
    points: number;
    lr: number;
    optimum: { a: number; b: number; c: number; d: number; loss: number };
    fromZero: { loss: number; grads: { b: number; d: number }; losses: [number, number][] };
    largestStableRate: number;
    convergesAt: number;
    divergesAt: number;
    nonFiniteFromStep: number;
  };
  gradientCheck: { h: number; rightBelow: number; largestRelativeErrorOnMazur: number };
}

const { mazur, circuits, micrograd, cmu, cubic, gradientCheck } = golden<Examples>("worked_examples");

const constant = (data: Numbers): Tensor => tensor(data, { dtype: "float64" });
const leaf = (data: Numbers): Tensor => tensor(data, { dtype: "float64", requiresGrad: true });
const near = (found: Tensor | null, wanted: Numbers, rtol = 1e-12, what = "value"): void =>
  expectNumbers((found as Tensor).data, [wanted].flat(2), rtol, 1e-14, what);

/** w ← w − η ∂E/∂w for all weights at once. Returns the gradients. */
function update(weights: readonly Tensor[], E: Tensor, lr: number): Tensor[] {
  const slopes = grad(E, weights);
  noGrad(() => {
    for (const [i, w] of weights.entries()) w.sub_(slopes[i].mul(lr));
  });
  return slopes;
}

describe("Mazur's two-layer example", () => {
  const target = constant(mazur.target);

  /** z = W x + b, y = σ(z), twice; E = ½ Σ (target − y)². */
  function forward(W1: Tensor, b1: Tensor, W2: Tensor, b2: Tensor, x = constant(mazur.x)) {
    const z1 = W1.matmul(x).add(b1);
    const y1 = z1.sigmoid();
    const z2 = W2.matmul(y1).add(b2);
    const y2 = z2.sigmoid();
    const parts = target.sub(y2).square().mul(0.5);
    return { z1, y1, z2, y2, parts, E: parts.sum() };
  }

  const [b1, b2] = [constant(mazur.b1), constant(mazur.b2)];
  test("every number of the forward and the backward pass", () => {
    const [W1, W2, x] = [leaf(mazur.W1), leaf(mazur.W2), leaf(mazur.x)];
    const pass = forward(W1, b1, W2, b2, x);
    for (const inner of [pass.z1, pass.y1, pass.z2, pass.y2]) inner.retainGrad();
    pass.E.backward();
    near(pass.z1, mazur.z1);
    near(pass.y1, mazur.y1);
    near(pass.z2, mazur.z2);
    near(pass.y2, mazur.y2);
    near(pass.parts, mazur.EByOutput);
    near(pass.E, mazur.E);
    near(pass.y2.grad, mazur.dy2);
    near(pass.z2.grad, mazur.dz2);
    near(W2.grad, mazur.dW2);
    near(pass.y1.grad, mazur.dy1);
    near(pass.z1.grad, mazur.dz1);
    near(W1.grad, mazur.dW1);
    near(x.grad, mazur.dx);
  });

  test("one update, and ten thousand, with the biases as they are", () => {
    const weights = [leaf(mazur.W1), leaf(mazur.W2)];
    const error = (): Tensor => forward(weights[0], b1, weights[1], b2).E;
    update(weights, error(), mazur.lr);
    near(weights[0], mazur.W1AfterOne);
    near(weights[1], mazur.W2AfterOne);
    near(error(), mazur.EAfterOne);
    for (let t = 1; t < 10_000; t++) update(weights, error(), mazur.lr);
    const last = forward(weights[0], b1, weights[1], b2);
    near(last.E, mazur.EAfter10000, 1e-9);
    near(last.y2, mazur.y2After10000, 1e-9);
  }, 60_000);

  test("the post's own number follows when output weights are updated before the hidden ones", () => {
    const [W1, W2] = [leaf(mazur.W1), leaf(mazur.W2)];
    const before = forward(W1, b1, W2, b2);
    const [dW2, dz2, dy1] = grad(before.E, [W2, before.z2, before.y1], { retainGraph: true });
    const updated = W2.detach().sub(dW2.mul(mazur.lr));
    // ∂E/∂y¹ with the new W2 in place of the old
    const late = updated.t().matmul(dz2);
    const [dW1] = grad(before.y1, [W1], { gradOutputs: late });
    const after = forward(W1.detach().sub(dW1.mul(mazur.lr)), b1, updated, b2).E.item();
    expect(Math.abs(after / mazur.EAfterOneWithUpdatedOutputWeights - 1)).toBeLessThan(1e-12);
    expect(dy1.toArray()).not.toEqual(late.toArray());
    expect(after).not.toBeCloseTo(mazur.EAfterOne, 8);
  });

  test("one update with a trained bias for each unit", () => {
    const weights = [mazur.W1, [mazur.b1, mazur.b1], mazur.W2, [mazur.b2, mazur.b2]].map((w) => leaf(w));
    const error = (): Tensor => forward(weights[0], weights[1], weights[2], weights[3]).E;
    update(weights, error(), mazur.lr);
    near(weights[1], mazur.trainedBias.b1AfterOne);
    near(weights[3], mazur.trainedBias.b2AfterOne);
    near(error(), mazur.trainedBias.EAfterOne);
  });

  test("gradient check by centred differences", () => {
    const weights = [leaf(mazur.W1), leaf(mazur.W2)];
    const { h, rightBelow, largestRelativeErrorOnMazur } = gradientCheck;
    const error = (W1: Tensor, W2: Tensor): Tensor => forward(W1, b1, W2, b2).E;
    const report = gradcheck(error, weights, { eps: h });
    expect(report.checks).toBe(8);
    expect(report.relativeError).toBeLessThan(rightBelow);
    expect(report.relativeError).toBeLessThan(largestRelativeErrorOnMazur * 1.1);
  });
});

describe("circuits of CS231n", () => {
  const functions: Record<string, (...inputs: Tensor[]) => Tensor> = {
    "(x+y)z": (x, y, z) => x.add(y).mul(z),
    "logistic unit σ(w0·x0 + w1·x1 + w2)": (w0, w1, w2, x0, x1) =>
      w0.mul(x0).add(w1.mul(x1)).add(w2).sigmoid(),
    "2(xy + max(z, w))": (x, y, z, w) => x.mul(y).add(z.maximum(w)).mul(2),
    "(x+σ(y)) / (σ(x)+(x+y)²)": (x, y) => x.add(y.sigmoid()).div(x.sigmoid().add(x.add(y).square())),
  };
  const scalar = circuits.filter(({ inputs }) => inputs);

  test.each(scalar)("$name", ({ name, inputs = [], value = 0, grads }) => {
    const xs = inputs.map((x) => leaf(x));
    const y = functions[name](...xs);
    near(y, value);
    expectNumbers(
      grad(y, xs).map((g) => g.item()),
      grads,
      1e-12,
      1e-15,
      "gradient",
    );
  });

  test("softmax cross-entropy", () => {
    const example = circuits.find(({ probabilities }) => probabilities);
    const logits = leaf((example?.probabilities ?? []).map(Math.log));
    const loss = logits
      .logSoftmax(0)
      .at(example?.label ?? 0)
      .neg();
    near(loss, -Math.log(0.3));
    near(grad(loss, logits)[0], example?.grads ?? []);
  });
});

describe("micrograd", () => {
  const [readme, sanity] = micrograd;
  const fraction = ([p, q]: [number, number]): number => p / q;

  test("the expression of the README", () => {
    const [a, b] = [leaf(readme.a), leaf(readme.b)];
    let c = a.add(b);
    let d = a.mul(b).add(b.pow(3));
    c = c.add(c.add(1));
    c = c.add(c.add(1).add(a.neg()));
    d = d.add(d.mul(2).add(b.add(a).relu()));
    d = d.add(d.mul(3).add(b.sub(a).relu()));
    const f = c.sub(d).square();
    const g = f.div(2).add(f.reciprocal().mul(10));
    near(g, fraction(readme.g));
    const [da, db] = grad(g, [a, b]);
    near(da, fraction(readme.dgda));
    near(db, fraction(readme.dgdb));
  });

  test("the sanity test", () => {
    const x = leaf(sanity.x);
    const z = x.mul(2).add(2).add(x);
    const q = z.relu().add(z.mul(x));
    const y = z.mul(z).relu().add(q).add(q.mul(x));
    near(y, sanity.y);
    near(grad(y, x)[0], sanity.dx);
  });
});

describe("CMU 11-785, homework 1 part 1", () => {
  test("a linear layer, forward and backward", () => {
    const { A, W, b, Z, dZ, dA, dW, db } = cmu.linear;
    const [x, weight, bias] = [leaf(A), leaf(W), leaf(b)];
    const z = x.matmul(weight.t()).add(bias);
    near(z, Z);
    z.backward({ gradient: constant(dZ) });
    near(x.grad, dA);
    near(weight.grad, dW);
    near(bias.grad, db);
  });

  test("softmax backward", () => {
    const z = leaf(cmu.softmax.z);
    z.softmax(0).backward({ gradient: constant(cmu.softmax.dA) });
    near(z.grad, cmu.softmax.dz);
  });

  test("mean cross-entropy and mean squared error", () => {
    const { A, Y, meanCrossEntropy, meanSquaredError } = cmu.losses;
    const [a, y] = [constant(A), constant(Y)];
    near(a.logSoftmax(1).mul(y).sum(1).neg().mean(), meanCrossEntropy);
    near(a.sub(y).square().mean(), meanSquaredError);
  });

  test("gradient descent with momentum", () => {
    const { lr, momentum, gradient, weight, after } = cmu.momentum;
    const w = constant(weight);
    const velocity = constant(0);
    for (const wanted of after) {
      velocity.mul_(momentum).add_(gradient);
      w.sub_(velocity.mul(lr));
      near(w, wanted);
    }
  });
});

describe("sin x by a cubic", () => {
  const x = linspace(-Math.PI, Math.PI, cubic.points, { dtype: "float64" });
  const y = x.sin();
  const powers = stack(
    [0, 1, 2, 3].map((k) => x.pow(k)),
    -1,
  ); // [points, 4]

  /** Σ (a + bx + cx² + dx³ − sin x)² for the weights (a, b, c, d). */
  const lossOf = (weights: Tensor): Tensor => powers.matmul(weights).sub(y).square().sum();

  /** The losses before each update of a run from zero weights, and the first gradient. */
  function descend(lr: number, steps: number): { losses: number[]; firstSlopes: ArrayLike<number> } {
    const weights = leaf([0, 0, 0, 0]);
    const losses: number[] = [];
    let firstSlopes: ArrayLike<number> = [];
    for (let t = 0; t < steps; t++) {
      const loss = lossOf(weights);
      losses.push(loss.item());
      if (!Number.isFinite(losses[t])) break;
      const [slopes] = update([weights], loss, lr);
      if (t === 0) firstSlopes = slopes.data;
    }
    return { losses, firstSlopes };
  }

  test("gradient descent from zero weights", () => {
    const { losses, firstSlopes } = descend(cubic.lr, 2000);
    const { loss, grads, losses: later } = cubic.fromZero;
    expectNumbers([losses[0], firstSlopes[1], firstSlopes[3]], [loss, grads.b, grads.d], 1e-12);
    expectNumbers([firstSlopes[0], firstSlopes[2]], [0, 0], 0, 1e-9); // sin is odd
    expectNumbers(
      later.map(([t]) => losses[t]),
      later.map(([, value]) => value),
      1e-9,
    );
  });

  test("the optimum solves the normal equations", () => {
    const { a, b, c, d, loss } = cubic.optimum;
    const weights = leaf([a, b, c, d]);
    const at = lossOf(weights);
    expectNumbers([at.item()], [loss], 1e-9);
    // the weights are given to eleven digits, and the slopes change by up to λmax = 6e5 for each unit
    expectNumbers(grad(at, weights)[0].data, [0, 0, 0, 0], 0, 1e-5, "slope");
  });

  test("the largest stable rate", () => {
    // 2/λmax of the Hessian 2 Σ xʲxᵏ: by power iteration
    const hessian = powers.t().matmul(powers).mul(2).toArray() as number[][];
    let v = [1, 1, 1, 1];
    let largest = 0;
    for (let i = 0; i < 200; i++) {
      const w = hessian.map((row) => row.reduce((sum, h, k) => sum + h * v[k], 0));
      largest = Math.hypot(...w);
      v = w.map((u) => u / largest);
    }
    expectNumbers([2 / largest], [cubic.largestStableRate], 1e-4);
    const { losses } = descend(cubic.convergesAt, 1000);
    expect(losses[999]).toBeLessThan(losses[499]);
  });

  test("above it, the loss is not finite from a known step on", () => {
    const { losses } = descend(cubic.divergesAt, 2000);
    expect(losses.findIndex((loss) => !Number.isFinite(loss))).toBe(cubic.nonFiniteFromStep);
  }, 60_000);
});
