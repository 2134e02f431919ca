/**
 * A layer of your own: a class with parameters as fields and a `forward`. What one learns: nothing has to be registered, and
 * derivatives, state dictionaries, printing, cloning, `compile` and traces know the layer at once. Run it with
 * `npx node examples/custom-layer.ts`.
 */
import { manualSeed, nn, optim, randn, type Tensor, zeros } from "chainrule";

/** y = x + gate · tanh(W x + b): a block that starts as the identity, because its gate starts at 0. */
class GatedResidual extends nn.Module {
  static override readonly name: string = "GatedResidual"; // how errors and traces call it, minified too
  linear: nn.Linear;
  gate: nn.Parameter;

  constructor(features: number) {
    super();
    this.linear = new nn.Linear(features, features);
    this.gate = new nn.Parameter(zeros([features]));
  }

  override forward(x: Tensor): Tensor {
    return x.add(this.gate.mul(this.linear(x).tanh()));
  }
}

manualSeed(0);
const model = new nn.Sequential(new GatedResidual(4), new GatedResidual(4), new nn.Linear(4, 1));
console.log(String(model));
console.log(Object.keys(model.stateDict()).join(", "));

const x = randn([256, 4]);
const y = x
  .narrow(1, 0, 1)
  .sin()
  .mul(x.narrow(1, 1, 1));
const lossFn = new nn.MSELoss();
const optimizer = new optim.AdamW(model.parameters(), { lr: 0.02 });
for (let t = 0; t <= 500; t++) {
  const loss = lossFn(model(x), y);
  if (t % 100 === 0) console.log(t, loss.item().toFixed(4));
  optimizer.zeroGrad();
  loss.backward();
  optimizer.step();
}
