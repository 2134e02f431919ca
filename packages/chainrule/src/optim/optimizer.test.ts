import { describe, expect, test } from "vitest";
import { nn, optim, type Tensor, tensor } from "../index.ts";
import { ChainruleError, type ErrorCode } from "../util/errors.ts";

/** The code of the error that a call throws. */
function code(body: () => unknown): ErrorCode {
  try {
    body();
  } catch (error) {
    if (error instanceof ChainruleError) return error.code;
    throw error;
  }
  throw new Error("nothing was thrown");
}

describe("what an optimizer is made with", () => {
  const model = new nn.Linear(1, 1);
  const make = (params: unknown): optim.SGD => new optim.SGD(params as nn.Parameter[]);

  test("anything but parameters and groups of them is refused", () => {
    for (const params of [model, undefined, null, 3, {}, [3], [null], [{}], [{ params: model }]])
      expect(code(() => make(params))).toBe("argument");
    expect(() => make([])).toThrow("ModuleList");
    expect(() => make([model.weight, model.weight])).toThrow("given twice");
    expect(code(() => make([model.weight.mul(2)]))).toBe("argument");
  });
  test("a group may name one parameter alone", () => {
    const [group] = make([{ params: model.weight, lr: 0.5 }]).paramGroups;
    expect([group.params.length, group.params[0] === model.weight, group.lr]).toEqual([1, true, 0.5]);
  });
  test("mixed lists are refused", () => {
    expect(code(() => make([model.weight, { params: [model.bias] }]))).toBe("argument");
    expect(code(() => make([{ params: [model.weight, tensor([1]).requiresGrad_().mul(2)] }]))).toBe(
      "argument",
    );
  });
});

describe("loading a state", () => {
  const saved = (kind: typeof optim.SGD | typeof optim.Adam): optim.OptimizerStateDict => {
    const p = tensor([1], { requiresGrad: true });
    p.grad = tensor([1]);
    const optimizer = new kind([p], { lr: 0.5 });
    optimizer.step();
    return optimizer.stateDict();
  };
  test("of another kind, or what is none, is refused and changes nothing", () => {
    const p = tensor([1], { requiresGrad: true });
    const adam = new optim.Adam([p]);
    const odd: unknown[] = [null, {}, { state: {} }, saved(optim.SGD)];
    const twice = saved(optim.Adam);
    odd.push({ ...twice, state: { ...twice.state, 5: twice.state[0] } });
    for (const state of odd)
      expect(code(() => adam.loadStateDict(state as optim.OptimizerStateDict))).toBe("state");
    expect(() => adam.loadStateDict(saved(optim.SGD))).toThrow(/lacks "expAvg", "expAvgSq".*Adam/);
    expect([adam.paramGroups[0].lr, adam.state.size]).toEqual([1e-3, 0]);
    adam.loadStateDict(saved(optim.Adam));
    expect([adam.paramGroups[0].lr, adam.state.get(p)?.step]).toEqual([0.5, 1]);
  });
});

test("a state dictionary goes on with the optimizer, counts and averages alike, as in PyTorch; loading copies", () => {
  const p = tensor([1], { requiresGrad: true });
  const optimizer = new optim.Adam([p]);
  const step = (): void => {
    p.grad = tensor([1]);
    optimizer.step();
  };
  step();
  const dict = optimizer.stateDict();
  const other = new optim.Adam([tensor([1], { requiresGrad: true })]);
  other.loadStateDict(dict);
  step();
  const picture = (state: optim.OptimizerStateDict): unknown => {
    const { step: count, expAvg } = state.state[0];
    return [count, (expAvg as Tensor).item().toFixed(3)];
  };
  expect(picture(dict)).toEqual([2, "0.190"]);
  expect(picture(optimizer.stateDict())).toEqual([2, "0.190"]);
  expect(picture(other.stateDict())).toEqual([1, "0.100"]);
});
