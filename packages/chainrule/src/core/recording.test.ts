import { describe, expect, test } from "vitest";
import { nn, ones, optim, type Tensor, tensor, zeros } from "../index.ts";
import { live } from "./live.ts";
import { changes, outside } from "./recording.ts";
import { WatchedRecording } from "./testing/recording.ts";

/** By how much `body` moves the count of changes. */
function counted(body: () => unknown): number {
  const before = changes.count;
  body();
  return changes.count - before;
}

test("host numbers are plain numbers eagerly, and tensors while recording; they are computed once either way", () => {
  let steps = 0;
  const compute = (): { step: number } => ({ step: ++steps });
  expect(live(compute).step).toBe(1);
  const { step } = new WatchedRecording().run(() => live(compute));
  expect([(step as Tensor).item(), (step as Tensor).dtype, (step as Tensor).shape]).toEqual([
    2,
    "float64",
    [],
  ]);
  expect(steps).toBe(2);
});

test("what is made outside of a recording may be read there", () => {
  const made = new WatchedRecording().run(() => {
    expect(() => ones([2]).toArray()).toThrow("A value is read.");
    return outside(() => ones([2]).toArray());
  });
  expect(made).toEqual([1, 1]);
  expect(outside(() => 3)).toBe(3);
});

describe("gradients", () => {
  test("that were dropped cannot be read until they are assigned", () => {
    const w = tensor([1, 2], { requiresGrad: true });
    w.sum().backward();
    expect(w.gradStorage).toBe(w.grad?.storage);
    w.dropGrad();
    expect(w.gradStorage).toBe(undefined);
    expect(() => w.grad).toThrow(
      "computed inside a compiled function and not kept. Compile it by compile(fn, { keepGrads: true }",
    );
    expect(() => w.sum().backward()).toThrow("or call zeroGrad()");
    w.grad = null;
    expect([w.grad, w.gradStorage]).toEqual([null, null]);
  });

  test("that were dropped are forgotten by zeroGrad, however it is told to", () => {
    for (const setToNone of [true, false]) {
      const layer = new nn.Linear(1, 1);
      for (const forgetful of [layer, new optim.SGD(layer.parameters())]) {
        layer.weight.dropGrad();
        forgetful.zeroGrad({ setToNone });
        expect(layer.weight.grad).toBe(null);
      }
    }
  });

  test("that were dropped do not stand in the way of a conversion", () => {
    const layer = new nn.Linear(1, 1);
    layer.weight.dropGrad();
    layer.double();
    expect(layer.weight.gradStorage).toBe(undefined);
  });

  test("tell the recorder what is done with them", () => {
    const w = tensor([3], { requiresGrad: true });
    const recording = new WatchedRecording();
    recording.run(() => {
      w.grad = null;
      w.square().sum().backward();
    });
    expect(recording.gradients).toEqual([
      ["changed", w],
      ["read", w],
      ["changed", w],
    ]);
    expect(w.grad?.toArray()).toEqual([6]);
  });
});

describe("changes that compiled programs look out for", () => {
  const layer = new nn.Linear(2, 2);
  const { weight } = layer;

  test("gradients assigned outside of a recording", () => {
    expect(
      counted(() =>
        layer(zeros([1, 2]))
          .sum()
          .backward(),
      ),
    ).toBe(2); // of weight and bias
    expect(
      counted(() =>
        layer(zeros([1, 2]))
          .sum()
          .backward(),
      ),
    ).toBe(0); // added in place
    expect(counted(() => layer.zeroGrad())).toBe(2);
    expect(counted(() => layer.zeroGrad())).toBe(0);
    expect(counted(() => weight.dropGrad())).toBe(1);
    expect(counted(() => weight.dropGrad())).toBe(0);
    expect(counted(() => new WatchedRecording().run(() => layer.zeroGrad()))).toBe(0);
  });

  test("modes, frozen parameters and conversions", () => {
    expect(counted(() => layer.eval())).toBe(1);
    expect(counted(() => layer.eval())).toBe(0);
    expect(counted(() => layer.train())).toBe(1);
    expect(counted(() => weight.requiresGrad_(false))).toBe(1);
    expect(counted(() => weight.requiresGrad_(false))).toBe(0);
    expect(counted(() => weight.requiresGrad_())).toBe(1);
    expect(counted(() => layer.double())).toBeGreaterThan(0);
  });
});

test("a called module is told to the recorder, inner ones too", () => {
  const model = new nn.Sequential(new nn.Linear(2, 2), new nn.ReLU());
  const recording = new WatchedRecording();
  recording.run(() => model(zeros([1, 2])));
  expect(recording.modules).toEqual([model, model.at(0), model.at(1)]);
});
