import { describe, expect, test } from "vitest";
import { ones, tensor, zeros } from "../tensor/index.ts";
import { ChainruleError } from "../util/errors.ts";
import * as nn from "./index.ts";

const withGrad = (...grads: number[][]): nn.Parameter[] =>
  grads.map((grad) => {
    const p = new nn.Parameter(zeros([grad.length]));
    p.grad = tensor(grad);
    return p;
  });

describe("clipGradNorm_", () => {
  test("scales all gradients together, in place, and gives the norm before", () => {
    const [a, b] = withGrad([3, 0], [4]);
    const held = a.grad;
    expect(nn.utils.clipGradNorm_([a, b], 1).item()).toBe(5);
    expect(a.grad).toBe(held);
    expect(a.grad?.data[0]).toBeCloseTo(0.6, 6);
    expect(b.grad?.data[0]).toBeCloseTo(0.8, 6);
  });

  test("leaves small ones, passes over parameters without gradient", () => {
    const [a] = withGrad([0.3, 0.4]);
    const none = new nn.Parameter(ones([2]));
    expect(nn.utils.clipGradNorm_([a, none], 1).item()).toBeCloseTo(0.5, 6);
    expect(a.grad?.toArray()).toEqual(tensor([0.3, 0.4]).toArray());
    expect(nn.utils.clipGradNorm_([none], 1).item()).toBe(0);
    expect(nn.utils.clipGradNorm_(a, 0.25).item()).toBeCloseTo(0.5, 6);
    expect(a.grad?.data[1]).toBeCloseTo(0.2, 6);
  });

  test("other norms, and non-finite gradients", () => {
    const [a, b] = withGrad([3, -6], [4]);
    expect(nn.utils.clipGradNorm_([a, b], 100, { normType: Number.POSITIVE_INFINITY }).item()).toBe(6);
    expect(nn.utils.clipGradNorm_([a, b], 100, { normType: 1 }).item()).toBe(13);
    const [bad] = withGrad([Number.NaN]);
    expect(() => nn.utils.clipGradNorm_([bad], 1, { errorIfNonfinite: true })).toThrow(ChainruleError);
    expect(nn.utils.clipGradNorm_([bad], 1).item()).toBeNaN();
  });
});

test("clipGradValue_ cuts each element", () => {
  const [a] = withGrad([3, -0.5, -7]);
  nn.utils.clipGradValue_([a], 1);
  expect(a.grad?.toArray()).toEqual([1, -0.5, -1]);
});

test("parameters to a vector and back", () => {
  const model = new nn.Sequential(new nn.Linear(2, 3), new nn.Linear(3, 1));
  const vector = nn.utils.parametersToVector(model.parameters());
  expect(vector.shape).toEqual([13]);
  vector.sum().backward();
  expect(model.at(0).weight.grad?.toArray()).toEqual([[1, 1], [1, 1], [1, 1]]); // biome-ignore format: rows
  const other = model.clone();
  other.apply((module) => {
    if (module instanceof nn.Linear) nn.init.zeros_(module.weight);
  });
  nn.utils.vectorToParameters(vector, other.parameters());
  expect(nn.utils.parametersToVector(other.parameters()).data).toEqual(vector.data);
  expect(() => nn.utils.vectorToParameters(zeros([12]), other.parameters())).toThrow("Give a vector of 13.");
});
