/** What `compile` refuses and what stops a run: with which words, and that nothing has changed then. */
import { describe, expect, test } from "vitest";
import {
  compile,
  defaultGenerator,
  Generator,
  manualSeed,
  nn,
  ones,
  optim,
  rand,
  type Tensor,
  tensor,
  zeros,
} from "../index.ts";
import { thrown } from "../util/testing/thrown.ts";
import { trained } from "./testing/training.ts";

describe("refusals", () => {
  test("reading a value, with the line that does it", () => {
    const error = thrown(() => compile((x: Tensor) => (x.sum().item() > 0 ? x : x.neg()))(ones([2])));
    expect(error.code).toBe("record");
    expect(error.message).toMatch(
      /refusals\.test\.ts:\d+:\d+: A value is read by item\(\) while compile\(\) records.*where\(\)/,
    );
    expect(thrown(() => compile((x: Tensor) => x.toArray())(ones([2]))).code).toBe("record");
  });
  test("the line stands outside of layers and ops", () => {
    class Reads extends nn.Module {
      override forward(x: Tensor): Tensor {
        return x.sum().item() > 0 ? x : x.neg();
      }
    }
    const model = new nn.Sequential(new Reads());
    const { where } = thrown(() => compile((x: Tensor) => model(x))(ones([2])));
    expect(where).toEqual([expect.stringMatching(/refusals\.test\.ts:\d+:\d+$/), "layer 0 (Reads)"]);
  });
  test("reading says by what", () => {
    const reads: [read: (x: Tensor) => unknown, by: string][] = [
      [(x) => x.toArray(), "toArray()"],
      [(x) => x.data, "data"],
      [(x) => String(x), "printing"],
    ];
    for (const [read, by] of reads)
      expect(thrown(() => compile(read)(ones([2]))).message).toContain(`is read by ${by} while`);
    const w = zeros([2]);
    expect(thrown(() => compile(() => String(w))()).message).toContain("by printing");
  });
  test("reading state, which other runs find changed; numbers that the function made may be read", () => {
    const w = zeros([2]);
    const reads: ((x: Tensor) => unknown)[] = [
      () => w.toArray(),
      () => w.at(0).item(),
      () => w.data[0],
      () => {
        const own = tensor([1, 2]);
        own.add_(1);
        return own.toArray();
      },
    ];
    for (const read of reads) expect(thrown(() => compile(read)(ones([2]))).message).toMatch(/value is read/);
    expect(compile(() => tensor([1, 2]).toArray())()).toEqual([1, 2]);
  });
  test("stepping a schedule, with the line that does it", () => {
    const { optimizer, step, x, y } = trained();
    const schedule = new optim.StepLR(optimizer, 1);
    const fast = compile(() => {
      const loss = step(x, y);
      schedule.step();
      return loss;
    });
    const error = thrown(fast);
    expect(error.code).toBe("record");
    expect(error.message).toMatch(/refusals\.test\.ts:\d+:\d+: StepLR is stepped inside.*after the call/);
    expect([schedule.lastEpoch, optimizer.paramGroups[0].lr, optimizer.state.size]).toEqual([0, 0.1, 0]);
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
  test("an argument or a result that refers to itself; one that stands in two places is none", () => {
    const list: unknown[] = [];
    list.push([list]);
    const record = { inner: { x: ones([2]), back: null as unknown } };
    record.inner.back = record;
    for (const cyclic of [list, record]) {
      const error = thrown(() => compile((_: unknown) => ones([2]))(cyclic));
      expect([error.code, error.problem]).toEqual([
        "argument",
        "An argument of the compiled function refers to itself.",
      ]);
      expect(thrown(() => compile(() => cyclic)()).problem).toMatch(/^The result .* refers to itself/);
    }
    const twice = [ones([2])];
    expect(compile((a: Tensor[][]) => a[0][0].add(a[1][0]))([twice, twice]).toArray()).toEqual([2, 2]);
  });
  test("seeding a random generator", () => {
    const draws = [
      () => rand([2], { generator: manualSeed(1) }),
      () => rand([2], { generator: new Generator(1) }),
    ];
    for (const draw of draws) {
      const before = [...defaultGenerator.getState()];
      expect(thrown(() => compile(draw)()).message).toMatch(/generator is seeded by the recorded function/);
      expect([...defaultGenerator.getState()]).toEqual(before);
    }
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
    expect(error.code).toBe("index");
    expect(error.message).toBe(thrown(() => eager.step(eager.x, wrong)).message);
    expect(error.message).toMatch(/^CrossEntropyLoss: The label 5 of row 2 is none of the 2 classes\./);
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
