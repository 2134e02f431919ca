/** What `compile` promises: signatures, state, explanations. */
import { describe, expect, test } from "vitest";
import {
  arange,
  compile,
  manualSeed,
  nn,
  noGrad,
  ones,
  randint,
  randn,
  type Tensor,
  tensor,
  zeros,
} from "../index.ts";
import { thrown } from "../util/testing/thrown.ts";
import { counted, trained } from "./testing/training.ts";

describe("signatures", () => {
  test("a function runs once for each", () => {
    const fn = counted((x: Tensor, factor: number) => x.mul(factor).sum());
    const fast = compile(fn);
    expect(fast(ones([2, 3]), 2).item()).toBe(12);
    expect(fast(ones([2, 3]).mul(2), 2).item()).toBe(24);
    expect(fn.times()).toBe(1);
    expect(fast(ones([3]), 2).item()).toBe(6);
    expect(fast(ones([2, 3], { dtype: "float64" }), 2).dtype).toBe("float64");
    expect(fast(ones([2, 3]), 5).item()).toBe(30);
    expect(fn.times()).toBe(4);
    expect(fast(ones([2, 3]), 2).item()).toBe(12);
    expect(fast(ones([3]), 2).item()).toBe(6);
    expect(fn.times()).toBe(4);
  });

  test("tensors may stand in arrays and objects, on both sides", () => {
    const fast = compile(({ x, rest }: { x: Tensor; rest: Tensor[] }, name: string) => ({
      name,
      sum: rest.reduce((a, b) => a.add(b), x),
      nothing: null,
      all: [x.neg(), ...rest],
    }));
    const found = fast({ x: tensor([1, 2]), rest: [tensor([10]), tensor([100, 200])] }, "sum");
    expect(found.name).toBe("sum");
    expect(found.nothing).toBeNull();
    expect(found.sum.toArray()).toEqual([111, 212]);
    expect(found.all.map((x) => x.toArray())).toEqual([[-1, -2], [10], [100, 200]]);
  });

  test("views of any layout are taken as they are", () => {
    const fast = compile((x: Tensor) => x.mul(2));
    const x = arange(12, { dtype: "float32" }).reshape([3, 4]);
    expect(fast(x.transpose(0, 1)).toArray()).toEqual(x.transpose(0, 1).mul(2).toArray());
    expect(fast(x.at("1:")).toArray()).toEqual(x.at("1:").mul(2).toArray());
    expect(fast(tensor([7]).expand([3])).toArray()).toEqual([14, 14, 14]);
    expect(fast(zeros([0, 3])).shape).toEqual([0, 3]);
  });

  test("results are new tensors each time, without history", () => {
    const w = ones([2], { requiresGrad: true });
    const fast = compile((x: Tensor) => [x, x.mul(w), w] as const);
    const x = tensor([1, 2]);
    const [same, y, weight] = fast(x);
    const [, later] = fast(tensor([5, 6]));
    expect([same === x, weight === w, y.requiresGrad]).toEqual([false, false, false]);
    expect([y.toArray(), later.toArray()]).toEqual([
      [1, 2],
      [5, 6],
    ]);
    noGrad(() => y.zero_());
    expect(fast(x)[1].toArray()).toEqual([1, 2]);
  });

  test("training mode, gradient mode and frozen parameters belong to it", () => {
    manualSeed(0);
    const model = new nn.Sequential(new nn.Linear(3, 3), new nn.Dropout(0.5));
    const fn = counted((x: Tensor) => model(x));
    const fast = compile(fn);
    const x = ones([2, 3]);
    fast(x);
    model.eval();
    expect(fast(x).toArray()).toEqual(model(x).toArray());
    noGrad(() => fast(x));
    model.train();
    fast(x);
    expect(fn.times()).toBe(3);
  });

  test("a function may switch modes itself, from whatever they were", () => {
    const model = new nn.Sequential(new nn.Linear(3, 3), new nn.Dropout(0.5));
    const fn = counted((x: Tensor) => {
      model.train();
      return model(x);
    });
    const fast = compile(fn);
    for (let t = 0; t < 4; t++) {
      model.eval();
      fast(ones([2, 3]));
      expect(model.at(1).training).toBe(true);
      fast(ones([2, 3]));
    }
    expect(fn.times()).toBe(2);
  });

  test("too many signatures are an error that says what to do", () => {
    const fast = compile((x: Tensor, n: number) => x.add(n));
    for (let n = 0; n < 64; n++) fast(ones([1]), n);
    expect(thrown(() => fast(ones([1]), 64)).message).toMatch(/64 signatures.*as a tensor/);
    fast.dispose();
    expect(fast(ones([1]), 64).item()).toBe(65);
  });

  test("within another compiled function it is a part of it", () => {
    const inner = counted((x: Tensor) => x.add(1));
    const compiled = compile(inner);
    const outer = compile((x: Tensor) => compiled(compiled(x)));
    expect(outer(ones([1])).item()).toBe(3);
    expect(outer(ones([1])).item()).toBe(3);
    expect(inner.times()).toBe(2);
  });
});

describe("state", () => {
  test("what a function changes is changed where it lies", () => {
    const total = zeros([2]);
    const count = zeros([], { dtype: "int32" });
    const fast = compile((x: Tensor) => {
      total.add_(x);
      count.add_(1);
    });
    const seen = total.storage.version;
    for (let i = 0; i < 3; i++) fast(tensor([1, 2]));
    expect([total.toArray(), count.item()]).toEqual([[3, 6], 3]);
    expect(total.storage.version - seen).toBe(3);
    total.zero_();
    fast(tensor([1, 2]));
    expect(total.toArray()).toEqual([1, 2]);
  });

  test("writes through views change the tensor behind them", () => {
    const table = zeros([3, 2]);
    const fast = compile((row: Tensor) => {
      table.at(1).copy_(row);
      table.at(":", 0).add_(1);
      return table.sum();
    });
    expect(fast(tensor([5, 7])).item()).toBe(15);
    expect(fast(tensor([5, 7])).item()).toBe(17);
    expect(table.toArray()).toEqual([
      [2, 0],
      [6, 7],
      [2, 0],
    ]);
  });

  test("tensors that a function makes are made anew by each run", () => {
    const fast = compile((x: Tensor) => {
      const sum = zeros([2]);
      const factor = tensor([1, 10]);
      for (let i = 0; i < 3; i++) sum.add_(x.mul(factor));
      factor.add_(1);
      return [sum, factor] as const;
    });
    for (let i = 0; i < 2; i++) {
      const [sum, factor] = fast(ones([2]));
      expect([sum.toArray(), factor.toArray()]).toEqual([
        [3, 30],
        [2, 11],
      ]);
    }
  });

  test("an argument that is state as well is read before it is written", () => {
    const w = tensor([1, 2]);
    const fast = compile((x: Tensor) => {
      w.add_(1);
      return x.mul(w);
    });
    expect(fast(w).toArray()).toEqual([2, 6]);
    expect(w.toArray()).toEqual([2, 3]);
  });

  test("random numbers continue the eager stream", () => {
    const x = ones([5, 7]);
    const fn = (): Tensor[] => [nn.functional.dropout(x, { p: 0.3 }), randn([3]), randint(0, 9, [4])];
    manualSeed(7);
    const eager = [fn(), fn(), fn()].map((all) => all.map((t) => t.toArray()));
    manualSeed(7);
    const fast = compile(fn);
    expect([fast(), fast(), fn()].map((all) => all.map((t) => t.toArray()))).toEqual(eager);
  });
});

describe("explain", () => {
  test("says what would run, and runs nothing", () => {
    const { model, step, x, y } = trained();
    const before = model.parameters().map((p) => p.toArray());
    const text = compile.explain(step, x, y);
    expect(text).toMatch(/matmul \+ add \+ tanh, layer 0 \(Linear\)/);
    expect(text).toMatch(/\d+ kernels/);
    expect(model.parameters().map((p) => p.toArray())).toEqual(before);
    expect(model.parameters().every((p) => p.grad === null)).toBe(true);
  });
});

test("a disposed function compiles again", () => {
  const fn = counted((x: Tensor) => x.add(1));
  const fast = compile(fn);
  fast(ones([2]));
  fast.dispose();
  expect(fast(ones([2])).toArray()).toEqual([2, 2]);
  expect(fn.times()).toBe(2);
});

test("an observer sees every op: anomaly detection runs the function itself", async () => {
  const { detectAnomaly } = await import("../index.ts");
  const fast = compile((x: Tensor) => x.log().sum());
  const x = tensor([-1, 2]);
  expect(Number.isNaN(fast(x).item())).toBe(true);
  expect(thrown(() => detectAnomaly(() => fast(x))).message).toMatch(/log/);
});
