import { describe, expect, test } from "vitest";
import { DataLoader, TensorDataset, WeightedRandomSampler } from "../data/index.ts";
import { accuracy, mse } from "../metrics/index.ts";
import * as nn from "../nn/index.ts";
import * as optim from "../optim/index.ts";
import {
  defaultGenerator,
  Generator,
  isGradEnabled,
  manualSeed,
  type Tensor,
  tensor,
  zeros,
} from "../tensor/index.ts";
import { evaluate, gradientNorm } from "./evaluate.ts";
import { fit } from "./fit.ts";
import { digits, loaderOf, mlp, sine, slope, weightsOf } from "./testing/problems.ts";

const lossFn = new nn.MSELoss();

describe("evaluate", () => {
  test("weights batches by rows, and takes metrics of all rows at once", async () => {
    const [x, y] = sine(7);
    const model = mlp(1, 3, 1);
    const found = await evaluate(model, {
      data: loaderOf([x, y], { batchSize: 3 }),
      loss: lossFn,
      metrics: { mse },
    });
    const whole = lossFn(model(x), y).item();
    expect(found.loss).toBeCloseTo(whole, 6);
    expect(found.metrics.mse).toBeCloseTo(whole, 6);
    expect(found.rows).toBe(7);
  });

  test("scores classes", async () => {
    const model = new nn.Identity();
    const data = [[tensor([[2, 1], [0, 3]]), tensor([0, 0], { dtype: "int32" })] as const]; // biome-ignore format: rows
    const found = await evaluate(model, { data, metrics: { accuracy } });
    expect(found.metrics).toEqual({ accuracy: 0.5 });
    expect(found.loss).toBeNaN();
  });

  test("records no history, and gives each layer its mode back", async () => {
    const model = new nn.Sequential(new nn.Linear(1, 2), new nn.Dropout(0.5), new nn.Linear(2, 1));
    model.at(1).eval();
    await evaluate(model, {
      data: [sine(3)],
      loss: (output) => {
        expect([isGradEnabled(), output.requiresGrad]).toEqual([false, false]);
        return output.mean();
      },
    });
    expect(model.modules().map((m) => m.training)).toEqual([true, true, false, true]);
  });

  test("takes the reduction from the loss, and refuses an option that says otherwise", async () => {
    const [x, y] = sine(7);
    const model = mlp(1, 3, 1);
    const data = [[x, y]] as const;
    const { loss: mean } = await evaluate(model, { data, loss: lossFn });
    const sum = new nn.MSELoss({ reduction: "sum" });
    expect((await evaluate(model, { data, loss: sum })).loss).toBeCloseTo(mean, 6);
    expect((await evaluate(model, { data, loss: sum, reduction: "sum" })).loss).toBeCloseTo(mean, 6);
    const plain = (output: Tensor, target: Tensor): Tensor => sum(output, target);
    expect((await evaluate(model, { data, loss: plain })).loss).toBeCloseTo(7 * mean, 5);
    const wrong = { data, loss: sum, reduction: "mean" } as const;
    const message = /the reduction "sum", and the option says "mean"/;
    await expect(evaluate(model, wrong)).rejects.toThrow(message);
    const optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
    await expect(fit(model, { ...wrong, optimizer, epochs: 1 })).rejects.toThrow(message);
    const { history } = await fit(model, { data, loss: sum, optimizer, epochs: 1 });
    expect(history[0].loss).toBeCloseTo(mean, 6);
  });

  test("gives modes back when it fails, and says what is missing", async () => {
    const model = slope(1);
    await expect(evaluate(model, { data: [[zeros([1, 2]), zeros([1])]], loss: lossFn })).rejects.toThrow(
      /Linear/,
    );
    expect(model.training).toBe(true);
    await expect(evaluate(model, { data: [], loss: lossFn })).rejects.toThrow(/no batches/);
    await expect(evaluate(model, { data: undefined as never })).rejects.toThrow(/data is missing/);
    await expect(
      evaluate(model, { data: [sine(2)], loss: lossFn, signal: AbortSignal.abort() }),
    ).rejects.toThrow(/abort/);
  });
});

describe("gradientNorm", () => {
  test("is the norm of the gradient of the whole risk", async () => {
    // L = 1/3 Σ (w x − y)², dL/dw = 2/3 Σ x (w x − y)
    const [xs, ys, w] = [[1, 2, 4], [3, 3, 1], 1.5]; // biome-ignore format: rows
    const wanted = (2 / 3) * xs.reduce((sum, x, i) => sum + x * (w * x - ys[i]), 0);
    const data = loaderOf([tensor(xs).reshape([3, 1]), tensor(ys).reshape([3, 1])], { batchSize: 2 });
    const found = await gradientNorm(slope(w), { data, loss: lossFn });
    expect(found.gradientNorm).toBeCloseTo(Math.abs(wanted), 5);
    expect(found.loss).toBeCloseTo(xs.reduce((sum, x, i) => sum + (w * x - ys[i]) ** 2, 0) / 3, 5);
  });

  test("does not depend on how the data are cut", async () => {
    manualSeed(0);
    const model = mlp(64, 8, 10).double();
    const [x, y] = digits(50, 1);
    const loss = new nn.CrossEntropyLoss();
    const of = async (batchSize: number): Promise<number> =>
      (
        await gradientNorm(model, {
          data: loaderOf([x.to("float64"), y], { batchSize, shuffle: true }),
          loss,
        })
      ).gradientNorm;
    expect(await of(7)).toBeCloseTo(await of(50), 12);
    expect(
      (
        await gradientNorm(model, {
          data: [[x.to("float64"), y]],
          loss: new nn.CrossEntropyLoss({ reduction: "sum" }),
          reduction: "sum",
        })
      ).gradientNorm,
    ).toBeCloseTo(await of(50), 12);
  });

  test("takes in each row once, whatever a loader leaves out or repeats", async () => {
    const [x, y] = sine(5);
    const model = mlp(1, 3, 1);
    const of = async (data: Parameters<typeof gradientNorm>[1]["data"]): Promise<number> =>
      (await gradientNorm(model, { data, loss: lossFn })).gradientNorm;
    const dataset = new TensorDataset(x, y);
    const wanted = await of([[x, y]]);
    expect(await of(new DataLoader(dataset, { batchSize: 2, dropLast: true }))).toBeCloseTo(wanted, 6);
    const sampler = new WeightedRandomSampler([1, 0, 0, 0, 0], 50);
    expect(await of(new DataLoader(dataset, { batchSize: 2, sampler }))).toBeCloseTo(wanted, 6);
  });

  test("touches no grad, buffer, mode or generator", async () => {
    const generator = new Generator(5);
    const model = new nn.Sequential(
      new nn.Linear(1, 4),
      new nn.BatchNorm1d(4),
      new nn.Dropout({ p: 0.5, generator }),
      new nn.Linear(4, 1),
    );
    const data = loaderOf(sine(10), { shuffle: true, generator });
    const own = {
      // A source that draws as it goes is put back too.
      *[Symbol.iterator]() {
        defaultGenerator.next32();
        yield sine(10);
      },
    };
    lossFn(model(sine(4)[0]), sine(4)[1]).backward();
    const picture = (): unknown => [
      weightsOf(model),
      model.parameters().map((p) => [...(p.grad as Tensor).data]),
      model.training,
      generator.getState(),
      defaultGenerator.getState(),
    ];
    const before = picture();
    await gradientNorm(model, { data, loss: lossFn });
    await gradientNorm(model, { data: own, loss: lossFn });
    expect(picture()).toEqual(before);
  });

  test("leaves out what is frozen, and parameters that have no part", async () => {
    const model = new nn.ModuleList([slope(1), slope(2), slope(3)]);
    class First extends nn.Module {
      list = model;
      forward(x: Tensor): Tensor {
        return (this.list.at(0) as nn.Linear)(x).add((this.list.at(1) as nn.Linear)(x));
      }
    }
    const net = new First();
    const data = [[tensor([[1]]), tensor([[0]])] as const];
    const both = (await gradientNorm(net, { data, loss: lossFn })).gradientNorm;
    net.list.at(1).requiresGrad_(false);
    const one = (await gradientNorm(net, { data, loss: lossFn })).gradientNorm;
    expect([both, one]).toEqual([Math.sqrt(72), 6]);
  });

  test("goes to zero where training ends", async () => {
    const model = slope(0);
    const optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
    const [x, y] = [tensor([[1], [2]]), tensor([[2], [4]])]; // biome-ignore format: rows
    for (let i = 0; i < 100; i++) {
      optimizer.zeroGrad();
      lossFn(model(x), y).backward();
      optimizer.step();
    }
    expect((await gradientNorm(model, { data: [[x, y]], loss: lossFn })).gradientNorm).toBeLessThan(1e-5);
  });
});
