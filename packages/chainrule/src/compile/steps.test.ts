/** What `compile` promises of training steps: schedules, gradients, and what it notices that changed in between. */
import { describe, expect, test } from "vitest";
import { compile, ones, optim, type Tensor, tensor, zeros } from "../index.ts";
import { thrown } from "../util/testing/thrown.ts";
import { counted, trained } from "./testing/training.ts";

describe("training steps", () => {
  test("a schedule changes nothing but a number", () => {
    const eager = trained();
    const other = trained();
    const fn = counted(other.step);
    const fast = compile(fn);
    for (let t = 0; t < 6; t++) {
      for (const { optimizer } of [eager, other]) optimizer.paramGroups[0].lr = 0.1 / (t + 1);
      const wanted = eager.step(eager.x, eager.y).item();
      expect(Math.abs(fast(other.x, other.y).item() - wanted)).toBeLessThan(1e-6);
    }
    expect(fn.times()).toBe(1);
  });

  test("an option that chooses what a step does is noticed", () => {
    const eager = trained({ momentum: 0.9 });
    const other = trained({ momentum: 0.9 });
    const fn = counted(other.step);
    const fast = compile(fn);
    const compare = (): void => {
      const wanted = eager.step(eager.x, eager.y).item();
      expect(Math.abs(fast(other.x, other.y).item() - wanted)).toBeLessThan(1e-6);
    };
    compare();
    compare();
    expect(fn.times()).toBe(1);
    for (const { optimizer } of [eager, other]) {
      Object.assign(optimizer.paramGroups[0], { momentum: 0, weightDecay: 0.01 });
      optimizer.addParamGroup({ params: [zeros([1], { requiresGrad: true })] });
    }
    compare();
    compare();
    expect(fn.times()).toBe(2);
  });

  test("loading a state goes on with the same program", () => {
    const eager = trained({ momentum: 0.9 });
    const other = trained({ momentum: 0.9 });
    const fn = counted(other.step);
    const fast = compile(fn);
    for (let t = 0; t < 5; t++) {
      const wanted = eager.step(eager.x, eager.y).item();
      expect(Math.abs(fast(other.x, other.y).item() - wanted)).toBeLessThan(1e-6);
      other.optimizer.loadStateDict(other.optimizer.stateDict());
    }
    expect(fn.times()).toBe(1);
  });

  test("parameters that are frozen, or converted, in between are noticed", () => {
    const eager = trained();
    const other = trained();
    const fn = counted(other.step);
    const fast = compile(fn);
    const runs = [
      () => {},
      (t: typeof eager) => t.model.at(0).weight.requiresGrad_(false),
      () => {},
      (t: typeof eager) => t.model.at(0).weight.requiresGrad_(),
      (t: typeof eager) => t.model.to("float64") && t.model.to("float32"),
    ];
    for (const change of runs) {
      for (const each of [eager, other]) change(each);
      const wanted = eager.step(eager.x, eager.y).item();
      expect(Math.abs(fast(other.x, other.y).item() - wanted)).toBeLessThan(1e-6);
      eager.model.parameters().forEach((p, i) => {
        expect(p.sub(other.model.parameters()[i]).abs().amax().item()).toBeLessThan(1e-6);
      });
    }
    // The first program fits again after the second; another one is for the storages of the conversion.
    expect(fn.times()).toBe(3);
  });

  test("a function may freeze parameters for a while itself", () => {
    const { model, step, x, y } = trained();
    const fn = counted((a: Tensor, b: Tensor) => {
      model.at(0).weight.requiresGrad_(false);
      const loss = step(a, b);
      model.at(0).weight.requiresGrad_();
      return loss;
    });
    const fast = compile(fn);
    const before = model.at(0).weight.toArray();
    for (let t = 0; t < 3; t++) fast(x, y);
    expect(model.at(0).weight.toArray()).toEqual(before);
    expect(fn.times()).toBe(1);
  });

  test("other parameters in a group are noticed", () => {
    const [a, b] = [ones([2], { requiresGrad: true }), ones([2], { requiresGrad: true })];
    const optimizer = new optim.SGD([a], { lr: 0.5 });
    const fast = compile((x: Tensor) => {
      for (const p of [a, b]) p.grad = null;
      a.mul(b).mul(x).sum().backward();
      optimizer.step();
    });
    fast(ones([2]));
    optimizer.paramGroups[0].params = [b];
    fast(ones([2]));
    expect([a.toArray(), b.toArray()]).toEqual([
      [0.5, 0.5],
      [0.75, 0.75],
    ]);
  });

  test("eager and compiled steps may alternate", () => {
    const eager = trained({ momentum: 0.5 });
    const other = trained({ momentum: 0.5 });
    const fast = compile(other.step);
    for (let t = 0; t < 8; t++) {
      const wanted = eager.step(eager.x, eager.y).item();
      const found = (t % 3 === 1 ? other.step : fast)(other.x, other.y).item();
      expect(Math.abs(found - wanted)).toBeLessThan(1e-6);
    }
  });

  test("gradients are kept when asked for, and otherwise reading one says so", () => {
    const a = trained();
    compile(a.step)(a.x, a.y);
    const weight = a.model.at(0).weight;
    expect(thrown(() => weight.grad).message).toMatch(/not kept.*keepGrads: true/);
    a.optimizer.zeroGrad();
    expect(weight.grad).toBeNull();

    const b = trained();
    const c = trained();
    const fast = compile(b.step, { keepGrads: true });
    for (let t = 0; t < 3; t++) {
      fast(b.x, b.y);
      c.step(c.x, c.y);
      b.model.parameters().forEach((p, i) => {
        const wanted = c.model.parameters()[i].grad as Tensor;
        expect((p.grad as Tensor).sub(wanted).abs().amax().item()).toBeLessThan(1e-6);
      });
    }
  });

  test("gradients accumulate over calls when they are kept", () => {
    const { model, lossFn, x, y } = trained();
    const backward = (a: Tensor, b: Tensor): void => lossFn(model(a), b).backward();
    const fast = compile(backward, { keepGrads: true });
    for (let t = 0; t < 3; t++) fast(x, y);
    const found = model.parameters().map((p) => (p.grad as Tensor).clone());
    model.zeroGrad();
    for (let t = 0; t < 3; t++) backward(x, y);
    model.parameters().forEach((p, i) => {
      expect((p.grad as Tensor).sub(found[i]).abs().amax().item()).toBeLessThan(1e-6);
    });
    model.zeroGrad();
    const forgetful = compile(backward);
    forgetful(x, y);
    expect(thrown(() => forgetful(x, y)).message).toMatch(/keepGrads/);
  });

  test("gradients of arguments, and second derivatives", () => {
    const fn = (x: Tensor): Tensor => {
      const leaf = x.detach().requiresGrad_();
      leaf.pow(3).sum().backward({ createGraph: true });
      const first = leaf.grad as Tensor;
      leaf.grad = null;
      first.sum().backward();
      return leaf.grad as unknown as Tensor;
    };
    expect(compile(fn)(tensor([1, 2, -3])).toArray()).toEqual([6, 12, -18]);
  });
});
