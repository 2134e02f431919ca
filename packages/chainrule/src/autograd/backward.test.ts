import { describe, expect, test } from "vitest";
import { enableGrad, grad, noGrad, type Tensor, tensor } from "../index.ts";
import { thrown } from "../util/testing/thrown.ts";

const leaf = (data: number | number[] | number[][], dtype: "float32" | "float64" = "float64"): Tensor =>
  tensor(data, { dtype, requiresGrad: true });

describe("collecting gradients", () => {
  test("a value used twice gets the sum", () => {
    const x = leaf(3);
    x.mul(x).add(x).backward(); // d(x² + x)/dx = 2x + 1
    expect(x.grad?.item()).toBe(7);
  });
  test("gradients of later passes are added in place", () => {
    const x = leaf([1, 2]);
    x.square().sum().backward();
    const first = x.grad;
    x.square().sum().backward();
    expect(x.grad).toBe(first);
    expect(first?.toArray()).toEqual([4, 8]);
  });
  test("two leaves never share a gradient", () => {
    const [a, b] = [leaf([1]), leaf([2])];
    a.add(b).sum().backward();
    expect(a.grad?.storage).not.toBe(b.grad?.storage);
  });
  test("the gradient given belongs to the caller", () => {
    const x = leaf([1, 2]);
    const gradient = tensor([5, 6], { dtype: "float64" });
    x.add(0).backward({ gradient });
    x.add(0).backward({ gradient });
    expect(gradient.toArray()).toEqual([5, 6]);
    expect(x.grad?.toArray()).toEqual([10, 12]);
  });
  test("a gradient seen by a hook is not changed by later passes", () => {
    const x = leaf([1]);
    const seen: Tensor[] = [];
    x.registerHook((g) => void seen.push(g));
    const step = (): void => x.mul(3).sum().backward();
    step();
    step();
    expect(seen.map((g) => g.toArray())).toEqual([[3], [3]]);
    expect(x.grad?.toArray()).toEqual([6]);
  });
  test("a leaf as the loss", () => {
    const x = leaf(2);
    x.backward();
    expect(x.grad?.item()).toBe(1);
  });
  test("a gradient in another dtype is converted", () => {
    const x = leaf([1], "float32");
    x.mul(2).backward({ gradient: tensor([3], { dtype: "float64" }) });
    expect(x.grad?.dtype).toBe("float32");
    expect(x.grad?.toArray()).toEqual([6]);
  });
  test("inputs names the only tensors that collect", () => {
    const [x, w] = [leaf([2]), leaf([3])];
    const z = x.mul(w);
    z.square()
      .sum()
      .backward({ inputs: [w, z] });
    expect([x.grad, w.grad?.toArray(), z.grad?.toArray()]).toEqual([null, [24], [12]]);
  });
  test("a leaf frozen after the forward pass collects nothing", () => {
    const [x, w] = [leaf([2]), leaf([3])];
    const y = x.mul(w).sum();
    w.requiresGrad_(false);
    y.backward();
    expect([x.grad?.toArray(), w.grad]).toEqual([[3], null]);
  });
  test("a grad of another shape is refused", () => {
    const x = leaf([1, 2]);
    x.grad = tensor([[0]]);
    expect(thrown(() => x.sum().backward()).code).toBe("autograd");
  });
  test("derivatives that are zero everywhere give zeros, as in PyTorch", () => {
    const x = leaf([1.5, 2.5]);
    x.floor().sum().backward();
    expect(x.grad?.toArray()).toEqual([0, 0]);
    expect(grad(x.floor().sum(), x)[0].toArray()).toEqual([0, 0]);
  });
  test("noGrad records nothing, and enableGrad inside it does", () => {
    const x = leaf(2);
    expect(noGrad(() => x.mul(2)).requiresGrad).toBe(false);
    expect(noGrad(() => enableGrad(() => x.mul(2))).requiresGrad).toBe(true);
    expect(() => noGrad(() => Promise.resolve())).toThrow(/async/);
  });
});

describe("one graph, several passes", () => {
  test("backward twice needs retainGraph", () => {
    const x = leaf(2);
    const y = x.square();
    y.backward({ retainGraph: true });
    y.backward();
    expect(x.grad?.item()).toBe(8);
    const error = thrown(() => y.backward());
    expect(error.code).toBe("autograd");
    expect(error.message).toMatch(/op square.*freed.*retainGraph: true/);
  });
  test("what remembers no tensor may run twice, so that losses may share a cheap beginning", () => {
    const x = leaf(2);
    const shared = x.add(1);
    shared.square().backward();
    shared.exp().backward();
    expect(x.grad?.item()).toBeCloseTo(6 + Math.exp(3), 12);
  });
  test("grad of an inner value leaves what lies before it", () => {
    const x = leaf(3);
    const h = x.square();
    const [dh] = grad(h.mul(5), [h]);
    h.backward({ gradient: dh });
    expect(x.grad?.item()).toBe(30);
  });
  test("a change in place of what a derivative needs is noticed", () => {
    const [x, w] = [leaf([2]), leaf([3])];
    const y = x.mul(w).sum();
    noGrad(() => w.add_(1));
    const error = thrown(() => y.backward());
    expect(error.code).toBe("in-place");
    expect(error.message).toMatch(/op mul needs \(its "other"\)/);
  });
  test("a change in place of what no derivative needs is allowed", () => {
    const w = leaf([3]);
    const y = tensor([2], { dtype: "float64" }).mul(w).sum(); // ∂y/∂w needs the 2 alone
    noGrad(() => w.add_(1));
    y.backward();
    expect(w.grad?.toArray()).toEqual([2]);
  });
});

describe("grad", () => {
  test("returns gradients and collects none", () => {
    const x = leaf(3);
    expect(grad(x.square(), x)[0].item()).toBe(6);
    expect(x.grad).toBeNull();
  });
  test("the same input twice, and the output as its own input", () => {
    const x = leaf([2]);
    const y = x.mul(x);
    expect(grad(y.sum(), [x, x], { retainGraph: true }).map((g) => g.toArray())).toEqual([[4], [4]]);
    expect(grad(y, [y], { gradOutputs: [tensor([7])] })[0].toArray()).toEqual([7]);
  });
  test("several outputs, one of them unrelated", () => {
    const [x, z] = [leaf(2), leaf(5)];
    const [dx] = grad([x.square(), z.square(), x.mul(3)], [x]);
    expect(dx.item()).toBe(7);
  });
  test("unused inputs are errors, or null", () => {
    const [x, z] = [leaf(2), leaf(5)];
    expect(thrown(() => grad(x.square(), [x, z])).message).toMatch(/Input 1.*allowUnused/);
    expect(grad(x.square(), [x, z], { allowUnused: true })[1]).toBeNull();
  });
  test("wrong arguments", () => {
    const x = leaf([2, 3]);
    expect(thrown(() => grad(x.square(), x)).message).toMatch(/one number.*\[2\].*sum\(\)/);
    expect(thrown(() => grad(x.square(), x, { gradOutputs: tensor([1]) })).code).toBe("shape");
    expect(thrown(() => grad(x.sum(), x, { gradOutputs: [tensor(1), tensor(1)] })).code).toBe("argument");
    expect(thrown(() => grad(tensor([1]).sum(), x)).message).toMatch(/not computed from anything/);
    expect(thrown(() => grad(x.sum(), tensor([1]))).message).toMatch(/Input 0.*does not require/);
    expect(thrown(() => tensor([1, 2], { dtype: "int32", requiresGrad: true })).code).toBe("dtype");
  });
  test("third derivatives", () => {
    const x = leaf(2);
    let y = x.square().square(); // x⁴
    for (let i = 0; i < 3; i++) [y] = grad(y, [x], { createGraph: true });
    expect(y.item()).toBe(48); // 24x
  });
  test("createGraph makes collected gradients differentiable", () => {
    const x = leaf(2);
    x.square().mul(x).backward({ createGraph: true });
    const slope = x.grad as Tensor;
    expect(grad(slope, x)[0].item()).toBe(12); // 6x
  });
});

describe("hooks and kept gradients", () => {
  test("hooks run in order, each on what the one before returned, and before the gradient is kept", () => {
    const x = leaf([1]);
    const h = x.mul(2).retainGrad();
    const order: string[] = [];
    h.registerHook((g) => {
      order.push(`a${g.item()}`);
      return g.mul(10);
    });
    const remove = h.registerHook(() => void order.push("never"));
    remove();
    h.registerHook((g) => void order.push(`b${g.item()}`));
    h.sum().backward();
    expect(order).toEqual(["a1", "b10"]);
    expect([h.grad?.toArray(), x.grad?.toArray()]).toEqual([[10], [20]]);
  });
  test("a hook runs once, when the gradient is complete", () => {
    const x = leaf(1);
    const h = x.mul(1);
    const seen: number[] = [];
    h.registerHook((g) => void seen.push(g.item()));
    h.mul(2).add(h.mul(3)).backward();
    expect(seen).toEqual([5]);
  });
  test("hooks of a leaf outlive a time without gradient", () => {
    const x = leaf(1);
    let calls = 0;
    x.registerHook(() => void calls++);
    x.requiresGrad_(false).requiresGrad_();
    x.mul(2).backward();
    expect(calls).toBe(1);
  });
  test("a hook may run a backward pass of its own", () => {
    const [x, z] = [leaf(2), leaf(3)];
    const h = x.mul(1);
    h.registerHook(() => enableGrad(() => z.square()).backward());
    h.square().backward();
    expect([x.grad?.item(), z.grad?.item()]).toEqual([4, 6]);
    expect(x.mul(1).requiresGrad).toBe(true); // recording is on again
  });
  test("a hook may walk the graph that it is part of", () => {
    const x = leaf(2);
    const h = x.square();
    const y = h.mul(3).add(h);
    const inner: number[] = [];
    h.registerHook(() => {
      if (inner.length > 0) return;
      inner.push(0);
      inner.push(grad(y, [x], { retainGraph: true })[0].item());
    });
    y.backward({ retainGraph: true });
    expect([inner[1], x.grad?.item()]).toEqual([16, 16]);
  });
  test("a hook that throws leaves the modes as they were", () => {
    const x = leaf(1);
    x.registerHook(() => {
      throw new Error("from a hook");
    });
    expect(() => x.mul(2).backward()).toThrow("from a hook");
    expect(x.mul(2).requiresGrad).toBe(true);
  });
  test("a hook's gradient must fit", () => {
    const x = leaf([1, 2]);
    x.registerHook(() => tensor([1]));
    expect(thrown(() => x.sum().backward()).message).toMatch(/hook returned.*\[1\].*\[2\]/);
  });
  test("only what requires a gradient takes hooks and keeps gradients", () => {
    expect(thrown(() => tensor(1).registerHook(() => undefined)).code).toBe("autograd");
    expect(thrown(() => tensor(1).retainGrad()).code).toBe("autograd");
    expect(thrown(() => leaf(1).mul(2).requiresGrad_(false)).message).toMatch(/detach/);
  });
});

describe("large graphs", () => {
  test("100 000 ops deep, without recursion", () => {
    const x = leaf(1);
    let y: Tensor = x;
    for (let i = 0; i < 100_000; i++) y = y.add(1);
    y.backward();
    expect(x.grad?.item()).toBe(1);
  });
  test("every path counts, and each node is visited once", () => {
    const x = leaf(1);
    let y: Tensor = x;
    for (let i = 0; i < 50; i++) y = y.add(y); // 2⁵⁰ paths
    y.backward();
    expect(x.grad?.item()).toBe(2 ** 50);
  });
});
