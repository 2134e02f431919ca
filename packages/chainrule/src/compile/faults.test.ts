/** Faults of compiled programs: what they leave, and what they say. */
import { afterEach, describe, expect, test } from "vitest";
import {
  arange,
  bernoulli,
  cat,
  compile,
  getNumThreads,
  manualSeed,
  nn,
  noGrad,
  ones,
  optim,
  rand,
  randint,
  setNumThreads,
  type Tensor,
  tensor,
  where,
  zeros,
} from "../index.ts";
import { thrown } from "../util/testing/thrown.ts";

const i32 = (...values: number[]): Tensor => tensor(values, { dtype: "int32" });

const threads = getNumThreads();
afterEach(() => setNumThreads(threads));

/** Enough for two threads. */
const rows = 40_000;

/** As many indices as there are rows, so that what they look up is not computed at those places alone. */
const indices = (...ends: number[]): Tensor => cat([arange(rows - ends.length), i32(...ends)]);

describe.each([1, 2])("a fault behind a change in place, %i threads", (count) => {
  /** Steps with state of their own: `state` gives it, `step` changes it before it looks something up. */
  interface Case {
    state(): Tensor[];
    step(index: Tensor): Tensor;
    /** Where it ends in these. Default {@link indices}. */
    index?(...ends: number[]): Tensor;
  }
  const cases: Record<string, () => Case> = {
    "of a parameter": () => {
      const w = rand([rows]);
      return {
        state: () => [w],
        step: (index) => {
          w.add_(1);
          return w.gather(0, index);
        },
      };
    },
    "of a part of it": () => {
      const w = rand([rows, 2]);
      return {
        state: () => [w],
        step: (index) => {
          w.at(":", 1).mul_(2);
          return w.indexSelect(0, index);
        },
      };
    },
    "by scattering over it": () => {
      const w = rand([rows]);
      return {
        state: () => [w],
        step: (index) => {
          w.at("1:").fill_(3);
          w.copy_(w.scatterAdd(0, index, ones(index.shape)));
          return w.sum();
        },
      };
    },
    "of momentum and what moves by it": () => {
      const w = rand([rows]);
      const velocity = zeros([rows]);
      return {
        state: () => [w, velocity],
        step: (index) => {
          velocity.mul_(0.9).add_(w);
          w.sub_(velocity, { alpha: 0.1 });
          return w.gather(0, index).mul(velocity.mean());
        },
      };
    },
    "of running statistics, by a wrong label": () => {
      manualSeed(3);
      const model = new nn.Sequential(new nn.Linear(4, 6), new nn.BatchNorm1d(6), new nn.Linear(6, 3));
      const optimizer = new optim.SGD(model.parameters(), { lr: 0.1, momentum: 0.9 });
      const lossFn = new nn.CrossEntropyLoss();
      const x = rand([3, 4]);
      return {
        index: i32,
        state: () => [...model.parameters(), ...model.buffers()],
        step: (labels) => {
          const loss = lossFn(model(x), labels);
          optimizer.zeroGrad();
          loss.backward();
          optimizer.step();
          return loss;
        },
      };
    },
  };
  test.each(Object.keys(cases))("%s leaves it as it was", async (name) => {
    setNumThreads(count);
    const [eager, compiled] = [cases[name], cases[name]].map((make) => {
      manualSeed(1);
      return make();
    });
    const { index = indices } = compiled;
    const fast = compile(compiled.step);
    const elements = ({ state }: Case): number[] => state().flatMap((x) => [...x.data]);
    /** A run that faults, between which nothing changes. */
    const fails = (...ends: number[]): void => {
      const before = elements(compiled);
      expect(thrown(() => fast(index(...ends))).code).toBe("index");
      expect(largestDifference(elements(compiled), before)).toBe(0);
    };
    fails(0, rows, 1);
    for (let call = 0; call < 3; call++) {
      const before = elements(compiled);
      const right = index(call % 2, 2, 1);
      const [wanted, found] = [eager.step(right), fast(right)];
      expect(largestDifference(found.data, wanted.data)).toBeLessThan(1e-4);
      expect(largestDifference(elements(compiled), elements(eager))).toBeLessThan(1e-5);
      expect(largestDifference(elements(compiled), before)).toBeGreaterThan(1e-3);
      fails(0, -1, 1);
      await new Promise((resolve) => setTimeout(resolve, 20)); // workers start
    }
  });
});

test("a draw by what is no probability comes before a change of state, too", () => {
  const w = tensor([0.1, 0.2]);
  const fast = compile((x: Tensor) => {
    w.copy_(w.exp().mul(x));
    return bernoulli(w);
  });
  fast(tensor([0.5, 0.1]));
  const before = w.toArray();
  expect(thrown(() => fast(tensor([0.5, 9]))).code).toBe("argument");
  expect(w.toArray()).toEqual(before);
});

function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length);
  let most = 0;
  for (let i = 0; i < a.length; i++) most = Math.max(most, Math.abs(a[i] - b[i]));
  return most;
}

/** The messages of a step with a wrong index, run step by step and compiled. */
function messages(make: () => (index: Tensor) => Tensor, right: Tensor, wrong: Tensor): string[] {
  manualSeed(5);
  const eager = make();
  manualSeed(5);
  const fast = compile(make());
  fast(right);
  return [() => eager(wrong), () => fast(wrong)].map((run) => thrown(run).message);
}

/** A training step that takes indices alone. */
function training(model: nn.Module, lossOf: (index: Tensor) => Tensor): (index: Tensor) => Tensor {
  const optimizer = new optim.Adam(model.parameters(), { lr: 0.01 });
  return (index) => {
    const loss = lossOf(index);
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    return loss;
  };
}

describe("the error of a fault is that of eager code", () => {
  test.each<[string, () => (index: Tensor) => Tensor, RegExp]>([
    [
      "an embedding whose gradient does not depend on what is looked up",
      () => {
        const model = new nn.Sequential(new nn.Embedding(5, 3));
        return training(model, (index) => model(index).sum());
      },
      /^layer 0 \(Embedding\) › embedding: Index 9 is out of range for dimension 0 of size 5\. Indices run from 0 to 4\.$/,
    ],
    [
      "an embedding below other layers",
      () => {
        const model = new nn.Sequential(new nn.Embedding(5, 8), new nn.Flatten(), new nn.Linear(24, 2));
        return training(model, (index) => model(index).square().mean());
      },
      /^layer 0 \(Embedding\) › embedding: Index 9/,
    ],
    [
      "the first of two look-ups",
      () => {
        const [a, b] = [rand([7, 2]), rand([6, 3])];
        return (index) =>
          a
            .indexSelect(0, index.reshape([3]))
            .sum()
            .add(b.at(index.reshape([3])).sum());
      },
      /^indexSelect: Index 9 is out of range for dimension 0 of size 7/,
    ],
    [
      "an index that is computed",
      () => {
        const table = rand([2, 6]);
        return (index) => table.gather(1, index.mul(2));
      },
      /^gather: Index 18 is out of range for dimension 1 of size 6/,
    ],
    [
      "a change in place",
      () => {
        const table = rand([6]);
        return (index) => noGrad(() => table.add_(table.scatterAdd(0, index.reshape([3]), ones([3]))));
      },
      /^scatterAdd: Index 9/,
    ],
    [
      "a whole number divided by zero",
      () => (index) => index.div(index.sub(9), { roundingMode: "trunc" }).add(index),
      /^\w+: A whole number was divided by zero/,
    ],
  ])("%s", (_, make, form) => {
    const [eager, compiled] = messages(make, i32(0, 1, 2).reshape([1, 3]), i32(0, 9, 2).reshape([1, 3]));
    expect(compiled).toBe(eager);
    expect(compiled).toMatch(form);
  });

  test("where draws decide about the index, the program's own", () => {
    const table = rand([3]);
    const fast = compile(() => table.gather(0, randint(7, 9, [2])));
    expect(thrown(() => fast()).message).toMatch(/^gather: Index [78] is out of range/);
  });
});

describe("the row of a wrong label is named", () => {
  const scores = (...shape: number[]): Tensor => rand(shape);
  const weight = tensor([1, 2, 3]);
  test.each<[string, () => (labels: Tensor) => Tensor]>([
    ["cross-entropy", () => classifier()],
    ["with label smoothing and weights", () => classifier({ labelSmoothing: 0.1, weight })],
    ["with ignored rows", () => classifier({ ignoreIndex: 0 })],
    [
      "of images",
      () => {
        const x = scores(1, 3, 2, 2);
        return (labels) => nn.functional.crossEntropy(x, labels.reshape([1, 2, 2]));
      },
    ],
    [
      "computed labels",
      () => {
        const x = scores(4, 3);
        return (labels) => nn.functional.crossEntropy(x, where(labels.gt(2), 8, labels).to("int32"));
      },
    ],
    [
      "margins",
      () => {
        const x = scores(4, 3);
        return (labels) => nn.functional.multiMarginLoss(x, labels);
      },
    ],
  ])("%s", (_, make) => {
    const [eager, compiled] = messages(make, i32(0, 1, 2, 1), i32(0, 2, 7, 3));
    expect(compiled).toBe(eager);
    expect(compiled).toMatch(/The label [78] of row 2 is none of the 3 classes\. Labels run from 0 to 2;/);
  });

  function classifier(options: ConstructorParameters<typeof nn.CrossEntropyLoss>[0] = {}) {
    const x = scores(4, 5);
    const model = new nn.Linear(5, 3);
    const lossFn = new nn.CrossEntropyLoss(options);
    return training(model, (labels) => lossFn(model(x), labels));
  }
});
