/** What programs keep in the heap that they share with eager code, and for how long. */
import { expect, test } from "vitest";
import { theHeap } from "../backends/wasm/heap.ts";
import { compile, manualSeed, nn, ones, optim, randn, type Tensor, tensor, zeros } from "../index.ts";

/** A step of Adam on one layer, compiled. */
function made(size: number) {
  const model = new nn.Linear(size, size);
  const optimizer = new optim.Adam(model.parameters());
  const step = compile((x: Tensor) => {
    const loss = model(x).square().mean();
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    return loss;
  });
  return { model, optimizer, step };
}

test("models and their optimizers leave the heap with their programs, at once", () => {
  const x = randn([4, 500]);
  const once = (): number => {
    const { step } = made(500);
    step(x);
    step.dispose();
    return theHeap().used;
  };
  once();
  const first = once();
  for (let i = 0; i < 200; i++) once();
  expect(theHeap().used).toBe(first);
});

test("what moved out goes on: eager code and later programs see the right values", () => {
  manualSeed(3);
  const eager = made(5);
  manualSeed(3);
  const compiled = made(5);
  const x = randn([4, 5]);
  const before = theHeap().used;
  for (let t = 0; t < 3; t++) {
    const wanted = eager.step(x).item();
    expect(compiled.step(x).item()).toBeCloseTo(wanted, 6);
    compiled.step.dispose();
    expect(compiled.model.weight.storage.place).toBeUndefined();
    // An uncompiled step between compiled ones.
    for (const { model, optimizer } of [eager, compiled]) {
      optimizer.zeroGrad();
      model(x).square().mean().backward();
      optimizer.step();
    }
    expect(compiled.model.weight.sub(eager.model.weight).abs().amax().item()).toBeLessThan(1e-6);
  }
  eager.step.dispose();
  // What stays are tensors that were passed in several times, until they are collected.
  expect(theHeap().used - before).toBeLessThan(1024);
});

test("a storage of two programs stays until both are disposed of", () => {
  const w = zeros([3]);
  const add = compile((x: Tensor) => w.add_(x));
  const double = compile(() => w.mul_(2));
  add(ones([3]));
  double();
  add.dispose();
  expect(w.storage.place).toBeDefined();
  expect(double().toArray()).toEqual([4, 4, 4]);
  double.dispose();
  expect(w.storage.place).toBeUndefined();
  expect(w.toArray()).toEqual([4, 4, 4]);
  expect(add(tensor([1, 2, 3])).toArray()).toEqual([5, 6, 7]);
  expect(w.toArray()).toEqual([5, 6, 7]);
});
