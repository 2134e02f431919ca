/** What `compile` promises: signatures, state, gradients, refusals, faults. */
import { describe, expect, test } from "vitest";
import {
  arange, ChainruleError, compile, manualSeed, nn, noGrad, ones, optim, rand, randint, randn, type Tensor, tensor, zeros,
} from "../index.ts"; // biome-ignore format: one line of names

/** A function that counts how often it runs in JavaScript. */
function counted<A extends unknown[], R>(
  fn: (...args: A) => R,
): ((...args: A) => R) & { times: () => number } {
  let count = 0;
  const run = (...args: A): R => {
    count++;
    return fn(...args);
  };
  return Object.assign(run, { times: () => count });
}

function thrown(body: () => unknown): ChainruleError {
  try {
    body();
  } catch (error) {
    if (error instanceof ChainruleError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

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

/** A small network with a step to compile. */
function trained(options: { lr?: number; momentum?: number } = {}) {
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

describe("refusals", () => {
  test("reading a value, with the line that does it", () => {
    const error = thrown(() => compile((x: Tensor) => (x.sum().item() > 0 ? x : x.neg()))(ones([2])));
    expect(error.code).toBe("record");
    expect(error.message).toMatch(
      /compile\.test\.ts:\d+:\d+: A value is read while compile\(\) records.*where\(\)/,
    );
    expect(thrown(() => compile((x: Tensor) => x.toArray())(ones([2]))).code).toBe("record");
  });
  test("reading state, which other runs find changed; numbers that the function made may be read", () => {
    const w = zeros([2]);
    const reads: ((x: Tensor) => unknown)[] = [
      () => w.toArray(),
      () => w.at(0).item(),
      () => w.data[0],
      () => `${w}`,
      () => {
        const own = tensor([1, 2]);
        own.add_(1);
        return own.toArray();
      },
    ];
    for (const read of reads) expect(thrown(() => compile(read)(ones([2]))).message).toMatch(/value is read/);
    expect(compile(() => tensor([1, 2]).toArray())()).toEqual([1, 2]);
  });
  test("a shape that depends on values", () => {
    const error = thrown(() => compile((x: Tensor) => x.maskedSelect(x.gt(0)))(ones([2])));
    expect(error.message).toMatch(/shape of a result depends on values.*where\(\)/);
  });
  test("an argument changed in place", () => {
    const x = ones([2]);
    const error = thrown(() => compile((a: Tensor) => a.add_(1))(x));
    expect(error.message).toMatch(/An argument of the compiled function is changed in place.*clone\(\)/);
    expect(x.toArray()).toEqual([1, 1]);
  });
  test("an async function", async () => {
    expect(thrown(() => compile(async (x: Tensor) => x)(ones([2]))).message).toMatch(/async/);
  });
  test("what is no function", () => {
    expect(thrown(() => compile(null as never)).message).toMatch(/was given null/);
  });
  test("a tensor of another recording", () => {
    let kept: Tensor | undefined;
    compile((x: Tensor) => {
      kept = x.add(1);
      return kept;
    })(ones([2]));
    expect(thrown(() => (kept as Tensor).toArray()).code).toBe("record");
    expect(thrown(() => compile((x: Tensor) => x.add(kept as Tensor))(ones([2]))).message).toMatch(
      /another recording/,
    );
  });
  test("LBFGS, whose closure can be compiled", () => {
    const make = () => {
      const { model, lossFn, x, y } = trained();
      const optimizer = new optim.LBFGS(model.parameters(), { maxIter: 4 });
      const closure = (): Tensor => {
        optimizer.zeroGrad();
        const loss = lossFn(model(x), y);
        loss.backward();
        return loss;
      };
      return { optimizer, closure };
    };
    const eager = make();
    const other = make();
    expect(thrown(() => compile(() => other.optimizer.step(other.closure))()).message).toMatch(/closure/);
    const fast = compile(other.closure, { keepGrads: true });
    for (let t = 0; t < 3; t++) {
      const wanted = eager.optimizer.step(eager.closure).item();
      expect(Math.abs(other.optimizer.step(fast).item() - wanted)).toBeLessThan(1e-5);
    }
  });
  test("leave everything as it was", () => {
    const { model, optimizer, step, x, y } = trained({ momentum: 0.9 });
    const before = model.parameters().map((p) => [p.toArray(), p.storage.version, p.grad] as const);
    const fast = compile((a: Tensor, b: Tensor) => {
      const loss = step(a, b);
      if (loss.item() > 0) return loss;
      return null;
    });
    expect(thrown(() => fast(x, y)).code).toBe("record");
    expect(model.parameters().map((p) => [p.toArray(), p.storage.version, p.grad] as const)).toEqual(before);
    expect(optimizer.state.size).toBe(0);
    expect(isolated(step, x, y)).toBeGreaterThan(0);
  });
  test("leave modes and frozen parameters as they were", () => {
    const { model } = trained();
    const fast = compile(() => {
      model.eval();
      model.at(0).weight.requiresGrad_(false);
      throw new RangeError("stop");
    });
    expect(fast).toThrow("stop");
    expect([model.training, model.at(1).training, model.at(0).weight.requiresGrad]).toEqual([
      true,
      true,
      true,
    ]);
  });
});

const isolated = (step: (x: Tensor, y: Tensor) => Tensor, x: Tensor, y: Tensor): number => step(x, y).item();

describe("faults", () => {
  test("a label that is no class stops the step before it moves anything", () => {
    const eager = trained({ momentum: 0.9 });
    const { model, optimizer, step, x, y } = trained({ momentum: 0.9 });
    const fast = compile(step);
    fast(x, y);
    eager.step(eager.x, eager.y);
    const before = model.parameters().map((p) => p.toArray());
    const wrong = y.clone();
    wrong.at(2).fill_(5);
    const error = thrown(() => fast(x, wrong));
    expect([error.code, /Index 5 is out of range/.test(error.message)]).toEqual(["index", true]);
    expect(model.parameters().map((p) => p.toArray())).toEqual(before);
    for (const state of optimizer.state.values()) expect(state.step).toBe(1);
    // It goes on as if nothing had happened.
    for (let t = 0; t < 3; t++) {
      const wanted = eager.step(eager.x, eager.y).item();
      expect(Math.abs(fast(x, y).item() - wanted)).toBeLessThan(1e-6);
    }
  });
  test("a whole number divided by zero", () => {
    const fast = compile((a: Tensor, b: Tensor) => a.div(b, { roundingMode: "trunc" }));
    const a = tensor([6, 7], { dtype: "int32" });
    expect(fast(a, tensor([2, 3], { dtype: "int32" })).toArray()).toEqual([3, 2]);
    expect(thrown(() => fast(a, tensor([2, 0], { dtype: "int32" }))).message).toMatch(/divided by zero/);
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
