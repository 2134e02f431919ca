/** Whole runs with penalties, clipping and averaged weights as PyTorch makes them, and scikit-learn's splits. */
import { nn, optim, type Tensor } from "chainrule";
import { type Fold, groupKFold, stratifiedGroupKFold, timeSeriesSplit } from "chainrule/data";
import { fit, updateBatchNorm } from "chainrule/train";
import { describe, expect, test } from "vitest";
import { expectClose, expectNumbers, fromGolden, type GoldenTensor, golden } from "./golden.ts";

interface Run {
  name: "swa" | "ema";
  start: Record<string, GoldenTensor>;
  batches: [GoldenTensor, GoldenTensor][];
  losses: number[];
  averaged: Record<string, GoldenTensor>;
  norm: Record<string, GoldenTensor>;
}

const tensors = (state: Record<string, GoldenTensor>): Record<string, Tensor> =>
  Object.fromEntries(Object.entries(state).map(([name, t]) => [name, fromGolden(t)]));

class Net extends nn.Module {
  fc1 = new nn.Linear(3, 4);
  norm = new nn.BatchNorm1d(4);
  fc2 = new nn.Linear(4, 1);
  forward(x: Tensor): Tensor {
    return this.fc2(this.norm(this.fc1(x)).tanh());
  }
}

const runs = golden<Run[]>("averages");
const averages = { swa: { kind: "swa", start: 0.5 }, ema: { kind: "ema", decay: 0.8 } } as const;

describe.each(runs)("averaged weights: $name", (run) => {
  const batches = run.batches.map(([x, y]) => [fromGolden(x), fromGolden(y)] as const);
  const setting = () => {
    const model = new Net().double();
    model.loadStateDict(tensors(run.start));
    return { model, optimizer: new optim.SGD(model.parameters(), { lr: 0.1, momentum: 0.9 }) };
  };

  test.each([true, false])("fit, compiled: %s", async (compile) => {
    const { model, optimizer } = setting();
    const { history } = await fit(model, {
      data: batches,
      loss: new nn.MSELoss(),
      optimizer,
      epochs: 4,
      l1: 0.02,
      clipValue: 0.05,
      average: averages[run.name],
      compile,
    });
    const losses = history.map(({ loss }) => loss);
    expectNumbers(losses, run.losses, 1e-10);
    const state = model.stateDict();
    for (const [name, wanted] of Object.entries(run.averaged))
      expectClose(state[name], wanted, 1e-9, 1e-11, name);
    await updateBatchNorm(model, { data: batches });
    for (const [name, wanted] of Object.entries(run.norm))
      expectClose(model.stateDict()[name], wanted, 1e-9, 1e-11, name);
    expect([model.training, model.norm.momentum]).toEqual([false, 0.1]);
  });

  test("AveragedModel, by hand", () => {
    const { model, optimizer } = setting();
    const averaged = new optim.AveragedModel(model, averages[run.name]);
    const loss = new nn.MSELoss();
    for (let epoch = 1; epoch <= 4; epoch++) {
      for (const [x, y] of batches) {
        optimizer.zeroGrad();
        const penalty = model.fc1.weight.abs().sum().add(model.fc2.weight.abs().sum());
        loss(model(x), y).add(penalty.mul(0.02)).backward();
        nn.utils.clipGradValue_(model.parameters(), 0.05);
        optimizer.step();
        if (run.name === "ema") averaged.updateParameters(model);
      }
      if (run.name === "swa" && epoch > 2) averaged.updateParameters(model);
    }
    expect(averaged.numAveraged).toBe(run.name === "ema" ? 16 : 2);
    const state = averaged.module.stateDict();
    for (const [name, wanted] of Object.entries(run.averaged))
      expectClose(state[name], wanted, 1e-9, 1e-11, name);
  });
});

const splits = { timeSeriesSplit, groupKFold, stratifiedGroupKFold };

interface FoldCase {
  name: string;
  function: keyof typeof splits;
  args: never[];
  folds: number[][] | [number[], number[]][];
}

test.each(golden<FoldCase[]>("folds"))("$name", ({ function: name, args, folds }) => {
  const split = splits[name] as (...args: never[]) => Fold[];
  const made = split(...args);
  const plain = made.map(({ train, test }) =>
    name === "timeSeriesSplit" ? [[...train], [...test]] : [...test],
  );
  expect(plain).toEqual(folds);
});
