import { describe, expect, test } from "vitest";
import { DataLoader } from "../data/index.ts";
import { accuracy } from "../metrics/index.ts";
import * as nn from "../nn/index.ts";
import * as optim from "../optim/index.ts";
import { defaultGenerator, manualSeed, type Tensor, tensor } from "../tensor/index.ts";
import type { Callback, EpochReport } from "./index.ts";
// By its namespace: the linter takes a bare fit() for a focused test.
import * as train from "./index.ts";
import { digits, loaderOf, mlp, sine, slope, weightsOf } from "./testing/problems.ts";

test("learns ten classes to more than 0.95", async () => {
  manualSeed(0);
  const model = mlp(64, 32, 10);
  const loss = new nn.CrossEntropyLoss();
  const { history, best, stopped } = await train.fit(model, {
    data: loaderOf(digits(1000, 1), { batchSize: 32, shuffle: true }),
    validation: loaderOf(digits(200, 2), { batchSize: 100 }),
    loss,
    optimizer: new optim.Adam(model.parameters(), { lr: 3e-3 }),
    epochs: 8,
    metrics: { accuracy },
    earlyStopping: { patience: 3 },
  });
  const found = await train.evaluate(model, { data: loaderOf(digits(500, 3)), loss, metrics: { accuracy } });
  expect(found.metrics.accuracy).toBeGreaterThan(0.95);
  expect(found.rows).toBe(500);
  expect(stopped).toBe("epochs");
  expect(history.length).toBe(8);
  expect(history[7].loss).toBeLessThan(history[0].loss / 3);
  expect(best?.value).toBe(Math.min(...history.map((r) => r.validationLoss ?? Number.NaN)));
});

test("does what a loop of one's own does: to the bit when it runs op by op, to rounding when compiled", async () => {
  const data = sine(30);
  const lossFn = new nn.MSELoss();
  const make = (): [nn.Sequential, optim.SGD, DataLoader<[Tensor, Tensor]>] => {
    manualSeed(3);
    const model = new nn.Sequential(
      new nn.Linear(1, 8),
      new nn.Dropout(0.2),
      new nn.Tanh(),
      new nn.Linear(8, 1),
    );
    return [model, new optim.SGD(model.parameters(), { lr: 0.1 }), loaderOf(data, { shuffle: true })];
  };

  const [a, optimizerA, loaderA] = make();
  const risks: number[] = [];
  for (let epoch = 0; epoch < 3; epoch++) {
    let sum = 0;
    for (const [x, y] of loaderA) {
      optimizerA.zeroGrad();
      const loss = lossFn(a(x), y);
      loss.backward();
      optimizerA.step();
      sum += loss.item() * x.shape[0];
    }
    risks.push(sum / 30);
  }

  const [b, optimizer, loader] = make();
  const { history } = await train.fit(b, {
    data: loader,
    loss: lossFn,
    optimizer,
    epochs: 3,
    compile: false,
  });
  expect(weightsOf(b)).toEqual(weightsOf(a));
  expect(history.map((r) => r.loss)).toEqual(risks);

  const [c, optimizerC, loaderC] = make();
  const compiled = await train.fit(c, { data: loaderC, loss: lossFn, optimizer: optimizerC, epochs: 3 });
  expect(compiled.history.length).toBe(3);
  compiled.history.forEach((r, i) => {
    expect(Math.abs(r.loss - risks[i])).toBeLessThan(1e-5 * risks[i]);
  });
  a.parameters().forEach((wanted, i) => {
    const found = c.parameters()[i];
    expect(found.sub(wanted).abs().amax().item()).toBeLessThan(1e-5);
  });
});

test("reports training risk, validation risk, gap, metrics and rate of each epoch", async () => {
  manualSeed(0);
  const model = mlp(1, 4, 1);
  const optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
  const data = sine(20);
  const { history } = await train.fit(model, {
    data: loaderOf(data),
    validation: [sine(7)],
    loss: new nn.MSELoss(),
    optimizer,
    epochs: 2,
    schedule: new optim.StepLR(optimizer, 1, { gamma: 0.5 }),
    metrics: { mean: (output) => output.mean().item() },
    optimality: { every: 2 },
  });
  expect(history.map((r) => [r.epoch, r.lr])).toEqual([[1, 0.1], [2, 0.05]]); // biome-ignore format: rows
  const [first, last] = history;
  const after = await train.evaluate(model, { data: [sine(7)], loss: new nn.MSELoss() });
  expect(last.validationLoss).toBe(after.loss);
  expect(last.gap).toBe((last.validationLoss as number) - last.loss);
  expect(first.gradientNorm).toBeUndefined();
  expect(last.gradientNorm).toBeGreaterThan(0);
  expect(last.metrics.mean).toBeCloseTo(model(sine(7)[0]).mean().item(), 6);
  expect(last.seconds).toBeGreaterThan(0);
});

test("without validation, metrics are of the training data, and the random stream does not notice", async () => {
  const losses = async (metrics: boolean): Promise<number[]> => {
    manualSeed(1);
    const model = mlp(1, 4, 1);
    const { history } = await train.fit(model, {
      data: loaderOf(sine(20), { shuffle: true }),
      loss: new nn.MSELoss(),
      optimizer: new optim.SGD(model.parameters(), { lr: 0.1 }),
      epochs: 3,
      ...(metrics && { metrics: { rows: (_, target) => target.shape[0] } }),
    });
    if (metrics) expect(history.map((r) => r.metrics.rows)).toEqual([20, 20, 20]);
    return history.map((r) => r.loss);
  };
  expect(await losses(true)).toEqual(await losses(false));
});

test("weights batches by their rows; a loss that sums is divided by them", async () => {
  const x = tensor([[1], [2], [3]]);
  const y = tensor([[0], [0], [0]]);
  for (const reduction of ["mean", "sum"] as const) {
    const model = slope(1);
    const { history } = await train.fit(model, {
      data: loaderOf([x, y], { batchSize: 2 }),
      loss: new nn.MSELoss({ reduction }),
      reduction,
      optimizer: new optim.SGD(model.parameters(), { lr: 0 }),
      epochs: 1,
    });
    expect(history[0].loss).toBeCloseTo((1 + 4 + 9) / 3, 6);
  }
});

test("a batch may have several inputs, and weights that only the loss sees", async () => {
  class Product extends nn.Module {
    factor = new nn.Parameter(tensor(1));
    forward(a: Tensor, b: Tensor): Tensor {
      return a.mul(b).mul(this.factor);
    }
  }
  const model = new Product();
  const [a, b, y, w] = [[1, 2], [3, 4], [6, 0], [1, 0]].map((row) => tensor(row)); // biome-ignore format: rows
  const { history } = await train.fit(model, {
    data: [[a, b, y, w] as const],
    inputs: 2,
    loss: (output, target, [, , , weight]) => output.sub(target).square().mul(weight).sum(),
    optimizer: new optim.SGD(model.parameters(), { lr: 1 / 18 }),
    epochs: 2,
  });
  expect(history.map((r) => r.loss)).toEqual([9, 0]);
  expect(model.factor.item()).toBe(2);
});

test("reads asynchronous batches, and closes a source that it leaves", async () => {
  let closed = 0;
  const source = {
    async *[Symbol.asyncIterator]() {
      try {
        for (let i = 0; i < 3; i++) yield sine(4);
      } finally {
        closed++;
      }
    },
  };
  const model = mlp(1, 2, 1);
  let batches = 0;
  const result = await train.fit(model, {
    data: source,
    loss: new nn.MSELoss(),
    optimizer: new optim.SGD(model.parameters()),
    epochs: 3,
    callbacks: [{ onBatchEnd: (_, training) => void (++batches === 5 && training.stop()) }],
  });
  expect([result.stopped, result.epochs, batches, closed]).toEqual(["callback", 1, 5, 2]);
});

describe("modes", () => {
  test("trains in training mode, validates in evaluation mode, and ends ready to predict", async () => {
    const seen: string[] = [];
    class Watch extends nn.Module {
      fc = new nn.Linear(1, 1);
      forward(x: Tensor): Tensor {
        seen.push(this.training ? "train" : "eval");
        return this.fc(x);
      }
    }
    const model = new Watch().eval();
    await train.fit(model, {
      data: [sine(4), sine(4)],
      validation: [sine(4)],
      loss: new nn.MSELoss(),
      optimizer: new optim.SGD(model.parameters()),
      epochs: 2,
      compile: false, // a compiled step runs forward() only while it is recorded
    });
    expect(seen).toEqual(["train", "train", "eval", "train", "train", "eval"]);
    expect(model.training).toBe(false);
  });

  test("a layer that a callback froze stays frozen after validation", async () => {
    const model = new nn.Sequential(new nn.Linear(1, 4), new nn.BatchNorm1d(4), new nn.Linear(4, 1));
    const norm = model.at(1);
    await train.fit(model, {
      data: [sine(8)],
      validation: [sine(4)],
      loss: new nn.MSELoss(),
      optimizer: new optim.SGD(model.parameters()),
      epochs: 3,
      callbacks: [
        {
          onEpochBegin: (epoch) => void (epoch === 1 && norm.eval()),
          onEpochEnd: () => expect(norm.training).toBe(false),
        },
      ],
    });
    expect(norm.numBatchesTracked?.item()).toBe(0);
  });
});

describe("schedules", () => {
  const rates = async (make: (o: optim.SGD) => object, every: "epoch" | "batch"): Promise<number[]> => {
    const model = slope(1);
    const optimizer = new optim.SGD(model.parameters(), { lr: 1 });
    const found: number[] = [];
    await train.fit(model, {
      data: [sine(4), sine(4)],
      validation: [[tensor([[1]]), tensor([[1]])]],
      loss: (output, target) => output.sub(target).square().mean().mul(0),
      optimizer,
      epochs: 3,
      schedule: make(optimizer) as optim.StepLR,
      scheduleEvery: every,
      callbacks: [{ onBatchEnd: (report) => void found.push(report.lr) }],
    });
    return found;
  };

  test("step by epochs, by batches, or by the watched figure", async () => {
    const halve = (o: optim.SGD): object => new optim.StepLR(o, 1, { gamma: 0.5 });
    expect(await rates(halve, "epoch")).toEqual([1, 1, 0.5, 0.5, 0.25, 0.25]);
    expect(await rates(halve, "batch")).toEqual([1, 0.5, 0.25, 0.125, 0.0625, 0.03125]);
    const plateau = (o: optim.SGD): object => new optim.ReduceLROnPlateau(o, { patience: 0, factor: 0.5 });
    expect(await rates(plateau, "epoch")).toEqual([1, 1, 1, 1, 0.5, 0.5]);
    const warm = (o: optim.SGD): object => new optim.CosineAnnealingWarmRestarts(o, 2);
    expect(await rates(warm, "epoch")).toEqual([1, 1, 0.5, 0.5, 1, 1]);
  });
});

test("clips the norm of all gradients together", async () => {
  const model = slope(0);
  await train.fit(model, {
    data: [[tensor([[1]]), tensor([[1000]])]],
    loss: new nn.MSELoss(),
    optimizer: new optim.SGD(model.parameters(), { lr: 1 }),
    epochs: 1,
    clipNorm: 0.5,
  });
  expect(model.weight.item()).toBeCloseTo(0.5, 6);
});

test("LBFGS gets its closure", async () => {
  const model = slope(0);
  const { history } = await train.fit(model, {
    data: [[tensor([[1], [2]]), tensor([[3], [6]])]],
    loss: new nn.MSELoss(),
    optimizer: new optim.LBFGS(model.parameters(), { lineSearchFn: "strongWolfe" }),
    epochs: 2,
  });
  expect(history[1].loss).toBeLessThan(1e-8);
});

describe("stopping", () => {
  test("a callback hears everything in order, and may wait at the ends of epochs", async () => {
    const heard: string[] = [];
    const later = (what: string): Promise<void> =>
      new Promise((resolve) => setTimeout(() => resolve(void heard.push(what)), 1));
    const callback: Callback = {
      onTrainBegin: () => later("begin"),
      onEpochBegin: (epoch) => later(`epoch ${epoch}`),
      onBatchEnd: ({ epoch, batch, batches }) => void heard.push(`${epoch}.${batch}/${batches}`),
      onEpochEnd: ({ epoch }, training) => {
        if (epoch === 2) training.stop();
        return later(`end ${epoch} of ${training.epochs}, ${training.history.length} done`);
      },
      onTrainEnd: ({ stopped }) => later(stopped),
    };
    const model = slope(1);
    await train.fit(model, {
      data: [sine(3), sine(3)],
      loss: new nn.MSELoss(),
      optimizer: new optim.SGD(model.parameters()),
      epochs: 5,
      callbacks: [callback],
    });
    expect(heard).toEqual([
      "begin",
      "epoch 1", "1.1/2", "1.2/2", "end 1 of 5, 1 done",
      "epoch 2", "2.1/2", "2.2/2", "end 2 of 5, 2 done",
      "callback",
    ]); // biome-ignore format: a story
  });

  test("a signal from a timer is heard within an epoch", async () => {
    const controller = new AbortController();
    const model = mlp(1, 4, 1);
    setTimeout(() => controller.abort(), 5);
    const { stopped, epochs, checkpoint } = await train.fit(model, {
      data: { *[Symbol.iterator]() { for (;;) yield sine(4); } }, // biome-ignore format: without end
      loss: new nn.MSELoss(),
      optimizer: new optim.SGD(model.parameters()),
      epochs: 1,
      signal: controller.signal,
    });
    expect([stopped, epochs]).toEqual(["signal", 0]);
    expect(checkpoint.batch).toBeGreaterThan(0);
  });

  test("a signal that was given before lets nothing happen", async () => {
    const model = slope(1);
    const { stopped, history } = await train.fit(model, {
      data: [sine(3)],
      loss: new nn.MSELoss(),
      optimizer: new optim.SGD(model.parameters(), { lr: 1 }),
      epochs: 1,
      signal: AbortSignal.abort(),
    });
    expect([stopped, history, model.weight.item()]).toEqual(["signal", [], 1]);
  });

  test("first-order optimality is a stopping rule", async () => {
    const model = slope(0);
    const { stopped, history, gradientNorm } = await train.fit(model, {
      data: [[tensor([[1], [2]]), tensor([[3], [6]])]],
      loss: new nn.MSELoss(),
      optimizer: new optim.SGD(model.parameters(), { lr: 0.1 }),
      epochs: 100,
      stopAt: { gradientNorm: 1e-3 },
    });
    expect(stopped).toBe("target");
    const norms = history.map((r) => r.gradientNorm as number);
    expect(norms.at(-1)).toBeLessThanOrEqual(1e-3);
    expect(norms.at(-2)).toBeGreaterThan(1e-3);
    expect(gradientNorm).toBe(norms.at(-1));
  });

  test("so are risks", async () => {
    const model = slope(0);
    const { stopped, history } = await train.fit(model, {
      data: [[tensor([[1], [2]]), tensor([[3], [6]])]],
      validation: [[tensor([[3]]), tensor([[9]])]],
      loss: new nn.MSELoss(),
      optimizer: new optim.SGD(model.parameters(), { lr: 0.1 }),
      epochs: 100,
      stopAt: { validationLoss: 0.1 },
    });
    expect(stopped).toBe("target");
    expect(history.at(-1)?.validationLoss).toBeLessThanOrEqual(0.1);
  });
});

test("a seed makes a run repeatable, and the stream goes on after it", async () => {
  const run = async (): Promise<unknown> => {
    const model = slope(1);
    await train.fit(model, {
      data: loaderOf(sine(20), { shuffle: true }),
      loss: new nn.MSELoss(),
      optimizer: new optim.SGD(model.parameters(), { lr: 0.1 }),
      epochs: 2,
      seed: 11,
    });
    return [weightsOf(model), defaultGenerator.next32()];
  };
  expect(await run()).toEqual(await run());
});

test("types: loss and metrics see what the model gives", async () => {
  const model = slope(1);
  const reports: EpochReport[] = [];
  await train.fit(model, {
    data: new DataLoader(
      { length: 3, get: (i) => [tensor([i]), tensor([i])] as [Tensor, Tensor] },
      { batchSize: 3 },
    ),
    loss: (output, target) => output.sub(target).abs().mean(),
    optimizer: new optim.RMSprop(model.parameters()),
    epochs: 1,
    metrics: { mean: (output) => output.mean().item() },
    callbacks: [{ onEpochEnd: (report) => void reports.push(report) }],
  });
  expect(reports.length).toBe(1);
});
