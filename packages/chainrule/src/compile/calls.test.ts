/** How compiled functions are called: what they take and give besides numbers, gradients of arguments, `this`, options. */
import { describe, expect, test } from "vitest";
import { theHeap } from "../backends/wasm/heap.ts";
import { compile, fromTypedArray, nn, ones, optim, type Tensor, tensor } from "../index.ts";
import { thrown } from "../util/testing/thrown.ts";
import { trained } from "./testing/training.ts";

describe("gradients of arguments", () => {
  const loss = (x: Tensor): Tensor => {
    const value = x.square().sum();
    value.backward();
    return value;
  };
  const leaf = (): Tensor => tensor([1, 2], { requiresGrad: true });

  test("are collected by leaves with keepGrads, as backward() does", () => {
    const fast = compile(loss, { keepGrads: true });
    const [eager, x] = [leaf(), leaf()];
    for (let t = 0; t < 3; t++) {
      loss(eager);
      fast(x);
      expect(x.grad?.toArray()).toEqual(eager.grad?.toArray());
    }
    const other = leaf();
    fast(other);
    expect(other.grad?.toArray()).toEqual([2, 4]);
    expect(x.grad?.toArray()).toEqual([6, 12]);
    const anew = compile(
      (a: Tensor) => {
        a.grad = null;
        return loss(a);
      },
      { keepGrads: true },
    );
    for (let t = 0; t < 2; t++) anew(x);
    expect(x.grad?.toArray()).toEqual([2, 4]);
  });
  test("are not kept otherwise, and reading them says so", () => {
    const fast = compile(loss);
    const x = leaf();
    for (let t = 0; t < 2; t++) {
      fast(x);
      expect(thrown(() => x.grad).message).toMatch(/not kept.*compile\(fn, \{ keepGrads: true \}\)/);
      x.grad = null;
    }
  });
  test("of computed arguments cannot go on outside", () => {
    for (const keepGrads of [true, false]) {
      const fast = compile(loss, { keepGrads });
      fast(leaf());
      const error = thrown(() => fast(leaf().mul(2)));
      expect([error.code, error.message]).toEqual([
        "record",
        expect.stringMatching(/computed outside.*detach\(\)/),
      ]);
    }
    // Where nobody asks for a gradient, it is a value like others.
    expect(compile((x: Tensor) => x.sum())(leaf().mul(2)).item()).toBe(6);
  });
  test("of results: they have no history", () => {
    const y = compile((x: Tensor) => x.square().sum())(leaf());
    expect(thrown(() => y.backward()).message).toMatch(
      /results of compile\(fn\) have no history: call backward\(\) inside of fn/,
    );
  });
});

describe("values beside tensors", () => {
  class Batch {
    x = ones([2]);
  }
  test("whose contents a program would not look at again are refused", () => {
    const odd: unknown[] = [new Float32Array(2), new Map([[1, 2]]), new Set([1]), new Batch(), new Date(0)];
    for (const value of odd) {
      const error = thrown(() =>
        compile((_x: Tensor, _rest: unknown) => ones([1]))(ones([1]), { value: [value] }),
      );
      expect(error.code).toBe("record");
      expect(error.message).toContain(
        `Argument 1 of the compiled function holds a ${(value as object).constructor.name}`,
      );
    }
    const array = Float32Array.of(1, 2);
    const fast = compile((x: Tensor) => x.mul(2));
    for (const first of [1, 5]) {
      array[0] = first;
      expect(fast(fromTypedArray(array)).toArray()).toEqual([2 * first, 4]);
    }
  });
  test("models, optimizers, functions and plain values may be passed", () => {
    const { model, optimizer, lossFn, x, y } = trained();
    type Parts = {
      model: typeof model;
      optimizer: optim.SGD;
      lossFn: typeof lossFn;
      name: string;
      factor: number;
    };
    const step = compile((parts: Parts, a: Tensor, b: Tensor) => {
      const loss = parts.lossFn(parts.model(a), b).mul(parts.factor);
      parts.optimizer.zeroGrad();
      loss.backward();
      parts.optimizer.step();
      return loss;
    });
    const parts = { model, optimizer, lossFn, name: "n", factor: 2 };
    expect(step(parts, x, y).item()).toBeGreaterThan(step({ ...parts }, x, y).item());
  });
  test("hold no tensors when they are returned", () => {
    const results: ((x: Tensor) => unknown)[] = [
      (x) => new Map([["y", x.neg()]]),
      (x) => ({ all: new Set([[x.neg()]]) }),
      (x) => Object.assign(new Batch(), { x: x.neg() }),
      function* (x) {
        yield x.neg();
      },
    ];
    for (const f of results)
      expect(thrown(() => compile(f)(ones([2]))).message).toMatch(/result.*holds tensors in a/);
    expect(compile(() => new Map([["a", 1]]))().get("a")).toBe(1);
  });
});

describe("a compiled function", () => {
  class Scaled {
    factor = tensor([3]);
    times(x: Tensor): Tensor {
      return x.mul(this.factor);
    }
    fast = compile(this.times);
  }
  test("passes `this` on, each its own", () => {
    const [a, b] = [new Scaled(), new Scaled()];
    b.factor = tensor([5]);
    for (let t = 0; t < 2; t++) {
      expect(a.fast(ones([1])).item()).toBe(3);
      expect(b.fast(ones([1])).item()).toBe(5);
    }
    b.fast = a.fast;
    expect([b.fast(ones([1])).item(), a.fast(ones([1])).item()]).toEqual([5, 3]);
  });
  test("has a name", () => {
    function step(x: Tensor): Tensor {
      return x;
    }
    expect([compile(step).name, String(compile(step))]).toEqual(["step", "compile(step)"]);
  });
  test("refuses options that it does not know", () => {
    const make = (options: unknown) => () => compile((x: Tensor) => x, options as never);
    expect(thrown(make(null)).message).toMatch(/compile\(\) was given null/);
    expect(thrown(make({ keepGrad: true })).message).toMatch(
      /no option "keepGrad"\. Did you mean keepGrads\?/,
    );
    expect(thrown(make({ strict: "yes" })).message).toMatch(/option strict of compile\(\) is "yes"/);
  });
  test("is explained with its options", () => {
    const f = (x: Tensor): Tensor => x.mul(2).add(1);
    const strict = compile.explain(compile(f, { strict: true }), ones([4]));
    expect(strict).toMatch(/tier "simd"/);
    expect(compile.explain(f, ones([4]))).toBe(compile.explain(compile(f), ones([4])));
    expect(thrown(() => compile.explain(null as unknown as () => void)).message).toMatch(/was given null/);
  });
});

test("an explanation names the state by layer, and says what is updated", () => {
  const model = new nn.Sequential(new nn.Linear(30, 20), new nn.ReLU(), new nn.Linear(20, 1));
  const optimizer = new optim.Adam(model.parameters());
  const text = compile.explain(
    (x: Tensor) => {
      const value = model(x).square().mean();
      optimizer.zeroGrad();
      value.backward();
      optimizer.step();
      return value;
    },
    ones([8, 30]),
  );
  expect(text).not.toMatch(/state\d/);
  expect(text).toMatch(/→.* layer 2 weight/s);
  for (const name of [
    "layer 0 weight",
    "layer 0 bias",
    "expAvg of layer 2 weight",
    "expAvgSq of layer 0 bias",
  ])
    expect(text).toContain(name);
  for (const line of text.split("\n")) expect(line.length).toBeLessThanOrEqual(100);
  expect(text).not.toContain("…");
  expect(optimizer.state.size).toBe(0);
});

test("too many signatures name the function and what varied", () => {
  const grow = compile(function grow(x: Tensor, n: number) {
    return x.add(n);
  });
  for (let n = 1; n <= 64; n++) grow(ones([n]), n % 2);
  const error = thrown(() => grow(ones([65]), 0));
  expect(error.problem).toBe(
    'The compiled function "grow" was called with 64 signatures: argument 0 was float32 [1], float32 [2], float32 [3], float32 [4], float32 [5], ….',
  );
});

test("gradients of eager code are new ones each time: steps go on, and old programs leave the heap", () => {
  const make = () => {
    const weight = tensor([1, 2, 3], { requiresGrad: true });
    const optimizer = new optim.Adam([weight], { lr: 0.01 });
    const backward = (): void => {
      optimizer.zeroGrad();
      weight.square().sum().backward();
    };
    return { weight, optimizer, backward };
  };
  const [eager, compiled] = [make(), make()];
  const step = compile(() => void compiled.optimizer.step());
  let used = 0;
  for (let t = 0; t < 300; t++) {
    eager.backward();
    eager.optimizer.step();
    compiled.backward();
    step();
    if (t === 50) used = theHeap().used;
  }
  expect(theHeap().used).toBe(used);
  expect(compiled.weight.sub(eager.weight).abs().amax().item()).toBeLessThan(1e-5);
});
