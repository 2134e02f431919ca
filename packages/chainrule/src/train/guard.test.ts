import { describe, expect, test } from "vitest";
import * as nn from "../nn/index.ts";
import * as optim from "../optim/index.ts";
import { Generator, manualSeed, type Tensor, tensor, zeros } from "../tensor/index.ts";
import { ChainruleError } from "../util/errors.ts";
import * as train from "./index.ts";
import { loaderOf, sine, slope, weightsOf } from "./testing/problems.ts";

async function errorOf(promise: Promise<unknown>): Promise<ChainruleError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof ChainruleError) return error;
    throw error;
  }
  return expect.fail("nothing was thrown");
}

/** Takes the root of its input: the derivative at 0 is infinite, below there is none. */
class Root extends nn.Module {
  forward(x: Tensor): Tensor {
    return x.sqrt();
  }
}

/** Batches x = 1, except the one at `bad`. */
function batchesWith(bad: number, value: number, count: number): [Tensor, Tensor][] {
  return Array.from({ length: count }, (_, i) => [tensor([[i === bad ? value : 1]]), tensor([[0.5]])]);
}

describe("what is not finite stops training at the step before", () => {
  /** The weights after `steps` good steps on x = 1. */
  async function wanted(make: () => nn.Module & nn.Sequential, steps: number): Promise<unknown> {
    const model = make();
    await train.fit(model, {
      data: batchesWith(-1, 0, steps),
      loss: new nn.MSELoss(),
      optimizer: new optim.Adam(model.parameters(), { lr: 0.01 }),
      epochs: 1,
    });
    return weightsOf(model);
  }

  const make = (): nn.Sequential => {
    manualSeed(2);
    const model = new nn.Sequential({
      fc: new nn.Linear(1, 1, { bias: false }),
      root: new Root(),
      drop: new nn.Dropout(0.3),
    });
    model.loadStateDict({ "fc.weight": tensor([[1]]) });
    return model;
  };

  // A snapshot is taken every 256 steps.
  test.each([0, 1, 255, 256, 260])("in the forward pass of step %i", async (bad) => {
    const model = make();
    const optimizer = new optim.Adam(model.parameters(), { lr: 0.01 });
    const error = await errorOf(
      train.fit(model, { data: batchesWith(bad, -1, 270), loss: new nn.MSELoss(), optimizer, epochs: 1 }),
    );
    expect(error.code).toBe("non-finite");
    expect(error.message).toContain(`epoch 1, step ${bad + 1}`);
    expect(error.message).toMatch(
      /layer root \(Root\).*op sqrt made the first value that is not finite: NaN/,
    );
    expect(error.remedy).toContain("parameters of before this step");
    expect(weightsOf(model)).toEqual(bad === 0 ? weightsOf(make()) : await wanted(make, bad));
    expect(model.parameters().every((p) => p.grad === null)).toBe(true);
    expect(Object.values(optimizer.stateDict().state).map((s) => s.step)).toEqual(bad === 0 ? [] : [bad]);
  });

  test.each([0, 5, 255, 256, 269])("in the backward pass of step %i", async (bad) => {
    const model = make();
    const error = await errorOf(
      train.fit(model, {
        data: batchesWith(bad, 0, 270), // √0 is finite, its derivative is not
        loss: (output) => output.sum(),
        optimizer: new optim.SGD(model.parameters(), { lr: 0 }),
        epochs: 1,
      }),
    );
    expect(error.message).toContain(`epoch 1, step ${bad + 1}`);
    expect(error.message).toMatch(/derivative of op sqrt in layer root \(Root\)/);
    expect(model.at(0).parameters()[0].item()).toBe(1);
    expect(model.parameters().every((p) => p.grad === null)).toBe(true);
  });
});

test("large batches are not kept for long", async () => {
  const model = new nn.Sequential(new nn.Linear(1, 1, { bias: false }), new Root());
  model.loadStateDict({ "0.weight": tensor([[1]]) });
  const [x, y] = [zeros([1_000_000, 1]).add(1), zeros([1_000_000, 1])];
  const error = await errorOf(
    train.fit(model, {
      data: [[x, y], [x, y], [x.neg(), y]], // biome-ignore format: two windows
      loss: (output, target) =>
        output
          .narrow(0, 0, 1)
          .add(target.narrow(0, 0, 1))
          .sum(),
      optimizer: new optim.SGD(model.parameters(), { lr: 0.1 }),
      epochs: 1,
    }),
  );
  expect(error.message).toContain("step 3");
  // w ← w − 0.1 · 1/(2√w), twice
  expect(model.at(0).weight.item()).toBeCloseTo(0.95 - 0.05 / Math.sqrt(0.95), 6);
});

test("an update that overflows is undone", async () => {
  const model = slope(1);
  const error = await errorOf(
    train.fit(model, {
      data: [[tensor([[1]]), tensor([[2]])]],
      loss: new nn.MSELoss(),
      optimizer: new optim.SGD(model.parameters(), { lr: 3e38 }),
      epochs: 1,
    }),
  );
  expect(error.message).toMatch(/epoch 1, step 1.*add_\(\) wrote Infinity/);
  expect(model.weight.item()).toBe(1);
  expect(model.weight.grad).toBeNull();
});

test("it names the epoch, and uses the learning rates of the time again", async () => {
  const model = slope(1);
  const optimizer = new optim.SGD(model.parameters(), { lr: 1 });
  const batch: [Tensor, Tensor] = [tensor([[1]]), tensor([[2]])];
  const error = await errorOf(
    train.fit(model, {
      data: Array.from({ length: 10 }, () => batch),
      // w falls by 2·lr each step; NaN once it is below −2.4, and in no repetition before.
      loss: (output) => output.mul(output.item() < -2.4 ? Number.NaN : 2).sum(),
      optimizer,
      schedule: new optim.StepLR(optimizer, 1, { gamma: 0.5 }),
      scheduleEvery: "batch",
      epochs: 9,
    }),
  );
  expect(error.message).toContain("epoch 1, step 4");
  expect(model.weight.item()).toBe(1 - 2 * (1 + 0.5 + 0.25));

  const other = slope(1);
  const late = await errorOf(
    train.fit(other, {
      data: [batch, batch],
      loss: (output) => output.mul(output.item() < -6 ? Number.NaN : 2).sum(),
      optimizer: new optim.SGD(other.parameters(), { lr: 1 }),
      epochs: 9,
    }),
  );
  expect(late.message).toContain("epoch 3, step 1");
});

test("infinities that are meant do not hide the fault", async () => {
  class Masked extends nn.Module {
    fc = new nn.Linear(1, 3);
    forward(x: Tensor): Tensor {
      const scores = this.fc(x).maskedFill(tensor([false, false, true]), Number.NEGATIVE_INFINITY);
      return scores.softmax(1).mul(x.log());
    }
  }
  const model = new Masked();
  const error = await errorOf(
    train.fit(model, {
      data: batchesWith(3, -1, 6),
      loss: new nn.MSELoss(),
      optimizer: new optim.SGD(model.parameters(), { lr: 0.1 }),
      epochs: 1,
    }),
  );
  expect(error.message).toMatch(/epoch 1, step 4.*op log made the first value/);
});

test("what does not happen twice is said to be so", async () => {
  const model = slope(1);
  let calls = 0;
  const error = await errorOf(
    train.fit(model, {
      data: batchesWith(-1, 0, 5),
      loss: (output) => output.mul(++calls === 3 ? Number.NaN : 1).sum(),
      optimizer: new optim.SGD(model.parameters(), { lr: 0 }),
      epochs: 1,
      compile: false, // the count would be read while the step is recorded, and never again
    }),
  );
  expect(error.message).toMatch(/epoch 1, step 3.*Repeating the last 3 steps gave finite values/);
  expect(model.weight.item()).toBe(1);
});

test("a source that draws between steps is repeated with the same draws", async () => {
  const generator = new Generator(4);
  const source = {
    *[Symbol.iterator]() {
      for (let i = 0; i < 10; i++) {
        manualSeed(1000 + i); // somebody moves the stream that dropout draws from
        yield [tensor([[i === 7 ? -1 : 1]]), tensor([[1]])] as const;
      }
    },
  };
  const build = (): nn.Sequential => {
    const model = new nn.Sequential(new nn.Linear(1, 1, { bias: false }), new Root(), new nn.Dropout(0.5));
    model.loadStateDict({ "0.weight": tensor([[1]]) });
    return model;
  };
  const model = build();
  const options = { loss: new nn.MSELoss(), epochs: 1 };
  const error = await errorOf(
    train.fit(model, { ...options, data: source, optimizer: new optim.SGD(model.parameters(), { lr: 0.1 }) }),
  );
  expect(error.message).toContain("step 8");
  const other = build();
  const good = { *[Symbol.iterator]() { let i = 0; for (const batch of source) { if (i++ === 7) return; yield batch; } } }; // biome-ignore format: the first seven
  await train.fit(other, {
    ...options,
    data: good,
    optimizer: new optim.SGD(other.parameters(), { lr: 0.1 }),
  });
  expect(weightsOf(model)).toEqual(weightsOf(other));
  expect(generator.position).toBe(new Generator(4).position);
});

test("guarding changes no bit, and can be left out", async () => {
  const run = async (guard: boolean): Promise<unknown> => {
    manualSeed(7);
    const model = new nn.Sequential(
      new nn.Linear(1, 4),
      new nn.BatchNorm1d(4),
      new nn.Dropout(0.1),
      new nn.Linear(4, 1),
    );
    await train.fit(model, {
      data: loaderOf(sine(50), { batchSize: 2, shuffle: true }),
      loss: new nn.MSELoss(),
      optimizer: new optim.Adam(model.parameters()),
      epochs: 3,
      guard,
    });
    return weightsOf(model);
  };
  expect(await run(true)).toEqual(await run(false));

  const model = slope(1);
  await train.fit(model, {
    data: [[tensor([[1]]), tensor([[Number.NaN]])]],
    loss: new nn.MSELoss(),
    optimizer: new optim.SGD(model.parameters()),
    epochs: 1,
    guard: false,
  });
  expect(model.weight.item()).toBeNaN();
});

test("NaN in the data is told from NaN of an op", async () => {
  const model = slope(1);
  const error = await errorOf(
    train.fit(model, {
      data: [[tensor([[Number.NaN]]), tensor([[1]])]],
      loss: new nn.MSELoss(),
      optimizer: new optim.SGD(model.parameters()),
      epochs: 1,
    }),
  );
  expect(error.message).toMatch(/was given NaN .*look at the data/);
});
