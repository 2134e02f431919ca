/**
 * The lecture's program with its step compiled into one WebAssembly program, many times faster. Sums are taken in another order
 * than in lecture.ts, so the losses are the same to rounding at first; the lecture's learning rate makes the run chaotic, and from
 * about step 1,400 on they are others. Run it with `npx node examples/compiled.ts`; `compile.explain` says what the program is
 * made of.
 */
import { compile, linspace, manualSeed, nn, optim, stack } from "chainrule";

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

const step = () => {
  const loss = lossFn(model(xx), y); // forward pass
  optimizer.zeroGrad();
  loss.backward(); // backward pass
  optimizer.step(); // w ← w − η ∂ℓ/∂w
  return loss;
};
console.log(compile.explain(step));

const fast = compile(step);
const start = performance.now();
for (let t = 0; t < 2000; t++) {
  const loss = fast();
  if (t % 100 === 99) console.log(t, loss.item());
}
console.log(`2,000 steps in ${(performance.now() - start).toFixed(0)} ms`);
console.log(model.at(0).weight.toArray(), model.at(0).bias?.toArray());
