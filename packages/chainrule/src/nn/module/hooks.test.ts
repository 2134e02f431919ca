import { describe, expect, test } from "vitest";
import { type Tensor, tensor } from "../../tensor/index.ts";
import * as nn from "../index.ts";

describe("hooks", () => {
  test("before and after forward, each able to change what passes, and removable", () => {
    const seen: string[] = [];
    const layer = new nn.Identity();
    const remove = [
      layer.registerForwardPreHook((_, [value]) => {
        seen.push("pre");
        return (value as Tensor).add(1);
      }),
      layer.registerForwardPreHook((_, [value]) => [(value as Tensor).mul(10)]),
      layer.registerForwardHook((module, args, output) => {
        seen.push(`${module.scopeKind()} ${(args[0] as Tensor).item()}`);
        return (output as Tensor).neg();
      }),
    ];
    expect(layer(tensor(2)).item()).toBe(-30);
    expect(layer.forward(tensor(2)).item()).toBe(2);
    expect(seen).toEqual(["pre", "Identity 30"]);
    for (const drop of remove) drop();
    expect(layer(tensor(2)).item()).toBe(2);
  });

  test("the backward hook sees the gradients of inputs and outputs, and may replace those of inputs", () => {
    const layer = new nn.Linear(2, 1, { bias: false });
    nn.init.constant_(layer.weight, 3);
    const calls: unknown[] = [];
    layer.registerFullBackwardHook((module, gradInput, gradOutput) => {
      calls.push([module === layer, gradInput.map((g) => g?.toArray()), gradOutput.map((g) => g?.toArray())]);
      return gradInput.map((g) => g?.mul(2));
    });
    const input = tensor([[1, 2]], { requiresGrad: true });
    layer(input).mul(5).sum().backward();
    expect(calls).toEqual([[true, [[[15, 15]]], [[[5]]]]]);
    expect(input.grad?.toArray()).toEqual([[30, 30]]);
    expect(layer.weight.grad?.toArray()).toEqual([[5, 10]]);
    layer(tensor([[1, 2]]))
      .sum()
      .backward();
    expect(calls[1]).toEqual([true, [undefined], [[[1]]]]);
    const count = calls.length;
    layer(tensor([[1, 2]]).requiresGrad_()).detach();
    expect(calls).toHaveLength(count);
  });

  test("the backward hook waits for all inputs and outputs", () => {
    class Swap extends nn.Module {
      override forward(a: Tensor, b: Tensor, factor: number): [Tensor, Tensor] {
        return [b.mul(factor), a.mul(b)];
      }
    }
    const swap = new Swap();
    const calls: nn.Gradients[] = [];
    swap.registerFullBackwardHook((_, gradInput, gradOutput) => {
      calls.push(gradInput, gradOutput);
      return [gradInput[0]?.add(100), gradInput[1]];
    });
    const a = tensor([1, 2], { requiresGrad: true });
    const b = tensor([[3], [4]], { requiresGrad: true });
    const [p, q] = swap(a, b, 7);
    p.sum().mul(2).add(q.sum()).backward();
    expect(calls.map((list) => list.map((g) => g?.toArray()))).toEqual([
      [[7, 7], [[17], [17]]],
      [[[2], [2]], [[1, 1], [1, 1]]],
    ]); // biome-ignore format: gradients
    expect(a.grad?.toArray()).toEqual([107, 107]);
    expect(b.grad?.toArray()).toEqual([[17], [17]]);
  });
});
