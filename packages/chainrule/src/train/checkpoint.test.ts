import { describe, expect, test } from "vitest";
import type { DataLoader } from "../data/index.ts";
import { accuracy } from "../metrics/index.ts";
import * as nn from "../nn/index.ts";
import * as optim from "../optim/index.ts";
import { defaultGenerator, Generator, manualSeed, randn, type Tensor } from "../tensor/index.ts";
import * as train from "./index.ts";
import { digits, loaderOf, sine, slope, weightsOf } from "./testing/problems.ts";

interface Setting {
  model: nn.Sequential;
  options: train.FitOptions<nn.Sequential, [Tensor, Tensor]>;
}

/** Everything that has state: dropout, batch norm, momentum, a schedule by batches, generators of loaders and layers. */
function setting(change: Partial<Setting["options"]> = {}): Setting {
  manualSeed(5);
  const model = new nn.Sequential(
    new nn.Linear(64, 8),
    new nn.BatchNorm1d(8),
    new nn.ReLU(),
    new nn.Dropout({ p: 0.2, generator: new Generator(8) }),
    new nn.Dropout(0.1),
    new nn.Linear(8, 10),
  );
  const optimizer = new optim.Adam(model.parameters(), { lr: 0.01 });
  const data: DataLoader<[Tensor, Tensor]> = loaderOf(digits(40, 1), {
    shuffle: true,
    generator: new Generator(9),
  });
  return {
    model,
    options: {
      data,
      validation: loaderOf(digits(20, 2), { batchSize: 10 }),
      loss: new nn.CrossEntropyLoss(),
      optimizer,
      epochs: 6,
      metrics: { accuracy },
      schedule: new optim.OneCycleLR(optimizer, 0.02, { totalSteps: 40 }),
      scheduleEvery: "batch",
      earlyStopping: { patience: 4 },
      ...change,
    },
  };
}

/** The whole outcome, without times. */
function outcome({ model, options }: Setting, { history, best, stopped }: train.FitResult): unknown {
  return {
    weights: weightsOf(model),
    history: history.map(({ seconds: _, ...figures }) => figures),
    best,
    stopped,
    optimizer: Object.values(options.optimizer.stateDict().state).map((s) => Object.values(s).map(String)),
    draws: defaultGenerator.getState(),
    loader: (options.data as DataLoader<unknown>).generators[0].getState(),
  };
}

describe("a resumed run ends with the bits of one that was not interrupted", () => {
  const whole = async (): Promise<unknown> => {
    const s = setting();
    return outcome(s, await train.fit(s.model, s.options));
  };

  test("after any epoch", async () => {
    const wanted = await whole();
    const kept: train.Checkpoint[] = [];
    const s = setting({ checkpoint: { save: (c) => void kept.push(c) } });
    expect(outcome(s, await train.fit(s.model, s.options))).toEqual(wanted);
    expect(kept.map((c) => c.epoch)).toEqual([1, 2, 3, 4, 5, 6]);
    for (const checkpoint of kept) {
      const again = setting({ resume: checkpoint });
      expect(outcome(again, await train.fit(again.model, again.options))).toEqual(wanted);
    }
  });

  test("within an epoch, after any step", async () => {
    const wanted = await whole();
    for (const steps of [1, 4, 5, 12]) {
      const controller = new AbortController();
      const events: string[] = [];
      let left = steps;
      const s = setting({
        signal: controller.signal,
        callbacks: [{ onBatchEnd: () => void (--left === 0 && controller.abort()) }],
        checkpoint: {
          every: 100,
          save: ({ epoch, batch }, event) => void events.push(`${event} ${epoch}.${batch}`),
        },
      });
      const { stopped, checkpoint } = await train.fit(s.model, s.options);
      expect(stopped).toBe("signal");
      expect(events).toEqual([`interrupted ${Math.floor((steps - 1) / 5)}.${((steps - 1) % 5) + 1}`]);
      const again = setting({ resume: checkpoint });
      // A model in any state, and generators anywhere.
      for (const p of again.model.parameters()) p.detach().mul_(2);
      manualSeed(12345);
      expect(outcome(again, await train.fit(again.model, again.options))).toEqual(wanted);
    }
  });

  test("with training on past the first end", async () => {
    const wanted = await whole();
    const first = setting({ epochs: 3 });
    const { checkpoint, stopped } = await train.fit(first.model, first.options);
    expect(stopped).toBe("epochs");
    const again = setting({ resume: checkpoint });
    expect(outcome(again, await train.fit(again.model, again.options))).toEqual(wanted);
  });
});

describe("with everything that changes from step to step, stopped after any step", () => {
  const averages = { ema: { kind: "ema", decay: 0.9 }, swa: { kind: "swa", start: 0.5 } } as const;

  /** Mixup, noise, annealed dropout and decay, averages, penalties, clipping; a schedule that follows the averaged weights. */
  function full(kind: keyof typeof averages, change: Partial<Setting["options"]> = {}): Setting {
    manualSeed(6);
    const dropout = new nn.Dropout(0.3);
    const model = new nn.Sequential(
      new nn.Linear(64, 6),
      new nn.BatchNorm1d(6),
      dropout,
      new nn.Linear(6, 10),
    );
    const optimizer = new optim.AdamW(model.parameters(), { lr: 0.01, weightDecay: 0.1 });
    return {
      model,
      options: {
        data: loaderOf(digits(24, 1), { shuffle: true, generator: new Generator(9) }),
        validation: loaderOf(digits(20, 2), { batchSize: 10 }),
        loss: new nn.CrossEntropyLoss({ labelSmoothing: 0.1 }),
        optimizer,
        epochs: 4,
        metrics: { accuracy },
        transform: train.compose(train.noise({ std: 0.1 }), train.mixup({ alpha: 0.4, classes: 10 })),
        anneal: (t) => {
          dropout.p = 0.3 * (1 - t);
          optimizer.paramGroups[0].weightDecay = 0.1 * (1 - t);
        },
        average: averages[kind],
        l1: 1e-3,
        clipNorm: 1,
        clipValue: 0.1,
        schedule: new optim.ReduceLROnPlateau(optimizer, { patience: 0 }),
        earlyStopping: { patience: 4 },
        ...change,
      },
    };
  }

  test.each(["ema", "swa"] as const)("%s", async (kind) => {
    const s = full(kind);
    const wanted = outcome(s, await train.fit(s.model, s.options));
    for (const steps of [1, 3, 5, 7, 10]) {
      let left = steps;
      const killed = full(kind, {
        callbacks: [{ onBatchEnd: (_, training) => void (--left === 0 && training.stop()) }],
      });
      const { checkpoint } = await train.fit(killed.model, killed.options);
      const bytes = train.encodeCheckpoint(checkpoint);
      const again = full(kind, { resume: train.decodeCheckpoint(bytes) });
      expect(outcome(again, await train.fit(again.model, again.options))).toEqual(wanted);
    }
  });

  test("averages are refused where there were none, and asked for where there were", async () => {
    const s = full("ema", { epochs: 1 });
    const { checkpoint } = await train.fit(s.model, s.options);
    const without = full("ema", { average: undefined, resume: checkpoint });
    await expect(train.fit(without.model, without.options)).rejects.toThrow(
      "The checkpoint is of training with averages of weights, and this one is without.",
    );
    const { average: _, ...older } = checkpoint;
    const again = full("ema", { resume: older as train.Checkpoint });
    await expect(train.fit(again.model, again.options)).rejects.toThrow("training without averages");
    const cut = { ...checkpoint, average: { count: 3, values: checkpoint.average?.values.slice(1) ?? [] } };
    const other = full("ema", { resume: cut });
    const before = weightsOf(other.model);
    await expect(train.fit(other.model, other.options)).rejects.toThrow(
      "averages of the checkpoint do not fit",
    );
    expect(weightsOf(other.model)).toEqual(before);
  });
});

test("draws from a generator that only the caller knows go on alike", async () => {
  const run = async (resume?: train.Checkpoint): Promise<[train.FitResult, number]> => {
    const generator = new Generator(1);
    const noisy = {
      *[Symbol.iterator]() {
        for (let i = 0; i < 3; i++)
          yield [randn([2, 1], { generator }), randn([2, 1], { generator })] as const;
      },
    };
    const model = slope(1);
    const result = await train.fit(model, {
      data: noisy,
      loss: new nn.MSELoss(),
      optimizer: new optim.SGD(model.parameters(), { lr: 0.1 }),
      epochs: resume || !half ? 4 : 2,
      generators: [generator],
      resume,
    });
    return [result, model.weight.item()];
  };
  let half = false;
  const [, wanted] = await run();
  half = true;
  const [first] = await run();
  expect((await run(first.checkpoint))[1]).toBe(wanted);
});

test("data with fewer batches than were done are refused", async () => {
  const s = setting({
    callbacks: [{ onBatchEnd: ({ batch }, training) => void (batch === 4 && training.stop()) }],
  });
  const { checkpoint } = await train.fit(s.model, s.options);
  const again = setting({
    resume: checkpoint,
    data: loaderOf(digits(8, 1), { generator: new Generator(9) }),
  });
  await expect(train.fit(again.model, again.options)).rejects.toThrow(
    /after batch 4 of its epoch, and the data gave 1/,
  );
});

test("a run that was at its end stays there", async () => {
  const s = setting();
  const first = await train.fit(s.model, s.options);
  const again = setting({ resume: first.checkpoint });
  const second = await train.fit(again.model, again.options);
  expect(second.history).toEqual(first.history);
  expect(weightsOf(again.model)).toEqual(weightsOf(s.model));
});

test("saves every so many epochs, the best ones, and the end; and waits for it", async () => {
  const model = slope(0);
  const saved: string[] = [];
  await train.fit(model, {
    data: [sine(4)],
    loss: (output) =>
      output
        .square()
        .mean()
        .sub(saved.length > 0 ? 0 : 1),
    optimizer: new optim.SGD(model.parameters(), { lr: 0 }),
    epochs: 5,
    checkpoint: {
      every: 2,
      best: true,
      save: async ({ epoch }, event) => {
        await new Promise((resolve) => setTimeout(resolve, 1));
        saved.push(`${event} ${epoch}`);
      },
    },
  });
  expect(saved).toEqual(["best 1", "epoch 2", "epoch 4", "end 5"]);
});

test("saves by time: after the first epoch, when it is due, and at the end", async () => {
  for (const [seconds, wanted] of [
    [3600, ["epoch 1", "end 5"]],
    [0, ["epoch 1", "epoch 2", "epoch 3", "epoch 4", "epoch 5"]],
  ] as const) {
    const saved: string[] = [];
    const s = setting({
      epochs: 5,
      // A save takes no time at all, so ten times that is none, too.
      checkpoint: { every: { seconds }, save: ({ epoch }, event) => void saved.push(`${event} ${epoch}`) },
      callbacks: [{ onEpochEnd: () => new Promise((resolve) => setTimeout(resolve, 20)) }],
      earlyStopping: undefined,
    });
    await train.fit(s.model, s.options);
    expect(saved).toEqual(wanted);
  }
  const s = setting({ checkpoint: { every: { seconds: -1 }, save: () => {} } });
  await expect(train.fit(s.model, s.options)).rejects.toThrow("checkpoint.every.seconds is -1");
});

test("what was saved does not change as training goes on", async () => {
  const kept: [train.Checkpoint, string][] = [];
  const s = setting({ checkpoint: { save: (c) => void kept.push([c, JSON.stringify(picture(c))]) } });
  await train.fit(s.model, s.options);
  for (const [checkpoint, then] of kept) expect(JSON.stringify(picture(checkpoint))).toBe(then);
});

const picture = (c: train.Checkpoint): unknown => [
  Object.values(c.model).map((t) => t.toArray()),
  Object.values(c.optimizer.state).map((s) =>
    Object.values(s).map((x) => (typeof x === "number" ? x : x.toArray())),
  ),
  c.history,
  c.generators.map((g) => [...g.slice(0, 40)]),
];

describe("a checkpoint that does not fit changes nothing", () => {
  test.each<[string, (c: train.Checkpoint) => object, RegExp]>([
    ["another model", (c) => ({ ...c, model: {} }), /state lacks/],
    ["another optimizer", (c) => ({ ...c, optimizer: { state: {}, paramGroups: [] } }), /groups of/],
    [
      "other generators",
      (c) => ({ ...c, generators: c.generators.slice(1) }),
      /states of 2 random generators/,
    ],
    [
      "a broken generator",
      (c) => ({ ...c, generators: c.generators.map(() => new Uint8Array(3)) }),
      /not the state/,
    ],
    ["no schedule", (c) => ({ ...c, schedule: null }), /training without a schedule/],
  ])("%s", async (_, change, message) => {
    const s = setting({ epochs: 1 });
    const { checkpoint } = await train.fit(s.model, s.options);
    const again = setting();
    const before = [weightsOf(again.model), defaultGenerator.getState()];
    const resume = change(checkpoint) as train.Checkpoint;
    await expect(train.fit(again.model, { ...again.options, resume })).rejects.toThrow(message);
    expect([weightsOf(again.model), defaultGenerator.getState()]).toEqual(before);
  });
});
