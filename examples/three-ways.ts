/**
 * One step of learning, three ways: the lecture's formulas written out as loops, autograd, and a model with an optimizer.
 * Prints every number side by side, in float64. Run it with `node examples/three-ways.ts`.
 */
import { grad, manualSeed, nn, optim, tensor } from "chainrule";

const lr = 0.1;
const inputs = [-0.8, -0.3, 0.1, 0.6].map((x) => [x, x * x]);
const targets = inputs.map(([x]) => Math.sin(Math.PI * x));

// The network: two inputs, three hidden units with ReLU, one output. w[k][j] holds the weights into unit j of layer k + 1,
// b[k][j] its bias.
manualSeed(0);
const model = new nn.Sequential(new nn.Linear(2, 3), new nn.ReLU(), new nn.Linear(3, 1)).to("float64");
const layers = [model.at(0), model.at(2)];
const w = layers.map((layer) => layer.weight.toArray() as number[][]);
const b = layers.map((layer) => layer.bias?.toArray() as number[]);

interface Step {
  loss: number;
  /** ∂L/∂w and ∂L/∂b of both layers, in a row, and the same weights after the update. */
  slopes: number[];
  after: number[];
}

/** The loops: L = (1/N) Σ (y − t)². */
function byLoops(): Step {
  let loss = 0;
  const dw = w.map((rows) => rows.map((row) => row.map(() => 0)));
  const db = b.map((row) => row.map(() => 0));
  for (let n = 0; n < inputs.length; n++) {
    const x = inputs[n];
    // Forward: z_j = Σ_i w_ij y_i + b_j, y_j = f(z_j), remembered for the way back.
    const z = w[0].map((row, j) => row[0] * x[0] + row[1] * x[1] + b[0][j]);
    const y = z.map((v) => Math.max(v, 0));
    let out = b[1][0];
    for (let i = 0; i < 3; i++) out += w[1][0][i] * y[i];
    loss += (out - targets[n]) ** 2 / inputs.length;
    // Backward, from the loss: ∂L/∂out = 2 (out − t) / N.
    const dOut = (2 * (out - targets[n])) / inputs.length;
    db[1][0] += dOut;
    for (let i = 0; i < 3; i++) {
      dw[1][0][i] += y[i] * dOut; // ∂L/∂w_ij = y_i ∂L/∂z_j
      const dy = w[1][0][i] * dOut; // ∂L/∂y_i = Σ_j w_ij ∂L/∂z_j
      const dz = z[i] > 0 ? dy : 0; // ∂L/∂z_i = f′(z_i) ∂L/∂y_i
      db[0][i] += dz;
      for (let k = 0; k < 2; k++) dw[0][i][k] += x[k] * dz;
    }
  }
  const slopes = [dw[0], db[0], dw[1], db[1]].flat(2);
  const before = [w[0], b[0], w[1], b[1]].flat(2);
  return { loss, slopes, after: before.map((v, i) => v - lr * slopes[i]) };
}

/** Autograd: the forward pass alone, on tensors. */
function byAutograd(): Step {
  const leaves = [w[0], b[0], w[1], b[1]].map((v) => tensor(v, { dtype: "float64", requiresGrad: true }));
  const [w1, b1, w2, b2] = leaves;
  const x = tensor(inputs, { dtype: "float64" });
  const t = tensor(targets, { dtype: "float64" });
  const y = x.matmul(w1.t()).add(b1).relu().matmul(w2.t()).add(b2).flatten();
  const loss = y.sub(t).square().mean();
  const slopes = grad(loss, leaves);
  const after = leaves.map((v, i) => v.detach().sub(slopes[i].mul(lr)));
  return {
    loss: loss.item(),
    slopes: slopes.flatMap((g) => [...g.data]),
    after: after.flatMap((v) => [...v.data]),
  };
}

/** A model and an optimizer: what one writes every day. */
function byModel(): Step {
  const optimizer = new optim.SGD(model.parameters(), { lr });
  const x = tensor(inputs, { dtype: "float64" });
  const t = tensor(targets, { dtype: "float64" });
  const loss = new nn.MSELoss()(model(x).flatten(), t);
  optimizer.zeroGrad();
  loss.backward();
  optimizer.step();
  const parameters = [...model.parameters()];
  return {
    loss: loss.item(),
    slopes: parameters.flatMap((p) => [...(p.grad?.data ?? [])]),
    after: parameters.flatMap((p) => [...p.data]),
  };
}

const steps = [byLoops(), byAutograd(), byModel()];
const names = ["w1", "b1", "w2", "b2"].flatMap((name, k) => {
  const shape = [[3, 2], [3], [1, 3], [1]][k];
  const count = shape.reduce((a, c) => a * c);
  return Array.from({ length: count }, (_, i) =>
    shape.length === 2 ? `${name}[${Math.floor(i / shape[1])}][${i % shape[1]}]` : `${name}[${i}]`,
  );
});
const rows: [string, number[]][] = [
  ["loss", steps.map((s) => s.loss)],
  ...names.map((name, i): [string, number[]] => [`∂L/∂${name}`, steps.map((s) => s.slopes[i])]),
  ...names.map((name, i): [string, number[]] => [`${name} after`, steps.map((s) => s.after[i])]),
];

const line = (name: string, cells: readonly string[]): string =>
  name.padEnd(16) + cells.map((cell) => cell.padStart(20)).join("");
console.log(line("", ["loops", "autograd", "model, optimizer"]));
for (const [name, values] of rows)
  console.log(
    line(
      name,
      values.map((v) => v.toFixed(15)),
    ),
  );
const difference = Math.max(...rows.map(([, values]) => Math.max(...values) - Math.min(...values)));
console.log(`\nlargest difference: ${difference}`);
