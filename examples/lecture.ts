/**
 * The lecture's program: a network of two inputs, three hidden units and one output learns sin(πx) from x and x².
 * Run it with `node examples/lecture.ts`, or `npx tsx examples/lecture.ts` on older Nodes.
 */
import { linspace, manualSeed, nn, optim, stack } from "chainrule";

manualSeed(0);
const x = linspace(-1, 1, 200);
const xx = stack([x, x.mul(x)], -1);
const y = x.mul(Math.PI).sin();

const model = new nn.Sequential(
  new nn.Linear(2, 3),
  new nn.ReLU(),
  new nn.Linear(3, 1),
  new nn.Flatten(0, 1),
);
const lossFn = new nn.MSELoss({ reduction: "sum" });
const optimizer = new optim.SGD(model.parameters(), { lr: 1e-3 });

for (let t = 0; t < 2000; t++) {
  const loss = lossFn(model(xx), y); // forward pass
  if (t % 100 === 99) console.log(t, loss.item());
  optimizer.zeroGrad();
  loss.backward(); // backward pass
  optimizer.step(); // w ← w − η ∂ℓ/∂w
}
console.log(model.at(0).weight.toArray(), model.at(0).bias?.toArray());
