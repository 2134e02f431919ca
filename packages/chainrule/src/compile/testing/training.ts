/** What tests of `compile` share. */
import { manualSeed, nn, optim, rand, randint, type Tensor } from "../../index.ts";

/** A function that counts how often it runs in JavaScript. */
export function counted<A extends unknown[], R>(
  fn: (...args: A) => R,
): ((...args: A) => R) & { times: () => number } {
  let count = 0;
  const run = (...args: A): R => {
    count++;
    return fn(...args);
  };
  return Object.assign(run, { times: () => count });
}

/** A small network with a step to compile. */
export function trained(options: { lr?: number; momentum?: number } = {}) {
  manualSeed(1);
  const model = new nn.Sequential(new nn.Linear(3, 5), new nn.Tanh(), new nn.Linear(5, 2));
  const optimizer = new optim.SGD(model.parameters(), { lr: 0.1, ...options });
  const lossFn = new nn.CrossEntropyLoss();
  const step = (x: Tensor, y: Tensor): Tensor => {
    const loss = lossFn(model(x), y);
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    return loss;
  };
  const x = rand([6, 3]);
  const y = randint(0, 2, [6]);
  return { model, optimizer, lossFn, step, x, y };
}
